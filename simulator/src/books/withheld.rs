//! Tax that somebody else pays in for the taxpayer: deducted by departments that buy, collected by
//! operators of electronic commerce.

use super::{
    checksum,
    document::{Paise, Rate, Tax},
    gstr2a::Withheld,
};
use crate::model::{period::Month, taxpayer::Taxpayer};

/// What a deductor deducts, section 51: 2 % of the value before tax.
pub(super) const DEDUCTED: Rate = 200;

/// What an operator collects, section 52: 1 %, since 10 July 2024 half of that.
pub(super) fn collected(month: Month) -> Rate {
    if month < (Month { year: 2024, month: 7 }) { 100 } else { 50 }
}

/// Tax withheld for a month by one taxpayer, on what was supplied between states and within one.
pub(super) fn withheld(
    by: &Taxpayer,
    from: &str,
    month: Month,
    rate: Rate,
    (between, within): (Paise, Paise),
) -> Withheld {
    let mut tax = Tax::on(between, rate, true);
    tax += Tax::on(within, rate, false);
    let value = between + within;
    let name = if by.trade_name.is_empty() { &by.legal_name } else { &by.trade_name };
    let checksum = checksum::of(&format!(
        "{}|{from}|{month}|{value}|{rate}|{}|{}|{}",
        by.gstin, tax.igst, tax.cgst, tax.sgst
    ));
    Withheld {
        gstin: by.gstin.to_string(),
        name: name.to_string(),
        month: Some(month),
        value,
        rate,
        tax,
        checksum,
    }
}
