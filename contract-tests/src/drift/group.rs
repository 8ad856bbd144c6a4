//! The drifts of a run: the same one in many cases is told once.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Class, Drift, Kind};
use crate::verdict::Verdict;

/// A drift, and where it was seen.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// The vendor.
    pub vendor: String,
    /// How much it matters.
    pub class: Class,
    /// The drift, as the first case shows it.
    #[serde(flatten)]
    pub drift: Drift,
    /// The cases that show it: `vendor::endpoint::case`.
    pub cases: Vec<String>,
    /// Cases of the same endpoints and outcomes that do not.
    #[serde(skip)]
    pub without: Vec<String>,
}

/// What one date left open, another may decide: only the orders that fit both are left.
fn decide(own: &mut Drift, other: &Drift) {
    let orders: Vec<&str> = other.found.split(" or ").collect();
    let both: Vec<&str> = own.found.split(" or ").filter(|one| orders.contains(one)).collect();
    if let Some(first) = both.first() {
        own.live = (*first).into();
        own.found = both.join(" or ");
    }
}

/// The drifts of many verdicts: by vendor, the gravest class first, most cases first.
#[must_use]
pub fn groups<'run>(verdicts: impl IntoIterator<Item = &'run Verdict>) -> Vec<Group> {
    let verdicts: Vec<&Verdict> = verdicts.into_iter().collect();
    let mut found: BTreeMap<(&str, Class, Kind, &str, String), Group> = BTreeMap::new();
    for verdict in &verdicts {
        for drift in &verdict.drifts {
            // What is about one answer as a whole, and what has words of its own, is told by itself.
            let apart = match drift.kind {
                Kind::MessageWording
                | Kind::MessageStyle
                | Kind::Status
                | Kind::Code
                | Kind::UndocumentedCode => format!("{}{}", drift.promised, drift.found),
                Kind::EnumValue | Kind::ContentType | Kind::Header => drift.found.clone(),
                _ => String::new(),
            };
            let key =
                (verdict.vendor.as_str(), drift.class(), drift.kind, drift.at.as_str(), apart);
            let group = found.entry(key).or_insert_with(|| Group {
                vendor: verdict.vendor.clone(),
                class: drift.class(),
                drift: drift.clone(),
                cases: Vec::new(),
                without: Vec::new(),
            });
            group.cases.push(verdict.case.clone());
            if drift.kind == Kind::DateFormat {
                decide(&mut group.drift, drift);
            }
        }
    }
    let mut all: Vec<Group> = found.into_values().collect();
    for group in &mut all {
        let shows = |verdict: &&&Verdict| {
            verdict.vendor == group.vendor
                && verdict.skipped.is_none()
                && !group.cases.contains(&verdict.case)
        };
        group.without = verdicts.iter().filter(shows).map(|one| one.case.clone()).collect();
    }
    all.sort_by_key(|group| {
        (group.vendor.clone(), group.class, std::cmp::Reverse(group.cases.len()))
    });
    all
}
