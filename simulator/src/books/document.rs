//! What stands in a book: documents, their lines, their taxes.

use jiff::civil::Date;

use crate::model::{
    period::Month,
    told::{
        Kind::{Records, Scalar},
        Part, told,
    },
};

/// An amount of money in paise.
pub type Paise = i64;

/// A tax rate in hundredths of a percent: 18 % is 1,800.
pub type Rate = i64;

/// The four taxes of one amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tax {
    /// Integrated tax, of supplies between states.
    pub igst: Paise,
    /// Central tax, of supplies within one.
    pub cgst: Paise,
    /// State tax, always as much as central.
    pub sgst: Paise,
    /// Compensation cess.
    pub cess: Paise,
}

impl Tax {
    /// The tax on a taxable value: rounded to the paisa, halves up; `cess` is none.
    #[must_use]
    pub fn on(taxable: Paise, rate: Rate, between_states: bool) -> Self {
        if between_states {
            return Self { igst: (taxable * rate + 5_000).div_euclid(10_000), ..Self::default() };
        }
        let half = (taxable * rate + 10_000).div_euclid(20_000);
        Self { cgst: half, sgst: half, ..Self::default() }
    }

    /// All of them together.
    #[must_use]
    pub const fn total(self) -> Paise {
        self.igst + self.cgst + self.sgst + self.cess
    }
}

impl std::ops::AddAssign for Tax {
    fn add_assign(&mut self, other: Self) {
        self.igst += other.igst;
        self.cgst += other.cgst;
        self.sgst += other.sgst;
        self.cess += other.cess;
    }
}

impl std::ops::SubAssign for Tax {
    fn sub_assign(&mut self, other: Self) {
        self.igst -= other.igst;
        self.cgst -= other.cgst;
        self.sgst -= other.sgst;
        self.cess -= other.cess;
    }
}

impl std::ops::Neg for Tax {
    type Output = Self;

    fn neg(self) -> Self {
        Self { igst: -self.igst, cgst: -self.cgst, sgst: -self.sgst, cess: -self.cess }
    }
}

impl std::iter::Sum for Tax {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        let mut sum = Self::default();
        all.for_each(|one| sum += one);
        sum
    }
}

/// Money, for expressions.
pub(crate) fn money(paise: Paise) -> Part<'static> {
    Part::Number(paise, 2)
}

/// A rate in percent, for expressions.
pub(crate) fn percent(rate: Rate) -> Part<'static> {
    Part::Number(rate, 2)
}

/// A number of things, for expressions.
pub(crate) fn count(number: usize) -> Part<'static> {
    Part::Count(i64::try_from(number).unwrap_or(i64::MAX))
}

told! { Tax, TAX, it => {
    "igst": Scalar => money(it.igst),
    "cgst": Scalar => money(it.cgst),
    "sgst": Scalar => money(it.sgst),
    "cess": Scalar => money(it.cess),
} }

/// One line of a document: all that has one rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// 1, 2, 3 …
    pub number: usize,
    /// Its rate.
    pub rate: Rate,
    /// Value before tax.
    pub taxable: Paise,
    /// Its tax.
    pub tax: Tax,
}

told! { Item, ITEM, it => {
    "number": Scalar => count(it.number),
    "rate": Scalar => percent(it.rate),
    "taxable": Scalar => money(it.taxable),
    "igst": Scalar => money(it.tax.igst),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
    "cess": Scalar => money(it.tax.cess),
} }

/// What an invoice is, by who receives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InvoiceKind {
    /// To anybody ordinary.
    #[default]
    Regular,
    /// To a special economic zone, tax paid.
    SezWithPayment,
    /// To a special economic zone, under a bond.
    SezWithoutPayment,
    /// A deemed export.
    DeemedExport,
}

impl InvoiceKind {
    /// As expressions read it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::SezWithPayment => "sez-with-payment",
            Self::SezWithoutPayment => "sez-without-payment",
            Self::DeemedExport => "deemed-export",
        }
    }
}

/// An invoice, a bill of supply abroad, or a credit or debit note.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Its number: at most 16 characters, unique for the supplier in a financial year.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// Value with tax.
    pub value: Paise,
    /// Place of supply: a state code, `96` for abroad.
    pub place: &'static str,
    /// What it is, by who receives it.
    pub kind: InvoiceKind,
    /// Whether the receiver pays the tax.
    pub reverse_charge: bool,
    /// Its lines.
    pub items: Vec<Item>,
    /// For notes: true for a credit note, false for a debit note.
    pub credit: bool,
    /// The document that this one amends: number and date.
    pub original: Option<(String, Date)>,
    /// For notes: the invoice it is about, number and date.
    pub about: Option<(String, Date)>,
    /// The period in which the original was told, for amendments.
    pub original_period: Option<Month>,
    /// Exports: port code, shipping bill number and date.
    pub shipping: Option<Shipping>,
    /// Exports and notes to unregistered persons: whether tax is paid on an export.
    pub export: Option<bool>,
    /// Invoice reference number of an e-invoice, 64 hex digits; its day is the document's.
    pub irn: String,
    /// SHA-256 of what the document says, hex.
    pub checksum: String,
}

impl Document {
    /// Value before tax, all lines.
    #[must_use]
    pub fn taxable(&self) -> Paise {
        self.items.iter().map(|item| item.taxable).sum()
    }

    /// Tax, all lines.
    #[must_use]
    pub fn tax(&self) -> Tax {
        self.items.iter().map(|item| item.tax).sum()
    }

    /// What a note changes: value before tax and tax, below nothing for a credit note.
    #[must_use]
    pub fn as_note(&self) -> (Paise, Tax) {
        let (taxable, tax) = (self.taxable(), self.tax());
        if self.credit { (-taxable, -tax) } else { (taxable, tax) }
    }
}

/// How goods left the country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipping {
    /// Port code, six characters.
    pub port: String,
    /// Shipping bill number, three to seven digits.
    pub bill: String,
    /// Its date.
    pub date: Date,
}

told! { Document, DOCUMENT, it => {
    "number": Scalar => Part::Text(&it.number),
    "date": Scalar => Part::Day(it.date),
    "value": Scalar => money(it.value),
    "place": Scalar => Part::Text(it.place),
    "kind": Scalar => Part::Text(it.kind.as_str()),
    "reverse_charge": Scalar => Part::Flag(it.reverse_charge),
    "items": Records(ITEM) => Part::List(&it.items),
    "credit": Scalar => Part::Flag(it.credit),
    "original_number": Scalar => it.original.as_ref().map_or(Part::Missing, |(number, _)| Part::Text(number)),
    "original_date": Scalar => Part::day_if_any(it.original.as_ref().map(|(_, date)| *date)),
    "original_period": Scalar => it.original_period.map_or(Part::Missing, |month| Part::Day(month.first_day())),
    "about_number": Scalar => it.about.as_ref().map_or(Part::Missing, |(number, _)| Part::Text(number)),
    "about_date": Scalar => Part::day_if_any(it.about.as_ref().map(|(_, date)| *date)),
    "port": Scalar => it.shipping.as_ref().map_or(Part::Missing, |shipping| Part::Text(&shipping.port)),
    "bill": Scalar => it.shipping.as_ref().map_or(Part::Missing, |shipping| Part::Text(&shipping.bill)),
    "bill_date": Scalar => Part::day_if_any(it.shipping.as_ref().map(|shipping| shipping.date)),
    "export": Scalar => it.export.map_or(Part::Missing, Part::Flag),
    "irn": Scalar => Part::text_if_any(&it.irn),
    "checksum": Scalar => Part::Text(&it.checksum),
} }

/// A counterparty and the documents exchanged with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Party {
    /// Its GSTIN.
    pub gstin: String,
    /// Its trade name, or its legal name where it has none.
    pub name: String,
    /// Whether it filed the return that these documents are told in.
    pub filed: bool,
    /// Whether it filed its summary return for the period.
    pub filed_summary: bool,
    /// When it filed the former.
    pub filed_on: Option<Date>,
    /// For which period it did.
    pub filed_period: Option<Month>,
    /// When its registration was cancelled.
    pub cancelled_on: Option<Date>,
    /// The documents, by number.
    pub documents: Vec<Document>,
}

told! { Party, PARTY, it => {
    "gstin": Scalar => Part::Text(&it.gstin),
    "name": Scalar => Part::Text(&it.name),
    "filed": Scalar => Part::Flag(it.filed),
    "filed_summary": Scalar => Part::Flag(it.filed_summary),
    "filed_on": Scalar => Part::day_if_any(it.filed_on),
    "filed_period": Scalar => Part::day_if_any(it.filed_period.map(Month::first_day)),
    "cancelled_on": Scalar => Part::day_if_any(it.cancelled_on),
    "documents": Records(DOCUMENT) => Part::List(&it.documents),
} }
