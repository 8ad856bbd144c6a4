//! A tenant: its memory, the stories it plays, its journal.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use arc_swap::{ArcSwap, ArcSwapOption, Guard};

use crate::{
    bulk::files::Files,
    coverage::Coverage,
    gstn::keys::KeyRing,
    journal::{Bounds, Journal},
    memory::{Memory, clock::Clock, consents::Policy},
    render::scene::Scene,
    scenario::{Playing, Scenario},
    tenants::{Begun, DEFAULT, Issued},
    world::World,
};

mod limits;
mod nation;

use self::nation::Nation;
pub use self::{limits::LimitDesk, nation::OverrideError};

/// One user of the simulator.
#[derive(Debug)]
pub struct Tenant {
    /// Its name.
    pub name: String,
    /// What lasts between its calls.
    pub memory: Memory,
    /// Its exchanges.
    pub journal: Journal,
    /// What its client has met.
    pub coverage: Coverage,
    /// Large answers in the making.
    pub files: Files,
    limits: LimitDesk,
    /// Read by every call; whoever changes it holds `changing`.
    playing: ArcSwap<Vec<Playing>>,
    changing: Mutex<()>,
    /// How often the network's key pair was changed.
    rotations: AtomicUsize,
    /// Its name; `None` for the default one.
    scope: Option<Arc<str>>,
    beginning: Beginning,
    /// Its place among the tenants there are; 0 for the default one.
    slot: usize,
    /// Where tokens are noted, so that they are known as its own.
    issued: Option<Arc<Issued>>,
    /// When it was last called, by the machine's clock, in epoch milliseconds.
    used_ms: AtomicI64,
    /// Its nation, where that is not the world's.
    nation: ArcSwapOption<Nation>,
}

/// How a tenant begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// Its clock.
    pub clock: Clock,
    /// How much its journal keeps.
    pub journal: Bounds,
    /// Seed of everything random; `None`: the world's.
    pub seed: Option<u64>,
    /// It ends when nobody called it for so long; `None`: never by itself.
    pub ttl: Option<Duration>,
    /// The stories that it plays from the start.
    pub scenarios: Vec<String>,
}

impl Tenant {
    /// A tenant with nothing behind it.
    #[must_use]
    pub fn new(name: &str, clock: Clock, bounds: Bounds) -> Self {
        let scenarios = Vec::new();
        Self::alone(name, Beginning { clock, journal: bounds, seed: None, ttl: None, scenarios })
    }

    /// A tenant among others.
    #[must_use]
    pub fn begin(name: &str, begun: Begun, beginning: Beginning) -> Self {
        let Begun { slot, issued } = begun;
        Self { slot, issued: Some(issued), ..Self::alone(name, beginning) }
    }

    /// A tenant that begins so.
    #[must_use]
    pub fn alone(name: &str, beginning: Beginning) -> Self {
        Self {
            name: name.to_owned(),
            memory: Memory::new(beginning.clock),
            journal: Journal::new(beginning.journal),
            coverage: Coverage::default(),
            files: Files::default(),
            limits: LimitDesk::default(),
            playing: ArcSwap::default(),
            changing: Mutex::new(()),
            rotations: AtomicUsize::new(0),
            scope: (name != DEFAULT).then(|| name.into()),
            beginning,
            slot: 0,
            issued: None,
            used_ms: AtomicI64::new(0),
            nation: ArcSwapOption::empty(),
        }
    }

    /// Its name; `None` for the default one, whose credentials have no name behind them.
    #[must_use]
    pub fn scope(&self) -> Option<Arc<str>> {
        self.scope.clone()
    }

    /// As [`Self::scope`], to be looked at.
    #[must_use]
    pub fn scope_name(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// How it began.
    #[must_use]
    pub fn beginning(&self) -> &Beginning {
        &self.beginning
    }

    /// Its place among the tenants there are; 0 for the default one.
    #[must_use]
    pub fn slot(&self) -> usize {
        self.slot
    }

    /// When it was last called, by the machine's clock, in epoch milliseconds.
    #[must_use]
    pub fn used_ms(&self) -> i64 {
        self.used_ms.load(Ordering::Relaxed)
    }

    /// It is called, at that time of the machine's.
    pub fn touch(&self, now_ms: i64) {
        self.used_ms.store(now_ms, Ordering::Relaxed);
    }

    /// Whether nobody called it for as long as it is to live.
    #[must_use]
    pub fn is_over(&self, now_ms: i64) -> bool {
        self.beginning.ttl.is_some_and(|ttl| {
            let idle_ms = now_ms.saturating_sub(self.used_ms());
            u64::try_from(idle_ms).is_ok_and(|idle_ms| u128::from(idle_ms) >= ttl.as_millis())
        })
    }

    /// Notes a token that was given, so that a call which has nothing else is known as its own.
    pub fn gave(&self, token: &str) {
        if let (Some(issued), Some(scope)) = (&self.issued, &self.scope) {
            issued.keep(token, scope);
        }
    }

    /// The stories it plays, in the order in which they were begun.
    #[must_use]
    pub fn playing(&self) -> Guard<Arc<Vec<Playing>>> {
        self.playing.load()
    }

    /// Makes other stories of those that it plays; what `change` gives besides.
    fn change<T>(&self, change: impl FnOnce(&[Playing]) -> (Vec<Playing>, T)) -> T {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let (stories, told) = change(&self.playing.load());
        self.playing.store(Arc::new(stories));
        told
    }

    /// What was used of limits, and what was changed.
    #[must_use]
    pub fn limits(&self) -> &LimitDesk {
        &self.limits
    }

    /// How sessions of a kind are held: as the pack says, but for what a story changes.
    #[must_use]
    pub fn policy(&self, scene: &Scene, kind: usize) -> Policy {
        let mut policy = scene.pack.consents[kind].policy.clone();
        for changes in self.playing().iter().map(|playing| &playing.scenario.consent) {
            let set = |value: &mut i64, seconds: Option<i64>| {
                if let Some(seconds) = seconds {
                    *value = seconds.saturating_mul(1000);
                }
            };
            set(&mut policy.otp_late_ms, changes.otp_late_s);
            set(&mut policy.otp_life_ms, changes.otp_life_s);
            set(&mut policy.token_life_ms, changes.token_life_s);
            policy.otp_lost |= changes.otp_lost;
            policy.window_min = changes.window_min.unwrap_or(policy.window_min);
            policy.most = changes.most.unwrap_or(policy.most);
        }
        policy
    }

    /// Which of the network's key pairs is in use: an index into the ring.
    #[must_use]
    pub fn certificate(&self, ring: &KeyRing) -> usize {
        let playing = self.playing();
        let told = playing.iter().any(|playing| playing.scenario.consent.certificate_rotated);
        (self.rotations.load(Ordering::Relaxed) + usize::from(told)) % ring.len()
    }

    /// Changes the network's key pair for the next one.
    pub fn rotate_certificate(&self) {
        self.rotations.fetch_add(1, Ordering::Relaxed);
    }

    /// Begins a story, from the start where it is being played already.
    pub fn play(&self, scenario: &Arc<Scenario>) {
        self.change(|playing| {
            let others = playing.iter().filter(|one| one.scenario.name != scenario.name);
            (others.cloned().chain([scenario.begin()]).collect(), ())
        });
    }

    /// Plays the stories that it began with, and no others; one that is no more is left out.
    pub fn play_as_begun(&self, world: &World) {
        let stories = self.beginning.scenarios.iter().filter_map(|name| world.scenarios.get(name));
        self.change(|_| (stories.map(Scenario::begin).collect(), ()));
    }

    /// Goes on in another world: stories as far as they have come, where that world has them. Where
    /// accounts have changed, whoever logged in must do so again.
    pub fn move_to(&self, world: &World, accounts_changed: bool) {
        if !self.playing().is_empty() {
            self.go_on_in(world);
        }
        if accounts_changed {
            self.memory.sessions.clear();
        }
        self.let_go();
    }

    /// Forgets what was done: exchanges, how far stories have come, sessions and one-time
    /// passwords, files, what was said of taxpayers, changes of the network's key pair. Clock and
    /// stories go on as they are, and so do the numbers of exchanges.
    pub fn forget(&self) {
        self.journal.clear();
        self.coverage.clear();
        self.limits.reset();
        self.memory.forget();
        self.files.clear();
        self.rotations.store(0, Ordering::Relaxed);
        self.restart();
    }

    /// Begins all its stories anew.
    pub fn restart(&self) {
        self.change(|playing| (playing.iter().map(|one| one.scenario.begin()).collect(), ()));
    }

    /// Ends a story; false where it was not played.
    pub fn end(&self, name: &str) -> bool {
        self.change(|playing| {
            let others = playing.iter().filter(|one| one.scenario.name != name);
            let stories: Vec<_> = others.cloned().collect();
            let ended = stories.len() < playing.len();
            (stories, ended)
        })
    }

    /// Goes on with its stories in another world: rules that are still the same keep their counts.
    /// A story that is no more there ends.
    pub fn go_on_in(&self, world: &World) {
        self.change(|playing| (playing.iter().filter_map(|one| world.resume(one)).collect(), ()));
    }
}
