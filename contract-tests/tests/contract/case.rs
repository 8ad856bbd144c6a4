//! A trial for each case: ask, judge, hold against the reviewed answer.

use std::{
    cell::Cell,
    fmt::Write as _,
    panic::{self, AssertUnwindSafe},
    path::Path,
    sync::{Arc, Once},
};

use gsp_contract_tests::{
    case::{Case, Suite},
    flow::{self, FlowCase, Told},
    mismatch::Mismatch,
    snapshot,
    target::Strictness,
    verdict,
};
use libtest_mimic::{Failed, Trial};

use super::Stage;

pub(crate) fn trials(suite: &Arc<Suite>, stage: &Arc<Stage>) -> Vec<Trial> {
    (0..suite.cases.len())
        .map(|index| {
            let (suite, stage) = (Arc::clone(suite), Arc::clone(stage));
            Trial::test(suite.cases[index].id(), move || run(&suite.cases[index], &stage))
        })
        .collect()
}

/// A trial for each flow.
pub(crate) fn flows(suite: &Arc<Suite>, stage: &Arc<Stage>) -> Vec<Trial> {
    (0..suite.flows.len())
        .map(|index| {
            let (suite, stage) = (Arc::clone(suite), Arc::clone(stage));
            Trial::test(suite.flows[index].id(), move || run_flow(&suite.flows[index], &stage))
        })
        .collect()
}

fn run_flow(flow: &FlowCase, stage: &Stage) -> Result<(), Failed> {
    let (runtime, target) = stage.target()?;
    let Told { mut mismatches, shown, .. } =
        runtime.block_on(flow.play(target)).map_err(|error| error.to_string())?;
    if mismatches.is_empty() {
        let path = flow::path_of(flow);
        let whole =
            |old: &str, new: &str| snapshot::compare_steps(old, new, Strictness::Values, &[]);
        mismatches = reviewed(&path, &flow.name, &flow.about, &shown, whole)?;
    }
    told(&format!("{}\n  {}", flow.id(), flow.about), &mismatches, &flow.source)
}

fn run(case: &Case, stage: &Stage) -> Result<(), Failed> {
    let (runtime, target) = stage.target()?;
    let answer = runtime.block_on(target.ask(case)).map_err(|error| error.to_string())?;
    let (mut mismatches, shown) = verdict::judge(case, &answer);
    if mismatches.is_empty() {
        let path = snapshot::path_of(case);
        let whole = |old: &str, new: &str| snapshot::compare(old, new, Strictness::Values, &[]);
        mismatches = reviewed(&path, &case.name, &case.told(), &shown, whole)?;
    }
    told(&format!("{}\n  {}", case.id(), case.told()), &mismatches, &case.source)
}

/// The trial's end: nothing, or all that was otherwise.
fn told(title: &str, mismatches: &[Mismatch], source: &str) -> Result<(), Failed> {
    if mismatches.is_empty() {
        return Ok(());
    }
    let mut told = title.to_owned();
    for mismatch in mismatches {
        let _ = write!(told, "\n  {mismatch}");
    }
    if !source.is_empty() {
        let _ = write!(told, "\n  promised in: {source}");
    }
    Err(told.into())
}

/// Lets `insta` compare, so that its tools see every snapshot; what differs is told in our words.
fn reviewed(
    path: &Path,
    name: &str,
    description: &str,
    shown: &str,
    compare: impl Fn(&str, &str) -> Vec<Mismatch>,
) -> Result<Vec<Mismatch>, Failed> {
    let folder = snapshot::folder();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder.join(path.parent().unwrap_or(path)));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(description);
    let compared = quietly(|| {
        settings.bind(|| insta::assert_snapshot!(name, shown));
    });
    if compared.is_ok() {
        return Ok(Vec::new());
    }
    let told = path.display().to_string();
    let mismatches = match snapshot::read(&folder.join(path))? {
        Some(reviewed) => compare(&reviewed, shown),
        None => vec![Mismatch::new("snapshot", &told, "none")],
    };
    if mismatches.is_empty() {
        return Ok(vec![Mismatch::new("snapshot", &told, "another form of writing")]);
    }
    Ok(mismatches)
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs what may panic; the panic's own words, meant for programmers, are not printed.
fn quietly(run: impl FnOnce()) -> Result<(), ()> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                loud(panic);
            }
        }));
    });
    QUIET.set(true);
    let ended = panic::catch_unwind(AssertUnwindSafe(run));
    QUIET.set(false);
    ended.map_err(|_| ())
}
