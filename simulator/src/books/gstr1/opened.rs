//! The return of opened books: what is worked out when, within which filter and window.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use super::{
    Gstr1, Hsn, Rest, hsn,
    lists::{self, Filter},
    sections,
};
use crate::books::{
    Opened, ReturnKind, Standing, checksum,
    document::Party,
    outward::Seller,
    standing,
    summary::{self, Summary, summarise},
};

impl Gstr1 {
    /// The return of opened books.
    pub(crate) fn of(opened: Arc<Opened>) -> Self {
        Self {
            opened,
            b2b: OnceLock::new(),
            all: OnceLock::new(),
            cut: OnceLock::new(),
            hsn: OnceLock::new(),
            summary: OnceLock::new(),
        }
    }

    /// Invoices with registered persons, by counterparty.
    #[must_use]
    pub fn b2b(&self) -> &Vec<Party> {
        self.b2b.get_or_init(|| self.registered(self.window_of("b2b")))
    }

    /// All other sections but `hsn`.
    #[must_use]
    pub fn rest(&self) -> &Rest {
        let Some(section) = &self.opened.query.section else { return self.all() };
        let Some(window) = self.window_of(section) else { return self.all() };
        self.cut.get_or_init(|| {
            let mut rest = self.all().clone();
            lists::cut_section(&mut rest, section, window);
            rest
        })
    }

    /// What was sold by HSN code.
    #[must_use]
    pub fn hsn(&self) -> &Vec<Hsn> {
        &self.hsn_with_checksum().0
    }

    /// SHA-256 of the section `hsn`, hex.
    #[must_use]
    pub fn hsn_checksum(&self) -> &str {
        &self.hsn_with_checksum().1
    }

    /// The summary.
    #[must_use]
    pub fn summary(&self) -> &Summary {
        self.summary.get_or_init(|| {
            let whole;
            let rest = if self.filter().is_empty() {
                self.all()
            } else {
                whole = self.seller().map(|seller| sections::rest(&seller, self.opened.period));
                &whole.unwrap_or_else(|| Rest::default().with_checksums())
            };
            let months = self.seller().map(|seller| seller.months_of(self.opened.period));
            let months = months.unwrap_or_default();
            summarise(self.seller().as_ref(), &months, rest, (self.hsn(), self.hsn_checksum()))
        })
    }

    /// Documents or rows of a section, without the window.
    pub(crate) fn count(&self, section: &str) -> u64 {
        match section {
            "b2b" => self.count_registered(),
            "hsn" => self.hsn().len() as u64,
            _ => lists::count(self.all(), section) as u64,
        }
    }

    /// The sections that have documents or rows to count.
    pub(crate) fn count_all(&self) -> u64 {
        summary::NAMES.iter().map(|name| self.count(name)).sum()
    }

    fn count_registered(&self) -> u64 {
        let Some(seller) = self.seller() else { return 0 };
        if seller.many.is_some() && self.filter().is_empty() {
            let months = seller.months_of(self.opened.period);
            return months.iter().map(|month| seller.plan(*month).total).sum();
        }
        let of = |parties: &[Party]| parties.iter().map(|party| party.documents.len() as u64).sum();
        if self.window_of("b2b").is_none() { of(self.b2b()) } else { of(&self.registered(None)) }
    }

    fn registered(&self, window: Option<&Range<u64>>) -> Vec<Party> {
        let Some(seller) = self.seller() else { return Vec::new() };
        let months = seller.months_of(self.opened.period);
        lists::registered(&seller, &months, &self.filter(), window)
    }

    fn all(&self) -> &Rest {
        self.all.get_or_init(|| {
            let Some(seller) = self.seller() else { return Rest::default().with_checksums() };
            let mut rest = sections::rest(&seller, self.opened.period);
            self.filter().rest(&mut rest);
            rest
        })
    }

    fn hsn_with_checksum(&self) -> &(Vec<Hsn>, String) {
        self.hsn.get_or_init(|| {
            self.seller().map_or_else(
                || (Vec::new(), checksum::of_all([])),
                |seller| hsn::hsn(&seller, self.opened.period),
            )
        })
    }

    /// The seller, where the return has something to show.
    fn seller(&self) -> Option<Seller<'_>> {
        let opened = &*self.opened;
        (standing::standing(opened, ReturnKind::Gstr1) == Standing::Due)
            .then(|| Seller::new(&opened.register, &opened.taxpayer, opened.on))
    }

    fn filter(&self) -> Filter<'_> {
        let opened = &*self.opened;
        let filing = opened.query.since.and_then(|_| standing::filing(opened, ReturnKind::Gstr1));
        Filter::new(&opened.query, &opened.taxpayer, filing.as_ref())
    }

    /// The window over a section, where the query is about it.
    fn window_of(&self, section: &str) -> Option<&Range<u64>> {
        let query = &self.opened.query;
        let is_asked = query.of == ReturnKind::Gstr1
            && query.section.as_deref().is_none_or(|asked| asked == section);
        query.window.as_ref().filter(|_| is_asked)
    }
}
