//! How fast a vendor may be asked, held so that the vendor never counts more than its limit.
//!
//! A window lets so many requests be *under way or just answered*: each takes its place from the
//! moment it may be sent until so long after its answer came. A request reaches the vendor between
//! those two moments. So of any `most + 1` requests that reach it within one window's length, the
//! last would have been let out while all the others still had their places: there are never that
//! many, however long the network takes for each.

use std::{num::NonZeroU32, time::Duration};

use gsp_simulator::{
    memory::limits::Per,
    pack::{
        Pack,
        file::LimitCounts,
        limits::{Terms, span},
    },
};
use serde::{Deserialize, Serialize};

/// Longer a request is not under way: who sent it is gone.
const LOST_MS: i64 = 120_000;

/// A window with more requests is cut into shorter ones, so that few must be remembered.
const MOST: u64 = 64;

/// Longer windows are no pace.
const LONGEST_MS: i64 = 3_600_000;

/// While places are taken by requests under way, it is asked again after so long.
const AGAIN: Duration = Duration::from_millis(25);

/// So many requests in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    most: usize,
    ms: i64,
}

/// A request that was sent; times in epoch milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sent {
    pub(super) id: u64,
    pub(super) at: i64,
    /// When its answer had come.
    pub(super) done: Option<i64>,
}

impl Window {
    fn new(most: u64, ms: i64) -> Self {
        let parts = i64::try_from(most.div_ceil(MOST)).unwrap_or(i64::MAX).max(1);
        // Whole parts fit into the window, and each holds its share: rounded up and down so that
        // all together are never more.
        let share = most / u64::try_from(parts).unwrap_or(u64::MAX);
        let share = usize::try_from(share).unwrap_or(1).max(1);
        Self { most: share, ms: ms.div_ceil_by(parts) }
    }

    /// What the budget says of a vendor, and what its pack says of the account that calls.
    pub(super) fn all(
        pace: (Option<NonZeroU32>, Option<NonZeroU32>),
        pack: Option<&Pack>,
    ) -> Vec<Self> {
        let (second, minute) = pace;
        let own = [(second, 1_000), (minute, 60_000)]
            .into_iter()
            .filter_map(|(most, ms)| Some(Self::new(u64::from(most?.get()), ms)));
        let limits = pack.into_iter().flat_map(|pack| &pack.limits);
        let terms = limits.flat_map(|limit| Self::of(&limit.terms(Some(0))));
        own.chain(terms).collect()
    }

    fn of(terms: &Terms) -> Vec<Self> {
        let (Some(most), Per::Ms(ms), LimitCounts::Calls) =
            (terms.most, span(terms.per), &terms.counts)
        else {
            return Vec::new();
        };
        if ms > LONGEST_MS || most == 0 {
            return Vec::new();
        }
        match terms.burst {
            // A bucket gives one at a time, once it is empty.
            Some(_) => {
                let each = ms.div_ceil_by(i64::try_from(most).unwrap_or(i64::MAX));
                vec![Self { most: 1, ms: each }]
            }
            None => vec![Self::new(most, ms)],
        }
    }

    /// How long the next request must wait; `None` where it need not.
    pub(super) fn wait(windows: &[Self], sent: &[Sent], now_ms: i64) -> Option<Duration> {
        windows.iter().filter_map(|window| window.full(sent, now_ms)).max()
    }

    fn full(self, sent: &[Sent], now_ms: i64) -> Option<Duration> {
        let mut ends: Vec<Option<i64>> = sent
            .iter()
            .map(|one| one.done.map(|done| done.saturating_add(self.ms)))
            .filter(|end| end.is_none_or(|end| end > now_ms))
            .collect();
        if ends.len() < self.most {
            return None;
        }
        // Those under way end last: nobody knows when.
        ends.sort_by_key(|end| end.unwrap_or(i64::MAX));
        let first_free = ends[ends.len() - self.most];
        Some(first_free.map_or(AGAIN, |end| {
            let ms = u64::try_from(end - now_ms).unwrap_or_default();
            Duration::from_millis(ms.max(1))
        }))
    }

    /// How long so many requests take at least.
    pub(super) fn takes(windows: &[Self], calls: u64) -> Duration {
        windows
            .iter()
            .map(|window| {
                let most = window.most as u64;
                let rounds = calls.saturating_sub(1) / most;
                let ms = u64::try_from(window.ms).unwrap_or_default();
                Duration::from_millis(rounds.saturating_mul(ms))
            })
            .max()
            .unwrap_or_default()
    }
}

impl Sent {
    /// Forgets those that take no place in any of these windows any more.
    pub(super) fn forget(sent: &mut Vec<Self>, windows: &[Window], now_ms: i64) {
        for one in sent.iter_mut() {
            // The machine's clock was set back: as if they had been sent now.
            one.at = one.at.min(now_ms);
            one.done = one.done.map(|done| done.min(now_ms));
            if one.done.is_none() && now_ms.saturating_sub(one.at) > LOST_MS {
                one.done = Some(one.at.saturating_add(LOST_MS));
            }
        }
        let longest = windows.iter().map(|window| window.ms).max().unwrap_or_default();
        sent.retain(|one| one.done.is_none_or(|done| now_ms.saturating_sub(done) < longest));
    }
}

/// The calls a day that a pack lets its first account make.
pub(super) fn a_day(pack: &Pack) -> Option<u64> {
    let limits = pack.limits.iter().map(|limit| limit.terms(Some(0)));
    limits
        .filter(|terms| span(terms.per) == Per::Day && terms.counts == LimitCounts::Calls)
        .filter_map(|terms| terms.most)
        .min()
}

/// Division that rounds up.
trait DivCeil {
    fn div_ceil_by(self, by: Self) -> Self;
}

impl DivCeil for i64 {
    fn div_ceil_by(self, by: Self) -> Self {
        let by = by.max(1);
        (self / by) + Self::from(self % by != 0)
    }
}
