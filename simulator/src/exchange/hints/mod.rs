//! Hints: what a developer should know of a call that the vendor refused, in words.
//!
//! A vendor says "bad request"; here is why. Looked for only where a call was refused for what it
//! is, never on the way of one that is answered. All is read off the packs: which headers and
//! fields they want, and in what form. No credential is ever repeated.

use crate::{
    pack::{Endpoint, Rule},
    render::scene::Scene,
    route::BodyFault,
    world::World,
};

mod access;
mod address;
mod body;
mod fields;
mod forms;

pub(super) use self::address::unknown;

/// So many things are told at the most: the first is mostly the cause of the others.
const MOST: usize = 4;

/// What a refused call's hint says besides what was `said` already.
pub(super) fn refused(
    world: &World,
    scene: &Scene,
    endpoint: &Endpoint,
    fault: Option<BodyFault>,
    said: Option<String>,
) -> Option<String> {
    let mut hints: Vec<String> = said.into_iter().collect();
    if endpoint.scheme.is_some() && scene.account.is_none() {
        access::look(world, scene, endpoint, &mut hints);
    }
    body::look(world, scene, endpoint, fault, &mut hints);
    fields::look(scene, endpoint, &mut hints);
    hints.truncate(MOST);
    (!hints.is_empty()).then(|| hints.join("; "))
}

/// A value of the call as a hint may repeat it: short, and fit for a header.
fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut out: String = text.escape_default().take(LONGEST).collect();
    if text.escape_default().count() > LONGEST {
        out += "...";
    }
    out
}

/// All rules of an endpoint.
fn rules(endpoint: &Endpoint) -> impl Iterator<Item = &Rule> {
    endpoint.before_auth.iter().chain(&endpoint.rules).chain(&endpoint.after_lookup)
}
