//! The journal: the last exchanges, bounded by count and bytes; credentials are blanked on the way in.
//!
//! `kept` is an exchange as kept, `query` which ones are wanted, `follow` those that come.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{call::Call, reply::Reply};

mod follow;
mod kept;
mod query;
mod scan;

pub use self::{
    follow::Batch,
    kept::{Record, RecordedReply, RecordedRequest},
    query::{LONGEST_PAGE, Moment, Order, PAGE, Query, Statuses, has_fault},
};
use self::{follow::Bell, kept::Kept};

/// More of a body than this is not kept, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// What stands where a credential stood.
pub const BLANK: &str = "***";

/// Headers that carry credentials everywhere, whatever a pack says.
const SECRET_HEADERS: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "x-api-key"];

/// How much a journal keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Exchanges at the most.
    pub exchanges: usize,
    /// Bytes at the most, all exchanges together.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { exchanges: 1_000, bytes: 16 * 1024 * 1024 }
    }
}

/// The last exchanges of a tenant.
#[derive(Debug)]
pub struct Journal {
    bounds: Bounds,
    kept: Mutex<Ring>,
    /// Wakes those who follow.
    bell: Bell,
}

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<Kept>,
    bytes: usize,
    /// The newest exchange that left.
    left: u64,
    /// How many have left: the place of the first entry, where the very first was at 0. Exchanges
    /// are kept when they are done, so their numbers need not stand in order, but places do.
    gone: u64,
    /// How many had left when all were last forgotten on purpose.
    cleared: u64,
}

impl Ring {
    /// The place of the entry at this index.
    fn place(&self, index: usize) -> u64 {
        self.gone + index as u64
    }

    /// The index of the first entry at this place or after it.
    fn index(&self, place: u64) -> usize {
        usize::try_from(place.saturating_sub(self.gone))
            .unwrap_or(usize::MAX)
            .min(self.entries.len())
    }
}

/// A call and what became of it, before it is copied into the journal.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'call> {
    /// The request; its number is the header `x-sim-exchange`.
    pub call: &'call Call,
    /// Headers and query values that carry credentials.
    pub secrets: Secrets<'call>,
    /// The vendor; empty where none took the call.
    pub vendor: &'call str,
    /// The endpoint; empty where none took the call.
    pub endpoint: &'call str,
    /// The account's name; empty where it is not known.
    pub account: &'call str,
    /// GSTIN asked about; empty where there is none.
    pub gstin: &'call str,
    /// Our name for the answer.
    pub outcome: &'call str,
    /// The vendor's; empty where it has none.
    pub code: &'call str,
    /// Why this was answered.
    pub via: Via,
    /// What was answered.
    pub reply: &'call Reply,
    /// How long its body was, where it was made while it was sent; the reply has a note instead.
    pub streamed: Option<u64>,
    /// Time before the first byte, in milliseconds.
    pub wait_ms: u64,
    /// What a developer should know.
    pub hint: &'call str,
    /// What sealed parts say when opened: of the request, of the reply.
    pub opened: (&'call str, &'call str),
    /// What was made to go wrong, by name.
    pub faults: &'call [&'static str],
    /// How the bytes go, in words; empty where they go as HTTP wants it.
    pub wire: &'call str,
}

/// What is blanked on the way in, by name, besides what carries credentials everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Secrets<'pack> {
    /// Headers, in lower case.
    pub headers: &'pack [String],
    /// Query values.
    pub queries: &'pack [String],
}

/// Why a call was answered as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// The request asked for it: `X-Sim-Outcome`.
    Header,
    /// A scenario.
    Scenario,
    /// A magic or scripted GSTIN.
    MagicGstin,
    /// The call itself.
    Cause,
    /// No vendor was there to answer.
    Nobody,
    /// Nobody called: the simulator says something of itself.
    Simulator,
}

impl Via {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Scenario => "scenario",
            Self::MagicGstin => "magic-gstin",
            Self::Cause => "cause",
            Self::Nobody => "nobody",
            Self::Simulator => "simulator",
        }
    }
}

/// A page of exchanges, in the order that was asked for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Page {
    /// The exchanges.
    pub exchanges: Vec<Record>,
    /// What to give as `after` to go on.
    pub next: u64,
    /// Whether exchanges that belong here have left the journal.
    pub truncated: bool,
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, kept: Mutex::default(), bell: Bell::default() }
    }

    /// Keeps an exchange; the oldest ones leave when there is no room.
    pub fn keep(&self, entry: &Entry<'_>) {
        if self.bounds.exchanges == 0 {
            return;
        }
        let entry = Kept::of(entry);
        let size = entry.size();
        let mut gone = Vec::new();
        {
            let mut kept = self.lock();
            kept.bytes += size;
            kept.entries.push_back(entry);
            while kept.entries.len() > self.bounds.exchanges || kept.bytes > self.bounds.bytes {
                let Some(oldest) = kept.entries.pop_front() else { break };
                kept.bytes -= oldest.size();
                kept.left = kept.left.max(oldest.id);
                kept.gone += 1;
                gone.push(oldest);
            }
        }
        // Freed here, where nobody waits for the lock.
        drop(gone);
        self.bell.ring();
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The exchanges that fit.
    #[must_use]
    pub fn page(&self, query: &Query) -> Page {
        let limit = query.limit.unwrap_or(PAGE).min(LONGEST_PAGE);
        let mut scan = self.lock().scan(query);
        let (truncated, mut next) = (scan.truncated, query.after.unwrap_or(0));
        let mut fitting = Vec::new();
        while fitting.len() < limit {
            // A piece at a time: calls that end meanwhile wait for no more than that.
            let piece = self.lock().next_piece(&mut scan, query);
            let Some((entries, last)) = piece else { break };
            for entry in entries.into_iter().filter(|entry| query.reads(entry)) {
                fitting.push(entry);
                if fitting.len() == limit {
                    break;
                }
            }
            next = match fitting.last().filter(|_| fitting.len() == limit) {
                Some(entry) => entry.id,
                None => last.unwrap_or(next),
            };
        }
        Page { exchanges: fitting.iter().map(Kept::record).collect(), next, truncated }
    }

    /// One exchange.
    #[must_use]
    pub fn find(&self, id: u64) -> Option<Record> {
        let kept = self.lock().entries.iter().find(|entry| entry.id == id).cloned();
        kept.as_ref().map(Kept::record)
    }

    /// Forgets all, because somebody wants to begin anew: none of it is missed.
    pub fn clear(&self) {
        self.empty(Ring::end);
    }

    /// Lets all go, because there is no room: whoever verifies is told that the journal is not whole.
    pub fn shed(&self) {
        self.empty(|ring| ring.cleared);
    }

    fn empty(&self, cleared: impl FnOnce(&Ring) -> u64) {
        let all = {
            let mut kept = self.lock();
            let last = kept.entries.iter().map(|entry| entry.id).max().unwrap_or_default();
            let (gone, cleared, left) = (kept.end(), cleared(&kept), kept.left.max(last));
            std::mem::replace(&mut *kept, Ring { left, gone, cleared, ..Ring::default() })
        };
        // Freed here, where nobody waits for the lock.
        drop(all);
    }

    /// How many exchanges and bytes are kept.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let kept = self.lock();
        (kept.entries.len(), kept.bytes)
    }
}

#[cfg(test)]
mod tests;
