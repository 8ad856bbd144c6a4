//! Reading the journal piece by piece: nobody who keeps an exchange waits for a whole reading.

use super::{Order, Query, Ring, kept::Kept};

/// So many exchanges are looked at while the journal is held.
const PIECE: usize = 64;

/// What is left to look at: places from `from` up to `to`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan {
    from: u64,
    to: u64,
    /// Where the cursor's exchange is not in the journal, its number decides.
    beside: Option<u64>,
    newest: bool,
    /// Whether exchanges that belong here have left.
    pub(super) truncated: bool,
}

/// Exchanges of a piece that are wanted, and the number of the last one looked at.
pub(super) type Piece = (Vec<Kept>, Option<u64>);

impl Scan {
    /// From one place up to another.
    pub(super) fn from(from: u64, to: u64) -> Self {
        Self { from, to, beside: None, newest: false, truncated: false }
    }

    /// The place that would be looked at next.
    pub(super) fn next(&self) -> u64 {
        self.from
    }

    /// Whether nothing is left to look at.
    pub(super) fn done(&self) -> bool {
        self.from >= self.to
    }
}

impl Ring {
    /// Where a query begins and ends.
    pub(super) fn scan(&self, query: &Query) -> Scan {
        let after = query.after.filter(|after| *after > 0);
        let found = after.and_then(|id| self.find(id)).map(|index| self.place(index));
        let (from, to) = (self.gone, self.end());
        let beside = after.filter(|_| found.is_none());
        match query.order {
            Order::Oldest => Scan {
                from: found.map_or(from, |place| place + 1),
                to,
                beside,
                newest: false,
                truncated: found.is_none() && self.left > after.unwrap_or(0),
            },
            Order::Newest => Scan {
                from,
                to: found.unwrap_or(to),
                beside,
                newest: true,
                truncated: self.left > 0,
            },
        }
    }

    /// The next piece; `None` where nothing is left to look at.
    pub(super) fn next_piece(&self, scan: &mut Scan, query: &Query) -> Option<Piece> {
        let (from, to) = (self.index(scan.from), self.index(scan.to));
        if from >= to {
            return None;
        }
        let (mut wanted, mut last) = (Vec::new(), None);
        let mut look = |entry: &Kept, beyond: bool| {
            if beyond {
                last = Some(entry.id);
                if query.fits(entry) {
                    wanted.push(entry.clone());
                }
            }
        };
        if scan.newest {
            let start = to.saturating_sub(PIECE).max(from);
            for entry in self.entries.range(start..to).rev() {
                look(entry, scan.beside.is_none_or(|after| entry.id < after));
            }
            scan.to = self.place(start);
        } else {
            let end = to.min(from + PIECE);
            for entry in self.entries.range(from..end) {
                look(entry, scan.beside.is_none_or(|after| entry.id > after));
            }
            scan.from = self.place(end);
        }
        Some((wanted, last))
    }

    /// The index of an exchange; it is looked for among the new ones first.
    pub(super) fn find(&self, id: u64) -> Option<usize> {
        self.entries.iter().rposition(|entry| entry.id == id)
    }

    /// The place that the next exchange will have.
    pub(super) fn end(&self) -> u64 {
        self.place(self.entries.len())
    }
}
