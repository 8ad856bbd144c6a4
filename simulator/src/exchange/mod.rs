//! The walk of a call: every step in its order, from the request to the plan of sending the reply.
//!
//! No clock, no socket, no file in here: the call brings its time, the scene its dice.

use std::{borrow::Cow, sync::Arc};

use http::{HeaderName, HeaderValue, StatusCode, header::ALLOW};
use thiserror::Error;

use crate::{
    journal::Via,
    model::{call::Call, outcome::Outcome, reply::Delivery},
    pack::{Endpoint, Pack, file::StepFile},
    render::scene::Scene,
    route::{self, Route},
    scenario::Playing,
    tenant::Tenant,
    world::World,
};

mod bulk;
mod cause;
mod consent;
mod hints;
mod limits;
mod say;
mod story;
mod wish;

pub(crate) use self::{
    bulk::imagined,
    cause::search,
    say::{edge, render},
};
use self::{
    cause::{cause, stage},
    limits::Limiter,
    say::issue,
    story::{Heard, hear},
    wish::wish,
};

/// The header by which a request asks for an outcome.
pub const OUTCOME_HEADER: HeaderName = HeaderName::from_static("x-sim-outcome");
/// The header that names the exchange in the journal.
pub const EXCHANGE_HEADER: HeaderName = HeaderName::from_static("x-sim-exchange");
/// The header that says what a developer should know.
pub const HINT_HEADER: HeaderName = HeaderName::from_static("x-sim-hint");

/// The outcome of a reply that a story tells word for word and gives no name.
pub const WORD_FOR_WORD: &str = "word-for-word";

/// Outcomes of calls that no vendor has words for.
pub const OURS: [&str; 7] = [
    "body-too-large",
    "simulator-trouble",
    "unknown-outcome",
    "unknown-route",
    "unreadable-body",
    WORD_FOR_WORD,
    "wrong-method",
];

/// A call and what became of it.
#[derive(Debug)]
pub struct Exchange {
    /// The scene, with the call in it.
    pub scene: Arc<Scene>,
    /// Our name for the answer.
    pub outcome: Outcome,
    /// The vendor's; empty where it has none.
    pub code: String,
    /// Index of the reply among the endpoint's, or among the vendor's where no endpoint took the
    /// call; `None` where the vendor has no words for it.
    pub plan: Option<usize>,
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
    /// A step of ours panicked.
    #[error("the simulator's own code for `{vendor}` failed: {what}")]
    Panic {
        /// The vendor.
        vendor: String,
        /// What the panic said.
        what: String,
    },
    /// The request's `X-Sim-Outcome` cannot be read.
    #[error("{message}")]
    Wish {
        /// What is wrong.
        message: String,
        /// What may be asked for.
        hint: String,
        /// The call that asks.
        call: Box<Call>,
    },
}

/// What was decided: the reply's index and why.
struct Decision {
    reply: usize,
    via: Via,
    reason: Option<String>,
    /// What did not fit, for the journal; the vendor need not say it.
    hint: Option<String>,
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
    let mut scene = Scene::new(Arc::clone(pack), tenant.register(world), tenant.seed(world), call);
    scene.tenant = tenant.scope();
    let (route, body_fault) = route::find(pack, &mut scene);
    let mut scene = Arc::new(scene);
    let failed = |source| SimulatorError::Expression { vendor: pack.name.clone(), source };
    let index = match route {
        Route::Endpoint(index) => index,
        astray => return lost(world, tenant, scene, astray).map_err(failed),
    };
    let endpoint = &pack.endpoints[index];
    let wish = wish(world, endpoint, &scene)?;
    let gstin = subject(endpoint, &scene).map(Cow::into_owned);

    consent::show(&mut scene, endpoint, tenant);
    let stories = tenant.playing();
    let limiter = Limiter { world, tenant, playing: &stories };
    let Heard { story, reply, mut faults, unsaid } = if stories.is_empty() {
        Heard::default()
    } else {
        hear(&mut scene, Some(endpoint), limiter, gstin.as_deref()).map_err(failed)?
    };
    let forced = |wish: &str| world.vocabulary.nearest(&endpoint.replies, wish);
    if let Some(reply) = reply.filter(|_| wish.reply.is_none()) {
        let named = story.as_deref().and_then(forced);
        faults.extend(wish.faults);
        return Ok(say::word_for_word(scene, named, &reply, &faults, unsaid));
    }
    let magic = || {
        let gstin = gstin.as_deref()?;
        forced(pack.scripted.find(gstin).or_else(|| world.magic.forced(gstin))?)
    };
    let asked = wish.reply.map(|reply| (reply, Via::Header));
    let told = || story.as_deref().and_then(forced).map(|reply| (reply, Via::Scenario));
    let decision = match asked.or_else(told).or_else(|| magic().map(|at| (at, Via::MagicGstin))) {
        Some((reply, via)) => {
            stage(&mut scene, endpoint, tenant, gstin.as_deref());
            // A session is begun, renewed or ended only where that is what is answered.
            let uses = endpoint.consent.as_ref().is_some_and(|step| step.step == StepFile::Use);
            if uses || reply == endpoint.success {
                let _ = consent::take(&mut scene, endpoint, world, tenant);
            }
            bulk::stage(&mut scene, endpoint, reply, tenant).map_err(failed)?;
            Decision { reply, via, reason: None, hint: None }
        }
        None => {
            let cause = cause(&mut scene, endpoint, limiter, gstin.as_deref(), body_fault);
            let mut decision = cause.map_err(failed)?;
            if decision.reply != endpoint.success {
                decision.hint = hints::refused(world, &scene, endpoint, body_fault, decision.hint);
            }
            decision
        }
    };
    let decision = limiter.charge(&mut scene, endpoint, decision).map_err(failed)?;
    faults.extend(wish.faults);

    if let Some(issues) = endpoint.issues.as_ref().filter(|_| decision.reply == endpoint.success) {
        let account = scene.account.unwrap_or_default();
        let session = issue(&scene, issues.form, issues.life_s);
        let sessions = &tenant.memory.sessions;
        sessions.open(&session.token, &issues.session, account, session.expires_at_ms);
        tenant.gave(&session.token);
        amend(&mut scene).session = Some(session);
    }
    let (scene, outcome, reply) =
        render(scene, &endpoint.replies, decision.reply, decision.reason).map_err(failed)?;
    let body = &endpoint.replies.all[decision.reply].body;
    let mut delivery = bulk::carry(&scene, body, Delivery::from(reply));
    for fault in &faults {
        delivery = scene.roll(|dice| fault.apply(delivery, dice));
    }
    let unedited = scene.unedited.get().filter(|why| !why.is_empty()).cloned();
    Ok(Exchange {
        code: scene.words.code.clone(),
        scene,
        outcome,
        plan: Some(decision.reply),
        via: decision.via,
        hint: decision.hint.or(unsaid).or(unedited),
        delivery,
    })
}

/// What is said of a call that no endpoint takes.
fn lost(
    world: &World,
    tenant: &Tenant,
    mut scene: Arc<Scene>,
    route: Route,
) -> Result<Exchange, minijinja::Error> {
    let pack = Arc::clone(&scene.pack);
    // Other stories are about what endpoints answer.
    let playing = tenant.playing();
    let telling = |one: &&Playing| one.scenario.tells_replies;
    let playing: Vec<_> = playing.iter().filter(telling).cloned().collect();
    if !playing.is_empty() {
        let limiter = Limiter { world, tenant, playing: &playing };
        let heard = hear(&mut scene, None, limiter, None)?;
        if let Some(reply) = heard.reply {
            return Ok(say::word_for_word(scene, None, &reply, &heard.faults, heard.unsaid));
        }
    }
    let methods = match route {
        Route::WrongMethod(methods) => methods,
        Route::Unknown(near) => {
            let hint = hints::unknown(world, &pack, &scene.call, &near);
            return edge(
                scene,
                pack.edges.unknown_path,
                (StatusCode::NOT_FOUND, "unknown-route"),
                hint,
            );
        }
        Route::Endpoint(_) => Vec::new(),
    };
    let allowed: Vec<_> = methods.iter().map(ToString::to_string).collect();
    let allowed = allowed.join(", ");
    let plain = (StatusCode::METHOD_NOT_ALLOWED, "wrong-method");
    let hint = format!("this address takes {allowed}");
    let mut exchange = edge(scene, pack.edges.wrong_method, plain, hint)?;
    // HTTP wants it of a 405; a vendor's own answer says what the vendor says.
    if pack.edges.wrong_method.is_none()
        && let Ok(allowed) = HeaderValue::from_str(&allowed)
    {
        exchange.delivery.reply.headers.push((ALLOW, allowed));
    }
    Ok(exchange)
}

/// Whether a call may take long to play: one that opens or makes keys, or opens books.
#[must_use]
pub fn takes_long(pack: &Pack, call: &Call) -> bool {
    let Ok(matched) = pack.routes.at(&call.path) else { return false };
    matched.value.iter().any(|index| {
        let endpoint = &pack.endpoints[*index];
        endpoint.consent.is_some() || endpoint.books.is_some() || endpoint.bulk.is_some()
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
