//! Goods from abroad: bills of entry, as the customs tell GSTN, and their amendments.

use jiff::civil::Date;

use super::{
    document::{Paise, Tax},
    goods::Assortment,
    gstr1::lists::party_of,
    gstr2a::Import,
    gstr3b::Supply,
    inward::{Buyer, Supplier},
};
use crate::model::{
    dice::{Dice, QuickDice},
    period::Month,
    taxpayer::{Frequency, Taxpayer},
};

/// Names the stream of random numbers for one month's bills.
const PURPOSE: u64 = 0x626f_6531;

/// Seaports, airports and inland depots, by the customs' location codes.
const PORTS: [&str; 12] = [
    "INNSA1", "INMUN1", "INMAA1", "INCCU1", "INCOK1", "INVTZ1", "INTUT1", "INBOM4", "INDEL4",
    "INBLR4", "INHYD4", "INTKD6",
];

/// A unit in a zone sells into the country along so many of its edges.
const ZONE_EDGES: u32 = 12;

/// Of a hundred bills, so many are amended later.
const AMENDED: u32 = 8;

/// The bills of entry that a taxpayer filed in a month, and the history of the amended ones.
#[derive(Debug, Default)]
pub(super) struct Bills {
    /// Each as it is now.
    pub(super) bills: Vec<Import>,
    /// Of each amended one what was told at first, then what is told now.
    pub(super) history: Vec<Import>,
}

impl Bills {
    /// Only taxpayers whose nature it is to import have any.
    pub(super) fn of(seed: u64, taxpayer: &Taxpayer, month: Month) -> Self {
        let mut all = Self::default();
        if taxpayer.taxpayer_type != "Regular"
            || !taxpayer.natures.iter().any(|nature| nature == "Import")
        {
            return all;
        }
        let mut dice = month_dice(seed, PURPOSE, &taxpayer.gstin, month);
        let (most, value) = match (taxpayer.einvoice, taxpayer.frequency) {
            (true, _) => (6, 2_500_000),
            (false, Frequency::Monthly) => (3, 600_000),
            (false, _) => (2, 150_000),
        };
        for _ in 0..dice.below(most + 1) {
            let (bill, first) = draw(&mut dice, month, value, taxpayer);
            if !taxpayer.trades_on(bill.date) {
                continue;
            }
            if let Some(first) = first {
                all.history.extend([first, bill.clone()]);
            }
            all.bills.push(bill);
        }
        all.bills.sort_by_key(|bill| (bill.date, bill.number));
        all
    }
}

/// A bill for what somebody trades in, as it is now and, where it was amended, as it was at first;
/// `value` in rupees is usual.
fn draw(
    dice: &mut Dice,
    month: Month,
    value: usize,
    trader: &Taxpayer,
) -> (Import, Option<Import>) {
    let last = month.last_day();
    let day = 1 + dice.below(usize::try_from(last.day()).unwrap_or(28));
    let date = month.day(i8::try_from(day).unwrap_or(1));
    let port = (*dice.pick(&PORTS)).to_owned();
    let number = 2_000_000 + paise(dice.below(8_000_000));
    let goods = Assortment::of(trader, QuickDice::new(dice.bits(), PURPOSE));
    let rate = dice.pick(&goods.taxed).rate(date);
    let taxable = paise(value * 25 + dice.below(value * 200));
    let told_on = later(date, dice.below(4)).min(last);
    let is_amended = dice.percent(AMENDED);
    let less = paise(dice.below(20)) + 1;
    let bill = Import {
        told_on,
        port,
        number,
        date,
        supplier: (String::new(), String::new()),
        taxable,
        tax: Tax::on(taxable, rate, true),
        amended: is_amended,
    };
    let first = is_amended.then(|| {
        let taxable = taxable - taxable * less / 100;
        Import {
            told_on: date,
            taxable,
            tax: Tax::on(taxable, rate, true),
            amended: false,
            ..bill.clone()
        }
    });
    (bill, first)
}

/// Bills of entry for goods from special economic zones, which a supplier in one tells in no
/// return: only the customs do.
pub(super) fn zone_bills(buyer: &Buyer, month: Month) -> Vec<Import> {
    if buyer.taxpayer.taxpayer_type != "Regular" {
        return Vec::new();
    }
    let mut bills = Vec::new();
    for Supplier { edge, taxpayer } in buyer.suppliers() {
        let sells = taxpayer.taxpayer_type == "SEZ Unit" && taxpayer.core_business != "SPO";
        if !sells || edge.k >= ZONE_EDGES {
            continue;
        }
        let seed = buyer.register.seed();
        let pair = [taxpayer.gstin.as_ref(), buyer.taxpayer.gstin.as_ref()].concat();
        let mut dice = month_dice(seed, PURPOSE + 1, &pair, month);
        for _ in 0..dice.below(3) {
            let (mut bill, _) = draw(&mut dice, month, 400_000, taxpayer);
            bill.amended = false;
            bill.supplier = (taxpayer.gstin.to_string(), party_of(taxpayer).name);
            if taxpayer.trades_on(bill.date) && buyer.taxpayer.trades_on(bill.date) {
                bills.push(bill);
            }
        }
    }
    bills.sort_by_key(|bill| (bill.date, bill.number));
    bills
}

/// Services from abroad that a composition taxpayer bought in a month; it owes the tax itself.
pub(super) fn imported_services(seed: u64, taxpayer: &Taxpayer, month: Month) -> Supply {
    let buys = Dice::new(seed, PURPOSE + 2, taxpayer.gstin.as_bytes()).percent(6);
    let day = month.day(15);
    if !buys || month.month % 3 != 2 || !taxpayer.trades_on(day) {
        return Supply::default();
    }
    let mut dice = month_dice(seed, PURPOSE + 2, &taxpayer.gstin, month);
    let taxable = 500_000 + paise(dice.below(2_000_000));
    Supply { taxable, tax: Tax::on(taxable, 1_800, true) }
}

/// What a composition taxpayer bought in a month of unregistered neighbours, on which there is no
/// tax.
pub(super) fn bought_untaxed(seed: u64, taxpayer: &Taxpayer, month: Month) -> Paise {
    let buys = Dice::new(seed, PURPOSE + 3, taxpayer.gstin.as_bytes()).percent(35);
    if !buys || !taxpayer.trades_on(month.day(15)) {
        return 0;
    }
    paise(month_dice(seed, PURPOSE + 3, &taxpayer.gstin, month).below(1_500_000))
}

/// The stream for one taxpayer and month.
pub(super) fn month_dice(seed: u64, purpose: u64, gstin: &str, month: Month) -> Dice {
    let mut key = gstin.as_bytes().to_vec();
    key.extend(month.index().to_le_bytes());
    Dice::new(seed, purpose, &key)
}

/// A number that was drawn, as an amount.
pub(super) fn paise(number: usize) -> Paise {
    Paise::try_from(number).unwrap_or(Paise::MAX)
}

fn later(date: Date, days: usize) -> Date {
    date.checked_add(jiff::Span::new().days(paise(days))).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::taxpayers::{Register, Unknown};

    /// Bills of a year of importers of the crowd.
    fn importers() -> Vec<(Taxpayer, Month, Bills)> {
        let register = Register::new(1, Vec::new(), Unknown::Somebody);
        let on = date(2026, 4, 1);
        let mut found = Vec::new();
        for gstin in register.population(2_000, None) {
            let Some(taxpayer) = register.look_up(gstin.as_str(), on) else { continue };
            for back in 1..13 {
                let month = Month::of(on).plus(-back);
                let bills = Bills::of(register.seed(), &taxpayer, month);
                found.push((taxpayer.clone().into_owned(), month, bills));
            }
        }
        found
    }

    #[test]
    fn only_importers_import_and_only_while_they_trade() {
        let mut bills = 0;
        for (taxpayer, month, of_month) in importers() {
            let imports = taxpayer.natures.iter().any(|nature| nature == "Import");
            for bill in &of_month.bills {
                assert!(imports && taxpayer.taxpayer_type == "Regular", "{}", taxpayer.gstin);
                assert!(taxpayer.trades_on(bill.date), "{}", taxpayer.gstin);
                assert_eq!(Month::of(bill.date), month);
                assert!(bill.date <= bill.told_on && Month::of(bill.told_on) == month);
                assert!((2_000_000..10_000_000).contains(&bill.number));
                assert!(bill.tax.igst > 0 && bill.tax.cgst + bill.tax.sgst == 0);
                bills += 1;
            }
        }
        assert!(bills > 500, "{bills}");
    }

    #[test]
    fn an_amended_bill_has_a_history_that_ends_with_what_it_is_now() {
        let mut amended = 0;
        for (_, _, Bills { bills, history }) in importers() {
            assert_eq!(history.len(), 2 * bills.iter().filter(|bill| bill.amended).count());
            for pair in history.chunks(2) {
                let same = |bill: &Import| (bill.port.clone(), bill.number, bill.date);
                assert_eq!(same(&pair[0]), same(&pair[1]));
                assert!(!pair[0].amended && pair[1].amended);
                assert!(pair[0].taxable < pair[1].taxable);
                assert_eq!(
                    bills.iter().filter(|bill| same(bill) == same(&pair[1])).count(),
                    1,
                    "the list has it as it is now"
                );
                amended += 1;
            }
        }
        assert!(amended > 20, "{amended}");
    }
}
