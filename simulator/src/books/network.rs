//! Who sells to whom: a network that can be asked from both ends.
//!
//! Everybody has a seat: the members of the declared population's first round by their numbers,
//! then the personas (`taxpayers/seats.rs`). Edge `k` leads from each seat to another by a keyed
//! permutation of all seats, so it can be followed both ways in a few multiplications, however
//! large the nation is. Which of its edges a seller uses, and for what, is told by
//! [`outward::Seller`](super::outward::Seller); an edge is only a possibility.
//!
//! Whoever has no seat, such as a GSTIN of any other PAN, has a *twin*: it sees the partners of
//! the seat that the hash of its GSTIN falls on, under its own number. Its partners' books name
//! who sits there. So every counterparty is a persona or a member of the population, whose PAN
//! serial `0000` nobody real has.
//!
//! A persona with very many invoices has customers of its own: a number of ranks, each
//! with a row of candidates, of whom the first who is registered for the whole month buys. So the
//! number of its invoices is exact, and a customer finds out in a step or two whether it is one.

use std::borrow::Cow;

use crate::{
    model::dice::QuickDice,
    taxpayers::{Register, SEATS},
};

/// Ordinary edges from each seat, and to it.
pub const EDGES: u32 = 24;

/// Names the permutations.
const PURPOSE: u64 = 0x6564_6765;

/// The most customers that one seller has.
const MOST_CUSTOMERS: u32 = 20_000;

/// Two numbers whose product is hardly more than the number of seats.
const ROWS: u32 = 564;
const COLUMNS: u32 = 563;
const _: () = assert!(ROWS * COLUMNS >= SEATS && (ROWS - 1) * COLUMNS < SEATS);

/// The network of one nation.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    register: &'a Register,
}

/// Where a GSTIN sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Its number.
    pub slot: u32,
    /// Whether it is somebody else's, whose partners are shared.
    pub twin: bool,
}

/// A possibility of trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// Which of the seller's edges: below [`EDGES`] an ordinary one, from there on a candidate of
    /// one with very many customers.
    pub k: u32,
    /// Who sells.
    pub seller: u32,
    /// Who buys.
    pub buyer: u32,
}

/// The customers of a seller with very many invoices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Many {
    seller: u32,
    /// Invoices in a month.
    pub(crate) invoices: u64,
    /// How many ranks there are.
    pub(crate) customers: u32,
    /// How many candidates each rank has.
    pub(crate) tries: u32,
}

impl<'a> Network<'a> {
    /// The network of a register's nation.
    #[must_use]
    pub fn of(register: &'a Register) -> Self {
        Self { register }
    }

    /// Where a GSTIN sits.
    #[must_use]
    pub fn slot_of(self, gstin: &str) -> Seat {
        let (slot, twin) = self.register.seat_of(gstin);
        Seat { slot, twin }
    }

    /// Who sits there; `None` where nobody does.
    #[must_use]
    pub fn gstin_at(self, slot: u32) -> Option<Cow<'a, str>> {
        self.register.gstin_at(slot)
    }

    /// The edges to those that a seat may sell to.
    pub fn buyers(self, slot: u32) -> impl Iterator<Item = Edge> + use<'a> {
        let many = self.many(slot);
        let candidates = many.map_or(0, |many| many.customers * many.tries);
        let ordinary = if many.is_some() { 0 } else { EDGES };
        (0..ordinary)
            .map(move |k| self.edge(k, slot))
            .chain((0..candidates).map(move |candidate| self.candidate(slot, candidate)))
            .filter(|edge| edge.seller != edge.buyer)
    }

    /// The edges from those that a seat may buy from.
    pub fn suppliers(self, slot: u32) -> impl Iterator<Item = Edge> + use<'a> {
        let ordinary = (0..EDGES)
            .map(move |k| Edge { k, seller: self.key(k).backward(slot), buyer: slot })
            .filter(move |edge| self.many(edge.seller).is_none());
        let many = self.register.busy().iter().filter_map(move |busy| {
            let many = self.many(busy.seat)?;
            let candidate = self.key(EDGES + many.seller).backward(slot);
            (candidate < many.customers * many.tries).then_some(Edge {
                k: EDGES + candidate,
                seller: many.seller,
                buyer: slot,
            })
        });
        ordinary.chain(many).filter(|edge| edge.seller != edge.buyer)
    }

    /// An ordinary edge of a seller.
    pub(crate) fn edge(self, k: u32, seller: u32) -> Edge {
        Edge { k, seller, buyer: self.key(k).forward(seller) }
    }

    /// A candidate of one with very many customers.
    pub(crate) fn candidate(self, seller: u32, candidate: u32) -> Edge {
        let buyer = self.key(EDGES + seller).forward(candidate);
        Edge { k: EDGES + candidate, seller, buyer }
    }

    /// The customers of a seat, where it has very many.
    pub(crate) fn many(self, slot: u32) -> Option<Many> {
        let busy = self.register.busy().iter().find(|busy| busy.seat == slot)?;
        let customers =
            u32::try_from(busy.invoices / 25).unwrap_or(u32::MAX).clamp(1, MOST_CUSTOMERS);
        let tries = (SEATS / customers).min(15);
        Some(Many { seller: slot, invoices: busy.invoices, customers, tries })
    }

    fn key(self, number: u32) -> Key {
        let dice = QuickDice::new(self.register.seed(), PURPOSE).fork(number.into());
        Key(std::array::from_fn(|round| dice.fork(round as u64)))
    }
}

/// One permutation: a Feistel network over rows and columns, which is walked on where it leaves
/// the seats.
struct Key([QuickDice; 4]);

impl Key {
    fn forward(&self, slot: u32) -> u32 {
        let mut slot = slot;
        loop {
            let (mut row, mut column) = (slot / COLUMNS, slot % COLUMNS);
            row = (row + self.step(0, column, ROWS)) % ROWS;
            column = (column + self.step(1, row, COLUMNS)) % COLUMNS;
            row = (row + self.step(2, column, ROWS)) % ROWS;
            column = (column + self.step(3, row, COLUMNS)) % COLUMNS;
            slot = row * COLUMNS + column;
            if slot < SEATS {
                return slot;
            }
        }
    }

    fn backward(&self, slot: u32) -> u32 {
        let mut slot = slot;
        loop {
            let (mut row, mut column) = (slot / COLUMNS, slot % COLUMNS);
            column = (column + COLUMNS - self.step(3, row, COLUMNS)) % COLUMNS;
            row = (row + ROWS - self.step(2, column, ROWS)) % ROWS;
            column = (column + COLUMNS - self.step(1, row, COLUMNS)) % COLUMNS;
            row = (row + ROWS - self.step(0, column, ROWS)) % ROWS;
            slot = row * COLUMNS + column;
            if slot < SEATS {
                return slot;
            }
        }
    }

    fn step(&self, round: usize, other: u32, bound: u32) -> u32 {
        u32::try_from(self.0[round].fork(other.into()).below(bound.into())).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::taxpayers::Unknown;

    #[test]
    fn an_edge_is_seen_from_both_ends() {
        let register = Register::new(7, Vec::new(), Unknown::Somebody);
        let network = Network::of(&register);
        for slot in (0..SEATS).step_by(911) {
            assert!(network.buyers(slot).count() >= 22);
            for edge in network.buyers(slot) {
                assert!(network.suppliers(edge.buyer).any(|other| other == edge), "{edge:?}");
            }
            for edge in network.suppliers(slot) {
                assert!(network.buyers(edge.seller).any(|other| other == edge), "{edge:?}");
            }
        }
    }

    #[test]
    fn an_edge_leads_from_every_seat_to_every_seat() {
        let register = Register::new(7, Vec::new(), Unknown::Somebody);
        let network = Network::of(&register);
        for k in [0, 23] {
            let reached: HashSet<u32> =
                (0..SEATS).map(|slot| network.edge(k, slot).buyer).collect();
            assert_eq!(reached.len(), SEATS as usize);
        }
    }

    #[test]
    fn a_member_of_the_population_has_its_own_seat_and_a_stranger_a_twins() {
        let register = Register::new(7, Vec::new(), Unknown::Somebody);
        let network = Network::of(&register);
        for gstin in register.population(2_000, None) {
            let seat = network.slot_of(gstin.as_str());
            assert!(!seat.twin);
            assert_eq!(network.gstin_at(seat.slot).as_deref(), Some(gstin.as_str()));
        }
        let twin = network.slot_of("29AAACX1234A1Z5");
        assert!(twin.twin && network.gstin_at(twin.slot).is_some());
    }
}
