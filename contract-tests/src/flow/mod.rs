//! Flows: sequences of requests, each held against what is promised of it.
//!
//! In this process a flow has a simulator of its own, at an address it shares one: what it changes
//! there beside the vendor (clock, scenarios, certificate) it puts back.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use gsp_simulator::{
    finding::Finding,
    pack::contract::flows::{Act, ReceivedFile},
    world::{Ingredients, World},
};
use indexmap::IndexMap;

use crate::{
    case::{Case, request::RequestError},
    drift::Drift,
    mismatch::Mismatch,
    runner::record,
    schema::Schema,
    session::{Before, Identity, Visit, Way, gstin_of},
    snapshot::{self, EXCHANGE, STEP},
    target::{Target, TargetError},
    verdict::{Place, Verdict},
};

mod act;
mod send;

/// The word that stands for an endpoint in the name of a flow.
pub const FLOWS: &str = "flows";

/// A flow of a vendor.
#[derive(Clone, Debug)]
pub struct FlowCase {
    /// The vendor.
    pub vendor: String,
    /// Its name.
    pub name: String,
    /// What is shown by it.
    pub about: String,
    /// Where this is written.
    pub source: String,
    /// The line of the file that it is written on.
    pub place: Option<Place>,
    /// Settings of the pack that it needs.
    pub settings: IndexMap<String, String>,
    /// It may be played on a vendor's own side.
    pub live: bool,
    /// What is done.
    pub steps: Vec<FlowStep>,
    pub(crate) ways: Vec<Arc<Way>>,
    pub(crate) ingredients: Arc<Ingredients>,
}

/// A step of a flow.
#[derive(Clone, Debug)]
pub struct FlowStep {
    /// Its name.
    pub name: String,
    /// The client that does it.
    pub client: String,
    /// The user that its session is opened for.
    pub user: Option<String>,
    /// The state code that it is opened for.
    pub state: Option<String>,
    /// What is done.
    pub doing: FlowDoing,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum FlowDoing {
    /// Something beside the vendor's requests.
    Act(Act),
    /// Sends a request.
    Send(Box<FlowSend>),
}

/// A request of a flow.
#[derive(Clone, Debug)]
pub struct FlowSend {
    /// What is sent, and what is promised of the answer.
    pub case: Case,
    /// Path and query in place of the endpoint's.
    pub target: Option<String>,
    /// What is kept: name and JSON pointer.
    pub keep: Vec<(String, String)>,
    /// How the received file is opened, and what must be in it.
    pub file: Option<(ReceivedFile, Option<Schema>)>,
}

/// What came of a flow.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What was otherwise than promised.
    pub mismatches: Vec<Mismatch>,
    /// Where a live side has departed from the pack.
    pub drifts: Vec<Drift>,
    /// Every exchange, as snapshots have it.
    pub shown: String,
}

impl FlowCase {
    /// `vendor::flows::name`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}::{FLOWS}::{}", self.vendor, self.name)
    }

    /// What is said of it before it is tried.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict {
            case: self.id(),
            vendor: self.vendor.clone(),
            endpoint: FLOWS.to_owned(),
            promised: None,
            request: self.about.clone(),
            place: self.place.clone(),
            source: self.source.clone(),
            mismatches: Vec::new(),
            drifts: Vec::new(),
            skipped: None,
            at: record::now(),
            took_ms: 0,
            exchanges: Vec::new(),
        }
    }

    /// The codes that its answers have.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match &step.doing {
            FlowDoing::Send(send) => send.case.code.as_deref(),
            FlowDoing::Act(_) => None,
        })
    }

    /// Why it cannot be played at a target; `None` where it can.
    #[must_use]
    pub fn obstacle(&self, target: &Target) -> Option<String> {
        if let Some(live) = target.live() {
            return live.flow_obstacle(self);
        }
        let settings: Vec<_> =
            self.settings.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        if target.world().is_none() && !settings.is_empty() {
            return Some(format!("it needs a simulator of its own, with {}", settings.join(", ")));
        }
        self.steps.iter().find_map(|step| match &step.doing {
            FlowDoing::Send(send) => send.case.obstacle(target),
            FlowDoing::Act(_) => None,
        })
    }

    /// Plays the flow.
    ///
    /// # Errors
    ///
    /// When the target does not answer, or the world with the flow's settings has findings.
    pub async fn play(&self, target: &Target) -> Result<Told, FlowError> {
        match target.world() {
            None => Ok(self.play_at(target).await?),
            Some(world) => {
                let own = Target::own(self.world(world)?).await?;
                let own = own.heard_by(target.ear()).recorded_by(target.recorder().cloned());
                Ok(self.play_at(&own).await?)
            }
        }
    }

    /// The world with the flow's settings.
    fn world(&self, world: &Arc<World>) -> Result<Arc<World>, FlowError> {
        if self.settings.is_empty() {
            return Ok(Arc::clone(world));
        }
        let mut ingredients = Ingredients::clone(&self.ingredients);
        let own = ingredients.settings.entry(self.vendor.clone()).or_default();
        own.extend(self.settings.iter().map(|(name, value)| (name.clone(), value.clone())));
        World::load(&ingredients).map(Arc::new).map_err(FlowError::Files)
    }

    async fn play_at(&self, target: &Target) -> Result<Told, TargetError> {
        let flow = &self.adapted(target)?;
        let mut run = Run {
            flow,
            target,
            visit: Visit::new(target, &self.id()),
            told: Told::default(),
            changed: act::Changed::default(),
        };
        for (number, step) in flow.steps.iter().enumerate() {
            let begun = run.told.mismatches.len();
            let _ = write!(run.told.shown, "{STEP}{} {}", number + 1, step.name);
            let went = run.step(step).await;
            let place = format!("step {} ({})", number + 1, step.name);
            for mismatch in &mut run.told.mismatches[begun..] {
                mismatch.at = format!("{place}: {}", mismatch.at);
            }
            run.told.shown.push('\n');
            match went {
                Ok(()) => {}
                // What follows would only tell again that this one failed.
                Err(TargetError::Request(why)) => {
                    run.told.mismatches.push(Mismatch::new(place, "a request", why.to_string()));
                    break;
                }
                Err(error) => {
                    // What was changed is put back where that can be done at all.
                    let _ = run.put_back().await;
                    return Err(error);
                }
            }
        }
        run.put_back().await?;
        let first = flow.steps.iter().find_map(|step| match &step.doing {
            FlowDoing::Send(send) => Some(&send.case),
            FlowDoing::Act(_) => None,
        });
        if let Some(like) = first.filter(|_| !target.is_own()) {
            run.visit.log_out_all(like).await?;
        }
        let Run { mut told, .. } = run;
        told.shown = told.shown.trim().to_owned();
        Ok(told)
    }

    /// The flow as a target is asked it.
    fn adapted(&self, target: &Target) -> Result<Self, TargetError> {
        let mut flow = self.clone();
        for step in &mut flow.steps {
            if let FlowDoing::Send(send) = &mut step.doing {
                send.case = target.adapted(&send.case)?;
            }
        }
        Ok(flow)
    }

    /// Whom a client is for: the first GSTIN that one of its requests tells.
    fn identity(&self, step: &FlowStep) -> Identity {
        let of_client = |one: &&FlowStep| one.client == step.client;
        let gstin = |one: &FlowStep| match &one.doing {
            FlowDoing::Send(send) => gstin_of(&send.case),
            FlowDoing::Act(_) => None,
        };
        let own = self.steps.iter().filter(of_client).find_map(gstin);
        Identity {
            user: step.user.clone(),
            state: step.state.clone(),
            gstin: own.or_else(|| self.steps.iter().find_map(gstin)),
        }
    }

    /// What of its answers comes from dice that others throw too: JSON pointers.
    #[must_use]
    pub fn loose(&self, target: &Target) -> Vec<String> {
        if target.world().is_some() || target.is_own() {
            return Vec::new();
        }
        let pointers: BTreeSet<_> =
            self.ways.iter().flat_map(|way| way.rolled_pointers()).collect();
        pointers.into_iter().collect()
    }
}

/// Why a flow was not played to its end.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// With its settings the pack is wrong.
    #[error("with the flow's settings: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Files(Vec<Finding>),
}

/// A flow under way.
struct Run<'flow> {
    flow: &'flow FlowCase,
    target: &'flow Target,
    visit: Visit<'flow>,
    told: Told,
    changed: act::Changed,
}

impl Run<'_> {
    async fn step(&mut self, step: &FlowStep) -> Result<(), TargetError> {
        match &step.doing {
            FlowDoing::Act(act) => self.act(step, act).await,
            FlowDoing::Send(send) => self.send(step, send).await,
        }
    }

    /// Logs in; what was said is shown.
    async fn log_in(&mut self, step: &FlowStep, kind: &str) -> Result<(), TargetError> {
        let way = self.flow.ways.iter().find(|way| way.handshake.kind == kind);
        let like = self.flow.steps.iter().find_map(|step| match &step.doing {
            FlowDoing::Send(send) => Some(&send.case),
            FlowDoing::Act(_) => None,
        });
        let (Some(way), Some(like)) = (way.map(Arc::clone), like) else {
            let why = format!("nobody knows the way to a session `{kind}`");
            return Err(RequestError::Session(why).into());
        };
        self.visit
            .introduce(&step.client, &self.flow.vendor, &way, &self.flow.identity(step))
            .await?;
        for (case, answer) in self.visit.log_in(like, &way, Before::Session, &step.client).await? {
            let told = send::told(&case, &answer, &way.sealed_pointers());
            let _ = write!(self.told.shown, "{EXCHANGE}{}\n{told}\n", case.told());
        }
        Ok(())
    }
}

/// Tries a flow: plays it, and holds what it said against the reviewed one.
///
/// # Errors
///
/// When the target is out of reach.
pub async fn try_flow(flow: &FlowCase, target: &Target) -> Result<Verdict, TargetError> {
    let mut verdict = flow.verdict();
    verdict.skipped = flow.obstacle(target);
    if verdict.skipped.is_some() {
        return Ok(verdict);
    }
    match flow.play(target).await {
        Ok(told) => {
            verdict.mismatches = told.mismatches;
            verdict.drifts = told.drifts;
            if verdict.mismatches.is_empty() && target.live().is_none() {
                verdict.mismatches = reviewed(flow, &told.shown, target);
            }
        }
        Err(FlowError::Target(error)) => return Err(error),
        Err(error) => {
            verdict.mismatches.push(Mismatch::new("settings", "a pack", error.to_string()));
        }
    }
    Ok(verdict)
}

/// The file of a flow's snapshot, below the folder of all.
#[must_use]
pub fn path_of(flow: &FlowCase) -> std::path::PathBuf {
    std::path::Path::new(&flow.vendor).join(FLOWS).join(format!("{}.snap", flow.name))
}

fn reviewed(flow: &FlowCase, shown: &str, target: &Target) -> Vec<Mismatch> {
    let folder = snapshot::folder();
    if !folder.join(&flow.vendor).is_dir() {
        return Vec::new();
    }
    let path = path_of(flow);
    match snapshot::read(&folder.join(&path)) {
        Ok(Some(reviewed)) => {
            snapshot::compare_steps(&reviewed, shown, target.strictness(), &flow.loose(target))
        }
        Ok(None) => vec![Mismatch::new("snapshot", path.display().to_string(), "none")],
        Err(error) => {
            vec![Mismatch::new("snapshot", path.display().to_string(), error.to_string())]
        }
    }
}
