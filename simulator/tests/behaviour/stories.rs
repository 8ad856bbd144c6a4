//! The stories that ship, played from outside.

use std::time::{Duration, Instant};

use gsp_simulator::{Simulator, world::World};
use serde_json::Value;

use crate::common::{Natural, Request, WORLD, builder, call, lookups, record, simulator};

/// One look-up endpoint of each vendor.
fn one_each(world: &World) -> Vec<Natural> {
    let mut all = lookups(world);
    all.dedup_by(|later, earlier| later.pack.name == earlier.pack.name);
    all
}

async fn telling(name: &str) -> Simulator {
    builder().scenario(name).start().await.expect("the story ships")
}

/// The outcome of a natural call, and why it came.
async fn outcome(simulator: &Simulator, natural: &Natural) -> (String, String) {
    let reply = call(simulator, &natural.request()).await;
    let record = record(simulator, &reply);
    let text = |name: &str| record[name].as_str().expect("it is a text").to_owned();
    (text("via"), text("outcome"))
}

/// The outcome that a vendor says for this one.
fn said(natural: &Natural, wish: &str) -> String {
    let replies = &natural.endpoint().replies;
    let at = WORLD.vocabulary.nearest(replies, wish);
    replies.all[at.unwrap_or_else(|| panic!("{} has no word near {wish}", natural.name()))]
        .outcome
        .to_string()
}

fn as_ever() -> (String, String) {
    ("cause".to_owned(), "found".to_owned())
}

#[tokio::test]
async fn what_ships_is_listed_and_told() {
    let simulator = simulator().await;
    let page = call(&simulator, &Request::get("/__sim/scenarios")).await.json();
    let list = page["scenarios"].as_array().expect("it is a list");
    for name in [
        "slow-upstream",
        "gstn-down",
        "credits-run-out",
        "first-two-fail",
        "flaky-10-percent",
        "cancelled-supplier",
    ] {
        let story = list.iter().find(|story| story["name"] == name);
        let story = story.unwrap_or_else(|| panic!("`{name}` ships"));
        assert!(story["about"].as_str().is_some_and(|about| about.len() > 40), "{name}");
        assert_eq!(story["active"], false);
        assert!(story["rules"].as_array().is_some_and(|rules| !rules.is_empty()), "{name}");
    }
}

#[tokio::test]
async fn first_two_fail_and_the_third_recovers() {
    for natural in one_each(&WORLD) {
        let simulator = telling("first-two-fail").await;
        let failure = ("scenario".to_owned(), said(&natural, "internal-error"));
        for expected in [&failure, &failure, &as_ever(), &as_ever()] {
            assert_eq!(outcome(&simulator, &natural).await, *expected, "{}", natural.name());
        }
    }
}

#[tokio::test]
async fn gstn_stays_down_until_the_story_is_ended() {
    let simulator = simulator().await;
    let address = "/__sim/scenarios/gstn-down";
    assert_eq!(call(&simulator, &Request::new("PUT", address)).await.status, 200);
    for natural in one_each(&WORLD) {
        let failure = ("scenario".to_owned(), said(&natural, "upstream-unavailable"));
        for _ in 0..3 {
            assert_eq!(outcome(&simulator, &natural).await, failure, "{}", natural.name());
        }
    }
    assert_eq!(call(&simulator, &Request::new("DELETE", address)).await.status, 204);
    for natural in one_each(&WORLD) {
        assert_eq!(outcome(&simulator, &natural).await, as_ever(), "{}", natural.name());
    }
}

#[tokio::test]
async fn credits_run_out_after_three_calls_and_do_not_come_back() {
    for natural in one_each(&WORLD) {
        let simulator = telling("credits-run-out").await;
        for _ in 0..3 {
            assert_eq!(outcome(&simulator, &natural).await, as_ever());
        }
        let wish = WORLD.vocabulary.nearest(&natural.endpoint().replies, "credits-exhausted");
        let expected = match wish {
            Some(_) => ("scenario".to_owned(), said(&natural, "credits-exhausted")),
            None => as_ever(),
        };
        for _ in 0..3 {
            assert_eq!(outcome(&simulator, &natural).await, expected, "{}", natural.name());
        }
    }
}

#[tokio::test]
async fn a_slow_upstream_gives_up_twice_is_late_three_times_and_recovers() {
    let simulator = telling("slow-upstream").await;
    let natural = &one_each(&WORLD)[0];
    let failure = ("scenario".to_owned(), said(natural, "upstream-timeout"));
    for (expected, late_ms) in
        [(&failure, 800), (&failure, 800), (&as_ever(), 400), (&as_ever(), 400), (&as_ever(), 400)]
    {
        let started = Instant::now();
        assert_eq!(outcome(&simulator, natural).await, *expected);
        assert!(started.elapsed() >= Duration::from_millis(late_ms), "{late_ms}");
    }
    let reply = call(&simulator, &natural.request()).await;
    assert_eq!(record(&simulator, &reply)["wait_ms"], 0, "it is well again");
}

#[tokio::test]
async fn the_cancelled_supplier_cannot_be_told_at_first_and_is_found_then() {
    for natural in one_each(&WORLD) {
        let simulator = telling("cancelled-supplier").await;
        let supplier = natural.about("09AAACV0000X1Z0");
        assert_eq!(outcome(&simulator, &natural).await, as_ever(), "others are not touched");
        let first = outcome(&simulator, &supplier).await;
        assert_eq!(first, ("scenario".to_owned(), said(&natural, "upstream-unavailable")));
        assert_eq!(outcome(&simulator, &supplier).await, as_ever(), "{}", natural.name());
    }
    let found = WORLD.register.look_up("09AAACV0000X1Z0", "2026-11-21".parse().expect("a day"));
    assert!(found.expect("it is a persona").cancelled_on.is_some());
}

/// Which of so many calls fail.
async fn failures(seed: u64, calls: usize) -> Vec<usize> {
    let simulator = Simulator::builder()
        .seed(seed)
        .scenario("flaky-10-percent")
        .start()
        .await
        .expect("the story ships");
    let natural = one_each(&simulator.world()).remove(0);
    let mut connection = crate::common::Connection::open(simulator.address()).await;
    let mut failed = Vec::new();
    for at in 0..calls {
        connection.send(&natural.request().bytes()).await;
        if connection.reply().await.expect("it is answered").status != 200 {
            failed.push(at);
        }
    }
    failed
}

#[tokio::test]
async fn one_call_in_ten_is_flaky_and_the_seed_says_which() {
    let one = failures(7, 1_000).await;
    assert!((70..=130).contains(&one.len()), "{} of 1,000", one.len());
    let first: Vec<_> = one.iter().copied().filter(|at| *at < 200).collect();
    assert_eq!(failures(7, 200).await, first, "the same seed fails the same calls");
    assert_ne!(failures(8, 200).await, first, "another one fails others");
}

#[tokio::test]
async fn a_story_is_begun_told_counted_and_ended_over_http() {
    let simulator = simulator().await;
    let address = "/__sim/scenarios/first-two-fail";
    let story = async |method| call(&simulator, &Request::new(method, address)).await;
    let active =
        async || call(&simulator, &Request::get("/__sim/scenarios")).await.json()["active"].clone();

    assert_eq!(story("GET").await.json()["active"], false);
    assert_eq!(story("DELETE").await.status, 404, "it is not being played");
    assert_eq!(story("PUT").await.json()["active"], true);
    assert_eq!(active().await, serde_json::json!(["first-two-fail"]));
    let natural = &one_each(&WORLD)[0];
    for _ in 0..3 {
        outcome(&simulator, natural).await;
    }
    assert_eq!(story("GET").await.json()["rules"][0]["calls"], 3);
    assert_eq!(story("PUT").await.json()["rules"][0]["calls"], 0, "it begins anew");
    assert_eq!(outcome(&simulator, natural).await.0, "scenario");
    assert_eq!(story("DELETE").await.status, 204);
    assert_eq!(active().await, Value::Array(Vec::new()));
    assert_eq!(story("POST").await.status, 405);

    for method in ["GET", "PUT", "DELETE"] {
        let reply = call(&simulator, &Request::new(method, "/__sim/scenarios/nonsense")).await;
        assert_eq!(reply.status, 404);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        assert!(reply.json()["hint"].as_str().is_some_and(|hint| hint.contains("gstn-down")));
    }
}
