//! Cause: what a call brings about by itself, and who is spoken of where it does not.

use std::{borrow::Cow, sync::Arc};

use serde_json::Value;

use super::{Decision, amend, bulk, consent, limits::Limiter};
use crate::{
    auth::{Identity, Refusal},
    journal::Via,
    model::{
        gstin::{EXAMPLE, GstinForm},
        period,
        taxpayer::Taxpayer,
    },
    pack::{Check, Endpoint, Lookup, Rule, file::LimitAt},
    render::{
        expression::{Locals, Scope},
        scene::Scene,
        template::Template,
    },
    route::BodyFault,
    tenant::Tenant,
    validate::{self, Verdict},
};

/// Fills the scene for an answer that the call did not cause: who calls, where that can be told,
/// and somebody to speak of.
pub(super) fn stage(
    scene: &mut Arc<Scene>,
    endpoint: &Endpoint,
    tenant: &Tenant,
    gstin: Option<&str>,
) {
    if let Some(scheme) = endpoint.scheme.and_then(|index| scene.pack.schemes.get(index))
        && let Ok(identity) = scheme.identify(scene, &tenant.memory.sessions)
    {
        introduce(scene, identity);
    }
    let on = period::ist_date(scene.call.at_ms);
    let somebody = |scene: &Scene, text: &str| {
        // No vendor tells of somebody whose number is no number, whatever it is asked to say.
        let scripted = || scene.pack.scripted.find(text).is_some();
        let text = if GstinForm::Pattern.accepts(text) || scripted() { text } else { EXAMPLE };
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
pub(super) fn cause(
    scene: &mut Arc<Scene>,
    endpoint: &Endpoint,
    limiter: Limiter<'_>,
    gstin: Option<&str>,
    body_fault: Option<BodyFault>,
) -> Result<Decision, minijinja::Error> {
    let Limiter { world, tenant, .. } = limiter;
    let decide = |reply| Decision { reply, via: Via::Cause, reason: None, hint: None };
    if let Some(decision) = ruled(&endpoint.before_auth, scene, None)? {
        return Ok(decision);
    }
    if let Some(decision) = limiter.take(scene, endpoint, LimitAt::BeforeAuth)? {
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
                let hint = Some(refused_hint(refusal, scene));
                return Ok(Decision { hint, ..decide(reply.unwrap_or(endpoint.success)) });
            }
        }
    }
    if let Some(decision) = limiter.take(scene, endpoint, LimitAt::AfterAuth)? {
        return Ok(decision);
    }
    let body_reply = body_fault.zip(endpoint.body.as_ref()).map(|(fault, body)| match fault {
        BodyFault::Unreadable => BodyReply {
            reply: body.unreadable,
            reason: body.reason.as_ref(),
            hint: "the body cannot be read as what it says it is",
        },
        BodyFault::WrongType => BodyReply {
            reply: body.wrong_type.unwrap_or(body.unreadable),
            reason: None,
            hint: "this endpoint does not take this `content-type`",
        },
    });
    if let Some(decision) = ruled(&endpoint.rules, scene, body_reply)? {
        return Ok(decision);
    }
    if let Some(decision) = limiter.take(scene, endpoint, LimitAt::AfterRules)? {
        return Ok(decision);
    }
    if let Some(decision) = consent::take(scene, endpoint, world, tenant) {
        return Ok(decision);
    }
    if let Some(reply) = look_up(scene, endpoint, gstin) {
        return Ok(decide(reply));
    }
    if let Some(decision) = ruled(&endpoint.after_lookup, scene, None)? {
        return Ok(decision);
    }
    if let Some(decision) = bulk::take(scene, endpoint, tenant)? {
        return Ok(decision);
    }
    Ok(decide(endpoint.success))
}

/// What is answered when it is the turn of a body that cannot be read.
#[derive(Clone, Copy)]
struct BodyReply<'endpoint> {
    reply: usize,
    reason: Option<&'endpoint Template>,
    hint: &'static str,
}

/// What the first rule that fails decides; `body_reply` is due when the body's turn comes.
fn ruled(
    rules: &[Rule],
    scene: &Arc<Scene>,
    body_reply: Option<BodyReply<'_>>,
) -> Result<Option<Decision>, minijinja::Error> {
    let decide = |reply, reason: Option<&Template>, hint| {
        let mut text = None;
        if let Some(template) = reason {
            template.fill(Scope { scene, locals: &Locals::Empty }, text.insert(String::new()))?;
        }
        Ok::<_, minijinja::Error>(Some(Decision { reply, via: Via::Cause, reason: text, hint }))
    };
    Ok(match (validate::first_failure(rules, scene, body_reply.is_some())?, body_reply) {
        (Verdict::Passes, _) | (Verdict::BodyNeeded, None) => None,
        (Verdict::BodyNeeded, Some(body)) => {
            decide(body.reply, body.reason, Some(body.hint.to_owned()))?
        }
        (Verdict::Fails(index), _) => {
            let rule = &rules[index];
            decide(rule.otherwise, rule.reason.as_ref(), rule_hint(rule, scene))?
        }
    })
}

/// What a caller who was not let in should look at.
fn refused_hint(refusal: Refusal, scene: &Scene) -> String {
    if let Some(ended) = &scene.call.ended {
        return ended.to_string();
    }
    let vendor = &scene.pack.name;
    let what = match refusal {
        Refusal::Missing => "credentials are missing, or not all there",
        Refusal::Wrong => "nobody has these credentials",
        Refusal::Expired(_) => "these credentials have expired",
    };
    format!("{what}; `gspsim credentials --vendor {vendor}` tells what to send")
}

/// Which field a rule found fault with; none where the rule is about no single one.
fn rule_hint(rule: &Rule, scene: &Scene) -> Option<String> {
    let field = scene.endpoint()?.fields.get(rule.field?)?;
    let what = match rule.check {
        Check::Present | Check::Filled => "is missing or empty",
        Check::Type(_) => "has another type than the vendor wants",
        _ => "has a value that the vendor does not take",
    };
    Some(format!("`{}` {what}", field.name))
}

/// Finds who is asked about; the reply where nobody is there.
fn look_up(scene: &mut Arc<Scene>, endpoint: &Endpoint, gstin: Option<&str>) -> Option<usize> {
    let lookup = endpoint.lookup?;
    if let Lookup::Gstin(_) = lookup {
        let on = period::ist_date(scene.call.at_ms);
        let found = gstin.and_then(|gstin| scene.register.remember(gstin, on));
        let nobody = found.is_none();
        let scene = amend(scene);
        scene.recalled = found.as_ref().is_some_and(|(_, before)| *before);
        scene.taxpayer = found.map(|(taxpayer, _)| taxpayer);
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
