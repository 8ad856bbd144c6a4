//! Credit and debit notes, and what is amended three months later.
//!
//! Notes pick their invoices by a stride, so a note's number follows from its invoice's without
//! a look at the others. A note about a sale that is only told in a sum, or to somebody who is no
//! longer registered, is void: its number is used up.

use std::sync::Arc;

use super::{Class, Every, Number, Plan, Sale, Seller, Series, Sold, Spot, index, trades};
use crate::{
    books::{document::Document, network::Edge},
    model::{period::Month, taxpayer::Taxpayer},
};

/// So many months after an original its amendment is told; enough for it to have been told.
const AMENDED_AFTER: i32 = 3;

/// One reason for notes: which invoices, and the number of the first note.
struct Cause {
    plan: Arc<Plan>,
    every: Every,
    series: Series,
    base: u64,
    /// The note is written in the month after its invoice.
    is_later: bool,
}

/// Notes issued in a month: credit and debit notes, void ones too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Issued {
    pub(crate) credit: u64,
    pub(crate) debit: u64,
}

impl Seller<'_> {
    /// Its notes of a month to the buyer at the edge's other end, by number.
    #[must_use]
    pub fn notes(&self, edge: Edge, buyer: &Taxpayer, month: Month) -> Vec<Document> {
        let mut documents = Vec::new();
        self.each_note_to(edge, buyer, month, |sale| documents.push(sale.document(self)));
        documents
    }

    /// Calls `tell` for each note of a month to a registered buyer.
    pub(crate) fn each_note_to(
        &self,
        edge: Edge,
        buyer: &Taxpayer,
        month: Month,
        mut tell: impl FnMut(&Sale),
    ) {
        for cause in self.causes(month) {
            let Some(lane) = self.lane(edge, buyer, cause.plan.month) else { continue };
            for spot in cause.plan.along(lane) {
                let Some(rank) = cause.every.rank(spot.position) else { continue };
                if let Some((sale, Class::Registered)) =
                    self.note(&cause, rank, spot, month, edge, Some(buyer))
                {
                    tell(&sale);
                }
            }
        }
    }

    /// Calls `tell` for each note of a month that is not void.
    pub(crate) fn each_note(&self, month: Month, mut tell: impl FnMut(Sold<'_>)) {
        for cause in self.causes(month) {
            for (rank, spot) in cause.plan.picked(cause.every) {
                let (edge, buyer) = self.partner(spot.lane, cause.plan.month);
                let note = self.note(&cause, rank, spot, month, edge, buyer.as_deref());
                if let Some((sale, class)) = note {
                    tell(Sold { sale, class, buyer: buyer.as_ref() });
                }
            }
        }
        for sale in self.export_notes(month) {
            tell(Sold { sale, class: Class::Export, buyer: None });
        }
    }

    /// How many notes a month has, void ones too.
    pub(crate) fn notes_issued(&self, month: Month) -> Issued {
        let mut issued = Issued::default();
        for cause in self.causes(month) {
            let count = cause.every.count(cause.plan.total);
            match cause.series {
                Series::Debit => issued.debit += count,
                _ => issued.credit += count,
            }
        }
        issued.credit += self.export_notes(month).len() as u64;
        issued
    }

    /// Its invoices to a buyer that are amended in a month, by number.
    #[must_use]
    pub fn amended_invoices(&self, edge: Edge, buyer: &Taxpayer, month: Month) -> Vec<Document> {
        let (origin, mut documents) = (month.plus(-AMENDED_AFTER), Vec::new());
        if self.amends(buyer, month) {
            let every = self.amended_every(origin);
            self.each_invoice_to(edge, buyer, origin, |sale| {
                if every.rank(sale.number.serial - 1).is_some() {
                    documents.push(sale.amended(self));
                }
            });
        }
        documents
    }

    /// Its notes to a buyer that are amended in a month, by number.
    #[must_use]
    pub fn amended_notes(&self, edge: Edge, buyer: &Taxpayer, month: Month) -> Vec<Document> {
        let (origin, mut documents) = (month.plus(-AMENDED_AFTER), Vec::new());
        if self.amends(buyer, month) {
            let every = self.amended_notes_every(origin);
            self.each_note_to(edge, buyer, origin, |sale| {
                if every.rank(sale.number.serial).is_some() {
                    documents.push(sale.amended(self));
                }
            });
        }
        documents
    }

    /// Calls `tell` for each invoice, export and note of earlier that is amended in a month.
    pub(crate) fn each_amended(&self, month: Month, mut tell: impl FnMut(Sold<'_>)) {
        if self.days_of(month).is_none() {
            return;
        }
        let origin = month.plus(-AMENDED_AFTER);
        let plan = self.plan(origin);
        for (_, spot) in plan.picked(self.amended_every(origin)) {
            if self.is_void(&plan, spot.position) {
                continue;
            }
            let (edge, buyer) = self.partner(spot.lane, origin);
            let sale = self.invoice(&plan, spot, edge, buyer.as_deref());
            let class = Self::class(&sale);
            if class != Class::Registered
                || buyer.as_deref().is_some_and(|buyer| self.amends(buyer, month))
            {
                tell(Sold { sale, class, buyer: buyer.as_ref() });
            }
        }
        let every = Every::new(41, self.dice.fork(index(origin)).fork(13));
        for sale in self.exports(origin) {
            if every.rank(sale.number.serial).is_some() {
                tell(Sold { sale, class: Class::Export, buyer: None });
            }
        }
        let every = self.amended_notes_every(origin);
        self.each_note(origin, |sold| {
            let is_open = sold.class != Class::Registered
                || sold.buyer.is_some_and(|buyer| self.amends(buyer, month));
            if is_open && every.rank(sold.sale.number.serial).is_some() {
                tell(sold);
            }
        });
    }

    /// Whether documents to a buyer may be amended in a month.
    fn amends(&self, buyer: &Taxpayer, month: Month) -> bool {
        self.days_of(month).is_some() && trades(buyer, month.first_day(), month.first_day())
    }

    fn amended_every(&self, origin: Month) -> Every {
        let stride = 131 * self.plan(origin).rarity();
        Every::new(stride, self.dice.fork(index(origin)).fork(11))
    }

    fn amended_notes_every(&self, origin: Month) -> Every {
        Every::new(29, self.dice.fork(index(origin)).fork(12))
    }

    fn causes(&self, month: Month) -> Vec<Cause> {
        let (before, plan) = (self.plan(month.plus(-1)), self.plan(month));
        if !plan.is_on() {
            return Vec::new();
        }
        let every = |plan: &Plan, stride: u64, purpose: u64| {
            Every::new(stride * plan.rarity(), self.dice.fork(index(plan.month)).fork(purpose))
        };
        let (later, soon, raised) =
            (every(&before, 23, 6), every(&plan, 53, 7), every(&plan, 61, 8));
        let base = later.count(before.total);
        let credit = Series::Credit;
        vec![
            Cause { plan: before, every: later, series: credit, base: 0, is_later: true },
            Cause { plan: Arc::clone(&plan), every: soon, series: credit, base, is_later: false },
            Cause { plan, every: raised, series: Series::Debit, base: 0, is_later: false },
        ]
    }

    /// A note about the invoice at a spot, and where it stands; `None` where it is void.
    fn note(
        &self,
        cause: &Cause,
        rank: u64,
        spot: Spot,
        month: Month,
        edge: Edge,
        buyer: Option<&Taxpayer>,
    ) -> Option<(Sale, Class)> {
        if self.is_void(&cause.plan, spot.position) {
            return None;
        }
        let invoice = self.invoice(&cause.plan, spot, edge, buyer);
        let class = Self::class(&invoice);
        let date = if cause.is_later {
            // In the first third of the month.
            let count = cause.every.count(cause.plan.total);
            self.plan(month).day(rank, count * 3)
        } else {
            cause.plan.day_plus(invoice.date, 1 + rank % 4)
        };
        let is_told = match class {
            Class::Registered => buyer.is_some_and(|buyer| trades(buyer, date, date)),
            Class::Large | Class::Export => true,
            Class::Small => false,
        };
        let serial = cause.base + rank + 1;
        let number = Number { series: cause.series, month, serial };
        let mut dice = self.dice.fork(index(month)).fork(14).fork(serial);
        is_told.then(|| (invoice.note(number, date, &mut dice), class))
    }

    /// Credit notes about last month's exports.
    fn export_notes(&self, month: Month) -> Vec<Sale> {
        let plan = self.plan(month);
        if !plan.is_on() {
            return Vec::new();
        }
        let before = month.plus(-1);
        let every = Every::new(9, self.dice.fork(index(before)).fork(10));
        let base: u64 = self
            .causes(month)
            .iter()
            .filter(|cause| cause.series == Series::Credit)
            .map(|cause| cause.every.count(cause.plan.total))
            .sum();
        self.exports(before)
            .iter()
            .filter_map(|invoice| {
                let rank = every.rank(invoice.number.serial - 1)?;
                let serial = base + rank + 1;
                let number = Number { series: Series::Credit, month, serial };
                let mut dice = self.dice.fork(index(month)).fork(14).fork(serial);
                Some(invoice.note(number, plan.day(rank, 6), &mut dice))
            })
            .collect()
    }
}
