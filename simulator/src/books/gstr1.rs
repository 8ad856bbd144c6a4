//! GSTR-1: outward supplies, section by section.
//!
//! Those who file by the quarter may furnish invoices in between (IFF): a month's IFF has its
//! documents with registered persons and nothing else, the quarter's return has the rest of them
//! and all other sections. Its HSN summary covers what that return tells, its list of documents
//! the whole quarter.
//!
//! A query's filters leave out documents; sums that have none of their own (`nil`, `hsn`,
//! `documents`, advances, operators) and the summary are always whole. A document counts as
//! uploaded two days after its date where it gets a reference number, else on the day of filing,
//! else on its own day. None waits for the seller to act. The window cuts the query's section only,
//! and never `hsn`.

mod hsn;
pub(crate) mod lists;
mod opened;
mod sections;

use std::sync::{Arc, OnceLock};

use super::{
    Opened,
    document::{DOCUMENT, Document, PARTY, Paise, Party, Rate, Tax, count, money, percent},
    summary::{SUMMARY, Summary},
};
use crate::model::{
    period::Month,
    told::{
        Kind::{Record, Records, Scalar},
        Part, told,
    },
};

/// The return; a section is worked out when it is first asked for, `b2b` within the query's window.
#[derive(Debug)]
pub struct Gstr1 {
    opened: Arc<Opened>,
    b2b: OnceLock<Vec<Party>>,
    /// Filtered, but not cut.
    all: OnceLock<Rest>,
    /// Filtered and cut.
    cut: OnceLock<Rest>,
    hsn: OnceLock<(Vec<Hsn>, String)>,
    summary: OnceLock<Summary>,
}

/// All sections but `b2b` and `hsn`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rest {
    /// Amended invoices to registered persons.
    pub b2ba: Vec<Party>,
    /// Large invoices to consumers in other states, by place of supply.
    pub b2cl: Vec<ByPlace>,
    /// Amended ones.
    pub b2cla: Vec<ByPlace>,
    /// All other supplies to consumers, added up.
    pub b2cs: Vec<Consumers>,
    /// Amended ones.
    pub b2csa: Vec<Consumers>,
    /// Notes to registered persons.
    pub cdnr: Vec<Party>,
    /// Amended ones.
    pub cdnra: Vec<Party>,
    /// Notes to others.
    pub cdnur: Vec<Document>,
    /// Amended ones.
    pub cdnura: Vec<Document>,
    /// Exports, by whether tax is paid.
    pub exp: Vec<Exports>,
    /// Amended ones.
    pub expa: Vec<Exports>,
    /// Advances received.
    pub at: Vec<Advances>,
    /// Amended ones.
    pub ata: Vec<Advances>,
    /// Advances of earlier periods that were invoiced now.
    pub txpd: Vec<Advances>,
    /// Amended ones.
    pub txpda: Vec<Advances>,
    /// Supplies without tax.
    pub nil: Vec<NilRated>,
    /// Documents issued.
    pub documents: Vec<DocumentSeries>,
    /// Through operators of electronic commerce.
    pub supeco: Vec<Operator>,
    /// SHA-256 of the section `nil`, hex.
    pub nil_checksum: String,
    /// SHA-256 of the section `documents`, hex.
    pub documents_checksum: String,
}

/// Large invoices with one place of supply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ByPlace {
    /// A state code.
    pub place: &'static str,
    /// The invoices.
    pub documents: Vec<Document>,
}

/// Small supplies to consumers: one place, one rate, one way of selling.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Consumers {
    /// A state code.
    pub place: &'static str,
    /// Whether that is another state than the supplier's.
    pub between_states: bool,
    /// Rate.
    pub rate: Rate,
    /// Value before tax.
    pub taxable: Paise,
    /// Tax.
    pub tax: Tax,
    /// The operator they were sold through; empty where directly.
    pub operator: String,
    /// The month amended, for amendments.
    pub original_period: Option<Month>,
    /// SHA-256, hex.
    pub checksum: String,
}

/// Exports with payment of tax, or without.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exports {
    /// Whether tax is paid.
    pub with_payment: bool,
    /// The invoices.
    pub documents: Vec<Document>,
}

/// Advances for one place of supply, received or adjusted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Advances {
    /// A state code.
    pub place: &'static str,
    /// Whether that is another state than the supplier's.
    pub between_states: bool,
    /// The month amended, for amendments.
    pub original_period: Option<Month>,
    /// By rate; `taxable` is the advance.
    pub items: Vec<super::document::Item>,
    /// SHA-256, hex.
    pub checksum: String,
}

/// Supplies without tax, by where and to whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NilRated {
    /// Whether to another state.
    pub between_states: bool,
    /// Whether to registered persons.
    pub registered: bool,
    /// Rated nil.
    pub nil: Paise,
    /// Exempt.
    pub exempt: Paise,
    /// Outside GST.
    pub outside: Paise,
}

/// What was sold of one HSN code at one rate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hsn {
    /// 1, 2, 3 …
    pub number: usize,
    /// Whether to registered persons.
    pub registered: bool,
    /// Four to eight digits; services begin with 99.
    pub code: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Unit quantity code, such as `KGS`; `NA` for services.
    pub unit: &'static str,
    /// Thousandths of a unit.
    pub quantity: i64,
    /// Rate.
    pub rate: Rate,
    /// Value before tax.
    pub taxable: Paise,
    /// Tax.
    pub tax: Tax,
}

/// Documents of one nature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentSeries {
    /// GSTN's number for the nature: 1 is invoices for outward supply, 4 debit notes, 5 credit notes …
    pub nature: usize,
    /// Its name.
    pub name: &'static str,
    /// Runs of numbers.
    pub runs: Vec<Run>,
}

/// A run of document numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// 1, 2, 3 …
    pub number: usize,
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
    /// How many there are.
    pub total: usize,
    /// How many of them were cancelled.
    pub cancelled: usize,
}

/// What was sold through one operator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operator {
    /// Its GSTIN.
    pub gstin: String,
    /// Value.
    pub value: Paise,
    /// Tax.
    pub tax: Tax,
    /// SHA-256, hex.
    pub checksum: String,
}

told! { ByPlace, BY_PLACE, it => {
    "place": Scalar => Part::Text(it.place),
    "documents": Records(DOCUMENT) => Part::List(&it.documents),
} }

told! { Consumers, CONSUMERS, it => {
    "place": Scalar => Part::Text(it.place),
    "between_states": Scalar => Part::Flag(it.between_states),
    "rate": Scalar => percent(it.rate),
    "taxable": Scalar => money(it.taxable),
    "igst": Scalar => money(it.tax.igst),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
    "cess": Scalar => money(it.tax.cess),
    "operator": Scalar => Part::Text(&it.operator),
    "original_period": Scalar => Part::day_if_any(it.original_period.map(Month::first_day)),
    "checksum": Scalar => Part::Text(&it.checksum),
} }

told! { Exports, EXPORTS, it => {
    "with_payment": Scalar => Part::Flag(it.with_payment),
    "documents": Records(DOCUMENT) => Part::List(&it.documents),
} }

told! { Advances, ADVANCES, it => {
    "place": Scalar => Part::Text(it.place),
    "between_states": Scalar => Part::Flag(it.between_states),
    "original_period": Scalar => Part::day_if_any(it.original_period.map(Month::first_day)),
    "items": Records(super::document::ITEM) => Part::List(&it.items),
    "checksum": Scalar => Part::Text(&it.checksum),
} }

told! { NilRated, NIL_RATED, it => {
    "between_states": Scalar => Part::Flag(it.between_states),
    "registered": Scalar => Part::Flag(it.registered),
    "nil": Scalar => money(it.nil),
    "exempt": Scalar => money(it.exempt),
    "outside": Scalar => money(it.outside),
} }

told! { Hsn, HSN, it => {
    "number": Scalar => count(it.number),
    "registered": Scalar => Part::Flag(it.registered),
    "code": Scalar => Part::Text(it.code),
    "description": Scalar => Part::Text(it.description),
    "unit": Scalar => Part::Text(it.unit),
    "quantity": Scalar => Part::Number(it.quantity, 3),
    "rate": Scalar => percent(it.rate),
    "taxable": Scalar => money(it.taxable),
    "value": Scalar => money(it.taxable + it.tax.total()),
    "igst": Scalar => money(it.tax.igst),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
    "cess": Scalar => money(it.tax.cess),
} }

told! { DocumentSeries, DOCUMENT_SERIES, it => {
    "nature": Scalar => count(it.nature),
    "name": Scalar => Part::Text(it.name),
    "runs": Records(RUN) => Part::List(&it.runs),
} }

told! { Run, RUN, it => {
    "number": Scalar => count(it.number),
    "from": Scalar => Part::Text(&it.from),
    "to": Scalar => Part::Text(&it.to),
    "total": Scalar => count(it.total),
    "cancelled": Scalar => count(it.cancelled),
    "net": Scalar => count(it.total - it.cancelled),
} }

told! { Operator, OPERATOR, it => {
    "gstin": Scalar => Part::Text(&it.gstin),
    "value": Scalar => money(it.value),
    "igst": Scalar => money(it.tax.igst),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
    "cess": Scalar => money(it.tax.cess),
    "checksum": Scalar => Part::Text(&it.checksum),
} }

told! { Gstr1, GSTR1, it => {
    "b2b": Records(PARTY) => Part::List(it.b2b()),
    "b2ba": Records(PARTY) => Part::List(&it.rest().b2ba),
    "b2cl": Records(BY_PLACE) => Part::List(&it.rest().b2cl),
    "b2cla": Records(BY_PLACE) => Part::List(&it.rest().b2cla),
    "b2cs": Records(CONSUMERS) => Part::List(&it.rest().b2cs),
    "b2csa": Records(CONSUMERS) => Part::List(&it.rest().b2csa),
    "cdnr": Records(PARTY) => Part::List(&it.rest().cdnr),
    "cdnra": Records(PARTY) => Part::List(&it.rest().cdnra),
    "cdnur": Records(DOCUMENT) => Part::List(&it.rest().cdnur),
    "cdnura": Records(DOCUMENT) => Part::List(&it.rest().cdnura),
    "exp": Records(EXPORTS) => Part::List(&it.rest().exp),
    "expa": Records(EXPORTS) => Part::List(&it.rest().expa),
    "at": Records(ADVANCES) => Part::List(&it.rest().at),
    "ata": Records(ADVANCES) => Part::List(&it.rest().ata),
    "txpd": Records(ADVANCES) => Part::List(&it.rest().txpd),
    "txpda": Records(ADVANCES) => Part::List(&it.rest().txpda),
    "nil": Records(NIL_RATED) => Part::List(&it.rest().nil),
    // Before May 2025 one table; from then on `registered` tells two apart.
    "hsn": Records(HSN) => Part::List(it.hsn()),
    "documents": Records(DOCUMENT_SERIES) => Part::List(&it.rest().documents),
    "supeco": Records(OPERATOR) => Part::List(&it.rest().supeco),
    // SHA-256 of the three sections that have one of their own.
    "nil_checksum": Scalar => Part::Text(&it.rest().nil_checksum),
    "hsn_checksum": Scalar => Part::Text(it.hsn_checksum()),
    "documents_checksum": Scalar => Part::Text(&it.rest().documents_checksum),
    "summary": Record(SUMMARY) => Part::Thing(it.summary()),
} }
