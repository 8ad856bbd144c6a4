//! A file as expressions see it.

use super::{job::Order, pack::Measure};
use crate::model::{
    period::ist_date,
    told::{
        self,
        Kind::{Records, Scalar},
        told,
    },
};

/// A file, looked at by one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What was asked for.
    pub order: Order,
    /// When it is looked at, in epoch milliseconds.
    pub at_ms: i64,
    /// Its parts, where they are told.
    pub parts: Vec<Part>,
}

/// A part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 0.
    pub number: usize,
    /// Its first record, from 0.
    pub first: u64,
    /// How many records it has.
    pub count: u64,
    /// Bytes of the file.
    pub length: u64,
    /// SHA-256 of the file, in hex.
    pub hash: String,
    /// Where it is fetched.
    pub path: String,
    /// The same with signature and end.
    pub link: String,
}

impl Part {
    /// A part of which nothing is known but what is in it.
    #[must_use]
    pub fn of(part: &super::job::Part) -> Self {
        let count = part.records.end - part.records.start;
        Self { number: part.number, first: part.records.start, count, ..Self::default() }
    }

    /// With what is known once it was made.
    #[must_use]
    pub fn measured(self, facts: &Measure) -> Self {
        Self { length: facts.length, hash: facts.sha256.clone(), ..self }
    }
}

impl File {
    /// What is still to wait, in milliseconds.
    fn left_ms(&self) -> i64 {
        self.order.ready_at_ms.saturating_sub(self.at_ms).max(0)
    }
}

fn number(number: u64) -> told::Part<'static> {
    told::Part::Count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// So many units of this length, the last one begun; at least one.
const fn rounded_up(ms: i64, unit_ms: i64) -> i64 {
    let units = ms / unit_ms + (ms % unit_ms != 0) as i64;
    if units < 1 { 1 } else { units }
}

told! { File, FILE, it => {
    // 32 hex digits.
    "token": Scalar => told::Part::Text(&it.order.token),
    // Whether it can be fetched.
    "ready": Scalar => told::Part::Flag(it.at_ms >= it.order.ready_at_ms),
    // Epoch milliseconds.
    "made_at": Scalar => told::Part::Count(it.order.made_at_ms),
    "ready_at": Scalar => told::Part::Count(it.order.ready_at_ms),
    "expires_at": Scalar => told::Part::Count(it.order.expires_at_ms),
    // The day it was asked for, in India.
    "made_on": Scalar => told::Part::Day(ist_date(it.order.made_at_ms)),
    // What is still to wait, rounded up; at least 1.
    "est_s": Scalar => told::Part::Count(rounded_up(it.left_ms(), 1000)),
    "est_min": Scalar => told::Part::Count(rounded_up(it.left_ms(), 60_000)),
    // The key of its parts, in base64.
    "key": Scalar => told::Part::Own(it.order.key.to_base64()),
    // Records; parts.
    "count": Scalar => number(it.order.count),
    "part_count": Scalar => number(it.order.part_count() as u64),
    "parts": Records(PART) => told::Part::List(&it.parts),
} }

told! { Part, PART, it => {
    "number": Scalar => number(it.number as u64),
    "first": Scalar => number(it.first),
    "count": Scalar => number(it.count),
    "length": Scalar => number(it.length),
    "hash": Scalar => told::Part::text_if_any(&it.hash),
    "path": Scalar => told::Part::text_if_any(&it.path),
    "link": Scalar => told::Part::text_if_any(&it.link),
} }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gstn::Key;

    #[test]
    fn what_is_still_to_wait_is_rounded_up() {
        let order = Order {
            owner: Vec::new(),
            token: String::new(),
            made_at_ms: 0,
            ready_at_ms: 1_800_000,
            expires_at_ms: 2_000_000,
            key: Key([0; 32]),
            quoted: true,
            count: 25,
            per_part: 10,
        };
        let estimate = |at_ms| {
            let file = File { order: order.clone(), at_ms, parts: Vec::new() };
            (rounded_up(file.left_ms(), 1000), rounded_up(file.left_ms(), 60_000))
        };
        assert_eq!(estimate(0), (1_800, 30));
        assert_eq!(estimate(1), (1_800, 30));
        assert_eq!(estimate(1_739_999), (61, 2));
        assert_eq!(estimate(1_800_000), (1, 1), "never none");
        assert_eq!(estimate(9_999_999), (1, 1));
    }
}
