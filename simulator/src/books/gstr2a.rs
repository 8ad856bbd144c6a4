//! GSTR-2A: inward supplies as the suppliers, the customs and the deductors tell them.

use std::sync::{Arc, OnceLock};

use jiff::civil::Date;

use super::{
    Opened,
    document::{PARTY, Paise, Party, Rate, Tax, money, percent},
};
use crate::model::{
    period::Month,
    told::{
        Kind::{Records, Scalar},
        Part, told,
    },
};

/// The return; a section is worked out when it is first asked for.
#[derive(Debug)]
pub struct Gstr2a {
    pub(crate) opened: Arc<Opened>,
    pub(crate) b2b: OnceLock<Vec<Party>>,
    pub(crate) rest: OnceLock<Rest>,
}

/// All sections but `b2b`.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    /// Amended invoices.
    pub b2ba: Vec<Party>,
    /// Credit and debit notes.
    pub cdn: Vec<Party>,
    /// Amended ones.
    pub cdna: Vec<Party>,
    /// Credit handed on by an input service distributor of the same PAN.
    pub isd: Vec<Distributed>,
    /// Amended such documents.
    pub isda: Vec<Distributed>,
    /// Goods from abroad.
    pub impg: Vec<Import>,
    /// Goods from a special economic zone.
    pub impgsez: Vec<Import>,
    /// Tax deducted by those who bought.
    pub tds: Vec<Withheld>,
    /// Amended.
    pub tdsa: Vec<Withheld>,
    /// Tax collected by operators of electronic commerce.
    pub tcs: Vec<Withheld>,
    /// Amended.
    pub tcsa: Vec<Withheld>,
    /// Amendments of bills of entry.
    pub amdhist: Vec<Import>,
}

/// Documents of one distributor.
#[derive(Clone, Debug, Default)]
pub struct Distributed {
    /// Its GSTIN.
    pub gstin: String,
    /// Whether it filed.
    pub filed: bool,
    /// The documents.
    pub documents: Vec<DistributedCredit>,
}

/// One document of a distributor.
#[derive(Clone, Debug, Default)]
pub struct DistributedCredit {
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// True for a credit note.
    pub credit: bool,
    /// Whether the receiver may use it.
    pub eligible: bool,
    /// The credit.
    pub tax: Tax,
    /// SHA-256, hex.
    pub checksum: String,
}

/// One bill of entry.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// When the customs told GSTN.
    pub told_on: Date,
    /// Port code.
    pub port: String,
    /// Number of the bill of entry.
    pub number: i64,
    /// Its date.
    pub date: Date,
    /// The supplier in the zone: GSTIN and name; empty for goods from abroad.
    pub supplier: (String, String),
    /// Value before tax.
    pub taxable: Paise,
    /// Integrated tax and cess.
    pub tax: Tax,
    /// Whether it was amended.
    pub amended: bool,
}

/// Tax that somebody else paid in for the taxpayer.
#[derive(Clone, Debug, Default)]
pub struct Withheld {
    /// Who withheld it.
    pub gstin: String,
    /// Its name.
    pub name: String,
    /// For which month.
    pub month: Option<Month>,
    /// Value on which it was withheld.
    pub value: Paise,
    /// Rate.
    pub rate: Rate,
    /// The tax.
    pub tax: Tax,
    /// SHA-256, hex.
    pub checksum: String,
}

told! { Distributed, DISTRIBUTED, it => {
    "gstin": Scalar => Part::Text(&it.gstin),
    "filed": Scalar => Part::Flag(it.filed),
    "documents": Records(DISTRIBUTED_CREDIT) => Part::List(&it.documents),
} }

told! { DistributedCredit, DISTRIBUTED_CREDIT, it => {
    "number": Scalar => Part::Text(&it.number),
    "date": Scalar => Part::Day(it.date),
    "credit": Scalar => Part::Flag(it.credit),
    "eligible": Scalar => Part::Flag(it.eligible),
    "igst": Scalar => money(it.tax.igst),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
    "cess": Scalar => money(it.tax.cess),
    "checksum": Scalar => Part::Text(&it.checksum),
} }

told! { Import, IMPORT, it => {
    "told_on": Scalar => Part::Day(it.told_on),
    "port": Scalar => Part::Text(&it.port),
    "number": Scalar => Part::Count(it.number),
    "date": Scalar => Part::Day(it.date),
    "supplier_gstin": Scalar => Part::text_if_any(&it.supplier.0),
    "supplier_name": Scalar => Part::text_if_any(&it.supplier.1),
    "taxable": Scalar => money(it.taxable),
    "igst": Scalar => money(it.tax.igst),
    "cess": Scalar => money(it.tax.cess),
    "amended": Scalar => Part::Flag(it.amended),
} }

told! { Withheld, WITHHELD, it => {
    "gstin": Scalar => Part::Text(&it.gstin),
    "name": Scalar => Part::Text(&it.name),
    "month": Scalar => Part::day_if_any(it.month.map(Month::first_day)),
    "value": Scalar => money(it.value),
    "rate": Scalar => percent(it.rate),
    "igst": Scalar => money(it.tax.igst),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
    "checksum": Scalar => Part::Text(&it.checksum),
} }

told! { Gstr2a, GSTR2A, it => {
    "b2b": Records(PARTY) => Part::List(it.b2b()),
    "b2ba": Records(PARTY) => Part::List(&it.rest().b2ba),
    "cdn": Records(PARTY) => Part::List(&it.rest().cdn),
    "cdna": Records(PARTY) => Part::List(&it.rest().cdna),
    "isd": Records(DISTRIBUTED) => Part::List(&it.rest().isd),
    "isda": Records(DISTRIBUTED) => Part::List(&it.rest().isda),
    "impg": Records(IMPORT) => Part::List(&it.rest().impg),
    "impgsez": Records(IMPORT) => Part::List(&it.rest().impgsez),
    "tds": Records(WITHHELD) => Part::List(&it.rest().tds),
    "tdsa": Records(WITHHELD) => Part::List(&it.rest().tdsa),
    "tcs": Records(WITHHELD) => Part::List(&it.rest().tcs),
    "tcsa": Records(WITHHELD) => Part::List(&it.rest().tcsa),
    "amdhist": Records(IMPORT) => Part::List(&it.rest().amdhist),
} }

impl Gstr2a {
    /// The return of opened books.
    pub(crate) fn of(opened: Arc<Opened>) -> Self {
        Self { opened, b2b: OnceLock::new(), rest: OnceLock::new() }
    }

    /// Invoices with registered persons, by counterparty.
    #[must_use]
    pub fn b2b(&self) -> &Vec<Party> {
        self.b2b.get_or_init(Vec::new)
    }

    /// All other sections.
    #[must_use]
    pub fn rest(&self) -> &Rest {
        self.rest.get_or_init(Rest::default)
    }
}
