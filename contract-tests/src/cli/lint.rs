//! `gsp-contract lint`: whether anything in files is somebody's.

use std::{fmt::Write as _, fs, path::PathBuf};

use gsp_contract_tests::recording::{
    file::GOOD_FOR_DAYS,
    lint::{Lint, Report, allow::Allow},
};
use gsp_simulator::{finding::Source, world::World};

use super::{DONE, MISMATCHES, Packs, Trouble, WRONG_INPUT, drawn, print, today};

/// Proves that nothing in a recording is somebody's, and finds what seems to be so in any other file.
///
/// In a recording every text must be a stand-in or known to say nothing of anybody, and it must not be
/// older than `--max-age`. In all other files GSTINs, PANs, ARNs, telephone numbers, mail addresses,
/// tokens and private keys are looked for by their form; those of ours are known by theirs. Folders are
/// looked through, without those of version control and builds, and without what is no text.
///
/// Exit codes: 0 nothing was found, 1 something was, 2 a file or an argument is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files and folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A file that names what is known to be nobody's, with the reasons.
    #[arg(long, value_name = "FILE")]
    allow: Option<PathBuf>,
    /// So many days a recording counts.
    #[arg(long, value_name = "DAYS", default_value_t = GOOD_FOR_DAYS, env = "GSP_CONTRACT_MAX_AGE")]
    max_age: u32,
    #[command(flatten)]
    packs: Packs,
    /// Tell it as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<u8, Trouble> {
    let allow = match &args.allow {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| {
                Trouble::Input(format!(
                    "error: `{}` cannot be read: {error}\nhint: name a file that is there",
                    path.display()
                ))
            })?;
            let source = Source { path: path.clone(), text: text.into() };
            Allow::read(&source).map_err(|findings| drawn(&findings))?
        }
        None => Allow::default(),
    };
    let world = World::load(&args.packs.ingredients()?).map_err(|findings| drawn(&findings))?;
    let lint = Lint { world: &world, allow: &allow, today: today(), good_for_days: args.max_age };
    let report = lint.look(&args.paths);
    if args.json {
        let json = serde_json::to_string_pretty(&report).unwrap_or_default();
        print(&format!("{json}\n"));
    } else {
        print(&told(&report));
    }
    Ok(if !report.found.is_empty() {
        MISMATCHES
    } else if report.skipped.is_empty() {
        DONE
    } else {
        WRONG_INPUT
    })
}

fn told(report: &Report) -> String {
    let mut out = String::new();
    let mut hints = Vec::new();
    for found in &report.found {
        let _ = writeln!(out, "{}:{}:{}: {}", found.file, found.line, found.column, found.message);
        if !hints.contains(&&found.hint) {
            hints.push(&found.hint);
        }
    }
    for hint in hints.iter().filter(|hint| !hint.is_empty()) {
        let _ = writeln!(out, "hint: {hint}");
    }
    for skipped in &report.skipped {
        let _ = writeln!(out, "not read: {skipped}");
    }
    for unused in &report.unused {
        let _ = writeln!(out, "note: nothing needs `{unused}` of the list of what is known");
    }
    let recordings = match report.recordings {
        0 => String::new(),
        1 => ", one of them a recording".to_owned(),
        count => format!(", {count} of them recordings"),
    };
    let found = match report.found.len() {
        0 => "nothing was found".to_owned(),
        1 => "one thing was found".to_owned(),
        count => format!("{count} things were found"),
    };
    let files = if report.files == 1 { "file" } else { "files" };
    let _ = writeln!(out, "{} {files} looked at{recordings}: {found}", report.files);
    out
}
