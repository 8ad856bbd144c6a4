//! Coverage: which of a vendor's answers a client has met, and how often.
//!
//! Counters stand beside the packs' own lists of replies: a call adds one to one of them, and takes
//! no lock. They are made when they are first needed, so a client that calls nobody costs nothing.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwapOption;

use crate::pack::{Endpoint, Pack, Replies, ReplyPlan};

/// What a client has met.
#[derive(Debug, Default)]
pub struct Coverage {
    tables: ArcSwapOption<Vec<Arc<Table>>>,
    /// Held while a table is added.
    growing: Mutex<()>,
}

/// The counters of a vendor.
#[derive(Debug)]
struct Table {
    pack: Arc<Pack>,
    endpoints: Box<[Counters]>,
    /// Of calls that no endpoint took.
    edges: Counters,
}

/// One for each reply.
#[derive(Debug, Default)]
struct Counters(OnceLock<Box<[AtomicU64]>>);

/// A reply that was given, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Met<'table> {
    /// The vendor.
    pub pack: &'table Pack,
    /// The endpoint, where one took the call.
    pub endpoint: Option<&'table Endpoint>,
    /// The reply.
    pub plan: &'table ReplyPlan,
    /// How often; at least once.
    pub calls: u64,
}

impl Counters {
    fn add(&self, replies: &Replies, reply: usize, calls: u64) {
        let make = || replies.all.iter().map(|_| AtomicU64::new(0)).collect();
        if let Some(counter) = self.0.get_or_init(make).get(reply) {
            counter.fetch_add(calls, Ordering::Relaxed);
        }
    }
}

impl Table {
    fn new(pack: &Arc<Pack>) -> Self {
        let endpoints = pack.endpoints.iter().map(|_| Counters::default()).collect();
        Self { pack: Arc::clone(pack), endpoints, edges: Counters::default() }
    }

    fn add(&self, endpoint: Option<usize>, reply: usize, calls: u64) {
        match endpoint {
            None => self.edges.add(&self.pack.replies, reply, calls),
            Some(index) => {
                let both = self.endpoints.get(index).zip(self.pack.endpoints.get(index));
                if let Some((counters, endpoint)) = both {
                    counters.add(&endpoint.replies, reply, calls);
                }
            }
        }
    }

    fn met(&self) -> impl Iterator<Item = Met<'_>> {
        let own = self.pack.endpoints.iter().zip(&self.endpoints);
        let own = own.map(|(endpoint, counters)| (Some(endpoint), &endpoint.replies, counters));
        let all = own.chain([(None, &self.pack.replies, &self.edges)]);
        all.flat_map(move |(endpoint, replies, counters)| {
            let counts = counters.0.get().into_iter().flatten();
            let counts = counts.map(|counter| counter.load(Ordering::Relaxed));
            let each = replies.all.iter().zip(counts).filter(|(_, calls)| *calls > 0);
            each.map(move |(plan, calls)| Met { pack: &self.pack, endpoint, plan, calls })
        })
    }

    /// Takes over what was met of the vendor as it was read before: what has a name still.
    fn inherit(&self, before: &Self) {
        for met in before.met() {
            let endpoint = met.endpoint.map(|one| self.pack.endpoint(&one.name));
            let (endpoint, replies) = match endpoint {
                None => (None, &self.pack.replies),
                Some(Some((index, endpoint))) => (Some(index), &endpoint.replies),
                Some(None) => continue,
            };
            let code =
                |pack: &Pack, plan: &ReplyPlan| pack.code_of(plan).map(|code| code.code.clone());
            let was = code(met.pack, met.plan);
            let same = |plan: &ReplyPlan| {
                plan.outcome == met.plan.outcome && code(&self.pack, plan) == was
            };
            if let Some(reply) = replies.all.iter().position(same) {
                self.add(endpoint, reply, met.calls);
            }
        }
    }
}

impl Coverage {
    /// Counts a reply: its index among the endpoint's, or among the vendor's where there is none.
    pub fn count(&self, pack: &Arc<Pack>, endpoint: Option<usize>, reply: usize) {
        let tables = self.tables.load();
        let mut known = tables.iter().flat_map(|tables| tables.iter());
        match known.find(|table| Arc::ptr_eq(&table.pack, pack)) {
            Some(table) => table.add(endpoint, reply, 1),
            None => self.grow(pack).add(endpoint, reply, 1),
        }
    }

    /// The table of a vendor that was not met before, or not as it is now.
    fn grow(&self, pack: &Arc<Pack>) -> Arc<Table> {
        let _growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        let tables = self.tables.load_full().unwrap_or_default();
        if let Some(table) = tables.iter().find(|table| Arc::ptr_eq(&table.pack, pack)) {
            return Arc::clone(table);
        }
        let table = Arc::new(Table::new(pack));
        let (same, mut next): (Vec<_>, Vec<_>) =
            tables.iter().cloned().partition(|table| table.pack.name == pack.name);
        for before in &same {
            table.inherit(before);
        }
        next.push(Arc::clone(&table));
        self.tables.store(Some(Arc::new(next)));
        table
    }

    /// Hands over each reply that was given at least once.
    pub fn each(&self, mut hand: impl FnMut(Met<'_>)) {
        if let Some(tables) = self.tables.load_full() {
            tables.iter().for_each(|table| table.met().for_each(&mut hand));
        }
    }

    /// Forgets all.
    pub fn clear(&self) {
        let _growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        self.tables.store(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Ingredients, World};

    fn calls(coverage: &Coverage) -> Vec<(String, String, u64)> {
        let mut out = Vec::new();
        coverage.each(|met| {
            let endpoint = met.endpoint.map_or("", |endpoint| &endpoint.name);
            out.push((endpoint.to_owned(), met.plan.outcome.to_string(), met.calls));
        });
        out
    }

    fn world() -> World {
        World::load(&Ingredients::default()).expect("what ships can be loaded")
    }

    #[test]
    fn replies_are_counted_where_they_stand() {
        let (world, coverage) = (world(), Coverage::default());
        let pack = &world.packs[0];
        let endpoint = &pack.endpoints[1];

        assert!(calls(&coverage).is_empty());
        coverage.count(pack, Some(1), endpoint.success);
        coverage.count(pack, Some(1), endpoint.success);
        let outcome = endpoint.replies.all[endpoint.success].outcome.to_string();
        assert_eq!(calls(&coverage), [(endpoint.name.clone(), outcome, 2)]);
        coverage.clear();
        assert!(calls(&coverage).is_empty());
    }

    #[test]
    fn what_was_met_is_still_met_when_the_pack_is_read_again() {
        let (first, second, coverage) = (world(), world(), Coverage::default());
        let endpoint = &first.packs[0].endpoints[0];
        for reply in 0..endpoint.replies.all.len() {
            coverage.count(&first.packs[0], Some(0), reply);
        }
        let before: u64 = calls(&coverage).iter().map(|(_, _, calls)| calls).sum();

        coverage.count(&second.packs[0], Some(0), endpoint.success);
        let after: u64 = calls(&coverage).iter().map(|(_, _, calls)| calls).sum();
        assert_eq!(after, before + 1);
        assert_eq!(coverage.tables.load().as_ref().map(|tables| tables.len()), Some(1));
    }

    #[test]
    fn no_count_is_lost_between_threads() {
        let (world, coverage) = (world(), Coverage::default());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for pack in world.packs.iter().cycle().take(1_000) {
                        coverage.count(pack, Some(0), pack.endpoints[0].success);
                    }
                });
            }
        });
        let all: u64 = calls(&coverage).iter().map(|(_, _, calls)| calls).sum();
        assert_eq!(all, 8_000);
    }
}
