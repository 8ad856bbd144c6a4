//! The summary of GSTR-1: every section added up, with the counterparties' sums.

use super::{
    checksum::{Checksum, of_all},
    document::{Document, Item, Paise, Party, Tax, count, money},
    gstr1::{ByPlace, Exports, Hsn, Rest, lists},
    outward::{Class, Seller},
};
use crate::model::{
    period::Month,
    told::{
        Kind::{Records, Scalar},
        Part, told,
    },
};

/// The sections in GSTN's order.
pub(crate) const NAMES: [&str; 20] = [
    "b2b",
    "b2ba",
    "b2cl",
    "b2cla",
    "b2cs",
    "b2csa",
    "cdnr",
    "cdnra",
    "cdnur",
    "cdnura",
    "exp",
    "expa",
    "nil",
    "at",
    "ata",
    "txpd",
    "txpda",
    "hsn",
    "documents",
    "supeco",
];

/// The summary.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// SHA-256 of the sections' checksums, hex.
    pub checksum: String,
    /// Every section, empty ones too, in GSTN's order.
    pub sections: Vec<Section>,
}

/// One section added up.
#[derive(Clone, Debug, Default, PartialEq)]
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
#[derive(Clone, Debug, Default, PartialEq)]
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

/// Adds up a return: `b2b` of these months as the seller writes it, everything else as listed.
pub(crate) fn summarise(
    seller: Option<&Seller<'_>>,
    months: &[Month],
    rest: &Rest,
    hsn: (&[Hsn], &str),
) -> Summary {
    let sections: Vec<Section> = NAMES
        .into_iter()
        .map(|name| match name {
            "b2b" => seller.map_or_else(|| Section::empty(name), |seller| b2b(seller, months)),
            "b2ba" => Section::of_parties(name, &rest.b2ba),
            "b2cl" => Section::of_places(name, &rest.b2cl),
            "b2cla" => Section::of_places(name, &rest.b2cla),
            "b2cs" => consumers(name, &rest.b2cs),
            "b2csa" => consumers(name, &rest.b2csa),
            "cdnr" => Section::of_parties(name, &rest.cdnr),
            "cdnra" => Section::of_parties(name, &rest.cdnra),
            "cdnur" => Section::of_documents(name, &rest.cdnur),
            "cdnura" => Section::of_documents(name, &rest.cdnura),
            "exp" => Section::of_exports(name, &rest.exp),
            "expa" => Section::of_exports(name, &rest.expa),
            "nil" => without_tax(rest),
            "at" => advances(name, &rest.at),
            "ata" => advances(name, &rest.ata),
            "txpd" => advances(name, &rest.txpd),
            "txpda" => advances(name, &rest.txpda),
            "hsn" => by_hsn(hsn.0, hsn.1),
            "documents" => issued(rest),
            _ => operators(rest),
        })
        .collect();
    let checksum = of_all(sections.iter().map(|section| section.checksum.as_str()));
    Summary { checksum, sections }
}

impl Section {
    fn empty(name: &'static str) -> Self {
        Self { name, checksum: of_all([]), ..Self::default() }
    }

    fn of_parties(name: &'static str, parties: &[Party]) -> Self {
        let groups = parties.iter().map(|party| (party.gstin.as_str(), &party.documents));
        Self::of_groups(name, groups)
    }

    fn of_places(name: &'static str, places: &[ByPlace]) -> Self {
        Self::of_groups(name, places.iter().map(|place| (place.place, &place.documents)))
    }

    fn of_exports(name: &'static str, exports: &[Exports]) -> Self {
        let groups = exports.iter().map(|exports| ("", &exports.documents));
        Self { parties: Vec::new(), ..Self::of_groups(name, groups) }
    }

    fn of_documents(name: &'static str, documents: &Vec<Document>) -> Self {
        let groups = std::iter::once(("", documents)).filter(|(_, all)| !all.is_empty());
        Self { parties: Vec::new(), ..Self::of_groups(name, groups) }
    }

    /// Adds up documents and, apart, each group's.
    fn of_groups<'a>(
        name: &'static str,
        groups: impl Iterator<Item = (&'a str, &'a Vec<Document>)>,
    ) -> Self {
        let mut sum = Running::default();
        for (key, documents) in groups {
            sum.begin(key);
            for document in documents {
                let sign = if document.credit { -1 } else { 1 };
                sum.add(sign, document.taxable(), document.tax(), &document.checksum);
            }
        }
        sum.finish(name)
    }

    /// Adds up rows: checksum, value before tax, tax.
    fn of_rows<'a>(name: &'static str, rows: impl Iterator<Item = (&'a str, Paise, Tax)>) -> Self {
        let mut sum = Running::default();
        for (checksum, taxable, tax) in rows {
            sum.add(1, taxable, tax, checksum);
        }
        sum.finish(name)
    }
}

/// A section while its documents go by.
struct Running {
    all: Checksum,
    section: Section,
    party: Option<(Checksum, PartySum)>,
}

impl Default for Running {
    fn default() -> Self {
        Self { all: Checksum::nothing(), section: Section::default(), party: None }
    }
}

impl Running {
    /// What follows belongs to this counterparty.
    fn begin(&mut self, key: &str) {
        self.end();
        let sum = PartySum { key: key.to_owned(), ..PartySum::default() };
        self.party = Some((Checksum::nothing(), sum));
    }

    fn end(&mut self) {
        if let Some((text, mut sum)) = self.party.take() {
            sum.checksum = text.hex();
            self.section.parties.push(sum);
        }
    }

    fn add(&mut self, sign: i64, taxable: Paise, tax: Tax, checksum: &str) {
        let mut tax = tax;
        if sign < 0 {
            let positive = tax;
            tax = Tax::default();
            tax -= positive;
        }
        let taxable = taxable * sign;
        self.all.raw(checksum.as_bytes());
        self.section.records += 1;
        self.section.taxable += taxable;
        self.section.value += taxable + tax.total();
        self.section.tax += tax;
        if let Some((text, sum)) = &mut self.party {
            text.raw(checksum.as_bytes());
            sum.records += 1;
            sum.taxable += taxable;
            sum.value += taxable + tax.total();
            sum.tax += tax;
        }
    }

    fn finish(mut self, name: &'static str) -> Section {
        self.end();
        Section { name, checksum: self.all.hex(), ..self.section }
    }
}

/// Invoices to registered persons; where they are very many, none is kept.
fn b2b(seller: &Seller<'_>, months: &[Month]) -> Section {
    if seller.many.is_none() {
        let everything = super::Query::default();
        let filter = lists::Filter::everything(&everything);
        let parties = lists::registered(seller, months, &filter, None);
        return Section::of_parties("b2b", &parties);
    }
    let mut sum = Running::default();
    let mut latest = String::new();
    for month in months {
        seller.each_invoice(*month, 0, u64::MAX, |sold| {
            let (sale, Some(buyer)) = (sold.sale, sold.buyer) else { return };
            if sold.class != Class::Registered {
                return;
            }
            if buyer.gstin != latest {
                latest = buyer.gstin.to_string();
                sum.begin(&latest);
            }
            let number = seller.number(sale.number);
            let checksum = sale.checksum(seller, &number, sale.date, None).hex();
            sum.add(1, sale.taxable(), sale.tax(), &checksum);
        });
    }
    sum.finish("b2b")
}

fn consumers(name: &'static str, rows: &[super::gstr1::Consumers]) -> Section {
    Section::of_rows(name, rows.iter().map(|row| (row.checksum.as_str(), row.taxable, row.tax)))
}

fn advances(name: &'static str, rows: &[super::gstr1::Advances]) -> Section {
    let sum = |items: &[Item]| {
        (items.iter().map(|item| item.taxable).sum(), items.iter().map(|item| item.tax).sum())
    };
    let rows = rows.iter().map(|row| {
        let (taxable, tax) = sum(&row.items);
        (row.checksum.as_str(), taxable, tax)
    });
    Section::of_rows(name, rows)
}

fn operators(rest: &Rest) -> Section {
    let rows = rest.supeco.iter().map(|row| (row.checksum.as_str(), row.value, row.tax));
    Section::of_rows("supeco", rows)
}

fn without_tax(rest: &Rest) -> Section {
    let sum = |part: fn(&super::gstr1::NilRated) -> Paise| rest.nil.iter().map(part).sum();
    let without_tax = (sum(|row| row.nil), sum(|row| row.exempt), sum(|row| row.outside));
    let value = without_tax.0 + without_tax.1 + without_tax.2;
    Section {
        name: "nil",
        checksum: rest.nil_checksum.clone(),
        records: rest.nil.len(),
        value,
        taxable: value,
        without_tax,
        ..Section::default()
    }
}

fn by_hsn(rows: &[Hsn], checksum: &str) -> Section {
    let section = Section::of_rows("hsn", rows.iter().map(|row| ("", row.taxable, row.tax)));
    Section { checksum: checksum.to_owned(), ..section }
}

fn issued(rest: &Rest) -> Section {
    let runs = || rest.documents.iter().flat_map(|series| &series.runs);
    Section {
        name: "documents",
        checksum: rest.documents_checksum.clone(),
        records: rest.documents.len(),
        issued: (runs().map(|run| run.total).sum(), runs().map(|run| run.cancelled).sum()),
        ..Section::default()
    }
}
