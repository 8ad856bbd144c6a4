//! What one seller sells: its invoices, notes and exports, its sales to consumers, its advances.
//!
//! All of it is a function of seed, seat and month. A month's invoices have their numbers and
//! days before it is known who sits at the other end (`plan`); a buyer who turns out not to be
//! registered on that day is a consumer, so the invoice stays and moves to another section.
//! Reverse charge is not played: the receiver never owes the tax. Amendments put right a number or
//! a day, never a value. E-commerce operators collect tax on part of what some retailers sell.
//!
//! [`Seller::told_in`] says in which return a month's documents with registered persons are told,
//! [`Seller::rest_told_in`] the same of everything else: they differ for those who file by the
//! quarter and furnish invoices in between.

mod consumers;
mod facts;
mod notes;
mod numbers;
mod periods;
mod plan;
mod sale;
mod totals;

use std::{cell::RefCell, sync::Arc};

use jiff::civil::{Date, date};

use self::facts::{Facts, most_at_once};
pub use self::{
    consumers::{Advance, Operated},
    totals::OutwardTotals,
};
pub(crate) use self::{
    facts::{Role, trades},
    plan::{Every, Plan, Spot, index},
    sale::{Number, Receiver, Sale, Series, Taxing},
};
use super::{
    document::{Document, InvoiceKind, Paise},
    goods::Assortment,
    network::{EDGES, Edge, Many, Network},
};
use crate::{
    model::{
        dice::QuickDice,
        gstin,
        period::{GST_BEGAN, Month},
        taxpayer::Taxpayer,
    },
    taxpayers::{Register, stopped_on},
};

/// Names all streams of the books.
const PURPOSE: u64 = 0x626f_6f6b_7300;

/// From this day on an invoice to a consumer in another state is large above one lakh of rupees.
const LOWER_LIMIT_BEGAN: Date = date(2024, 8, 1);

/// One seller, as known on a day.
#[derive(Debug)]
pub struct Seller<'a> {
    register: &'a Register,
    network: Network<'a>,
    taxpayer: &'a Taxpayer,
    on: Date,
    slot: u32,
    state: &'static str,
    facts: Facts,
    pub(crate) many: Option<Many>,
    pub(crate) dice: QuickDice,
    goods: &'static Assortment,
    /// How its numbers begin.
    prefix: String,
    plans: RefCell<Vec<Arc<Plan>>>,
}

/// Where a sale stands in GSTR-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// To a registered person.
    Registered,
    /// To a consumer in another state, above the limit.
    Large,
    /// To any other consumer.
    Small,
    /// Abroad.
    Export,
}

/// A sale with where it stands and who bought.
#[derive(Debug)]
pub(crate) struct Sold<'b> {
    pub(crate) sale: Sale,
    pub(crate) class: Class,
    pub(crate) buyer: Option<&'b Arc<Taxpayer>>,
}

impl<'a> Seller<'a> {
    /// The seller that a taxpayer is, as known on a day.
    #[must_use]
    pub fn new(register: &'a Register, taxpayer: &'a Taxpayer, on: Date) -> Self {
        let network = Network::of(register);
        let seat = network.slot_of(&taxpayer.gstin);
        let many = if seat.twin { None } else { network.many(seat.slot) };
        let dice = QuickDice::new(register.seed(), PURPOSE).fork(seat.slot.into());
        let goods = Assortment::of(taxpayer, dice);
        Self {
            register,
            network,
            taxpayer,
            on,
            slot: seat.slot,
            state: gstin::state(&taxpayer.state_code).map_or("97", |state| state.code),
            facts: Facts::of(taxpayer, many, dice),
            many,
            dice,
            goods,
            prefix: numbers::prefix_of(taxpayer, dice),
            plans: RefCell::default(),
        }
    }

    /// Its GSTIN.
    #[must_use]
    pub fn gstin(&self) -> &str {
        &self.taxpayer.gstin
    }

    /// Its state's code.
    pub(crate) fn state(&self) -> &'static str {
        self.state
    }

    /// Whether it sells along an edge at all.
    #[must_use]
    pub fn uses(&self, edge: Edge) -> bool {
        edge.seller == self.slot
            && match self.many {
                Some(_) => edge.k >= EDGES,
                None => edge.k < self.facts.edges,
            }
    }

    /// Its invoices of a month to the buyer at the edge's other end, by number; none for days on
    /// which the buyer is not registered.
    #[must_use]
    pub fn invoices(&self, edge: Edge, buyer: &Taxpayer, month: Month) -> Vec<Document> {
        let mut documents = Vec::new();
        self.each_invoice_to(edge, buyer, month, |sale| documents.push(sale.document(self)));
        documents
    }

    /// Calls `tell` for each invoice of a month to a registered buyer.
    pub(crate) fn each_invoice_to(
        &self,
        edge: Edge,
        buyer: &Taxpayer,
        month: Month,
        mut tell: impl FnMut(&Sale),
    ) {
        let plan = self.plan(month);
        let Some(lane) = self.lane(edge, buyer, month) else { return };
        for spot in plan.along(lane) {
            let sale = self.invoice(&plan, spot, edge, Some(buyer));
            if sale.receiver.registered && !self.is_void(&plan, spot.position) {
                tell(&sale);
            }
        }
    }

    /// Which of the plan's lanes an edge is in a month.
    pub(crate) fn lane(&self, edge: Edge, buyer: &Taxpayer, month: Month) -> Option<u32> {
        if !self.uses(edge) {
            return None;
        }
        let Some(many) = self.many else { return Some(edge.k) };
        let candidate = edge.k - EDGES;
        let (rank, turn) = (candidate % many.customers, candidate / many.customers);
        let is_first = is_customer(buyer, month)
            && (0..turn).all(|turn| self.candidate(many, rank, turn, month).is_none());
        is_first.then_some(rank)
    }

    fn candidate(
        &self,
        many: Many,
        rank: u32,
        turn: u32,
        month: Month,
    ) -> Option<(Edge, Arc<Taxpayer>)> {
        let edge = self.network.candidate(self.slot, rank + turn * many.customers);
        let buyer = self.at(edge.buyer)?;
        (edge.buyer != self.slot && is_customer(&buyer, month)).then_some((edge, buyer))
    }

    /// Who buys along a lane in a month, as far as anybody does.
    pub(crate) fn partner(&self, lane: u32, month: Month) -> (Edge, Option<Arc<Taxpayer>>) {
        match self.many {
            None => {
                let edge = self.network.edge(lane, self.slot);
                (edge, self.at(edge.buyer))
            }
            Some(many) => (0..many.tries)
                .find_map(|turn| self.candidate(many, lane, turn, month))
                .map_or_else(
                    || (self.network.candidate(self.slot, lane), None),
                    |(edge, buyer)| (edge, Some(buyer)),
                ),
        }
    }

    /// Who sits at a seat and is registered.
    fn at(&self, slot: u32) -> Option<Arc<Taxpayer>> {
        self.register.recall(&self.network.gstin_at(slot)?, self.on)
    }

    /// Who is registered under a number.
    pub(crate) fn find(&self, gstin: &str) -> Option<Arc<Taxpayer>> {
        self.register.recall(gstin, self.on)
    }

    /// Its edges to one buyer, as its own books know the buyer: a stranger is in nobody's.
    pub(crate) fn edges_to(&self, gstin: &str) -> impl Iterator<Item = Edge> {
        let seat = self.network.slot_of(gstin);
        let buyers = (!seat.twin).then(|| self.network.suppliers(seat.slot));
        buyers.into_iter().flatten().filter(|edge| self.uses(*edge))
    }

    /// The days of a month on which it trades.
    #[must_use]
    pub fn days_of(&self, month: Month) -> Option<(Date, Date)> {
        let first = month.first_day().max(self.taxpayer.registered_on).max(GST_BEGAN);
        let last =
            stopped_on(self.taxpayer).map_or(month.last_day(), |day| day.min(month.last_day()));
        let trades = !matches!(self.facts.role, Role::Aside | Role::Uin);
        (trades && first <= last).then_some((first, last))
    }

    /// The plan of a month.
    pub(crate) fn plan(&self, month: Month) -> Arc<Plan> {
        if let Some(plan) = self.plans.borrow().iter().find(|plan| plan.month == month) {
            return Arc::clone(plan);
        }
        let days = self.days_of(month);
        let plan = Arc::new(Plan::new(month, days, &self.facts, self.many, self.dice));
        self.plans.borrow_mut().push(Arc::clone(&plan));
        plan
    }

    /// Whether an invoice was cancelled: its number is used up, and it is told nowhere else.
    pub(crate) fn is_void(&self, plan: &Plan, position: u64) -> bool {
        self.many.is_none()
            && Every::new(67, self.dice.fork(index(plan.month)).fork(3)).rank(position).is_some()
    }

    /// The invoice at a place of the plan.
    pub(crate) fn invoice(
        &self,
        plan: &Plan,
        spot: Spot,
        edge: Edge,
        buyer: Option<&Taxpayer>,
    ) -> Sale {
        let date = plan.day_of(spot.position);
        let receiver = self.receiver(edge, buyer, date);
        let number =
            Number { series: Series::Invoice, month: plan.month, serial: spot.position + 1 };
        let key = u64::from(spot.lane) << 32 | spot.nth;
        let mut dice = self.dice.fork(index(plan.month)).fork(key + 1_000);
        // Only whoever is registered on the day counts: later news must change nothing.
        let most = most_at_once(buyer.filter(|_| receiver.registered));
        let target = self.facts.ticket.min(most) / 100 * (40 + signed(dice.below(120)));
        Sale::draw(self, number, date, receiver, target, &mut dice)
    }

    /// What a document to this buyer shows, by whether it is registered on the day.
    pub(crate) fn receiver(&self, edge: Edge, buyer: Option<&Taxpayer>, on: Date) -> Receiver {
        // Somebody who is not there yet is nobody: what is known later changes no document.
        let buyer = buyer.filter(|buyer| buyer.registered_on <= on);
        let state = buyer
            .and_then(|buyer| gstin::state(&buyer.state_code))
            .filter(|state| state.code != "99");
        let place = state.map_or(self.state, |state| state.code);
        let taxing = if place == self.state { Taxing::Within } else { Taxing::Between };
        let ordinary = Receiver { place, kind: InvoiceKind::Regular, taxing, registered: true };
        let Some(buyer) = buyer.filter(|buyer| {
            edge.buyer != self.slot && self.gstin() != buyer.gstin && trades(buyer, on, on)
        }) else {
            return Receiver { registered: false, ..ordinary };
        };
        match Role::of(buyer) {
            Role::Aside => Receiver { registered: false, ..ordinary },
            Role::Zone if self.dice.fork(edge.k.into()).fork(4).percent(40) => {
                Receiver { kind: InvoiceKind::SezWithPayment, taxing: Taxing::Between, ..ordinary }
            }
            Role::Zone => {
                Receiver { kind: InvoiceKind::SezWithoutPayment, taxing: Taxing::None, ..ordinary }
            }
            Role::Ordinary if buyer.natures.iter().any(|nature| nature == "EOU / STP / EHTP") => {
                Receiver { kind: InvoiceKind::DeemedExport, ..ordinary }
            }
            _ => ordinary,
        }
    }

    /// Where a sale along an edge stands.
    pub(crate) fn class(sale: &Sale) -> Class {
        // Two and a half lakh of rupees, or one.
        let limit = if sale.date < LOWER_LIMIT_BEGAN { 25_000_000 } else { 10_000_000 };
        match sale.receiver {
            _ if sale.export.is_some() => Class::Export,
            Receiver { registered: true, .. } => Class::Registered,
            Receiver { taxing: Taxing::Between, .. } if sale.value() > limit => Class::Large,
            _ => Class::Small,
        }
    }

    /// Calls `tell` for each invoice of a month but the void ones, from one position to another.
    pub(crate) fn each_invoice(
        &self,
        month: Month,
        from: u64,
        to: u64,
        mut tell: impl FnMut(Sold<'_>),
    ) {
        let plan = self.plan(month);
        let mut partners: Vec<Option<(Edge, Option<Arc<Taxpayer>>)>> = vec![None; EDGES as usize];
        let mut latest = None;
        for spot in plan.spots(from, to) {
            if self.is_void(&plan, spot.position) {
                continue;
            }
            let place = if self.many.is_none() {
                &mut partners[spot.lane as usize]
            } else {
                // Blocks of one customer: only the latest is asked for again.
                if latest != Some(spot.lane) {
                    latest = Some(spot.lane);
                    partners[0] = None;
                }
                &mut partners[0]
            };
            let (edge, buyer) = place.get_or_insert_with(|| self.partner(spot.lane, month));
            if self.many.is_some() && buyer.is_none() {
                continue;
            }
            let sale = self.invoice(&plan, spot, *edge, buyer.as_deref());
            tell(Sold { class: Self::class(&sale), sale, buyer: buyer.as_ref() });
        }
    }

    /// The exports of a month, by number.
    pub(crate) fn exports(&self, month: Month) -> Vec<Sale> {
        let plan = self.plan(month);
        if !plan.is_on() || self.facts.exports == 0 {
            return Vec::new();
        }
        let mut dice = self.dice.fork(index(month)).fork(5);
        let count = 1 + dice.below(self.facts.exports + self.facts.exports / 2);
        let share = if self.facts.role == Role::Zone { 100 } else { 25 };
        let mean: Paise = self.facts.turnover / 100 * share / signed(self.facts.exports).max(1);
        let with_payment = self.facts.exports_with_payment;
        let taxing = if with_payment { Taxing::Between } else { Taxing::None };
        let receiver =
            Receiver { place: "96", kind: InvoiceKind::Regular, taxing, registered: false };
        (0..count)
            .map(|position| {
                let number = Number { series: Series::Export, month, serial: position + 1 };
                let mut dice = dice.fork(position);
                let target = mean / 100 * (50 + signed(dice.below(100)));
                let day = plan.day(position, count);
                let sale = Sale::draw(self, number, day, receiver, target, &mut dice);
                sale.abroad(with_payment)
            })
            .collect()
    }
}

/// Whether somebody may be a customer throughout a month.
fn is_customer(buyer: &Taxpayer, month: Month) -> bool {
    Role::of(buyer) != Role::Aside && trades(buyer, month.first_day(), month.last_day())
}

/// A small count as money and percentages are reckoned with.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
