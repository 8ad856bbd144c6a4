use serde_json::json;

use super::{request::merge, *};

fn source(text: &str) -> Source {
    Source { path: "requests.toml".into(), text: text.into() }
}

fn cases(text: &str) -> Result<Vec<Case>, Vec<Finding>> {
    let source = source(text);
    ContractFile::read(&source)?.cases(&source)
}

#[test]
fn a_request_starts_from_an_earlier_one_and_says_what_differs() {
    let cases = cases(
        r#"
        [[requests]]
        endpoint = "verify"
        outcome = "found"
        status = 200
        path = { version = "v2" }
        body = { gstin = "27AAACS0000A1ZG", address = { city = "Pune", pin = "411001" }, old = 1 }

        [[requests]]
        endpoint = "verify"
        like = "found"
        case = "elsewhere"
        outcome = "found"
        account = "none"
        body = { address = { city = "Nashik" } }
        without = ["old", "/address/pin"]
        "#,
    )
    .expect("both can be read");

    assert_eq!(cases[1].name, "elsewhere");
    assert_eq!(cases[1].status, Some(200));
    assert_eq!(cases[1].account, Sender::Nobody);
    assert_eq!(cases[1].path["version"], "v2");
    assert_eq!(
        cases[1].body,
        RequestBody::Json(json!({ "gstin": "27AAACS0000A1ZG", "address": { "city": "Nashik" } }))
    );
    assert_eq!(cases[0].account, Sender::First, "the earlier one stays as it was");
}

#[test]
fn another_kind_of_body_takes_the_place_of_the_first() {
    let cases = cases(
        r#"
        [[requests]]
        endpoint = "verify"
        outcome = "found"
        body = { gstin = "1" }

        [[requests]]
        endpoint = "verify"
        like = "found"
        case = "as-form"
        outcome = "found"
        form = { gstin = "2" }
        "#,
    )
    .expect("both can be read");

    assert!(matches!(&cases[1].body, RequestBody::Form(form) if form["gstin"] == "2"));
}

#[test]
fn cases_that_cannot_be_told_apart_or_start_from_nothing_are_found_at_once() {
    let findings = cases(
        r#"
        [[requests]]
        endpoint = "verify"
        outcome = "found"
        body = {}
        text = ""

        [[requests]]
        endpoint = "verify"
        outcome = "found"

        [[requests]]
        endpoint = "verify"
        like = "fuond"
        outcome = "not-found"
        "#,
    )
    .expect_err("three things are wrong");

    let told: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "requests.toml:3:20: a request carries one body",
            "requests.toml:10:19: `verify` has the case `found` twice",
            "requests.toml:14:16: `verify` has no case `fuond` before this one",
        ]
    );
    assert_eq!(findings[2].hint.as_deref(), Some("did you mean `found`?"));
}

#[test]
fn merging_follows_rfc_7396() {
    let mut value = json!({ "a": "b", "c": { "d": "e", "f": "g" }, "l": [1, 2] });
    merge(&mut value, &json!({ "a": "z", "c": { "f": null }, "l": [3] }));
    assert_eq!(value, json!({ "a": "z", "c": { "d": "e" }, "l": [3] }));
}
