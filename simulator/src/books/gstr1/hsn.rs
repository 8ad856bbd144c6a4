//! The HSN summary: every line of every document that the return tells, and what bears no tax.

use super::Hsn;
use crate::{
    books::{
        checksum::Checksum,
        document::{Paise, Rate, Tax},
        goods::Good,
        outward::{Class, Seller, Sold},
    },
    model::period::Month,
};

/// From this period on sales to registered persons have a table of their own.
pub(crate) const SPLIT_BEGAN: Month = Month { year: 2025, month: 5 };

/// The summary of a period, and its checksum.
pub(crate) fn hsn(seller: &Seller<'_>, period: Month) -> (Vec<Hsn>, String) {
    let mut sums = Sums { rows: Vec::new(), is_split: period >= SPLIT_BEGAN };
    let (registered, others) = (seller.months_of(period), seller.rest_months_of(period));
    let mut months = [registered.clone(), others.clone()].concat();
    months.sort_unstable();
    months.dedup();
    for month in months {
        let is_told =
            |class| if class == Class::Registered { &registered } else { &others }.contains(&month);
        let mut tell = |sold: Sold<'_>| {
            if is_told(sold.class) {
                sums.sale(&sold);
            }
        };
        seller.each_invoice(month, 0, u64::MAX, &mut tell);
        seller.each_note(month, &mut tell);
        if !others.contains(&month) {
            continue;
        }
        for sale in seller.exports(month) {
            tell(Sold { sale, class: Class::Export, buyer: None });
        }
        for one in seller.counters(month) {
            sums.add(false, one.good, one.rate, one.quantity, one.taxable, one.tax);
        }
        for one in seller.untaxed(month) {
            sums.add(one.registered, one.good, 0, one.quantity, one.value, Tax::default());
        }
    }
    sums.finish()
}

struct Sums {
    rows: Vec<(&'static Good, Hsn)>,
    is_split: bool,
}

impl Sums {
    fn sale(&mut self, sold: &Sold<'_>) {
        let sign = sold.sale.sign();
        for line in sold.sale.lines() {
            let tax = Tax {
                igst: line.tax.igst * sign,
                cgst: line.tax.cgst * sign,
                sgst: line.tax.sgst * sign,
                cess: line.tax.cess * sign,
            };
            let registered = sold.class == Class::Registered;
            self.add(
                registered,
                line.good,
                line.rate,
                line.quantity * sign,
                line.taxable * sign,
                tax,
            );
        }
    }

    fn add(
        &mut self,
        registered: bool,
        good: &'static Good,
        rate: Rate,
        quantity: i64,
        taxable: Paise,
        tax: Tax,
    ) {
        let registered = registered && self.is_split;
        let found = self.rows.iter().position(|(other, row)| {
            row.registered == registered && row.rate == rate && other.code == good.code
        });
        let index = found.unwrap_or_else(|| {
            let Good { code, description, unit, .. } = good;
            let row = Hsn { registered, code, description, unit, rate, ..Hsn::default() };
            self.rows.push((good, row));
            self.rows.len() - 1
        });
        let row = &mut self.rows[index].1;
        row.quantity += quantity;
        row.taxable += taxable;
        row.tax += tax;
    }

    /// Sorted and numbered, each table by itself.
    fn finish(self) -> (Vec<Hsn>, String) {
        let mut rows: Vec<Hsn> = self.rows.into_iter().map(|(_, row)| row).collect();
        rows.sort_by_key(|row| (!row.registered, row.code, row.rate));
        let registered = rows.iter().filter(|row| row.registered).count();
        let mut text = Checksum::nothing();
        for (index, row) in rows.iter_mut().enumerate() {
            row.number = if row.registered { index } else { index - registered } + 1;
            text.word(row.code);
            for number in [row.rate, row.quantity, row.taxable, row.tax.igst, row.tax.cgst] {
                text.number(number);
            }
        }
        (rows, text.hex())
    }
}
