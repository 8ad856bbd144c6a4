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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A request as the vendor saw it: when it arrived there.
    #[derive(Debug)]
    struct Flight {
        arrives: i64,
        ends: i64,
    }

    /// Plays so many workers that send as soon as they may; gives when each request arrived.
    fn arrivals(windows: &[Window], workers: usize, ways: &[(i64, i64)]) -> Vec<i64> {
        let mut now = 0;
        let mut sent: Vec<Sent> = Vec::new();
        let mut under_way: Vec<(u64, Flight)> = Vec::new();
        let mut arrived = Vec::new();
        let mut next = ways.iter().enumerate().peekable();
        while next.peek().is_some() || !under_way.is_empty() {
            under_way.retain(|(id, flight)| {
                if flight.ends > now {
                    return true;
                }
                sent.iter_mut().filter(|one| one.id == *id).for_each(|one| one.done = Some(now));
                arrived.push(flight.arrives);
                false
            });
            Sent::forget(&mut sent, windows, now);
            let mut wait = 7;
            if under_way.len() < workers
                && let Some(&(id, &(there, back))) = next.peek()
            {
                match Window::wait(windows, &sent, now) {
                    None => {
                        next.next();
                        let id = id as u64;
                        sent.push(Sent { id, at: now, done: None });
                        let arrives = now + there;
                        under_way.push((id, Flight { arrives, ends: arrives + back }));
                        wait = 0;
                    }
                    Some(time) => {
                        wait = i64::try_from(time.as_millis()).expect("short").clamp(1, 50);
                    }
                }
            }
            now += wait;
        }
        arrived.sort_unstable();
        arrived
    }

    proptest! {
        #[test]
        fn no_window_of_the_vendors_ever_has_more_than_its_limit(
            most in 1_u64..200,
            ms in 50_i64..5_000,
            second in proptest::option::of(1_u64..20),
            workers in 1_usize..8,
            ways in proptest::collection::vec((0_i64..900, 0_i64..900), 1..120),
        ) {
            let mut windows = vec![Window::new(most, ms)];
            windows.extend(second.map(|most| Window::new(most, 1_000)));
            let arrived = arrivals(&windows, workers, &ways);

            prop_assert_eq!(arrived.len(), ways.len(), "all of them are sent in the end");
            let limits = std::iter::once((most, ms)).chain(second.map(|most| (most, 1_000)));
            for (most, ms) in limits {
                for (index, first) in arrived.iter().enumerate() {
                    let within = arrived[index..].iter().filter(|at| **at < first + ms).count();
                    prop_assert!(within as u64 <= most, "{} in {} ms from {}", within, ms, first);
                }
            }
        }

        #[test]
        fn a_window_that_is_cut_allows_no_more_than_the_whole(most in 1_u64..100_000, ms in 1_i64..3_600_000) {
            let Window { most: share, ms: part } = Window::new(most, ms);
            prop_assert!((1..=64).contains(&share));
            let parts = u64::try_from(ms.div_ceil_by(part)).expect("positive");
            prop_assert!(share as u64 * parts <= most.max(1), "{} times {}", share, parts);
        }
    }

    #[test]
    fn one_a_second_is_one_a_second_after_the_answer() {
        let windows = [Window::new(1, 1_000)];
        let under_way = [Sent { id: 1, at: 0, done: None }];
        assert_eq!(Window::wait(&windows, &under_way, 5_000), Some(AGAIN));
        let answered = [Sent { id: 1, at: 0, done: Some(400) }];
        assert_eq!(Window::wait(&windows, &answered, 900), Some(Duration::from_millis(500)));
        assert_eq!(Window::wait(&windows, &answered, 1_400), None);
    }

    #[test]
    fn a_request_whose_program_is_gone_holds_its_place_for_two_minutes() {
        let windows = [Window::new(1, 1_000)];
        let mut sent = vec![Sent { id: 1, at: 0, done: None }];
        Sent::forget(&mut sent, &windows, LOST_MS);
        assert_eq!(sent.len(), 1);
        Sent::forget(&mut sent, &windows, LOST_MS + 1_001);
        assert!(sent.is_empty(), "{sent:?}");
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nobody_for_long() {
        let windows = [Window::new(1, 1_000)];
        let mut sent = vec![Sent { id: 1, at: 900_000, done: Some(900_100) }];
        Sent::forget(&mut sent, &windows, 5_000);
        assert_eq!(Window::wait(&windows, &sent, 5_000), Some(Duration::from_secs(1)));
    }

    #[test]
    fn the_time_of_a_run_is_told_by_its_slowest_window() {
        let windows = [Window::new(2, 1_000), Window::new(30, 60_000)];
        assert_eq!(Window::takes(&windows, 1), Duration::ZERO);
        assert_eq!(Window::takes(&windows, 3), Duration::from_secs(1));
        assert_eq!(Window::takes(&windows, 61), Duration::from_mins(2));
    }
}
