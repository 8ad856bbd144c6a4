//! Samples: scenes such as calls make them, for a rehearsal of every answer.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::{
    exchange,
    gstn::{Key, envelope::wrap_key},
    model::{
        call::Call,
        gstin::EXAMPLE,
        period,
        taxpayer::{Place, Taxpayer},
    },
    pack::{
        Check, Endpoint, Lookup, Pack,
        contract::{
            Case, RequestBody, Sender,
            holes::{self, Hole},
        },
        file::{JsonType, StepFile},
    },
    render::scene::{Consent, Issued, Scene},
    route,
    taxpayers::Register,
};

/// When the samples are asked: the morning at which the contract suite asks, so that the periods of
/// its cases are over; in epoch milliseconds.
pub(crate) const MOMENT_MS: i64 = 1_795_235_400_000;
/// A GSTIN that fits every layout; its PAN's serial belongs to nobody.
const GSTIN: &str = EXAMPLE;

/// Who opened the sample session, in which state, under which key.
const USER: &str = "SIM_USER";
const STATE: &str = "27";
const KEY: Key = Key([7; 32]);
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Who is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// An active taxpayer.
    Active,
    /// A cancelled one.
    Cancelled,
    /// A suspended one.
    Suspended,
    /// One under the composition scheme.
    Composition,
    /// One of whom little is known.
    Bare,
    /// Nobody.
    Nobody,
}

/// What the request brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fields {
    /// What a caller would send.
    Natural,
    /// Nothing.
    Absent,
    /// Values of a type that nobody expects: an asked-for outcome is told all the same.
    Odd,
}

/// A scene to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) subject: Subject,
    pub(super) fields: Fields,
    /// Taxpayers found by a search.
    pub(super) found: usize,
}

/// All samples.
pub(super) const SAMPLES: &[Sample] = &[
    Sample { subject: Subject::Active, fields: Fields::Natural, found: 1 },
    Sample { subject: Subject::Cancelled, fields: Fields::Natural, found: 3 },
    Sample { subject: Subject::Suspended, fields: Fields::Natural, found: 1 },
    Sample { subject: Subject::Composition, fields: Fields::Natural, found: 1 },
    Sample { subject: Subject::Bare, fields: Fields::Natural, found: 1 },
    Sample { subject: Subject::Nobody, fields: Fields::Natural, found: 0 },
    Sample { subject: Subject::Active, fields: Fields::Absent, found: 1 },
    Sample { subject: Subject::Nobody, fields: Fields::Absent, found: 0 },
    Sample { subject: Subject::Active, fields: Fields::Odd, found: 1 },
];

impl Sample {
    /// Whether nobody is there to speak of.
    pub(super) fn is_empty(self) -> bool {
        self.subject == Subject::Nobody
    }

    /// The sample in words.
    pub(super) fn told(self) -> String {
        let who = match self.subject {
            Subject::Active => "an active taxpayer",
            Subject::Cancelled => "a cancelled taxpayer",
            Subject::Suspended => "a suspended taxpayer",
            Subject::Composition => "a taxpayer under composition",
            Subject::Bare => "a taxpayer of whom little is known",
            Subject::Nobody => "nobody to speak of",
        };
        let what = match self.fields {
            Fields::Natural => "a usual request",
            Fields::Absent => "a request without fields",
            Fields::Odd => "a request whose fields have odd types",
        };
        format!("{who} and {what}")
    }

    /// The scene at an endpoint; `case` is the endpoint's plain request.
    pub(super) fn scene(
        self,
        pack: &Arc<Pack>,
        register: &Arc<Register>,
        index: usize,
        case: Option<&Case>,
    ) -> Scene {
        let endpoint = &pack.endpoints[index];
        let mut scene = match (self.fields, case) {
            (Fields::Natural, Some(case)) => of_case(pack, register, case),
            _ => empty(pack, register),
        };
        scene.endpoint = Some(index);
        scene.fields = match (self.fields, case) {
            (Fields::Natural, Some(case)) => {
                let mut fields = route::fields(endpoint, &scene);
                bring_session(endpoint, case, &mut fields);
                fields
            }
            (Fields::Natural, None) => natural(endpoint),
            (Fields::Absent, _) => vec![None; endpoint.fields.len()],
            (Fields::Odd, _) => vec![Some(json!({ "odd": [7] })); endpoint.fields.len()],
        };
        if self.fields != Fields::Absent {
            call_as(&mut scene, (!pack.accounts.is_empty()).then_some(0));
        }
        match endpoint.lookup {
            None => {}
            Some(Lookup::Gstin(_)) => {
                scene.taxpayer = somebody(register, self.subject).map(Arc::new);
            }
            Some(_) => {
                scene.taxpayers = std::iter::repeat_with(|| somebody(register, self.subject))
                    .take(self.found)
                    .flatten()
                    .collect();
            }
        }
        scene
    }
}

/// The scene of a case, with whom it asks about.
pub(crate) fn staged(
    pack: &Arc<Pack>,
    register: &Arc<Register>,
    index: usize,
    case: Option<&Case>,
) -> Scene {
    let mut scene =
        case.map_or_else(|| empty(pack, register), |case| of_case(pack, register, case));
    let endpoint = &pack.endpoints[index];
    scene.endpoint = Some(index);
    scene.fields = match case {
        Some(case) => {
            let mut fields = route::fields(endpoint, &scene);
            bring_session(endpoint, case, &mut fields);
            fields
        }
        None => natural(endpoint),
    };
    let account = match case.map(|case| &case.account) {
        Some(Sender::Nobody) => None,
        Some(Sender::Account(name)) => pack.accounts.iter().position(|one| one.name == *name),
        Some(Sender::First) | None => (!pack.accounts.is_empty()).then_some(0),
    };
    call_as(&mut scene, account);
    let on = today();
    let somebody = |text: &str| match register.look_up(text, on) {
        Some(found) => found.into_owned(),
        None => register.stand_in(text, on),
    };
    match endpoint.lookup {
        None => {}
        Some(Lookup::Gstin(field)) => {
            let text = scene.field(field).and_then(Value::as_str).unwrap_or_default();
            scene.taxpayer = Some(Arc::new(somebody(text)));
        }
        Some(lookup) => {
            scene.taxpayers = exchange::search(&scene, lookup);
            if scene.taxpayers.is_empty() {
                scene.taxpayers.push(somebody(""));
            }
        }
    }
    scene
}

/// Gives the scene the token that its endpoint issues with a successful answer.
pub(crate) fn with_session(scene: &mut Scene, reply: usize) {
    let issues = scene.endpoint().filter(|one| one.success == reply);
    let life_s = issues.and_then(|endpoint| Some(endpoint.issues.as_ref()?.life_s));
    scene.session = life_s.map(|life_s| Issued {
        token: "0123456789abcdefghijABCDEFGHIJ0123456789".to_owned(),
        life_s,
        expires_at_ms: MOMENT_MS + life_s * 1000,
    });
}

/// Gives the scene the session that its endpoint's step is about.
pub(crate) fn with_consent(scene: &mut Scene, reply: usize) {
    let pack = Arc::clone(&scene.pack);
    let endpoint = scene.endpoint.and_then(|index| pack.endpoints.get(index));
    let Some(endpoint) = endpoint else { return };
    let Some(step) = endpoint.consent.as_ref() else { return };
    let opens = matches!(step.step, StepFile::Open | StepFile::Refresh);
    if step.step == StepFile::RequestOtp || (opens && endpoint.success != reply) {
        return;
    }
    let Some(policy) = pack.consents.get(step.kind).map(|kind| kind.policy.clone()) else {
        return;
    };
    let wrapped_key = if opens { wrap_key(&KEY, &KEY) } else { String::new() };
    if opens {
        scene.session = Some(Issued {
            token: TOKEN.to_owned(),
            life_s: policy.token_life_ms / 1000,
            expires_at_ms: MOMENT_MS + policy.token_life_ms,
        });
    }
    if step.data.is_some() {
        scene.payload.get_or_insert_with(|| json!({}));
    }
    scene.consent = Some(Consent {
        user: USER.to_owned(),
        window_min: policy.window_min,
        session_key: KEY,
        wrapped_key,
        generation: 1,
        calls: 1,
    });
}

/// What a client of a session would bring that a request does not write down.
fn bring_session(endpoint: &Endpoint, case: &Case, fields: &mut [Option<Value>]) {
    let Some(step) = &endpoint.consent else { return };
    let brought = [
        (Some(step.user), USER),
        (Some(step.state), STATE),
        (step.token, TOKEN),
        (step.app_key, "sample"),
        (step.otp, "sample"),
        (step.data.filter(|_| case.seal.is_some()), "sample"),
        (step.hmac.filter(|_| case.seal.is_some()), "sample"),
    ];
    for (index, text) in brought {
        let Some(index) = index else { continue };
        let on_purpose = || case.lacks_on_purpose(&endpoint.fields[index]);
        if fields[index].is_none() && !on_purpose() {
            fields[index] = Some(text.into());
        }
    }
}

/// What stands in a hole.
#[expect(clippy::unnecessary_wraps, reason = "what fills holes may fail elsewhere")]
fn in_hole(hole: &Hole) -> Result<Value, Infallible> {
    Ok(match hole {
        Hole::Consent(word) if word == "user" => USER,
        Hole::Consent(word) if word == "state" => STATE,
        Hole::Consent(word) if word == "gstin" => GSTIN,
        Hole::Consent(word) if word.starts_with("token") => TOKEN,
        Hole::Consent(_) | Hole::Kept(_) | Hole::Unknown(_) => "sample",
    }
    .into())
}

fn filled(text: &str) -> String {
    let Ok(text) = holes::fill(text, &mut in_hole);
    text
}

/// Gives the scene the file that its endpoint speaks of: one of three parts, each with its link.
pub(crate) fn with_file(scene: &mut Scene) {
    let Some(kind) = scene.endpoint().and_then(|endpoint| Some(endpoint.bulk.as_ref()?.kind()))
    else {
        return;
    };
    let count = scene.pack.files[kind].per_file.saturating_mul(2).saturating_add(1);
    let file = exchange::imagined(scene, kind, count, "default");
    scene.part = file.parts.last().cloned();
    scene.file = Some(file);
}

fn today() -> Date {
    period::ist_date(MOMENT_MS)
}

/// A scene with no request to speak of.
pub(crate) fn empty(pack: &Arc<Pack>, register: &Arc<Register>) -> Scene {
    let call = Call {
        number: 1,
        at_ms: MOMENT_MS,
        method: http::Method::GET,
        path: "/".to_owned(),
        query: None,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        ended: None,
    };
    Scene::new(Arc::clone(pack), Arc::clone(register), 1, call)
}

/// The request of a case, as if it had been read from the wire.
fn of_case(pack: &Arc<Pack>, register: &Arc<Register>, case: &Case) -> Scene {
    let mut scene = empty(pack, register);
    if let Some((_, endpoint)) = pack.endpoint(&case.endpoint) {
        scene.call.method = endpoint.method.clone();
        scene.call.path.clone_from(&endpoint.path);
        for (name, value) in &case.path {
            let value = filled(value);
            scene.call.path = scene.call.path.replace(&format!("{{{name}}}"), &value);
        }
    }
    for (name, value) in &case.headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&filled(value)))
        {
            scene.call.headers.append(name, value);
        }
    }
    let pairs = |map: &indexmap::IndexMap<String, String>| {
        map.iter().map(|(key, text)| (key.clone(), filled(text))).collect::<Vec<_>>()
    };
    scene.path_parameters = pairs(&case.path);
    scene.query = pairs(&case.query);
    scene.body = match &case.body {
        RequestBody::None => None,
        RequestBody::Json(json) => {
            let mut json = json.clone();
            let Ok(()) = holes::fill_json(&mut json, &mut in_hole);
            Some(json)
        }
        RequestBody::Form(map) | RequestBody::Multipart(map) => Some(Value::Object(
            map.iter().map(|(key, text)| (key.clone(), Value::from(filled(text)))).collect(),
        )),
        RequestBody::Text(text) => serde_json::from_str(&filled(text)).ok(),
    };
    scene.payload.clone_from(&case.seal);
    scene
}

fn call_as(scene: &mut Scene, account: Option<usize>) {
    scene.account = account;
    scene.claims = account.and_then(|index| {
        let account = scene.pack.accounts.get(index)?;
        let mut claims: Map<String, Value> = account.claims.clone();
        claims.insert("sub".to_owned(), account.name.as_str().into());
        Some(Arc::new(Value::Object(claims)))
    });
}

/// Values that pass what the endpoint's rules ask, as far as one can tell.
fn natural(endpoint: &Endpoint) -> Vec<Option<Value>> {
    let mut values = vec![Some(Value::from("sample")); endpoint.fields.len()];
    for rule in endpoint.after_lookup.iter().chain(&endpoint.rules).chain(&endpoint.before_auth) {
        let Some(value) = rule.field.and_then(|field| values.get_mut(field)) else { continue };
        let fitting = match &rule.check {
            Check::OneOf(choices) => choices.first().cloned(),
            Check::Type(JsonType::Boolean) => Some(json!(true)),
            Check::Type(JsonType::Integer | JsonType::Number) => Some(json!(1)),
            Check::Type(JsonType::List) => Some(json!([])),
            Check::Type(JsonType::Object) => Some(json!({})),
            Check::Gstin(_) => Some(GSTIN.into()),
            Check::Pan(_) => Some(GSTIN[2..12].into()),
            Check::FinancialYear(_) => Some("2025-26".into()),
            _ => None,
        };
        if fitting.is_some() {
            *value = fitting;
        }
    }
    let mut set = |field: usize, text: &str| values[field] = Some(text.into());
    match endpoint.lookup {
        Some(Lookup::Gstin(field)) => set(field, GSTIN),
        Some(Lookup::Pan { field, .. }) => set(field, &GSTIN[2..12]),
        Some(Lookup::LegalName { field, .. }) => set(field, "SHARMA"),
        Some(Lookup::PanOrLegalName { pan, .. }) => set(pan, &GSTIN[2..12]),
        None => {}
    }
    values
}

fn somebody(register: &Register, subject: Subject) -> Option<Taxpayer> {
    let mut taxpayer = register.stand_in(GSTIN, today());
    taxpayer.status = "Active".into();
    taxpayer.cancelled_on = None;
    taxpayer.taxpayer_type = "Regular".into();
    match subject {
        Subject::Active => {}
        Subject::Cancelled => {
            taxpayer.status = "Cancelled".into();
            taxpayer.cancelled_on = Some(taxpayer.updated_on);
        }
        Subject::Suspended => taxpayer.status = "Suspended".into(),
        Subject::Composition => taxpayer.taxpayer_type = "Composition".into(),
        Subject::Bare => {
            taxpayer.trade_name = "".into();
            taxpayer.pan = "".into();
            taxpayer.core_business = "".into();
            taxpayer.natures = Vec::new();
            taxpayer.members = Vec::new();
            taxpayer.principal_place = Place::default();
            taxpayer.additional_places = Vec::new();
        }
        Subject::Nobody => return None,
    }
    Some(taxpayer)
}
