//! Returns that add up others: GSTR-3B, CMP-08, GSTR-4; and how they agree with what was filed.

use super::{TODAY, open, pairs, register};
use crate::{
    books::{
        Books, ReturnKind, Standing,
        document::{Document, InvoiceKind, Party, Tax},
        gstr1::Gstr1,
        gstr3b::Supply,
    },
    model::period::Month,
    taxpayers::{Register, stopped_on},
};

fn add(sum: &mut Supply, document: &Document) {
    let (taxable, tax) = document.as_note();
    *sum = Supply { taxable: sum.taxable + taxable, tax: [sum.tax, tax].into_iter().sum() };
}

/// A document that is no note, as one that adds.
fn add_invoice(sum: &mut Supply, document: &Document) {
    add(sum, &Document { credit: false, ..document.clone() });
}

fn is_zone(document: &Document) -> bool {
    matches!(document.kind, InvoiceKind::SezWithPayment | InvoiceKind::SezWithoutPayment)
}

/// What a GSTR-1 says, as GSTR-3B asks for it: taxed, zero rated, nil and exempt, outside.
fn outward(told: &Gstr1) -> [Supply; 4] {
    let mut sums = [Supply::default(); 4];
    let documents = |parties: &[Party]| -> Vec<Document> {
        parties.iter().flat_map(|party| party.documents.clone()).collect()
    };
    let rest = told.rest();
    for invoice in documents(told.b2b()) {
        add_invoice(&mut sums[usize::from(is_zone(&invoice))], &invoice);
    }
    for note in documents(&rest.cdnr) {
        add(&mut sums[usize::from(is_zone(&note))], &note);
    }
    for invoice in rest.b2cl.iter().flat_map(|place| &place.documents) {
        add_invoice(&mut sums[0], invoice);
    }
    for note in &rest.cdnur {
        add(&mut sums[usize::from(note.export.is_some())], note);
    }
    for invoice in rest.exp.iter().flat_map(|exports| &exports.documents) {
        add_invoice(&mut sums[1], invoice);
    }
    for row in &rest.b2cs {
        sums[0] += Supply { taxable: row.taxable, tax: row.tax };
    }
    for item in rest.at.iter().flat_map(|advance| &advance.items) {
        sums[0] += Supply { taxable: item.taxable, tax: item.tax };
    }
    for item in rest.txpd.iter().flat_map(|advance| &advance.items) {
        sums[0] -= Supply { taxable: item.taxable, tax: item.tax };
    }
    for row in &rest.nil {
        sums[2].taxable += row.nil + row.exempt;
        sums[3].taxable += row.outside;
    }
    sums
}

/// The periods whose GSTR-1 tell what this period's GSTR-3B adds up.
fn periods(register: &Register, gstin: &str, period: Month) -> Vec<Month> {
    let taxpayer = register.recall(gstin, TODAY).expect("somebody");
    let months = register.owed(&taxpayer, "GSTR3B", period).map_or(1, |owed| owed.months);
    (1 - months..=0).map(|back| period.plus(back)).collect()
}

#[test]
fn the_summary_return_says_what_the_list_of_supplies_says() {
    let register = register(1);
    let (mut returns, mut quarters) = (0, 0);
    for (gstin, period) in pairs(&register, 2_500) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr3b) else { continue };
        if books.standing() != Standing::Due {
            continue;
        }
        let taxpayer = register.recall(&gstin, TODAY).expect("somebody");
        let months = periods(&register, &gstin, period);
        if register.owed(&taxpayer, "GSTR1", period).map(|owed| owed.months)
            != i32::try_from(months.len()).ok()
        {
            // Until 2020 some told supplies by the quarter and paid by the month.
            continue;
        }
        let mut sums = [Supply::default(); 4];
        for month in &months {
            let list = open(&register, &gstin, *month, ReturnKind::Gstr1).expect("the same");
            for (sum, own) in sums.iter_mut().zip(outward(list.gstr1())) {
                *sum += own;
            }
        }
        let told = books.gstr3b();
        assert_eq!(
            [told.taxed, told.zero_rated, told.nil_exempt, told.outside],
            sums,
            "{gstin} {period}"
        );
        let places = [&told.to_unregistered, &told.to_composition, &told.to_uin];
        let between: i64 = places.into_iter().flatten().map(|place| place.igst).sum();
        assert!(between <= told.taxed.tax.igst.max(0) + told.taxed.tax.total().abs());
        returns += 1;
        quarters += usize::from(months.len() == 3);
    }
    assert!(returns > 1_000 && quarters > 100, "{returns} {quarters}");
}

#[test]
fn credit_is_what_suppliers_who_filed_have_told() {
    let register = register(1);
    let (mut returns, mut unfiled) = (0, 0);
    for (gstin, period) in pairs(&register, 2_000) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr3b) else { continue };
        if books.standing() != Standing::Due {
            continue;
        }
        let (mut other, mut imports, mut handed_on) =
            (Tax::default(), Tax::default(), Tax::default());
        for month in periods(&register, &gstin, period) {
            let bought = open(&register, &gstin, month, ReturnKind::Gstr2a).expect("the same");
            let (view, rest) = (bought.gstr2a(), bought.gstr2a().rest());
            let filed = |parties: &[Party]| -> Vec<Document> {
                parties
                    .iter()
                    .filter(|party| party.filed)
                    .flat_map(|party| party.documents.clone())
                    .collect()
            };
            unfiled += view.b2b().iter().filter(|party| !party.filed).count();
            other += filed(view.b2b()).iter().map(Document::tax).sum();
            other += filed(&rest.cdn).iter().map(|note| note.as_note().1).sum();
            // An amendment never changes a value, so there is no difference to add.
            for amended in filed(&rest.b2ba) {
                assert!(amended.original.is_some());
            }
            imports += rest.impg.iter().chain(&rest.impgsez).map(|bill| bill.tax).sum();
            for credit in rest.isd.iter().filter(|one| one.filed).flat_map(|one| &one.documents) {
                if credit.eligible {
                    handed_on += if credit.credit { -credit.tax } else { credit.tax };
                }
            }
        }
        let told = books.gstr3b();
        assert_eq!(told.itc_other, other, "{gstin} {period}");
        assert_eq!(told.itc_imports, imports, "{gstin} {period}");
        assert_eq!(told.itc_distributor, handed_on, "{gstin} {period}");
        let net: Tax = [other, imports, handed_on].into_iter().sum();
        assert_eq!(told.itc_net, net);
        returns += 1;
    }
    assert!(returns > 800 && unfiled > 0, "{returns} {unfiled}");
}

#[test]
fn what_is_payable_is_paid_by_credit_or_in_cash() {
    let register = register(1);
    for (gstin, period) in pairs(&register, 600) {
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr3b) else { continue };
        let told = books.gstr3b();
        let mut paid = told.cash;
        paid += told.set_off.paid();
        assert_eq!(paid, told.payable, "{gstin} {period}");
        assert!(told.payable.total() >= 0 && told.cash.total() >= 0);
        let late = books.filing().is_some_and(|filing| {
            let taxpayer = register.recall(&gstin, TODAY).expect("somebody");
            let owed = register.owed(&taxpayer, "GSTR3B", period).expect("it was filed");
            filing.filed_on > owed.due
        });
        assert_eq!(told.late_fee.total() > 0, late, "{gstin} {period}");
        assert!(late || told.interest == Tax::default());
    }
}

#[test]
fn the_year_of_a_composition_taxpayer_adds_up_its_quarters() {
    let register = register(1);
    let (mut years, mut withheld) = (0, 0);
    for gstin in register.population(6_000, None).map(|gstin| gstin.to_string()) {
        let period = Month { year: 2026, month: 3 };
        let Some(books) = open(&register, &gstin, period, ReturnKind::Gstr4) else { continue };
        if books.standing() != Standing::Due {
            continue;
        }
        let year = books.gstr4();
        let (mut turnover, mut tax, mut reverse) = (0, Tax::default(), Supply::default());
        for back in [9, 6, 3, 0] {
            let quarter =
                open(&register, &gstin, period.plus(-back), ReturnKind::Cmp08).expect("the same");
            let told = quarter.cmp08();
            assert_eq!(told.outward.tax.igst, 0, "nothing is sold to other states");
            assert_eq!(told.outward.tax.cgst, told.outward.tax.sgst);
            turnover += told.outward.taxable;
            tax += told.payable.tax;
            reverse += told.inward;
        }
        assert_eq!(year.quarters.outward.taxable, turnover, "{gstin}");
        assert_eq!((year.payable, year.quarters.payable.tax), (tax, tax), "{gstin}");
        assert_eq!(year.turnover.iter().map(|row| row.turnover).sum::<i64>(), turnover);
        assert_eq!(year.reverse_charge, reverse);
        assert!(turnover < 1_500_000_000, "{gstin}: the scheme ends at 1.5 crore a year");
        for row in &year.turnover {
            assert!([100, 500, 600].contains(&row.rate), "{}", row.rate);
        }
        let before = open(&register, &gstin, period.plus(-12), ReturnKind::Gstr4);
        if let Some(before) = before.filter(|before| before.standing() == Standing::Due) {
            assert_eq!(year.turnover_before, before.gstr4().quarters.outward.taxable, "{gstin}");
        }
        withheld += year.withheld.len();
        years += 1;
    }
    assert!(years > 300 && withheld > 0, "{years} {withheld}");
}

#[test]
fn what_the_books_say_of_filing_is_what_return_tracking_says() {
    let register = register(1);
    let mut filed = 0;
    for (gstin, period) in pairs(&register, 1_200) {
        let Some(taxpayer) = register.recall(&gstin, TODAY) else { continue };
        let list = register.filings(&taxpayer, TODAY);
        for (of, names) in [
            (ReturnKind::Gstr1, ["GSTR1", "IFF"]),
            (ReturnKind::Gstr3b, ["GSTR3B", "GSTR3B"]),
            (ReturnKind::Cmp08, ["CMP08", "CMP08"]),
            (ReturnKind::Gstr4, ["GSTR4", "GSTR4"]),
        ] {
            let books = open(&register, &gstin, period, of).expect("the same");
            let tracked = list.iter().find(|filing| {
                names.contains(&filing.return_type.as_ref())
                    && (filing.period_year, i8::try_from(filing.period_month))
                        == (period.year, Ok(period.month))
            });
            if books.standing() == Standing::Due {
                assert_eq!(books.filing(), tracked, "{gstin} {period} {of:?}");
                filed += usize::from(tracked.is_some());
            }
        }
    }
    assert!(filed > 800, "{filed}");
}

#[test]
fn nothing_is_bought_or_paid_after_the_end() {
    let register = register(1);
    let mut ended = 0;
    for (gstin, period) in pairs(&register, 3_000) {
        let Some(taxpayer) = register.recall(&gstin, TODAY) else { continue };
        let Some(end) = stopped_on(&taxpayer) else { continue };
        for of in [ReturnKind::Gstr2a, ReturnKind::Gstr3b, ReturnKind::Cmp08] {
            let books = open(&register, &gstin, period, of).expect("the same");
            let is_after = period.plus(-2).first_day() > end;
            if is_after {
                assert_ne!(books.standing(), Standing::Due, "{gstin} {period} {of:?}");
            }
            match (of, books.standing()) {
                (ReturnKind::Gstr2a, Standing::Due) => check_days(&books, end),
                (_, Standing::Due) => {}
                (ReturnKind::Gstr2a, _) => {
                    assert!(books.gstr2a().sums().iter().all(|sum| sum.records == 0));
                }
                (ReturnKind::Gstr3b, _) => assert_eq!(books.gstr3b().payable, Tax::default()),
                _ => assert!(books.cmp08().payable.is_nothing()),
            }
            ended += usize::from(is_after);
        }
    }
    assert!(ended > 300, "{ended}");
}

fn check_days(books: &Books, end: jiff::civil::Date) {
    let rest = books.gstr2a().rest();
    for bill in rest.impg.iter().chain(&rest.impgsez) {
        assert!(bill.date <= end);
    }
    for credit in rest.isd.iter().flat_map(|one| &one.documents) {
        assert!(credit.date <= end);
    }
    for party in books.gstr2a().b2b() {
        assert!(party.documents.iter().all(|document| document.date <= end));
    }
}

/// GSTINs and periods that have a section which most have not; the table of `docs/books.md`.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("b2ba", "27AAACS0000A1ZG", "042025"),
    ("cdn", "27AAACS0000A1ZG", "092025"),
    ("cdna", "27AAACS0000A1ZG", "112025"),
    ("isd", "27AAACS0000A1ZG", "062025"),
    ("isda", "27AAACS0000A1ZG", "022025"),
    ("impg", "32GKOCM0000R1ZR", "032026"),
    ("impgsez", "06KWQCH0000T1ZT", "052025"),
    ("tds", "36AAACT0000J1ZX", "012026"),
    ("tdsa", "07AAAPD0000E1ZY", "092026"),
    ("tcs", "21BMZPL0000J1ZA", "032026"),
    ("tcsa", "37WKCHD0000J1ZS", "092026"),
    ("amdhist", "36BHRFG0000V1ZK", "042025"),
];

#[test]
fn somebody_has_each_section() {
    let register = register(1);
    for (section, gstin, period) in EXAMPLES {
        let (month, year) = period.split_at(2);
        let period =
            Month { month: month.parse().expect("digits"), year: year.parse().expect("digits") };
        let books = open(&register, gstin, period, ReturnKind::Gstr2a).expect("somebody");
        let sum = books.gstr2a().sums().into_iter().find(|sum| sum.name == *section);
        assert!(sum.is_some_and(|sum| sum.records > 0), "{gstin} has no {section} in {period}");
    }
}

#[test]
fn somebody_has_each_table_of_the_annual_return() {
    let register = register(1);
    let period = Month { year: 2025, month: 3 };
    let tables = |gstin: &str| {
        let books = open(&register, gstin, period, ReturnKind::Gstr4).expect("somebody");
        let told = books.gstr4();
        [told.b2b.len(), told.b2bur.len(), told.imps.len(), told.withheld.len()]
    };
    assert!(tables("36MOYPB0000V1Z7")[1] > 0);
    assert!(tables("09JYRFG0000Z1Z2")[2] > 0);
    assert!(tables("29MUBPL0000C1Z6")[3] > 0);
    assert!(tables("18AAACG0000U1ZM")[0] > 0);
}
