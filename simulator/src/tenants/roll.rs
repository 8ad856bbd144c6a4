//! The roll: places of the tenants there are, and how those ended that are no more.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use ahash::AHashMap;

use super::Issued;

/// So many that ended are remembered; the first to end is forgotten first.
const REMEMBERED: usize = 10_000;

/// How a tenant ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Somebody ended it.
    Deleted,
    /// Nobody called it for as long as it was to live.
    Idle,
    /// There were too many, and it was idle longest.
    Crowded,
}

impl End {
    /// What is said of it to somebody who calls it all the same.
    #[must_use]
    pub fn told(self, name: &str) -> Arc<str> {
        let why = match self {
            Self::Deleted => "it was deleted",
            Self::Idle => "nobody called it for its time-to-live",
            Self::Crowded => "there were too many tenants, and it was idle longest",
        };
        format!("tenant `{name}` ended: {why}; POST /__sim/tenants makes a new one").into()
    }
}

/// What a tenant is given when it begins.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Its place among those there are: 1, 2, 3 …, lowest free one first.
    pub slot: usize,
    /// Where the tokens that it gives are noted.
    pub issued: Arc<Issued>,
}

#[derive(Debug, Default)]
pub(super) struct Roll {
    /// Places that somebody left.
    free: BTreeSet<usize>,
    /// How many places were ever taken.
    places: usize,
    /// How many names were made up.
    numbers: u64,
    ended: AHashMap<Arc<str>, End>,
    order: VecDeque<Arc<str>>,
}

impl Roll {
    /// A number for a name.
    pub(super) fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// The place of one that begins; if one of that name ended, that is forgotten.
    pub(super) fn begin(&mut self, name: &str) -> usize {
        if self.ended.remove(name).is_some() {
            self.order.retain(|known| &**known != name);
        }
        self.free.pop_first().unwrap_or_else(|| {
            self.places += 1;
            self.places
        })
    }

    pub(super) fn end(&mut self, name: &str, slot: usize, why: End) {
        self.free.insert(slot);
        let name: Arc<str> = name.into();
        if self.ended.insert(Arc::clone(&name), why).is_none() {
            self.order.push_back(name);
        }
        if self.order.len() > REMEMBERED
            && let Some(first) = self.order.pop_front()
        {
            self.ended.remove(&first);
        }
    }

    /// How the tenant of that name ended.
    pub(super) fn ended(&self, name: &str) -> Option<End> {
        self.ended.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_place_is_taken_first() {
        let mut roll = Roll::default();
        assert_eq!([roll.begin("a"), roll.begin("b"), roll.begin("c")], [1, 2, 3]);

        roll.end("b", 2, End::Deleted);
        roll.end("a", 1, End::Idle);
        assert_eq!([roll.begin("d"), roll.begin("e"), roll.begin("f")], [1, 2, 4]);
    }

    #[test]
    fn who_ended_is_remembered_until_it_begins_anew_or_too_many_ended_after_it() {
        let mut roll = Roll::default();
        roll.begin("a");
        roll.end("a", 1, End::Crowded);
        assert_eq!(roll.ended("a"), Some(End::Crowded));
        roll.begin("a");
        assert_eq!(roll.ended("a"), None);

        for number in 0..=REMEMBERED {
            roll.end(&number.to_string(), 1, End::Idle);
        }
        assert_eq!(roll.ended("0"), None);
        assert_eq!((roll.ended.len(), roll.order.len()), (REMEMBERED, REMEMBERED));
    }
}
