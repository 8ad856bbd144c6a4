//! Addresses that no endpoint has: which one was meant.

use super::shown;
use crate::{model::call::Call, pack::Pack, world::World};

/// What is told of a path that a vendor does not have; its addresses, the closest first.
pub(in crate::exchange) fn unknown(
    world: &World,
    pack: &Pack,
    call: &Call,
    near: &[String],
) -> String {
    let mut hint = format!("`{}` has no {} {}", pack.name, call.method, call.path);
    if let Some(address) = near.first() {
        hint += &format!("; the closest is {address}");
        hint += &differs(call, address).map(|words| format!(": {words}")).unwrap_or_default();
    }
    let has_it = |other: &&std::sync::Arc<Pack>| other.name != pack.name && takes(other, call);
    if let Some(other) = world.packs.iter().find(has_it) {
        hint += &format!("; `{}` has such a path: it is below /{}", other.name, other.name);
    }
    if pack.routes.at(&call.path).is_ok() {
        hint += "; the path is right, but what tells the operations there apart is not (a query value or a field)";
    }
    hint
}

fn takes(pack: &Pack, call: &Call) -> bool {
    let Ok(matched) = pack.routes.at(&call.path) else { return false };
    let mut endpoints = matched.value.iter().filter_map(|index| pack.endpoints.get(*index));
    endpoints.any(|endpoint| endpoint.method == call.method)
}

/// In what the path differs from an address, where that can be said in a few words.
fn differs(call: &Call, address: &str) -> Option<String> {
    let (_, pattern) = address.split_once(' ')?;
    let path = call.path.as_str();
    let fits = |path: &str| misfits(path, pattern).is_some_and(|misfits| misfits.is_empty());
    if path.strip_suffix('/').is_some_and(fits) {
        return Some("without the slash at the end".to_owned());
    }
    let squeezed: String = path
        .split('/')
        .filter(|part| !part.is_empty())
        .fold(String::new(), |path, part| path + "/" + part);
    if squeezed != path && fits(&squeezed) {
        return Some("with one slash between two parts".to_owned());
    }
    let misfits = misfits(path, pattern)?;
    let [(given, wanted)] = misfits.as_slice() else { return None };
    if given.eq_ignore_ascii_case(wanted) {
        return Some(format!("`{}` is written `{wanted}`", shown(given)));
    }
    let is_version = |text: &str| {
        text.strip_prefix(['v', 'V'])
            .is_some_and(|rest| rest.starts_with(|one: char| one.is_ascii_digit()))
    };
    let what =
        if is_version(given) && is_version(wanted) { "the version is another one, " } else { "" };
    Some(format!("{what}`{}` stands where `{wanted}` belongs", shown(given)))
}

/// The segments that differ, given and wanted; `None` where there are more of one than of the other.
fn misfits<'text>(path: &'text str, pattern: &'text str) -> Option<Vec<(&'text str, &'text str)>> {
    let (given, wanted): (Vec<_>, Vec<_>) =
        (path.split('/').collect(), pattern.split('/').collect());
    if given.len() != wanted.len() {
        return None;
    }
    let pairs = given.into_iter().zip(wanted);
    Some(pairs.filter(|(given, wanted)| given != wanted && !wanted.starts_with('{')).collect())
}
