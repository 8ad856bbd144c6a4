//! The same request about somebody else: a shape is known only when many taxpayers were seen in it.

use std::collections::BTreeSet;

use gsp_simulator::{
    model::gstin::is_pan,
    pack::{
        Lookup,
        contract::{self, RequestBody},
    },
    world::World,
};
use serde_json::Value;

use crate::{case::Case, session::gstin_of};

/// How many of the crowd are asked about, of each seed.
const CROWD: usize = 40;
/// Whose crowds.
const SEEDS: [u64; 3] = [1, 2, 3];

/// Everybody that an answer's shape is learned from: personas, so many, and some of the crowd.
#[must_use]
pub(super) fn gstins(world: &World) -> (Vec<String>, usize) {
    let personas = world.register.personas().filter(|one| !one.absent && !one.documented_example);
    let mut all: Vec<String> = personas.map(|one| one.gstin.clone()).collect();
    let count = all.len();
    for seed in SEEDS {
        all.extend(world.register_of(seed).population(CROWD, None).map(|one| one.to_string()));
    }
    let mut seen = BTreeSet::new();
    all.retain(|gstin| seen.insert(gstin.clone()));
    (all, count)
}

/// Whom a case asks about, as its request has it: a GSTIN, or a PAN.
#[must_use]
pub(super) fn subject(case: &Case) -> Option<String> {
    let (_, endpoint) = case.pack.endpoint(&case.asked.endpoint)?;
    let text = match endpoint.lookup {
        Some(Lookup::Pan { field, .. } | Lookup::PanOrLegalName { pan: field, .. }) => {
            case.asked.brings(endpoint.fields.get(field)?)?
        }
        Some(Lookup::LegalName { .. }) => return None,
        Some(Lookup::Gstin(_)) | None => gstin_of(case)?,
    };
    (text.len() == 15 || is_pan(&text)).then_some(text)
}

/// The same request about somebody else.
#[must_use]
pub fn about(case: &Case, gstin: &str) -> Option<Case> {
    let old = subject(case)?;
    let new = if is_pan(&old) { gstin.get(2..12).filter(|pan| is_pan(pan))? } else { gstin };
    let mut asked = case.asked.clone();
    replace(&mut asked, &old, new);
    Some(Case { asked, ..case.clone() })
}

/// What is asked, whoever it is asked about: cases that differ in this alone share a shape.
#[must_use]
pub(super) fn form_of(case: &Case) -> String {
    let mut asked = case.asked.clone();
    if let Some(subject) = subject(case) {
        replace(&mut asked, &subject, "*");
    }
    asked.name = String::new();
    asked.source = String::new();
    asked.explained = None;
    asked.reading = None;
    format!(
        "{}::{}::{} {:?} {} {:?} {:?} {asked:?}",
        case.vendor, case.endpoint, case.outcome, case.code, case.method, case.wish, case.account
    )
}

fn replace(asked: &mut contract::Case, old: &str, new: &str) {
    let swap = |text: &mut String| {
        if text.contains(old) {
            *text = text.replace(old, new);
        }
    };
    let maps = [&mut asked.path, &mut asked.query, &mut asked.headers];
    maps.into_iter().flat_map(|map| map.values_mut()).for_each(swap);
    match &mut asked.body {
        RequestBody::None => {}
        RequestBody::Json(json) => replace_in(json, old, new),
        RequestBody::Form(pairs) | RequestBody::Multipart(pairs) => {
            pairs.values_mut().for_each(swap);
        }
        RequestBody::Text(text) => swap(text),
    }
    if let Some(seal) = &mut asked.seal {
        replace_in(seal, old, new);
    }
}

fn replace_in(json: &mut Value, old: &str, new: &str) {
    match json {
        Value::String(text) if text.contains(old) => *text = text.replace(old, new),
        Value::Array(list) => list.iter_mut().for_each(|item| replace_in(item, old, new)),
        Value::Object(map) => map.values_mut().for_each(|item| replace_in(item, old, new)),
        _ => {}
    }
}
