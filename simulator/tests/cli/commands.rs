//! What the commands that tell of things say.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Ran, json, list, refused, run, said, text, vendors, vendors_by_tokens};

#[test]
fn an_outcome_is_explained_at_every_vendor() {
    let explained = json(&["explain", "not-found"]);
    let names: BTreeSet<_> =
        list(&explained["readings"]).iter().map(|reading| text(&reading["vendor"])).collect();
    assert_eq!(names.len(), vendors().len());
    let out = said(&["explain", "not-found"]);
    assert!(out.contains("X-Sim-Outcome: not-found") && out.contains("magic GSTIN: "), "{out}");
}

#[test]
fn a_code_of_each_vendor_is_explained_and_shows_its_reply() {
    for vendor in list(&json(&["catalog"])) {
        let (name, code) = (text(&vendor["vendor"]), text(&vendor["codes"][0]["code"]));
        let reading = &json(&["explain", code, "--vendor", name])["readings"][0];
        assert_eq!(reading["code"], code);
        assert_eq!(reading["reply"]["code"], code, "{name}: {reading}");
    }
}

#[test]
fn what_nobody_says_is_answered_with_the_closest_word() {
    assert_eq!(
        refused(&["explain", "not-fuond"]),
        "error: there is no code or outcome `not-fuond`\nhint: did you mean `not-found`?\n"
    );
    let err = refused(&["explain", "something-else-entirely"]);
    assert!(err.contains("\nhint: `gspsim catalog` lists"), "{err}");
}

#[test]
fn an_unknown_vendor_is_answered_with_the_closest_one() {
    let name = &vendors()[0];
    let wrong = format!("{name}x");
    for args in [
        &["catalog", "--vendor", &wrong][..],
        &["credentials", "--vendor", &wrong],
        &["explain", "not-found", "--vendor", &wrong],
        &["magic", "--vendor", &wrong],
        &["token", &wrong],
        &["taxpayer", "active-regular", "--as", &wrong],
    ] {
        let err = refused(args);
        let wanted = format!("there is no vendor `{wrong}`\nhint: did you mean `{name}`?");
        assert!(err.contains(&wanted), "{args:?}: {err}");
    }
}

#[test]
fn the_catalog_counts_what_it_lists() {
    let all = json(&["catalog"]);
    let codes: usize = list(&all).iter().map(|vendor| list(&vendor["codes"]).len()).sum();
    let out = said(&["catalog"]);
    assert!(out.contains(&format!(" vendors, {codes} codes: ")), "{out}");
}

#[test]
fn no_table_is_wider_than_120_columns() {
    for args in [
        &["catalog"][..],
        &["magic"],
        &["population", "--count", "50"],
        &["gstin", "explain", "27AAACS0000A1ZG"],
        &["gstin", "check", "27AAACS0000A1ZG", "x"],
        &["taxpayer", "active-regular"],
        &["taxpayer", "active-regular", "--books", "042025"],
        &["scenario", "list"],
    ] {
        for line in run(args).out.lines() {
            assert!(line.chars().count() <= 120, "{args:?}: {line}");
        }
    }
}

#[test]
fn every_magic_gstin_is_valid_and_nobodys() {
    let rows = json(&["magic"]);
    for row in list(&rows) {
        let gstin = text(&row["gstin"]);
        assert_eq!(&gstin[7..11], "0000");
        said(&["gstin", "check", gstin]);
        assert!(list(&row["vendors"]).iter().any(|vendor| vendor["says"].is_object()), "{row}");
    }
}

#[test]
fn every_outcome_of_the_catalogs_has_a_magic_gstin() {
    let rows = json(&["magic"]);
    let has = |outcome: &Value| list(&rows).iter().any(|row| row["outcome"] == *outcome);
    let catalogs = json(&["catalog"]);
    let outcomes: BTreeSet<&str> = list(&catalogs)
        .iter()
        .flat_map(|vendor| list(&vendor["codes"]))
        .flat_map(|code| list(&code["outcomes"]))
        // No GSTIN can be the wrong PAN of a search.
        .filter(|outcome| **outcome != "invalid-pan" && !has(outcome))
        .map(text)
        .filter(|outcome| !of_session_or_return(outcome))
        .collect();
    // What remains are outcomes that one pack alone has: they explain themselves by its codes.
    for outcome in outcomes {
        assert!(json(&["explain", outcome])["about"].is_null(), "`{outcome}` has no magic GSTIN");
    }
}

/// What is said of a session, a file or a return: keys, OTPs and periods cause it, no number does.
fn of_session_or_return(outcome: &str) -> bool {
    let kinds = ["consent-", "file-", "key-", "link-", "otp-", "payload-", "return-", "session-"];
    let others = ["api-access-off", "no-data", "saved", "too-many-sessions", "user-unknown"];
    kinds.iter().any(|kind| outcome.starts_with(kind)) || others.contains(&outcome)
}

#[test]
fn the_markdown_table_has_a_row_for_each_magic_gstin() {
    let out = said(&["magic", "--markdown"]);
    assert!(out.starts_with("| GSTIN | outcome |"), "{out}");
    assert_eq!(out.lines().count(), list(&json(&["magic"])).len() + 2);
}

#[test]
fn credentials_come_with_a_call_to_paste() {
    let out = said(&["credentials"]);
    for vendor in list(&json(&["credentials"])) {
        let base = text(&vendor["base_url"]);
        assert!(base.starts_with("http://127.0.0.1:4777/"));
        assert!(out.contains(&format!("'{base}/")), "{base}");
        assert!(vendor["accounts"][0]["gives"].is_null(), "the first account is let in: {vendor}");
        assert!(vendor["accounts"][0]["send"][0]["value"].is_string(), "{vendor}");
    }
}

#[test]
fn a_token_lives_as_long_as_it_is_told() {
    let (with, _) = vendors_by_tokens();
    let token = json(&["token", &with[0], "--ttl", "2h", "--org", "org_1", "--claim", "n=7"]);
    assert_eq!(token["expires_at"], "2026-07-01T11:00:00Z");
    assert!(text(&token["send"]).starts_with("Bearer v4."), "{token}");
    let plain = said(&["token", &with[0], "--ttl", "2h"]);
    assert_eq!(plain.lines().count(), 1, "a token alone, to be put into a command");
}

#[test]
fn a_token_that_cannot_be_made_says_why() {
    let (with, without) = vendors_by_tokens();
    let err = refused(&["token", &without[0]]);
    assert!(err.contains("takes no PASETO tokens\nhint: `gspsim credentials --vendor"), "{err}");
    let err = refused(&["token", &with[0], "--account", "defautl"]);
    assert!(err.contains("has no account `defautl`\nhint: did you mean `default`?"), "{err}");
    let err = refused(&["token", &with[0], "--claim", "n"]);
    assert!(err.contains("`--claim n` cannot be read\nhint: write"), "{err}");
    let err = refused(&["token", &with[0], "--ttl", "soon"]);
    assert!(err.contains("write seconds, or such as 90s, 15m, 1h, 2d"), "{err}");
}

#[test]
fn a_persona_is_found_by_its_name_and_by_its_number() {
    let by_name = json(&["taxpayer", "active-regular"]);
    let gstin = text(&by_name["gstin"]);
    assert_eq!(by_name, json(&["taxpayer", gstin]));
    let out = said(&["taxpayer", gstin]);
    for label in ["Status", "Address", "Offices", "Registered", "RETURN"] {
        assert!(out.contains(label), "{label}: {out}");
    }
}

#[test]
fn nobody_is_told_apart_from_no_gstin() {
    let err = refused(&["taxpayer", "absent"]);
    assert!(err.contains("nobody is registered under") && err.contains("`--as VENDOR`"), "{err}");
    let err = refused(&["taxpayer", "27AAACS0000A1ZH"]);
    assert!(err.contains("the right one is `G`\nhint: `gspsim gstin explain"), "{err}");
    let err = refused(&["taxpayer", "actve-regular"]);
    assert!(err.contains("there is no persona `actve-regular`\nhint: did you mean"), "{err}");
}

#[test]
fn every_vendor_tells_of_a_taxpayer_in_its_own_words() {
    for name in vendors() {
        let reply = json(&["taxpayer", "active-regular", "--as", &name]);
        assert_eq!((&reply["status"], &reply["outcome"]), (&200.into(), &"found".into()), "{name}");
        let out = said(&["taxpayer", "active-regular", "--as", &name]);
        assert!(out.contains(": HTTP 200, found"), "{out}");
        let err = refused(&["taxpayer", "active-regular", "--as", &name, "--endpoint", "x"]);
        assert!(err.contains("has no endpoint `x` that looks up a GSTIN\nhint: "), "{err}");
    }
}

#[test]
fn new_numbers_are_valid_and_differ() {
    for kind in
        ["ordinary", "government", "tax-deductor", "tax-collector", "non-resident", "embassy"]
    {
        let new = json(&["gstin", "new", "--kind", kind, "--count", "20", "--state", "27"]);
        let numbers: Vec<&str> = list(&new).iter().map(text).collect();
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), 20);
        for record in list(&json(&[&["gstin", "check"], &numbers[..]].concat())) {
            assert_eq!((text(&record["kind"]), text(&record["state_code"])), (kind, "27"));
        }
    }
    said(&["gstin", "new", "--kind", "online-services"]);
}

#[test]
fn the_same_seed_makes_the_same_number() {
    let new = |seed| said(&["gstin", "new", "--seed", seed]);
    assert_eq!(new("7"), new("7"));
    assert_ne!(new("7"), new("8"));
}

#[test]
fn a_state_must_be_one() {
    let err = refused(&["gstin", "new", "--state", "98"]);
    assert!(err.contains("`98` is no state code\nhint: two digits"), "{err}");
    let err = refused(&["gstin", "new", "--state", "27", "--kind", "online-services"]);
    assert!(err.contains("have the state code 99"), "{err}");
    assert!(refused(&["population", "--state", "xx"]).contains("`xx` is no state code"));
}

#[test]
fn checking_a_wrong_number_ends_with_1() {
    let Ran { out, code, .. } = run(&["gstin", "check", "27AAACS0000A1ZG", "27AAACS0000A1ZH"]);
    assert_eq!(code, 1);
    assert!(out.contains("not valid  the check character is `H`, the right one is `G`"), "{out}");
}

#[test]
fn a_number_is_taken_apart() {
    let out = said(&["gstin", "explain", "27AAACS0000A1ZG"]);
    assert!(out.contains("state code of Maharashtra") && out.contains("`active-regular`"), "{out}");
    let parts = json(&["gstin", "explain", "27AAACS0000A1ZH"]);
    assert_eq!((&parts["valid"], &parts["parts"][4]["from"]), (&false.into(), &15.into()));
}

#[test]
fn the_population_lives_where_it_is_asked_for() {
    let members = json(&["population", "--count", "30", "--state", "27"]);
    assert_eq!(list(&members).len(), 30);
    assert!(list(&members).iter().all(|member| member["state_code"] == "27"));
}

#[test]
fn completions_know_the_commands() {
    assert!(said(&["completions", "bash"]).contains("credentials"));
}

#[test]
fn the_books_of_a_period_are_told_return_by_return() {
    let out = said(&["taxpayer", "active-regular", "--books", "042025"]);
    for told in
        ["GSTR1  filed on 2025-05-11", "GSTR2A  as the suppliers tell it", "4(C) net credit"]
    {
        assert!(out.contains(told), "{out}");
    }
    assert!(out.contains("CMP08  not for this kind of taxpayer and period\n"), "{out}");

    let books = json(&["taxpayer", "composition", "--books", "032025"]);
    let returns = list(&books["returns"]);
    let standings: Vec<_> = returns.iter().map(|one| text(&one["standing"])).collect();
    assert_eq!(standings[3..], ["due", "due"]);
    assert_eq!(standings[0], "not-applicable");
    let line = |index: usize, name: &str| {
        let lines = list(&list(&books["returns"])[index]["lines"]);
        lines.iter().find(|line| line["name"] == name).expect("it is told").clone()
    };
    assert_eq!(line(4, "6 turnover")["taxable"], line(4, "5 the four CMP-08")["taxable"]);
    assert!(line(3, "3(1) turnover")["cgst"].as_f64().expect("an amount") > 0.0);
}

#[test]
fn a_period_that_is_none_is_refused_with_its_form() {
    let err = refused(&["taxpayer", "active-regular", "--books", "2025-04"]);
    assert!(err.starts_with("error: `2025-04` is not a return period\nhint: write it as MMYYYY"));
}
