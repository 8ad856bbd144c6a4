//! Names in an expectation that nothing has: a count of what cannot come would always be 0.

use super::{Calls, Expectation, Wrong};
use crate::{exchange::OURS, fault::Fault, pack::Pack, render::expression::closest, world::World};

/// What may be asked for as a fault.
pub(crate) fn faults() -> Vec<String> {
    Fault::KINDS.iter().copied().chain(["any", "none"]).map(str::to_owned).collect()
}

pub(super) fn check(expectation: &Expectation, world: &World, place: &str) -> Result<(), Wrong> {
    of_calls(&expectation.meant(), world, place)?;
    for (index, calls) in expectation.in_order.iter().enumerate() {
        of_calls(calls, world, &format!("{place}in_order[{index}]."))?;
    }
    match &expectation.none_after {
        Some(calls) => of_calls(calls, world, &format!("{place}none_after.")),
        None => Ok(()),
    }
}

fn of_calls(calls: &Calls, world: &World, place: &str) -> Result<(), Wrong> {
    let wrong = |field: &str, detail: String, name: &str, mut known: Vec<String>| {
        known.sort();
        known.dedup();
        Wrong { field: format!("{place}{field}"), detail, hint: closest(name, &known) }
    };
    // Where no vendor took a call, its vendor is empty.
    let named = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
    let packs: Vec<&Pack> = match named(&calls.vendor) {
        None => world.packs.iter().map(|pack| &**pack).collect(),
        Some(name) => match world.vendor(&name) {
            Some(pack) => vec![pack],
            None => {
                let known = world.packs.iter().map(|pack| pack.name.clone()).collect();
                return Err(wrong("vendor", format!("there is no vendor `{name}`"), &name, known));
            }
        },
    };
    let whose = match packs.as_slice() {
        [pack] => format!("`{}` has", pack.name),
        _ => "there is".to_owned(),
    };
    let all = |names: fn(&Pack) -> Vec<String>| -> Vec<String> {
        packs.iter().flat_map(|pack| names(pack)).collect()
    };
    if let Some(name) = named(&calls.endpoint) {
        let known = all(|pack| pack.endpoints.iter().map(|one| one.name.clone()).collect());
        if !known.contains(&name) {
            return Err(wrong("endpoint", format!("{whose} no endpoint `{name}`"), &name, known));
        }
    }
    if let Some(name) = &calls.outcome {
        let mut known = all(|pack| pack.wishes().0);
        let edges = packs.iter().flat_map(|pack| &pack.replies.all);
        known.extend(edges.map(|plan| plan.outcome.to_string()));
        known.extend(OURS.map(str::to_owned));
        if !known.contains(name) {
            return Err(wrong("outcome", format!("{whose} no outcome `{name}`"), name, known));
        }
    }
    if let Some(name) = named(&calls.code) {
        let known = all(|pack| pack.catalog.iter().map(|code| code.code.clone()).collect());
        if !known.contains(&name) {
            return Err(wrong("code", format!("{whose} no code `{name}`"), &name, known));
        }
    }
    if let Some(name) = &calls.fault {
        let known = faults();
        if !known.contains(name) {
            return Err(wrong("fault", format!("there is no fault `{name}`"), name, known));
        }
    }
    if let Some(name) = named(&calls.account) {
        let known = all(|pack| pack.accounts.iter().map(|one| one.name.clone()).collect());
        if !known.contains(&name) {
            return Err(wrong("account", format!("{whose} no account `{name}`"), &name, known));
        }
    }
    Ok(())
}
