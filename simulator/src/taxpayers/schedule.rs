//! Which returns a taxpayer owes for a month, and by when: data, read from `returns.txt`.

use std::sync::LazyLock;

use jiff::civil::Date;

use crate::model::{
    period::Month,
    taxpayer::{Frequency, Taxpayer},
};

const FILE: &str = include_str!("../../../fixtures/nation/returns.txt");

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    FILE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(read).collect()
});

/// One line of the file.
pub(super) struct Rule {
    group: &'static str,
    pub(super) return_type: &'static str,
    pub(super) every: Every,
    months_after: i32,
    /// `None`: the 22nd or the 24th, by state.
    day: Option<i8>,
    first: Month,
    last: Option<Month>,
    /// How many of a hundred file it.
    pub(super) percent: u32,
}

/// For which months a return is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Every {
    /// Every one.
    Month,
    /// The last of a quarter.
    Quarter,
    /// The first two of a quarter.
    QuarterStart,
    /// March, for the financial year.
    Year,
    /// The last of a quarter, where there is something to claim.
    Claim,
}

impl Every {
    /// How many months such a return tells.
    pub(super) fn months(self) -> i32 {
        match self {
            Self::Month | Self::QuarterStart => 1,
            Self::Quarter | Self::Claim => 3,
            Self::Year => 12,
        }
    }
}

impl Rule {
    /// Whether the return is owed for this month.
    pub(super) fn covers(&self, month: Month) -> bool {
        let fits = match self.every {
            Every::Month => true,
            Every::Quarter | Every::Claim => month.ends_quarter(),
            Every::QuarterStart => !month.ends_quarter(),
            Every::Year => month.month == 3,
        };
        fits && self.first <= month && self.last.is_none_or(|last| month <= last)
    }

    /// The last day to file the return for this month in time.
    pub(super) fn due(&self, month: Month, quarterly_day: i8) -> Date {
        let due_month = month.plus(self.months_after);
        let last = due_month.last_day();
        due_month.day(self.day.unwrap_or(quarterly_day).min(last.day()))
    }
}

/// The rules for a taxpayer with their numbers, in the order a month's returns are filed.
pub(super) fn rules_for(
    taxpayer: &Taxpayer,
) -> impl Iterator<Item = (u32, &'static Rule)> + Clone + use<> {
    let (group, also) = groups(taxpayer);
    (0..).zip(RULES.iter()).filter(move |(_, rule)| rule.group == group || Some(rule.group) == also)
}

/// Whether taxpayers like this one owe this return for this month.
pub(crate) fn owes(taxpayer: &Taxpayer, return_type: &str, month: Month) -> bool {
    rules_for(taxpayer).any(|(_, rule)| rule.return_type == return_type && rule.covers(month))
}

/// The groups of rules a taxpayer is under.
fn groups(taxpayer: &Taxpayer) -> (&'static str, Option<&'static str>) {
    match taxpayer.taxpayer_type.as_ref() {
        "Composition" => ("composition", None),
        "Input Service Distributor (ISD)" => ("distributor", None),
        "Tax Deductor" => ("deductor", None),
        "Tax Collector (Electronic Commerce Operator)" => ("collector", None),
        "Non Resident Taxable Person" => ("non-resident", None),
        "Non Resident Online Services Provider" => ("online-services", None),
        "United Nation Body"
        | "Consulate or Embassy of Foreign Country"
        | "Other notified person"
        | "Government Department ID" => ("notified", None),
        _ if taxpayer.frequency == Frequency::Quarterly => ("quarterly", None),
        _ if taxpayer.einvoice => ("monthly", Some("monthly-large")),
        _ => ("monthly", None),
    }
}

fn read(row: &'static str) -> Rule {
    let mut columns = row.split('|');
    let mut next = || columns.next().expect("a column for each name in the file's head");
    Rule {
        group: next(),
        return_type: next(),
        every: match next() {
            "month" => Every::Month,
            "quarter" => Every::Quarter,
            "quarter-start" => Every::QuarterStart,
            "year" => Every::Year,
            "claim" => Every::Claim,
            other => panic!("`{other}` is no period of returns.txt"),
        },
        months_after: next().parse().expect("a number of months"),
        day: next().parse().ok(),
        first: month(next()).expect("a first period"),
        last: month(next()),
        percent: next().parse().expect("a share in percent"),
    }
}

/// Reads `MMYYYY`.
pub(super) fn month(text: &str) -> Option<Month> {
    let (month, year) = text.split_at_checked(2)?;
    let month = Month { year: year.parse().ok()?, month: month.parse().ok()? };
    (text.len() == 6 && (1..=12).contains(&month.month)).then_some(month)
}
