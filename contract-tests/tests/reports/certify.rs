//! `gsp-contract certify`, seen from outside.

use std::{collections::BTreeSet, fs};

use gsp_contract_tests::{case::Suite, certify::Evidence, mismatch::Mismatch, run::Run};
use gsp_simulator::{auth::PartCheck, world::Ingredients};
use serde_json::{Value, json};

use crate::program::{home, program, told};

#[test]
fn each_answer_of_a_vendor_is_shown_once_the_successes_first() {
    let home = home(None);
    let arguments = ["certify", "--vendor", "attestr", "--json"];
    let (code, out, err) = told(&program(home.path(), &arguments));
    assert_eq!(code, Some(0), "{out}{err}");

    let page = fs::read_to_string(home.path().join("evidence.html")).expect("it was written");
    let evidence = Evidence::check(&page).expect("it is as it was written");
    let json: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(json["total"], evidence.total);
    assert_eq!(json["counts"]["passed"], evidence.cases.len());
    assert!(evidence.left_out.is_empty(), "{:?}", evidence.left_out);
    let suite = Suite::load(&Ingredients::default()).expect("what ships can be loaded");
    let promised: BTreeSet<_> =
        suite.of(Some("attestr")).map(|case| (&case.endpoint, &case.outcome, &case.code)).collect();
    let case = |id: &str| {
        let found = suite.cases.iter().find(|case| case.id() == id).expect("it is a case");
        (&found.endpoint, &found.outcome, &found.code)
    };
    let shown: Vec<_> = evidence.cases.iter().map(|one| case(&one.case)).collect();
    assert_eq!(shown.len(), promised.len(), "none is shown twice");
    assert_eq!(shown.iter().copied().collect::<BTreeSet<_>>(), promised);
    let first: Vec<_> = shown.iter().take(2).map(|(_, outcome, _)| outcome.as_str()).collect();
    assert_eq!(first, ["found", "found"], "each endpoint's success");
    // Whatever came is in it, as it went over the wire.
    for one in &evidence.exchanges {
        assert!(one.exchange.reply.is_some() && one.exchange.url.contains("/attestr/"));
    }
    assert!(evidence.exchanges.is_sorted_by_key(|one| one.exchange.at));
}

#[test]
fn fewer_cases_show_other_codes_rather_than_the_same_one_again() {
    let home = home(None);
    let arguments =
        ["certify", "--vendor", "attestr", "--most", "10", "--out", "of/evidence.json", "--quiet"];
    let (code, out, err) = told(&program(home.path(), &arguments));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("10 cases, 10 exchanges: 10 passed"), "{out}");

    let text = fs::read_to_string(home.path().join("of/evidence.json")).expect("it was written");
    let evidence = Evidence::check(&text).expect("it is as it was written");
    let codes: Vec<_> =
        evidence.cases.iter().filter_map(|case| case.promised.as_ref()?.code.as_deref()).collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "{codes:?}");
    assert_eq!(codes.len(), 8, "two successes have none");
    assert!(evidence.left_out.iter().all(|one| one.why.contains("--most")));
    assert!(evidence.left_out.len() > 10);
}

#[test]
fn what_would_be_sent_is_told_and_nothing_is_sent() {
    let home = home(None);
    let (code, out, _) = told(&program(home.path(), &["certify", "--vendor", "hms", "--dry-run"]));
    assert_eq!(code, Some(0));
    assert!(out.contains("nothing was sent"), "{out}");
    assert!(!home.path().join("evidence.html").exists());
}

#[test]
fn evidence_that_was_changed_ends_with_one() {
    let home = home(None);
    let arguments = ["certify", "--vendor", "hyperverge", "--most", "3", "--out", "e.json"];
    assert_eq!(told(&program(home.path(), &arguments)).0, Some(0));
    let check = || told(&program(home.path(), &["certify", "--check", "e.json"]));
    let (code, out, _) = check();
    assert_eq!(code, Some(0));
    assert!(out.starts_with("e.json is as it was written: 3 exchanges"), "{out}");

    let path = home.path().join("e.json");
    let text = fs::read_to_string(&path).expect("it was written");
    let mut json: Value = serde_json::from_str(&text).expect("it is JSON");
    json["exchanges"][1]["exchange"]["reply"]["status"] = json!(418);
    fs::write(&path, json.to_string()).expect("it is written");
    let (code, out, _) = check();
    assert_eq!(code, Some(1));
    assert!(out.starts_with("e.json: exchange 2 is not what was written"), "{out}");
    assert_eq!(told(&program(home.path(), &["certify", "--check", "none.json"])).0, Some(2));
}

#[test]
fn one_that_was_interrupted_is_taken_up_again() {
    let home = home(None);
    let arguments = ["certify", "--vendor", "hyperverge", "--most", "4", "--out", "e.json"];
    assert_eq!(told(&program(home.path(), &arguments)).0, Some(0));
    // As if it had been ended after the second case.
    let path = home.path().join(".gsp-contract/certify-run.json");
    let mut run = Run::read(&path).expect("it was kept");
    let dropped = run.verdicts.split_off(2);
    run.ended = None;
    run.write(&path).expect("it is written");
    let before = run.verdicts.clone();

    let again = ["certify", "--vendor", "hyperverge", "--resume", "--out", "e.json"];
    let (code, out, err) = told(&program(home.path(), &again));
    assert_eq!(code, Some(0), "{out}{err}");
    let run = Run::read(&path).expect("it was kept");
    assert_eq!(run.verdicts.len(), 4);
    let exchanges = |id: &str| {
        let one = run.verdicts.iter().find(|one| one.case == id).expect("it has a verdict");
        one.exchanges.clone()
    };
    assert!(before.iter().all(|one| exchanges(&one.case) == one.exchanges), "not asked again");
    assert!(dropped.iter().all(|one| exchanges(&one.case) != one.exchanges), "asked now");
    let text = fs::read_to_string(home.path().join("e.json")).expect("it was written");
    assert_eq!(Evidence::check(&text).expect("it is whole").exchanges.len(), 4);
}

/// Whatever opens a door somewhere: what accounts send, as it stands in packs and as it is sent.
fn credentials() -> BTreeSet<String> {
    use base64::Engine as _;

    let suite = Suite::load(&Ingredients::default()).expect("what ships can be loaded");
    let mut all = BTreeSet::new();
    for pack in &suite.world.packs {
        let parts = pack.schemes.iter().flat_map(|scheme| &scheme.parts);
        let secret: BTreeSet<&str> = parts
            .filter(|part| matches!(part.check, PartCheck::Secret(_)))
            .map(|part| part.name.as_str())
            .collect();
        let own = pack.accounts.iter().flat_map(|account| &account.credentials);
        for (_, value) in own.filter(|(name, _)| secret.contains(name.as_str())) {
            all.insert(value.clone());
            all.insert(base64::engine::general_purpose::STANDARD.encode(value));
        }
    }
    all
}

#[test]
fn no_credential_is_in_any_report() {
    let home = home(None);
    let arguments = ["certify", "--most", "260", "--quiet"];
    let (code, out, err) = told(&program(home.path(), &arguments));
    assert_eq!(code, Some(0), "{out}{err}");
    let path = home.path().join(".gsp-contract/certify-run.json");
    let mut run = Run::read(&path).expect("it was kept");
    let vendors: BTreeSet<_> = run.verdicts.iter().map(|one| one.vendor.clone()).collect();
    assert_eq!(vendors.len(), 5);
    assert!(run.verdicts.iter().all(|verdict| !verdict.exchanges.is_empty()));
    // What differs is told with all that went over the wire.
    for verdict in &mut run.verdicts {
        verdict.mismatches.push(Mismatch::new("status", "one", "another"));
    }
    run.write(&path).expect("it is written");
    let mut written = vec![("evidence".to_owned(), home.path().join("evidence.html"))];
    for format in ["terminal", "junit", "json", "github", "html"] {
        let file = home.path().join(format);
        let name = file.to_str().expect("a path");
        let arguments = [
            "report",
            "--run",
            ".gsp-contract/certify-run.json",
            "--format",
            format,
            "--out",
            name,
        ];
        assert_eq!(told(&program(home.path(), &arguments)).0, Some(1));
        written.push((format.to_owned(), file));
    }
    written.push(("run".to_owned(), path));
    let credentials = credentials();
    assert!(credentials.len() > 20, "{}", credentials.len());
    for (name, file) in written {
        let text = fs::read_to_string(file).expect("it was written");
        for one in &credentials {
            // As a word: an account's id may be a part of a path's other words.
            let found = text.match_indices(one.as_str()).find(|(at, _)| {
                let before = text[..*at].chars().next_back();
                let after = text[at + one.len()..].chars().next();
                ![before, after]
                    .into_iter()
                    .flatten()
                    .any(|letter| letter.is_alphanumeric() || letter == '-')
            });
            let around = found.map(|(at, _)| {
                text[at.saturating_sub(100)..].chars().take(200).collect::<String>()
            });
            assert!(around.is_none(), "`{one}` is in {name}: {around:?}");
        }
        assert!(!text.contains("v4.public."), "a token is in {name}");
    }
}
