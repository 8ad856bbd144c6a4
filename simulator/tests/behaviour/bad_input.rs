//! What the admin API says of what it cannot take, and that it then has done nothing.

use gsp_simulator::Simulator;
use serde_json::Value;

use crate::common::{Reply, Request, call, simulator};

/// A request that is refused, and the field that is named; empty where it is the whole.
type Bad = (&'static str, &'static str);

/// Every address that takes a body, and bodies that it does not take.
const BODIES: &[(&str, &str, &[Bad])] = &[
    (
        "PUT",
        "/__sim/clock",
        &[
            (r#"{"now": "yesterday"}"#, "now"),
            (r#"{"now": "0001-01-01T00:00:00Z"}"#, "now"),
            (r#"{"now": 5}"#, "now"),
            (r#"{"advance": "soon"}"#, "advance"),
            (r#"{"advance": "900000000h"}"#, "advance"),
            (r#"{"now": "2026-01-01T00:00:00Z", "advance": "x"}"#, "advance"),
            (r#"{"now": "2026-01-01T00:00:00Z", "scale": -1}"#, "scale"),
            (r#"{"scale": 1000001}"#, "scale"),
            (r#"{"scale": "fast"}"#, "scale"),
            (r#"{"freeze": 1}"#, "freeze"),
            (r#"["2026-01-01T00:00:00Z"]"#, ""),
            (r#"{"freeze": true, "scale": 2}"#, "scale"),
            (r#"{"now": "2026-01-01T00:00:00Z", "later": "1h"}"#, "later"),
        ],
    ),
    (
        "PUT",
        "/__sim/scenarios/nth-call-fails",
        &[
            (r#"{"sets": {}}"#, "sets"),
            (r#"{"set": []}"#, "set"),
            (r#"{"set": {"call": "3", "cal": "4"}}"#, "set.cal"),
            (r#"{"set": {"call": "often"}}"#, "set"),
        ],
    ),
    (
        "PUT",
        "/__sim/tls",
        &[(r#"{"fualt": "expired"}"#, "fualt"), (r#"{"fault": "expird"}"#, "fault")],
    ),
    (
        "PUT",
        "/__sim/limits",
        &[
            (r#"{"most": 1}"#, "name"),
            (r#"{"name": "credits", "mots": 1}"#, "mots"),
            (r#"{"name": 5}"#, "name"),
            (r#"[{"name": "credits", "most": 3}, {"name": "credits", "burst": -1}]"#, "[1].burst"),
            (r#"{"name": "credits", "vendor": "nobody"}"#, "vendor"),
            (r#"{"name": "credits", "accounts": ["nobody"]}"#, "accounts[0]"),
        ],
    ),
    (
        "POST",
        "/__sim/tenants",
        &[
            (r#"{"nmae": "x"}"#, "nmae"),
            (r#"{"name": "a b"}"#, "name"),
            (r#"{"name": "default"}"#, "name"),
            (r#"{"seed": -1}"#, "seed"),
            (r#"{"now": "soon"}"#, "now"),
            (r#"{"ttl": "soon"}"#, "ttl"),
            (r#"{"scenarios": ["gstn-donw"]}"#, "scenarios[0]"),
            (r#"{"scenarios": "gstn-down"}"#, "scenarios"),
        ],
    ),
    (
        "PUT",
        "/__sim/taxpayers/27AAACS0000A1ZG",
        &[
            (r#"{"stauts": "Cancelled"}"#, "stauts"),
            (r#"{"status": 5}"#, "status"),
            (r#"{"registered_on": "soon"}"#, "registered_on"),
        ],
    ),
    ("PATCH", "/__sim/taxpayers/27AAACS0000A1ZG", &[(r#"{"stauts": "Cancelled"}"#, "stauts")]),
    ("POST", "/__sim/reset", &[(r#"{"clocks": true}"#, "clocks"), (r#"{"clock": 1}"#, "clock")]),
    (
        "POST",
        "/__sim/verify",
        &[
            (r#"{"vendro": "x"}"#, "vendro"),
            (r#"[{"exactly": 1}, {"exactly": -1}]"#, "[1].exactly"),
            (r#"{"in_order": [{"status": "often"}]}"#, "in_order[0].status"),
            (r#"{"status": 99}"#, "status"),
            (r#"{"between": [1]}"#, "between"),
            (r#"{"between": [2, 1]}"#, "between"),
            (r#"{"none_after": {"exactly": 1}}"#, "none_after.exactly"),
            (r#"{"gap_at_least": "soon"}"#, "gap_at_least"),
            (r#"{"via": "magic"}"#, "via"),
            (r#"{"header": {"x": 1}}"#, "header.x"),
            (r#"{"fault": "lost-repyl"}"#, "fault"),
            ("[[]]", "[0]"),
            ("[]", ""),
            ("3", ""),
        ],
    ),
];

/// Every address that takes a query, and queries that it does not take.
const QUERIES: &[(&str, &[Bad])] = &[
    (
        "/__sim/journal",
        &[
            ("statsu=200", "statsu"),
            ("status=often", "status"),
            ("status=99", "status"),
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("limit=x", "limit"),
            ("after=-1", "after"),
            ("order=best", "order"),
            ("since=yesterday", "since"),
            ("until=2026-13-01", "until"),
            ("hinted=maybe", "hinted"),
            ("via=magic", "via"),
            ("fault=lost-repyl", "fault"),
            ("vendor=a&vendor=b", "vendor"),
        ],
    ),
    (
        "/__sim/journal/stream",
        &[("limit=3", "limit"), ("order=newest", "order"), ("status=5x", "status"), ("x=1", "x")],
    ),
    ("/__sim/otp", &[("usre=x", "usre")]),
    ("/__sim/limits", &[("venodr=x", "venodr")]),
    ("/__sim/coverage", &[("format=poem", "format"), ("formta=table", "formta")]),
];

fn is_problem(reply: &Reply, field: &str, sent: &str) {
    assert_eq!(reply.status, 400, "{sent}: {reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{sent}");
    let problem = reply.json();
    let named = problem["field"].as_str().unwrap_or_default();
    assert_eq!(named, field, "{sent}: {problem}");
    for key in ["detail", "hint"] {
        assert!(problem[key].as_str().is_some_and(|text| !text.is_empty()), "{sent}: {problem}");
    }
}

/// All that an admin call could have changed.
async fn state(simulator: &Simulator) -> Vec<Value> {
    let mut all = Vec::new();
    for place in ["clock", "scenarios", "journal", "sessions", "health"] {
        all.push(call(simulator, &Request::get(&format!("/__sim/{place}"))).await.json());
    }
    all
}

#[tokio::test]
async fn a_body_that_cannot_be_taken_names_its_field_and_changes_nothing() {
    let simulator = simulator().await;
    let before = state(&simulator).await;
    for (method, place, bodies) in BODIES {
        let broken = [("{", ""), ("\u{7}", ""), (r#"{"a": 1,}"#, "a")];
        for (body, field) in bodies.iter().chain(&broken) {
            let reply = call(&simulator, &Request::new(method, place).json(*body)).await;
            is_problem(&reply, field, &format!("{method} {place} {body}"));
        }
        let no_text = Request::new(method, place).json([b'"', 0xFF, b'"']);
        is_problem(&call(&simulator, &no_text).await, "", place);
        let deep = Request::new(method, place).json(r#"{"a":"#.repeat(100_000));
        is_problem(&call(&simulator, &deep).await, "a", place);
        let long = Request::new(method, place).json("x".repeat(3 * 1024 * 1024));
        assert_eq!(call(&simulator, &long).await.status, 413, "{place}");
    }
    assert_eq!(state(&simulator).await, before, "nothing was half done");
}

#[tokio::test]
async fn a_query_that_cannot_be_taken_names_its_field() {
    let simulator = simulator().await;
    for (place, queries) in QUERIES {
        for (query, field) in *queries {
            let reply = call(&simulator, &Request::get(&format!("{place}?{query}"))).await;
            is_problem(&reply, field, &format!("{place}?{query}"));
        }
    }
}

#[tokio::test]
async fn several_changes_of_the_clock_are_made_at_once() {
    let simulator = simulator().await;
    let both = r#"{"now": "2027-01-01T00:00:00Z", "advance": "1h", "freeze": true}"#;
    let clock = call(&simulator, &Request::new("PUT", "/__sim/clock").body(both)).await.json();
    assert_eq!((&clock["now"], &clock["frozen"]), (&"2027-01-01T01:00:00Z".into(), &true.into()));
}

#[test]
fn every_address_that_is_documented_with_a_body_is_tried() {
    let docs = include_str!("../../../docs/admin-api.md");
    let bodiless = ["/__sim/gstn/certificate/rotate", "/__sim/reload"];
    let written = docs.split('`').filter_map(|words| words.split_once(' '));
    let mut tried = 0;
    for (method, place) in written.filter(|(method, _)| ["PUT", "POST", "PATCH"].contains(method)) {
        if bodiless.contains(&place) || !place.starts_with("/__sim/") {
            continue;
        }
        let begins = place.split('{').next().unwrap_or_default();
        let known = BODIES.iter().any(|(own, at, _)| *own == method && at.starts_with(begins));
        assert!(known, "nobody tries what {method} {place} refuses");
        tried += 1;
    }
    assert!(tried >= 3, "the table of addresses is read");
}
