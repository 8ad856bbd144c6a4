//! Story: what the stories that a tenant plays make of a call.

use std::sync::Arc;

use serde_json::Value;

use super::{amend, limits::Limiter};
use crate::{
    fault::Fault,
    model::reply::Reply,
    pack::Endpoint,
    render::scene::Scene,
    scenario::{self, Asking},
    taxpayers::TaxpayerChange,
    tenant::Tenant,
    world::World,
};

/// What stories say to a call.
#[derive(Default)]
pub(super) struct Heard {
    /// Outcome or code, where they answer it.
    pub(super) story: Option<Arc<str>>,
    /// The reply word for word, where they have it.
    pub(super) reply: Option<Arc<Reply>>,
    pub(super) faults: Vec<Fault>,
    /// What they could not change, in words.
    pub(super) unsaid: Option<String>,
}

/// Asks the stories: what they change of limits and taxpayers is changed, their edits wait in the
/// scene.
pub(super) fn hear(
    scene: &mut Arc<Scene>,
    endpoint: Option<&Endpoint>,
    Limiter { world, tenant, playing }: Limiter<'_>,
    gstin: Option<&str>,
) -> Result<Heard, minijinja::Error> {
    let told = {
        let account = || account(endpoint?, scene, tenant);
        scenario::decide(playing, &Asking::new(scene, gstin, &tenant.name, &account))?
    };
    let scenario::Decision { answer, reply, edits, faults, limits, taxpayer } = told;
    if !limits.is_empty() {
        tenant.limits().change_all(&limits);
    }
    let mut unsaid = None;
    if !taxpayer.is_empty() {
        unsaid = say(world, tenant, gstin, taxpayer).err();
        amend(scene).register = tenant.register(world);
    }
    if !edits.is_empty() {
        amend(scene).edits = edits;
    }
    Ok(Heard { story: answer, reply, faults, unsaid })
}

/// Says of the taxpayer asked about what stories say; why not, where that cannot be.
fn say(
    world: &World,
    tenant: &Tenant,
    gstin: Option<&str>,
    patches: Vec<Value>,
) -> Result<(), String> {
    let Some(gstin) = gstin else {
        return Err("a story changes the taxpayer asked about, but the call names none".to_owned());
    };
    for patch in patches {
        let said = serde_json::from_value::<TaxpayerChange>(patch)
            .map_err(|error| error.to_string())
            .and_then(|change| {
                let said = tenant.override_taxpayer(world, gstin, &change);
                said.map_err(|error| error.to_string())
            });
        said.map_err(|why| format!("a story cannot change `{gstin}`: {why}"))?;
    }
    Ok(())
}

/// The account that calls, by name.
fn account(endpoint: &Endpoint, scene: &Scene, tenant: &Tenant) -> Option<String> {
    let scheme = scene.pack.schemes.get(endpoint.scheme?)?;
    let identity = scheme.identify(scene, &tenant.memory.sessions).ok()?;
    Some(scene.pack.accounts.get(identity.account)?.name.clone())
}
