//! What must be true of everybody's books.

mod both_ends;
mod busy;
mod filters;
mod outward;
mod sums;

use std::sync::Arc;

use jiff::civil::{Date, date};

use super::{
    Books, Opened, Query, ReturnKind,
    document::{Document, Tax},
    gstr1::Gstr1,
    summary::Section,
};
use crate::{
    model::{dice::QuickDice, gstin::Gstin, period::Month},
    pack::folder::Folder,
    taxpayers::{Persona, Register, Unknown, read_persona},
};

/// The day on which the books are looked at.
pub(crate) const TODAY: Date = date(2026, 11, 21);

/// The nation with the shipped personas.
pub(crate) fn register(seed: u64) -> Arc<Register> {
    let fixtures = Folder::embedded_fixtures();
    let names: Vec<_> =
        fixtures.below("taxpayers/").filter(|name| Folder::has_ending(name, "json")).collect();
    let personas: Vec<Persona> = names
        .into_iter()
        .map(|name| {
            let source = fixtures.source(&format!("taxpayers/{name}")).expect("it was listed");
            read_persona(name, &source.text).expect("the shipped personas are sound")
        })
        .collect();
    Arc::new(Register::new(seed, personas, Unknown::Somebody))
}

/// Somebody's books, opened at a return.
pub(crate) fn open(
    register: &Arc<Register>,
    gstin: &str,
    period: Month,
    of: ReturnKind,
) -> Option<Books> {
    ask(register, gstin, period, Query { of, ..Query::default() })
}

/// Somebody's books, for a query.
pub(crate) fn ask(
    register: &Arc<Register>,
    gstin: &str,
    period: Month,
    query: Query,
) -> Option<Books> {
    let taxpayer = register.recall(gstin, TODAY)?;
    let register = Arc::clone(register);
    Some(Books::open(Opened { register, taxpayer, period, on: TODAY, query }))
}

/// Taxpayers and periods picked at random: members of the population, personas, strangers.
pub(crate) fn pairs(register: &Arc<Register>, count: u64) -> Vec<(String, Month)> {
    let members: Vec<String> =
        register.population(20_000, None).map(|gstin| gstin.to_string()).collect();
    let personas: Vec<String> = register
        .personas()
        .filter(|persona| persona.invoices_per_month.is_none())
        .map(|persona| persona.gstin.clone())
        .collect();
    let strangers: Vec<String> = (0..2_000)
        .map(|number| {
            let state = ["27", "29", "07", "33", "18"][number % 5];
            let holder = ["P", "C", "F", "H"][number % 4];
            let first_14 = format!("{state}ABC{holder}S{:04}K1Z", number + 1);
            Gstin::complete(&first_14).expect("the layout fits").to_string()
        })
        .collect();
    let dice = QuickDice::new(5, 5);
    (0..count)
        .map(|number| {
            let mut dice = dice.fork(number);
            let list = match dice.below(10) {
                0 => &personas,
                1 => &strangers,
                _ => &members,
            };
            let gstin =
                list[usize::try_from(dice.below(list.len() as u64)).expect("an index")].clone();
            let back = if dice.percent(85) { dice.below(30) } else { dice.below(115) };
            let period = Month::of(TODAY).plus(-i32::try_from(back).expect("a few years"));
            (gstin, period)
        })
        .collect()
}

/// Every document of a return, with the section it stands in.
pub(crate) fn documents(gstr1: &Gstr1) -> Vec<(&'static str, &Document)> {
    let rest = gstr1.rest();
    let mut all = Vec::new();
    for (name, parties) in
        [("b2b", gstr1.b2b()), ("b2ba", &rest.b2ba), ("cdnr", &rest.cdnr), ("cdnra", &rest.cdnra)]
    {
        all.extend(parties.iter().flat_map(|party| &party.documents).map(|one| (name, one)));
    }
    for (name, places) in [("b2cl", &rest.b2cl), ("b2cla", &rest.b2cla)] {
        all.extend(places.iter().flat_map(|place| &place.documents).map(|one| (name, one)));
    }
    for (name, exports) in [("exp", &rest.exp), ("expa", &rest.expa)] {
        all.extend(exports.iter().flat_map(|export| &export.documents).map(|one| (name, one)));
    }
    all.extend(rest.cdnur.iter().map(|one| ("cdnur", one)));
    all.extend(rest.cdnura.iter().map(|one| ("cdnura", one)));
    all
}

/// Records, value, taxable and tax of a section, from its documents or rows.
pub(crate) fn sums(gstr1: &Gstr1, name: &str) -> (usize, i64, i64, Tax) {
    let rest = gstr1.rest();
    let rows: Vec<(i64, i64, Tax)> = match name {
        "b2cs" => rest.b2cs.iter().map(|row| (1, row.taxable, row.tax)).collect(),
        "b2csa" => rest.b2csa.iter().map(|row| (1, row.taxable, row.tax)).collect(),
        "at" | "ata" | "txpd" | "txpda" => match name {
            "at" => &rest.at,
            "ata" => &rest.ata,
            "txpd" => &rest.txpd,
            _ => &rest.txpda,
        }
        .iter()
        .map(|row| {
            let tax = row.items.iter().map(|item| item.tax).sum();
            (1, row.items.iter().map(|item| item.taxable).sum(), tax)
        })
        .collect(),
        "hsn" => gstr1.hsn().iter().map(|row| (1, row.taxable, row.tax)).collect(),
        "supeco" => rest.supeco.iter().map(|row| (1, row.value, row.tax)).collect(),
        "nil" => rest
            .nil
            .iter()
            .map(|row| (1, row.nil + row.exempt + row.outside, Tax::default()))
            .collect(),
        _ => documents(gstr1)
            .into_iter()
            .filter(|(section, _)| *section == name)
            .map(|(_, one)| (if one.credit { -1 } else { 1 }, one.taxable(), one.tax()))
            .collect(),
    };
    let mut tax = Tax::default();
    let mut taxable = 0;
    for (sign, value, own) in &rows {
        taxable += sign * value;
        if *sign > 0 { tax += *own } else { tax -= *own }
    }
    (rows.len(), taxable + tax.total(), taxable, tax)
}

pub(crate) fn section<'a>(gstr1: &'a Gstr1, name: &str) -> &'a Section {
    let found = gstr1.summary().sections.iter().find(|section| section.name == name);
    found.expect("every section is listed")
}
