//! A tenant: its memory, the stories it plays, its journal.

use std::sync::{Arc, PoisonError, RwLock};

use crate::{
    bulk::files::Files,
    journal::{Bounds, Journal},
    memory::{Memory, clock::Clock},
    scenario::{Playing, Scenario},
};

/// One user of the simulator; today there is one, `default`.
#[derive(Debug)]
pub struct Tenant {
    /// Its name.
    pub name: String,
    /// What lasts between its calls.
    pub memory: Memory,
    /// Its exchanges.
    pub journal: Journal,
    /// Large answers in the making.
    pub files: Files,
    playing: RwLock<Arc<Vec<Playing>>>,
}

impl Tenant {
    /// A tenant with nothing behind it.
    #[must_use]
    pub fn new(name: &str, clock: Clock, bounds: Bounds) -> Self {
        Self {
            name: name.to_owned(),
            memory: Memory::new(clock),
            journal: Journal::new(bounds),
            files: Files::default(),
            playing: RwLock::default(),
        }
    }

    /// The stories it plays, in the order in which they were begun.
    #[must_use]
    pub fn playing(&self) -> Arc<Vec<Playing>> {
        Arc::clone(&self.playing.read().unwrap_or_else(PoisonError::into_inner))
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
