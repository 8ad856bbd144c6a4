//! What a taxpayer has filed: what is told of it by hand, and what the schedule gives.

use jiff::civil::Date;

use super::{
    Owed, Register,
    filings::{Filings, quarterly_day},
    persona::PersonaFiling,
    schedule,
};
use crate::model::{
    period::{FinancialYear, Month},
    taxpayer::{Filing, Taxpayer},
};

impl Register {
    /// All returns filed up to and including a day, newest filing first.
    #[must_use]
    pub fn filings(&self, taxpayer: &Taxpayer, on: Date) -> Vec<Filing> {
        let known = self.known(taxpayer, on);
        known.merge(|| Filings::new(self.seed, taxpayer, on).all(), |_| true)
    }

    /// The filed returns for the periods of a financial year, newest filing first.
    #[must_use]
    pub fn filings_of_year(
        &self,
        taxpayer: &Taxpayer,
        year: FinancialYear,
        on: Date,
    ) -> Vec<Filing> {
        let in_year = |filing: &Filing| {
            let month = i8::try_from(filing.period_month).unwrap_or(1).clamp(1, 12);
            year.contains(jiff::civil::date(filing.period_year, month, 1))
        };
        let known = self.known(taxpayer, on);
        known.merge(|| Filings::new(self.seed, taxpayer, on).of_year(year), in_year)
    }

    /// The returns filed on the days of a financial year, newest filing first.
    #[must_use]
    pub fn filings_filed_in_year(
        &self,
        taxpayer: &Taxpayer,
        year: FinancialYear,
        on: Date,
    ) -> Vec<Filing> {
        let mut filings = self.filings(taxpayer, on.min(year.last_day()));
        filings.retain(|filing| year.contains(filing.filed_on));
        filings
    }

    /// The return of one type for one period, where it was filed by a day; cheap.
    #[must_use]
    pub fn filing(
        &self,
        taxpayer: &Taxpayer,
        return_type: &str,
        period: Month,
        on: Date,
    ) -> Option<Filing> {
        let wanted = |filing: &Filing| {
            filing.return_type == return_type
                && filing.period_year == period.year
                && i8::try_from(filing.period_month) == Ok(period.month)
        };
        let known = self.known(taxpayer, on);
        known
            .merge(|| Filings::new(self.seed, taxpayer, on).of_month(period), wanted)
            .into_iter()
            .find(wanted)
    }

    /// The newest filing; cheap.
    #[must_use]
    pub fn last_filing(&self, taxpayer: &Taxpayer, on: Date) -> Option<Filing> {
        let gstin = taxpayer.gstin.as_ref();
        // A persona has few filings of its own, or is asked for seldom.
        if self.by_gstin.contains_key(gstin) || self.change_of(gstin).is_some() {
            return self.filings(taxpayer, on).into_iter().next();
        }
        Filings::new(self.seed, taxpayer, on).last()
    }

    /// What taxpayers like this one owe as a return for a period; `None` where they do not.
    ///
    /// Whether this one was registered then is not asked.
    #[must_use]
    pub fn owed(&self, taxpayer: &Taxpayer, return_type: &str, period: Month) -> Option<Owed> {
        let (_, rule) = schedule::rules_for(taxpayer)
            .find(|(_, rule)| rule.return_type == return_type && rule.covers(period))?;
        let quarterly_day = quarterly_day(taxpayer);
        Some(Owed { due: rule.due(period, quarterly_day), months: rule.every.months() })
    }

    /// What the file of a persona says of its filings.
    fn known(&self, taxpayer: &Taxpayer, on: Date) -> Known {
        let told = self.change_of(&taxpayer.gstin).and_then(|change| change.filings.as_deref());
        if let Some(filings) = told {
            return Known::of(true, filings, taxpayer, on);
        }
        let Some(index) = self.by_gstin.get(taxpayer.gstin.as_ref()) else {
            return Known { all: false, filings: Vec::new() };
        };
        let persona = &self.entries[*index].persona;
        let own = persona.filings.as_ref().unwrap_or(&persona.known_filings);
        Known::of(persona.filings.is_some(), own, taxpayer, on)
    }
}

/// Filings that a persona's file tells.
struct Known {
    /// Whether there are no others.
    all: bool,
    /// Each with whether it has been filed by the day that is asked about.
    filings: Vec<(bool, Filing)>,
}

impl Known {
    fn of(all: bool, own: &[PersonaFiling], taxpayer: &Taxpayer, on: Date) -> Self {
        let filings = (1..)
            .zip(own)
            .filter_map(|(serial, own)| own.filing(&taxpayer.state_code, serial))
            .map(|filing| (filing.filed_on <= on, filing));
        Self { all, filings: filings.collect() }
    }

    /// The file's filings that are `wanted`, and the schedule's where the file has none.
    fn merge(
        self,
        scheduled: impl FnOnce() -> Vec<Filing>,
        wanted: impl Fn(&Filing) -> bool,
    ) -> Vec<Filing> {
        if self.filings.is_empty() && !self.all {
            return scheduled();
        }
        let mut filings = if self.all { Vec::new() } else { scheduled() };
        let key = |filing: &Filing| (filing.period_year, filing.period_month);
        filings.retain(|filing| {
            !self
                .filings
                .iter()
                .any(|(_, own)| own.return_type == filing.return_type && key(own) == key(filing))
        });
        filings.extend(
            self.filings
                .into_iter()
                .filter(|(filed, own)| *filed && wanted(own))
                .map(|(_, own)| own),
        );
        filings.sort_by_key(|filing| std::cmp::Reverse((filing.filed_on, key(filing))));
        filings
    }
}
