//! `gsp-contract run`: tries cases and tells what is otherwise than promised.

use gsp_contract_tests::{
    case::{Case, Suite},
    coverage::Catalog,
    flow::{self, FlowCase},
    report,
    run::{Asked, FORMAT, Kind, Run},
    target::Target,
    verdict::{self, Verdict},
};
use jiff::Timestamp;
use serde_json::json;

use super::{
    DONE, MISMATCHES, Packs, Trouble, known_vendor, print,
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
/// Exit codes: 0 all as promised, 1 mismatches, 2 a file or an argument is wrong, 3 the target
/// is out of reach.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What is asked: `embedded`, or the address that `gspsim serve` prints.
    #[arg(long, default_value = "embedded", value_name = "embedded|URL")]
    target: String,
    /// Only this vendor's cases.
    #[arg(long)]
    vendor: Option<String>,
    /// Only cases whose name (`vendor::endpoint::case`) has this in it.
    #[arg(long, value_name = "PATTERN")]
    case: Option<String>,
    #[command(flatten)]
    reports: Reports,
    #[command(flatten)]
    packs: Packs,
    /// Tell it as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Args) -> Result<u8, Trouble> {
    let suite = arguments.packs.suite()?;
    let (cases, flows) = choose(&suite, arguments)?;
    let target = match arguments.target.as_str() {
        "embedded" => Target::embedded(suite.world.clone()).await?,
        url if url.starts_with("http://") => Target::at(url).await?,
        other => {
            return Err(Trouble::Input(format!(
                "error: `{other}` is no target\nhint: write `embedded` or an address such as http://127.0.0.1:4777"
            )));
        }
    };
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
    let told = if arguments.target == "embedded" { "embedded" } else { target.url() };
    let vendors = suite.world.packs.iter().map(|pack| pack.name.clone());
    let run = Run {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        target: Asked {
            name: told.to_owned(),
            kind: if told == "embedded" { Kind::Embedded } else { Kind::Simulator },
            addresses: vendors
                .map(|vendor| (vendor.clone(), format!("{}/{vendor}", target.url())))
                .collect(),
        },
        compared: target.strictness(),
        began,
        ended: Some(Timestamp::now()),
        chosen,
        verdicts,
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

/// Cases and flows that are to be tried.
type Chosen<'suite> = (Vec<&'suite Case>, Vec<&'suite FlowCase>);

fn choose<'suite>(suite: &'suite Suite, arguments: &Args) -> Result<Chosen<'suite>, Trouble> {
    if let Some(vendor) = &arguments.vendor {
        known_vendor(suite, vendor)?;
    }
    let wanted = |vendor: &str, id: String| {
        arguments.vendor.as_ref().is_none_or(|name| name == vendor)
            && arguments.case.as_ref().is_none_or(|part| id.contains(part.as_str()))
    };
    let cases: Vec<_> = suite.cases.iter().filter(|case| wanted(&case.vendor, case.id())).collect();
    let flows: Vec<_> = suite.flows.iter().filter(|flow| wanted(&flow.vendor, flow.id())).collect();
    if cases.is_empty() && flows.is_empty() {
        let part = arguments.case.as_deref().unwrap_or_default();
        return Err(Trouble::Input(format!(
            "error: no case has `{part}` in its name\nhint: names look like `vendor::endpoint::not-found`; `cargo test -p gsp-contract-tests --test contract -- --list` lists them"
        )));
    }
    Ok((cases, flows))
}
