//! The walk of a call: every step in its order, from the request to the plan of sending the reply.
//!
//! No clock, no socket, no file in here: the call brings its time, the scene its dice.

use std::{borrow::Cow, cell::RefCell, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};
use thiserror::Error;

use crate::{
    auth::{Identity, Refusal},
    fault::{Fault, latency::Latency},
    journal::Via,
    model::{
        call::Call,
        dice::Dice,
        outcome::Outcome,
        period,
        reply::{Delivery, Reply},
        taxpayer::Taxpayer,
    },
    pack::{Body, Endpoint, HeaderText, Lookup, Pack, Replies, file::TokenForm},
    render::{
        datum::uuid,
        expression::{Locals, Scope},
        jinja::letters,
        scene::{Issued, Scene, Words},
    },
    route::{self, BodyFault, Route},
    tenant::Tenant,
    validate::{self, Verdict},
    world::World,
};

/// The header by which a request asks for an outcome.
pub const OUTCOME_HEADER: HeaderName = HeaderName::from_static("x-sim-outcome");
/// The header that names the exchange in the journal.
pub const EXCHANGE_HEADER: HeaderName = HeaderName::from_static("x-sim-exchange");
/// The header that says what a developer should know.
pub const HINT_HEADER: HeaderName = HeaderName::from_static("x-sim-hint");

/// A call and what became of it.
#[derive(Debug)]
pub struct Exchange {
    /// The scene, with the call in it.
    pub scene: Arc<Scene>,
    /// Our name for the answer.
    pub outcome: Outcome,
    /// The vendor's; empty where it has none.
    pub code: String,
    /// Why this was answered.
    pub via: Via,
    /// What a developer should know.
    pub hint: Option<String>,
    /// What is sent, and how.
    pub delivery: Delivery,
}

/// Why we could not play the part.
#[derive(Debug, Error)]
pub enum SimulatorError {
    /// A body's expression failed; `gspsim check` should have found it.
    #[error("an expression of `{vendor}` cannot be worked out")]
    Expression {
        /// The vendor.
        vendor: String,
        /// What the expression says.
        source: minijinja::Error,
    },
    /// The request's `X-Sim-Outcome` cannot be read.
    #[error("{message}")]
    Wish {
        /// What is wrong.
        message: String,
        /// What may be asked for.
        outcomes: Vec<String>,
        /// Codes that may be asked for.
        codes: Vec<String>,
    },
}

thread_local! {
    /// Where bodies are written before they are copied to their length: taking a buffer that is
    /// large enough for any of them cost 1,500 of the 47,000 instructions of a call.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What a request asks for by header.
struct Wish {
    reply: Option<usize>,
    faults: Vec<Fault>,
}

/// What was decided: the reply's index and why.
struct Decision {
    reply: usize,
    via: Via,
    reason: Option<String>,
}

/// Plays one call to a vendor: same world, same memory, same call, same bytes.
///
/// # Errors
///
/// When we cannot play the part; the vendor's refusals are no errors.
pub fn play(
    world: &World,
    tenant: &Tenant,
    pack: &Arc<Pack>,
    call: Call,
) -> Result<Exchange, SimulatorError> {
    let mut scene = Scene::new(Arc::clone(pack), Arc::clone(&world.register), world.seed, call);
    let (route, body_fault) = route::find(pack, &mut scene);
    let mut scene = Arc::new(scene);
    let failed = |source| SimulatorError::Expression { vendor: pack.name.clone(), source };
    let index = match route {
        Route::Endpoint(index) => index,
        Route::Unknown(near) => {
            let hint = unknown_hint(pack, &scene.call, &near);
            let plain = (StatusCode::NOT_FOUND, "unknown-route");
            return edge(scene, pack.edges.unknown_path, plain, hint).map_err(failed);
        }
        Route::WrongMethod(methods) => {
            let allowed: Vec<_> = methods.iter().map(ToString::to_string).collect();
            let hint = format!("this address takes {}", allowed.join(", "));
            let plain = (StatusCode::METHOD_NOT_ALLOWED, "wrong-method");
            return edge(scene, pack.edges.wrong_method, plain, hint).map_err(failed);
        }
    };
    let endpoint = &pack.endpoints[index];
    let wish = wish(world, endpoint, &scene)?;
    let gstin = subject(endpoint, &scene).map(Cow::into_owned);

    let mut faults = Vec::new();
    let mut story = None;
    for playing in tenant.playing().iter() {
        if let Some(decision) = playing.decide(&scene, gstin.as_deref()).map_err(failed)? {
            story = decision.answer;
            faults = decision.faults;
            break;
        }
    }
    let forced = |wish: &str| world.vocabulary.nearest(&endpoint.replies, wish);
    let magic = || {
        let gstin = gstin.as_deref()?;
        forced(pack.scripted.find(gstin).or_else(|| world.magic.forced(gstin))?)
    };
    let asked = wish.reply.map(|reply| (reply, Via::Header));
    let told = || story.as_deref().and_then(forced).map(|reply| (reply, Via::Scenario));
    let decision = match asked.or_else(told).or_else(|| magic().map(|at| (at, Via::MagicGstin))) {
        Some((reply, via)) => {
            stage(&mut scene, endpoint, tenant, gstin.as_deref());
            Decision { reply, via, reason: None }
        }
        None => {
            cause(&mut scene, endpoint, tenant, gstin.as_deref(), body_fault).map_err(failed)?
        }
    };
    faults.extend(wish.faults);

    if let Some(issues) = endpoint.issues.as_ref().filter(|_| decision.reply == endpoint.success) {
        let account = scene.account.unwrap_or_default();
        let session = issue(&scene, issues.form, issues.life_s);
        let sessions = &tenant.memory.sessions;
        sessions.open(&session.token, &issues.session, account, session.expires_at_ms);
        amend(&mut scene).session = Some(session);
    }
    let (scene, outcome, reply) =
        render(scene, &endpoint.replies, decision.reply, decision.reason).map_err(failed)?;
    let mut delivery = Delivery::from(reply);
    for fault in &faults {
        delivery = fault.apply(delivery);
    }
    Ok(Exchange {
        code: scene.words.code.clone(),
        scene,
        outcome,
        via: decision.via,
        hint: None,
        delivery,
    })
}

/// The scene, to be changed: no expression outlives its evaluation.
fn amend(scene: &mut Arc<Scene>) -> &mut Scene {
    Arc::get_mut(scene).expect("nothing keeps the scene between two steps")
}

/// The GSTIN asked about, as sent.
fn subject<'scene>(endpoint: &Endpoint, scene: &'scene Scene) -> Option<Cow<'scene, str>> {
    let field = endpoint.lookup?.gstin_field()?;
    scene.field(field)?.as_str().map(Cow::Borrowed)
}

/// What the request asks for by header.
fn wish(world: &World, endpoint: &Endpoint, scene: &Scene) -> Result<Wish, SimulatorError> {
    let Some(value) = scene.call.headers.get(OUTCOME_HEADER) else {
        return Ok(Wish { reply: None, faults: Vec::new() });
    };
    let refuse = |message: String| {
        let mut outcomes: Vec<_> =
            endpoint.replies.by_outcome.keys().map(ToString::to_string).collect();
        outcomes.sort();
        let mut codes: Vec<_> = endpoint.replies.by_code.keys().cloned().collect();
        codes.sort();
        SimulatorError::Wish { message, outcomes, codes }
    };
    let text = value.to_str().map_err(|_| refuse("`x-sim-outcome` is no text".to_owned()))?;
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let reply = if name.is_empty() {
        None
    } else {
        let found = world.vocabulary.strict(&endpoint.replies, name);
        Some(found.ok_or_else(|| {
            refuse(format!(
                "`{}` has no outcome or code `{name}` at `{}`",
                scene.pack.name, endpoint.name
            ))
        })?)
    };
    let mut faults = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        let delay_ms = part.strip_prefix("delay=").and_then(read_delay);
        let Some(delay_ms) = delay_ms else {
            return Err(refuse(format!(
                "`{part}` is nothing `x-sim-outcome` knows; write `delay=800ms` or `delay=2s`"
            )));
        };
        faults.push(Fault::Latency(Latency { delay_ms }));
    }
    Ok(Wish { reply, faults })
}

/// `800ms` or `2s`, in milliseconds.
fn read_delay(text: &str) -> Option<u64> {
    let (number, factor) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s')?, 1000),
    };
    number.trim().parse::<u64>().ok()?.checked_mul(factor)
}

/// Fills the scene for an answer that the call did not cause: who calls, where that can be told,
/// and somebody to speak of.
fn stage(scene: &mut Arc<Scene>, endpoint: &Endpoint, tenant: &Tenant, gstin: Option<&str>) {
    if let Some(scheme) = endpoint.scheme.and_then(|index| scene.pack.schemes.get(index))
        && let Ok(identity) = scheme.identify(scene, &tenant.memory.sessions)
    {
        introduce(scene, identity);
    }
    let on = period::ist_date(scene.call.at_ms);
    let somebody = |scene: &Scene, text: &str| {
        scene
            .register
            .look_up(text, on)
            .map_or_else(|| scene.register.stand_in(text, on), Cow::into_owned)
    };
    match endpoint.lookup {
        None => {}
        Some(Lookup::Gstin(_)) => {
            let taxpayer = somebody(scene, gstin.unwrap_or_default());
            amend(scene).taxpayer = Some(Arc::new(taxpayer));
        }
        Some(lookup) => {
            let mut found = search(scene, lookup);
            if found.is_empty() {
                found.push(somebody(scene, ""));
            }
            amend(scene).taxpayers = found;
        }
    }
}

fn introduce(scene: &mut Arc<Scene>, identity: Identity) {
    let scene = amend(scene);
    scene.account = Some(identity.account);
    scene.claims = identity.claims;
}

/// What the call itself causes.
fn cause(
    scene: &mut Arc<Scene>,
    endpoint: &Endpoint,
    tenant: &Tenant,
    gstin: Option<&str>,
    body_fault: Option<BodyFault>,
) -> Result<Decision, minijinja::Error> {
    let decide = |reply| Decision { reply, via: Via::Cause, reason: None };
    if let Some(decision) = ruled(&endpoint.before_auth, scene, None)? {
        return Ok(decision);
    }
    if let Some(scheme) = endpoint.scheme.and_then(|index| scene.pack.schemes.get(index)) {
        match scheme.identify(scene, &tenant.memory.sessions) {
            Ok(identity) => {
                let refusal = endpoint.refusals.get(identity.account).copied().flatten();
                introduce(scene, identity);
                if let Some(reply) = refusal {
                    return Ok(decide(reply));
                }
            }
            Err(refusal) => {
                let reply = match refusal {
                    Refusal::Missing => endpoint.auth_missing,
                    Refusal::Wrong => endpoint.auth_wrong,
                    Refusal::Expired(part) => endpoint.auth_expired.get(part).copied().flatten(),
                };
                return Ok(decide(reply.unwrap_or(endpoint.success)));
            }
        }
    }
    let body_reply = body_fault.zip(endpoint.body.as_ref()).map(|(fault, body)| match fault {
        BodyFault::Unreadable => body.unreadable,
        BodyFault::WrongType => body.wrong_type.unwrap_or(body.unreadable),
    });
    if let Some(decision) = ruled(&endpoint.rules, scene, body_reply)? {
        return Ok(decision);
    }
    if let Some(reply) = look_up(scene, endpoint, gstin) {
        return Ok(decide(reply));
    }
    if let Some(decision) = ruled(&endpoint.after_lookup, scene, None)? {
        return Ok(decision);
    }
    Ok(decide(endpoint.success))
}

/// What the first rule that fails decides; `body_reply` is due when the body's turn comes.
fn ruled(
    rules: &[crate::pack::Rule],
    scene: &Arc<Scene>,
    body_reply: Option<usize>,
) -> Result<Option<Decision>, minijinja::Error> {
    let decide = |reply, reason| Some(Decision { reply, via: Via::Cause, reason });
    Ok(match (validate::first_failure(rules, scene, body_reply.is_some())?, body_reply) {
        (Verdict::Passes, _) | (Verdict::BodyNeeded, None) => None,
        (Verdict::BodyNeeded, Some(reply)) => decide(reply, None),
        (Verdict::Fails(index), _) => {
            let rule = &rules[index];
            let mut reason = None;
            if let Some(template) = &rule.reason {
                let mut text = String::new();
                template.fill(Scope { scene, locals: &Locals::Empty }, &mut text)?;
                reason = Some(text);
            }
            decide(rule.otherwise, reason)
        }
    })
}

/// Finds who is asked about; the reply where nobody is there.
fn look_up(scene: &mut Arc<Scene>, endpoint: &Endpoint, gstin: Option<&str>) -> Option<usize> {
    let lookup = endpoint.lookup?;
    if let Lookup::Gstin(_) = lookup {
        let on = period::ist_date(scene.call.at_ms);
        let found = gstin.and_then(|gstin| scene.register.recall(gstin, on));
        let nobody = found.is_none();
        amend(scene).taxpayer = found;
        return endpoint.not_found.filter(|_| nobody);
    }
    let found = search(scene, lookup);
    let nobody = found.is_empty();
    amend(scene).taxpayers = found;
    endpoint.not_found.filter(|_| nobody)
}

/// The taxpayers of a PAN or a name.
pub(crate) fn search(scene: &Scene, lookup: Lookup) -> Vec<Taxpayer> {
    let on = period::ist_date(scene.call.at_ms);
    let text = |field: usize| scene.field(field).and_then(Value::as_str).filter(|t| !t.is_empty());
    let by_pan = |pan: &str, limit: usize| {
        let mut found = scene.register.of_pan(pan, on);
        found.truncate(limit);
        found
    };
    let by_name = |name: &str, limit: usize| scene.register.by_legal_name(name, limit, on);
    let found = match lookup {
        Lookup::Gstin(_) => None,
        Lookup::Pan { field, limit } => text(field).map(|pan| by_pan(pan, limit)),
        Lookup::LegalName { field, limit } => text(field).map(|name| by_name(name, limit)),
        Lookup::PanOrLegalName { pan, legal_name, limit } => text(pan)
            .map(|pan| by_pan(pan, limit))
            .or_else(|| text(legal_name).map(|name| by_name(name, limit))),
    };
    found.unwrap_or_default()
}

/// Makes a token.
fn issue(scene: &Scene, form: TokenForm, life_s: i64) -> Issued {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let expires_at_ms = scene.call.at_ms.saturating_add(life_s.saturating_mul(1000));
    let random = |length| scene.roll(|dice: &mut Dice| letters(dice, LETTERS, length));
    let token = match form {
        TokenForm::Opaque => random(40),
        TokenForm::Uuid => scene.roll(uuid),
        TokenForm::Jwt => {
            let account = scene.account.and_then(|index| scene.pack.accounts.get(index));
            let part = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
            let head = part(&json!({ "alg": "HS256", "typ": "JWT" }));
            let claims = part(&json!({
                "sub": account.map(|account| account.name.as_str()),
                "iat": scene.call.at_ms.div_euclid(1000),
                "exp": expires_at_ms.div_euclid(1000),
            }));
            format!("{head}.{claims}.{}", random(43))
        }
    };
    Issued { token, life_s, expires_at_ms }
}

/// Says it in the vendor's words.
///
/// # Errors
///
/// What an expression says.
pub(crate) fn render(
    mut scene: Arc<Scene>,
    replies: &Replies,
    index: usize,
    reason: Option<String>,
) -> Result<(Arc<Scene>, Outcome, Reply), minijinja::Error> {
    let plan = &replies.all[index];
    let pack = Arc::clone(&scene.pack);
    let code = pack.code_of(plan);
    let own_reason = match (&reason, &plan.reason) {
        (None, Some(template)) => {
            let mut text = String::new();
            template.fill(Scope { scene: &scene, locals: &Locals::Empty }, &mut text)?;
            Some(text)
        }
        _ => None,
    };
    amend(&mut scene).words = Words {
        code: code.map(|code| code.code.clone()).unwrap_or_default(),
        message: code.map(|code| code.message.clone()).unwrap_or_default(),
        reason: reason.or(own_reason),
        status: plan.status.as_u16(),
        outcome: plan.outcome.as_str().to_owned(),
    };
    let scope = Scope { scene: &scene, locals: &Locals::Empty };
    let mut headers = Vec::with_capacity(plan.headers.len() + 3);
    let body = match &*plan.body {
        Body::Empty => Bytes::new(),
        Body::Json(tree) => {
            let body = SCRATCH.with_borrow_mut(|out| {
                out.clear();
                tree.write(scope, out).map(|_| Bytes::copy_from_slice(out))
            })?;
            headers.push((CONTENT_TYPE, pack.content_type.clone()));
            body
        }
        Body::Text(template, content_type) => {
            let mut out = String::with_capacity(256);
            template.fill(scope, &mut out)?;
            headers.push((CONTENT_TYPE, content_type.clone()));
            Bytes::from(out)
        }
    };
    for (name, text) in plan.headers.iter() {
        let value = match text {
            HeaderText::Ready(value) => value.clone(),
            HeaderText::Template(template) => {
                let mut out = String::new();
                template.fill(scope, &mut out)?;
                let Ok(value) = HeaderValue::from_str(&out) else { continue };
                value
            }
        };
        headers.retain(|(known, _)| known != name);
        headers.push((name.clone(), value));
    }
    let reply = Reply { status: plan.status, headers, body };
    Ok((scene, plan.outcome.clone(), reply))
}

/// The answer to what HTTP itself refuses: the vendor's where it documents one, else a plain one.
pub(crate) fn edge(
    scene: Arc<Scene>,
    reply: Option<usize>,
    plain: (StatusCode, &str),
    hint: String,
) -> Result<Exchange, minijinja::Error> {
    let pack = Arc::clone(&scene.pack);
    let (scene, outcome, reply) = match reply {
        Some(index) => render(scene, &pack.replies, index, None)?,
        None => {
            let reply = Reply { status: plain.0, headers: Vec::new(), body: Bytes::new() };
            (scene, Outcome::from(plain.1), reply)
        }
    };
    Ok(Exchange {
        code: scene.words.code.clone(),
        scene,
        outcome,
        via: Via::Cause,
        hint: Some(hint),
        delivery: reply.into(),
    })
}

fn unknown_hint(pack: &Pack, call: &Call, near: &[String]) -> String {
    let closest = near.first().map(|address| format!("; the closest is {address}"));
    format!("`{}` has no {} {}{}", pack.name, call.method, call.path, closest.unwrap_or_default())
}
