//! A tenant: its memory, the stories it plays, its journal.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicUsize, Ordering},
};

use crate::{
    bulk::files::Files,
    coverage::Coverage,
    gstn::keys::KeyRing,
    journal::{Bounds, Journal},
    memory::{Memory, clock::Clock, consents::Policy},
    render::scene::Scene,
    scenario::{Playing, Scenario},
};

mod limits;

pub use self::limits::LimitDesk;

/// One user of the simulator; today there is one, `default`.
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
    playing: RwLock<Arc<Vec<Playing>>>,
    /// How often the network's key pair was changed.
    rotations: AtomicUsize,
}

impl Tenant {
    /// A tenant with nothing behind it.
    #[must_use]
    pub fn new(name: &str, clock: Clock, bounds: Bounds) -> Self {
        Self {
            name: name.to_owned(),
            memory: Memory::new(clock),
            journal: Journal::new(bounds),
            coverage: Coverage::default(),
            files: Files::default(),
            limits: LimitDesk::default(),
            playing: RwLock::default(),
            rotations: AtomicUsize::new(0),
        }
    }

    /// The stories it plays, in the order in which they were begun.
    #[must_use]
    pub fn playing(&self) -> Arc<Vec<Playing>> {
        Arc::clone(&self.playing.read().unwrap_or_else(PoisonError::into_inner))
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
        let mut playing = self.playing.write().unwrap_or_else(PoisonError::into_inner);
        let mut stories: Vec<_> =
            playing.iter().filter(|one| one.scenario.name != scenario.name).cloned().collect();
        stories.push(scenario.begin());
        *playing = Arc::new(stories);
    }

    /// Ends a story; false where it was not played.
    pub fn end(&self, name: &str) -> bool {
        let mut playing = self.playing.write().unwrap_or_else(PoisonError::into_inner);
        let stories: Vec<_> =
            playing.iter().filter(|one| one.scenario.name != name).cloned().collect();
        let ended = stories.len() < playing.len();
        *playing = Arc::new(stories);
        ended
    }
}
