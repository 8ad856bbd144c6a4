//! What is asked: a simulator in this process, or one that runs at an address.

use std::{
    path::Path,
    sync::{Arc, Mutex, atomic::AtomicBool},
};

use gsp_simulator::{Simulator, journal::Bounds, world::World};
use jiff::Timestamp;
use reqwest::Client;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::{
    case::Suite,
    config::{Given, KindFile, Secrets},
    drift::Expected,
    guard::{self, Guard},
    mismatch::Mismatch,
    recording::Recorder,
    run,
    schema::Inside,
    session::Identity,
    verdict::Heard,
};

mod ask;
mod error;
mod hearing;
mod live;
mod otp;
#[cfg(test)]
mod tests;
mod wire;

pub use self::{
    error::TargetError,
    hearing::hearing,
    live::{Live, Side},
};

/// When it is in the embedded simulator.
pub const NOW: &str = "2026-11-21T10:00:00+05:30";

/// Whom cases are tried on: a simulator, or a vendor's own side.
#[derive(Debug)]
pub struct Target {
    name: String,
    url: String,
    client: Client,
    clock: Clock,
    seed: Option<u64>,
    /// Kept, for it ends when it is dropped.
    simulator: Option<Simulator>,
    /// Where nothing of ours is.
    live: Option<Side>,
    /// What must not be told.
    secrets: Arc<Secrets>,
    /// What lets requests out.
    guard: Option<Guard>,
    /// What a live side's answers should look like.
    expected: Option<Arc<Expected>>,
    /// Where what goes over the wire is written down.
    ear: Option<Ear>,
    /// Keeps what goes over the wire in a file, with stand-ins.
    recorder: Option<Arc<Recorder>>,
    /// What simulators of their own are made from, for cases that must begin afresh.
    world: Option<Arc<World>>,
    /// Nobody else uses it.
    own: bool,
    /// Its clock was moved since it was asked how it tells the time.
    moved: AtomicBool,
}

/// What went over the wire, in its order, without secrets.
pub type Ear = Arc<Mutex<Vec<Heard>>>;

/// How the target tells the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// It stands still at this time, in epoch milliseconds, and rolls with this seed.
    Frozen { at_ms: i64, seed: u64 },
    /// It goes on.
    Runs,
}

/// How closely an answer can be held against a reviewed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strictness {
    /// The target's clock and seed are those of the snapshots: every value.
    Values,
    /// Keys and their order, types, the form of dates and numbers in texts.
    Form,
    /// The forms that the embedded simulator's answers have, for a live side has other taxpayers.
    Shape,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers as they came.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// When it was sent, by its own `date`, in epoch milliseconds.
    pub moment_ms: i64,
    /// What the target's journal has of it.
    pub exchange: Option<Exchange>,
    /// What was sealed in it.
    pub opened: Option<Inside>,
    /// What is wrong with its sealed parts.
    pub wrong: Vec<Mismatch>,
}

/// What a journal has of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Exchange {
    /// The vendor; empty where none took the call.
    pub vendor: String,
    /// Our name for the answer.
    pub outcome: String,
    /// The vendor's; empty where it has none.
    pub code: String,
    /// What did not fit, for people; empty where all did.
    pub hint: String,
}

impl Target {
    /// A simulator in this process: a free port, seed 1, a clock that stands still at [`NOW`].
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn embedded(world: Arc<World>) -> Result<Self, TargetError> {
        let bounds = Bounds { exchanges: 10_000, bytes: 256 * 1024 * 1024 };
        let builder = Simulator::builder().world(Arc::clone(&world)).journal(bounds).now(NOW)?;
        Ok(Self { world: Some(world), ..Self::of(builder.start().await?).await? })
    }

    /// The same, for one case or flow: all that it did comes from that one.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn own(world: Arc<World>) -> Result<Self, TargetError> {
        Ok(Self { own: true, ..Self::embedded(world).await? })
    }

    /// A simulator of one's own.
    ///
    /// # Errors
    ///
    /// When it does not answer.
    pub async fn of(simulator: Simulator) -> Result<Self, TargetError> {
        let target = Self::at(simulator.url()).await?;
        let name = "embedded".to_owned();
        Ok(Self { name, simulator: Some(simulator), ..target })
    }

    /// The simulator at an address.
    ///
    /// # Errors
    ///
    /// When nothing answers there, or what answers is no simulator.
    pub async fn at(url: &str) -> Result<Self, TargetError> {
        let client = wire::plain().map_err(|error| wire::lost(url, &error))?;
        Self::simulator_at(url, client).await
    }

    /// A target of `contract.toml`.
    ///
    /// # Errors
    ///
    /// When a simulator does not answer, or a file that the target names cannot be used. A live
    /// side is not asked anything yet.
    pub async fn given(given: Given, suite: &Suite) -> Result<Self, TargetError> {
        let world = &suite.world;
        let client = wire::given(&given)?;
        let name = given.name.clone();
        let kind = match given.kind {
            KindFile::Live => run::Kind::Live,
            KindFile::Simulator => run::Kind::Simulator,
        };
        let state = Path::new(guard::STATE_FOLDER);
        let guard = Guard::of(&name, kind, given.budget.as_ref(), &world.packs, state);
        if let (KindFile::Simulator, Some(url)) = (given.kind, &given.url) {
            return Ok(Self { name, guard, ..Self::simulator_at(url, client).await? });
        }
        let secrets = Secrets::default();
        for vendor in given.vendors.values() {
            let own = vendor.accounts.values().flat_map(|parts| parts.values());
            let sent = vendor.headers.iter().map(|(_, value)| value);
            own.chain(sent).chain(&vendor.secret).for_each(|secret| secrets.add_secret(secret));
            let users = vendor.sessions.values().filter_map(|session| session.user.as_ref());
            users.for_each(|user| secrets.add_secret(user));
        }
        Ok(Self {
            name,
            url: String::new(),
            client,
            clock: Clock::Runs,
            seed: None,
            simulator: None,
            live: Some(Arc::new(Live::new(given, world, rand::random()))),
            secrets: Arc::new(secrets),
            guard,
            expected: Some(Arc::new(Expected::of(suite))),
            ear: None,
            recorder: None,
            world: None,
            own: false,
            moved: AtomicBool::new(false),
        })
    }

    async fn simulator_at(url: &str, client: Client) -> Result<Self, TargetError> {
        let url = url.trim_end_matches('/').to_owned();
        let health = client.get(format!("{url}/__sim/health")).send().await;
        let health = health.map_err(|error| wire::lost(&url, &error))?;
        let health: Value = health.json().await.unwrap_or_default();
        if health["status"] != "ok" || health["vendors"].is_null() {
            return Err(TargetError::NoSimulator { url });
        }
        let at = health["clock"]["now"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
        let clock = match (at, health["clock"]["frozen"].as_bool(), health["seed"].as_u64()) {
            (Some(at), Some(true), Some(seed)) => {
                Clock::Frozen { at_ms: at.as_millisecond(), seed }
            }
            _ => Clock::Runs,
        };
        let seed = health["seed"].as_u64();
        Ok(Self {
            name: url.clone(),
            url,
            client,
            clock,
            seed,
            simulator: None,
            live: None,
            secrets: Arc::default(),
            guard: None,
            expected: None,
            ear: None,
            recorder: None,
            world: None,
            own: false,
            moved: AtomicBool::new(false),
        })
    }

    /// Writes down what goes over the wire from here on.
    #[must_use]
    pub fn heard_by(self, ear: Option<Ear>) -> Self {
        Self { ear, ..self }
    }

    /// Where what goes over its wire is written down.
    #[must_use]
    pub fn ear(&self) -> Option<Ear> {
        self.ear.clone()
    }

    /// Keeps what goes over the wire from here on in a recording.
    #[must_use]
    pub fn recorded_by(self, recorder: Option<Arc<Recorder>>) -> Self {
        Self { recorder, ..self }
    }

    /// The recording that what goes over its wire is kept in.
    #[must_use]
    pub fn recorder(&self) -> Option<&Arc<Recorder>> {
        self.recorder.as_ref()
    }

    /// The host that a vendor is asked at.
    #[must_use]
    pub fn host(&self, vendor: &str) -> String {
        let url = match &self.live {
            None => Some(self.url.clone()),
            Some(live) => live.vendor(vendor).map(|vendor| vendor.url.clone()),
        };
        let url = url.and_then(|url| reqwest::Url::parse(&url).ok());
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// What makes the keys of a run's clients its own; a simulator's are the same in each run.
    #[must_use]
    pub(crate) fn salt(&self) -> Option<[u8; 32]> {
        self.live.as_ref().map(|live| live.salt)
    }

    /// Whom a session is for, as this target knows users.
    #[must_use]
    pub(crate) fn identity(&self, vendor: &str, kind: &str, identity: &Identity) -> Identity {
        let own = self.live.as_ref().and_then(|live| live.session(vendor, kind));
        match own {
            None => identity.clone(),
            Some(own) => Identity {
                user: own.user.as_ref().map(|user| user.expose_secret().to_owned()),
                state: own.state.clone(),
                gstin: identity.gstin.clone(),
            },
        }
    }

    /// What answers should look like; none where they are held against reviewed ones.
    #[must_use]
    pub fn expected(&self) -> Option<&Expected> {
        self.expected.as_deref()
    }

    /// What lets requests out; none where nothing is counted.
    #[must_use]
    pub fn guard(&self) -> Option<&Guard> {
        self.guard.as_ref()
    }

    /// Its name: `embedded`, an address, or the one in `contract.toml`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The vendor's own side, where it is one.
    #[must_use]
    pub fn live(&self) -> Option<&Side> {
        self.live.as_ref()
    }

    /// Who is asked, as the file of a run has it.
    #[must_use]
    pub fn asked(&self, world: &World) -> run::Asked {
        let (kind, addresses) = match &self.live {
            Some(live) => {
                let vendors = live.given.vendors.iter();
                let all = vendors.map(|(name, vendor)| (name.clone(), vendor.url.clone()));
                (run::Kind::Live, all.collect())
            }
            None => {
                let own = |name: &str| (name.to_owned(), format!("{}/{name}", self.url));
                let kind = match self.simulator {
                    Some(_) => run::Kind::Embedded,
                    None => run::Kind::Simulator,
                };
                (kind, world.packs.iter().map(|pack| own(&pack.name)).collect())
            }
        };
        run::Asked { name: self.name.clone(), kind, addresses }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The simulator, where it is in this process.
    #[must_use]
    pub fn simulator(&self) -> Option<&Simulator> {
        self.simulator.as_ref()
    }

    /// The seed of its dice.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// Whether nobody else uses it.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.own
    }

    /// What simulators of their own are made from, where this one is in this process.
    #[must_use]
    pub fn world(&self) -> Option<&Arc<World>> {
        self.world.as_ref()
    }

    /// How closely its answers can be held against the reviewed ones.
    #[must_use]
    pub fn strictness(&self) -> Strictness {
        if self.live.is_some() {
            return Strictness::Shape;
        }
        let reviewed = NOW.parse::<Timestamp>().map(Timestamp::as_millisecond);
        match self.clock {
            Clock::Frozen { at_ms, seed: 1 } if reviewed.is_ok_and(|at| at == at_ms) => {
                Strictness::Values
            }
            _ => Strictness::Form,
        }
    }
}
