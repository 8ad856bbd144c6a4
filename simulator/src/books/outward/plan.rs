//! A seller's month before anything is written: how many invoices, along which edge, on which day.
//!
//! Nothing here depends on who sits at an edge's other end, so an invoice has the same number and
//! the same day from whichever end it is asked for.

use jiff::civil::Date;

use super::facts::Facts;
use crate::{
    books::network::{EDGES, Many},
    model::{dice::QuickDice, period::Month},
};

/// The invoices of one month.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) month: Month,
    counts: [u8; EDGES as usize],
    used: u32,
    many: Option<Many>,
    /// How many there are.
    pub(crate) total: u64,
    first: Date,
    days: u64,
}

/// One invoice: the `nth` along edge `lane`, the `position`-th of the month; all counted from 0.
///
/// A lane is an ordinary edge's `k`, or a customer's rank where there are very many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) lane: u32,
    pub(crate) nth: u64,
    pub(crate) position: u64,
}

impl Plan {
    /// The plan of a month of which the seller trades on these days.
    pub(crate) fn new(
        month: Month,
        days: Option<(Date, Date)>,
        facts: &Facts,
        many: Option<Many>,
        dice: QuickDice,
    ) -> Self {
        let mut plan = Self {
            month,
            counts: [0; EDGES as usize],
            used: facts.edges,
            many,
            total: 0,
            first: month.first_day(),
            days: 0,
        };
        let Some((first, last)) = days else { return Self { used: 0, many: None, ..plan } };
        plan.first = first;
        plan.days = u64::try_from(last.day() - first.day()).unwrap_or(0) + 1;
        if let Some(many) = many {
            plan.total = many.invoices;
            return plan;
        }
        let mut dice = dice.fork(index(month)).fork(2);
        for count in &mut plan.counts[..facts.edges as usize] {
            *count = facts.along_an_edge(&mut dice);
            plan.total += u64::from(*count);
        }
        plan
    }

    /// All invoices in the order of their numbers, from one position to another.
    pub(crate) fn spots(&self, from: u64, to: u64) -> Box<dyn Iterator<Item = Spot> + '_> {
        let to = to.min(self.total);
        match self.many {
            Some(many) => Box::new((from..to).map(move |position| {
                let lane = lane_at(many, position);
                Spot { lane, nth: position - start(many, lane), position }
            })),
            None => {
                let most = self.counts.iter().copied().max().unwrap_or(0);
                let turns = (0..most).flat_map(move |nth| {
                    (0..self.used)
                        .filter(move |lane| self.counts[*lane as usize] > nth)
                        .map(move |lane| (lane, u64::from(nth)))
                });
                Box::new(
                    (0..)
                        .zip(turns)
                        .map(|(position, (lane, nth))| Spot { lane, nth, position })
                        .skip(usize::try_from(from).unwrap_or(usize::MAX))
                        .take(usize::try_from(to.saturating_sub(from)).unwrap_or(0)),
                )
            }
        }
    }

    /// The invoices along one edge, in the order of their numbers.
    pub(crate) fn along(&self, lane: u32) -> Box<dyn Iterator<Item = Spot> + '_> {
        match self.many {
            Some(many) if lane < many.customers => {
                let first = start(many, lane);
                Box::new((first..start(many, lane + 1)).map(move |position| Spot {
                    lane,
                    nth: position - first,
                    position,
                }))
            }
            None if lane < self.used => Box::new((0..self.counts[lane as usize]).map(move |nth| {
                // In turns: everybody's first, then everybody's second, …
                let before = |(other, count): (u32, &u8)| {
                    u64::from((*count).min(nth + u8::from(other < lane)))
                };
                let position = (0..).zip(&self.counts[..self.used as usize]).map(before).sum();
                Spot { lane, nth: nth.into(), position }
            })),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// The invoices that a stride picks, each with its place among them.
    pub(crate) fn picked(&self, every: Every) -> Box<dyn Iterator<Item = (u64, Spot)> + '_> {
        let picked = move |spot: Spot| every.rank(spot.position).map(|rank| (rank, spot));
        match self.many {
            Some(_) => Box::new(
                every
                    .positions(self.total)
                    .flat_map(|position| self.spots(position, position + 1))
                    .filter_map(picked),
            ),
            None => Box::new(self.spots(0, self.total).filter_map(picked)),
        }
    }

    /// The day of an invoice: they spread over the month in the order of their numbers.
    pub(crate) fn day_of(&self, position: u64) -> Date {
        self.day(position, self.total)
    }

    /// The day of one of `count` documents that spread over the month.
    pub(crate) fn day(&self, position: u64, count: u64) -> Date {
        self.day_plus(self.first, position * self.days / count.max(1))
    }

    /// So many days later, or the last day of trade in the month.
    pub(crate) fn day_plus(&self, day: Date, more: u64) -> Date {
        let last = u64::try_from(self.first.day()).unwrap_or(1) + self.days.max(1) - 1;
        let wanted = (u64::try_from(day.day()).unwrap_or(1) + more).min(last);
        self.month.day(i8::try_from(wanted).unwrap_or(1))
    }

    /// Whether the seller trades in this month.
    pub(crate) fn is_on(&self) -> bool {
        self.days > 0
    }

    /// Strides are so many times wider for those with very many invoices.
    pub(crate) fn rarity(&self) -> u64 {
        if self.many.is_some() { 100 } else { 1 }
    }
}

/// A month as a key.
pub(crate) fn index(month: Month) -> u64 {
    u64::from(month.index().unsigned_abs())
}

/// The first invoice of a rank: they are spread evenly, in blocks.
fn start(many: Many, rank: u32) -> u64 {
    u64::from(rank) * many.invoices / u64::from(many.customers)
}

fn lane_at(many: Many, position: u64) -> u32 {
    let rank = ((position + 1) * u64::from(many.customers)).div_ceil(many.invoices) - 1;
    u32::try_from(rank).unwrap_or(0)
}

/// Every `stride`-th of a row, beginning somewhere: which ones, and the how-manyeth each is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Every {
    stride: u64,
    offset: u64,
}

impl Every {
    pub(crate) fn new(stride: u64, dice: QuickDice) -> Self {
        let mut dice = dice;
        Self { stride, offset: dice.below(stride) }
    }

    /// Where it stands among those that are picked; `None` where it is not.
    pub(crate) fn rank(self, position: u64) -> Option<u64> {
        (position + self.offset).is_multiple_of(self.stride).then(|| self.count(position))
    }

    /// How many of the first `total` are picked.
    pub(crate) fn count(self, total: u64) -> u64 {
        (total + self.offset).div_ceil(self.stride) - self.offset.div_ceil(self.stride)
    }

    /// The picked ones among the first `total`.
    pub(crate) fn positions(self, total: u64) -> impl Iterator<Item = u64> {
        let first = self.offset.div_ceil(self.stride) * self.stride - self.offset;
        (first..total).step_by(usize::try_from(self.stride).unwrap_or(1))
    }
}
