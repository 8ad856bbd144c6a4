//! The journal: the last exchanges, bounded by count and bytes; credentials are blanked on the way in.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

use crate::model::{call::Call, reply::Reply};

mod kept;

use self::kept::Kept;
pub use self::kept::Record;

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
}

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<Kept>,
    bytes: usize,
    /// The newest exchange that left.
    left: u64,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
}

/// Which exchanges are wanted; all that is given must fit.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Query {
    /// The vendor.
    pub vendor: Option<String>,
    /// The endpoint.
    pub endpoint: Option<String>,
    /// The outcome.
    pub outcome: Option<String>,
    /// The code.
    pub code: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The GSTIN.
    pub gstin: Option<String>,
    /// Only newer ones than this.
    pub after: Option<u64>,
    /// At most so many; default 100.
    pub limit: Option<usize>,
}

/// A page of exchanges, oldest first.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    /// The exchanges.
    pub exchanges: Vec<Record>,
    /// What to give as `after` to go on.
    pub next: u64,
    /// Whether older exchanges than `after` have left the journal.
    pub truncated: bool,
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, kept: Mutex::default() }
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
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.bytes += size;
            kept.entries.push_back(entry);
            while kept.entries.len() > self.bounds.exchanges || kept.bytes > self.bounds.bytes {
                let Some(oldest) = kept.entries.pop_front() else { break };
                kept.bytes -= oldest.size();
                kept.left = oldest.id;
                gone.push(oldest);
            }
        }
        // Freed here, where nobody waits for the lock.
        drop(gone);
    }

    /// The exchanges that fit, oldest first.
    #[must_use]
    pub fn page(&self, query: &Query) -> Page {
        let limit = query.limit.unwrap_or(100).min(1_000);
        let after = query.after.unwrap_or(0);
        let (entries, truncated, last) = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let fitting = kept.entries.iter().filter(|entry| entry.id > after && entry.fits(query));
            let entries: Vec<_> = fitting.take(limit).cloned().collect();
            (entries, kept.left > after, kept.entries.back().map_or(after, |entry| entry.id))
        };
        let next = if entries.len() == limit {
            entries.last().map_or(after, |entry| entry.id)
        } else {
            last.max(after)
        };
        Page { exchanges: entries.iter().map(Kept::record).collect(), next, truncated }
    }

    /// One exchange.
    #[must_use]
    pub fn find(&self, id: u64) -> Option<Record> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entries.iter().find(|entry| entry.id == id).map(Kept::record)
    }

    /// Forgets all.
    pub fn clear(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let last = kept.entries.back().map_or(kept.left, |entry| entry.id);
        *kept = Ring { left: last, ..Ring::default() };
    }

    /// How many exchanges and bytes are kept.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.entries.len(), kept.bytes)
    }
}

#[cfg(test)]
mod tests;
