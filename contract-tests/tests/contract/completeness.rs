//! Trials that nothing was left out: codes, schemas, snapshots.

use std::{collections::BTreeSet, sync::Arc};

use gsp_contract_tests::{
    case::{Case, Suite},
    flow::{self, FlowCase},
    snapshot,
};
use libtest_mimic::{Failed, Trial};

pub(crate) fn trials(suite: &Arc<Suite>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for pack in &suite.world.packs {
        let (vendor, own) = (pack.name.clone(), Arc::clone(suite));
        trials.push(Trial::test(
            format!("completeness::{vendor}::every-code-was-produced"),
            move || every_code(&own, &vendor),
        ));
        let (vendor, own) = (pack.name.clone(), Arc::clone(suite));
        trials.push(Trial::test(
            format!("completeness::{vendor}::every-outcome-has-a-schema"),
            move || every_schema(&own, &vendor),
        ));
    }
    let own = Arc::clone(suite);
    trials.push(Trial::test("completeness::snapshots::none-is-unreferenced", move || {
        no_snapshot_without_case(&own)
    }));
    trials
}

/// That a case's answer really has its code, the case's own trial tells.
fn every_code(suite: &Suite, vendor: &str) -> Result<(), Failed> {
    let cases = suite.of(Some(vendor)).filter_map(|case| case.code.as_deref());
    let flows = suite.flows.iter().filter(|flow| flow.vendor == vendor);
    let produced: BTreeSet<_> = cases.chain(flows.flat_map(FlowCase::codes)).collect();
    let catalog = suite.world.vendor(vendor).map(|pack| pack.catalog.iter());
    let missing: Vec<_> = catalog
        .into_iter()
        .flatten()
        .map(|code| code.code.as_str())
        .filter(|code| !produced.contains(code))
        .collect();
    none(&missing, "codes of the catalog that no case produces")
}

fn every_schema(suite: &Suite, vendor: &str) -> Result<(), Failed> {
    let missing: Vec<_> =
        suite.of(Some(vendor)).filter(|case| case.schema.is_none()).map(Case::id).collect();
    none(&missing, "cases that no schema in `contract/` is for")
}

fn no_snapshot_without_case(suite: &Suite) -> Result<(), Failed> {
    let cases = suite.cases.iter().map(snapshot::path_of);
    let known: BTreeSet<_> = cases.chain(suite.flows.iter().map(flow::path_of)).collect();
    let lost: Vec<_> = snapshot::all(&snapshot::folder())?
        .into_iter()
        .filter(|path| !known.contains(path))
        .map(|path| path.display().to_string())
        .collect();
    none(&lost, "snapshots that no case is for; delete them")
}

fn none<T: AsRef<str>>(names: &[T], what: &str) -> Result<(), Failed> {
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
    Err(format!("{what}:\n  {}", names.join("\n  ")).into())
}
