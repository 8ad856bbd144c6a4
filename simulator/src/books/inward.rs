//! What was bought: the suppliers' very documents, seen from the other end.
//!
//! A buyer finds those who may sell to it by following the network's edges back, asks each what it
//! sold along the edge, and so stores nothing. A document is seen in the period in which its
//! supplier tells it, filed or not.

use std::sync::Arc;

use jiff::civil::Date;

use super::{
    document::{Document, Party, Tax},
    gstr1::lists::party_of,
    network::{Edge, Network},
    outward::Seller,
};
use crate::{
    model::{period::Month, taxpayer::Taxpayer},
    taxpayers::Register,
};

/// Somebody who buys, as known on a day.
#[derive(Debug)]
pub(super) struct Buyer<'a> {
    pub(super) register: &'a Register,
    pub(super) taxpayer: &'a Taxpayer,
    pub(super) on: Date,
    /// The only one whose documents are wanted.
    pub(super) only: Option<&'a str>,
    suppliers: Vec<Supplier>,
}

/// Somebody who may sell to it.
#[derive(Debug)]
pub(super) struct Supplier {
    pub(super) edge: Edge,
    pub(super) taxpayer: Arc<Taxpayer>,
}

/// Which documents of a supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Invoices,
    AmendedInvoices,
    Notes,
    AmendedNotes,
}

impl<'a> Buyer<'a> {
    /// The buyer that a taxpayer is, with all suppliers or only the one of that GSTIN.
    pub(super) fn new(
        register: &'a Register,
        taxpayer: &'a Taxpayer,
        on: Date,
        only: Option<&'a str>,
    ) -> Self {
        let network = Network::of(register);
        let slot = network.slot_of(&taxpayer.gstin).slot;
        let mut suppliers: Vec<Supplier> = network
            .suppliers(slot)
            .filter_map(|edge| {
                let gstin = network.gstin_at(edge.seller)?;
                if gstin == taxpayer.gstin || only.is_some_and(|only| only != gstin) {
                    return None;
                }
                Some(Supplier { edge, taxpayer: register.recall(&gstin, on)? })
            })
            .collect();
        suppliers.sort_by(|one, other| {
            (&one.taxpayer.gstin, one.edge.k).cmp(&(&other.taxpayer.gstin, other.edge.k))
        });
        Self { register, taxpayer, on, only, suppliers }
    }

    /// Everybody who may sell to it, by GSTIN.
    pub(super) fn suppliers(&self) -> &[Supplier] {
        &self.suppliers
    }

    /// What the suppliers tell in some periods, by supplier and, where they are invoices or notes,
    /// by number.
    pub(super) fn told(&self, periods: &[Month], told: Told) -> Vec<Party> {
        let mut parties: Vec<Party> = Vec::new();
        for Supplier { edge, taxpayer } in &self.suppliers {
            let seller = Seller::new(self.register, taxpayer, self.on);
            if !seller.uses(*edge) {
                continue;
            }
            for period in periods {
                let documents: Vec<Document> = seller
                    .months_of(*period)
                    .into_iter()
                    .flat_map(|month| match told {
                        Told::Invoices => seller.invoices(*edge, self.taxpayer, month),
                        Told::AmendedInvoices => {
                            seller.amended_invoices(*edge, self.taxpayer, month)
                        }
                        Told::Notes => seller.notes(*edge, self.taxpayer, month),
                        Told::AmendedNotes => seller.amended_notes(*edge, self.taxpayer, month),
                    })
                    .collect();
                if documents.is_empty() {
                    continue;
                }
                // A supplier may have two edges to the same buyer.
                let same = parties
                    .iter_mut()
                    .rev()
                    .take_while(|party| party.gstin == taxpayer.gstin)
                    .find(|party| party.filed_period == Some(*period));
                match same {
                    Some(party) => party.documents.extend(documents),
                    None => parties.push(self.party(taxpayer, *period, documents)),
                }
            }
        }
        for party in &mut parties {
            party.documents.sort_by(|one, other| one.number.cmp(&other.number));
        }
        parties
    }

    /// A supplier with what it told in a period.
    fn party(&self, taxpayer: &Taxpayer, period: Month, documents: Vec<Document>) -> Party {
        let find =
            |return_type, period| self.register.filing(taxpayer, return_type, period, self.on);
        let told_in = find("GSTR1", period).or_else(|| find("IFF", period));
        let summary = if self.register.owed(taxpayer, "GSTR3B", period).is_some() {
            find("GSTR3B", period)
        } else {
            find("GSTR3B", period.quarter_end())
        };
        Party {
            filed: told_in.is_some(),
            filed_summary: summary.is_some(),
            filed_on: told_in.map(|filing| filing.filed_on),
            filed_period: Some(period),
            documents,
            ..party_of(taxpayer)
        }
    }
}

/// What each supplier told in any of the periods, under the last of them.
pub(super) fn by_supplier(parties: Vec<Party>) -> Vec<Party> {
    let mut merged: Vec<Party> = Vec::new();
    for party in parties {
        match merged.last_mut().filter(|last| last.gstin == party.gstin) {
            Some(last) => {
                let mut documents = std::mem::take(&mut last.documents);
                documents.extend(party.documents);
                let filed = last.filed && party.filed;
                *last = Party { filed, documents, ..party };
            }
            None => merged.push(party),
        }
    }
    merged
}

/// The tax on invoices of suppliers who filed.
pub(super) fn credit_of_invoices(parties: &[Party]) -> Tax {
    filed(parties).map(Document::tax).sum()
}

/// The tax on debit notes of suppliers who filed, less that on credit notes.
pub(super) fn credit_of_notes(parties: &[Party]) -> Tax {
    filed(parties).map(|note| note.as_note().1).sum()
}

fn filed(parties: &[Party]) -> impl Iterator<Item = &Document> {
    parties.iter().filter(|party| party.filed).flat_map(|party| &party.documents)
}
