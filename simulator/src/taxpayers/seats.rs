//! A numbered seat for everybody who may trade: the population's first round, then the personas.
//!
//! A persona that is not of the population takes a seat by the hash of its GSTIN, or the next
//! free one; so a persona that comes or goes moves hardly anybody else. Documented examples, which
//! may be somebody's real number, and numbers that are absent by their file have none.

use std::borrow::Cow;

use ahash::AHashMap;

use super::{Entry, identity::spread, population};
use crate::model::gstin::Gstin;

/// Names the hash that seats personas.
const SEATING: u64 = 0x7365_6174;

/// Names the hash that gives a stranger somebody's place.
const TWINS: u64 = 0x7477_696e;

/// Seats for personas, after those of the population.
const FOR_PERSONAS: u32 = 1_024;

/// Seats of the population's first round.
#[expect(clippy::cast_possible_truncation, reason = "316,368")]
const FOR_POPULATION: u32 = population::FIRST_ROUND as u32;

/// All seats there are, taken or not.
pub(crate) const SEATS: u32 = FOR_POPULATION + FOR_PERSONAS;

/// Where everybody sits.
#[derive(Debug, Default)]
pub(super) struct Seats {
    by_gstin: AHashMap<String, u32>,
    /// Those of `by_gstin` that sit after the population.
    by_seat: AHashMap<u32, String>,
    busy: Vec<Busy>,
    operators: Vec<u32>,
}

/// A persona that writes so many invoices that its customers are picked in a way of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Busy {
    /// Its seat.
    pub(crate) seat: u32,
    /// Invoices to registered persons in a month.
    pub(crate) invoices: u64,
}

impl Seats {
    pub(super) fn of(seed: u64, entries: &[Entry]) -> Self {
        let mut seats = Self::default();
        let mut present: Vec<&Entry> = entries
            .iter()
            .filter(|entry| !entry.persona.absent && !entry.persona.documented_example)
            .collect();
        present.sort_unstable_by(|one, other| one.persona.gstin.cmp(&other.persona.gstin));
        for entry in present {
            let Ok(gstin) = entry.persona.gstin.parse::<Gstin>() else { continue };
            let own = population::index_of(seed, &gstin).and_then(|index| index.try_into().ok());
            let Some(seat) = own.or_else(|| seats.free_seat(&gstin)) else { continue };
            seats.by_gstin.insert(entry.persona.gstin.clone(), seat);
            if seat >= FOR_POPULATION {
                seats.by_seat.insert(seat, entry.persona.gstin.clone());
            }
            if let Some(invoices) = entry.persona.invoices_per_month {
                seats.busy.push(Busy { seat, invoices: invoices.into() });
            }
            if entry.persona.is_operator() {
                seats.operators.push(seat);
            }
        }
        seats
    }

    fn free_seat(&self, gstin: &Gstin) -> Option<u32> {
        let first = below(spread(SEATING, gstin.as_str().as_bytes()), FOR_PERSONAS);
        (0..FOR_PERSONAS)
            .map(|step| FOR_POPULATION + (first + step) % FOR_PERSONAS)
            .find(|seat| !self.by_seat.contains_key(seat))
    }

    /// The seat of a number, and whether it is somebody else's: a stranger's twin.
    pub(super) fn seat_of(&self, seed: u64, gstin: &str) -> (u32, bool) {
        let own = self.by_gstin.get(gstin).copied().or_else(|| {
            let index = population::index_of(seed, &gstin.parse().ok()?)?;
            index.try_into().ok()
        });
        own.map_or_else(
            || {
                let seat = below(spread(seed ^ TWINS, gstin.as_bytes()), FOR_POPULATION - 1);
                // Nobody is the twin of a member with one of the special layouts.
                (if matches!(seat % 97, 13 | 31 | 47 | 61 | 79) { seat + 1 } else { seat }, true)
            },
            |seat| (seat, false),
        )
    }

    /// Who sits there; `None` where nobody does.
    pub(super) fn gstin_at(&self, seed: u64, seat: u32) -> Option<Cow<'_, str>> {
        if seat >= FOR_POPULATION {
            return self.by_seat.get(&seat).map(|gstin| Cow::Borrowed(gstin.as_str()));
        }
        population::member_at(seed, seat.into()).map(|gstin| Cow::Owned(gstin.to_string()))
    }

    /// Personas with very many invoices.
    pub(super) fn busy(&self) -> &[Busy] {
        &self.busy
    }

    /// Personas that are operators of electronic commerce.
    pub(super) fn operators(&self) -> &[u32] {
        &self.operators
    }
}

fn below(number: u64, bound: u32) -> u32 {
    u32::try_from(number % u64::from(bound)).unwrap_or(0)
}
