//! `gsp-contract run`: tries cases and tells what is otherwise than promised.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
};

use gsp_contract_tests::{
    case::Suite,
    coverage::Catalog,
    guard::STATE_FOLDER,
    recording::{Recorder, recorder::About},
    report,
    run::{FORMAT, LAST_RUN, Run},
    runner::{
        self, Chosen, Ended, Event, Manner, RunnerError,
        plan::Plan,
        record::{self, Record},
    },
    target::Target,
    verdict::Verdict,
};
use serde_json::json;
use tokio::sync::watch;

use super::{
    DONE, INTERRUPTED, MISMATCHES, OUT_OF_REACH, Trouble,
    choice::Choice,
    note, print,
    progress::Shown,
    reports::{self, Reports},
    today,
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
/// in place of values, and what cannot be caused there is skipped with the reason. What is sent is
/// counted first, against the target's budget; when that is used up, the rest is put off.
///
/// What came of it is kept in .gsp-contract/last-run.json as it goes on. Ctrl-C ends the run after
/// the case under way; `--resume` takes it up again.
///
/// Exit codes: 0 all as promised, 1 mismatches, 2 a file or an argument is wrong, 3 the target
/// is out of reach or the budget does not allow all cases, 130 ended by Ctrl-C.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
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
    /// Tell what would be sent, what it would cost at most and how long it would take; send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Take up the last run of the same target and cases: what has a verdict is not asked again.
    #[arg(long)]
    resume: bool,
    /// The file of the run, in place of .gsp-contract/last-run.json.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many cases may be under way at a time, in place of what contract.toml says.
    #[arg(long, value_name = "N")]
    parallel: Option<NonZeroUsize>,
    /// Do not tell how far it is.
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) async fn run(arguments: &Args) -> Result<u8, Trouble> {
    let suite = arguments.choice.packs.suite()?;
    let (cases, flows) = arguments.choice.cases(&suite)?;
    let chosen = Chosen { cases, flows };
    let manner = arguments.choice.manner(&suite, arguments.parallel)?;
    let target = arguments.choice.target(&suite).await?;
    let begun = begun(&suite, &chosen, &target);
    if arguments.dry_run {
        return arguments.plan(&chosen, &target, manner, begun);
    }
    let mut record = arguments.record(begun)?;
    let recorder = recorder(arguments, &suite, &target)?;
    let target = target.recorded_by(recorder.clone());
    let terminal = reports::terminal();
    let mut shown = Shown::new(arguments.quiet);
    let mut tell = |event: &Event<'_>| {
        if let Event::Verdict(verdict, _) = event
            && !arguments.json
            && verdict.failed()
        {
            shown.clear();
            print(&terminal.case(verdict));
        }
        shown.tell(event);
    };
    let went = runner::run(&chosen, &target, manner, &mut record, &mut tell, interrupts()).await;
    shown.clear();
    if let Some(recorder) = recorder {
        let kept = recorder.finish()?;
        let file = recorder.path().display();
        note(&format!(
            "{} exchanges in {file}; before you commit it: gsp-contract lint {file}\n",
            kept.exchanges
        ));
    }
    let run = record.run();
    let catalog = Catalog::of(&suite);
    let ended = match went {
        Ok(ended) => ended,
        Err(error) => {
            if run.verdicts.len() < run.chosen.len() && !run.verdicts.is_empty() {
                tell_resume(run);
            }
            // What was tried until then is told all the same.
            arguments.reports.write(run, &catalog, arguments.json)?;
            return Err(trouble(error));
        }
    };
    if arguments.json {
        print(&format!("{:#}\n", report::json::report(run)));
    } else {
        print(&terminal.end(run));
    }
    arguments.reports.write(run, &catalog, arguments.json)?;
    Ok(ending(run, ended))
}

impl Args {
    /// The file of the run.
    fn path(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| Path::new(STATE_FOLDER).join(LAST_RUN))
    }

    fn plan(
        &self,
        chosen: &Chosen<'_>,
        target: &Target,
        manner: Manner,
        begun: Run,
    ) -> Result<u8, Trouble> {
        let known = if self.resume {
            Record::look(&self.path(), begun).map_err(|error| trouble(error.into()))?.known()
        } else {
            std::collections::BTreeSet::new()
        };
        let plan = Plan::of(chosen, target, manner, &|id| known.contains(id));
        let plan = plan.map_err(|error| trouble(error.into()))?;
        if self.json {
            print(&format!("{:#}\n", json!(plan)));
        } else {
            print(&plan.told());
        }
        Ok(DONE)
    }

    /// Where what comes is kept.
    fn record(&self, begun: Run) -> Result<Record, Trouble> {
        let path = self.path();
        if self.resume {
            return Record::resume(&path, begun).map_err(|error| trouble(error.into()));
        }
        match Record::begin(&path, begun.clone()) {
            Ok(record) => Ok(record),
            // Nobody asked for the file, and without one the run is the same.
            Err(error) if self.out.is_none() => {
                note(&format!(
                    "warning: {}; this run cannot be taken up again, and no report be made of it later\nhint: name a file that may be written with `--out FILE`\n",
                    chain(&error)
                ));
                Ok(Record::unkept(begun))
            }
            Err(error) => Err(trouble(error.into())),
        }
    }
}

/// Tells what is left, and gives the exit code.
fn ending(run: &Run, ended: Ended) -> u8 {
    if ended.interrupted || ended.put_off > 0 {
        tell_resume(run);
    }
    let failed = run.verdicts.iter().any(Verdict::failed);
    match ended {
        Ended { interrupted: true, .. } => INTERRUPTED,
        _ if failed => MISMATCHES,
        Ended { put_off: 1.., .. } => OUT_OF_REACH,
        _ => DONE,
    }
}

/// Tells what is left, and how to go on.
fn tell_resume(run: &Run) {
    let tried = run.verdicts.len() - run.put_off.len();
    let put_off = match run.put_off.len() {
        0 => String::new(),
        1 => ", 1 was put off".to_owned(),
        several => format!(", {several} were put off"),
    };
    note(&format!(
        "{tried} of {} cases have their verdict{put_off}: go on with the same arguments and `--resume`\n",
        run.chosen.len()
    ));
}

/// A run before anything is tried.
pub(super) fn begun(suite: &Suite, chosen: &Chosen<'_>, target: &Target) -> Run {
    let cases = chosen.cases.iter().map(|case| case.id());
    Run {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        target: target.asked(&suite.world),
        compared: target.strictness(),
        began: record::now(),
        ended: None,
        chosen: cases.chain(chosen.flows.iter().map(|flow| flow.id())).collect(),
        verdicts: Vec::new(),
        put_off: Vec::new(),
        asked_again: std::collections::BTreeMap::new(),
    }
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
    let about = About { vendor: vendor.clone(), target: target.host(vendor), recorded: today() };
    Ok(Some(Arc::new(Recorder::begin(&suite.world, &about, path)?)))
}

/// Counts how often Ctrl-C was pressed.
pub(super) fn interrupts() -> watch::Receiver<u32> {
    let (sender, receiver) = watch::channel(0);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            sender.send_modify(|times| *times += 1);
        }
    });
    receiver
}

pub(super) fn trouble(error: RunnerError) -> Trouble {
    match error {
        RunnerError::Target(error) => Trouble::Target(error),
        other => {
            let hint = other.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
            Trouble::Input(format!("error: {}{hint}", chain(&other)))
        }
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        if !told.ends_with(&text) {
            told = format!("{told}: {text}");
        }
        cause = next.source();
    }
    told
}
