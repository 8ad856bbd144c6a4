//! Sellers with very many invoices.

use std::ops::Range;

use super::{TODAY, ask, register};
use crate::{
    books::{Query, Standing, network::Network, outward::Seller},
    model::period::Month,
};

const PERIOD: Month = Month { year: 2026, month: 8 };

fn query(window: Option<Range<u64>>) -> Query {
    Query { section: Some("b2b".to_owned()), window, ..Query::default() }
}

#[test]
fn a_file_tells_exactly_how_many_invoices_there_are() {
    let register = register(1);
    let persona = register.persona("invoices-25000").expect("a shipped persona").gstin.clone();
    let books = ask(&register, &persona, PERIOD, query(None)).expect("somebody");
    assert_eq!((books.standing(), books.count()), (Standing::Due, 25_000));
    let written: usize = books.gstr1.b2b().iter().map(|party| party.documents.len()).sum();
    assert_eq!(written, 25_000);
    assert_eq!(books.gstr1.b2b().len(), 1_000);
    let summary = &books.gstr1.summary().sections[0];
    assert_eq!((summary.records, summary.parties.len()), (25_000, 1_000));
    let value: i64 =
        books.gstr1.b2b().iter().flat_map(|party| &party.documents).map(|one| one.value).sum();
    assert_eq!(summary.value, value);
}

#[test]
fn a_window_of_a_million_is_the_same_from_whichever_side() {
    let register = register(1);
    let persona = register.persona("invoices-1000000").expect("a shipped persona").gstin.clone();
    let window = |window: Range<u64>| {
        ask(&register, &persona, PERIOD, query(Some(window))).expect("somebody")
    };
    let books = window(499_990..500_110);
    assert_eq!(books.count(), 1_000_000);
    let parties = books.gstr1.b2b();
    let numbers: Vec<&str> =
        parties.iter().flat_map(|party| &party.documents).map(|one| one.number.as_str()).collect();
    assert_eq!(numbers.len(), 120);
    assert!(numbers[0].ends_with("/0499991") && numbers[119].ends_with("/0500110"));
    let taxpayer = register.recall(&persona, TODAY).expect("somebody");
    let seller = Seller::new(&register, &taxpayer, TODAY);
    let network = Network::of(&register);
    for party in parties {
        let buyer = register.recall(&party.gstin, TODAY).expect("a customer");
        let slot = network.slot_of(&party.gstin).slot;
        let own: Vec<_> = network
            .suppliers(slot)
            .filter(|edge| seller.uses(*edge))
            .flat_map(|edge| seller.invoices(edge, &buyer, PERIOD))
            .collect();
        assert!(party.documents.iter().all(|one| own.contains(one)), "{}", party.gstin);
        assert_eq!(own.len(), 50);
        let query = Query { party: Some(party.gstin.clone()), ..query(None) };
        let alone = ask(&register, &persona, PERIOD, query).expect("somebody");
        assert_eq!((alone.count(), &alone.gstr1.b2b()[0].documents), (50, &own));
    }
}
