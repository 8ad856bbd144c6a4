//! Whether a return is due for a period, and whether it was filed.

use jiff::civil::Date;

use super::{Opened, ReturnKind, Standing};
use crate::model::{
    period::{GST_BEGAN, Month},
    taxpayer::{Filing, Taxpayer},
};

impl ReturnKind {
    /// As it stands in the list of filings; GSTR-2A is filed by nobody.
    #[must_use]
    pub const fn return_type(self) -> &'static str {
        match self {
            Self::Gstr1 => "GSTR1",
            Self::Gstr2a => "GSTR2A",
            Self::Gstr3b => "GSTR3B",
            Self::Cmp08 => "CMP08",
            Self::Gstr4 => "GSTR4",
        }
    }
}

impl Standing {
    /// Where the return that is asked for stands.
    pub(super) fn of(opened: &Opened, kind: ReturnKind) -> Self {
        let Opened { taxpayer, period, on, .. } = opened;
        if Month::of(*on) <= *period {
            return Self::NotOver;
        }
        let Some(months) = months_told(opened, kind) else { return Self::NotApplicable };
        let first = period.plus(1 - months).first_day();
        if is_registered(taxpayer, first, period.last_day()) {
            Self::Due
        } else {
            Self::NotRegistered
        }
    }
}

/// The return as filed by the day it is looked at.
///
/// For the first two months of a quarter, who files by the quarter furnishes invoices instead.
pub(super) fn filing(opened: &Opened, kind: ReturnKind) -> Option<Filing> {
    let find = |return_type| {
        opened.register.filing(&opened.taxpayer, return_type, opened.period, opened.on)
    };
    match kind {
        ReturnKind::Gstr2a => None,
        ReturnKind::Gstr1 => find("GSTR1").or_else(|| find("IFF")),
        kind => find(kind.return_type()),
    }
}

/// How many months the return tells, the period's being the last; `None` where taxpayers like
/// this one do not file it for this period.
pub(super) fn months_told(opened: &Opened, kind: ReturnKind) -> Option<i32> {
    let Opened { register, taxpayer, period, .. } = opened;
    let owed = |return_type, period| register.owed(taxpayer, return_type, period);
    match kind {
        ReturnKind::Gstr1 => owed("GSTR1", *period).or_else(|| owed("IFF", *period)),
        // Whoever files summary returns has a monthly view of what was bought.
        ReturnKind::Gstr2a => {
            return owed("GSTR3B", *period)
                .or_else(|| owed("GSTR3B", period.quarter_end()))
                .map(|_| 1);
        }
        kind => owed(kind.return_type(), *period),
    }
    .map(|owed| owed.months)
}

/// Whether there is a day on which it trades.
fn is_registered(taxpayer: &Taxpayer, first: Date, last: Date) -> bool {
    let begins = taxpayer.registered_on.max(GST_BEGAN);
    begins <= last
        && crate::taxpayers::stopped_on(taxpayer)
            .is_none_or(|stopped| first <= stopped && begins <= stopped)
}
