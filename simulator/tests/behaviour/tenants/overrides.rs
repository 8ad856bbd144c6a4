//! What a tenant says of taxpayers, and what makes it forget.

use serde_json::{Value, json};

use super::begin;
use crate::common::{Reply, Request, WORLD, call, lookups, simulator};

const SOMEBODY: &str = "29ABCDE0000F1Z5";

fn place(tenant: &str, gstin: &str) -> String {
    format!("/t/{tenant}/__sim/taxpayers/{gstin}")
}

async fn say(
    simulator: &gsp_simulator::Simulator,
    method: &str,
    gstin: &str,
    change: &Value,
) -> Reply {
    let request = Request::new(method, &place("blue", gstin)).json(change.to_string());
    call(simulator, &request).await
}

#[tokio::test]
async fn every_vendor_tells_a_tenant_what_it_said_and_nobody_else() {
    let simulator = simulator().await;
    begin(&simulator, json!({ "name": "blue" })).await;
    let gstin = gstin_of_somebody(&simulator).await;
    let name = "WHOLLY OTHER NAME PRIVATE LIMITED";
    let reply = say(&simulator, "PUT", &gstin, &json!({ "legal_name": name })).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.json()["legal_name"], name);
    assert_eq!(reply.json()["overridden"], json!({ "legal_name": name }));
    let mut told = 0;
    for natural in lookups(&WORLD) {
        let request = natural.about(&gstin).request();
        let plain = call(&simulator, &request).await;
        assert!(!plain.text().contains(name), "{plain:?}");
        let target = format!("/t/blue{}", request.target);
        let own = call(&simulator, &Request { target, ..request }).await;
        told += usize::from(own.text().contains(name));
    }
    assert!(told >= WORLD.packs.len(), "each vendor tells it somewhere: {told}");

    let back = call(&simulator, &Request::new("DELETE", &place("blue", &gstin))).await;
    assert_eq!(back.status, 204);
    let facts = call(&simulator, &Request::get(&place("blue", &gstin))).await.json();
    assert_ne!(facts["legal_name"], name);
    assert_eq!(facts["overridden"], Value::Null);
    let again = call(&simulator, &Request::new("DELETE", &place("blue", &gstin))).await;
    assert_eq!(again.status, 404);
}

/// Somebody of the crowd who is active.
async fn gstin_of_somebody(simulator: &gsp_simulator::Simulator) -> String {
    let told = call(simulator, &Request::get("/__sim/tenants/default")).await.json();
    told["gstins"][0].as_str().expect("there is one").to_owned()
}

#[tokio::test]
async fn who_is_cancelled_is_so_from_today_on_and_files_no_more() {
    let simulator = simulator().await;
    begin(&simulator, json!({ "name": "blue" })).await;
    let gstin = gstin_of_somebody(&simulator).await;
    let facts = say(&simulator, "PUT", &gstin, &json!({ "status": "Cancelled" })).await.json();
    assert_eq!(
        (&facts["status"], &facts["cancelled_on"]),
        (&json!("Cancelled"), &json!("2026-11-21"))
    );

    let advance = Request::new("PUT", "/t/blue/__sim/clock").json(r#"{"advance": "8760h"}"#);
    assert_eq!(call(&simulator, &advance).await.status, 200);
    let later = call(&simulator, &Request::get(&place("blue", &gstin))).await.json();
    let filings = later["filings"].as_array().expect("a list");
    let late: Vec<_> = filings
        .iter()
        .filter(|one| one["return_type"] != "GSTR10")
        .filter(|one| one["filed_on"].as_str() > Some("2026-11-21"))
        .collect();
    assert!(late.is_empty() && !filings.is_empty(), "{late:?}");

    // Active again, and all is as if it had never been otherwise.
    let facts = say(&simulator, "PATCH", &gstin, &json!({ "status": "Active" })).await.json();
    assert_eq!((&facts["status"], &facts["cancelled_on"]), (&json!("Active"), &Value::Null));
    assert!(facts["filings"].as_array().is_some_and(|now| now.len() > filings.len()));
}

#[tokio::test]
async fn a_cancellation_that_is_still_to_come_comes_with_the_clock() {
    let simulator = simulator().await;
    begin(&simulator, json!({ "name": "blue" })).await;
    let gstin = gstin_of_somebody(&simulator).await;
    let facts =
        say(&simulator, "PUT", &gstin, &json!({ "cancelled_on": "2026-12-31" })).await.json();
    assert_eq!((&facts["status"], &facts["cancelled_on"]), (&json!("Active"), &Value::Null));
    let set =
        Request::new("PUT", "/t/blue/__sim/clock").json(r#"{"now": "2026-12-31T00:00:00+05:30"}"#);
    assert_eq!(call(&simulator, &set).await.status, 200);
    let facts = call(&simulator, &Request::get(&place("blue", &gstin))).await.json();
    assert_eq!(
        (&facts["status"], &facts["cancelled_on"]),
        (&json!("Cancelled"), &json!("2026-12-31"))
    );
}

#[tokio::test]
async fn somebody_can_be_absent_and_nobody_present() {
    let simulator = simulator().await;
    begin(&simulator, json!({ "name": "blue" })).await;
    let gstin = gstin_of_somebody(&simulator).await;
    assert_eq!(say(&simulator, "PUT", &gstin, &json!({ "absent": true })).await.status, 200);
    let gone = call(&simulator, &Request::get(&place("blue", &gstin))).await;
    assert_eq!(gone.status, 404);
    assert!(gone.text().contains("this tenant says so"), "{gone:?}");
    for natural in lookups(&WORLD) {
        let Some(not_found) = natural.endpoint().not_found else { continue };
        let plan = &natural.endpoint().replies.all[not_found];
        let request = natural.about(&gstin).request();
        let target = format!("/t/blue{}", request.target);
        let reply = call(&simulator, &Request { target, ..request }).await;
        assert_eq!(reply.status, plan.status.as_u16(), "{}: {reply:?}", natural.name());
    }
    let absent = WORLD.register.personas().find(|persona| persona.absent).expect("there is one");
    assert_eq!(
        say(&simulator, "PUT", &absent.gstin, &json!({ "status": "Active" })).await.status,
        404
    );
    let change = json!({ "absent": false, "legal_name": "HERE AFTER ALL" });
    let facts = say(&simulator, "PUT", &absent.gstin, &change).await.json();
    assert_eq!(facts["legal_name"], "HERE AFTER ALL", "{facts}");
}

#[tokio::test]
async fn what_cannot_be_true_is_named_and_changes_nothing() {
    let simulator = simulator().await;
    begin(&simulator, json!({ "name": "blue" })).await;
    let gstin = gstin_of_somebody(&simulator).await;
    let before = call(&simulator, &Request::get(&place("blue", &gstin))).await.json();
    let filed = |period: &str, day: &str| json!({ "filings": [{ "return_type": "GSTR1", "period": period, "filed_on": day }] });
    for (change, field, named) in [
        (json!({ "stats": "Cancelled" }), "stats", "unknown field `stats`"),
        (json!({ "status": "Gone" }), "status", "`Gone` is none of Active, "),
        (json!({ "status": 7 }), "status", "invalid type"),
        (json!({ "legal_name": " " }), "legal_name", "empty"),
        (json!({ "cancelled_on": "2010-01-01" }), "cancelled_on", "before its first"),
        (json!({ "cancelled_on": "31-12-2026" }), "cancelled_on", "parse"),
        (json!({ "status": "Active", "cancelled_on": "2026-11-01" }), "cancelled_on", "`Active`"),
        (json!({ "status": "Cancelled", "cancelled_on": null }), "cancelled_on", "`Cancelled`"),
        (
            json!({ "registered_on": "2026-11-20", "updated_on": "2026-11-19" }),
            "updated_on",
            "2026-11-20 or later",
        ),
        (json!({ "core_business": "XYZ" }), "core_business", "`XYZ`"),
        (json!({ "places": [] }), "places", "principal place"),
        (json!({ "places": [{ "pin": "000000" }] }), "places[0].pin", "`000000`"),
        (json!({ "places": [{ "pni": "" }] }), "places[0].pni", "unknown field"),
        (json!({ "frequency": "daily" }), "frequency", "unknown variant"),
        (json!({ "gstin": SOMEBODY }), "gstin", "unknown field `gstin`"),
        (filed("132026", "2026-11-01"), "filings[0].period", "`132026`"),
        (filed("102026", "2026-09-01"), "filings[0].filed_on", "before the period"),
    ] {
        let reply = say(&simulator, "PUT", &gstin, &change).await;
        assert_eq!(reply.status, 400, "{change}: {reply:?}");
        let problem = reply.json();
        assert_eq!(problem["field"], field, "{change}: {problem}");
        let detail = problem["detail"].as_str().expect("there is one");
        assert!(detail.contains(named), "{change}: {detail}");
    }
    assert_eq!(say(&simulator, "PUT", "29ABCDE0000F1Z9", &json!({})).await.status, 400);
    let after = call(&simulator, &Request::get(&place("blue", &gstin))).await.json();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_reset_forgets_what_was_done_and_leaves_others_alone() {
    let simulator = simulator().await;
    for name in ["blue", "green"] {
        begin(&simulator, json!({ "name": name, "scenarios": ["gstn-down"] })).await;
        let gstin = gstin_of_somebody(&simulator).await;
        let change = Request::new("PUT", &place(name, &gstin)).json(r#"{"status": "Suspended"}"#);
        assert_eq!(call(&simulator, &change).await.status, 200);
        let natural = &lookups(&WORLD)[0];
        let request = natural.request().with("x-sim-tenant", name);
        call(&simulator, &request).await;
        let advance = Request::new("PUT", &format!("/t/{name}/__sim/clock"));
        call(&simulator, &advance.json(r#"{"advance": "1h"}"#)).await;
    }
    let gstin = gstin_of_somebody(&simulator).await;
    let played = |story: &Value| -> u64 {
        let rules = story["rules"].as_array().expect("a list");
        rules.iter().filter_map(|rule| rule["calls"].as_u64()).sum()
    };
    for (body, now, scenarios) in [
        ("", "2026-11-21T05:30:00Z", 1),
        (r#"{"clock": true, "scenarios": true}"#, "2026-11-21T04:30:00Z", 1),
    ] {
        let reply = call(&simulator, &Request::new("POST", "/t/blue/__sim/reset").json(body)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let line = reply.json();
        assert_eq!((&line["name"], &line["exchanges"]), (&json!("blue"), &json!(0)));
        assert_eq!(line["clock"]["now"], now);
        assert_eq!(line["scenarios"].as_array().map(Vec::len), Some(scenarios));
        let facts = call(&simulator, &Request::get(&place("blue", &gstin))).await.json();
        assert_eq!(facts["status"], "Active");
        let story =
            call(&simulator, &Request::get("/t/blue/__sim/scenarios/gstn-down")).await.json();
        assert_eq!((&story["active"], played(&story)), (&json!(true), 0));
        // What begins anew may be ended, and comes back with the stories.
        call(&simulator, &Request::new("DELETE", "/t/blue/__sim/scenarios/gstn-down")).await;
    }
    let facts = call(&simulator, &Request::get(&place("green", &gstin))).await.json();
    assert_eq!(facts["status"], "Suspended");
    let story = call(&simulator, &Request::get("/t/green/__sim/scenarios/gstn-down")).await.json();
    assert!(played(&story) > 0, "{story}");
    let reply =
        call(&simulator, &Request::new("POST", "/t/blue/__sim/reset").json(r#"{"clok": true}"#))
            .await;
    assert_eq!(reply.status, 400, "{reply:?}");
}
