//! `gsp-contract doctor`: what is missing for a target, before the first call.

use std::{collections::BTreeMap, fmt::Write as _};

use gsp_contract_tests::{
    case::Suite,
    config::{Given, KindFile, Lack},
    target::Live,
};
use serde_json::json;

use super::{DONE, Trouble, WRONG_INPUT, choice::Choice, print};

/// Says what a target of contract.toml lacks, and which cases can be tried there; asks nobody.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    choice: Choice,
    /// Tell it as JSON.
    #[arg(long)]
    json: bool,
}

/// Why cases are skipped: reason → how many, and one of them.
type Skipped = BTreeMap<String, (usize, String)>;

pub(crate) fn run(args: &Args) -> Result<u8, Trouble> {
    let suite = args.choice.packs.suite()?;
    let Some((given, lacks)) = args.choice.given(&suite.world)? else {
        print(&format!("`{}` needs nothing that contract.toml could give\n", args.choice.target));
        return Ok(DONE);
    };
    let found = look(args, &suite, &given)?;
    if args.json {
        let reasons: Vec<_> = found
            .skipped
            .iter()
            .map(|(why, (count, one))| json!({ "why": why, "cases": count, "such_as": one }))
            .collect();
        let told = json!({
            "target": given.name,
            "lacks": lacks,
            "can_be_tried": found.tried,
            "skipped": reasons,
        });
        print(&format!("{told:#}\n"));
    } else {
        print(&told(&given, &lacks, &found));
    }
    Ok(if lacks.is_empty() { DONE } else { WRONG_INPUT })
}

/// What cases can be tried.
struct Found {
    /// Vendor → cases that can be tried.
    tried: BTreeMap<String, usize>,
    skipped: Skipped,
}

fn look(args: &Args, suite: &Suite, given: &Given) -> Result<Found, Trouble> {
    let (cases, flows) = args.choice.cases(suite)?;
    let live = Live::new(given.clone(), &suite.world, [0; 32]);
    let simulator = given.kind == KindFile::Simulator;
    let mut found = Found { tried: BTreeMap::new(), skipped: BTreeMap::new() };
    let mut note = |vendor: &str, id: String, obstacle: Option<String>| match obstacle {
        Some(why) if !simulator => {
            found.skipped.entry(why).or_insert((0, id)).0 += 1;
        }
        _ => *found.tried.entry(vendor.to_owned()).or_default() += 1,
    };
    for case in cases {
        note(&case.vendor, case.id(), live.obstacle(case));
    }
    for flow in flows {
        note(&flow.vendor, flow.id(), live.flow_obstacle(flow));
    }
    Ok(found)
}

fn told(given: &Given, lacks: &[Lack], found: &Found) -> String {
    let mut out = String::new();
    for (name, vendor) in &given.vendors {
        let _ = writeln!(out, "{name} at {}", vendor.url);
    }
    if lacks.is_empty() {
        let _ = writeln!(out, "Nothing is missing for `{}`.", given.name);
    } else {
        let _ = writeln!(out, "Missing for `{}`:", given.name);
        for lack in lacks {
            let vendor = lack.vendor.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
            let _ = writeln!(out, "  {vendor}{}\n    {}", lack.what, lack.next);
        }
    }
    for (vendor, count) in &found.tried {
        let _ = writeln!(out, "{vendor}: {count} cases can be tried");
    }
    if !found.skipped.is_empty() {
        let _ = writeln!(out, "Skipped:");
        let mut all: Vec<_> = found.skipped.iter().collect();
        all.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        for (why, (count, one)) in all {
            let such = if *count == 1 { one.clone() } else { format!("such as {one}") };
            let _ = writeln!(out, "  {count:>4}  {why}\n        {such}");
        }
    }
    out
}
