//! What expectations say of a journal.

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::*;
use crate::{
    journal::{Bounds, Entry, Secrets, Via},
    model::{call::Call, reply::Reply},
};

/// An exchange to keep: its number is its second.
struct Kept<'text> {
    outcome: &'text str,
    status: u16,
    body: &'text str,
}

fn keep(journal: &Journal, number: u64, kept: &Kept<'_>) {
    let mut headers = HeaderMap::new();
    headers.insert("x-try", HeaderValue::from(number));
    headers.insert("authorization", HeaderValue::from_static("Basic x"));
    let call = Call {
        number,
        at_ms: i64::try_from(number).expect("it is small") * 1_000,
        method: Method::POST,
        path: "/v1/search".into(),
        query: Some("action=TP&q=a%20b".into()),
        headers,
        body: kept.body.to_owned().into(),
        ended: None,
    };
    let status = StatusCode::from_u16(kept.status).expect("it is one");
    journal.keep(&Entry {
        call: &call,
        secrets: Secrets::default(),
        vendor: "alpha",
        endpoint: "lookup",
        account: "default",
        gstin: "27AAACS0000A1ZG",
        outcome: kept.outcome,
        code: "",
        via: Via::Cause,
        reply: &Reply { status, headers: Vec::new(), body: "{}".into() },
        streamed: None,
        wait_ms: 0,
        faults: &[],
        wire: "",
        hint: "",
        opened: ("", ""),
    });
}

const FOUND: Kept<'_> = Kept { outcome: "found", status: 200, body: r#"{"gstin":"x","n":1}"# };
const DOWN: Kept<'_> = Kept { outcome: "down", status: 504, body: r#"{"gstin":"x","n":2}"# };

/// Down, down, found.
fn journal() -> Journal {
    let journal = Journal::new(Bounds::default());
    for (number, kept) in (1..).zip([DOWN, DOWN, FOUND]) {
        keep(&journal, number, &kept);
    }
    journal
}

/// Two more than there is room for: only the last, found, is left.
fn short() -> Journal {
    let journal = Journal::new(Bounds { exchanges: 1, bytes: usize::MAX });
    for (number, kept) in (1..).zip([DOWN, DOWN, FOUND]) {
        keep(&journal, number, &kept);
    }
    journal
}

fn verdict(journal: &Journal, expected: Value) -> Verdict {
    let expected: Expectations = serde_json::from_value(expected).expect("it is an expectation");
    expected.check().expect("it can be held against a journal");
    expected.verify(journal, 0).verdicts.remove(0)
}

fn wrong(expected: Value) -> Wrong {
    let expected: Expectations = serde_json::from_value(expected).expect("it can be read");
    expected.check().expect_err("it is wrong")
}

#[test]
fn counts_hold_or_do_not() {
    let journal = journal();
    for (count, ok) in [
        (json!({"exactly": 2}), true),
        (json!({"exactly": 1}), false),
        (json!({"exactly": 3}), false),
        (json!({"at_least": 2}), true),
        (json!({"at_least": 3}), false),
        (json!({"at_most": 2}), true),
        (json!({"at_most": 1}), false),
        (json!({"between": [1, 2]}), true),
        (json!({"between": [3, 4]}), false),
        (json!({"never": true}), false),
        (json!({}), true),
    ] {
        let mut expected = count.clone();
        expected["status"] = 504.into();
        let verdict = verdict(&journal, expected);
        assert_eq!((verdict.ok, verdict.counted), (ok, 2), "{count}: {}", verdict.told);
        assert_eq!(verdict.exchanges, [1, 2]);
    }
    assert!(verdict(&journal, json!({"status": "4xx", "never": true})).ok);
    assert!(!verdict(&journal, json!({"status": "4xx"})).ok, "at least one, unless said otherwise");
}

#[test]
fn the_closest_exchange_and_what_differs_is_told() {
    let expected = json!({"vendor": "alpha", "outcome": "found", "body": {"n": 2}});
    let verdict = verdict(&journal(), expected);

    assert!(!verdict.ok);
    let closest = &verdict.closest[0];
    assert_eq!(closest.exchange, 3, "of two as close the later one");
    assert_eq!(closest.told, "alpha POST /v1/search?action=TP&q=a%20b → 200 found");
    let differs = serde_json::to_value(&closest.differs).expect("it is JSON");
    assert_eq!(differs, json!([{"field": "body.n", "wanted": 2, "found": 1}]));
    assert_eq!(verdict.closest[1].exchange, 2);
    assert!(verdict.lines().contains("body.n: 2 wanted, 1 found"), "{}", verdict.lines());
}

#[test]
fn every_field_is_looked_at() {
    let journal = journal();
    for fits in [
        json!({"endpoint": "lookup", "gstin": "27AAACS0000A1ZG", "account": "default"}),
        json!({"via": "cause", "method": "post", "path": "/v1/*", "status": "2xx"}),
        json!({"header": {"X-Try": "3"}, "query": {"action": "TP", "q": "a b", "page": null}}),
        json!({"header": {"authorization": "*", "x-other": null}, "body": {"n": 1}}),
        json!({"body": "\"n\":1", "hinted": false, "code": ""}),
    ] {
        let mut expected = fits.clone();
        expected["outcome"] = "found".into();
        assert_eq!(verdict(&journal, expected).counted, 1, "{fits}");
    }
    for (field, value) in [
        ("vendor", json!("beta")),
        ("endpoint", json!("x")),
        ("gstin", json!("x")),
        ("account", json!("x")),
        ("outcome", json!("x")),
        ("code", json!("x")),
        ("status", json!(201)),
        ("via", json!("header")),
        ("method", json!("GET")),
        ("path", json!("/v1")),
        ("header", json!({"x-try": "9"})),
        ("header", json!({"x-try": null})),
        ("header", json!({"authorization": "Basic x"})),
        ("query", json!({"action": "T"})),
        ("query", json!({"page": "*"})),
        ("body", json!({"n": "1"})),
        ("body", json!("nowhere")),
        ("hinted", json!(true)),
    ] {
        let verdict = verdict(&journal, json!({ field: value }));
        assert_eq!(verdict.counted, 0, "{field}: {value}");
        let told = &verdict.closest[0].differs[0].field;
        assert!(told.starts_with(field), "{field}: {told}");
    }
}

#[test]
fn an_order_is_followed_and_what_is_missing_is_named() {
    let journal = journal();
    let order = |words: &[&str]| {
        let each: Vec<_> = words.iter().map(|word| json!({ "outcome": word })).collect();
        verdict(&journal, json!({ "vendor": "alpha", "in_order": each }))
    };
    assert!(order(&["down", "found"]).ok, "others may come between");
    assert!(order(&["down", "down", "found"]).ok);
    let missing = order(&["found", "down"]);
    assert!(!missing.ok);
    assert!(missing.told.contains("number 2 of 2"), "{}", missing.told);
    assert!(missing.told.contains("after exchange 3"), "{}", missing.told);
    let both =
        json!({"status": 504, "exactly": 2, "in_order": [{"body": {"n": 2}}, {"body": {"n": 2}}]});
    assert!(verdict(&journal, both).ok, "a count may be wanted as well");
}

#[test]
fn nothing_may_come_after() {
    let journal = journal();
    let after = |of: &str, trigger: &str| {
        verdict(&journal, json!({"outcome": of, "none_after": {"outcome": trigger}}))
    };
    assert!(after("down", "found").ok);
    let found = after("found", "down");
    assert!(!found.ok && found.told.contains("exchange 3 came after exchange 1"), "{}", found.told);
    assert!(!after("down", "down").ok, "the second came after the first");
    let never = after("down", "other");
    assert!(!never.ok && never.told.contains("nothing came with"), "{}", never.told);
}

#[test]
fn distances_are_measured_from_one_to_the_next() {
    let journal = journal();
    assert!(verdict(&journal, json!({"status": 504, "gap_at_least": "1s"})).ok);
    let hasty = verdict(&journal, json!({"status": 504, "gap_at_least": "1500ms"}));
    assert!(!hasty.ok && hasty.told.contains("came 1000 ms after exchange 1"), "{}", hasty.told);
}

#[test]
fn a_journal_that_let_some_go_proves_no_absence() {
    let journal = short();
    for (expected, ok) in [
        (json!({"outcome": "down", "never": true}), false),
        (json!({"outcome": "found", "exactly": 1}), false),
        (json!({"outcome": "found", "at_most": 1}), false),
        (json!({"outcome": "found", "at_least": 1}), true),
        (json!({"outcome": "found", "never": true}), false),
        (json!({"in_order": [{"outcome": "down"}, {"outcome": "found"}]}), false),
        (json!({"in_order": [{"outcome": "found"}]}), true),
        (json!({"outcome": "down", "none_after": {"outcome": "found"}}), false),
        (json!({"outcome": "found", "gap_at_least": "1s"}), false),
    ] {
        let one: Expectations = serde_json::from_value(expected.clone()).expect("it is one");
        let findings = one.verify(&journal, 0);
        assert!(!findings.whole);
        assert_eq!(findings.ok, ok, "{expected}: {}", findings.told());
        if !ok && findings.verdicts[0].counted < 2 && expected.get("never").is_none() {
            assert!(findings.told().contains("let exchanges go"), "{}", findings.told());
        }
    }
    journal.clear();
    keep(&journal, 4, &FOUND);
    let never = json!({"outcome": "down", "never": true});
    assert!(verdict(&journal, never).ok, "what was forgotten on purpose is not missed");
    journal.shed();
    let never = json!({"outcome": "down", "never": true});
    assert!(!verdict(&journal, never).ok, "what went for want of room is missed");
    let none = Journal::new(Bounds { exchanges: 0, bytes: 0 });
    assert!(
        !verdict(&none, json!({"never": true})).ok,
        "a journal that keeps nothing knows nothing"
    );
}

#[test]
fn what_came_before_the_mark_does_not_count() {
    let journal = journal();
    let mark = journal.mark();
    keep(&journal, 4, &DOWN);
    let expected = Expectations::from(vec![Calls::to("alpha").status(504).into()]);
    let findings = expected.verify(&journal, mark);
    assert_eq!(findings.verdicts[0].exchanges, [4]);
}

#[test]
fn contradictions_are_told_with_their_field() {
    for (expected, field) in [
        (json!({"exactly": 1, "at_least": 2}), "at_least"),
        (json!([{}, {"never": true, "at_most": 2}]), "[1].never"),
        (json!([{"between": [3, 2]}]), "[0].between"),
        (json!({"never": false}), "never"),
        (json!({"gap_at_least": "soon"}), "gap_at_least"),
        (json!({"gap_at_least": "-1s"}), "gap_at_least"),
    ] {
        assert_eq!(wrong(expected.clone()).field, field, "{expected}");
    }
    assert_eq!(wrong(json!([])).detail, "nothing is expected");
}

#[test]
fn only_so_many_exchanges_are_named() {
    let journal = Journal::new(Bounds::default());
    (1..=300).for_each(|number| keep(&journal, number, &FOUND));
    let verdict = verdict(&journal, json!({"exactly": 1}));
    assert_eq!((verdict.counted, verdict.exchanges.len(), verdict.closest.len()), (300, 100, 3));
    assert!(verdict.told.chars().count() < 200, "{}", verdict.told);
}
