//! Limits: how much of each one every caller has used, exactly, by the tenant's clock.
//!
//! One act, [`Limits::take`]: all that a call needs of several limits, or nothing of any. Meters lie in
//! shards; an act locks the shards of its meters in their order, so acts on different callers
//! seldom meet, and none waits in a circle.

use std::{
    collections::VecDeque,
    hash::Hash,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use ahash::{AHashMap, RandomState};

mod meter;

use self::meter::Meter;
pub use self::meter::{Lock, Per, Rule, Standing};

/// So many shards.
const SHARDS: usize = 16;
/// So many meters about a single GSTIN, request or other text are kept in each; the oldest goes first.
const LIMIT: usize = 4_096;

/// Whose meter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key<'call> {
    /// The vendor.
    pub vendor: &'call str,
    /// The limit's name.
    pub limit: &'call str,
    /// The account, where each has its own.
    pub account: Option<&'call str>,
    /// The endpoint, where each has its own.
    pub endpoint: Option<&'call str>,
    /// The GSTIN asked about or another text, where each has its own.
    pub subject: Option<&'call str>,
    /// What stands for a request, where the same request has its own.
    pub request: Option<u64>,
}

/// Whose meter it is, kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The vendor.
    pub vendor: String,
    /// The limit's name.
    pub limit: String,
    /// The account.
    pub account: Option<String>,
    /// The endpoint.
    pub endpoint: Option<String>,
    /// The GSTIN asked about or another text.
    pub subject: Option<String>,
    /// What stands for a request.
    pub request: Option<u64>,
}

impl From<Key<'_>> for Label {
    fn from(key: Key<'_>) -> Self {
        Self {
            vendor: key.vendor.to_owned(),
            limit: key.limit.to_owned(),
            account: key.account.map(str::to_owned),
            endpoint: key.endpoint.map(str::to_owned),
            subject: key.subject.map(str::to_owned),
            request: key.request,
        }
    }
}

/// What a call asks of one limit.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'call> {
    /// Whose meter.
    pub key: Key<'call>,
    /// How much there may be.
    pub rule: Rule,
    /// So much must be left.
    pub needs: u64,
    /// So much is taken.
    pub takes: u64,
}

/// The meters of one tenant; no memory before the first act.
#[derive(Debug, Default)]
pub struct Limits(OnceLock<Box<Table>>);

#[derive(Debug)]
struct Table {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    /// By the hash of the key: two keys with the same 64 bits are not to be expected.
    meters: AHashMap<u64, (Label, Meter)>,
    /// Those about a single subject, the oldest first.
    order: VecDeque<u64>,
}

impl Limits {
    /// Takes what every ask takes, or, where one of them needs more than is left, nothing: then the
    /// first such ask and how it stands. Else the ask of which least is left, and how that stands.
    ///
    /// # Errors
    ///
    /// The first ask that is refused.
    pub fn take(
        &self,
        asks: &[Ask<'_>],
        at_ms: i64,
    ) -> Result<Option<(usize, Standing)>, (usize, Standing)> {
        self.act(asks, at_ms, false)
    }

    /// Takes it whether it is left or not.
    pub fn take_anyhow(&self, asks: &[Ask<'_>], at_ms: i64) {
        let _ = self.act(asks, at_ms, true);
    }

    fn act(
        &self,
        asks: &[Ask<'_>],
        at_ms: i64,
        anyhow: bool,
    ) -> Result<Option<(usize, Standing)>, (usize, Standing)> {
        if asks.is_empty() {
            return Ok(None);
        }
        let table = self.table();
        let hashes: Vec<u64> = asks.iter().map(|ask| table.hash(&ask.key)).collect();
        let mut wanted: Vec<usize> = hashes.iter().map(|hash| shard_of(*hash)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut shards: Vec<(usize, MutexGuard<'_, Shard>)> =
            wanted.into_iter().map(|index| (index, table.lock(index))).collect();
        let find = |hash: u64| -> usize {
            let wanted = shard_of(hash);
            shards.iter().position(|(index, _)| *index == wanted).unwrap_or_default()
        };
        let places: Vec<usize> = hashes.iter().map(|hash| find(*hash)).collect();

        let mut tightest: Option<(usize, Standing)> = None;
        for (index, ask) in asks.iter().enumerate() {
            let shard = &mut shards[places[index]].1;
            // What only looks makes no meter: else looking would push out what was counted.
            let mut fresh;
            let meter = if ask.takes > 0 || ask.rule.lock.is_some_and(|lock| !lock.when_full) {
                shard.meter(hashes[index], ask, at_ms)
            } else if let Some((_, meter)) = shard.meters.get_mut(&hashes[index]) {
                meter
            } else {
                fresh = Meter::new(ask.rule, at_ms);
                &mut fresh
            };
            meter.settle(ask.rule, at_ms);
            if !anyhow && !meter.has(ask.needs) {
                meter.refuse(at_ms);
                return Err((index, meter.standing(ask.needs, at_ms)));
            }
            let standing = meter.standing(ask.needs, at_ms);
            let standing = Standing { used: standing.used.saturating_add(ask.takes), ..standing };
            if tightest.is_none_or(|(_, least)| standing.left() < least.left()) {
                tightest = Some((index, standing));
            }
        }
        for (index, ask) in asks.iter().enumerate().filter(|(_, ask)| ask.takes > 0) {
            let shard = &mut shards[places[index]].1;
            let meter = shard.meter(hashes[index], ask, at_ms);
            // Two asks of one call may be about one meter.
            meter.settle(ask.rule, at_ms);
            meter.take(ask.takes, at_ms);
        }
        Ok(tightest)
    }

    /// How a limit stands; nothing is taken.
    #[must_use]
    pub fn look(&self, key: &Key<'_>, rule: Rule, at_ms: i64) -> Standing {
        let known = self.0.get().and_then(|table| {
            let hash = table.hash(key);
            table.lock(shard_of(hash)).meters.get(&hash).map(|(_, meter)| meter.clone())
        });
        let mut meter = known.unwrap_or_else(|| Meter::new(rule, at_ms));
        meter.settle(rule, at_ms);
        meter.standing(1, at_ms)
    }

    /// All meters that something was taken from, by the rules they were last read by, in order.
    #[must_use]
    pub fn all(&self, at_ms: i64) -> Vec<(Label, Standing)> {
        let mut all = Vec::new();
        for index in self.0.get().iter().flat_map(|_| 0..SHARDS) {
            let shard = self.table().lock(index);
            all.extend(shard.meters.values().map(|(label, meter)| {
                let mut meter = meter.clone();
                meter.settle(meter.rule, at_ms);
                (label.clone(), meter.standing(1, at_ms))
            }));
        }
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    /// Forgets what was used of the meters that fit; how many there were.
    pub fn forget(&self, fits: impl Fn(&Label) -> bool) -> usize {
        let mut gone = 0;
        for index in self.0.get().iter().flat_map(|_| 0..SHARDS) {
            let mut shard = self.table().lock(index);
            let Shard { meters, order } = &mut *shard;
            let before = meters.len();
            meters.retain(|_, (label, _)| !fits(label));
            order.retain(|hash| meters.contains_key(hash));
            gone += before - meters.len();
        }
        gone
    }

    fn table(&self) -> &Table {
        self.0.get_or_init(|| {
            let shards = std::array::from_fn(|_| Mutex::default());
            Box::new(Table { hasher: RandomState::new(), shards })
        })
    }
}

/// The shard of a hash: its upper bits.
const fn shard_of(hash: u64) -> usize {
    (hash >> 60) as usize % SHARDS
}

impl Table {
    fn hash(&self, key: &Key<'_>) -> u64 {
        self.hasher.hash_one(key)
    }

    fn lock(&self, index: usize) -> MutexGuard<'_, Shard> {
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    /// The ask's meter, made where there is none.
    fn meter(&mut self, hash: u64, ask: &Ask<'_>, at_ms: i64) -> &mut Meter {
        if !self.meters.contains_key(&hash) {
            if ask.key.subject.is_some() || ask.key.request.is_some() {
                // How many accounts and endpoints there are, the pack says; all else is the callers'.
                if self.order.len() >= LIMIT
                    && let Some(oldest) = self.order.pop_front()
                {
                    self.meters.remove(&oldest);
                }
                self.order.push_back(hash);
            }
            self.meters.insert(hash, (ask.key.into(), Meter::new(ask.rule, at_ms)));
        }
        &mut self.meters.get_mut(&hash).expect("it is there, or was just made").1
    }
}

#[cfg(test)]
mod tests;
