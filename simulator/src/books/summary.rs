//! The summary of GSTR-1: every section added up, with the counterparties' sums.

use super::document::{Paise, Tax, count, money};
use crate::model::told::{
    Kind::{Records, Scalar},
    Part, told,
};

/// The summary.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// SHA-256 of the sections' checksums, hex.
    pub checksum: String,
    /// Every section, empty ones too, in GSTN's order.
    pub sections: Vec<Section>,
}

/// One section added up.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Our name: `b2b`, `cdnr`, `nil`, `documents` …
    pub name: &'static str,
    /// SHA-256 of its documents' checksums, hex; that of nothing where it is empty.
    pub checksum: String,
    /// Documents or rows.
    pub records: usize,
    /// Value with tax; credit notes count against it.
    pub value: Paise,
    /// Value before tax.
    pub taxable: Paise,
    /// Tax.
    pub tax: Tax,
    /// By counterparty, for sections that have them.
    pub parties: Vec<PartySum>,
    /// Rated nil, exempt, outside GST: for `nil`.
    pub without_tax: (Paise, Paise, Paise),
    /// Issued and cancelled: for `documents`.
    pub issued: (usize, usize),
}

/// One counterparty's sum.
#[derive(Clone, Debug, Default)]
pub struct PartySum {
    /// Its GSTIN; the state code for sections by place of supply.
    pub key: String,
    /// SHA-256, hex.
    pub checksum: String,
    /// Documents.
    pub records: usize,
    /// Value with tax.
    pub value: Paise,
    /// Value before tax.
    pub taxable: Paise,
    /// Tax.
    pub tax: Tax,
}

told! { Summary, SUMMARY, it => {
    "checksum": Scalar => Part::Text(&it.checksum),
    "sections": Records(SECTION) => Part::List(&it.sections),
} }

told! { Section, SECTION, it => {
    "name": Scalar => Part::Text(it.name),
    "checksum": Scalar => Part::Text(&it.checksum),
    "records": Scalar => count(it.records),
    "value": Scalar => money(it.value),
    "taxable": Scalar => money(it.taxable),
    "igst": Scalar => money(it.tax.igst),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
    "cess": Scalar => money(it.tax.cess),
    "parties": Records(PARTY_SUM) => Part::List(&it.parties),
    "nil": Scalar => money(it.without_tax.0),
    "exempt": Scalar => money(it.without_tax.1),
    "outside": Scalar => money(it.without_tax.2),
    "issued": Scalar => count(it.issued.0),
    "cancelled": Scalar => count(it.issued.1),
    "net": Scalar => count(it.issued.0 - it.issued.1),
} }

told! { PartySum, PARTY_SUM, it => {
    "key": Scalar => Part::Text(&it.key),
    "checksum": Scalar => Part::Text(&it.checksum),
    "records": Scalar => count(it.records),
    "value": Scalar => money(it.value),
    "taxable": Scalar => money(it.taxable),
    "igst": Scalar => money(it.tax.igst),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
    "cess": Scalar => money(it.tax.cess),
} }
