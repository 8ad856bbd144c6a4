//! Many users of one simulator: whose a call is, what each has for itself, how one ends.

use std::{collections::BTreeMap, time::Duration};

use gsp_simulator::Simulator;
use serde_json::{Value, json};

use crate::common::{Natural, Reply, Request, WORLD, builder, call, lookups, naturals, simulator};

mod apart;
mod keys;
mod overrides;
mod year;

/// Begins a tenant; all that is told about it.
pub(crate) async fn begin(simulator: &Simulator, wanted: Value) -> Value {
    let request = Request::new("POST", "/__sim/tenants").json(wanted.to_string());
    let reply = call(simulator, &request).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()
}

/// The natural call with a tenant's own credentials in place of the default one's.
pub(crate) fn owned(natural: &Natural, told: &Value) -> Request {
    let vendors = told["credentials"].as_array().expect("there is a list");
    let own = vendors.iter().find(|one| one["vendor"] == *natural.pack.name).expect("it is there");
    let mut request = natural.request();
    for sent in own["accounts"][0]["send"].as_array().expect("there is a list") {
        assert_eq!(sent["place"], "header", "what ships has credentials in headers");
        let text = |key: &str| sent[key].as_str().expect("it is text");
        request = request.with(text("name"), text("value"));
    }
    request
}

/// How many exchanges the journal of each tenant has.
async fn counts(simulator: &Simulator) -> BTreeMap<String, u64> {
    let list = call(simulator, &Request::get("/__sim/tenants")).await.json();
    let lines = list["tenants"].as_array().expect("there is a list").iter();
    let count =
        |line: &Value| (line["name"].as_str().map(str::to_owned)).zip(line["exchanges"].as_u64());
    lines.map(|line| count(line).expect("a line has both")).collect()
}

/// A call, and the tenant in whose journal it is.
async fn whose(simulator: &Simulator, request: &Request) -> (Reply, String) {
    let before = counts(simulator).await;
    let reply = call(simulator, request).await;
    let after = counts(simulator).await;
    let grown: Vec<_> =
        after.iter().filter(|(name, count)| before.get(*name) != Some(count)).collect();
    assert_eq!(grown.len(), 1, "one journal has it, and no other: {grown:?}");
    (reply, grown[0].0.clone())
}

#[tokio::test]
async fn a_tenant_is_told_all_it_needs() {
    let simulator = simulator().await;
    let told = begin(&simulator, json!({ "name": "blue", "seed": 7, "ttl": "15m" })).await;
    assert_eq!(
        (&told["name"], &told["seed"], &told["ttl_s"]),
        (&json!("blue"), &json!(7), &json!(900))
    );
    assert_eq!(told["clock"]["now"], "2026-11-21T04:30:00Z", "it begins as the default one did");
    assert_eq!(told["header"]["x-sim-tenant"], "blue");
    assert_eq!(told["credentials"].as_array().map(Vec::len), Some(WORLD.packs.len()));
    for pack in &WORLD.packs {
        let urls = &told["base_urls"][&pack.name];
        assert_eq!(urls["plain"], format!("{}/{}", simulator.url(), pack.name));
        assert_eq!(urls["prefixed"], format!("{}/t/blue/{}", simulator.url(), pack.name));
    }
    let shown = call(&simulator, &Request::get("/__sim/tenants/blue")).await.json();
    assert_eq!(shown["gstins"], told["gstins"]);
    let list = call(&simulator, &Request::get("/__sim/tenants")).await.json();
    let names: Vec<_> =
        list["tenants"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["default", "blue"]);
}

#[tokio::test]
async fn a_tenants_own_credentials_answer_as_the_default_ones_do() {
    let simulator = simulator().await;
    let told = begin(&simulator, json!({ "name": "blue" })).await;
    for natural in naturals(&WORLD) {
        let (reply, tenant) = whose(&simulator, &owned(&natural, &told)).await;
        let good = call(&simulator, &natural.request()).await;
        assert_eq!(reply.status, good.status, "{}: {reply:?}", natural.name());
        assert_eq!(tenant, "blue", "{}", natural.name());
    }
}

#[tokio::test]
async fn every_account_of_a_tenant_is_refused_as_the_default_ones() {
    let simulator = simulator().await;
    let told = begin(&simulator, json!({ "name": "blue" })).await;
    let plain = call(&simulator, &Request::get("/__sim/credentials")).await.json();
    let owns = call(&simulator, &Request::get("/t/blue/__sim/credentials")).await.json();
    let gives = |all: &Value| -> Vec<Value> {
        let vendors = all.as_array().expect("a list").iter();
        let accounts = vendors.flat_map(|vendor| vendor["accounts"].as_array().expect("a list"));
        accounts.map(|account| account["gives"].clone()).collect()
    };
    assert_eq!(gives(&owns), gives(&plain));
    assert_eq!(gives(&owns), gives(&told["credentials"]));
    assert!(gives(&plain).iter().any(|gives| !gives.is_null()));
}

#[tokio::test]
async fn credentials_come_before_the_path_and_the_path_before_the_header() {
    let simulator = simulator().await;
    let blue = begin(&simulator, json!({ "name": "blue" })).await;
    begin(&simulator, json!({ "name": "green" })).await;
    begin(&simulator, json!({ "name": "red" })).await;
    for natural in lookups(&WORLD) {
        let below = |tenant: &str, mut request: Request| {
            request.target = format!("/t/{tenant}{}", request.target);
            request
        };
        let plain = natural.request();
        let own = owned(&natural, &blue);
        for (request, expected) in [
            (plain.clone(), "default"),
            (plain.clone().with("X-Sim-Tenant", "red"), "red"),
            (below("green", plain.clone()), "green"),
            (below("default", plain.clone()), "default"),
            (below("green", plain.with("X-Sim-Tenant", "red")), "green"),
            (own.clone(), "blue"),
            (own.clone().with("X-Sim-Tenant", "red"), "blue"),
            (below("green", own.with("X-Sim-Tenant", "red")), "blue"),
        ] {
            let (reply, tenant) = whose(&simulator, &request).await;
            assert_eq!(reply.status, 200, "{expected}: {reply:?}");
            assert_eq!(tenant, expected, "{}", natural.name());
        }
    }
}

#[tokio::test]
async fn a_tenant_that_is_not_there_is_no_vendors_matter() {
    let simulator = simulator().await;
    let natural = &lookups(&WORLD)[0];
    let below =
        Request { target: format!("/t/nobody{}", natural.request().target), ..natural.request() };
    for request in [below, natural.request().with("x-sim-tenant", "nobody")] {
        let reply = call(&simulator, &request).await;
        assert_eq!(reply.status, 404, "{reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        assert!(reply.text().contains("there is no tenant `nobody`"), "{reply:?}");
    }
    for place in ["/t/nobody/__sim/clock", "/__sim/tenants/nobody"] {
        assert_eq!(call(&simulator, &Request::get(place)).await.status, 404, "{place}");
    }
}

#[tokio::test]
async fn half_a_tenants_credentials_are_the_vendors_own_refusal() {
    let simulator = simulator().await;
    let blue = begin(&simulator, json!({ "name": "blue" })).await;
    let mut tried = 0;
    for natural in lookups(&WORLD) {
        let (own, plain) = (owned(&natural, &blue), natural.request());
        let differing: Vec<_> = own
            .headers
            .iter()
            .filter(|(name, value)| !plain.headers.contains(&(name.clone(), value.clone())))
            .map(|(name, _)| name.clone())
            .collect();
        if differing.len() < 2 {
            continue;
        }
        for name in differing {
            let (_, value) = plain
                .headers
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(&name))
                .expect("both have it");
            let mixed = call(&simulator, &own.clone().with(&name, value)).await;
            assert_ne!(mixed.status, 200, "{}: {mixed:?}", natural.name());
            tried += 1;
        }
    }
    assert!(tried > 0, "some vendor wants two secrets");
}

#[tokio::test]
async fn a_tenant_that_ended_is_told_so_in_the_vendors_own_refusal() {
    let simulator = simulator().await;
    let told = begin(&simulator, json!({ "name": "blue" })).await;
    let deleted = call(&simulator, &Request::new("DELETE", "/__sim/tenants/blue")).await;
    assert_eq!(deleted.status, 204);
    let again = call(&simulator, &Request::new("DELETE", "/__sim/tenants/blue")).await;
    assert_eq!(again.status, 404);
    for natural in lookups(&WORLD) {
        let (reply, tenant) = whose(&simulator, &owned(&natural, &told)).await;
        let endpoint = natural.endpoint();
        let refusal = &endpoint.replies.all[endpoint.auth_wrong.expect("it has one")];
        assert_eq!(reply.status, refusal.status.as_u16(), "{}: {reply:?}", natural.name());
        let hint = reply.header("x-sim-hint").expect("there is a hint");
        assert!(hint.contains("tenant `blue` ended: it was deleted"), "{hint}");
        assert_eq!(tenant, "default", "nobody else is there to hear of it");
    }
    // A name that comes back is a new tenant.
    let told = begin(&simulator, json!({ "name": "blue" })).await;
    for natural in lookups(&WORLD) {
        assert_eq!(call(&simulator, &owned(&natural, &told)).await.status, 200);
    }
}

#[tokio::test]
async fn the_one_that_was_idle_longest_makes_room() {
    let simulator = builder().tenant_limit(2).start().await.expect("a free port is there");
    let natural = &lookups(&WORLD)[0];
    let first = begin(&simulator, json!({ "name": "first" })).await;
    let second = begin(&simulator, json!({ "name": "second" })).await;
    tokio::time::timeout(Duration::from_millis(5), std::future::pending::<()>()).await.ok();
    assert_eq!(call(&simulator, &owned(natural, &first)).await.status, 200);
    let third = begin(&simulator, json!({ "name": "third" })).await;

    for (told, status) in [(&first, 200), (&third, 200)] {
        assert_eq!(call(&simulator, &owned(natural, told)).await.status, status);
    }
    let reply = call(&simulator, &owned(natural, &second)).await;
    assert_ne!(reply.status, 200);
    let hint = reply.header("x-sim-hint").expect("there is a hint");
    assert!(hint.contains("tenant `second` ended: there were too many"), "{hint}");
}

#[tokio::test]
async fn a_tenant_nobody_calls_ends_and_one_that_is_called_lives_on() {
    let simulator = simulator().await;
    let natural = &lookups(&WORLD)[0];
    let idle = begin(&simulator, json!({ "name": "idle", "ttl": "PT0.3S" })).await;
    let busy = begin(&simulator, json!({ "name": "busy", "ttl": "PT0.3S" })).await;
    for _ in 0..12 {
        tokio::time::timeout(Duration::from_millis(50), std::future::pending::<()>()).await.ok();
        assert_eq!(call(&simulator, &owned(natural, &busy)).await.status, 200);
    }
    let reply = call(&simulator, &owned(natural, &idle)).await;
    let hint = reply.header("x-sim-hint").expect("there is a hint");
    assert!(hint.contains("tenant `idle` ended: nobody called it"), "{hint}");
}

#[tokio::test]
async fn what_is_wrong_with_a_wanted_tenant_is_named_and_nothing_begins() {
    let simulator = simulator().await;
    begin(&simulator, json!({ "name": "blue" })).await;
    for (wanted, status, field, named) in [
        (json!({ "name": "blue" }), 409, "name", "there is a tenant `blue`"),
        (json!({ "name": "default" }), 400, "name", "is always there"),
        (json!({ "name": "a/b" }), 400, "name", "`/`"),
        (json!({ "name": "a--b" }), 400, "name", "`--`"),
        (json!({ "nmae": "x" }), 400, "nmae", "unknown field `nmae`"),
        (json!({ "name": 7 }), 400, "name", "invalid type"),
        (json!({ "seed": -1 }), 400, "seed", "invalid value"),
        (json!({ "now": "soon" }), 400, "now", "`soon`"),
        (json!({ "now": "0001-01-01T00:00:00Z" }), 400, "now", "too far away"),
        (json!({ "ttl": 0 }), 400, "ttl", "0 is no time"),
        (json!({ "ttl": "-5m" }), 400, "ttl", "\"-5m\" is no time"),
        (json!({ "ttl": [] }), 400, "ttl", "[] is no time"),
        (json!({ "scenarios": ["gstn-down", "gstn-donw"] }), 400, "scenarios[1]", "`gstn-donw`"),
    ] {
        let request = Request::new("POST", "/__sim/tenants").json(wanted.to_string());
        let reply = call(&simulator, &request).await;
        assert_eq!(reply.status, status, "{wanted}: {reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        let problem = reply.json();
        assert_eq!(problem["field"], field, "{wanted}: {problem}");
        let detail = problem["detail"].as_str().expect("there is one");
        assert!(detail.contains(named), "{wanted}: {detail}");
    }
    let reply = call(&simulator, &Request::new("POST", "/__sim/tenants").json("{")).await;
    assert_eq!(reply.status, 400);
    let reply = call(&simulator, &Request::new("DELETE", "/__sim/tenants/default")).await;
    assert_eq!(reply.status, 409, "{reply:?}");
    let list = call(&simulator, &Request::get("/__sim/tenants")).await.json();
    assert_eq!(list["tenants"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn tenants_without_a_name_are_given_one_and_gstins_that_no_other_has() {
    let simulator = simulator().await;
    let mut names = std::collections::BTreeSet::new();
    let mut gstins = std::collections::BTreeSet::new();
    let mut given = 0;
    for seed in [1, 1, 2, 3, 4] {
        let told = begin(&simulator, json!({ "seed": seed })).await;
        assert!(names.insert(told["name"].as_str().expect("a name").to_owned()));
        let block = told["gstins"].as_array().expect("a list");
        assert!(block.len() >= 15, "{block:?}");
        given += block.len();
        let name = told["name"].as_str().expect("a name");
        for gstin in block {
            let gstin = gstin.as_str().expect("text");
            assert!(gstin[7..11] == *"0000" || gstin[7..12] == *"00000", "{gstin}");
            gstins.insert(gstin.to_owned());
            let place = format!("/t/{name}/__sim/taxpayers/{gstin}");
            let facts = call(&simulator, &Request::get(&place)).await.json();
            assert_eq!(facts["status"], "Active", "{facts}");
        }
    }
    assert_eq!(gstins.len(), given, "no number was given twice");
}
