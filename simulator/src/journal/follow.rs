//! Following the journal: what was kept since, and waiting for more.
//!
//! A follower has nothing but its place. What it has not read yet waits in the journal, so one
//! that is slow costs no memory: it is told how many exchanges have left meanwhile.

use std::{
    pin::pin,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use tokio::sync::Notify;

use super::{Journal, Query, Record, kept::Kept, scan::Scan};

/// Wakes those who wait for more; where nobody does, it costs one look.
#[derive(Debug, Default)]
pub(super) struct Bell {
    waiting: AtomicUsize,
    notify: Notify,
    closed: AtomicBool,
}

impl Bell {
    pub(super) fn ring(&self) {
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.notify.notify_waiters();
        }
    }
}

/// Somebody who waits, counted as long as it does.
struct Waiting<'bell>(&'bell AtomicUsize);

impl<'bell> Waiting<'bell> {
    fn new(waiting: &'bell AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::SeqCst);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Some of the exchanges that were kept since a place.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Those that are wanted, in the order in which they were kept.
    pub records: Vec<Record>,
    /// How many have left before they could be read.
    pub missed: u64,
    /// The place to go on from.
    pub next: u64,
    /// Whether nothing more is there.
    pub last: bool,
}

impl Journal {
    /// The place of what will be kept next.
    #[must_use]
    pub fn mark(&self) -> u64 {
        self.lock().end()
    }

    /// The place after this exchange, and whether exchanges after it have left; for one that this
    /// journal never had, where all begins.
    #[must_use]
    pub fn place_after(&self, id: u64) -> (u64, bool) {
        let ring = self.lock();
        if let Some(index) = ring.find(id) {
            return (ring.place(index + 1), false);
        }
        if id == 0 || id > ring.left {
            return (ring.gone, ring.gone > ring.cleared);
        }
        let newer = ring.entries.iter().position(|entry| entry.id > id);
        (newer.map_or(ring.end(), |index| ring.place(index)), ring.left > id)
    }

    /// The next exchanges from a place on.
    #[must_use]
    pub fn batch(&self, place: u64, query: &Query) -> Batch {
        let (entries, missed, next, last) = {
            let ring = self.lock();
            let mut scan = Scan::from(place.max(ring.gone), ring.end());
            let missed = ring.gone.saturating_sub(place.max(ring.cleared));
            let piece = ring.next_piece(&mut scan, query);
            (
                piece.map(|(entries, _)| entries).unwrap_or_default(),
                missed,
                scan.next(),
                scan.done(),
            )
        };
        let wanted = entries.iter().filter(|entry| query.reads(entry));
        Batch { records: wanted.map(Kept::record).collect(), missed, next, last }
    }

    /// Whether all is still there that was kept from a place on, but for what was forgotten on
    /// purpose.
    #[must_use]
    pub fn is_whole(&self, place: u64) -> bool {
        let ring = self.lock();
        self.bounds.exchanges > 0 && ring.gone <= place.max(ring.cleared)
    }

    /// Waits until more than up to this place was kept; false where nothing more will be.
    pub async fn more(&self, place: u64) -> bool {
        let _waiting = Waiting::new(&self.bell.waiting);
        loop {
            let mut rung = pin!(self.bell.notify.notified());
            // Heard from now on: what is kept after the look below rings.
            rung.as_mut().enable();
            if self.bell.closed.load(Ordering::SeqCst) {
                return false;
            }
            if self.mark() > place {
                return true;
            }
            rung.await;
        }
    }

    /// Nobody waits any more.
    pub fn close(&self) {
        self.bell.closed.store(true, Ordering::SeqCst);
        self.bell.notify.notify_waiters();
    }
}
