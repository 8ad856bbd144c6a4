//! One meter: how much of one limit one caller has used, by the tenant's clock.
//!
//! The clock may be set to any time. Time that passes gives back what it should; a clock that is set
//! back gives nothing back, so calls let through are never more than the time that was seen to pass
//! allows.

use crate::model::period::{FinancialYear, Month, ist_date, ist_midnight_ms};

/// Calls in flight overtake each other: one that is so much late still belongs to the time before.
const LATE_MS: i64 = 2_000;

/// For how long a number of calls is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Per {
    /// So many milliseconds from the first call on.
    Ms(i64),
    /// A day in India, from midnight to midnight.
    Day,
    /// A month in India.
    Month,
    /// A financial year, from 1 April.
    FinancialYear,
    /// For ever.
    Ever,
}

/// What happens when a limit is used up, besides being refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    /// All calls are refused for so long.
    pub ms: i64,
    /// A call that is refused begins the time anew.
    pub renews: bool,
    /// It locks with the last one that counts, not with the first one that is refused.
    pub when_full: bool,
}

/// How much may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// So many.
    pub most: u64,
    /// In this time.
    pub per: Per,
    /// As a bucket that holds so many and is filled evenly; else each span of time begins with all.
    pub burst: Option<u64>,
    /// What happens when it is used up.
    pub lock: Option<Lock>,
}

/// How a limit stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// How much there is at the most.
    pub most: u64,
    /// How much is used.
    pub used: u64,
    /// When there is more, or all of it again, in epoch milliseconds; `None`: never by itself.
    pub resets_at_ms: Option<i64>,
    /// Whether all is refused until then, whatever is left.
    pub locked: bool,
}

impl Standing {
    /// How much is left.
    #[must_use]
    pub fn left(&self) -> u64 {
        if self.locked { 0 } else { self.most.saturating_sub(self.used) }
    }
}

/// How much is used.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    /// The rule it was last read by.
    pub(super) rule: Rule,
    state: State,
    locked_until_ms: Option<i64>,
}

#[derive(Clone, Debug)]
enum State {
    /// What is in the bucket, in parts of which one call takes as many as there are milliseconds in
    /// the rule's time: so filling needs no fractions.
    Bucket { level: u64, at_ms: i64 },
    /// The span of time opened last, and the one before: stragglers, and a clock that is set back
    /// for a while, find what they had used there.
    Spans { last: Option<Span>, before: Option<Span> },
}

#[derive(Clone, Copy, Debug)]
struct Span {
    from_ms: i64,
    to_ms: i64,
    used: u64,
}

impl Span {
    fn holds(&self, at_ms: i64) -> bool {
        (self.from_ms..self.to_ms).contains(&at_ms) || self.to_ms == i64::MAX
    }
}

/// The span of a calendar that a moment is in.
fn calendar(per: Per, at_ms: i64) -> (i64, i64) {
    let day = ist_date(at_ms);
    let (first, next) = match per {
        Per::Ms(length) => return (at_ms, at_ms.saturating_add(length)),
        Per::Ever => return (i64::MIN, i64::MAX),
        Per::Day => (day, day.tomorrow().unwrap_or(day)),
        Per::Month => (Month::of(day).first_day(), Month::of(day).plus(1).first_day()),
        Per::FinancialYear => {
            let year = FinancialYear::of(day);
            (year.first_day(), FinancialYear::starting_in(year.start_year() + 1).first_day())
        }
    };
    (ist_midnight_ms(first), ist_midnight_ms(next))
}

impl Rule {
    /// How many calls a bucket holds.
    fn capacity(&self) -> u64 {
        self.burst.unwrap_or(self.most)
    }

    /// Parts of the bucket that one call takes.
    fn parts(&self) -> u64 {
        match self.per {
            Per::Ms(length) => u64::try_from(length).unwrap_or(1).max(1),
            // Files cannot say so; a day is as good as any.
            Per::Day | Per::Month | Per::FinancialYear | Per::Ever => 86_400_000,
        }
    }

    fn is_bucket(&self) -> bool {
        self.burst.is_some()
    }
}

impl Meter {
    /// One of which nothing is used.
    pub(super) fn new(rule: Rule, at_ms: i64) -> Self {
        Self { rule, state: State::fresh(&rule, at_ms), locked_until_ms: None }
    }

    /// Brings the meter to this time and rule.
    pub(super) fn settle(&mut self, rule: Rule, at_ms: i64) {
        let same = self.rule.is_bucket() == rule.is_bucket() && self.rule.per == rule.per;
        if !same {
            self.state = State::fresh(&rule, at_ms);
        }
        self.rule = rule;
        let lock_ms = rule.lock.map_or(0, |lock| lock.ms);
        if let Some(until_ms) = self.locked_until_ms {
            // One that would last longer than a lock does was made by a clock that has been set back.
            let in_vain = until_ms > at_ms.saturating_add(lock_ms).saturating_add(LATE_MS);
            if until_ms <= at_ms || in_vain {
                self.locked_until_ms = None;
                self.state = State::fresh(&rule, at_ms);
            }
        }
        match &mut self.state {
            State::Bucket { level, at_ms: filled_ms } => {
                let full = rule.capacity().saturating_mul(rule.parts());
                if let Ok(passed) = u64::try_from(at_ms.saturating_sub(*filled_ms)) {
                    *level = level.saturating_add(passed.saturating_mul(rule.most)).min(full);
                    *filled_ms = at_ms;
                } else {
                    *level = (*level).min(full);
                    if filled_ms.saturating_sub(at_ms) > LATE_MS {
                        *filled_ms = at_ms;
                    }
                }
            }
            State::Spans { last, before } => {
                let holds = |span: &Option<Span>| span.is_some_and(|span| span.holds(at_ms));
                if holds(last) {
                } else if holds(before) {
                    std::mem::swap(last, before);
                } else if let (Some(span), Per::Ms(length)) = (last.as_mut(), rule.per)
                    && (0..=LATE_MS).contains(&span.from_ms.saturating_sub(at_ms))
                {
                    (span.from_ms, span.to_ms) = (at_ms, at_ms.saturating_add(length));
                } else {
                    let (from_ms, to_ms) = calendar(rule.per, at_ms);
                    *before = last.replace(Span { from_ms, to_ms, used: 0 });
                }
            }
        }
    }

    /// Whether so much is left; call it when the meter is settled.
    pub(super) fn has(&self, needs: u64) -> bool {
        self.locked_until_ms.is_none()
            && match &self.state {
                State::Bucket { level, .. } => needs.saturating_mul(self.rule.parts()) <= *level,
                State::Spans { .. } => self.used().saturating_add(needs) <= self.rule.most,
            }
    }

    /// Takes so much, whether it is there or not.
    pub(super) fn take(&mut self, takes: u64, at_ms: i64) {
        match &mut self.state {
            State::Bucket { level, .. } => {
                *level = level.saturating_sub(takes.saturating_mul(self.rule.parts()));
            }
            State::Spans { last: Some(span), .. } => span.used = span.used.saturating_add(takes),
            State::Spans { last: None, .. } => {}
        }
        if let Some(lock) = self.rule.lock.filter(|lock| lock.when_full && takes > 0)
            && !self.has(1)
            && self.locked_until_ms.is_none()
        {
            self.locked_until_ms = Some(at_ms.saturating_add(lock.ms));
        }
    }

    /// What being refused brings about.
    pub(super) fn refuse(&mut self, at_ms: i64) {
        if let Some(lock) = self.rule.lock
            && (lock.renews || self.locked_until_ms.is_none())
        {
            self.locked_until_ms = Some(at_ms.saturating_add(lock.ms));
        }
    }

    fn used(&self) -> u64 {
        match &self.state {
            State::Bucket { level, .. } => {
                self.rule.capacity().saturating_sub(level / self.rule.parts())
            }
            State::Spans { last, .. } => last.map_or(0, |span| span.used),
        }
    }

    /// How it stands, for who needs so much at once; call it when the meter is settled.
    pub(super) fn standing(&self, needs: u64, at_ms: i64) -> Standing {
        let resets_at_ms = self.locked_until_ms.or_else(|| match &self.state {
            State::Bucket { level, .. } => {
                let wanted = needs.max(1).saturating_mul(self.rule.parts()).saturating_sub(*level);
                let ms = (self.rule.most > 0).then(|| wanted.div_ceil(self.rule.most))?;
                Some(at_ms.saturating_add(i64::try_from(ms).ok()?))
            }
            State::Spans { last, .. } => {
                let to_ms = match last {
                    Some(span) => span.to_ms,
                    None => calendar(self.rule.per, at_ms).1,
                };
                (to_ms != i64::MAX).then_some(to_ms)
            }
        });
        Standing {
            most: if self.rule.is_bucket() { self.rule.capacity() } else { self.rule.most },
            used: self.used(),
            resets_at_ms,
            locked: self.locked_until_ms.is_some(),
        }
    }
}

impl State {
    fn fresh(rule: &Rule, at_ms: i64) -> Self {
        if rule.is_bucket() {
            Self::Bucket { level: rule.capacity().saturating_mul(rule.parts()), at_ms }
        } else {
            Self::Spans { last: None, before: None }
        }
    }
}
