//! Lists of documents: grouped by counterparty, filtered, cut to a window.

use std::ops::Range;

use jiff::civil::Date;

use super::{ByPlace, Exports, Rest};
use crate::{
    books::{
        Query,
        document::{Document, Party},
        outward::{Class, Seller, Sold},
    },
    model::{
        period::Month,
        taxpayer::{Filing, Taxpayer},
    },
};

/// Puts a document to its counterparty, which is added where it is new.
pub(crate) fn put(parties: &mut Vec<Party>, buyer: &Taxpayer, document: Document) {
    // One counterparty's documents often come in a row.
    let found = parties.iter_mut().rev().find(|party| party.gstin == buyer.gstin);
    match found {
        Some(party) => party.documents.push(document),
        None => {
            let mut party = party_of(buyer);
            party.documents.push(document);
            parties.push(party);
        }
    }
}

/// A counterparty without documents.
pub(crate) fn party_of(taxpayer: &Taxpayer) -> Party {
    let name =
        if taxpayer.trade_name.is_empty() { &taxpayer.legal_name } else { &taxpayer.trade_name };
    Party {
        gstin: taxpayer.gstin.to_string(),
        name: name.to_string(),
        cancelled_on: taxpayer.cancelled_on,
        ..Party::default()
    }
}

/// Which documents a query wants.
#[derive(Debug)]
pub(crate) struct Filter<'a> {
    query: &'a Query,
    /// Whoever gets reference numbers uploads within two days.
    uploads_at_once: bool,
    filed_on: Option<Date>,
}

impl<'a> Filter<'a> {
    pub(crate) fn new(query: &'a Query, taxpayer: &Taxpayer, filing: Option<&Filing>) -> Self {
        Self {
            query,
            uploads_at_once: taxpayer.einvoice,
            filed_on: filing.map(|filing| filing.filed_on),
        }
    }

    /// A filter that wants everything, for a query without one.
    pub(crate) fn everything(query: &'a Query) -> Self {
        Self { query, uploads_at_once: false, filed_on: None }
    }

    /// Whether everything is wanted.
    pub(crate) fn is_empty(&self) -> bool {
        let query = self.query;
        query.party.is_none()
            && query.place.is_none()
            && query.since.is_none()
            && query.action_required != Some(true)
    }

    /// Whether a document with this date and place is wanted.
    pub(crate) fn wants(&self, date: Date, place: &str) -> bool {
        let uploaded = match self.filed_on {
            _ if self.uploads_at_once => date.saturating_add(jiff::Span::new().days(2)),
            Some(day) => day,
            None => date,
        };
        self.query.place.as_deref().is_none_or(|wanted| wanted == place)
            && self.query.since.is_none_or(|since| uploaded >= since)
    }

    /// Whether documents with this counterparty are wanted; none waits for the seller to act.
    pub(crate) fn wants_party(&self, gstin: &str) -> bool {
        self.query.action_required != Some(true)
            && self.query.party.as_deref().is_none_or(|wanted| wanted == gstin)
    }

    pub(crate) fn parties(&self, parties: &mut Vec<Party>) {
        parties.retain_mut(|party| {
            self.documents(&mut party.documents);
            !party.documents.is_empty() && self.wants_party(&party.gstin)
        });
    }

    fn documents(&self, documents: &mut Vec<Document>) {
        documents.retain(|document| self.wants(document.date, document.place));
    }

    /// Leaves what is wanted; sums without documents of their own stay, but for those by place.
    pub(crate) fn rest(&self, rest: &mut Rest) {
        if self.is_empty() {
            return;
        }
        for parties in [&mut rest.b2ba, &mut rest.cdnr, &mut rest.cdnra] {
            self.parties(parties);
        }
        for places in [&mut rest.b2cl, &mut rest.b2cla] {
            for place in places.iter_mut() {
                self.documents(&mut place.documents);
            }
            places.retain(|place| !place.documents.is_empty());
        }
        for documents in [&mut rest.cdnur, &mut rest.cdnura] {
            self.documents(documents);
        }
        for exports in [&mut rest.exp, &mut rest.expa] {
            for one in exports.iter_mut() {
                self.documents(&mut one.documents);
            }
            exports.retain(|exports| !exports.documents.is_empty());
        }
        let here = |place: &str| self.query.place.as_deref().is_none_or(|wanted| wanted == place);
        for rows in [&mut rest.b2cs, &mut rest.b2csa] {
            rows.retain(|row| here(row.place));
        }
    }
}

/// Cuts a list of lists down to a window over their members.
pub(crate) fn cut<T, M>(
    groups: &mut Vec<T>,
    window: &Range<u64>,
    members: impl Fn(&mut T) -> &mut Vec<M>,
) {
    let mut before = 0;
    groups.retain_mut(|group| {
        let documents = members(group);
        let count = documents.len() as u64;
        let index = |place: u64| {
            usize::try_from(place.saturating_sub(before).min(count)).unwrap_or(usize::MAX)
        };
        let (from, to) = (index(window.start), index(window.end));
        documents.truncate(to);
        documents.drain(..from.min(to));
        before += count;
        !documents.is_empty()
    });
}

/// Cuts a list down to a window.
pub(crate) fn cut_rows<T>(rows: &mut Vec<T>, window: &Range<u64>) {
    let index = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(rows.len());
    let (from, to) = (index(window.start), index(window.end));
    rows.truncate(to);
    rows.drain(..from.min(to));
}

/// Cuts one section down to a window.
pub(crate) fn cut_section(rest: &mut Rest, section: &str, window: &Range<u64>) {
    match section {
        "b2ba" => cut(&mut rest.b2ba, window, |one| &mut one.documents),
        "cdnr" => cut(&mut rest.cdnr, window, |one| &mut one.documents),
        "cdnra" => cut(&mut rest.cdnra, window, |one| &mut one.documents),
        "b2cl" => cut(&mut rest.b2cl, window, |one| &mut one.documents),
        "b2cla" => cut(&mut rest.b2cla, window, |one| &mut one.documents),
        "exp" => cut(&mut rest.exp, window, |one| &mut one.documents),
        "expa" => cut(&mut rest.expa, window, |one| &mut one.documents),
        "b2cs" => cut_rows(&mut rest.b2cs, window),
        "b2csa" => cut_rows(&mut rest.b2csa, window),
        "cdnur" => cut_rows(&mut rest.cdnur, window),
        "cdnura" => cut_rows(&mut rest.cdnura, window),
        "at" => cut_rows(&mut rest.at, window),
        "ata" => cut_rows(&mut rest.ata, window),
        "txpd" => cut_rows(&mut rest.txpd, window),
        "txpda" => cut_rows(&mut rest.txpda, window),
        "nil" => cut_rows(&mut rest.nil, window),
        "documents" => cut_rows(&mut rest.documents, window),
        "supeco" => cut_rows(&mut rest.supeco, window),
        _ => {}
    }
}

/// How many documents or rows a section has.
pub(crate) fn count(rest: &Rest, section: &str) -> usize {
    let of_parties =
        |parties: &[Party]| parties.iter().map(|party| party.documents.len()).sum::<usize>();
    let of_places =
        |places: &[ByPlace]| places.iter().map(|place| place.documents.len()).sum::<usize>();
    let of_exports =
        |exports: &[Exports]| exports.iter().map(|export| export.documents.len()).sum::<usize>();
    match section {
        "b2ba" => of_parties(&rest.b2ba),
        "cdnr" => of_parties(&rest.cdnr),
        "cdnra" => of_parties(&rest.cdnra),
        "b2cl" => of_places(&rest.b2cl),
        "b2cla" => of_places(&rest.b2cla),
        "exp" => of_exports(&rest.exp),
        "expa" => of_exports(&rest.expa),
        "b2cs" => rest.b2cs.len(),
        "b2csa" => rest.b2csa.len(),
        "cdnur" => rest.cdnur.len(),
        "cdnura" => rest.cdnura.len(),
        "at" => rest.at.len(),
        "ata" => rest.ata.len(),
        "txpd" => rest.txpd.len(),
        "txpda" => rest.txpda.len(),
        "nil" => rest.nil.len(),
        "documents" => rest.documents.len(),
        "supeco" => rest.supeco.len(),
        _ => 0,
    }
}

/// Invoices to registered persons of some months, by counterparty, within a window.
pub(crate) fn registered(
    seller: &Seller<'_>,
    months: &[Month],
    filter: &Filter<'_>,
    window: Option<&Range<u64>>,
) -> Vec<Party> {
    let everything = 0..u64::MAX;
    let window = window.unwrap_or(&everything);
    let mut parties = Vec::new();
    if seller.many.is_none() {
        // In the order of counterparties, which is known only when all are there.
        for month in months {
            seller.each_invoice(*month, 0, u64::MAX, |sold| {
                if let Some(buyer) = wanted(filter, &sold) {
                    put(&mut parties, buyer, sold.sale.document(seller));
                }
            });
        }
        cut(&mut parties, window, |party: &mut Party| &mut party.documents);
        return parties;
    }
    if let Some(gstin) = &filter.query.party {
        if filter.wants_party(gstin) {
            parties.extend(party(seller, gstin, months, filter));
        }
        cut(&mut parties, window, |party: &mut Party| &mut party.documents);
        return parties;
    }
    let mut before = 0;
    for month in months {
        let total = seller.plan(*month).total;
        if filter.is_empty() {
            let inside = |place: u64| place.saturating_sub(before).min(total);
            let (from, to) = (inside(window.start), inside(window.end));
            seller.each_invoice(*month, from, to, |sold| {
                if let Some(buyer) = wanted(filter, &sold) {
                    put_last(&mut parties, buyer, sold.sale.document(seller));
                }
            });
            before += total;
        } else {
            seller.each_invoice(*month, 0, u64::MAX, |sold| {
                if let Some(buyer) = wanted(filter, &sold) {
                    if window.contains(&before) {
                        put_last(&mut parties, buyer, sold.sale.document(seller));
                    }
                    before += 1;
                }
            });
        }
    }
    parties
}

/// One counterparty, found without a look at the others.
fn party(seller: &Seller<'_>, gstin: &str, months: &[Month], filter: &Filter<'_>) -> Option<Party> {
    let buyer = seller.find(gstin)?;
    let mut found = party_of(&buyer);
    for edge in seller.edges_to(gstin) {
        for month in months {
            seller.each_invoice_to(edge, &buyer, *month, |sale| {
                if filter.wants(sale.date, sale.receiver.place) {
                    found.documents.push(sale.document(seller));
                }
            });
        }
    }
    (!found.documents.is_empty()).then_some(found)
}

/// As [`put`], where each counterparty's documents are in a row.
fn put_last(parties: &mut Vec<Party>, buyer: &Taxpayer, document: Document) {
    match parties.last_mut().filter(|party| party.gstin == buyer.gstin) {
        Some(party) => party.documents.push(document),
        None => {
            let mut party = party_of(buyer);
            party.documents.push(document);
            parties.push(party);
        }
    }
}

fn wanted<'b>(filter: &Filter<'_>, sold: &Sold<'b>) -> Option<&'b Taxpayer> {
    let buyer = sold.buyer?;
    (sold.class == Class::Registered
        && filter.wants_party(&buyer.gstin)
        && filter.wants(sold.sale.date, sold.sale.receiver.place))
    .then_some(buyer)
}
