//! GSTR-2A: inward supplies as the suppliers, the customs and the deductors tell them.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use jiff::civil::Date;

use super::{
    Opened, ReturnKind, Standing,
    distributed::Credits,
    document::{Document, PARTY, Paise, Party, Rate, Tax, money, percent},
    gstr1::lists::{cut, cut_rows},
    imports::{Bills, zone_bills},
    inward::{Buyer, Told},
    standing::standing,
    withheld::Withholding,
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
    opened: Arc<Opened>,
    /// Without the query's window, and within it.
    b2b: [OnceLock<Vec<Party>>; 2],
    rest: [OnceLock<Rest>; 2],
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
        Self { opened, b2b: Default::default(), rest: Default::default() }
    }

    /// Invoices with registered persons, by counterparty.
    #[must_use]
    pub fn b2b(&self) -> &Vec<Party> {
        let Some(window) = self.window_of("b2b") else { return self.all_invoices() };
        self.b2b[1].get_or_init(|| {
            let mut parties = self.all_invoices().clone();
            cut(&mut parties, window, |party| &mut party.documents);
            parties
        })
    }

    /// All other sections.
    #[must_use]
    pub fn rest(&self) -> &Rest {
        let section = self.opened.query.section.as_deref().unwrap_or_default();
        let Some(window) = self.window_of(section) else { return self.all_else() };
        self.rest[1].get_or_init(|| {
            let mut rest = self.all_else().clone();
            rest.cut(section, window);
            rest
        })
    }

    /// Documents or rows of a section, or of all of them, without the window.
    pub(crate) fn count(&self, section: Option<&str>) -> u64 {
        self.sums()
            .iter()
            .filter(|sum| section.is_none_or(|section| sum.name == section))
            .map(|sum| sum.records as u64)
            .sum()
    }

    fn all_invoices(&self) -> &Vec<Party> {
        self.b2b[0].get_or_init(|| {
            self.if_due(|buyer, month| buyer.told(&[month], Told::Invoices)).unwrap_or_default()
        })
    }

    fn all_else(&self) -> &Rest {
        self.rest[0].get_or_init(|| self.if_due(Rest::of).unwrap_or_default())
    }

    /// What the buyer finds, where there is anything to find.
    fn if_due<T>(&self, find: impl FnOnce(&Buyer, Month) -> T) -> Option<T> {
        let Opened { register, taxpayer, period, on, query } = &*self.opened;
        let standing = standing(&self.opened, ReturnKind::Gstr2a);
        (standing == Standing::Due).then(|| {
            let buyer = Buyer::new(register, taxpayer, *on, query.party.as_deref());
            find(&buyer, *period)
        })
    }

    /// The window over a section, where the query is about it.
    fn window_of(&self, section: &str) -> Option<&Range<u64>> {
        let query = &self.opened.query;
        let is_asked = query.of == ReturnKind::Gstr2a && query.section.as_deref() == Some(section);
        query.window.as_ref().filter(|_| is_asked)
    }
}

impl Rest {
    /// Everything but invoices, in a month.
    fn of(buyer: &Buyer, month: Month) -> Self {
        let Buyer { register, taxpayer, on, only, .. } = *buyer;
        let bills = Bills::of(register.seed(), taxpayer, month);
        let credits = Credits::of(register, taxpayer, month, on);
        let withheld = Withholding::of(register, taxpayer, month, on);
        let mut rest = Self {
            b2ba: buyer.told(&[month], Told::AmendedInvoices),
            cdn: buyer.told(&[month], Told::Notes),
            cdna: buyer.told(&[month], Told::AmendedNotes),
            isd: credits.documents,
            isda: credits.amended,
            impg: bills.bills,
            impgsez: zone_bills(buyer, month),
            tds: withheld.deducted,
            tdsa: withheld.deducted_amended,
            tcs: withheld.collected,
            tcsa: withheld.collected_amended,
            amdhist: bills.history,
        };
        if let Some(party) = only {
            rest.isd.retain(|one| one.gstin == party);
            rest.isda.retain(|one| one.gstin == party);
            rest.impg.clear();
            rest.amdhist.clear();
            for withheld in [&mut rest.tds, &mut rest.tdsa, &mut rest.tcs, &mut rest.tcsa] {
                withheld.retain(|one| one.gstin == party);
            }
        }
        rest
    }

    /// Cuts one section down to a window.
    fn cut(&mut self, section: &str, window: &Range<u64>) {
        match section {
            "b2ba" => cut(&mut self.b2ba, window, |one| &mut one.documents),
            "cdn" => cut(&mut self.cdn, window, |one| &mut one.documents),
            "cdna" => cut(&mut self.cdna, window, |one| &mut one.documents),
            "isd" => cut(&mut self.isd, window, |one| &mut one.documents),
            "isda" => cut(&mut self.isda, window, |one| &mut one.documents),
            "impg" => cut_rows(&mut self.impg, window),
            "impgsez" => cut_rows(&mut self.impgsez, window),
            "tds" => cut_rows(&mut self.tds, window),
            "tdsa" => cut_rows(&mut self.tdsa, window),
            "tcs" => cut_rows(&mut self.tcs, window),
            "tcsa" => cut_rows(&mut self.tcsa, window),
            "amdhist" => cut_rows(&mut self.amdhist, window),
            _ => {}
        }
    }
}

/// A section added up: what there is, its value before tax, its tax.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Our name: `b2b`, `impg` …
    pub name: &'static str,
    /// Documents or rows.
    pub records: usize,
    /// Value before tax; credit notes count against it.
    pub taxable: Paise,
    /// Tax; credit notes count against it.
    pub tax: Tax,
}

impl Gstr2a {
    /// Every section added up without a window, empty ones too, in GSTN's order.
    #[must_use]
    pub fn sums(&self) -> Vec<Sum> {
        let rest = self.all_else();
        vec![
            Sum::of_parties("b2b", self.all_invoices()),
            Sum::of_parties("b2ba", &rest.b2ba),
            Sum::of_notes("cdn", &rest.cdn),
            Sum::of_notes("cdna", &rest.cdna),
            Sum::of_distributed("isd", &rest.isd),
            Sum::of_distributed("isda", &rest.isda),
            Sum::of_imports("impg", &rest.impg),
            Sum::of_imports("impgsez", &rest.impgsez),
            Sum::of_withheld("tds", &rest.tds),
            Sum::of_withheld("tdsa", &rest.tdsa),
            Sum::of_withheld("tcs", &rest.tcs),
            Sum::of_withheld("tcsa", &rest.tcsa),
            Sum::of_imports("amdhist", &rest.amdhist),
        ]
    }
}

impl Sum {
    fn of(name: &'static str, rows: impl Iterator<Item = (Paise, Tax)>) -> Self {
        let mut sum = Self { name, ..Self::default() };
        for (taxable, tax) in rows {
            sum.records += 1;
            sum.taxable += taxable;
            sum.tax += tax;
        }
        sum
    }

    fn of_parties(name: &'static str, parties: &[Party]) -> Self {
        let documents = parties.iter().flat_map(|party| &party.documents);
        Self::of(name, documents.map(|document| (document.taxable(), document.tax())))
    }

    fn of_notes(name: &'static str, parties: &[Party]) -> Self {
        let notes = parties.iter().flat_map(|party| &party.documents);
        Self::of(name, notes.map(Document::as_note))
    }

    fn of_distributed(name: &'static str, distributors: &[Distributed]) -> Self {
        let documents = distributors.iter().flat_map(|one| &one.documents);
        Self::of(
            name,
            documents
                .map(|document| (0, if document.credit { -document.tax } else { document.tax })),
        )
    }

    fn of_imports(name: &'static str, bills: &[Import]) -> Self {
        Self::of(name, bills.iter().map(|bill| (bill.taxable, bill.tax)))
    }

    fn of_withheld(name: &'static str, withheld: &[Withheld]) -> Self {
        Self::of(name, withheld.iter().map(|one| (one.value, one.tax)))
    }
}
