//! `JUnit` XML, as Jenkins, GitLab and GitHub's readers take it: a suite a vendor.

use std::time::Duration;

use jiff::Timestamp;
use quick_junit::{
    NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite,
    XmlString,
};

use super::{Standing, Terminal, compared, took_ms, untried};
use crate::{
    run::{Kind, Run},
    verdict::Verdict,
};

/// Failures are told as on a terminal of this width.
const PLAIN: Terminal = Terminal { width: 100, colour: false };

/// A run as XML.
///
/// # Errors
///
/// What the XML writer says.
pub fn report(run: &Run) -> Result<String, SerializeError> {
    let mut report = Report::new(format!("gsp-contract, target {}", run.target.name));
    report.set_time(Duration::from_millis(took_ms(run)));
    let untried = untried(run);
    let mut vendors: Vec<&str> = run.verdicts.iter().map(|verdict| &*verdict.vendor).collect();
    vendors.extend(untried.iter().map(|case| vendor_of(case)));
    vendors.sort_unstable();
    vendors.dedup();
    for vendor in vendors {
        let cases: Vec<_> = run.verdicts.iter().filter(|one| one.vendor == vendor).collect();
        let mut suite = TestSuite::new(vendor);
        let began = cases.iter().map(|verdict| verdict.at).min().unwrap_or(run.began);
        suite.extra.insert("timestamp".into(), moment(began));
        let took = cases.iter().map(|verdict| verdict.took_ms).sum();
        suite.set_time(Duration::from_millis(took));
        suite.add_properties(properties(run, vendor));
        suite.add_test_cases(cases.into_iter().map(case));
        suite.add_test_cases(
            untried.iter().filter(|case| vendor_of(case) == vendor).map(|id| missing(id)),
        );
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn properties(run: &Run, vendor: &str) -> Vec<Property> {
    let kind = match run.target.kind {
        Kind::Embedded => "embedded",
        Kind::Simulator => "simulator",
        Kind::Live => "live",
    };
    let mut all = vec![
        Property::new("target", &run.target.name),
        Property::new("kind", kind),
        Property::new("compared", compared(run)),
        Property::new("program", format!("gsp-contract {}", run.program)),
    ];
    let address = run.target.addresses.get(vendor);
    all.extend(address.map(|address| Property::new("address", address)));
    all
}

fn case(verdict: &Verdict) -> TestCase {
    let status = match Standing::of(verdict) {
        Standing::Passed => TestCaseStatus::success(),
        Standing::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(legal(verdict.skipped.as_deref().unwrap_or_default()));
            status
        }
        Standing::Failed | Standing::Drifted => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(if verdict.mismatches.is_empty() { "drift" } else { "mismatch" });
            status.set_message(legal(&first(verdict)));
            status.set_description(legal(&PLAIN.case(verdict)));
            status
        }
    };
    let mut case = named(&verdict.case, status);
    case.set_time(Duration::from_millis(verdict.took_ms));
    case.extra.insert("timestamp".into(), moment(verdict.at));
    if let Some(place) = &verdict.place {
        case.extra.insert("file".into(), legal(&place.file));
        case.extra.insert("line".into(), place.line.to_string().into());
    }
    case
}

/// A case that was chosen and never tried: no reader may take it for one that passed.
fn missing(id: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("interrupted");
    status.set_message("not tried: the run did not come to its end");
    named(id, status)
}

/// `vendor::endpoint::case` is the class `vendor.endpoint` and the name `case`.
fn named(id: &str, status: TestCaseStatus) -> TestCase {
    let mut parts = id.splitn(3, "::");
    let (vendor, endpoint) = (parts.next().unwrap_or(id), parts.next().unwrap_or_default());
    let mut case = TestCase::new(legal(parts.next().unwrap_or(id)), status);
    case.set_classname(legal(&format!("{vendor}.{endpoint}")));
    case
}

fn vendor_of(id: &str) -> &str {
    id.split("::").next().unwrap_or(id)
}

/// The first thing that differs, and how many more there are.
fn first(verdict: &Verdict) -> String {
    let mut all = verdict
        .mismatches
        .iter()
        .map(ToString::to_string)
        .chain(verdict.drifts.iter().map(ToString::to_string));
    let told = all.next().unwrap_or_default();
    match all.count() {
        0 => told,
        more => format!("{told} (and {more} more)"),
    }
}

fn moment(at: Timestamp) -> XmlString {
    format!("{at:.3}").into()
}

/// XML 1.0 has no place for most control characters, nor for the last two numbers of a plane.
fn legal(text: &str) -> XmlString {
    let fits = |letter: char| matches!(letter, '\t' | '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let mut told = String::with_capacity(text.len());
    for letter in text.chars() {
        if fits(letter) {
            told.push(letter);
        } else {
            told.extend(letter.escape_default());
        }
    }
    told.into()
}
