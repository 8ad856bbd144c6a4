//! `gsp-contract certify`: tries the widest set of cases and writes what was sent and what came.

use std::{fs, path::PathBuf};

use gsp_contract_tests::{
    case::{Case, Suite},
    certify::{Evidence, LeftOut, choose, page},
    guard::STATE_FOLDER,
    report::Standing,
    run::Run,
    runner::{self, Chosen, Event, Manner, plan::Plan, record::Record},
    target::Target,
};
use serde_json::json;

use super::{
    DONE, INTERRUPTED, MISMATCHES, Trouble,
    choice::Choice,
    note, print,
    progress::Shown,
    reports,
    run::{begun, interrupts, trouble},
};

/// The run that evidence is made from.
const RUN: &str = "certify-run.json";

/// Tries the widest set of cases that the target's budget allows, and writes the evidence: what was
/// sent and what came.
///
/// Each answer that the catalog has is shown once: first the success of each endpoint, then each code,
/// each outcome, and whatever is left. What cannot be caused at the target, or has no place in today's
/// budget, is named with the reason. Exchanges stand in order of time, as they went over the wire, with
/// credentials blanked; each has its SHA-256, and a chain and a total hash are over all of them.
///
/// Exit codes: 0 all as promised, 1 mismatches (or `--check` found a change), 2 a file or an argument is
/// wrong, 3 the target is out of reach, 130 ended by Ctrl-C.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Args {
    #[command(flatten)]
    choice: Choice,
    /// The file: a page with the evidence inside, or JSON where its name ends so.
    #[arg(long, value_name = "FILE", default_value = "evidence.html")]
    out: PathBuf,
    /// Tries so many cases at most.
    #[arg(long, value_name = "N")]
    most: Option<usize>,
    /// Tell what would be sent and what it would cost at most; send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Take up the last one, which was interrupted or put off.
    #[arg(long)]
    resume: bool,
    /// Hold a file that was written against its hashes; nothing is sent.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "most", "dry_run", "resume"])]
    check: Option<PathBuf>,
    /// Tell it as JSON.
    #[arg(long)]
    json: bool,
    /// Do not tell how far it is.
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) async fn run(arguments: &Args) -> Result<u8, Trouble> {
    if let Some(file) = &arguments.check {
        return arguments.check(file);
    }
    let suite = arguments.choice.packs.suite()?;
    let target = arguments.choice.target(&suite).await?;
    let path = PathBuf::from(STATE_FOLDER).join(RUN);
    let before = arguments.resume.then(|| Run::read(&path)).transpose();
    let before = before.map_err(|error| trouble(error.into()))?;
    let (chosen, left_out) = arguments.cases(&suite, &target, before.as_ref())?;
    let manner = Manner { keep_all: true, ..arguments.choice.manner(&suite, None)? };
    if arguments.dry_run {
        let plan = Plan::of(&chosen, &target, manner, &|_| false);
        let plan = plan.map_err(|error| trouble(error.into()))?;
        print(&if arguments.json { format!("{:#}\n", json!(plan)) } else { plan.told() });
        return Ok(DONE);
    }
    let begun = begun(&suite, &chosen, &target);
    let record = match before {
        Some(_) => Record::resume(&path, begun),
        None => Record::begin(&path, begun),
    };
    let mut record = record.map_err(|error| trouble(error.into()))?;
    let mut shown = Shown::new(arguments.quiet);
    let mut tell = |event: &Event<'_>| shown.tell(event);
    let went = runner::run(&chosen, &target, manner, &mut record, &mut tell, interrupts()).await;
    shown.clear();
    let ended = went.map_err(trouble)?;
    let evidence = Evidence::of(record.run(), left_out);
    arguments.write(&evidence)?;
    if ended.interrupted || ended.put_off > 0 {
        note("not all cases had their turn: go on with the same arguments and `--resume`");
    }
    let counts = evidence.counts();
    Ok(match () {
        () if ended.interrupted => INTERRUPTED,
        () if counts.failed + counts.drifted > 0 => MISMATCHES,
        () => DONE,
    })
}

impl Args {
    /// What is tried and what is not: as it was begun, where it is taken up again.
    fn cases<'suite>(
        &self,
        suite: &'suite Suite,
        target: &Target,
        before: Option<&Run>,
    ) -> Result<(Chosen<'suite>, Vec<LeftOut>), Trouble> {
        let (cases, _) = self.choice.cases(suite)?;
        let most = if before.is_some() { None } else { self.most };
        let widest = choose::widest(&cases, target, most);
        let mut choice = widest.map_err(|error| trouble(error.into()))?;
        if let Some(before) = before {
            let was = |case: &&Case| before.chosen.contains(&case.id());
            choice.cases = cases.into_iter().filter(was).collect();
            choice.left_out.retain(|one| !before.chosen.contains(&one.case));
            // In the order in which they were begun.
            choice.cases.sort_by_key(|case| {
                before.chosen.iter().position(|id| *id == case.id()).unwrap_or(usize::MAX)
            });
        }
        if choice.cases.is_empty() {
            let why =
                choice.left_out.first().map(|one| format!(", such as `{}`: {}", one.case, one.why));
            return Err(Trouble::Input(format!(
                "error: no case can be tried here{}\nhint: `gsp-contract doctor` says what the target lacks",
                why.unwrap_or_default()
            )));
        }
        Ok((Chosen { cases: choice.cases, flows: Vec::new() }, choice.left_out))
    }

    fn write(&self, evidence: &Evidence) -> Result<(), Trouble> {
        let is_json = self.out.extension().is_some_and(|ending| ending == "json");
        let text = if is_json {
            evidence.json()
        } else {
            page::page(evidence).map_err(|error| {
                Trouble::Input(format!("error: the evidence cannot be written: {error}"))
            })?
        };
        reports::write(&self.out, &text)?;
        let file = self.out.display().to_string();
        let counts = evidence.counts();
        if self.json {
            let told = json!({
                "written": file, "target": evidence.target.name, "counts": counts,
                "exchanges": evidence.exchanges.len(), "left_out": evidence.left_out.len(),
                "chain": evidence.chain, "total": evidence.total,
            });
            print(&format!("{told:#}\n"));
            return Ok(());
        }
        for case in &evidence.cases {
            if case.verdict != Standing::Passed.word() {
                print(&format!("{} {}: {}\n", case.verdict, case.case, case.differs.join("; ")));
            }
        }
        print(&format!(
            "{} cases, {} exchanges: {} passed, {} failed, {} drifted, {} skipped; {} answers were left out\n{file} is written, its total SHA-256 is\n{}\n",
            evidence.cases.len(),
            evidence.exchanges.len(),
            counts.passed,
            counts.failed,
            counts.drifted,
            counts.skipped,
            evidence.left_out.len(),
            evidence.total,
        ));
        Ok(())
    }

    /// Holds a file against its hashes.
    fn check(&self, file: &std::path::Path) -> Result<u8, Trouble> {
        let text = fs::read_to_string(file).map_err(|error| {
            Trouble::Input(format!(
                "error: `{}` cannot be read: {error}\nhint: name the file that `gsp-contract certify` wrote",
                file.display()
            ))
        })?;
        let checked = Evidence::check(&text);
        if self.json {
            let told = json!({
                "file": file.display().to_string(),
                "as_written": checked.is_ok(),
                "why": checked.as_ref().err().map(ToString::to_string),
                "total": checked.as_ref().ok().map(|evidence| &evidence.total),
            });
            print(&format!("{told:#}\n"));
        } else {
            match &checked {
                Ok(evidence) => print(&format!(
                    "{} is as it was written: {} exchanges, total SHA-256\n{}\n",
                    file.display(),
                    evidence.exchanges.len(),
                    evidence.total
                )),
                Err(forged) => print(&format!("{}: {forged}\n", file.display())),
            }
        }
        Ok(if checked.is_ok() { DONE } else { MISMATCHES })
    }
}
