//! Numbers as they stand on documents, and reference numbers of e-invoices.

use jiff::civil::{Date, date};

use super::{Number, Seller, Series};
use crate::{
    books::checksum::Checksum,
    model::{dice::QuickDice, period::Month, taxpayer::Taxpayer},
};

/// From this day on large sellers report their invoices and get a reference number for each.
const EINVOICES_BEGAN: Date = date(2020, 10, 1);

impl Seller<'_> {
    /// Whether it gets reference numbers for its invoices on a day.
    pub(crate) fn reports_invoices(&self, on: Date) -> bool {
        self.taxpayer.einvoice && on >= EINVOICES_BEGAN
    }

    /// The reference number of a document: SHA-256 of seller, financial year, type and number.
    pub(crate) fn reference(&self, kind: &str, number: &str, month: Month) -> String {
        let mut text = Checksum::nothing();
        text.raw(self.gstin().as_bytes());
        let year = month.financial_year().start_year();
        let digits = |number: i16| char::from(b'0' + u8::try_from(number % 10).unwrap_or(0));
        let mut written = String::with_capacity(10);
        written.extend([digits(year / 1000), digits(year / 100), digits(year / 10), digits(year)]);
        written.extend(['-', digits((year + 1) / 10), digits(year + 1)]);
        text.raw(written.as_bytes());
        text.raw(kind.as_bytes());
        text.raw(number.as_bytes());
        text.hex()
    }

    /// A number as it stands on the document: at most 16 characters, told apart by year and month.
    pub(crate) fn number(&self, number: Number) -> String {
        let (year, month) = (number.month.year.rem_euclid(100), number.month.month);
        let digit = |number: u64| char::from(b'0' + u8::try_from(number % 10).unwrap_or(0));
        let mut text = String::with_capacity(17);
        text.push_str(&self.prefix);
        text.push_str(number.series.letter());
        text.push('/');
        let date = u64::from(year.unsigned_abs()) * 100 + u64::from(month.unsigned_abs());
        text.extend([1_000, 100, 10, 1].map(|place| digit(date / place)));
        text.push('/');
        let places: &[u64] = if self.many.is_some() && number.series == Series::Invoice {
            &[1_000_000, 100_000, 10_000, 1_000, 100, 10, 1]
        } else {
            &[10_000, 1_000, 100, 10, 1]
        };
        text.extend(places.iter().map(|place| digit(number.serial / place)));
        text
    }
}

/// Two letters of the firm's name, or any.
pub(super) fn prefix_of(taxpayer: &Taxpayer, mut dice: QuickDice) -> String {
    let mut letters: String = taxpayer
        .legal_name
        .split(' ')
        .filter_map(|word| word.chars().next())
        .filter(char::is_ascii_uppercase)
        .take(2)
        .collect();
    while letters.len() < 2 {
        letters.push(char::from(b'A' + u8::try_from(dice.below(26)).unwrap_or(0)));
    }
    letters
}
