//! Which months a return tells, and in which return a month is told.

use super::Seller;
use crate::{model::period::Month, taxpayers::owes};

impl Seller<'_> {
    /// The return in which a month's documents with registered persons are told; `None` where no
    /// return will tell them.
    #[must_use]
    pub fn told_in(&self, month: Month) -> Option<Month> {
        let furnished = || self.register.filing(self.taxpayer, "IFF", month, self.on).is_some();
        if !owes(self.taxpayer, "GSTR1", month) && owes(self.taxpayer, "IFF", month) && furnished()
        {
            return Some(month);
        }
        self.rest_told_in(month)
    }

    /// The same for everything else.
    #[must_use]
    pub fn rest_told_in(&self, month: Month) -> Option<Month> {
        [month, month.quarter_end()]
            .into_iter()
            .find(|period| owes(self.taxpayer, "GSTR1", *period))
    }

    /// The months whose documents with registered persons a return tells, oldest first.
    #[must_use]
    pub fn months_of(&self, period: Month) -> Vec<Month> {
        self.months(period, |month| self.told_in(month))
    }

    /// The months whose other sales a return tells, oldest first.
    #[must_use]
    pub fn rest_months_of(&self, period: Month) -> Vec<Month> {
        self.months(period, |month| self.rest_told_in(month))
    }

    fn months(&self, period: Month, told_in: impl Fn(Month) -> Option<Month>) -> Vec<Month> {
        (-2..=0)
            .map(|back| period.plus(back))
            .filter(|month| self.days_of(*month).is_some() && told_in(*month) == Some(period))
            .collect()
    }
}
