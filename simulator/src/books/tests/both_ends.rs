//! A sale is the same from both ends: the seller's GSTR-1 and the buyer's books.

use std::collections::{BTreeMap, HashSet};

use super::{TODAY, ask, open, pairs, register};
use crate::{
    books::{
        Query, ReturnKind, Standing,
        document::{Document, Party},
        network::Network,
        outward::Role,
    },
    model::period::Month,
    taxpayers::Register,
};

/// What both ends must agree on: each section's documents with one counterparty.
type Sections<'a> = BTreeMap<&'static str, Vec<&'a Document>>;

fn with<'a>(sections: &[(&'static str, &'a Vec<Party>)], gstin: &str) -> Sections<'a> {
    sections
        .iter()
        .map(|(name, parties)| {
            let mut documents: Vec<&Document> = parties
                .iter()
                .filter(|party| party.gstin == gstin)
                .flat_map(|party| &party.documents)
                .collect();
            documents.sort_by(|one, other| one.number.cmp(&other.number));
            (*name, documents)
        })
        .collect()
}

fn is_busy(register: &Register, gstin: &str) -> bool {
    register
        .personas()
        .any(|persona| persona.gstin == gstin && persona.invoices_per_month.is_some())
}

fn only(party: &str, of: ReturnKind) -> Query {
    Query { of, party: Some(party.to_owned()), ..Query::default() }
}

#[test]
fn every_line_that_a_buyer_sees_is_in_its_suppliers_return_to_the_paisa() {
    let register = register(1);
    let (mut lines, mut notes, mut amended) = (0, 0, 0);
    for (gstin, period) in pairs(&register, 1_500) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr2a) else { continue };
        // A stranger's documents are in nobody else's books.
        if Network::of(&register).slot_of(&gstin).twin {
            continue;
        }
        let told = books.gstr2a();
        let rest = told.rest();
        let bought =
            [("b2b", told.b2b()), ("b2ba", &rest.b2ba), ("cdn", &rest.cdn), ("cdna", &rest.cdna)];
        let suppliers: HashSet<&str> = bought
            .iter()
            .flat_map(|(_, parties)| parties.iter())
            .map(|party| party.gstin.as_str())
            .collect();
        for supplier in suppliers {
            // Those with very many invoices have a test of their own.
            if is_busy(&register, supplier) {
                continue;
            }
            let query = only(&gstin, ReturnKind::Gstr1);
            let theirs = ask(&register, supplier, period, query).expect("a supplier is somebody");
            let sold = theirs.gstr1();
            let rest = sold.rest();
            let sold = [
                ("b2b", sold.b2b()),
                ("b2ba", &rest.b2ba),
                ("cdn", &rest.cdnr),
                ("cdna", &rest.cdnra),
            ];
            let (seen, told) = (with(&bought, supplier), with(&sold, &gstin));
            assert_eq!(seen, told, "{gstin} buys from {supplier} in {period}");
            lines += seen["b2b"].len();
            notes += seen["cdn"].len();
            amended += seen["b2ba"].len() + seen["cdna"].len();
        }
    }
    assert!(lines > 5_000 && notes > 300 && amended > 50, "{lines} {notes} {amended}");
}

#[test]
fn every_line_that_a_seller_tells_is_seen_by_its_buyer_to_the_paisa() {
    let register = register(2);
    let (mut lines, mut notes, mut years) = (0, 0, 0);
    for (gstin, period) in pairs(&register, 1_000) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr1) else { continue };
        if Network::of(&register).slot_of(&gstin).twin {
            continue;
        }
        let told = books.gstr1();
        let rest = told.rest();
        let sold =
            [("b2b", told.b2b()), ("b2ba", &rest.b2ba), ("cdn", &rest.cdnr), ("cdna", &rest.cdnra)];
        let buyers: HashSet<&str> = sold
            .iter()
            .flat_map(|(_, parties)| parties.iter())
            .map(|party| party.gstin.as_str())
            .collect();
        for buyer in buyers {
            let taxpayer = register.recall(buyer, TODAY).expect("a buyer is somebody");
            let told = with(&sold, buyer);
            match Role::of(&taxpayer) {
                Role::Ordinary | Role::Zone => {
                    let query = only(&gstin, ReturnKind::Gstr2a);
                    let theirs = ask(&register, buyer, period, query).expect("somebody");
                    let view = theirs.gstr2a();
                    let rest = view.rest();
                    let bought = [
                        ("b2b", view.b2b()),
                        ("b2ba", &rest.b2ba),
                        ("cdn", &rest.cdn),
                        ("cdna", &rest.cdna),
                    ];
                    // What is told after the buyer's end has nobody to see it.
                    if theirs.standing() == Standing::Due {
                        assert_eq!(told, with(&bought, &gstin), "{gstin} to {buyer} in {period}");
                        lines += told["b2b"].len();
                        notes += told["cdn"].len();
                    }
                }
                Role::Composition => {
                    let year = period.financial_year().annual_period();
                    let theirs = open(&register, buyer, year, ReturnKind::Gstr4).expect("somebody");
                    if theirs.standing() == Standing::Due {
                        let bought = with(&[("b2b", &theirs.gstr4().b2b)], &gstin);
                        for document in &told["b2b"] {
                            assert!(bought["b2b"].contains(document), "{gstin} to {buyer}");
                            years += 1;
                        }
                    }
                }
                Role::Uin => {}
                Role::Aside => panic!("{buyer} is no party to an invoice of {gstin}"),
            }
        }
    }
    assert!(lines > 5_000 && notes > 100 && years > 100, "{lines} {notes} {years}");
}

#[test]
fn a_buyer_of_the_largest_seller_finds_its_invoices() {
    let register = register(1);
    let (seller, period) = ("29AAACV0000D1Z3", Month { year: 2026, month: 9 });
    let window = Query { window: Some(4_990..5_020), ..only_invoices() };
    let sold = ask(&register, seller, period, window).expect("a persona");
    let mut lines = 0;
    for party in sold.gstr1().b2b() {
        let theirs = ask(&register, &party.gstin, period, only(seller, ReturnKind::Gstr2a))
            .expect("a buyer is somebody");
        if theirs.standing() != Standing::Due {
            continue;
        }
        for document in &party.documents {
            let seen = theirs.gstr2a().b2b().iter().flat_map(|party| &party.documents);
            assert_eq!(seen.filter(|one| *one == document).count(), 1, "{}", party.gstin);
            lines += 1;
        }
    }
    assert!(lines > 20, "{lines}");
}

fn only_invoices() -> Query {
    Query { of: ReturnKind::Gstr1, section: Some("b2b".to_owned()), ..Query::default() }
}

#[test]
fn what_is_said_of_a_supplier_is_what_the_register_says() {
    let register = register(1);
    let (mut filed, mut not_filed) = (0, 0);
    for (gstin, period) in pairs(&register, 500) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr2a) else { continue };
        for party in books.gstr2a().b2b() {
            let supplier = register.recall(&party.gstin, TODAY).expect("somebody");
            let told = ["GSTR1", "IFF"]
                .iter()
                .find_map(|name| register.filing(&supplier, name, period, TODAY));
            assert_eq!(party.filed, told.is_some());
            assert_eq!(party.filed_on, told.map(|filing| filing.filed_on));
            assert_eq!(party.cancelled_on, supplier.cancelled_on);
            if party.filed { filed += 1 } else { not_filed += 1 }
        }
    }
    assert!(filed > 1_000 && not_filed > 0, "{filed} {not_filed}");
}

#[test]
fn a_window_over_what_was_bought_does_not_change_its_count() {
    let register = register(1);
    for (gstin, period) in pairs(&register, 120) {
        for section in ["b2b", "cdn", "impg", "isd"] {
            let query = |window| Query {
                of: ReturnKind::Gstr2a,
                section: Some(section.to_owned()),
                window,
                ..Query::default()
            };
            let Some(whole) = ask(&register, &gstin, period, query(None)) else { continue };
            let count = whole.count();
            let mut left = 0;
            for start in (0..count).step_by(4) {
                let part = ask(&register, &gstin, period, query(Some(start..start + 4)))
                    .expect("the same");
                assert_eq!(part.count(), count);
                let (view, rest) = (part.gstr2a().b2b(), part.gstr2a().rest());
                left += match section {
                    "b2b" => view.iter().map(|party| party.documents.len()).sum(),
                    "cdn" => rest.cdn.iter().map(|party| party.documents.len()).sum(),
                    "isd" => rest.isd.iter().map(|one| one.documents.len()).sum(),
                    _ => rest.impg.len(),
                };
            }
            assert_eq!(left as u64, count, "{gstin} {period} {section}");
        }
    }
}
