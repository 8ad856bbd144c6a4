//! What lasts between calls, one memory a tenant: the order of calls, sessions, the clock.
//!
//! Small whole acts, each atomic by itself; no lock outlives one.

use std::sync::atomic::{AtomicU64, Ordering};

pub mod clock;
pub mod consents;
pub mod limits;
pub mod overrides;
pub mod sessions;

use self::{
    clock::{Clock, Timepiece},
    consents::Consents,
    overrides::Overrides,
    sessions::Sessions,
};

/// A tenant's memory.
#[derive(Debug)]
pub struct Memory {
    /// Its clock.
    pub clock: Timepiece,
    /// Tokens that login endpoints gave.
    pub sessions: Sessions,
    /// Sessions that taxpayers opened with a one-time password.
    pub consents: Consents,
    /// What is said of taxpayers.
    pub overrides: Overrides,
    calls: AtomicU64,
}

impl Memory {
    /// An empty memory.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock: Timepiece::new(clock),
            sessions: Sessions::default(),
            consents: Consents::default(),
            overrides: Overrides::default(),
            calls: AtomicU64::new(0),
        }
    }

    /// Forgets sessions, one-time passwords and what was said of taxpayers.
    pub fn forget(&self) {
        self.sessions.clear();
        self.consents.clear();
        self.overrides.clear();
    }

    /// Counts one more call: 1, 2, 3 …
    pub fn count_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }
}
