//! A tenant's limits: what was used of them, and what was changed while it runs.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicBool, Ordering},
};

use crate::{memory::limits::Limits, pack::file::LimitChange};

/// So many changes are kept; one more drops the oldest.
const MOST_CHANGES: usize = 256;

/// What was used, and what was changed.
#[derive(Debug, Default)]
pub struct LimitDesk {
    /// What was used.
    pub meters: Limits,
    changes: RwLock<Arc<Vec<LimitChange>>>,
    /// Whether there are changes: what nobody changed costs a call one look.
    changed: AtomicBool,
}

impl LimitDesk {
    /// Changes a limit from now on. What was used of it stays used; a change of the same limit for the
    /// same vendor, accounts and endpoints is replaced.
    pub fn change(&self, change: &LimitChange) {
        self.change_all(std::slice::from_ref(change));
    }

    /// Changes several at once.
    pub fn change_all(&self, more: &[LimitChange]) {
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = changes.as_ref().clone();
        for change in more {
            all.retain(|known| !same_place(known, change));
            all.push(change.clone());
        }
        let surplus = all.len().saturating_sub(MOST_CHANGES);
        all.drain(..surplus);
        self.changed.store(!all.is_empty(), Ordering::Release);
        *changes = Arc::new(all);
    }

    /// Takes back the changes of these; how many there were.
    pub fn take_back(&self, fits: impl Fn(&LimitChange) -> bool) -> usize {
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = changes.as_ref().clone();
        let before = all.len();
        all.retain(|change| !fits(change));
        let gone = before - all.len();
        self.changed.store(!all.is_empty(), Ordering::Release);
        *changes = Arc::new(all);
        gone
    }

    /// The changes, the oldest first; `None` where there are none.
    #[must_use]
    pub fn changes(&self) -> Option<Arc<Vec<LimitChange>>> {
        if !self.changed.load(Ordering::Acquire) {
            return None;
        }
        Some(Arc::clone(&self.changes.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Forgets everything: what was used, and what was changed.
    pub fn reset(&self) {
        self.take_back(|_| true);
        self.meters.forget(|_| true);
    }
}

/// Whether two changes are about the same limit of the same callers.
fn same_place(one: &LimitChange, other: &LimitChange) -> bool {
    one.name == other.name
        && one.vendor == other.vendor
        && one.accounts == other.accounts
        && one.endpoints == other.endpoints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(name: &str, most: u64) -> LimitChange {
        serde_json::from_value(serde_json::json!({ "name": name, "most": most }))
            .expect("it is one")
    }

    #[test]
    fn a_change_of_the_same_place_replaces_the_one_before() {
        let desk = LimitDesk::default();
        assert!(desk.changes().is_none());
        desk.change(&change("one", 5));
        desk.change(&change("other", 5));
        desk.change(&change("one", 6));
        let changes = desk.changes().expect("there are some");
        assert_eq!(*changes, [change("other", 5), change("one", 6)]);
        assert_eq!(desk.take_back(|change| change.name == "one"), 1);
        assert_eq!(desk.take_back(|_| true), 1);
        assert!(desk.changes().is_none());
    }

    #[test]
    fn changes_are_bounded() {
        let desk = LimitDesk::default();
        for number in 0..1_000 {
            desk.change(&change(&number.to_string(), 1));
        }
        let changes = desk.changes().expect("there are some");
        assert_eq!(changes.len(), MOST_CHANGES);
        assert_eq!(changes.last(), Some(&change("999", 1)), "the newest stays");
    }
}
