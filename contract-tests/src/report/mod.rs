//! Reports: a run, told to people and machines.
//!
//! Each is made from a [`Run`] alone, so it can be made again later without asking anybody. What
//! the catalog has besides, [`coverage`](crate::coverage) brings.
//!
//! - [`terminal`]: tables, and what differs side by side
//! - [`junit`]: XML that build servers read
//! - [`json`]: all of it, for programs
//! - [`github`]: annotations on the line of a case
//! - [`html`]: one file, for the screen and for paper

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    drift::{Class, Drift},
    run::{Kind, Run},
    target::Strictness,
    verdict::Verdict,
};

pub mod github;
pub mod html;
pub mod json;
pub mod junit;
mod layout;
pub mod terminal;

pub use layout::{Columns, clean};
pub use terminal::Terminal;

/// How a case went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// All was as promised.
    Passed,
    /// Something was not.
    Failed,
    /// All was as promised, but a live side has departed from the pack.
    Drifted,
    /// Not tried.
    Skipped,
}

impl Standing {
    /// How a case went.
    #[must_use]
    pub fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict { skipped: Some(_), .. } => Self::Skipped,
            Verdict { mismatches, .. } if !mismatches.is_empty() => Self::Failed,
            Verdict { drifts, .. } if !drifts.is_empty() => Self::Drifted,
            _ => Self::Passed,
        }
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Drifted => "drifted",
            Self::Skipped => "skipped",
        }
    }
}

/// How many cases went how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All was as promised.
    pub passed: usize,
    /// Something was not.
    pub failed: usize,
    /// A live side has departed from the pack.
    pub drifted: usize,
    /// Not tried.
    pub skipped: usize,
}

impl Counts {
    /// Counts these cases.
    pub fn of<'run>(verdicts: impl IntoIterator<Item = &'run Verdict>) -> Self {
        let mut counts = Self::default();
        for verdict in verdicts {
            match Standing::of(verdict) {
                Standing::Passed => counts.passed += 1,
                Standing::Failed => counts.failed += 1,
                Standing::Drifted => counts.drifted += 1,
                Standing::Skipped => counts.skipped += 1,
            }
        }
        counts
    }

    /// All together.
    #[must_use]
    pub fn all(self) -> usize {
        self.passed + self.failed + self.drifted + self.skipped
    }
}

/// How many drifts there are of each class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Drifts {
    /// A client that was right may fail.
    pub breaking: usize,
    /// A client that ignores what it does not know goes on.
    pub additive: usize,
    /// Only who compares texts sees it.
    pub cosmetic: usize,
}

impl Drifts {
    /// Counts these.
    pub fn of<'run>(drifts: impl IntoIterator<Item = &'run Drift>) -> Self {
        let mut counts = Self::default();
        for drift in drifts {
            match drift.class() {
                Class::Breaking => counts.breaking += 1,
                Class::Additive => counts.additive += 1,
                Class::Cosmetic => counts.cosmetic += 1,
            }
        }
        counts
    }

    /// The classes that there are any of: `1 breaking, 2 cosmetic`.
    #[must_use]
    pub fn told(self) -> String {
        let each = [
            (self.breaking, Class::Breaking),
            (self.additive, Class::Additive),
            (self.cosmetic, Class::Cosmetic),
        ];
        let some = each.into_iter().filter(|(count, _)| *count > 0);
        some.map(|(count, class)| format!("{count} {}", class.told()))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Vendor → its cases, in the order in which the run has them.
#[must_use]
pub fn by_vendor(run: &Run) -> BTreeMap<&str, Vec<&Verdict>> {
    let mut all: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for verdict in &run.verdicts {
        all.entry(&verdict.vendor).or_default().push(verdict);
    }
    all
}

/// Reason → the cases that were not tried for it, the commonest first.
#[must_use]
pub fn skipped(run: &Run) -> Vec<(&str, Vec<&Verdict>)> {
    let mut all: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for verdict in &run.verdicts {
        if let Some(why) = &verdict.skipped {
            all.entry(why).or_default().push(verdict);
        }
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(_, cases)| std::cmp::Reverse(cases.len()));
    all
}

/// Cases that were chosen and of which nothing is said: the run did not come to its end.
#[must_use]
pub fn untried(run: &Run) -> Vec<&str> {
    let told: std::collections::BTreeSet<&str> =
        run.verdicts.iter().map(|verdict| verdict.case.as_str()).collect();
    run.chosen.iter().map(String::as_str).filter(|case| !told.contains(case)).collect()
}

/// How closely answers were compared, in words.
#[must_use]
pub fn compared(run: &Run) -> &'static str {
    match run.compared {
        Strictness::Values => "every value was compared",
        Strictness::Shape => {
            "values were not compared, only their form: a live side has taxpayers of its own"
        }
        Strictness::Form => {
            "values were not compared, only their form: the target's clock or seed is not the snapshots'"
        }
    }
}

/// What a target is, in words.
#[must_use]
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Embedded => "a simulator in the program",
        Kind::Simulator => "a simulator",
        Kind::Live => "live",
    }
}

/// A moment, as people read it: to the second, and in UTC.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    format!("{at:.0}").replace('T', " ").replace('Z', " UTC")
}

/// The same, to the millisecond.
#[must_use]
pub fn exact_moment(at: Timestamp) -> String {
    format!("{at:.3}").replace('T', " ").replace('Z', " UTC")
}

/// A time span, as people read it.
#[must_use]
pub fn time_span(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// How long a run took, in milliseconds; that of its cases where it did not end.
#[must_use]
pub fn took_ms(run: &Run) -> u64 {
    let whole = run.ended.map(|ended| ended.as_millisecond() - run.began.as_millisecond());
    whole
        .and_then(|ms| u64::try_from(ms).ok())
        .unwrap_or_else(|| run.verdicts.iter().map(|verdict| verdict.took_ms).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_spans_are_written_as_people_read_them() {
        let told: Vec<_> = [0, 999, 1_000, 59_950, 60_000, 3_725_000].map(time_span).into();

        assert_eq!(told, ["0 ms", "999 ms", "1.0 s", "59.9 s", "1 min 0 s", "62 min 5 s"]);
    }
}
