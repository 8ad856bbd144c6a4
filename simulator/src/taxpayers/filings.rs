//! The returns a taxpayer has filed, as a pure function of seed and taxpayer.
//!
//! Each month has its own stream of random numbers, so that the last filing can be told without
//! the ones before it. A return is late by at most eighteen days: the next month's is never
//! before it, as GSTN wants.

use std::borrow::Cow;

use jiff::civil::Date;

use super::{
    crowd::day_after,
    identity::spread,
    nation::nation,
    schedule::{Every, Rule, rules_for},
};
use crate::model::{
    dice::Dice,
    gstin::make_arn,
    period::{FinancialYear, GST_BEGAN, Month},
    taxpayer::{Filing, Taxpayer},
};

/// Names the stream of random numbers for one month's returns.
const PURPOSE: u64 = 0x0066_696c_6500;

/// Apart in the row of serials: coprime to a million, so that serials stay unique.
const SERIAL_STRIDE: u64 = 7_919;

/// The day after which a taxpayer neither trades nor files, but for the final return.
pub(crate) fn stopped_on(taxpayer: &Taxpayer) -> Option<Date> {
    match taxpayer.status.as_ref() {
        "Suspended" | "Inactive" => Some(taxpayer.updated_on),
        "Provisional" => Some(GST_BEGAN),
        _ => taxpayer.cancelled_on,
    }
}

/// The returns of one taxpayer.
pub(super) struct Filings<'a> {
    seed: u64,
    taxpayer: &'a Taxpayer,
    /// No period before this one.
    first: Month,
    /// No filing after this day but the final return.
    last_day: Date,
    on: Date,
    quarterly_day: i8,
    first_serial: u64,
}

impl<'a> Filings<'a> {
    pub(super) fn new(seed: u64, taxpayer: &'a Taxpayer, on: Date) -> Self {
        let stopped = stopped_on(taxpayer);
        Self {
            seed,
            taxpayer,
            first: Month::of(taxpayer.registered_on.max(GST_BEGAN)),
            last_day: stopped.map_or(on, |day| day.min(on)),
            on,
            quarterly_day: quarterly_day(taxpayer),
            first_serial: spread(seed, taxpayer.gstin.as_bytes()) % 1_000_000,
        }
    }

    /// All of them, newest filing first.
    pub(super) fn all(&self) -> Vec<Filing> {
        self.between(self.first, Month::of(self.on).plus(-1))
    }

    /// Those for the periods of one financial year, newest filing first.
    pub(super) fn of_year(&self, year: FinancialYear) -> Vec<Filing> {
        let april = Month::of(year.first_day());
        self.between(april, year.annual_period())
    }

    /// Those for one month, by the yearly rules too.
    pub(super) fn of_month(&self, month: Month) -> Vec<Filing> {
        self.between(month, month)
    }

    fn between(&self, first: Month, last: Month) -> Vec<Filing> {
        let (first, last) = (first.max(self.first), last.min(Month::of(self.on).plus(-1)));
        let mut filed = Vec::new();
        let mut month = first;
        while month <= last {
            self.add(month, false, &mut filed);
            self.add(month, true, &mut filed);
            month = month.plus(1);
        }
        let of_interest = |filing: &Filed| first <= filing.month && filing.month <= last;
        filed.extend(self.final_return().filter(of_interest));
        self.finish(filed)
    }

    /// The newest one.
    pub(super) fn last(&self) -> Option<Filing> {
        let mut filed = Vec::with_capacity(8);
        filed.extend(self.final_return());
        let newest = Month::of(self.last_day).plus(-1);
        let mut month = newest;
        // A return can be filed up to two months after its period, a yearly one within eleven;
        // so with two months more than the first that has one, none can be newer.
        let mut months_left = 3;
        while month >= self.first && months_left > 0 {
            let before = filed.len();
            self.add(month, false, &mut filed);
            if filed.len() > before || months_left < 3 {
                months_left -= 1;
            }
            month = month.plus(-1);
        }
        let march = FinancialYear::of(self.last_day).first_day();
        for back in [1, 13] {
            let month = Month::of(march).plus(-back);
            if month >= self.first {
                self.add(month, true, &mut filed);
            }
        }
        filed.sort_unstable_by_key(Filed::rank);
        filed.last().map(|newest| self.filing(newest))
    }

    /// Adds what was filed for a month, by the yearly rules or by all others.
    ///
    /// The two have streams of their own: whether one is asked for changes nothing in the other.
    fn add(&self, month: Month, yearly: bool, filed: &mut Vec<Filed>) {
        let mut rules = rules_for(self.taxpayer)
            .filter(|(_, rule)| rule.covers(month) && (rule.every == Every::Year) == yearly)
            .peekable();
        if rules.peek().is_none() {
            return;
        }
        let mut dice = self.dice(month, if yearly { PURPOSE + 1 } else { PURPOSE });
        let mut not_before = month.plus(1).first_day().max(self.taxpayer.registered_on);
        for (number, rule) in rules {
            let is_filed = dice.percent(rule.percent);
            let day = filing_day(rule, rule.due(month, self.quarterly_day), &mut dice);
            let mode = if dice.percent(98) { "ONLINE" } else { "OFFLINE" };
            let series = if dice.percent(90) { "AA" } else { "AB" };
            // The summary return follows the list of supplies, and a yearly one that is due soon
            // after the year ends follows the year's last return.
            if yearly && day < month.plus(3).first_day() {
                let mut filed = Vec::with_capacity(4);
                self.add(month, false, &mut filed);
                let Some(last) = filed.iter().map(|one| one.day).max() else { return };
                not_before = not_before.max(last);
            }
            let day = day.max(not_before);
            if day > self.last_day {
                return;
            }
            if is_filed {
                let return_type = rule.return_type;
                filed.push(Filed { month, number, return_type, day, mode, series });
                not_before = day;
            } else if yearly {
                // The reconciliation goes with the annual return, never without it.
                return;
            }
        }
    }

    fn dice(&self, month: Month, purpose: u64) -> Dice {
        let mut key = [0; 19];
        let gstin = self.taxpayer.gstin.as_bytes();
        let length = gstin.len().min(15);
        key[..length].copy_from_slice(&gstin[..length]);
        key[15..].copy_from_slice(&month.index().to_le_bytes());
        Dice::new(self.seed, purpose, &key)
    }

    /// GSTR10, which ends a cancelled registration.
    fn final_return(&self) -> Option<Filed> {
        let cancelled_on = self.taxpayer.cancelled_on?;
        let mut dice = Dice::new(self.seed, PURPOSE + 2, self.taxpayer.gstin.as_bytes());
        let is_filed = dice.percent(60);
        let day = day_after(cancelled_on, 31 + dice.below(60));
        (is_filed && day <= self.on).then_some(Filed {
            month: Month::of(cancelled_on),
            number: 31,
            return_type: "GSTR10",
            day,
            mode: "ONLINE",
            series: "AA",
        })
    }

    fn finish(&self, mut filed: Vec<Filed>) -> Vec<Filing> {
        filed.sort_unstable_by_key(|one| std::cmp::Reverse(one.rank()));
        filed.iter().map(|one| self.filing(one)).collect()
    }

    fn filing(&self, filed: &Filed) -> Filing {
        let place = u64::try_from(filed.month.index()).unwrap_or(0) * 32 + u64::from(filed.number);
        let serial = (self.first_serial + place * SERIAL_STRIDE) % 1_000_000;
        let period_month = filed.month.month.unsigned_abs();
        Filing {
            return_type: Cow::Borrowed(filed.return_type),
            period_month,
            period_year: filed.month.year,
            filed_on: filed.day,
            arn: make_arn(
                filed.series,
                &self.taxpayer.state_code,
                period_month,
                filed.month.year,
                u32::try_from(serial).unwrap_or(0),
            )
            .into(),
            mode: Cow::Borrowed(filed.mode),
            status: Cow::Borrowed("Filed"),
            valid: true,
        }
    }
}

/// A filing before its texts are written.
struct Filed {
    month: Month,
    /// The number of its rule, which also orders the returns of one day.
    number: u32,
    return_type: &'static str,
    day: Date,
    mode: &'static str,
    series: &'static str,
}

impl Filed {
    /// Older first.
    fn rank(&self) -> (Date, Month, u32) {
        (self.day, self.month, self.number)
    }
}

/// The day of the month on which a quarterly summary return is due in the taxpayer's state.
pub(super) fn quarterly_day(taxpayer: &Taxpayer) -> i8 {
    nation().region(&taxpayer.state_code).map_or(24, |region| region.quarterly_day)
}

/// Most file in the last days before the due date, some are late.
fn filing_day(rule: &Rule, due: Date, dice: &mut Dice) -> Date {
    let late = dice.percent(13);
    if late {
        return day_after(due, 1 + dice.below(18));
    }
    let early = match rule.every {
        Every::Year => dice.below(70),
        _ => dice.below(5),
    };
    due.checked_sub(jiff::Span::new().days(i64::try_from(early).unwrap_or(0))).unwrap_or(due)
}
