//! GSTR-1 agrees with itself.

use std::collections::{HashMap, HashSet};

use super::{TODAY, documents, open, pairs, register, section, sums};
use crate::{
    books::{
        Query, ReturnKind, Standing, document::Tax, gstr1::Rest, outward::Seller, summary::NAMES,
    },
    model::period::Month,
};

#[test]
fn the_summary_adds_up_every_section() {
    let register = register(1);
    let mut met: HashMap<&str, usize> = HashMap::new();
    let mut due = 0;
    for (gstin, period) in pairs(&register, 3_000) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr1) else { continue };
        let gstr1 = &books.gstr1;
        if books.standing() == Standing::Due {
            due += 1;
        } else {
            assert!(gstr1.b2b().is_empty() && *gstr1.rest() == Rest::default().with_checksums());
        }
        let names: Vec<_> = gstr1.summary().sections.iter().map(|section| section.name).collect();
        assert_eq!(names, NAMES);
        for name in NAMES {
            let section = section(gstr1, name);
            if name == "documents" {
                continue;
            }
            let told = (section.records, section.value, section.taxable, section.tax);
            assert_eq!(told, sums(gstr1, name), "{gstin} {period} {name}");
            *met.entry(name).or_default() += usize::from(section.records > 0);
            let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
            assert_eq!(section.checksum == empty, section.records == 0, "{gstin} {period} {name}");
            if !section.parties.is_empty() {
                let records: usize = section.parties.iter().map(|party| party.records).sum();
                let value: i64 = section.parties.iter().map(|party| party.value).sum();
                assert_eq!((records, value), (section.records, section.value));
            }
        }
    }
    assert!(due > 1_000, "{due} returns were due");
    for name in NAMES {
        assert!(
            name == "documents" || met.contains_key(name),
            "no {name} in {due} returns: {met:?}"
        );
    }
}

#[test]
fn the_hsn_summary_is_all_that_the_return_tells_net_of_notes() {
    let register = register(1);
    for (gstin, period) in pairs(&register, 2_000) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr1) else { continue };
        let gstr1 = &books.gstr1;
        let (mut taxable, mut tax) = (0, Tax::default());
        for name in ["b2b", "b2cl", "b2cs", "exp", "cdnr", "cdnur", "nil"] {
            let (_, _, own, own_tax) = sums(gstr1, name);
            taxable += own;
            tax += own_tax;
        }
        let (_, _, by_hsn, tax_by_hsn) = sums(gstr1, "hsn");
        assert_eq!((by_hsn, tax_by_hsn), (taxable, tax), "{gstin} {period}");
        let is_split = period >= Month { year: 2025, month: 5 };
        assert!(is_split || gstr1.hsn().iter().all(|row| !row.registered));
    }
}

#[test]
fn taxes_follow_place_and_kind() {
    let register = register(1);
    for (gstin, period) in pairs(&register, 1_500) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr1) else { continue };
        for (name, one) in documents(&books.gstr1) {
            let context = format!("{gstin} {period} {name} {one:?}");
            assert_eq!(one.value, one.taxable() + one.tax().total(), "{context}");
            assert!((1..=3).contains(&one.items.len()) && one.taxable() > 0, "{context}");
            let rates: HashSet<_> = one.items.iter().map(|item| item.rate).collect();
            assert_eq!(rates.len(), one.items.len(), "one line a rate: {context}");
            let within = one.place == &gstin[..2];
            let zone = one.kind.as_str().starts_with("sez");
            for item in &one.items {
                let unpaid =
                    one.kind.as_str() == "sez-without-payment" || one.export == Some(false);
                let tax = match () {
                    () if unpaid => Tax::default(),
                    () => Tax::on(item.taxable, item.rate, !within || zone || one.place == "96"),
                };
                assert_eq!(item.tax, tax, "{context}");
            }
            assert!(one.number.len() <= 16, "{context}");
            assert!(one.number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/'));
            assert_eq!(one.checksum.len(), 64);
            assert!(one.about.as_ref().is_none_or(|(_, day)| *day <= one.date), "{context}");
        }
    }
}

#[test]
fn numbers_are_unique_and_documents_issued_counts_them() {
    let register = register(1);
    for (gstin, period) in pairs(&register, 1_000) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr1) else { continue };
        let taxpayer = register.recall(&gstin, TODAY).expect("somebody");
        let seller = Seller::new(&register, &taxpayer, TODAY);
        let gstr1 = &books.gstr1;
        let mut seen = HashSet::new();
        for (name, one) in documents(gstr1) {
            if matches!(name, "b2ba" | "b2cla" | "cdnra" | "cdnura" | "expa") {
                let (number, date) = one.original.as_ref().expect("an amendment has an original");
                assert!(*number != one.number || *date != one.date, "something is put right");
                assert!(one.original_period.is_some_and(|before| before < period));
            } else {
                assert!(seen.insert(one.number.clone()), "{gstin} {period} {}", one.number);
                assert!(one.original.is_none());
            }
        }
        // Every document of the months that the list is about.
        let months = seller.rest_months_of(period);
        let (mut invoices, mut notes) = (0, 0);
        for month in &months {
            seller.each_invoice(*month, 0, u64::MAX, |_| invoices += 1);
            invoices += seller.exports(*month).len();
            let (bills, void) = seller.bills(*month);
            invoices += usize::try_from(bills - void).expect("few");
            seller.each_note(*month, |_| notes += 1);
        }
        let live = |nature: &[usize]| -> usize {
            let series = gstr1.rest().documents.iter();
            series
                .filter(|series| nature.contains(&series.nature))
                .flat_map(|series| &series.runs)
                .map(|run| run.total - run.cancelled)
                .sum()
        };
        if books.standing() == Standing::Due {
            assert_eq!((live(&[1]), live(&[4, 5])), (invoices, notes), "{gstin} {period}");
        }
        for run in gstr1.rest().documents.iter().flat_map(|series| &series.runs) {
            let serial = |number: &str| number.rsplit('/').next().map(str::parse::<usize>);
            assert_eq!(serial(&run.from), Some(Ok(1)));
            assert_eq!(serial(&run.to), Some(Ok(run.total)), "numbers run on without a gap");
        }
    }
}

#[test]
fn an_amendment_says_what_was_told_before() {
    let register = register(1);
    let mut amended = 0;
    for (gstin, period) in pairs(&register, 3_000) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr1) else { continue };
        for (name, one) in documents(&books.gstr1) {
            let Some((number, date)) = &one.original else { continue };
            let told = one.original_period.expect("an amendment tells when the original was told");
            let before = open(&register, &gstin, told, ReturnKind::Gstr1).expect("the same");
            let section = name.strip_suffix('a').expect("an amendment's section");
            let all = documents(&before.gstr1);
            let original = all
                .iter()
                .find(|(other, one)| {
                    *other == section && one.number == *number && one.date == *date
                })
                .unwrap_or_else(|| panic!("{gstin} {period}: {number} was not told in {told}"))
                .1;
            assert_eq!(original.items, one.items);
            assert_eq!((original.place, original.kind), (one.place, one.kind));
            amended += 1;
        }
    }
    assert!(amended > 50, "{amended}");
}

#[test]
fn a_note_is_about_an_invoice_that_was_told() {
    let register = register(1);
    let mut found = 0;
    for (gstin, period) in pairs(&register, 1_500) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr1) else { continue };
        let taxpayer = register.recall(&gstin, TODAY).expect("somebody");
        let seller = Seller::new(&register, &taxpayer, TODAY);
        for party in &books.gstr1.rest().cdnr {
            for note in &party.documents {
                let (number, date) = note.about.as_ref().expect("a note is about an invoice");
                let told = seller.told_in(Month::of(*date)).expect("it was told");
                let before = open(&register, &gstin, told, ReturnKind::Gstr1).expect("the same");
                let invoices = before.gstr1.b2b().iter().filter(|other| other.gstin == party.gstin);
                let invoice = invoices
                    .flat_map(|party| &party.documents)
                    .find(|one| one.number == *number && one.date == *date)
                    .unwrap_or_else(|| panic!("{gstin} {period}: no {number} in {told}"));
                assert!(!note.credit || note.taxable() <= invoice.taxable());
                assert_eq!((note.place, note.kind), (invoice.place, invoice.kind));
                found += 1;
            }
        }
    }
    assert!(found > 200, "{found}");
}

#[test]
fn nobody_trades_before_registering_or_after_the_end() {
    let register = register(1);
    for (gstin, period) in pairs(&register, 1_500) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr1) else { continue };
        let taxpayer = register.recall(&gstin, TODAY).expect("somebody");
        let end = crate::taxpayers::stopped_on(&taxpayer);
        for (_, one) in documents(&books.gstr1) {
            let date = one.original.as_ref().map_or(one.date, |(_, date)| *date);
            assert!(taxpayer.registered_on <= date && end.is_none_or(|end| date <= end));
        }
        for party in books.gstr1.b2b() {
            let buyer = register.recall(&party.gstin, TODAY).expect("a buyer is somebody");
            let is_ours = register.personas().any(|persona| persona.gstin == party.gstin);
            assert!(is_ours || &party.gstin[7..11] == "0000" || &party.gstin[7..12] == "00000");
            let end = crate::taxpayers::stopped_on(&buyer);
            for one in &party.documents {
                assert!(buyer.registered_on <= one.date && end.is_none_or(|end| one.date <= end));
                assert_eq!(one.place, buyer.state_code);
            }
        }
    }
}

#[test]
fn what_is_told_of_a_month_stays_the_same_as_time_goes_on() {
    let register = register(1);
    for (gstin, period) in pairs(&register, 600) {
        let Some(later) = open(&register, &gstin, period, ReturnKind::Gstr1) else { continue };
        let on = period.plus(2).day(28);
        if on >= TODAY || later.standing() != Standing::Due {
            continue;
        }
        let Some(taxpayer) = register.recall(&gstin, on) else { continue };
        let opened = crate::books::Opened {
            register: std::sync::Arc::clone(&register),
            taxpayer,
            period,
            on,
            query: Query::default(),
        };
        let then = crate::books::Books::open(opened);
        let numbers = |books: &crate::books::Books| -> Vec<(String, i64, String)> {
            documents(&books.gstr1)
                .into_iter()
                .map(|(_, one)| (one.number.clone(), one.value, one.checksum.clone()))
                .collect()
        };
        assert_eq!(numbers(&then), numbers(&later), "{gstin} {period} on {on}");
        assert_eq!(then.gstr1.rest().b2cs, later.gstr1.rest().b2cs, "{gstin} {period} on {on}");
    }
}

#[test]
fn the_months_of_all_returns_add_up_to_the_totals() {
    let register = register(1);
    for (gstin, period) in pairs(&register, 600) {
        let quarter = period.quarter_end();
        let Some(taxpayer) = register.recall(&gstin, TODAY) else { continue };
        let seller = Seller::new(&register, &taxpayer, TODAY);
        if quarter.last_day() >= TODAY {
            continue;
        }
        let months: Vec<Month> = (-2..=0).map(|back| quarter.plus(back)).collect();
        let (mut taxable, mut tax, mut due) = (0, Tax::default(), false);
        for month in &months {
            let books = open(&register, &gstin, *month, ReturnKind::Gstr1).expect("the same");
            due |= books.standing() == Standing::Due;
            for name in ["b2b", "b2cl", "b2cs", "exp", "cdnr", "cdnur", "at"] {
                let (_, _, own, own_tax) = sums(&books.gstr1, name);
                taxable += own;
                tax += own_tax;
            }
            let (_, _, own, own_tax) = sums(&books.gstr1, "txpd");
            taxable -= own;
            tax -= own_tax;
        }
        if due {
            let totals = seller.totals(&months);
            let told = totals.taxed.taxable + totals.zero_rated.taxable;
            let mut told_tax = totals.taxed.tax;
            told_tax += totals.zero_rated.tax;
            assert_eq!((told, told_tax), (taxable, tax), "{gstin} {quarter}");
        }
    }
}

#[test]
fn turnover_fits_the_scheme() {
    let register = register(1);
    let (mut composition, mut invoices) = (0, 0);
    for (gstin, period) in pairs(&register, 2_000) {
        let Some(taxpayer) = register.recall(&gstin, TODAY) else { continue };
        let seller = Seller::new(&register, &taxpayer, TODAY);
        let months: Vec<Month> = period.financial_year().months().collect();
        let turnover = seller.totals(&months).turnover;
        if turnover.taxable > 0 {
            composition += 1;
            assert!(turnover.taxable < 15_000_000 * 100, "{gstin}: over the limit of the scheme");
            assert_eq!((turnover.tax.igst, turnover.tax.cgst), (0, turnover.tax.sgst));
            seller.each_invoice(period, 0, u64::MAX, |_| panic!("{gstin} has no invoices to show"));
        } else {
            seller.each_invoice(period, 0, u64::MAX, |_| invoices += 1);
        }
    }
    assert!(composition > 50 && invoices > 5_000, "{composition} {invoices}");
}

#[test]
fn every_section_is_met_by_some_persona_in_the_last_two_years() {
    let register = register(1);
    let mut met: HashMap<&str, String> = HashMap::new();
    for persona in register.personas().filter(|one| one.invoices_per_month.is_none()) {
        for back in 1..=24 {
            let period = Month::of(TODAY).plus(-back);
            let Some(books) = open(&register, &persona.gstin, period, ReturnKind::Gstr1) else {
                continue;
            };
            for section in &books.gstr1.summary().sections {
                if section.records > 0 {
                    met.entry(section.name).or_insert_with(|| format!("{} {period}", persona.name));
                }
            }
        }
    }
    for name in NAMES {
        assert!(met.contains_key(name), "no persona has {name}: {met:?}");
    }
}
