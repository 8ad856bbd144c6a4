//! What a seller does not write on an invoice to a firm: sales over the counter, sales without
//! tax, advances, and what goes through an operator of electronic commerce.

use super::{Every, Plan, Role, Seller, Taxing, index, sale::amount_of, signed};
use crate::{
    books::{
        document::{Item, Paise, Rate, Tax},
        goods::{Good, Treatment},
    },
    model::{dice::QuickDice, period::Month},
    taxpayers::SEATS,
};

/// Sales of one good over the counter in one month.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counter {
    pub(crate) good: &'static Good,
    pub(crate) quantity: i64,
    pub(crate) rate: Rate,
    pub(crate) taxable: Paise,
    pub(crate) tax: Tax,
    pub(crate) place: &'static str,
    pub(crate) between: bool,
    /// Whether through the operator.
    pub(crate) operated: bool,
    /// How many bills were written for them.
    pub(crate) bills: u64,
}

/// Sales of one good without tax in one month.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Untaxed {
    pub(crate) good: &'static Good,
    pub(crate) treatment: Treatment,
    pub(crate) quantity: i64,
    pub(crate) value: Paise,
    pub(crate) between: bool,
    pub(crate) registered: bool,
}

/// An advance that was received, or set off against invoices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Place of supply.
    pub place: &'static str,
    /// Whether that is another state.
    pub between: bool,
    /// The advance as a line: `taxable` is its amount.
    pub item: Item,
}

/// What was sold through an operator of electronic commerce in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operated {
    /// The operator's GSTIN.
    pub gstin: String,
    /// The operator's trade name, or its legal name.
    pub name: String,
    /// Value before tax.
    pub taxable: Paise,
    /// Tax.
    pub tax: Tax,
}

impl Seller<'_> {
    /// Taxed sales over the counter in a month.
    pub(crate) fn counters(&self, month: Month) -> Vec<Counter> {
        let plan = self.plan(month);
        if !plan.is_on() || self.facts.role != Role::Ordinary {
            return Vec::new();
        }
        let mut dice = self.dice.fork(index(month)).fork(20);
        let total = self.facts.consumers / 100 * (80 + signed(dice.below(40)));
        let goods = &self.goods.taxed;
        let portion = total / signed(goods.len() as u64);
        let is_operated = self.operator_seat(month).is_some();
        let mut counters = Vec::with_capacity(goods.len() + 2);
        for good in goods {
            let here = if is_operated { portion / 100 * 70 } else { portion };
            counters.push((*good, self.state, here, false));
            if is_operated {
                counters.push((*good, self.state, portion / 100 * 20, true));
                counters.push((*good, other_state(&mut dice), portion / 10, true));
            } else if self.facts.is_large() && dice.percent(30) {
                counters.push((*good, other_state(&mut dice), portion / 20, false));
            }
        }
        let on = plan.month.first_day();
        counters
            .into_iter()
            .map(|(good, place, target, operated)| {
                let between = place != self.state;
                let taxing = if between { Taxing::Between } else { Taxing::Within };
                let (quantity, taxable) = amount_of(good, target, &mut dice);
                let rate = good.rate(on);
                let bill = good.highest.max(80_000);
                Counter {
                    good,
                    quantity,
                    rate,
                    taxable,
                    tax: taxing.on(taxable, rate),
                    place,
                    between,
                    operated,
                    bills: (taxable / bill).clamp(1, 4_000).unsigned_abs(),
                }
            })
            .collect()
    }

    /// Sales without tax in a month.
    pub(crate) fn untaxed(&self, month: Month) -> Vec<Untaxed> {
        let plan = self.plan(month);
        if !plan.is_on() || self.facts.role != Role::Ordinary || self.goods.untaxed.is_empty() {
            return Vec::new();
        }
        let mut dice = self.dice.fork(index(month)).fork(21);
        let portion = self.facts.untaxed / signed(self.goods.untaxed.len() as u64);
        let mut all = Vec::with_capacity(4);
        for good in &self.goods.untaxed {
            for (between, registered, share) in
                [(false, false, 60), (false, true, 25), (true, true, 12), (true, false, 3)]
            {
                let target = portion / 100 * share;
                if target < good.highest {
                    continue;
                }
                let (quantity, value) = amount_of(good, target, &mut dice);
                let treatment = good.treatment(month.first_day());
                all.push(Untaxed { good, treatment, quantity, value, between, registered });
            }
        }
        all
    }

    /// Advances received in a month.
    #[must_use]
    pub fn advances(&self, month: Month) -> Vec<Advance> {
        let Some(service) = self.goods.service() else { return Vec::new() };
        if !self.plan(month).is_on() || self.facts.role != Role::Ordinary {
            return Vec::new();
        }
        let mut dice = self.dice.fork(index(month)).fork(22);
        let rate = service.rate(month.first_day());
        let advance = |place: &'static str, percent: i64| {
            let amount = (self.facts.turnover / 100 * percent / 100_000).max(1) * 100_000;
            let between = place != self.state;
            let tax = Tax::on(amount, rate, between);
            Advance { place, between, item: Item { number: 1, rate, taxable: amount, tax } }
        };
        match dice.below(6) {
            0 => vec![advance(self.state, 6)],
            1 => vec![advance(self.state, 4), advance(other_state(&mut dice), 2)],
            _ => Vec::new(),
        }
        .into_iter()
        .filter({
            let mut seen = Vec::new();
            move |one: &Advance| {
                let is_new = !seen.contains(&one.place);
                seen.push(one.place);
                is_new
            }
        })
        .collect()
    }

    /// Last month's advances, which this month's invoices set off.
    #[must_use]
    pub fn advances_adjusted(&self, month: Month) -> Vec<Advance> {
        if self.days_of(month).is_none() {
            return Vec::new();
        }
        self.advances(month.plus(-1))
    }

    /// What it sold through an operator in a month.
    #[must_use]
    pub fn through_operator(&self, month: Month) -> Option<Operated> {
        let seat = self.operator_seat(month)?;
        let operator = self.at(seat)?;
        let name = if operator.trade_name.is_empty() {
            &operator.legal_name
        } else {
            &operator.trade_name
        };
        let mut sum = Operated {
            gstin: operator.gstin.to_string(),
            name: name.to_string(),
            taxable: 0,
            tax: Tax::default(),
        };
        for counter in self.counters(month).iter().filter(|counter| counter.operated) {
            sum.taxable += counter.taxable;
            sum.tax += counter.tax;
        }
        (sum.taxable > 0).then_some(sum)
    }

    /// Where its operator sits, if it sells through one in a month.
    fn operator_seat(&self, month: Month) -> Option<u32> {
        let mut dice = self.dice.fork(23);
        if !self.facts.has_shop || !dice.percent(50) {
            return None;
        }
        let of_population = 97 * u32::try_from(dice.below(u64::from(SEATS) / 97 - 12)).ok()? + 79;
        let personas = self.register.operators();
        let of_personas = personas.get(usize::try_from(dice.below(personas.len() as u64)).ok()?);
        let seat = if dice.percent(50) { of_personas.copied() } else { None };
        let seat = seat.unwrap_or(of_population);
        let operator = self.at(seat)?;
        let collects = operator.taxpayer_type.starts_with("Tax Collector")
            && super::trades(&operator, month.first_day(), month.last_day());
        collects.then_some(seat)
    }

    /// Bills over the counter in a month, and how many of them were cancelled.
    pub(crate) fn bills(&self, month: Month) -> (u64, u64) {
        let bills: u64 = self.counters(month).iter().map(|counter| counter.bills).sum();
        (bills, bills / 150)
    }

    /// Invoices of a month: how many numbers were used, and how many of them are void.
    pub(crate) fn numbers_used(&self, plan: &Plan) -> (u64, u64) {
        let void = Every::new(67, self.dice.fork(index(plan.month)).fork(3));
        (plan.total, if self.many.is_some() { 0 } else { void.count(plan.total) })
    }

    /// Turnover of a month under the composition scheme, and the rate of tax on it.
    #[must_use]
    pub fn composition_turnover(&self, month: Month) -> Option<(Paise, Rate)> {
        if self.facts.role != Role::Composition || self.days_of(month).is_none() {
            return None;
        }
        let mut dice = self.dice.fork(index(month)).fork(24);
        let turnover = self.facts.turnover / 10_000 * (8_500 + signed(dice.below(3_000)));
        let rate = match self.goods.taxed[0] {
            good if good.code.starts_with("9963") => 500,
            good if good.is_service() => 600,
            _ => 100,
        };
        Some((turnover / 100 * 100, rate))
    }
}

/// A state with inhabitants.
fn other_state(dice: &mut QuickDice) -> &'static str {
    /// States where much is sold.
    const MARKETS: [&str; 10] = ["06", "07", "08", "09", "19", "24", "27", "29", "33", "36"];
    let index = usize::try_from(dice.below(MARKETS.len() as u64)).unwrap_or(0);
    MARKETS[index]
}
