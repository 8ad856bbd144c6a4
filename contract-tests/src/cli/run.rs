//! `gsp-contract run`: tries cases and tells what is otherwise than promised.

use std::collections::BTreeMap;

use gsp_contract_tests::{
    coverage::Catalog,
    flow, report,
    run::{FORMAT, Run},
    verdict::{self, Verdict},
};
use jiff::Timestamp;
use serde_json::json;

use super::{
    DONE, MISMATCHES, Trouble,
    choice::Choice,
    print,
    reports::{self, LAST_RUN, Reports},
};

/// Tries all cases, or some, and tells what is otherwise than promised.
///
/// Each answer is held against status, outcome and code, the schema in `contract/` and the
/// reviewed snapshot. Snapshots were taken with seed 1 and a clock that stands at
/// 2026-11-21T10:00:00+05:30: if the target's are the same, every value is compared, else
/// only the form (keys and their order, types, how dates are written).
///
/// Where an endpoint answers under a session that a taxpayer consents to, a client of the
/// program's own takes the network's certificate, asks for an OTP, reads it from the target's
/// desk, and opens what is sealed. Flows (`vendor::flows::name`) do so many times in a row;
/// what they change at the target beside the vendor they put back.
///
/// A target of contract.toml is a vendor's own side: nothing of ours is asked for there, each
/// GSTIN of the cases is replaced by the one that the target names for its role, forms are compared
/// in place of values, and what cannot be caused there is skipped with the reason.
///
/// Exit codes: 0 all as promised, 1 mismatches, 2 a file or an argument is wrong, 3 the target
/// is out of reach.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    reports: Reports,
    /// Tell it as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Args) -> Result<u8, Trouble> {
    let suite = arguments.choice.packs.suite()?;
    let (cases, flows) = arguments.choice.cases(&suite)?;
    let target = arguments.choice.target(&suite).await?;
    let terminal = reports::terminal();
    let began = Timestamp::now();
    let ids = cases.iter().map(|case| case.id()).chain(flows.iter().map(|flow| flow.id()));
    let chosen: Vec<_> = ids.collect();
    let mut verdicts = Vec::with_capacity(chosen.len());
    let mut keep = |verdict: Verdict| {
        if !arguments.json && verdict.failed() {
            print(&terminal.case(&verdict));
        }
        verdicts.push(verdict);
    };
    for case in cases {
        keep(verdict::try_case(case, &target).await?);
    }
    // Last, for some of them move the target's clock.
    for flow in flows {
        keep(flow::try_flow(flow, &target).await?);
    }
    let run = Run {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        target: target.asked(&suite.world),
        compared: target.strictness(),
        began,
        ended: Some(Timestamp::now()),
        chosen,
        verdicts,
        put_off: Vec::new(),
        asked_again: BTreeMap::new(),
    };
    reports::write(LAST_RUN.as_ref(), &json!(run).to_string())?;
    if arguments.json {
        print(&format!("{:#}\n", report::json::report(&run)));
    } else {
        print(&terminal.end(&run));
    }
    arguments.reports.write(&run, &Catalog::of(&suite), arguments.json)?;
    Ok(if run.verdicts.iter().any(Verdict::failed) { MISMATCHES } else { DONE })
}
