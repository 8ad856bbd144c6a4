//! A seller's months added up, as GSTR-3B and CMP-08 tell them.

use super::{Class, Role, Seller};
use crate::{
    books::{
        document::{InvoiceKind, Paise, Rate},
        gstr3b::{PlaceSupply, Supply},
    },
    model::period::Month,
};

/// Outward supplies of some months, the very documents that GSTR-1 lists.
#[derive(Clone, Debug, Default)]
pub struct OutwardTotals {
    /// Taxed, other than zero rated; advances are in it, less those set off.
    pub taxed: Supply,
    /// Exports, and sales to special economic zones.
    pub zero_rated: Supply,
    /// Rated nil or exempt.
    pub nil_exempt: Supply,
    /// Outside GST.
    pub outside: Supply,
    /// Of `taxed`: to other states, to unregistered persons, by place.
    pub to_unregistered: Vec<PlaceSupply>,
    /// Of `taxed`: to other states, to composition taxpayers, by place.
    pub to_composition: Vec<PlaceSupply>,
    /// Of `taxed`: to other states, to holders of a UIN, by place.
    pub to_uin: Vec<PlaceSupply>,
    /// Under the composition scheme: turnover with its tax.
    pub turnover: Supply,
    /// The rate of that tax.
    pub turnover_rate: Rate,
}

impl Seller<'_> {
    /// Everything that was sold in some months.
    #[must_use]
    pub fn totals(&self, months: &[Month]) -> OutwardTotals {
        let mut totals = OutwardTotals::default();
        for month in months {
            self.add_month(*month, &mut totals);
        }
        for places in [&mut totals.to_unregistered, &mut totals.to_composition, &mut totals.to_uin]
        {
            places.retain(|place| place.taxable != 0 || place.igst != 0);
            places.sort_unstable_by_key(|place| place.place);
        }
        totals
    }

    fn add_month(&self, month: Month, totals: &mut OutwardTotals) {
        if let Some((turnover, rate)) = self.composition_turnover(month) {
            totals.turnover.taxable += turnover;
            totals.turnover.tax += super::Taxing::Within.on(turnover, rate);
            totals.turnover_rate = rate;
            return;
        }
        let mut tell = |sold: super::Sold<'_>| {
            let (sale, sign) = (sold.sale, sold.sale.sign());
            let (taxable, tax) = (sale.taxable() * sign, sale.tax());
            let is_zero_rated = sold.class == Class::Export
                || matches!(
                    sale.receiver.kind,
                    InvoiceKind::SezWithPayment | InvoiceKind::SezWithoutPayment
                );
            let supply = if is_zero_rated { &mut totals.zero_rated } else { &mut totals.taxed };
            supply.taxable += taxable;
            if sign > 0 {
                supply.tax += tax;
            } else {
                supply.tax -= tax;
            }
            if is_zero_rated || sale.receiver.taxing != super::Taxing::Between {
                return;
            }
            let places = match (sold.class, sold.buyer.map(|buyer| Role::of(buyer))) {
                (Class::Registered, Some(Role::Composition)) => &mut totals.to_composition,
                (Class::Registered, Some(Role::Uin)) => &mut totals.to_uin,
                (Class::Registered, _) => return,
                _ => &mut totals.to_unregistered,
            };
            add(places, sale.receiver.place, taxable, tax.igst * sign);
        };
        self.each_invoice(month, 0, u64::MAX, &mut tell);
        self.each_note(month, &mut tell);
        for sale in self.exports(month) {
            tell(super::Sold { sale, class: Class::Export, buyer: None });
        }
        for counter in self.counters(month) {
            totals.taxed.taxable += counter.taxable;
            totals.taxed.tax += counter.tax;
            if counter.between {
                let places = &mut totals.to_unregistered;
                add(places, counter.place, counter.taxable, counter.tax.igst);
            }
        }
        for untaxed in self.untaxed(month) {
            match untaxed.treatment {
                crate::books::goods::Treatment::Outside => totals.outside.taxable += untaxed.value,
                _ => totals.nil_exempt.taxable += untaxed.value,
            }
        }
        for advance in self.advances(month) {
            totals.taxed.taxable += advance.item.taxable;
            totals.taxed.tax += advance.item.tax;
        }
        for advance in self.advances_adjusted(month) {
            totals.taxed.taxable -= advance.item.taxable;
            totals.taxed.tax -= advance.item.tax;
        }
    }
}

fn add(places: &mut Vec<PlaceSupply>, place: &'static str, taxable: Paise, igst: Paise) {
    match places.iter_mut().find(|other| other.place == place) {
        Some(other) => {
            other.taxable += taxable;
            other.igst += igst;
        }
        None => places.push(PlaceSupply { place, taxable, igst }),
    }
}
