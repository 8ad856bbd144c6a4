//! What must be true of everybody's books.

mod both_ends;
mod busy;
mod outward;
mod sums;

use std::sync::Arc;

use jiff::civil::{Date, date};

use super::{Books, Opened, Query, ReturnKind};
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
