//! `gsp-contract report`: tells a run that was kept, without asking anybody again.

use std::path::PathBuf;

use gsp_contract_tests::{coverage::Catalog, report::Terminal, verdict::Verdict};

use super::{
    DONE, MISMATCHES, Packs, Trouble, print,
    reports::{self, Format},
};

/// Tells a run that was kept, without asking anybody again.
///
/// Ends as the run did: 0 all as promised, 1 mismatches (or the run did not come to its end), 2 a
/// file or an argument is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The run; `gsp-contract run` keeps its last one there.
    #[arg(long, value_name = "FILE", default_value_os_t = reports::last_run())]
    run: PathBuf,
    /// The form that it is told in.
    #[arg(long, value_enum, default_value = "terminal")]
    format: Format,
    /// Writes it to this file instead of printing it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Tell it as JSON: `--format json`.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    #[command(flatten)]
    packs: Packs,
}

pub(crate) fn run(arguments: &Args) -> Result<u8, Trouble> {
    let run = reports::read_run(&arguments.run)?;
    let format = if arguments.json { Format::Json } else { arguments.format };
    // Only the page tells of the catalog; packs that are wrong need not stop the others.
    let catalog = match format {
        Format::Html => Catalog::of(&arguments.packs.suite()?),
        _ => Catalog::default(),
    };
    match &arguments.out {
        None => print(&format.tell(&run, &catalog, reports::terminal())?),
        Some(file) => {
            let terminal = Terminal { colour: false, ..reports::terminal() };
            reports::write(file, &format.tell(&run, &catalog, terminal)?)?;
        }
    }
    let all_well = !run.verdicts.iter().any(Verdict::failed)
        && gsp_contract_tests::report::untried(&run).is_empty();
    Ok(if all_well { DONE } else { MISMATCHES })
}
