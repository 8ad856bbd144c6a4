//! What a client has met, and what Prometheus is told.

use gsp_simulator::{Simulator, journal::Bounds};
use serde_json::Value;

use crate::common::{Reply, Request, WORLD, builder, call, lookups, simulator};

async fn get(simulator: &Simulator, target: &str) -> Reply {
    let reply = call(simulator, &Request::get(target)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

fn of<'all>(all: &'all Value, vendor: &str) -> &'all Value {
    let vendors = all["vendors"].as_array().expect("it is a list");
    vendors.iter().find(|one| one["vendor"] == vendor).expect("each vendor is told")
}

#[tokio::test]
async fn what_was_met_is_counted_of_how_much_there_is() {
    let simulator = simulator().await;
    let fresh = get(&simulator, "/__sim/coverage").await.json();
    assert_eq!((&fresh["calls"], &fresh["codes"]["met"]), (&0.into(), &0.into()));
    let codes: usize = WORLD
        .packs
        .iter()
        .map(|pack| {
            pack.catalog.iter().map(|code| &code.code).collect::<std::collections::BTreeSet<_>>()
        })
        .map(|codes| codes.len())
        .sum();
    assert_eq!(fresh["codes"]["of"], codes);

    for natural in lookups(&WORLD) {
        let vendor = natural.pack.name.as_str();
        let before = get(&simulator, "/__sim/coverage").await.json();
        let refused = natural.request().with("x-sim-outcome", "not-found");
        call(&simulator, &refused).await;
        call(&simulator, &refused).await;
        let after = get(&simulator, "/__sim/coverage").await.json();
        let count = |all: &Value| of(all, vendor)["outcomes"]["calls"]["not-found"].clone();
        let calls = |all: &Value| of(all, vendor)["calls"].as_u64().expect("it is a number");
        assert_eq!(calls(&after), calls(&before) + 2, "{}", natural.name());
        assert_eq!(
            count(&after).as_u64(),
            count(&before).as_u64().map(|count| count + 2),
            "{}",
            natural.name()
        );
        let endpoint = &of(&after, vendor)["endpoints"]["calls"][&natural.endpoint().name];
        assert!(endpoint.as_u64() >= Some(2), "{}", natural.name());
    }
}

#[tokio::test]
async fn what_was_met_outlasts_the_journal_and_is_forgotten_when_told() {
    let bounds = Bounds { exchanges: 1, ..Bounds::default() };
    let simulator = builder().journal(bounds).start().await.expect("it starts");
    let natural = &lookups(&WORLD)[0];
    for _ in 0..3 {
        call(&simulator, &natural.request()).await;
    }
    assert_eq!(get(&simulator, "/__sim/coverage").await.json()["calls"], 3);
    let gone = call(&simulator, &Request::new("DELETE", "/__sim/coverage")).await;
    assert_eq!(gone.status, 204);
    assert_eq!(get(&simulator, "/__sim/coverage").await.json()["calls"], 0);
}

#[tokio::test]
async fn a_table_tells_the_same() {
    let simulator = simulator().await;
    let natural = &lookups(&WORLD)[0];
    call(&simulator, &natural.request()).await;
    let by_query = get(&simulator, "/__sim/coverage?format=table").await;
    let by_header =
        call(&simulator, &Request::get("/__sim/coverage").with("accept", "text/plain")).await;
    assert_eq!(by_query.text(), by_header.text());
    let table = by_query.text();
    assert!(table.starts_with("VENDOR  "), "{table}");
    let met = format!("{} (1)", natural.endpoint().name);
    assert!(table.contains(&met) && table.contains("codes not met"), "{table}");
    for line in table.lines() {
        assert!(line.chars().count() <= 120 && line.trim_end() == line, "{line:?}");
    }
}

/// The value of a metric's line.
fn value(text: &str, begins: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.starts_with(begins))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

#[tokio::test]
async fn prometheus_is_told_of_calls_waits_and_what_is_kept() {
    let simulator = simulator().await;
    let natural = &lookups(&WORLD)[0];
    let vendor = &natural.pack.name;
    call(&simulator, &natural.request()).await;
    call(&simulator, &natural.request().with("x-sim-outcome", "not-found; delay=20ms")).await;
    call(&simulator, &Request::get("/nobody/is/here")).await;
    let reply = get(&simulator, "/__sim/metrics").await;
    assert!(reply.header("content-type").is_some_and(|kind| kind.contains("openmetrics-text")));
    let text = reply.text();
    let calls = |outcome: &str| {
        let labels = format!(
            "gspsim_calls_total{{vendor=\"{vendor}\",endpoint=\"{}\",outcome=\"{outcome}\"",
            natural.endpoint().name
        );
        value(text, &labels)
    };
    assert_eq!((calls("found"), calls("not-found")), (Some(1.0), Some(1.0)), "{text}");
    let nobody = value(text, "gspsim_unanswered_calls_total{outcome=\"unknown-route\"}");
    assert_eq!(nobody, Some(1.0), "{text}");
    assert_eq!(value(text, "gspsim_planned_wait_seconds_count"), Some(1.0), "{text}");
    assert_eq!(value(text, "gspsim_planned_wait_seconds_sum"), Some(0.02), "{text}");
    assert_eq!(value(text, "gspsim_journal_exchanges"), Some(3.0), "{text}");
    assert_eq!(value(text, "gspsim_tenants"), Some(1.0), "{text}");
    assert!(value(text, "gspsim_journal_bytes") > Some(100.0), "{text}");
    assert!(text.ends_with("# EOF\n"), "{text}");

    call(&simulator, &Request::new("DELETE", "/__sim/coverage")).await;
    call(&simulator, &natural.request()).await;
    let text = get(&simulator, "/__sim/metrics").await;
    let labels = format!(
        "gspsim_calls_total{{vendor=\"{vendor}\",endpoint=\"{}\",outcome=\"found\"",
        natural.endpoint().name
    );
    assert_eq!(value(text.text(), &labels), Some(2.0), "a counter of Prometheus never goes back");
}
