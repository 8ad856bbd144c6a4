//! Whether there is something to show in a return, or why not; and how it was filed.

use jiff::civil::Date;

use super::{Opened, ReturnKind, Standing, outward::Role};
use crate::{
    model::{
        period::{GST_BEGAN, Month},
        taxpayer::{Filing, Frequency, Taxpayer},
    },
    taxpayers::{Register, owes, stopped_on},
};

/// How a return stands.
pub(crate) fn standing(opened: &Opened, kind: ReturnKind) -> Standing {
    let (taxpayer, period) = (&*opened.taxpayer, opened.period);
    if !is_for(taxpayer, kind) {
        return Standing::NotApplicable;
    }
    if period.last_day() >= opened.on {
        return Standing::NotOver;
    }
    let span = span(taxpayer, kind, period);
    let stops_before = stopped_on(taxpayer).is_some_and(|stop| stop < span.first_day());
    if period.last_day() < taxpayer.registered_on.max(GST_BEGAN) || stops_before {
        return Standing::NotRegistered;
    }
    if return_type(&opened.register, taxpayer, kind, period, opened.on).is_none() {
        return Standing::NotApplicable;
    }
    Standing::Due
}

/// The return as filed by the day the books are looked at.
pub(crate) fn filing(opened: &Opened, kind: ReturnKind) -> Option<Filing> {
    let (register, taxpayer, on) = (&opened.register, &*opened.taxpayer, opened.on);
    let return_type = return_type(register, taxpayer, kind, opened.period, on)?;
    register.filing(taxpayer, return_type, opened.period, on)
}

/// Whether taxpayers of this type meet this return at all.
fn is_for(taxpayer: &Taxpayer, kind: ReturnKind) -> bool {
    match kind {
        ReturnKind::Gstr1 | ReturnKind::Gstr2a | ReturnKind::Gstr3b => {
            matches!(Role::of(taxpayer), Role::Ordinary | Role::Zone)
        }
        ReturnKind::Cmp08 | ReturnKind::Gstr4 => Role::of(taxpayer) == Role::Composition,
    }
}

/// The first month that a return for this period is about.
fn span(taxpayer: &Taxpayer, kind: ReturnKind, period: Month) -> Month {
    let by_quarter =
        |name| taxpayer.frequency == Frequency::Quarterly && owes(taxpayer, name, period);
    match kind {
        ReturnKind::Gstr1 if by_quarter("GSTR1") => period.plus(-2),
        // Before 2021 it was filed by the month, by everybody.
        ReturnKind::Gstr3b
            if by_quarter("GSTR3B") && !owes(taxpayer, "GSTR3B", period.plus(-1)) =>
        {
            period.plus(-2)
        }
        ReturnKind::Cmp08 => period.plus(-2),
        ReturnKind::Gstr4 => period.plus(-11),
        _ => period,
    }
}

/// The type of the return as it is filed; `None` where none is owed for the period.
fn return_type(
    register: &Register,
    taxpayer: &Taxpayer,
    kind: ReturnKind,
    period: Month,
    on: Date,
) -> Option<&'static str> {
    let owed = |name: &'static str| owes(taxpayer, name, period).then_some(name);
    match kind {
        ReturnKind::Gstr1 => owed("GSTR1").or_else(|| {
            let furnished = || register.filing(taxpayer, "IFF", period, on).is_some();
            owed("IFF").filter(|_| furnished())
        }),
        // Nobody files it; it is there for whoever files a summary return.
        ReturnKind::Gstr2a => Some("GSTR2A"),
        ReturnKind::Gstr3b => owed("GSTR3B"),
        ReturnKind::Cmp08 => owed("CMP08"),
        // Until March 2019 a quarterly return had this name.
        ReturnKind::Gstr4 => owed("GSTR4").filter(|_| period >= Month { year: 2020, month: 3 }),
    }
}
