//! Tenants at the same time on one port see nothing of each other.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{begin, owned};
use crate::common::{Natural, Request, WORLD, builder, call, lookups, simulator};

/// What one of fifty does, and what it must see.
struct Worker {
    number: i64,
    name: String,
    told: Value,
    gstin: String,
}

/// A moment of its own for each.
fn day_of(number: i64) -> String {
    let first: jiff::civil::Date = "2024-04-01".parse().expect("it is a day");
    (first + jiff::Span::new().days(number)).to_string()
}

async fn prepared(simulator: &gsp_simulator::Simulator, number: i64) -> Worker {
    let name = format!("worker-{number}");
    // One in two has a story, one in five is of another seed.
    let scenarios: &[&str] = if number % 2 == 0 { &["gstn-down"] } else { &[] };
    let told = begin(
        simulator,
        json!({
            "name": name,
            "seed": 1 + number % 5,
            "now": format!("{}T12:00:00+05:30", day_of(number)),
            "scenarios": scenarios,
        }),
    )
    .await;
    // All speak of the same taxpayer, each in its own way.
    let gstin = "27AAACS0000A1ZG".to_owned();
    let place = format!("/t/{name}/__sim/taxpayers/{gstin}");
    let change = json!({ "legal_name": format!("NAME OF WORKER {number} LIMITED") });
    let reply = call(simulator, &Request::new("PUT", &place).json(change.to_string())).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    Worker { number, name, told, gstin }
}

async fn work(simulator: Arc<gsp_simulator::Simulator>, worker: Worker, naturals: Vec<Natural>) {
    let Worker { number, name, told, gstin } = &worker;
    let own_name = format!("NAME OF WORKER {number} LIMITED");
    let is_down = number % 2 == 0;
    let date = format!("{}, {} ", &date_of(*number)[..3], &date_of(*number)[5..16]);
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    // Each as often as its number says, so that no two journals are alike.
    for turn in 0..5 + number % 7 {
        for natural in &naturals {
            let request = owned(&natural.about(gstin), told);
            let reply = call(&simulator, &request).await;
            let text = reply.text();
            assert!(!text.contains("NAME OF WORKER") || text.contains(&own_name), "{name}: {text}");
            assert_eq!(
                reply.header("date").map(|own| own.starts_with(&date)),
                Some(true),
                "{reply:?}"
            );
            *outcomes.entry(reply.status.to_string()).or_default() += 1;
        }
        if turn == 1 {
            // The clock of one moves; nobody else's does.
            let place = format!("/t/{name}/__sim/clock");
            let change = Request::new("PUT", &place).json(r#"{"advance": "1s"}"#);
            assert_eq!(call(&simulator, &change).await.status, 200);
        }
    }
    let calls = u64::try_from(5 + number % 7).expect("it is small") * naturals.len() as u64;
    let place = format!("/t/{name}/__sim/journal?limit=1000");
    let journal = call(&simulator, &Request::get(&place)).await.json();
    let exchanges = journal["exchanges"].as_array().expect("there is a list");
    assert_eq!(exchanges.len() as u64, calls, "{name}: every call and no other");
    let numbers: Vec<_> = exchanges.iter().filter_map(|one| one["id"].as_u64()).collect();
    assert_eq!(numbers, (1..=calls).collect::<Vec<_>>(), "{name}: a count of its own");
    let day = day_of(*number);
    for exchange in exchanges {
        assert!(exchange["at"].as_str().is_some_and(|at| at.starts_with(&day)), "{exchange}");
        assert_eq!(exchange["via"] == "scenario", is_down, "{name}: {exchange}");
    }
    let clock = call(&simulator, &Request::get(&format!("/t/{name}/__sim/clock"))).await.json();
    assert_eq!(clock["now"], format!("{day}T06:30:01Z"));
    assert_eq!(outcomes.contains_key("200"), !is_down, "{name}: {outcomes:?}");
}

/// The header `Date` of a worker's noon in India.
fn date_of(number: i64) -> String {
    let noon: jiff::Timestamp =
        format!("{}T12:00:00+05:30", day_of(number)).parse().expect("it is a time");
    noon.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_tenants_at_once_see_nothing_of_each_other() {
    let simulator = Arc::new(simulator().await);
    let naturals: Vec<_> =
        WORLD.packs.iter().filter_map(|pack| of_vendor(pack.name.as_str())).collect();
    let mut workers = Vec::new();
    for number in 0..50 {
        workers.push(prepared(&simulator, number).await);
    }
    let mut all = JoinSet::new();
    for worker in workers {
        all.spawn(work(Arc::clone(&simulator), worker, naturals.clone()));
    }
    while let Some(done) = all.join_next().await {
        done.expect("each sees only its own");
    }
    let health = call(&simulator, &Request::get("/__sim/health")).await.json();
    assert_eq!(health["journal"]["exchanges"], 0, "the default tenant heard nothing");
    assert_eq!(health["clock"]["now"], "2026-11-21T04:30:00Z");
    assert_eq!(health["tenants"], 51);
}

/// A call of this vendor that a story of an unreachable network fails.
fn of_vendor(vendor: &str) -> Option<Natural> {
    let mut all = lookups(&WORLD);
    all.retain(|natural| {
        let replies = &natural.endpoint().replies;
        natural.pack.name == vendor
            && WORLD.vocabulary.nearest(replies, "upstream-unavailable").is_some()
    });
    all.into_iter().next()
}

#[tokio::test]
async fn the_same_seed_gives_two_tenants_the_same_bytes() {
    let simulator = builder().start().await.expect("a free port is there");
    let (one, other) = (
        begin(&simulator, json!({ "seed": 42 })).await,
        begin(&simulator, json!({ "seed": 42 })).await,
    );
    let third = begin(&simulator, json!({ "seed": 43 })).await;
    let mut differ = 0;
    for natural in lookups(&WORLD) {
        let natural = natural.about(one["gstins"][0].as_str().expect("there is one"));
        let first = call(&simulator, &owned(&natural, &one)).await;
        assert_eq!(first, call(&simulator, &owned(&natural, &other)).await, "{}", natural.name());
        differ += usize::from(first.body != call(&simulator, &owned(&natural, &third)).await.body);
    }
    assert!(differ > 0, "another seed is another nation");
}

/// What the program takes of the machine's memory, in bytes.
fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4_096)
}

#[tokio::test]
async fn idle_tenants_take_little_memory() {
    use gsp_simulator::{
        journal::Bounds,
        memory::clock::Clock,
        tenant::{Beginning, Tenant},
        tenants::{DEFAULT, Habits, Tenants},
    };
    let Some(before) = resident() else { return };
    let default = Tenant::new(DEFAULT, Clock::Wall, Bounds::default());
    let tenants = Tenants::new(Arc::new(default), Habits::default());
    for number in 0..10_000 {
        let begun = tenants.begin(None, |name, begun| {
            let beginning = Beginning {
                clock: Clock::Wall,
                journal: Bounds::default(),
                seed: Some(number),
                ttl: None,
                scenarios: Vec::new(),
            };
            let tenant = Tenant::begin(name, begun, beginning);
            // Looked at once, and never again.
            let _ = tenant.register(&WORLD);
            tenant
        });
        begun.expect("names are made up");
    }
    assert_eq!(tenants.count(), 10_000);
    let taken = resident().expect("it was there before").saturating_sub(before);
    assert!(taken < 200_000_000, "10,000 tenants take {taken} bytes");
}
