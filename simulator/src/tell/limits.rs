//! Limits of a tenant: what there is, how much of it is used, and when there is more.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    memory::limits::{Key, Label, Standing},
    pack::{
        Pack,
        file::{LimitChange, LimitOf},
        limits::{Refuse, in_force},
    },
    tenant::Tenant,
    world::World,
};

/// Which limits are wanted; all that is given must fit.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The vendor.
    pub vendor: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The limit.
    pub limit: Option<String>,
}

/// How one count of a limit stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LimitRow {
    /// The vendor.
    pub vendor: String,
    /// The limit.
    pub limit: String,
    /// The account, where each has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The endpoint, where each has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The GSTIN or other text, where each has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What stands for a request, where the same request has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// How much there is, in words; empty where the limit is not in force any more.
    pub told: String,
    /// The outcome or code of a call that is refused.
    pub refuses: String,
    /// How much there is at the most.
    pub most: u64,
    /// How much is used.
    pub used: u64,
    /// How much is left.
    pub remaining: u64,
    /// Whether all is refused, whatever is left.
    pub locked: bool,
    /// When there is more, or all again; none: never by itself.
    pub resets_at: Option<String>,
    /// Seconds until then, the last one begun.
    pub reset_s: Option<i64>,
}

impl Wanted {
    /// Whether a count is one of those wanted.
    #[must_use]
    pub fn fits(&self, label: &Label) -> bool {
        let is = |wanted: &Option<String>, own: &str| wanted.as_deref().is_none_or(|it| it == own);
        is(&self.vendor, &label.vendor)
            && is(&self.limit, &label.limit)
            && is(&self.account, label.account.as_deref().unwrap_or_default())
    }
}

/// The changes that hold for a tenant now, stories' first.
#[must_use]
pub fn changes(tenant: &Tenant) -> Vec<LimitChange> {
    let playing = tenant.playing();
    let told = playing.iter().flat_map(|one| one.scenario.limits.iter().cloned());
    let own = tenant.limits().changes();
    told.chain(own.iter().flat_map(|own| own.iter().cloned())).collect()
}

/// How all limits stand that are in force for some account, and all that something was used of.
#[must_use]
pub fn rows(world: &World, tenant: &Tenant, wanted: &Wanted) -> Vec<LimitRow> {
    let at_ms = tenant.memory.clock.now_ms();
    let changes = changes(tenant);
    let changes: Vec<&LimitChange> = changes.iter().collect();
    let mut terms: BTreeMap<Label, (String, String)> = BTreeMap::new();
    let mut rows: BTreeMap<Label, LimitRow> = BTreeMap::new();
    for pack in &world.packs {
        for one in declared(world, pack, &changes) {
            let told = (one.told.clone(), one.refuses.clone());
            if one.complete && wanted.fits(&one.label) {
                let standing = tenant.limits().meters.look(&key(&one.label), one.rule, at_ms);
                rows.insert(one.label.clone(), row(&one.label, &told, standing, at_ms));
            }
            terms.insert(one.label, told);
        }
    }
    for (label, standing) in tenant.limits().meters.all(at_ms) {
        if rows.contains_key(&label) || !wanted.fits(&label) {
            continue;
        }
        let general = Label { subject: None, request: None, ..label.clone() };
        let told = terms.get(&general).cloned().unwrap_or_default();
        rows.insert(label.clone(), row(&label, &told, standing, at_ms));
    }
    rows.into_values().collect()
}

/// A limit that is in force for somebody.
struct Declared {
    /// Whose it is, without GSTIN or request.
    label: Label,
    rule: crate::memory::limits::Rule,
    told: String,
    refuses: String,
    /// Whether nothing but account and endpoint tells its counts apart.
    complete: bool,
}

fn declared(world: &World, pack: &Pack, changes: &[&LimitChange]) -> Vec<Declared> {
    let mut all = Vec::new();
    for (index, account) in pack.accounts.iter().enumerate() {
        for endpoint in &pack.endpoints {
            for force in in_force(pack, endpoint, Some(index), changes) {
                let Some(rule) = force.terms.rule() else { continue };
                let reply = match force.refuse {
                    Refuse::Reply(reply) => Some(reply),
                    Refuse::Word(word) => world.vocabulary.nearest(&endpoint.replies, word),
                };
                let Some(plan) = reply.and_then(|reply| endpoint.replies.all.get(reply)) else {
                    continue;
                };
                let code = pack.code_of(plan).map(|code| code.code.clone());
                let of = |of| force.terms.each(of);
                all.push(Declared {
                    label: Label {
                        vendor: pack.name.clone(),
                        limit: force.name.to_owned(),
                        account: of(LimitOf::Account).then(|| account.name.clone()),
                        endpoint: of(LimitOf::Endpoint).then(|| endpoint.name.clone()),
                        subject: None,
                        request: None,
                    },
                    rule,
                    told: force.terms.told(),
                    refuses: code.unwrap_or_else(|| plan.outcome.to_string()),
                    complete: force.by.is_none() && !of(LimitOf::Gstin) && !of(LimitOf::Request),
                });
            }
        }
    }
    all
}

fn key(label: &Label) -> Key<'_> {
    Key {
        vendor: &label.vendor,
        limit: &label.limit,
        account: label.account.as_deref(),
        endpoint: label.endpoint.as_deref(),
        subject: label.subject.as_deref(),
        request: label.request,
    }
}

fn row(
    label: &Label,
    (told, refuses): &(String, String),
    standing: Standing,
    at_ms: i64,
) -> LimitRow {
    let moment = |ms| jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string();
    LimitRow {
        vendor: label.vendor.clone(),
        limit: label.limit.clone(),
        account: label.account.clone(),
        endpoint: label.endpoint.clone(),
        subject: label.subject.clone(),
        request: label.request.map(|number| format!("{number:016x}")),
        told: told.clone(),
        refuses: refuses.clone(),
        most: standing.most,
        used: standing.used,
        remaining: standing.left(),
        locked: standing.locked,
        resets_at: standing.resets_at_ms.map(moment),
        reset_s: standing.resets_at_ms.map(|ms| {
            let left_ms = ms.saturating_sub(at_ms).max(0);
            left_ms / 1_000 + i64::from(left_ms % 1_000 > 0)
        }),
    }
}
