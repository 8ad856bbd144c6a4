//! The books: what a taxpayer sold, bought and returned, as a pure function of seed, GSTIN and period.
//!
//! [`network`] says who sells to whom; it can be asked from both ends, so a supplier's invoice is its
//! buyer's line without either being stored. [`outward`] writes a supplier's documents, everything
//! else adds them up: `gstr1` by section, `inward` as the buyer sees them, `gstr3b`, `cmp08` and
//! `gstr4` in total. Knows `model` and the register of `taxpayers`.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use jiff::civil::Date;

use crate::{
    model::{
        period::Month,
        taxpayer::{Filing, Taxpayer},
        told::{
            Kind::{Record, Scalar},
            Part, told,
        },
    },
    taxpayers::Register,
};

mod checksum;
mod distributed;
pub mod document;
mod goods;
pub mod gstr1;
pub mod gstr2a;
pub mod gstr3b;
pub mod gstr4;
mod imports;
mod inward;
pub mod late;
pub mod network;
pub mod outward;
mod set_off;
mod standing;
pub mod summary;
mod withheld;

/// Which return the books are opened at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReturnKind {
    /// Outward supplies.
    #[default]
    Gstr1,
    /// Inward supplies, as the suppliers tell them.
    Gstr2a,
    /// The monthly or quarterly summary with the payment.
    Gstr3b,
    /// The quarterly statement of composition taxpayers.
    Cmp08,
    /// Their annual return.
    Gstr4,
}

/// What is asked of the books.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The return.
    pub of: ReturnKind,
    /// The section, by our name (`b2b`, `cdnr`, `hsn` …); `None`: the return as a whole.
    pub section: Option<String>,
    /// Only documents with this counterparty.
    pub party: Option<String>,
    /// Only documents whose place of supply is this state.
    pub place: Option<String>,
    /// Only documents uploaded on this day or later.
    pub since: Option<Date>,
    /// Only documents that wait for the taxpayer to act on, or only the others.
    pub action_required: Option<bool>,
    /// Only these documents of the section, counted from 0 in its order: a part of a large answer.
    pub window: Option<Range<u64>>,
}

/// Why a return has nothing to show, or that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The period is over, and the taxpayer owes the return for it.
    Due,
    /// The period has not ended yet.
    NotOver,
    /// The taxpayer was not registered then, or no more.
    NotRegistered,
    /// Taxpayers of this type do not file this return for this period.
    NotApplicable,
}

impl Standing {
    /// As expressions read it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::NotOver => "not-over",
            Self::NotRegistered => "not-registered",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// A taxpayer, a period, and what is asked: all that a book is a function of, besides the nation.
#[derive(Debug)]
pub struct Opened {
    /// The nation.
    pub register: Arc<Register>,
    /// Whose books these are.
    pub taxpayer: Arc<Taxpayer>,
    /// The month, or the last month of a quarter or a year.
    pub period: Month,
    /// The day they are looked at: later filings are not known yet.
    pub on: Date,
    /// What is asked.
    pub query: Query,
}

/// A taxpayer's books, opened at one period.
///
/// Sections are worked out when first asked for.
#[derive(Debug)]
pub struct Books {
    opened: Arc<Opened>,
    standing: OnceLock<Standing>,
    filing: OnceLock<Option<Filing>>,
    gstr1: gstr1::Gstr1,
    gstr2a: gstr2a::Gstr2a,
    gstr3b: OnceLock<gstr3b::Gstr3b>,
    cmp08: OnceLock<gstr4::Cmp08>,
    gstr4: OnceLock<gstr4::Gstr4>,
}

impl Books {
    /// Opens the books.
    #[must_use]
    pub fn open(opened: Opened) -> Self {
        let opened = Arc::new(opened);
        Self {
            standing: OnceLock::new(),
            filing: OnceLock::new(),
            gstr1: gstr1::Gstr1::of(Arc::clone(&opened)),
            gstr2a: gstr2a::Gstr2a::of(Arc::clone(&opened)),
            gstr3b: OnceLock::new(),
            cmp08: OnceLock::new(),
            gstr4: OnceLock::new(),
            opened,
        }
    }

    /// Whether there is something to show, or why not.
    #[must_use]
    pub fn standing(&self) -> Standing {
        *self.standing.get_or_init(|| standing::standing(&self.opened, self.opened.query.of))
    }

    /// The return as filed, where it was.
    #[must_use]
    pub fn filing(&self) -> Option<&Filing> {
        self.filing.get_or_init(|| standing::filing(&self.opened, self.opened.query.of)).as_ref()
    }

    /// Documents or rows of the query's section.
    #[must_use]
    pub fn count(&self) -> u64 {
        match (self.opened.query.of, self.opened.query.section.as_deref()) {
            (ReturnKind::Gstr1, Some(section)) => self.gstr1.count(section),
            (ReturnKind::Gstr1, None) => self.gstr1.count_all(),
            (ReturnKind::Gstr2a, section) => self.gstr2a.count(section),
            _ => 0,
        }
    }

    /// GSTR-1.
    #[must_use]
    pub fn gstr1(&self) -> &gstr1::Gstr1 {
        &self.gstr1
    }

    /// GSTR-2A.
    #[must_use]
    pub fn gstr2a(&self) -> &gstr2a::Gstr2a {
        &self.gstr2a
    }

    /// GSTR-3B.
    #[must_use]
    pub fn gstr3b(&self) -> &gstr3b::Gstr3b {
        self.gstr3b.get_or_init(|| gstr3b::Gstr3b::of(&self.opened))
    }

    /// CMP-08.
    #[must_use]
    pub fn cmp08(&self) -> &gstr4::Cmp08 {
        self.cmp08.get_or_init(|| gstr4::Cmp08::of(&self.opened))
    }

    /// GSTR-4.
    #[must_use]
    pub fn gstr4(&self) -> &gstr4::Gstr4 {
        self.gstr4.get_or_init(|| gstr4::Gstr4::of(&self.opened))
    }
}

told! { Books, BOOKS, it => {
    // MMYYYY, as asked for.
    "period": Scalar => Part::Own(it.opened.period.to_string()),
    // Why there is nothing to show, or `due`.
    "standing": Scalar => Part::Text(it.standing().as_str()),
    // Whether the return of the query was filed for the period by the day it is looked at.
    "filed": Scalar => Part::Flag(it.filing().is_some()),
    "filed_on": Scalar => Part::day_if_any(it.filing().map(|filing| filing.filed_on)),
    "arn": Scalar => it.filing().map_or(Part::Missing, |filing| Part::Text(&filing.arn)),
    // Documents or rows that the query's section has, without its window: cheap, nothing is written.
    "count": Scalar => Part::Count(i64::try_from(it.count()).unwrap_or(i64::MAX)),
    "gstr1": Record(gstr1::GSTR1) => Part::Thing(&it.gstr1),
    "gstr2a": Record(gstr2a::GSTR2A) => Part::Thing(&it.gstr2a),
    "gstr3b": Record(gstr3b::GSTR3B) => Part::Thing(it.gstr3b()),
    "cmp08": Record(gstr4::CMP08) => Part::Thing(it.cmp08()),
    "gstr4": Record(gstr4::GSTR4) => Part::Thing(it.gstr4()),
} }

#[cfg(test)]
mod tests;
