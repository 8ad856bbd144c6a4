//! What each report says.

use std::path::Path;

use gsp_contract_tests::{
    case::Suite,
    coverage::Catalog,
    report::{Terminal, github, html, json, junit},
    run::Run,
};
use gsp_simulator::world::Ingredients;
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};

use crate::sample;

const PLAIN: Terminal = Terminal { width: 100, colour: false };

fn reviewed(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports/snapshots");
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn page(run: &Run) -> String {
    let suite = Suite::load(&Ingredients::default()).expect("what ships can be loaded");
    let covered = Catalog::of(&suite).covered(std::slice::from_ref(run), None);
    html::report(run, &covered).expect("the page is written")
}

#[test]
fn a_terminal_shows_what_differs_side_by_side() {
    reviewed("terminal", &PLAIN.whole(&sample::run()));
    reviewed("terminal-narrow", &Terminal { width: 60, ..PLAIN }.whole(&sample::run()));
    reviewed("terminal-passing", &PLAIN.whole(&sample::passing()));
}

#[test]
fn colours_change_no_word() {
    let painted = Terminal { colour: true, ..PLAIN }.whole(&sample::run());
    assert!(painted.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&painted).to_string(), PLAIN.whole(&sample::run()));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 80, 100, 200] {
        let told = Terminal { width, colour: false }.whole(&sample::run());
        // A sentence at the end stands by itself, a table's row does not.
        for line in told.lines().filter(|line| line.starts_with("    ")) {
            assert!(line.chars().count() <= width, "{line}");
        }
    }
}

#[test]
fn junit_is_as_build_servers_read_it() {
    let xml = junit::report(&sample::run()).expect("it is written");
    reviewed("junit", &xml);

    let read = Report::deserialize_from_str(&xml).expect("it parses back");
    assert_eq!((read.tests, read.failures, read.errors, read.skipped), (9, 3, 1, 3));
    let attestr = &read.test_suites[0];
    assert_eq!((attestr.name.as_str(), attestr.tests), ("attestr", 6));
    let failed = &attestr.test_cases[1];
    assert_eq!(
        failed.classname.as_ref().map(quick_junit::XmlString::as_str),
        Some("attestr.verify-gstin")
    );
    assert_eq!(failed.name.as_str(), "found");
    let TestCaseStatus::NonSuccess { kind, message, description, .. } = &failed.status else {
        panic!("it failed")
    };
    assert_eq!(*kind, NonSuccessKind::Failure);
    let message = message.as_ref().map(quick_junit::XmlString::as_str);
    assert_eq!(message, Some("`status`: 200 promised, 422 found (and 3 more)"));
    let text = description.as_ref().map(quick_junit::XmlString::as_str).unwrap_or_default();
    assert!(text.contains("<script>") && text.contains("\\u{1b}[31m"), "{text}");
    let legal = |letter: char| matches!(letter, '\t' | '\n' | '\r' | ' '..);
    assert!(xml.chars().all(legal), "XML has no place for control characters");
}

#[test]
fn a_case_that_was_never_tried_is_no_success_in_junit() {
    let xml = junit::report(&sample::run()).expect("it is written");
    let read = Report::deserialize_from_str(&xml).expect("it parses back");
    let cases = read.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let untried: Vec<_> = cases.filter(|case| case.name.as_str() == "rate-limited").collect();
    assert_eq!(untried.len(), 1);
    assert!(matches!(
        &untried[0].status,
        TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. }
    ));
}

#[test]
fn json_has_all_of_a_run() {
    reviewed("json", &format!("{:#}\n", json::report(&sample::run())));
}

#[test]
fn annotations_stand_on_the_line_of_the_case() {
    let told = github::report(&sample::run());
    reviewed("github", &told);
    let commands: Vec<_> = told.lines().map(|line| line.split(' ').next().unwrap_or("")).collect();
    assert_eq!(commands, ["::error", "::error", "::error", "::warning", "::notice", "::notice"]);
    assert_eq!(github::report(&sample::passing()), "");
}

#[test]
fn the_page_is_one_file_without_scripts_and_everything_is_escaped() {
    let page = page(&sample::run());
    reviewed("html", &page);
    let lower = page.to_lowercase();
    for wrong in ["<script", "src=", "http://", "@import", "url(", " onload", "\u{1b}"] {
        assert!(!lower.contains(wrong), "{wrong}");
    }
    assert!(page.contains("&lt;script&gt;"));
    let tables = page.matches("<table").count();
    assert_eq!(tables, page.matches("<caption>").count(), "every table says what it is");
    assert_eq!(tables, page.matches("</table>").count());
}

#[test]
fn a_page_says_so_where_nothing_differs() {
    let page = page(&sample::passing());
    assert!(page.contains("Nothing differs") && page.contains("Every answer was as promised."));
    assert!(page.contains("Nothing was skipped."));
}

#[test]
fn coverage_joins_what_the_client_met_with_what_runs_tried() {
    let ingredients = Ingredients::default();
    let suite = Suite::load(&ingredients).expect("what ships can be loaded");
    let catalog = Catalog::of(&suite);
    let mut covered = catalog.covered(&[sample::run()], Some(&sample::met()));
    for one in &mut covered {
        one.show_ways(&suite, &ingredients);
    }
    covered.retain(|one| one.vendor == "attestr");
    reviewed("coverage", &PLAIN.coverage(&covered));

    let code = |wanted: &str| {
        covered[0].codes.iter().find(|code| code.listed.code == wanted).expect("it is there")
    };
    assert_eq!(code("4001").client, Some(3));
    assert_eq!(
        code("4001").cases.as_ref().map(Vec::len),
        Some(1),
        "a drift elsewhere is no matter"
    );
    assert_eq!(code("4016").client, Some(0));
    let ways = code("4016").ways.as_ref().expect("it was not met");
    assert_eq!(ways.header, "X-Sim-Outcome: 4016");
}

#[test]
fn a_case_that_got_another_code_covers_none() {
    let suite = Suite::load(&Ingredients::default()).expect("what ships can be loaded");
    let mut run = sample::passing();
    run.verdicts = sample::run().verdicts;
    let mut told = |at: &str| {
        let one =
            run.verdicts.iter_mut().find(|one| one.case.ends_with("::4001")).expect("it is there");
        one.mismatches = vec![gsp_contract_tests::mismatch::Mismatch::new(at, "a", "b")];
        let covered = Catalog::of(&suite).covered(std::slice::from_ref(&run), None);
        let attestr = covered.into_iter().find(|one| one.vendor == "attestr").expect("it is there");
        attestr.runs.expect("there was a run").met
    };
    assert_eq!((told("code"), told("outcome"), told("/message")), (0, 0, 1));
}
