//! `gsp-contract run`: tries cases and tells what is otherwise than promised.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use gsp_contract_tests::{
    case::Suite,
    coverage::Catalog,
    flow,
    recording::{Recorder, recorder::About},
    report,
    run::{FORMAT, Run},
    target::Target,
    verdict::{self, Verdict},
};
use gsp_simulator::model::period;
use jiff::Timestamp;
use serde_json::json;

use super::{
    DONE, MISMATCHES, Trouble,
    choice::Choice,
    note, print,
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
    /// Keep what goes over the wire in this recording, with stand-ins for all that is somebody's; it
    /// must not be there yet, and needs `--vendor`.
    #[arg(long, value_name = "FILE", requires = "vendor")]
    record: Option<PathBuf>,
    /// Tell it as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Args) -> Result<u8, Trouble> {
    let suite = arguments.choice.packs.suite()?;
    let (cases, flows) = arguments.choice.cases(&suite)?;
    let target = arguments.choice.target(&suite).await?;
    let recorder = recorder(arguments, &suite, &target)?;
    let target = target.recorded_by(recorder.clone());
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
    if let Some(recorder) = recorder {
        let kept = recorder.finish()?;
        let file = recorder.path().display();
        note(&format!(
            "{} exchanges in {file}; before you commit it: gsp-contract lint {file}\n",
            kept.exchanges
        ));
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

/// The recording that is wanted.
fn recorder(
    arguments: &Args,
    suite: &Suite,
    target: &Target,
) -> Result<Option<Arc<Recorder>>, Trouble> {
    let (Some(path), Some(vendor)) = (&arguments.record, &arguments.choice.vendor) else {
        return Ok(None);
    };
    let about = About {
        vendor: vendor.clone(),
        target: target.host(vendor),
        recorded: period::ist_date(Timestamp::now().as_millisecond()),
    };
    Ok(Some(Arc::new(Recorder::begin(&suite.world, &about, path)?)))
}
