//! One sale before its texts are written: lines, taxes, day, number. Cheap to make and to add up.

use jiff::civil::Date;

use super::Seller;
use crate::{
    books::{
        checksum::Checksum,
        document::{Document, InvoiceKind, Item, Paise, Shipping, Tax},
        goods::Good,
    },
    model::{dice::QuickDice, period::Month},
};

/// The rows of numbers that a seller has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Series {
    Invoice,
    Export,
    Bill,
    Credit,
    Debit,
}

impl Series {
    pub(super) fn letter(self) -> &'static str {
        match self {
            Self::Invoice => "",
            Self::Export => "X",
            Self::Bill => "B",
            Self::Credit => "C",
            Self::Debit => "D",
        }
    }

    /// As in an invoice reference number.
    fn document_type(self) -> &'static str {
        match self {
            Self::Credit => "CRN",
            Self::Debit => "DBN",
            _ => "INV",
        }
    }
}

/// Which tax a sale bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taxing {
    /// Central and state tax.
    Within,
    /// Integrated tax.
    Between,
    /// None, though the goods are taxed: abroad and to zones, under a bond.
    None,
}

impl Taxing {
    pub(crate) fn on(self, taxable: Paise, rate: i64) -> Tax {
        match self {
            Self::None => Tax::default(),
            Self::Within => Tax::on(taxable, rate, false),
            Self::Between => Tax::on(taxable, rate, true),
        }
    }
}

/// One line: some of one good.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) good: &'static Good,
    /// Thousandths of a unit.
    pub(crate) quantity: i64,
    pub(crate) rate: i64,
    pub(crate) taxable: Paise,
    pub(crate) tax: Tax,
}

/// Whom a sale goes to, as far as the document shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receiver {
    pub(crate) place: &'static str,
    pub(crate) kind: InvoiceKind,
    pub(crate) taxing: Taxing,
    /// Whether it is a registered person who shows its number.
    pub(crate) registered: bool,
}

/// A number within a month's row of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) series: Series,
    pub(crate) month: Month,
    /// 1, 2, 3 …
    pub(crate) serial: u64,
}

/// A sale, or a note about one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sale {
    pub(crate) number: Number,
    pub(crate) date: Date,
    pub(crate) receiver: Receiver,
    lines: [Line; 3],
    count: usize,
    /// For notes: the invoice.
    about: Option<(Number, Date)>,
    /// For exports: whether tax is paid.
    pub(crate) export: Option<bool>,
}

/// What changes in an amendment: never a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Correction {
    Number,
    Day,
}

impl Sale {
    /// A sale of about `target` in up to three lines, each with a rate of its own.
    pub(crate) fn draw(
        seller: &Seller<'_>,
        number: Number,
        date: Date,
        receiver: Receiver,
        target: Paise,
        dice: &mut QuickDice,
    ) -> Self {
        let wanted = match dice.below(10) {
            0..6 => 1,
            6..9 => 2,
            _ => 3,
        };
        let goods = &seller.goods.taxed;
        let first = dice.below(goods.len() as u64);
        let nothing =
            Line { good: goods[0], quantity: 0, rate: 0, taxable: 0, tax: Tax::default() };
        let mut sale = Self {
            number,
            date,
            receiver,
            lines: [nothing; 3],
            count: 0,
            about: None,
            export: None,
        };
        for step in 0..goods.len() as u64 {
            let index = usize::try_from((first + step) % goods.len() as u64).unwrap_or(0);
            let (good, rate) = (goods[index], goods[index].rate(date));
            if sale.lines().iter().any(|line| line.rate == rate) {
                continue;
            }
            let (quantity, taxable) = amount_of(good, target / wanted, dice);
            let tax = receiver.taxing.on(taxable, rate);
            sale.lines[sale.count] = Line { good, quantity, rate, taxable, tax };
            sale.count += 1;
            if i64::try_from(sale.count) == Ok(wanted) {
                break;
            }
        }
        sale
    }

    /// The sale as one abroad.
    pub(crate) fn abroad(self, with_payment: bool) -> Self {
        Self { export: Some(with_payment), ..self }
    }

    /// A note about part of this sale: something that came back, or a price that went up.
    pub(crate) fn note(&self, number: Number, date: Date, dice: &mut QuickDice) -> Self {
        let line = self.lines[0];
        let units = line.quantity / 1_000;
        let share = 1 + i64::try_from(dice.below(40)).unwrap_or(0);
        let (quantity, taxable) = if number.series == Series::Debit {
            (0, (line.taxable * share.min(8) / 100).max(1))
        } else if units > 1 {
            let back = (units * share / 100).max(1);
            (back * 1_000, line.taxable / units * back)
        } else if line.quantity > 0 {
            (line.quantity, line.taxable)
        } else {
            (0, (line.taxable * share / 100).max(1))
        };
        let tax = self.receiver.taxing.on(taxable, line.rate);
        let mut lines = self.lines;
        lines[0] = Line { quantity, taxable, tax, ..line };
        Self { number, date, lines, count: 1, about: Some((self.number, self.date)), ..*self }
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines[..self.count]
    }

    pub(crate) fn taxable(&self) -> Paise {
        self.lines().iter().map(|line| line.taxable).sum()
    }

    pub(crate) fn tax(&self) -> Tax {
        self.lines().iter().map(|line| line.tax).sum()
    }

    pub(crate) fn value(&self) -> Paise {
        self.taxable() + self.tax().total()
    }

    /// 1 for what adds to turnover, -1 for a credit note.
    pub(crate) fn sign(&self) -> i64 {
        if self.number.series == Series::Credit { -1 } else { 1 }
    }

    /// The sale as a document.
    pub(crate) fn document(&self, seller: &Seller<'_>) -> Document {
        let number = seller.number(self.number);
        self.written(seller, number, self.date, None)
    }

    /// The sale with a detail put right, months after it was told.
    pub(crate) fn amended(&self, seller: &Seller<'_>) -> Document {
        let original = seller.number(self.number);
        let (number, date) = match self.correction() {
            Correction::Number => (original.clone() + "R", self.date),
            Correction::Day => (original.clone(), self.other_day()),
        };
        self.written(seller, number, date, Some((original, self.date)))
    }

    fn correction(&self) -> Correction {
        if self.number.serial.is_multiple_of(2) { Correction::Day } else { Correction::Number }
    }

    /// The day before or after, in the same month.
    fn other_day(&self) -> Date {
        let day = self.date.day();
        self.number.month.day(if day > 1 { day - 1 } else { 2 })
    }

    fn written(
        &self,
        seller: &Seller<'_>,
        number: String,
        date: Date,
        original: Option<(String, Date)>,
    ) -> Document {
        let items = (1..)
            .zip(self.lines())
            .map(|(number, line)| Item {
                number,
                rate: line.rate,
                taxable: line.taxable,
                tax: line.tax,
            })
            .collect();
        let checksum = self.checksum(seller, &number, date, original.as_ref()).hex();
        let is_reported = self.receiver.registered || self.export.is_some();
        let irn = if is_reported && seller.reports_invoices(self.date) {
            seller.reference(self.number.series.document_type(), &number, self.number.month)
        } else {
            String::new()
        };
        Document {
            number,
            date,
            value: self.value(),
            place: self.receiver.place,
            kind: self.receiver.kind,
            reverse_charge: false,
            items,
            credit: self.number.series == Series::Credit,
            original_period: original.as_ref().and_then(|_| self.told_in(seller)),
            original,
            about: self.about.map(|(number, date)| (seller.number(number), date)),
            shipping: self.shipping(seller),
            export: self.export,
            irn,
            checksum,
        }
    }

    /// The period in which the sale is told.
    fn told_in(&self, seller: &Seller<'_>) -> Option<Month> {
        if self.receiver.registered {
            seller.told_in(self.number.month)
        } else {
            seller.rest_told_in(self.number.month)
        }
    }

    /// SHA-256 of what the document says.
    pub(crate) fn checksum(
        &self,
        seller: &Seller<'_>,
        number: &str,
        date: Date,
        original: Option<&(String, Date)>,
    ) -> Checksum {
        let mut text = Checksum::of(seller.gstin());
        text.word(number);
        text.day(date);
        text.number(self.value());
        text.word(self.receiver.place);
        text.word(self.receiver.kind.as_str());
        for line in self.lines() {
            text.number(line.rate);
            text.number(line.taxable);
            text.number(line.tax.igst);
            text.number(line.tax.cgst);
        }
        if let Some((number, date)) = original {
            text.word(number);
            text.day(*date);
        }
        text
    }

    fn shipping(&self, seller: &Seller<'_>) -> Option<Shipping> {
        /// Sea and air ports with much trade.
        const PORTS: [&str; 8] =
            ["INNSA1", "INMUN1", "INMAA1", "INBOM4", "INDEL4", "INCOK1", "INCCU1", "INBLR4"];
        if self.export.is_none()
            || self.number.series != Series::Export
            || self.lines[0].good.is_service()
        {
            return None;
        }
        let key = u64::from(self.number.month.index().unsigned_abs()) * 1_000 + self.number.serial;
        let mut dice = seller.dice.fork(9).fork(key);
        let port = PORTS[usize::try_from(dice.below(8)).unwrap_or(0)].to_owned();
        let bill = (1_000_000 + dice.below(9_000_000)).to_string();
        let days = i64::try_from(dice.below(5)).unwrap_or(0);
        let date = self.date.saturating_add(jiff::Span::new().days(days));
        Some(Shipping { port, bill, date })
    }
}

/// How much of a good makes about so much money: thousandths of a unit, and paise.
pub(crate) fn amount_of(good: &Good, target: Paise, dice: &mut QuickDice) -> (i64, Paise) {
    if good.is_service() {
        return (0, (target / 2_500).max(1) * 2_500);
    }
    let range = (good.highest - good.lowest).unsigned_abs();
    let price = good.lowest + i64::try_from(dice.below(range / 5 + 1)).unwrap_or(0) * 5;
    let units = (target / price).max(1);
    (units * 1_000, price * units)
}
