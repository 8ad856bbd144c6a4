//! Filings agree with the taxpayer, the calendar and each other.

use super::*;
use crate::model::{
    period::{FinancialYear, Month},
    taxpayer::{Filing, Frequency},
};

fn crowd(count: u64) -> impl Iterator<Item = (Register, Taxpayer)> {
    (0..count).map(|number| {
        let register = Register::new(7, Vec::new(), Unknown::Somebody);
        let taxpayer =
            register.look_up(any_gstin(number).as_str(), TODAY).expect("somebody").into_owned();
        (register, taxpayer)
    })
}

#[test]
fn every_filing_is_consistent() {
    let (mut late, mut all) = (0, 0);
    for (register, taxpayer) in crowd(2_000) {
        let filings = register.filings(&taxpayer, TODAY);
        let gstin = &taxpayer.gstin;
        assert!(filings.is_sorted_by(|one, other| one.filed_on >= other.filed_on), "{gstin}");
        let serials: HashSet<&str> = filings.iter().map(|filing| &filing.arn[8..14]).collect();
        assert_eq!(serials.len(), filings.len(), "{gstin}: a serial twice");
        let returns: HashSet<_> = filings
            .iter()
            .map(|filing| (&filing.return_type, filing.period_year, filing.period_month))
            .collect();
        assert_eq!(returns.len(), filings.len(), "{gstin}: a return twice");
        for filing in &filings {
            check(&taxpayer, filing);
            all += 1;
            late += usize::from(filing.return_type == "GSTR3B" && filing.filed_on.day() > 24);
        }
        check_types(&taxpayer, &filings);
    }
    assert!(all > 100_000 && late > 500 && late * 5 < all, "{late} of {all} are late");
}

fn check(taxpayer: &Taxpayer, filing: &Filing) {
    let gstin = &taxpayer.gstin;
    assert!(is_arn(&filing.arn), "{gstin}: {}", filing.arn);
    let year = filing.period_year % 100;
    assert_eq!(
        filing.arn[2..8],
        format!("{}{:02}{year:02}", taxpayer.state_code, filing.period_month),
        "{gstin}: an ARN has the state and the period"
    );
    let month = i8::try_from(filing.period_month).expect("a month");
    let end = date(filing.period_year, month, 1).last_of_month();
    assert!(filing.filed_on <= TODAY && filing.filed_on > end, "{gstin}: {filing:?}");
    assert!(filing.filed_on >= taxpayer.registered_on && end >= taxpayer.registered_on, "{gstin}");
    if let Some(day) = taxpayer.cancelled_on {
        assert!(filing.filed_on <= day || filing.return_type == "GSTR10", "{gstin}: {filing:?}");
    } else {
        assert_ne!(filing.return_type, "GSTR10");
    }
    if matches!(taxpayer.status.as_ref(), "Suspended" | "Inactive") {
        assert!(filing.filed_on <= taxpayer.updated_on, "{gstin}: {filing:?}");
    }
    assert!(["ONLINE", "OFFLINE"].contains(&filing.mode.as_ref()) && filing.valid);
}

fn check_types(taxpayer: &Taxpayer, filings: &[Filing]) {
    let expected: &[&str] = match taxpayer.taxpayer_type.as_ref() {
        "Composition" => &["CMP08", "GSTR4"],
        "Input Service Distributor (ISD)" => &["GSTR6"],
        "Tax Deductor" => &["GSTR7"],
        "Tax Collector (Electronic Commerce Operator)" => &["GSTR8"],
        "Non Resident Taxable Person" => &["GSTR5"],
        "Non Resident Online Services Provider" => &["GSTR5A"],
        "United Nation Body"
        | "Consulate or Embassy of Foreign Country"
        | "Other notified person"
        | "Government Department ID" => &["GSTR11"],
        _ if taxpayer.frequency == Frequency::Quarterly => &["GSTR1", "IFF", "GSTR3B", "GSTR9"],
        _ => &["GSTR1", "GSTR3B", "GSTR9", "GSTR9C"],
    };
    let others: Vec<_> = filings
        .iter()
        .map(|filing| filing.return_type.as_ref())
        .filter(|name| *name != "GSTR10" && !expected.contains(name))
        .collect();
    assert!(others.is_empty(), "{}: {others:?}", taxpayer.gstin);
    let years = |name: &str| -> HashSet<i16> {
        let of_name = filings.iter().filter(|filing| filing.return_type == name);
        of_name.map(|filing| filing.period_year).collect()
    };
    let alone: Vec<_> = years("GSTR9C").difference(&years("GSTR9")).copied().collect();
    assert!(alone.is_empty(), "{}: GSTR9C without GSTR9 for {alone:?}", taxpayer.gstin);
    for yearly in filings.iter().filter(|one| one.return_type == "GSTR4" && one.period_month == 3) {
        let last = filings.iter().find(|one| {
            one.return_type == "CMP08"
                && (one.period_month, one.period_year) == (3, yearly.period_year)
        });
        let gstin = &taxpayer.gstin;
        assert!(
            last.is_none_or(|last| last.filed_on <= yearly.filed_on),
            "{gstin}: GSTR4 for {} before CMP08",
            yearly.period_year
        );
    }
    if taxpayer.status == "Active" && taxpayer.taxpayer_type == "Regular" {
        let newest = filings.first().expect("an active taxpayer files");
        assert!(newest.filed_on > date(2026, 7, 1), "{}: {newest:?}", taxpayer.gstin);
    }
}

#[test]
fn the_last_filing_is_the_first_of_all() {
    for (register, taxpayer) in crowd(600) {
        for on in [TODAY, date(2026, 1, 3), date(2024, 4, 25), date(2019, 8, 19), date(2017, 9, 1)]
        {
            assert_eq!(
                register.last_filing(&taxpayer, on).as_ref(),
                register.filings(&taxpayer, on).first(),
                "{} on {on}",
                taxpayer.gstin
            );
        }
    }
}

#[test]
fn a_year_has_its_own_periods_and_all_years_have_all_filings() {
    for (register, taxpayer) in crowd(200) {
        let mut of_years = Vec::new();
        let mut filed_in_years = Vec::new();
        for start in 2017..=2026 {
            let year = FinancialYear::starting_in(start);
            let own = register.filings_of_year(&taxpayer, year, TODAY);
            for filing in &own {
                let month = i8::try_from(filing.period_month).expect("a month");
                assert!(year.contains(date(filing.period_year, month, 1)));
            }
            of_years.splice(0..0, own);
            filed_in_years.splice(0..0, register.filings_filed_in_year(&taxpayer, year, TODAY));
        }
        let all = register.filings(&taxpayer, TODAY);
        assert_eq!(filed_in_years, all, "{}", taxpayer.gstin);
        of_years.sort_by_key(|filing| std::cmp::Reverse(filing.filed_on));
        assert_eq!(of_years.len(), all.len(), "{}", taxpayer.gstin);
    }
}

#[test]
fn what_was_filed_stays_filed() {
    for (register, taxpayer) in crowd(200) {
        let later = register.filings(&taxpayer, TODAY);
        let before = register.filings(&taxpayer, date(2022, 2, 14));
        assert!(later.ends_with(&before), "{}", taxpayer.gstin);
    }
}

#[test]
fn one_return_is_found_as_it_stands_in_the_list() {
    for (register, taxpayer) in crowd(60) {
        let filings = register.filings(&taxpayer, TODAY);
        for wanted in &filings {
            let period = period_of(wanted);
            let found = register.filing(&taxpayer, &wanted.return_type, period, TODAY);
            assert_eq!(found.as_ref(), Some(wanted), "{}", taxpayer.gstin);
            let before = wanted.filed_on.yesterday().expect("long after the first day");
            assert_eq!(register.filing(&taxpayer, &wanted.return_type, period, before), None);
        }
    }
}

#[test]
fn what_was_filed_was_owed() {
    for (register, taxpayer) in crowd(500) {
        for filing in register.filings(&taxpayer, TODAY) {
            let owed = register.owed(&taxpayer, &filing.return_type, period_of(&filing));
            if filing.return_type == "GSTR10" {
                continue;
            }
            let owed = owed.unwrap_or_else(|| panic!("{}: {filing:?}", taxpayer.gstin));
            // Eighteen days, or more where the list of supplies before it is due later.
            let allowed = owed.due.checked_add(jiff::Span::new().days(35)).expect("a day");
            let begun = taxpayer.registered_on > owed.due;
            assert!(filing.filed_on <= allowed || begun, "{}: {filing:?}", taxpayer.gstin);
        }
    }
}

fn period_of(filing: &Filing) -> Month {
    let month = i8::try_from(filing.period_month).expect("a month");
    Month { year: filing.period_year, month }
}
