//! The order of keys: what stood after what, and where two answers contradict each other.

use std::collections::{BTreeMap, BTreeSet};

/// Key → all keys that come after it.
pub(super) type After<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// What follows from keys that stood next to each other.
pub(super) fn closure(next: &BTreeSet<(String, String)>) -> After<'_> {
    let mut direct: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (one, other) in next {
        direct.entry(one).or_default().push(other);
    }
    let reached = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut left: Vec<&str> = direct.get(from).cloned().unwrap_or_default();
        while let Some(key) = left.pop() {
            if seen.insert(key) {
                left.extend(direct.get(key).into_iter().flatten());
            }
        }
        seen
    };
    direct.keys().map(|key| (*key, reached(key))).collect()
}

/// Two keys that stand one way round in `live`, and only ever the other way round in `known`.
pub(super) fn contradiction(known: &After<'_>, live: &After<'_>) -> Option<(String, String)> {
    let follows = |order: &After<'_>, one: &str, other: &str| {
        order.get(one).is_some_and(|after| after.contains(other))
    };
    live.iter()
        .flat_map(|(one, after)| after.iter().map(move |other| (*one, *other)))
        .find(|(one, other)| {
            !follows(live, other, one) && follows(known, other, one) && !follows(known, one, other)
        })
        .map(|(one, other)| (one.to_owned(), other.to_owned()))
}

/// The keys, each after those that only ever stood before it.
pub(super) fn sorted<'a>(keys: Vec<&'a str>, after: &After<'_>) -> Vec<&'a str> {
    let follows = |one: &str, other: &str| {
        let has = |from: &str, to: &str| after.get(from).is_some_and(|all| all.contains(to));
        has(one, other) && !has(other, one)
    };
    let mut left = keys;
    let mut out = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let first = |key: &&str| left.iter().all(|other| other == key || !follows(other, key));
        let at = left.iter().position(first).unwrap_or(0);
        out.push(left.remove(at));
    }
    out
}
