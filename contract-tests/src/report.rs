//! Verdicts, told to people and machines.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;
use serde_json::{Value, json};

use crate::{target::Strictness, verdict::Verdict};

/// How many cases of a vendor went how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All was as promised.
    pub passed: usize,
    /// Something was not.
    pub failed: usize,
    /// Not tried.
    pub skipped: usize,
}

/// What came of a run.
#[derive(Debug)]
pub struct Report<'a> {
    /// What was asked.
    pub target: &'a str,
    /// How closely values were compared.
    pub strictness: Strictness,
    /// What is said of each case.
    pub verdicts: &'a [Verdict],
}

impl Report<'_> {
    /// Vendor → counts.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&str, Counts> {
        let mut all: BTreeMap<&str, Counts> = BTreeMap::new();
        for verdict in self.verdicts {
            let counts = all.entry(&verdict.vendor).or_default();
            if verdict.skipped.is_some() {
                counts.skipped += 1;
            } else if verdict.failed() {
                counts.failed += 1;
            } else {
                counts.passed += 1;
            }
        }
        all
    }

    /// For people: a table of counts, and how closely answers were compared.
    #[must_use]
    pub fn table(&self) -> String {
        let mut out = String::new();
        let counts = self.counts();
        let width = counts.keys().map(|name| name.len()).max().unwrap_or_default().max(6);
        let _ = writeln!(out, "{:width$}  passed  failed  skipped", "vendor");
        for (vendor, Counts { passed, failed, skipped }) in counts {
            let _ = writeln!(out, "{vendor:width$}  {passed:>6}  {failed:>6}  {skipped:>7}");
        }
        let how = match self.strictness {
            Strictness::Values => "every value was compared",
            Strictness::Shape => "values were not compared: the taxpayers are others",
            Strictness::Form => {
                "values were not compared, only their form: the target's clock or seed is not the snapshots'"
            }
        };
        let _ = writeln!(out, "target {}; {how}", self.target);
        out
    }

    /// For machines.
    #[must_use]
    pub fn json(&self) -> Value {
        let cases: Vec<_> = self
            .verdicts
            .iter()
            .map(|verdict| {
                let verdict_word = match (&verdict.skipped, verdict.passed()) {
                    (Some(_), _) => "skipped",
                    (None, true) => "passed",
                    (None, false) => "failed",
                };
                let mut case = json!(verdict);
                case["verdict"] = verdict_word.into();
                case
            })
            .collect();
        json!({
            "target": self.target,
            "compared": self.strictness,
            "vendors": self.counts(),
            "cases": cases,
        })
    }
}

/// A case that failed, with all that was otherwise; or why it was skipped.
#[must_use]
pub fn told(verdict: &Verdict) -> String {
    if let Some(why) = &verdict.skipped {
        return format!("skipped {}: {why}\n", verdict.case);
    }
    let mut out = format!("failed {}\n  {}\n", verdict.case, verdict.request);
    for mismatch in &verdict.mismatches {
        let _ = writeln!(out, "  {mismatch}");
    }
    out
}
