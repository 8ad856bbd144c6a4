//! A run: chosen cases and flows, one after the other or some at a time, each verdict kept as soon as
//! it is there.
//!
//! What the budget or the vendor puts off is skipped with the reason and tried when the run is taken
//! up again. Whoever starts a run is told of each verdict, and can end it after the cases under way.
//!
//! - [`plan`]: what a run would send and cost
//! - [`record`]: the file, written as the run goes on

use std::{
    cell::{Cell, RefCell},
    pin::pin,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};
use tokio::sync::watch;

use self::record::Record;
use crate::{
    case::Case,
    flow::{self, FlowCase},
    guard::LedgerError,
    run::{Kind, RunFileError},
    target::{Target, TargetError, hearing},
    verdict::{self, Verdict},
};

pub mod plan;
pub mod record;
mod retry;

/// What is to be tried.
#[derive(Clone, Debug)]
pub struct Chosen<'suite> {
    /// Cases, in their order.
    pub cases: Vec<&'suite Case>,
    /// Flows; they come last, for some of them move the target's clock.
    pub flows: Vec<&'suite FlowCase>,
}

/// How it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// How many cases may be under way at a time; flows go one by one.
    pub parallel: usize,
    /// How often a case is asked again at most.
    pub retries: usize,
    /// The wait before the first time; each further one is twice as long.
    pub first_wait: Duration,
    /// Keeps every exchange; left out, those of live targets and of what was otherwise than promised.
    pub keep_all: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self { parallel: 1, retries: 0, first_wait: Duration::from_secs(1), keep_all: false }
    }
}

/// What happens in a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// A verdict is there.
    Verdict(&'a Verdict, &'a Progress),
    /// A case is asked again.
    Again {
        /// The case.
        case: &'a str,
        /// Why the last time was not enough.
        why: &'a str,
        /// After which time.
        wait: Duration,
    },
    /// No further case is begun; those under way are ended.
    Ending,
}

/// How far a run is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Cases that have a verdict, those of an earlier run that was taken up too.
    pub done: usize,
    /// All that were chosen.
    pub of: usize,
    /// Something was otherwise than promised.
    pub failed: usize,
    /// Not tried.
    pub skipped: usize,
    /// Those that this run has tried itself.
    tried: usize,
    begun: Instant,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// It was to end before all cases had their turn.
    pub interrupted: bool,
    /// So many cases were put off: the budget or the vendor does not allow more.
    pub put_off: usize,
}

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// What was used of the budget is not known or cannot be kept.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Its file.
    #[error(transparent)]
    File(#[from] RunFileError),
}

impl RunnerError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Target(error) => error.hint(),
            Self::Ledger(error) => Some(error.hint()),
            Self::File(error) => Some(error.hint()),
        }
    }
}

impl Progress {
    /// How long the rest will take, by what it took so far; `None` while nobody can know.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let tried = u32::try_from(self.tried).ok().filter(|tried| *tried > 0)?;
        let rest = u32::try_from(self.of.saturating_sub(self.done)).ok()?;
        Some(self.begun.elapsed() / tried * rest)
    }
}

/// A case or a flow.
#[derive(Clone, Copy, Debug)]
enum Task<'a> {
    Case(&'a Case),
    Flow(&'a FlowCase),
}

/// What came of one.
struct Done {
    verdict: Verdict,
    /// It was skipped for now.
    put_off: bool,
    /// Why it was asked again, each time.
    again: Vec<String>,
}

impl Task<'_> {
    fn id(self) -> String {
        match self {
            Self::Case(case) => case.id(),
            Self::Flow(flow) => flow.id(),
        }
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::Case(case) => Verdict::of(case),
            Self::Flow(flow) => flow.verdict(),
        }
    }

    async fn try_at(self, target: &Target) -> Result<Verdict, TargetError> {
        match self {
            Self::Case(case) => Box::pin(verdict::try_case(case, target)).await,
            Self::Flow(flow) => Box::pin(flow::try_flow(flow, target)).await,
        }
    }
}

/// Hears of what happens.
type Teller<'a> = RefCell<&'a mut dyn FnMut(&Event<'_>)>;

/// A run under way.
struct Runner<'a> {
    target: &'a Target,
    manner: Manner,
    /// Live exchanges are evidence; a simulator's are wanted where something was otherwise.
    keep_all: bool,
    tell: Teller<'a>,
    halted: Cell<bool>,
}

/// Tries what is chosen and has no verdict in the record yet. When `stops` changes, the cases under way
/// are ended and no more begun; when it changes again, at once.
///
/// # Errors
///
/// When the target is out of reach, the budget cannot be counted, or the file cannot be written; what
/// was tried until then is in the file.
pub async fn run(
    chosen: &Chosen<'_>,
    target: &Target,
    manner: Manner,
    record: &mut Record,
    tell: &mut dyn FnMut(&Event<'_>),
    mut stops: watch::Receiver<u32>,
) -> Result<Ended, RunnerError> {
    let runner = Runner {
        target,
        manner,
        keep_all: manner.keep_all || record.run().target.kind == Kind::Live,
        tell: RefCell::new(tell),
        halted: Cell::new(false),
    };
    let cases = chosen.cases.iter().map(|case| Task::Case(case));
    let flows = chosen.flows.iter().map(|flow| Task::Flow(flow));
    let known = record.known();
    let left = |task: &Task<'_>| !known.contains(&task.id());
    let verdicts = &record.run().verdicts;
    let mut progress = Progress {
        done: verdicts.len(),
        of: chosen.cases.len() + chosen.flows.len(),
        failed: verdicts.iter().filter(|verdict| verdict.failed()).count(),
        skipped: verdicts.iter().filter(|verdict| verdict.skipped.is_some()).count(),
        tried: 0,
        begun: Instant::now(),
    };
    let rounds = [
        (cases.filter(left).collect::<Vec<_>>(), manner.parallel.max(1)),
        (flows.filter(left).collect(), 1),
    ];
    for (tasks, parallel) in rounds {
        let went = runner.play(tasks, parallel, record, &mut progress, &mut stops).await;
        // What was tried is kept whatever became of the rest.
        if let Err(error) = went {
            record.end(false)?;
            return Err(error);
        }
    }
    // What cannot be closed ends by itself; nothing of the run hangs on it.
    let _ = target.finish().await;
    let interrupted = runner.halted.get() && progress.done < progress.of;
    record.end(!interrupted)?;
    Ok(Ended { interrupted, put_off: record.run().put_off.len() })
}

impl Runner<'_> {
    async fn play(
        &self,
        tasks: Vec<Task<'_>>,
        parallel: usize,
        record: &mut Record,
        progress: &mut Progress,
        stops: &mut watch::Receiver<u32>,
    ) -> Result<(), RunnerError> {
        let begin = |task| async move {
            if self.halted.get() { None } else { Some(self.attempt(task).await) }
        };
        let mut under_way = pin!(stream::iter(tasks).map(begin).buffer_unordered(parallel));
        // Nobody is left who could ask it to end.
        let mut alone = false;
        loop {
            let next = tokio::select! {
                biased;
                changed = stops.changed(), if !alone => {
                    alone = changed.is_err();
                    if !alone && self.halted.replace(true) {
                        return Ok(());
                    }
                    if !alone {
                        self.tell(&Event::Ending);
                    }
                    continue;
                }
                next = under_way.next() => next,
            };
            match next {
                None => return Ok(()),
                Some(None) => {}
                Some(Some(done)) => {
                    let Done { verdict, put_off, again } = done?;
                    progress.done += 1;
                    progress.tried += 1;
                    progress.failed += usize::from(verdict.failed());
                    progress.skipped += usize::from(verdict.skipped.is_some());
                    self.tell(&Event::Verdict(&verdict, progress));
                    record.push(verdict, put_off, again)?;
                }
            }
        }
    }

    fn tell(&self, event: &Event<'_>) {
        (self.tell.borrow_mut())(event);
    }

    /// Tries one, again where that may help.
    async fn attempt(&self, task: Task<'_>) -> Result<Done, RunnerError> {
        let mut again = Vec::new();
        let mut before: Option<Verdict> = None;
        loop {
            let (tried, heard) = hearing(task.try_at(self.target)).await;
            if let Err(TargetError::Refused(refused)) = tried {
                if let Some(error) = refused.ledger() {
                    return Err(error.clone().into());
                }
                // It was not to be asked again; what came before stands.
                if let Some(verdict) = before {
                    again.pop();
                    return Ok(Done { verdict, put_off: false, again });
                }
                let mut verdict = task.verdict();
                verdict.skipped = Some(refused.to_string());
                return Ok(Done { verdict, put_off: true, again });
            }
            if let Some(why) = self.again(task, &tried, &heard, again.len()) {
                let wait = retry::wait(self.manner.first_wait, again.len());
                self.tell(&Event::Again { case: &task.id(), why: &why, wait });
                again.push(why);
                before = tried.ok();
                pause(wait).await;
                continue;
            }
            let mut verdict = tried?;
            if self.keep_all || verdict.failed() {
                verdict.exchanges = heard;
            }
            return Ok(Done { verdict, put_off: false, again });
        }
    }

    fn again(
        &self,
        task: Task<'_>,
        tried: &Result<Verdict, TargetError>,
        heard: &[crate::verdict::Heard],
        times: usize,
    ) -> Option<String> {
        let Task::Case(case) = task else { return None };
        let rests = self.target.guard().and_then(|guard| guard.stopped(&case.vendor)).is_some();
        if times >= self.manner.retries || rests || self.halted.get() {
            return None;
        }
        retry::why(case, tried, heard)
    }
}

#[expect(clippy::disallowed_methods, reason = "no vendor's delivery: a client waits to ask again")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
