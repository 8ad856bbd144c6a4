//! Progress: what a story that is being played has counted, and the state that it is in.
//!
//! Small acts, each atomic by itself; no lock outlives one. What is counted for each GSTIN or account
//! is bounded: the one that was counted first goes when there are too many, and begins anew.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use ahash::AHashMap;

use super::{Rule, Scenario, file::Per};

/// So many GSTINs or accounts are counted by themselves, a rule.
const KEYS: usize = 10_000;

/// How far a story has come.
#[derive(Debug)]
pub struct Progress {
    /// One a rule.
    rules: Vec<Arc<RuleProgress>>,
    /// Index of the state.
    state: AtomicUsize,
}

/// How far a rule has come.
#[derive(Debug, Default)]
pub(super) struct RuleProgress {
    /// All calls that fitted.
    fitted: AtomicU64,
    /// Calls that fitted, and calls that it decided: for each key.
    keyed: Mutex<Keyed>,
    /// All calls that it decided.
    decided: AtomicU64,
}

#[derive(Debug, Default)]
struct Keyed {
    counts: AHashMap<u64, [u64; 2]>,
    order: VecDeque<u64>,
    hasher: ahash::RandomState,
}

/// Which of the two counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    Fitted,
    Decided,
}

impl RuleProgress {
    /// Counts one more call and gives its number, from 1: of all, or of those with this key.
    pub(super) fn count(&self, what: Count, per: Per, key: Option<&str>) -> u64 {
        let all = match what {
            Count::Fitted => &self.fitted,
            Count::Decided => &self.decided,
        };
        let number = all.fetch_add(1, Ordering::Relaxed) + 1;
        match per {
            Per::Scenario => number,
            Per::Gstin | Per::Account => {
                let mut keyed = self.keyed.lock().unwrap_or_else(PoisonError::into_inner);
                keyed.count(what, key.unwrap_or_default())
            }
        }
    }

    fn fitted(&self) -> u64 {
        self.fitted.load(Ordering::Relaxed)
    }
}

impl Keyed {
    fn count(&mut self, what: Count, key: &str) -> u64 {
        // A text of a caller's may be long, its hash is not; that two have the same one happens in
        // no test.
        let key = self.hasher.hash_one(key);
        if !self.counts.contains_key(&key) {
            if self.counts.len() >= KEYS
                && let Some(oldest) = self.order.pop_front()
            {
                self.counts.remove(&oldest);
            }
            self.order.push_back(key);
        }
        let count = &mut self.counts.entry(key).or_default()[what as usize];
        *count += 1;
        *count
    }
}

impl Progress {
    /// Of a story that begins.
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self {
            rules: scenario.rules.iter().map(|_| Arc::default()).collect(),
            state: AtomicUsize::new(scenario.begins),
        }
    }

    /// The progress of another playing of a story of this name, as far as the rules are the same:
    /// those go on counting where they are, and calls under way count for both.
    pub(super) fn adopt(scenario: &Scenario, old: &Scenario, progress: &Self) -> Self {
        let mut left: AHashMap<u64, VecDeque<&Arc<RuleProgress>>> = AHashMap::new();
        for (rule, counts) in old.rules.iter().zip(&progress.rules) {
            left.entry(rule.print).or_default().push_back(counts);
        }
        let mut of = |rule: &Rule| {
            let same = left.get_mut(&rule.print).and_then(VecDeque::pop_front);
            same.map_or_else(Arc::default, Arc::clone)
        };
        let state = old.states.get(progress.state());
        let state = state.and_then(|name| scenario.states.iter().position(|one| one == name));
        Self {
            rules: scenario.rules.iter().map(&mut of).collect(),
            state: AtomicUsize::new(state.unwrap_or(scenario.begins)),
        }
    }

    pub(super) fn rule(&self, index: usize) -> &RuleProgress {
        &self.rules[index]
    }

    /// Calls that fitted each rule.
    pub(super) fn counts(&self) -> Vec<u64> {
        self.rules.iter().map(|rule| rule.fitted()).collect()
    }

    /// Index of the state.
    pub(super) fn state(&self) -> usize {
        self.state.load(Ordering::Acquire)
    }

    /// Goes to another state; false, and nothing changed, where another call was faster and the
    /// story is no longer in the state that it must be in.
    pub(super) fn go(&self, from: Option<usize>, to: usize) -> bool {
        match from {
            None => {
                self.state.store(to, Ordering::Release);
                true
            }
            Some(from) => {
                self.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_counted_by_themselves_and_fits_apart_from_decisions() {
        let progress = RuleProgress::default();
        let fit = |key| progress.count(Count::Fitted, Per::Gstin, Some(key));
        assert_eq!([fit("a"), fit("a"), fit("b"), fit("a")], [1, 2, 1, 3]);
        assert_eq!(progress.count(Count::Decided, Per::Gstin, Some("a")), 1);
        assert_eq!(progress.fitted(), 4);
        assert_eq!(progress.count(Count::Fitted, Per::Scenario, None), 5);
    }

    #[test]
    fn the_oldest_key_goes_when_there_are_too_many() {
        let progress = RuleProgress::default();
        let fit = |key: &str| progress.count(Count::Fitted, Per::Gstin, Some(key));
        fit("first");
        for number in 0..KEYS - 1 {
            fit(&number.to_string());
        }
        assert_eq!(fit("first"), 2, "there was room for it");
        fit("one too many");
        assert_eq!(fit("first"), 1, "it was forgotten");
        assert!(progress.keyed.lock().expect("nobody panicked").counts.len() <= KEYS);
    }
}
