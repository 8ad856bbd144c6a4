//! One file in the making: what it is, and what is known of its parts.

use std::{
    io,
    ops::Range,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use thiserror::Error;
use tokio::sync::Notify;

use super::{
    buffers::{Buffer, Buffers},
    maker::make,
    pack::{Measure, Packing},
};
use crate::gstn::Key;

/// What a file is made of: the same each time it is asked.
pub trait Contents: std::fmt::Debug + Send + Sync {
    /// Writes the JSON of this part's records.
    ///
    /// # Errors
    ///
    /// Why it cannot, in words.
    fn json(&self, part: &Part, out: &mut Vec<u8>) -> Result<(), String>;

    /// What the member of this part is called.
    ///
    /// # Errors
    ///
    /// Why it cannot be told, in words.
    fn member(&self, part: &Part) -> Result<String, String>;

    /// The path that this part is fetched by.
    ///
    /// # Errors
    ///
    /// Why it cannot be told, in words.
    fn path(&self, part: &Part) -> Result<String, String>;
}

/// What is asked for, by whom, and when it will be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The vendor, and what else only the one who asked can say: names and values.
    pub owner: Vec<(String, String)>,
    /// 32 hex digits.
    pub token: String,
    /// When it was asked for, in epoch milliseconds.
    pub made_at_ms: i64,
    /// When it is ready.
    pub ready_at_ms: i64,
    /// When it is no more.
    pub expires_at_ms: i64,
    /// What its parts are sealed with.
    pub key: Key,
    /// Whether the content of a part stands in double quotes.
    pub quoted: bool,
    /// How many records there are.
    pub count: u64,
    /// How many of them go into one part; at least 1.
    pub per_part: u64,
}

/// Which records are in a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 0.
    pub number: usize,
    /// Its records, from 0.
    pub records: Range<u64>,
}

impl Order {
    /// How many parts there are.
    #[must_use]
    pub fn part_count(&self) -> usize {
        usize::try_from(self.count.div_ceil(self.per_part.max(1))).unwrap_or(usize::MAX)
    }

    /// One of the parts.
    #[must_use]
    pub fn part(&self, number: usize) -> Option<Part> {
        (number < self.part_count()).then(|| {
            let first = number as u64 * self.per_part.max(1);
            let end = (first + self.per_part.max(1)).min(self.count);
            Part { number, records: first..end }
        })
    }
}

/// Why a part cannot be made: a fault of ours, or of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("part {part} of the file `{token}` cannot be made: {why}")]
pub struct Trouble {
    /// The file's token.
    pub token: String,
    /// The part's number.
    pub part: usize,
    /// What went wrong.
    pub why: String,
}

/// A file in the making.
#[derive(Debug)]
pub struct Job {
    /// What was asked for.
    pub order: Order,
    contents: Arc<dyn Contents>,
    buffers: Arc<Buffers>,
    facts: Box<[OnceLock<Result<Measure, Trouble>>]>,
    /// The first part that nobody has taken to measure.
    next: AtomicUsize,
    /// Parts that are not measured yet.
    left: AtomicUsize,
    settled: Notify,
    /// Whether its caller was told that it could not be made.
    failed: AtomicBool,
}

impl Job {
    /// A file of which nothing is made yet.
    #[must_use]
    pub fn new(order: Order, contents: Arc<dyn Contents>, buffers: Arc<Buffers>) -> Self {
        let parts = order.part_count();
        Self {
            order,
            contents,
            buffers,
            facts: (0..parts).map(|_| OnceLock::new()).collect(),
            next: AtomicUsize::new(0),
            left: AtomicUsize::new(parts),
            settled: Notify::new(),
            failed: AtomicBool::new(false),
        }
    }

    /// Whether its caller was told that it could not be made.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Its caller is told so, from now on.
    pub(super) fn fail(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    /// What is known of a part; it is made now where nobody made it before.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    ///
    /// # Panics
    ///
    /// When the part is none of this file's.
    pub fn facts(&self, part: &Part) -> Result<&Measure, &Trouble> {
        let place = self.facts.get(part.number).expect("a part of an order has its place");
        let mut is_new = false;
        let facts = place.get_or_init(|| {
            is_new = true;
            self.measure(part)
        });
        // Told only now that it can be read: who waits looks at once.
        if is_new && self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.settled.notify_waiters();
        }
        facts.as_ref()
    }

    /// What is known of a part without making it.
    #[must_use]
    pub fn known(&self, part: &Part) -> Option<&Measure> {
        self.facts.get(part.number)?.get()?.as_ref().ok()
    }

    /// The path that a part is fetched by.
    ///
    /// # Errors
    ///
    /// When it cannot be told.
    pub fn path(&self, part: &Part) -> Result<String, Trouble> {
        self.contents.path(part).map_err(|why| self.trouble(part, why))
    }

    /// Measures the next part that nobody has taken; false where there is none.
    pub fn measure_next(&self) -> bool {
        let part = self.order.part(self.next.fetch_add(1, Ordering::Relaxed));
        part.is_some_and(|part| {
            let _ = self.facts(&part);
            true
        })
    }

    /// Whether all parts were taken.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.next.load(Ordering::Relaxed) >= self.facts.len()
    }

    /// Whether all parts were measured.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.left.load(Ordering::Acquire) == 0
    }

    /// Waits until all parts were measured, by others.
    pub async fn settled(&self) {
        loop {
            // Asked for before looking: what happens in between is not missed.
            let settled = self.settled.notified();
            if self.is_settled() {
                return;
            }
            settled.await;
        }
    }

    /// Writes the file of a part.
    ///
    /// # Errors
    ///
    /// When it cannot be made, or `out` takes no more.
    pub fn write(&self, part: &Part, out: &mut dyn io::Write) -> io::Result<()> {
        let (json, packing) = self.make(part).map_err(io::Error::other)?;
        packing.write(json.bytes(), out)
    }

    fn measure(&self, part: &Part) -> Result<Measure, Trouble> {
        let (json, packing) = self.make(part)?;
        packing.measure(json.bytes()).map_err(|error| self.trouble(part, error.to_string()))
    }

    /// The JSON of a part, and how it is packed.
    fn make(&self, part: &Part) -> Result<(Buffer, Packing), Trouble> {
        let (contents, of) = (Arc::clone(&self.contents), part.clone());
        let mut json = Buffers::take(&self.buffers);
        let made = make(move || {
            contents.json(&of, json.vector())?;
            Ok((json, contents.member(&of)?))
        });
        let made = made.unwrap_or_else(|| Err("the simulator's own code failed".to_owned()));
        let (json, member) = made.map_err(|why| self.trouble(part, why))?;
        let packing = Packing {
            key: self.order.key,
            member,
            quoted: self.order.quoted,
            made_at_s: u32::try_from(self.order.made_at_ms.div_euclid(1000)).unwrap_or(0),
        };
        Ok((json, packing))
    }

    fn trouble(&self, part: &Part, why: String) -> Trouble {
        Trouble { token: self.order.token.clone(), part: part.number, why }
    }
}
