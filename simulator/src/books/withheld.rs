//! Tax that somebody else pays in for the taxpayer: deducted by departments that buy, collected by
//! operators of electronic commerce.

use std::sync::Arc;

use jiff::civil::Date;

use super::{
    checksum::Checksum,
    document::{Paise, Rate, Tax},
    gstr1::lists::party_of,
    gstr2a::Withheld,
    imports::month_dice,
    network::Network,
    outward::{Seller, Taxing},
};
use crate::{
    model::{period::Month, taxpayer::Taxpayer},
    taxpayers::Register,
};

/// What a deductor deducts, section 51: 2 % of the value before tax.
const DEDUCTED: Rate = 200;

/// The taxpayer type of those who deduct.
const DEDUCTOR: &str = "Tax Deductor";

/// Names the stream of random numbers for amendments.
const PURPOSE: u64 = 0x7464_7300;

/// Of a hundred months, in so many a row of two months before is told again, amended.
const AMENDED: u32 = 6;

/// Composition taxpayers sell this share of their turnover, in percent, to a deductor they know.
const SHARE: Paise = 15;

/// What an operator collects, section 52: 1 %, since 10 July 2024 half of that.
fn collected_rate(month: Month) -> Rate {
    if month < (Month { year: 2024, month: 7 }) { 100 } else { 50 }
}

/// What others withheld from a taxpayer for a month, as far as they told it.
#[derive(Debug, Default)]
pub(super) struct Withholding {
    pub(super) deducted: Vec<Withheld>,
    pub(super) deducted_amended: Vec<Withheld>,
    pub(super) collected: Vec<Withheld>,
    pub(super) collected_amended: Vec<Withheld>,
}

impl Withholding {
    /// Deductors are found among the seller's buyers; an operator by what was sold through it.
    pub(super) fn of(register: &Register, taxpayer: &Taxpayer, month: Month, on: Date) -> Self {
        let seller = Seller::new(register, taxpayer, on);
        let desk = Desk { register, taxpayer, seller: &seller, on };
        let earlier = month.plus(-2);
        Self {
            deducted: desk.deducted(month),
            deducted_amended: desk.amended(month, 1, |desk| desk.deducted(earlier)),
            collected: desk.collected(month),
            collected_amended: desk.amended(month, 2, |desk| desk.collected(earlier)),
        }
    }
}

/// One taxpayer from whom something may be withheld.
struct Desk<'a> {
    register: &'a Register,
    taxpayer: &'a Taxpayer,
    seller: &'a Seller<'a>,
    on: Date,
}

impl Desk<'_> {
    fn deducted(&self, month: Month) -> Vec<Withheld> {
        // Who has very many customers has no department among them.
        if self.seller.many.is_some() {
            return Vec::new();
        }
        let mut bought: Vec<(Arc<Taxpayer>, (Paise, Paise))> = Vec::new();
        let mut add = |by: &Arc<Taxpayer>, between: Paise, within: Paise| match bought
            .iter_mut()
            .find(|(other, _)| other.gstin == by.gstin)
        {
            Some((_, sum)) => *sum = (sum.0 + between, sum.1 + within),
            None => bought.push((Arc::clone(by), (between, within))),
        };
        if let Some((turnover, _)) = self.seller.composition_turnover(month) {
            if let Some(deductor) = self.neighbour(month) {
                add(&deductor, 0, turnover / 100 * SHARE);
            }
        } else {
            self.seller.each_invoice(month, 0, u64::MAX, |sold| {
                let (Some(buyer), taxable) = (sold.buyer, sold.sale.taxable()) else { return };
                if buyer.taxpayer_type != DEDUCTOR || !buyer.trades_on(sold.sale.date) {
                    return;
                }
                match sold.sale.receiver.taxing {
                    Taxing::Between => add(buyer, taxable, 0),
                    Taxing::Within => add(buyer, 0, taxable),
                    Taxing::None => {}
                }
            });
        }
        bought.sort_by(|(one, _), (other, _)| one.gstin.cmp(&other.gstin));
        bought
            .into_iter()
            .filter(|(by, _)| self.register.filing(by, "GSTR7", month, self.on).is_some())
            .map(|(by, sums)| withheld(&by, &self.taxpayer.gstin, month, DEDUCTED, sums))
            .collect()
    }

    /// A deductor of the same state at one of the seller's edges.
    fn neighbour(&self, month: Month) -> Option<Arc<Taxpayer>> {
        let network = Network::of(self.register);
        let slot = network.slot_of(&self.taxpayer.gstin).slot;
        network.buyers(slot).find_map(|edge| {
            let buyer = self.register.recall(&network.gstin_at(edge.buyer)?, self.on)?;
            (buyer.taxpayer_type == DEDUCTOR
                && buyer.state_code == self.taxpayer.state_code
                && buyer.trades_on(month.first_day()))
            .then_some(buyer)
        })
    }

    fn collected(&self, month: Month) -> Vec<Withheld> {
        let Some(sold) = self.seller.through_operator(month) else { return Vec::new() };
        let Some(operator) = self.register.recall(&sold.gstin, self.on) else { return Vec::new() };
        if self.register.filing(&operator, "GSTR8", month, self.on).is_none() {
            return Vec::new();
        }
        let operated = self.seller.counters(month).into_iter().filter(|counter| counter.operated);
        let sums = operated.fold((0, 0), |(between, within), counter| {
            if counter.between {
                (between + counter.taxable, within)
            } else {
                (between, within + counter.taxable)
            }
        });
        vec![withheld(&operator, &self.taxpayer.gstin, month, collected_rate(month), sums)]
    }

    /// The first row of earlier that is told again; what was withheld stays what it was.
    fn amended(
        &self,
        month: Month,
        purpose: u64,
        earlier: impl FnOnce(&Self) -> Vec<Withheld>,
    ) -> Vec<Withheld> {
        let seed = self.register.seed();
        let mut dice = month_dice(seed, PURPOSE + purpose, &self.taxpayer.gstin, month);
        if !dice.percent(AMENDED) || !self.taxpayer.trades_on(month.first_day()) {
            return Vec::new();
        }
        earlier(self).into_iter().take(1).collect()
    }
}

/// Tax withheld for a month by one taxpayer, on what was supplied between states and within one.
fn withheld(
    by: &Taxpayer,
    from: &str,
    month: Month,
    rate: Rate,
    (between, within): (Paise, Paise),
) -> Withheld {
    let mut tax = Tax::on(between, rate, true);
    tax += Tax::on(within, rate, false);
    let value = between + within;
    let mut checksum = Checksum::of(&by.gstin);
    checksum.word(from);
    checksum.day(month.first_day());
    for number in [value, rate, tax.igst, tax.cgst, tax.sgst] {
        checksum.number(number);
    }
    Withheld {
        gstin: by.gstin.to_string(),
        name: party_of(by).name,
        month: Some(month),
        value,
        rate,
        tax,
        checksum: checksum.hex(),
    }
}
