//! For programs: all of a run. `docs/reports.md` tells its keys; keys may be added, none changes
//! its meaning.

use serde_json::{Map, Value, json};

use super::{Counts, Drifts, Standing, by_vendor, untried};
use crate::{run::Run, verdict::Verdict};

/// The form of the report.
pub const FORMAT: u32 = 1;

/// A run.
#[must_use]
pub fn report(run: &Run) -> Value {
    let vendors: Map<_, _> = by_vendor(run)
        .into_iter()
        .map(|(vendor, cases)| (vendor.to_owned(), json!(Counts::of(cases))))
        .collect();
    json!({
        "report": FORMAT,
        "program": run.program,
        "target": run.target.name,
        "kind": run.target.kind,
        "addresses": run.target.addresses,
        "compared": run.compared,
        "began": run.began,
        "ended": run.ended,
        "counts": Counts::of(&run.verdicts),
        "drifts": Drifts::of(run.verdicts.iter().flat_map(|verdict| &verdict.drifts)),
        "vendors": vendors,
        "untried": untried(run),
        "cases": run.verdicts.iter().map(case).collect::<Vec<_>>(),
    })
}

/// A case: all that the run has of it, how it went, and of each drift its class and a sentence.
fn case(verdict: &Verdict) -> Value {
    let mut told = json!(verdict);
    told["verdict"] = Standing::of(verdict).word().into();
    let drifts = told.get_mut("drifts").and_then(Value::as_array_mut);
    for (told, drift) in drifts.into_iter().flatten().zip(&verdict.drifts) {
        told["class"] = drift.class().told().into();
        told["told"] = drift.to_string().into();
    }
    told
}
