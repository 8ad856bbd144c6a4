//! Books: what a taxpayer sold, bought and paid in one period, section by section, added up.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::{
    books::{
        Books, Opened, Query, ReturnKind, Standing,
        document::{Paise, Tax},
        gstr3b::{Gstr3b, Supply},
        gstr4::{Cmp08, Gstr4, TableSum},
        summary::Section,
    },
    model::period::{Month, ist_date},
    world::World,
};

/// The books of one period.
#[derive(Clone, Debug, Serialize)]
pub struct BooksFacts {
    /// Whose they are.
    pub gstin: String,
    /// Its name.
    pub name: String,
    /// `MMYYYY`.
    pub period: String,
    /// The day they are looked at.
    pub on: Date,
    /// The returns, in the order they are filed.
    pub returns: Vec<ReturnFacts>,
}

/// One return.
#[derive(Clone, Debug, Serialize)]
pub struct ReturnFacts {
    /// As GSTN writes it.
    pub return_type: &'static str,
    /// `due`, or why there is nothing to show.
    pub standing: &'static str,
    /// When it was filed, where it was.
    pub filed_on: Option<Date>,
    /// Under which number.
    pub arn: Option<String>,
    /// What it says; nothing where it is not due.
    pub lines: Vec<Line>,
}

/// A section or a table of a return, added up.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Documents or rows, where there are such.
    pub records: Option<usize>,
    /// Value before tax, where there is one.
    pub taxable: Option<Rupees>,
    /// Integrated tax.
    pub igst: Rupees,
    /// Central tax.
    pub cgst: Rupees,
    /// State tax.
    pub sgst: Rupees,
    /// Cess.
    pub cess: Rupees,
}

/// An amount in paise that is told in rupees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rupees(pub Paise);

impl Serialize for Rupees {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^53 paise")]
        serializer.serialize_f64(self.0 as f64 / 100.0)
    }
}

/// What is asked: our kind of return and GSTN's name for it.
const RETURNS: [(ReturnKind, &str); 5] = [
    (ReturnKind::Gstr1, "GSTR1"),
    (ReturnKind::Gstr2a, "GSTR2A"),
    (ReturnKind::Gstr3b, "GSTR3B"),
    (ReturnKind::Cmp08, "CMP08"),
    (ReturnKind::Gstr4, "GSTR4"),
];

/// The books of whom a number belongs to; `None` where it is nobody's.
#[must_use]
pub fn books(world: &World, gstin: &str, period: Month, at_ms: i64) -> Option<BooksFacts> {
    let on = ist_date(at_ms);
    let taxpayer = world.register.recall(gstin, on)?;
    let returns = RETURNS.map(|(kind, return_type)| {
        let books = Books::open(Opened {
            register: Arc::clone(&world.register),
            taxpayer: Arc::clone(&taxpayer),
            period,
            on,
            query: Query { of: kind, ..Query::default() },
        });
        let standing = books.standing();
        ReturnFacts {
            return_type,
            standing: standing.as_str(),
            filed_on: books.filing().map(|filing| filing.filed_on),
            arn: books.filing().map(|filing| filing.arn.to_string()),
            lines: if standing == Standing::Due { lines(&books, kind) } else { Vec::new() },
        }
    });
    Some(BooksFacts {
        gstin: taxpayer.gstin.to_string(),
        name: taxpayer.legal_name.to_string(),
        period: period.to_string(),
        on,
        returns: returns.into(),
    })
}

fn lines(books: &Books, kind: ReturnKind) -> Vec<Line> {
    match kind {
        ReturnKind::Gstr1 => books.gstr1().summary().sections.iter().map(section).collect(),
        ReturnKind::Gstr2a => books
            .gstr2a()
            .sums()
            .into_iter()
            .map(|sum| Line::new(sum.name, Some(sum.records), Some(sum.taxable), sum.tax))
            .collect(),
        ReturnKind::Gstr3b => of_gstr3b(books.gstr3b()),
        ReturnKind::Cmp08 => of_cmp08(books.cmp08()),
        ReturnKind::Gstr4 => of_gstr4(books.gstr4()),
    }
}

fn section(section: &Section) -> Line {
    let (nil, exempt, outside) = section.without_tax;
    let records = if section.name == "documents" { section.issued.0 } else { section.records };
    let taxable = section.taxable + nil + exempt + outside;
    Line::new(section.name, Some(records), Some(taxable), section.tax)
}

fn of_gstr3b(told: &Gstr3b) -> Vec<Line> {
    let supply = |name, supply: Supply| Line::new(name, None, Some(supply.taxable), supply.tax);
    let tax = |name, tax| Line::new(name, None, None, tax);
    vec![
        supply("3.1(a) taxed", told.taxed),
        supply("3.1(b) zero rated", told.zero_rated),
        supply("3.1(c) nil, exempt", told.nil_exempt),
        supply("3.1(e) outside GST", told.outside),
        tax("4(A) imports", told.itc_imports),
        tax("4(A) distributor", told.itc_distributor),
        tax("4(A) other", told.itc_other),
        tax("4(C) net credit", told.itc_net),
        tax("6.1 payable", told.payable),
        tax("6.1 by credit", told.set_off.paid()),
        tax("6.1 in cash", told.cash),
        tax("5.1 interest", told.interest),
        tax("5.1 late fee", told.late_fee),
    ]
}

fn of_cmp08(told: &Cmp08) -> Vec<Line> {
    let supply = |name, supply: Supply| Line::new(name, None, Some(supply.taxable), supply.tax);
    vec![
        supply("3(1) turnover", told.outward),
        supply("3(2) from abroad", told.inward),
        supply("3(3) payable", told.payable),
        Line::new("3(4) interest", None, None, told.interest),
    ]
}

fn of_gstr4(told: &Gstr4) -> Vec<Line> {
    let table = |name, sum: &TableSum| {
        Line::new(name, Some(sum.records), Some(sum.value - sum.tax.total()), sum.tax)
    };
    let supply = |name, supply: Supply| Line::new(name, None, Some(supply.taxable), supply.tax);
    vec![
        table("4A registered", &told.sums[0]),
        table("4B reverse charge", &told.sums[1]),
        table("4C unregistered", &told.sums[2]),
        table("4D from abroad", &told.sums[3]),
        supply("5 the four CMP-08", told.quarters.payable),
        supply("6 turnover", told.quarters.outward),
        Line::new(
            "7 withheld",
            Some(told.withheld.len()),
            Some(told.withheld.iter().map(|one| one.value).sum()),
            told.withheld.iter().map(|one| one.tax).sum(),
        ),
        Line::new("8 payable", None, None, told.payable),
    ]
}

impl Line {
    fn new(name: &str, records: Option<usize>, taxable: Option<Paise>, tax: Tax) -> Self {
        Self {
            name: name.to_owned(),
            records,
            taxable: taxable.map(Rupees),
            igst: Rupees(tax.igst),
            cgst: Rupees(tax.cgst),
            sgst: Rupees(tax.sgst),
            cess: Rupees(tax.cess),
        }
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.unwrap_or(0) == 0
            && self.taxable.unwrap_or_default() == Rupees(0)
            && [self.igst, self.cgst, self.sgst, self.cess] == [Rupees(0); 4]
    }
}
