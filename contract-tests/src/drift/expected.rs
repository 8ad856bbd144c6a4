//! What the embedded simulator shows of an endpoint, and a live answer held against it.
//!
//! What is known of a request is learned when it is first asked about: the request itself, and where
//! it asks about a taxpayer, the same about many others. Nothing is kept but shapes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{
    Drift, Kind, Shape,
    allowed::Allowed,
    compare::{Place, Rules, differ},
    population::{self, form_of},
    stage::Stage,
};
use crate::{
    case::{Case, Suite},
    mismatch::Mismatch,
    schema::Schema,
    snapshot::PLAIN_HEADERS,
    target::{Answer, TargetError},
};

pub use super::population::about;

/// How many taxpayers are asked about under a session: each of them logs in first.
const UNDER_SESSION: usize = 3;

/// After so many taxpayers in a row that showed nothing new, no more are asked about.
const ENOUGH_ALIKE: usize = 30;

/// Cases that differ in whom they ask about: no more of them are asked than these.
const MOST_ALIKE: usize = 12;

/// New headers that a client should know of.
const TELLING_HEADERS: [&str; 2] = ["retry-after", "www-authenticate"];

/// What the packs promise of answers' form.
#[derive(Debug)]
pub struct Expected {
    stage: Stage,
    cases: Vec<Case>,
    /// Personas, then some of the crowd.
    gstins: Vec<String>,
    /// How many of them are personas.
    personas: usize,
    known: Mutex<BTreeMap<String, Arc<Known>>>,
}

/// What is known of the answers to a request.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// How many answers were seen.
    pub answers: usize,
    /// The body's shape, where it is JSON.
    pub body: Option<Shape>,
    /// The shape of what was sealed in it.
    pub opened: Option<Shape>,
    /// Header → its values; none where there were many.
    pub headers: BTreeMap<String, Header>,
    /// Codes that stood where codes stand.
    pub codes: BTreeSet<String>,
    /// HTTP status codes.
    pub statuses: BTreeSet<u16>,
    /// Where the schema does not hold for answers of the simulator's own.
    departed: BTreeSet<(Kind, String)>,
}

/// A header that was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Every answer had it.
    pub always: bool,
    /// What it said.
    pub values: BTreeSet<String>,
}

impl Expected {
    /// What the packs of a suite promise; nothing is asked yet.
    #[must_use]
    pub fn of(suite: &Suite) -> Self {
        let (gstins, personas) = population::gstins(&suite.world);
        Self {
            stage: Stage::of(&suite.world),
            cases: suite.cases.clone(),
            gstins,
            personas,
            known: Mutex::new(BTreeMap::new()),
        }
    }

    /// The same, learned from a few taxpayers only: enough to see whether one drift is left.
    #[must_use]
    pub fn brief(suite: &Suite) -> Self {
        const FEW: usize = 24;
        let mut own = Self::of(suite);
        let step = (own.gstins.len() / FEW).max(1);
        own.gstins = own.gstins.into_iter().step_by(step).collect();
        own.personas = 0;
        own
    }

    /// A case with what the simulator really says to it: where a setting decides, that may be
    /// another outcome than it promises. None where the simulator cannot be asked for it.
    ///
    /// # Errors
    ///
    /// When the embedded simulator does not answer.
    pub async fn outcome_of(&self, case: &Case) -> Result<Option<Case>, TargetError> {
        let answer = match self.stage.ask(case).await {
            Ok(answer) => answer,
            Err(TargetError::Request(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(said) = answer.exchange else { return Ok(None) };
        let code = Some(said.code).filter(|code| !code.is_empty());
        let same = |one: &&Case| {
            one.vendor == case.vendor
                && one.endpoint == case.endpoint
                && one.outcome == said.outcome
                && one.code == code
        };
        // The schema is that of what is said now.
        let like = self.cases.iter().find(same).unwrap_or(case);
        let (schema, payload) = (like.schema.clone(), like.payload.clone());
        let (outcome, status) = (said.outcome, answer.status);
        Ok(Some(Case { status, outcome, code, schema, payload, ..case.clone() }))
    }

    /// Holds a live answer against what the pack promises of it.
    ///
    /// # Errors
    ///
    /// When the embedded simulator cannot be asked.
    pub async fn compare(&self, case: &Case, answer: &Answer) -> Result<Vec<Drift>, TargetError> {
        let known = self.known(case).await?;
        let live = Seen::of(case, answer);
        let mut drifts = head(case, &known, answer, &live);
        if drifts.iter().any(ends) {
            return Ok(drifts);
        }
        let body = Self::body(case, &known, answer, &live);
        // An answer of another outcome is told as that, and not key by key.
        if body.iter().filter(|drift| drift.kind == Kind::KeyGone).count() > 1
            && let Some(other) = self.other_outcome(case, answer).await?
        {
            let found = format!("that of `{other}`");
            let promised = format!("the answer of `{}`", case.outcome);
            drifts.push(Drift::new("body", Kind::Outcome, promised, found).with(other));
            return Ok(drifts);
        }
        drifts.extend(body);
        Ok(drifts)
    }

    /// What is known of a case's answers; asks the embedded simulator the first time.
    ///
    /// # Errors
    ///
    /// When it cannot be asked.
    pub async fn known(&self, case: &Case) -> Result<Arc<Known>, TargetError> {
        let form = form_of(case);
        if let Some(known) = self.known.lock().await.get(&form) {
            return Ok(Arc::clone(known));
        }
        let known = Arc::new(self.learn(case, &form).await?);
        self.known.lock().await.insert(form, Arc::clone(&known));
        Ok(known)
    }

    async fn learn(&self, case: &Case, form: &str) -> Result<Known, TargetError> {
        let mut known = Known::default();
        let alike: Vec<&Case> = self.cases.iter().filter(|one| form_of(one) == form).collect();
        // Whichever of them is asked first, what holds for the others is known as well.
        let mut schemas: Vec<&Schema> =
            alike.iter().copied().chain([case]).filter_map(|one| one.schema.as_ref()).collect();
        schemas.sort_by(|one, other| one.path.cmp(&other.path));
        schemas.dedup_by(|one, other| one.path == other.path);
        let most = if case.session.is_some() { UNDER_SESSION } else { usize::MAX };
        let own = [case].into_iter().chain(alike.iter().copied().take(most.min(MOST_ALIKE)));
        for one in own {
            self.take(one, case, &schemas, &mut known).await?;
        }
        if !answers_with_somebody(case) {
            return Ok(known);
        }
        let mut alike_in_a_row = 0;
        for (index, gstin) in self.gstins.iter().take(most).enumerate() {
            let Some(one) = about(case, gstin) else { break };
            if self.take(&one, case, &schemas, &mut known).await? {
                alike_in_a_row = 0;
            } else {
                alike_in_a_row += 1;
            }
            if index >= self.personas && alike_in_a_row >= ENOUGH_ALIKE {
                break;
            }
        }
        Ok(known)
    }

    /// Asks, and keeps what is new of the answer; whether anything was.
    async fn take(
        &self,
        one: &Case,
        case: &Case,
        schemas: &[&Schema],
        known: &mut Known,
    ) -> Result<bool, TargetError> {
        let answer = match self.stage.ask(one).await {
            Ok(answer) => answer,
            // No session can be had for this taxpayer: another one shows the form.
            Err(TargetError::Request(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        let code = case.code.as_deref().unwrap_or_default();
        let said = answer.exchange.as_ref();
        if said.is_none_or(|said| said.outcome != case.outcome || said.code != code) {
            return Ok(false);
        }
        let before = known.body.clone();
        known.take(one, &answer, schemas);
        Ok(before != known.body)
    }

    /// The outcome of the endpoint whose answers look like this one; none where none does.
    async fn other_outcome(
        &self,
        case: &Case,
        answer: &Answer,
    ) -> Result<Option<String>, TargetError> {
        let mut tried = BTreeSet::new();
        let others = self.cases.iter().filter(|one| {
            one.vendor == case.vendor
                && one.endpoint == case.endpoint
                && one.outcome != case.outcome
                && one.status == answer.status
        });
        for other in others {
            if !tried.insert((&other.outcome, &other.code)) {
                continue;
            }
            let known = self.known(other).await?;
            let live = Seen::of(other, answer);
            if known.answers > 0 && Self::body(other, &known, answer, &live).is_empty() {
                return Ok(Some(other.outcome.clone()));
            }
        }
        Ok(None)
    }

    fn body(case: &Case, known: &Known, answer: &Answer, live: &Seen) -> Vec<Drift> {
        let mut drifts = Vec::new();
        let (Some(own), Some(shape)) = (&known.body, &live.body) else {
            if known.answers > 0 && known.body.is_some() != live.body.is_some() {
                let told = |json: bool| if json { "JSON" } else { "no JSON" };
                let (own, found) = (known.body.is_some(), live.body.is_some());
                drifts.push(Drift::new("body", Kind::Body, told(own), told(found)));
            }
            return drifts;
        };
        let way = case.session.as_ref().map(|session| &session.way);
        let mut silent = case.code_at.to_vec();
        silent.extend(way.into_iter().flat_map(|way| way.rolled_pointers()));
        silent.extend(live.wrong.iter().map(|mismatch| general(&mismatch.at)));
        let fixed_texts = !answers_with_somebody(case) && !own.tells_of_somebody();
        let rules = Rules { fixed_texts, silent };
        let nothing = Value::Null;
        let schema = case.schema.as_ref().map_or(&nothing, |schema| schema.json());
        let place = Place::whole("", Allowed::of(schema));
        differ(own, shape, &place, &rules, &mut drifts);
        for drift in &mut drifts {
            named(drift, case, answer);
        }
        let payload = case.payload.as_ref().map_or(&nothing, |schema| schema.json());
        if let (Some(own), Some((at, shape))) = (&known.opened, &live.opened) {
            let rules = Rules { fixed_texts: false, ..rules };
            differ(own, shape, &Place::whole(at, Allowed::of(payload)), &rules, &mut drifts);
        }
        for mismatch in &live.wrong {
            let found = nobodys(&mismatch.found);
            let at = general(&mismatch.at);
            add(Drift::new(at, Kind::TextFormat, &mismatch.promised, found), &mut drifts);
        }
        for (kind, Mismatch { at, promised, found }) in departures(case, answer) {
            let at = general(&at);
            if !known.departed.contains(&(kind, at.clone())) {
                add(Drift::new(at, kind, promised, nobodys(&found)), &mut drifts);
            }
        }
        drifts
    }
}

/// Whether a case is answered with a taxpayer's data: then texts are no words of the vendor's.
fn answers_with_somebody(case: &Case) -> bool {
    let endpoint = case.pack.endpoint(&case.asked.endpoint).map(|(_, endpoint)| endpoint);
    let success = endpoint.map(|endpoint| endpoint.replies.all[endpoint.success].outcome.as_str());
    case.wish.is_none() && case.status < 400 && success == Some(case.outcome.as_str())
}

/// What was seen of one answer.
struct Seen {
    body: Option<Shape>,
    opened: Option<(String, Shape)>,
    /// Volatile values that look otherwise than they must.
    wrong: Vec<Mismatch>,
    code: Option<String>,
}

impl Seen {
    fn of(case: &Case, answer: &Answer) -> Self {
        let mut json = serde_json::from_slice::<Value>(&answer.body).ok();
        let code = json.as_ref().and_then(|json| case.code_in(json));
        let moment = answer.moment_ms;
        let mut wrong = Vec::new();
        if let Some(json) = &mut json {
            wrong.extend(case.volatile.hide(json, moment));
        }
        let opened = answer.opened.clone().map(|mut inside| {
            wrong.extend(case.volatile.hide_within(&mut inside.json, &inside.pointer, moment));
            (inside.pointer, Shape::of(&inside.json))
        });
        wrong.extend(answer.wrong.iter().cloned());
        Self { body: json.as_ref().map(Shape::of), opened, wrong, code }
    }
}

impl Known {
    fn take(&mut self, case: &Case, answer: &Answer, schemas: &[&Schema]) {
        let seen = Seen::of(case, answer);
        let first = self.answers == 0;
        self.answers += 1;
        for (own, new) in
            [(&mut self.body, seen.body), (&mut self.opened, seen.opened.map(|(_, shape)| shape))]
        {
            match (own, new) {
                (Some(own), Some(new)) => own.merge(&new),
                (own @ None, new) => *own = new,
                (Some(_), None) => {}
            }
        }
        self.codes.extend(seen.code);
        self.statuses.insert(answer.status);
        let json = serde_json::from_slice::<Value>(&answer.body);
        for schema in schemas.iter().filter(|_| json.is_ok()) {
            let all = json.as_ref().map(|json| schema.departures(json, "")).unwrap_or_default();
            self.departed.extend(all.into_iter().map(|(kind, one)| (kind, general(&one.at))));
        }
        if let (Some(schema), Some(inside)) = (&case.payload, &answer.opened) {
            let all = schema.departures(&inside.json, &inside.pointer);
            self.departed.extend(all.into_iter().map(|(kind, one)| (kind, general(&one.at))));
        }
        let headers = headers(answer);
        for (name, own) in &mut self.headers {
            own.always &= headers.contains_key(name);
        }
        for (name, value) in headers {
            let own = self
                .headers
                .entry(name)
                .or_insert_with(|| Header { always: first, values: BTreeSet::new() });
            if own.values.len() <= MOST_VALUES {
                own.values.insert(value);
            }
        }
    }
}

/// No more different values of a header are kept.
const MOST_VALUES: usize = 4;

/// Headers that may matter.
fn headers(answer: &Answer) -> BTreeMap<String, String> {
    let all = answer
        .headers
        .iter()
        .filter(|(name, _)| name != "server" && !PLAIN_HEADERS.contains(&name.as_str()));
    all.cloned().collect()
}

/// Drifts of status, headers and code.
fn head(case: &Case, known: &Known, answer: &Answer, live: &Seen) -> Vec<Drift> {
    let mut drifts = Vec::new();
    if let Some(code) = &live.code
        && known.answers > 0
        && !known.codes.contains(code)
        && (!known.codes.is_empty() || case.code.is_some())
    {
        let documented = case.pack.catalog.iter().find(|one| one.code == *code);
        let at = case.code_at.first().cloned().unwrap_or_default();
        let own = case.code.as_deref().or_else(|| known.codes.first().map(String::as_str));
        let promised = own.map_or_else(|| "no code".to_owned(), |own| format!("{own:?}"));
        let kind = if documented.is_some() { Kind::Code } else { Kind::UndocumentedCode };
        let drift = Drift::new(at, kind, promised, format!("{code:?}"));
        let message = message(answer);
        let live = json!({ "code": code, "status": answer.status, "message": message });
        drifts.push(drift.with(live));
    }
    if answer.status != case.status {
        let (own, found) = (case.status.to_string(), answer.status.to_string());
        drifts.push(Drift::new("status", Kind::Status, own, found).with(answer.status));
    }
    if drifts.iter().any(ends) || known.answers == 0 {
        return drifts;
    }
    let found = headers(answer);
    for (name, own) in &known.headers {
        let at = format!("header {name}");
        let is_type = name == "content-type";
        let plain = |value: &str| value.to_ascii_lowercase().replace(' ', "");
        match found.get(name) {
            None if own.always => {
                let promised = own.values.first().map(String::as_str).unwrap_or_default();
                let kind = if is_type { Kind::ContentType } else { Kind::Header };
                drifts.push(Drift::new(at, kind, promised, "no header"));
            }
            Some(value)
                if own.values.len() == 1
                    && (known.answers > 1 || is_type)
                    && name != "retry-after"
                    && own.values.iter().all(|one| plain(one) != plain(value)) =>
            {
                let promised = own.values.first().map(String::as_str).unwrap_or_default();
                let kind = if is_type { Kind::ContentType } else { Kind::Header };
                drifts.push(Drift::new(at, kind, promised, value).with(value.as_str()));
            }
            _ => {}
        }
    }
    for name in TELLING_HEADERS {
        if let (Some(value), None) = (found.get(name), known.headers.get(name)) {
            let at = format!("header {name}");
            drifts.push(Drift::new(at, Kind::Header, "no header", value).with(value.as_str()));
        }
    }
    drifts
}

/// The first text of an answer that is several words.
fn message(answer: &Answer) -> Option<String> {
    fn first(json: &Value) -> Option<&str> {
        match json {
            Value::String(text) => text.trim().contains(' ').then_some(text.as_str()),
            Value::Array(list) => list.iter().find_map(first),
            Value::Object(map) => map.values().find_map(first),
            _ => None,
        }
    }
    let json: Value = serde_json::from_slice(&answer.body).ok()?;
    first(&json).map(str::to_owned)
}

/// Whether after this drift nothing of the body can be compared: it is another answer.
fn ends(drift: &Drift) -> bool {
    let class = |text: &str| text.bytes().next();
    match drift.kind {
        Kind::Code | Kind::UndocumentedCode => true,
        Kind::Status => class(&drift.promised) != class(&drift.found),
        _ => false,
    }
}

/// Adds a drift where none is told of that place, above it or below it.
fn add(drift: Drift, drifts: &mut Vec<Drift>) {
    let near = |one: &Drift| {
        one.at == drift.at
            || one.at.starts_with(&format!("{}/", drift.at.trim_end_matches('/')))
            || (one.kind != Kind::KeyOrder
                && one.at.len() > 1
                && drift.at.starts_with(&format!("{}/", one.at)))
    };
    if !drifts.iter().any(near) {
        drifts.push(drift);
    }
}

/// A pointer with `*` for every item of a list.
fn general(pointer: &str) -> String {
    let index = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    let steps: Vec<_> =
        pointer.split('/').map(|step| if index(step) { "*" } else { step }).collect();
    steps.join("/")
}

/// Where a new key says what the pack has a name for, its made-up value is that name.
fn named(drift: &mut Drift, case: &Case, answer: &Answer) {
    if drift.kind != Kind::NewKey {
        return;
    }
    let json = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    let Some(value) = json.pointer(&drift.at) else { return };
    let code = case.code.as_deref().unwrap_or_default();
    let row = case.pack.catalog.iter().find(|row| row.code == code);
    let name = match value {
        Value::String(text) if !code.is_empty() && text == code => "code",
        Value::Number(number) if number.to_string() == code => "code_number",
        Value::Number(number) if number.as_u64() == Some(answer.status.into()) => "status",
        Value::String(text) if row.is_some_and(|row| row.message == *text) => "message",
        Value::String(text) if population::subject(case).as_ref() == Some(text) => "taxpayer.gstin",
        _ => return,
    };
    drift.live["value"] = format!("{{{{ {name} }}}}").into();
}

/// What was found, without a value that may be somebody's.
fn nobodys(found: &str) -> String {
    match serde_json::from_str::<Value>(found) {
        Ok(value) => Shape::of(&value).told(),
        Err(_) if found.starts_with('"') => "a text".to_owned(),
        Err(_) => found.to_owned(),
    }
}

/// What the schemas say of an answer.
fn departures(case: &Case, answer: &Answer) -> Vec<(Kind, Mismatch)> {
    let mut all = Vec::new();
    let json = serde_json::from_slice::<Value>(&answer.body);
    if let (Some(schema), Ok(json)) = (&case.schema, json) {
        all.extend(schema.departures(&json, ""));
    }
    if let (Some(schema), Some(inside)) = (&case.payload, &answer.opened) {
        all.extend(schema.departures(&inside.json, &inside.pointer));
    }
    all
}
