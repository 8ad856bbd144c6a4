//! What lasts between calls, one memory a tenant: the order of calls, sessions, the clock.
//!
//! Small whole acts, each atomic by itself; no lock outlives one.

use std::sync::atomic::{AtomicU64, Ordering};

pub mod clock;
pub mod sessions;

use self::{clock::Clock, sessions::Sessions};

/// A tenant's memory.
#[derive(Debug)]
pub struct Memory {
    /// Its clock.
    pub clock: Clock,
    /// Tokens that login endpoints gave.
    pub sessions: Sessions,
    calls: AtomicU64,
}

impl Memory {
    /// An empty memory.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, sessions: Sessions::default(), calls: AtomicU64::new(0) }
    }

    /// Counts one more call: 1, 2, 3 …
    pub fn count_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }
}
