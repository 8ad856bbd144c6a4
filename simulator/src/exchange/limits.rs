//! Limits: what a call takes of them as it comes, and what its answer costs when it is known.
//!
//! A call that asks for its answer gets it, whatever the limits say; it counts all the same. What goes
//! wrong with the reply on its way changes nothing: it was answered, and has cost what it costs.

use std::{
    hash::{BuildHasher as _, Hash as _, Hasher as _},
    sync::Arc,
};

use ahash::RandomState;
use serde_json::Value;

use super::{Decision, amend, subject};
use crate::{
    journal::Via,
    memory::limits::{Ask, Key, Standing},
    pack::{
        Endpoint,
        file::{LimitAt, LimitChange, LimitCounts, LimitOf},
        limits::{Force, Refuse, Terms, in_force},
    },
    render::{
        expression::{Locals, Scope},
        limited::Limited,
        scene::Scene,
    },
    scenario::Playing,
    tenant::Tenant,
    world::World,
};

mod words;

/// The limits of one call.
#[derive(Clone, Copy)]
pub(super) struct Limiter<'call> {
    pub(super) world: &'call World,
    pub(super) tenant: &'call Tenant,
    pub(super) playing: &'call [Playing],
}

/// Whether an answer was asked for: then nothing is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Yes,
    No,
}

/// What a limit's count belongs to, besides account and endpoint.
#[derive(Default)]
struct Whose {
    subject: Option<String>,
    request: Option<u64>,
}

impl Limiter<'_> {
    /// Whether there can be any limit on this call.
    fn any(&self, scene: &Scene, endpoint: &Endpoint) -> bool {
        endpoint.limits.any(scene.account)
            || self.tenant.limits().changes().is_some()
            || self.playing.iter().any(|one| !one.scenario.limits.is_empty())
    }

    /// Takes what a call that has come so far takes of the limits that are looked at here; the
    /// decision where one of them refuses.
    pub(super) fn take(
        &self,
        scene: &mut Arc<Scene>,
        endpoint: &Endpoint,
        at: LimitAt,
    ) -> Result<Option<Decision>, minijinja::Error> {
        if !self.any(scene, endpoint) {
            return Ok(None);
        }
        let pack = Arc::clone(&scene.pack);
        let seen = self.act(scene, endpoint, Asked::No, |terms| {
            let takes = u64::from(terms.counts == LimitCounts::Calls);
            (terms.at == at).then(|| (terms.heaviest(&pack, endpoint), takes))
        })?;
        Ok(note(scene, seen))
    }

    /// Takes what the answer costs. Where others took the rest in the meantime, the call is refused
    /// after all.
    pub(super) fn charge(
        &self,
        scene: &mut Arc<Scene>,
        endpoint: &Endpoint,
        decision: Decision,
    ) -> Result<Decision, minijinja::Error> {
        if !self.any(scene, endpoint) {
            return Ok(decision);
        }
        let refused = scene.limit.as_ref().is_some_and(|limit| limit.refused);
        let pack = Arc::clone(&scene.pack);
        // What is refused already is not refused once more.
        let asked = if refused || decision.via != Via::Cause { Asked::Yes } else { Asked::No };
        let seen = self.act(scene, endpoint, asked, |terms| {
            let weight = match (&terms.counts, decision.via) {
                // It was counted when it came, unless it never came by there.
                (LimitCounts::Calls, Via::Cause) => 0,
                (LimitCounts::Calls, _) => 1,
                // To be refused by a limit is no error of the caller's.
                (LimitCounts::Errors, _) if refused => 0,
                _ => terms.weight(&pack, endpoint, decision.reply),
            };
            (weight > 0).then_some((weight, weight))
        })?;
        Ok(note(scene, seen).unwrap_or(decision))
    }

    /// Asks for all limits of which something is wanted, at once: what is seen of them, and the
    /// decision where one refuses.
    fn act(
        &self,
        scene: &Arc<Scene>,
        endpoint: &Endpoint,
        asked: Asked,
        wanted: impl Fn(&Terms) -> Option<(u64, u64)>,
    ) -> Result<Option<(Limited, Option<Decision>)>, minijinja::Error> {
        let desk = self.tenant.limits();
        let own = desk.changes();
        let told = self.playing.iter().flat_map(|one| &one.scenario.limits);
        let changes: Vec<&LimitChange> =
            told.chain(own.iter().flat_map(|own| own.iter())).collect();
        let pack = &scene.pack;
        let forces = in_force(pack, endpoint, scene.account, &changes);
        let whose = forces.iter().map(|force| whose(scene, endpoint, force));
        let whose = whose.collect::<Result<Vec<_>, _>>()?;
        let account = scene.account.and_then(|index| Some(pack.accounts.get(index)?.name.as_str()));
        let mut found = Vec::new();
        for (force, whose) in forces.iter().zip(&whose) {
            let (Some(whose), Some(rule)) = (whose, force.terms.rule()) else { continue };
            let Some((needs, takes)) = wanted(&force.terms) else { continue };
            let reply = match force.refuse {
                Refuse::Reply(reply) => Some(reply),
                Refuse::Word(word) => self.world.vocabulary.nearest(&endpoint.replies, word),
            };
            // A vendor that cannot say so has no such limit.
            let Some(reply) = reply else { continue };
            let key = Key {
                vendor: &pack.name,
                limit: force.name,
                account: account.filter(|_| force.terms.each(LimitOf::Account)),
                endpoint: force.terms.each(LimitOf::Endpoint).then_some(endpoint.name.as_str()),
                subject: whose.subject.as_deref(),
                request: whose.request,
            };
            found.push((reply, &force.terms, Ask { key, rule, needs, takes }));
        }
        let asks: Vec<Ask<'_>> = found.iter().map(|(_, _, ask)| *ask).collect();
        let at_ms = scene.call.at_ms;
        let seen = |index: usize, standing: Standing, refused| Limited {
            name: asks[index].key.limit.to_owned(),
            most: standing.most,
            used: standing.used,
            left: standing.left(),
            resets_at_ms: standing.resets_at_ms,
            at_ms,
            refused,
        };
        if asked == Asked::Yes {
            desk.meters.take_anyhow(&asks, at_ms);
            return Ok(None);
        }
        Ok(match desk.meters.take(&asks, at_ms) {
            Ok(tightest) => tightest.map(|(index, standing)| (seen(index, standing, false), None)),
            Err((index, standing)) => {
                let (reply, terms, ask) = &found[index];
                let hint = words::refused(&ask.key, terms, &standing, at_ms);
                let decision =
                    Decision { reply: *reply, via: Via::Cause, reason: None, hint: Some(hint) };
                Some((seen(index, standing, true), Some(decision)))
            }
        })
    }
}

/// Writes down what expressions see of a limit; the decision where it refuses.
fn note(scene: &mut Arc<Scene>, seen: Option<(Limited, Option<Decision>)>) -> Option<Decision> {
    let (limited, decision) = seen?;
    let known = scene.limit.as_ref().map(|known| known.left);
    if limited.refused || known.is_none_or(|left| limited.left < left) {
        amend(scene).limit = Some(limited);
    }
    decision
}

/// Whose count it is; `None` where the call brings nothing that a count could belong to.
fn whose(
    scene: &Arc<Scene>,
    endpoint: &Endpoint,
    force: &Force<'_>,
) -> Result<Option<Whose>, minijinja::Error> {
    let mut whose = Whose::default();
    if force.terms.each(LimitOf::Account) && scene.account.is_none() {
        return Ok(None);
    }
    if force.terms.each(LimitOf::Gstin) {
        let gstin = subject(endpoint, scene).filter(|gstin| !gstin.is_empty());
        let Some(gstin) = gstin else { return Ok(None) };
        whose.subject = Some(gstin.into_owned());
    }
    if let Some(by) = force.by {
        let text = whose.subject.get_or_insert_default();
        let before = text.len();
        by.fill(Scope { scene, locals: &Locals::Empty }, text)?;
        if text.len() == before {
            return Ok(None);
        }
    }
    if force.terms.each(LimitOf::Request) {
        whose.request = Some(fingerprint(scene, endpoint));
    }
    Ok(Some(whose))
}

/// What stands for a request: the same values in all fields of the same endpoint.
fn fingerprint(scene: &Scene, endpoint: &Endpoint) -> u64 {
    // Fixed keys: the same request has the same number in every simulator, and in its journal.
    let mut hasher = RandomState::with_seeds(1, 2, 3, 4).build_hasher();
    endpoint.name.hash(&mut hasher);
    for field in &scene.fields {
        field.as_ref().map(Value::to_string).hash(&mut hasher);
    }
    hasher.finish()
}
