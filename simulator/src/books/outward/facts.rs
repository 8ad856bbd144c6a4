//! What follows from a taxpayer alone: whether it sells and buys, how much, in how many invoices.

use jiff::civil::Date;

use crate::{
    books::{document::Paise, network::Many},
    model::{
        dice::QuickDice,
        period::GST_BEGAN,
        taxpayer::{Frequency, Taxpayer},
    },
    taxpayers::stopped_on,
};

/// A lakh of rupees.
const LAKH: Paise = 100_000 * 100;

/// What a taxpayer is in trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Sells and buys.
    Ordinary,
    /// In a special economic zone: buys, and sells abroad.
    Zone,
    /// Under the composition scheme: buys, and sells without showing tax.
    Composition,
    /// Holds a UIN: buys.
    Uin,
    /// Deductors, collectors, distributors and whoever comes from abroad: no party to an invoice.
    Aside,
}

impl Role {
    pub(crate) fn of(taxpayer: &Taxpayer) -> Self {
        match taxpayer.taxpayer_type.as_ref() {
            "Composition" => Self::Composition,
            "SEZ Unit" | "SEZ Developer" => Self::Zone,
            "United Nation Body"
            | "Consulate or Embassy of Foreign Country"
            | "Other notified person" => Self::Uin,
            "Input Service Distributor (ISD)"
            | "Tax Deductor"
            | "Tax Collector (Electronic Commerce Operator)"
            | "Non Resident Taxable Person"
            | "Non Resident Online Services Provider"
            | "Government Department ID" => Self::Aside,
            _ => Self::Ordinary,
        }
    }
}

/// Whether a taxpayer is registered, and not suspended, on all these days.
pub(crate) fn trades(taxpayer: &Taxpayer, from: Date, to: Date) -> bool {
    taxpayer.registered_on.max(GST_BEGAN) <= from
        && stopped_on(taxpayer).is_none_or(|stop| to <= stop)
}

/// What an invoice to a firm of this size, or to a consumer, is about at the most, on average: so
/// nobody buys far more than it sells.
pub(crate) fn most_at_once(buyer: Option<&Taxpayer>) -> Paise {
    let Some(buyer) = buyer else { return 3 * LAKH };
    match (Role::of(buyer), buyer.frequency) {
        (Role::Zone, _) => Paise::MAX,
        _ if buyer.einvoice => Paise::MAX,
        (Role::Composition | Role::Uin, _) => LAKH / 4,
        (_, Frequency::Quarterly) => LAKH * 35 / 100,
        _ => LAKH * 9 / 10,
    }
}

/// How a seller sells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) role: Role,
    size: Size,
    /// How many of its edges it uses.
    pub(crate) edges: u32,
    /// What an invoice to a firm is about, on average.
    pub(crate) ticket: Paise,
    /// Taxed sales to consumers in a month, on average.
    pub(crate) consumers: Paise,
    /// Sales without tax in a month, on average.
    pub(crate) untaxed: Paise,
    /// All that is sold in a month, on average.
    pub(crate) turnover: Paise,
    /// Invoices abroad in a month, on average.
    pub(crate) exports: u64,
    /// Whether tax is paid on them.
    pub(crate) exports_with_payment: bool,
    /// Whether it sells to consumers at all, from a shop.
    pub(crate) has_shop: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    Small,
    Middle,
    Large,
}

impl Facts {
    pub(crate) fn of(taxpayer: &Taxpayer, many: Option<Many>, dice: QuickDice) -> Self {
        let mut dice = dice.fork(1);
        let role = Role::of(taxpayer);
        let size = match (role, taxpayer.frequency) {
            (Role::Composition, _) => Size::Small,
            (Role::Zone, _) => Size::Large,
            _ if taxpayer.einvoice || many.is_some() => Size::Large,
            (_, Frequency::Monthly) if dice.percent(70) => Size::Middle,
            _ if dice.percent(40) => Size::Middle,
            _ => Size::Small,
        };
        let retail = taxpayer.natures.first().is_some_and(|nature| nature == "Retail Business");
        let abroad = taxpayer
            .natures
            .iter()
            .any(|nature| matches!(nature.as_ref(), "Export" | "EOU / STP / EHTP"));
        let (edges, mean_tenths, turnover) = match size {
            // The composition scheme ends at 1.5 crore a year.
            Size::Small if role == Role::Composition => (0, 10, amount(&mut dice, 2, 10)),
            Size::Small => (3 + dice.below(4), 9, amount(&mut dice, 1, 9)),
            Size::Middle => (8 + dice.below(7), 16, amount(&mut dice, 10, 38)),
            Size::Large => (18 + dice.below(7), 30, amount(&mut dice, 60, 900)),
        };
        let edges = if retail { edges / 2 + 1 } else { edges };
        let edges = if role == Role::Ordinary { u32::try_from(edges).unwrap_or(0) } else { 0 };
        let exports = match size {
            _ if role == Role::Zone => 6 + dice.below(10),
            _ if !abroad || role != Role::Ordinary => 0,
            Size::Small => 1,
            Size::Middle => 2,
            Size::Large => 4 + dice.below(6),
        };
        let to_firms = if retail { turnover / 100 * 35 } else { turnover / 100 * 90 };
        let ticket = match many {
            Some(many) => {
                let invoices = Paise::try_from(many.invoices).unwrap_or(1).max(1);
                (LAKH * 50_000 / invoices / 10).clamp(150_000, LAKH)
            }
            None => to_firms * 10 / Paise::from(edges.max(1)) / mean_tenths,
        };
        let sells_here = role == Role::Ordinary;
        Self {
            role,
            size,
            edges,
            ticket,
            consumers: if sells_here { turnover - to_firms } else { 0 },
            untaxed: if sells_here { turnover / 100 * percent(&mut dice, 5, 25) } else { 0 },
            turnover,
            exports,
            exports_with_payment: dice.percent(45),
            has_shop: taxpayer.natures.iter().any(|nature| nature == "Retail Business"),
        }
    }

    /// How many invoices go along one edge in a month.
    pub(crate) fn along_an_edge(&self, dice: &mut QuickDice) -> u8 {
        let most = match self.size {
            Size::Small => [0, 0, 1, 1, 1, 1, 1, 1, 2, 2],
            Size::Middle => [0, 1, 1, 1, 1, 2, 2, 2, 3, 3],
            Size::Large => [1, 1, 2, 2, 3, 3, 3, 4, 5, 6],
        };
        most[usize::try_from(dice.below(10)).unwrap_or(0)]
    }

    /// Whether it is large enough to have customers in many states.
    pub(crate) fn is_large(&self) -> bool {
        self.size == Size::Large
    }
}

fn amount(dice: &mut QuickDice, least: i64, most: i64) -> Paise {
    // Small ones are more common than large ones.
    let first = i64::try_from(dice.below(1_000)).unwrap_or(0);
    let second = i64::try_from(dice.below(1_000)).unwrap_or(0);
    least * LAKH + (most - least) * LAKH / 1_000 * first.min(second)
}

fn percent(dice: &mut QuickDice, least: i64, most: i64) -> i64 {
    least + i64::try_from(dice.below((most - least).unsigned_abs())).unwrap_or(0)
}
