//! Many at once: exactly so many are let through.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use gsp_simulator::Simulator;
use serde_json::json;

use super::vendor::{LIMITED, NOBODY, ask, clock, code, look, put, started};
use crate::common::{Connection, Reply, Request};

const CONNECTIONS: usize = 64;

/// All replies of so many calls on each of 64 connections; `meanwhile` is done when a third of them
/// has come.
async fn crowd(
    simulator: &Simulator,
    calls: usize,
    request: impl Fn(usize) -> Request,
    meanwhile: impl Future<Output = ()>,
) -> Vec<Reply> {
    let came = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|number| {
            let (address, came) = (simulator.address(), Arc::clone(&came));
            let bytes = request(number).bytes();
            tokio::spawn(async move {
                let mut connection = Connection::open(address).await;
                let mut replies = Vec::new();
                for _ in 0..calls {
                    connection.send(&bytes).await;
                    replies.push(connection.reply().await.expect("it is answered"));
                    came.fetch_add(1, Ordering::Relaxed);
                }
                replies
            })
        })
        .collect();
    while came.load(Ordering::Relaxed) < CONNECTIONS * calls / 3 {
        tokio::task::yield_now().await;
    }
    meanwhile.await;
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.expect("no client panics"));
    }
    all
}

fn count(replies: &[Reply], wanted: &str) -> usize {
    replies.iter().filter(|reply| code(reply) == wanted).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_a_hundred_of_sixty_four_connections_are_let_through() {
    let simulator = started(&LIMITED).await;
    let replies = crowd(&simulator, 10, |_| look("day"), async {}).await;
    assert_eq!((count(&replies, ""), count(&replies, "E-DAY")), (100, 540));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_day_that_ends_meanwhile_lets_a_hundred_through_before_and_a_hundred_after() {
    let simulator = started(&LIMITED).await;
    clock(&simulator, json!({ "now": "2026-11-21T23:59:59.999+05:30" })).await;
    let next_day = clock(&simulator, json!({ "now": "2026-11-22T00:00:00+05:30" }));
    let replies = crowd(&simulator, 30, |_| look("day"), next_day).await;
    let on = |date: &str| -> Vec<Reply> {
        let fits = |reply: &&Reply| reply.header("date") == Some(date);
        replies.iter().filter(fits).cloned().collect()
    };
    let (before, after) =
        (on("Sat, 21 Nov 2026 18:29:59 GMT"), on("Sat, 21 Nov 2026 18:30:00 GMT"));
    assert_eq!(before.len() + after.len(), replies.len());
    assert!(before.len() > 200 && after.len() > 200, "the day ended in the middle of it");
    assert_eq!((count(&before, ""), count(&after, "")), (100, 100));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_the_credits_that_are_there_are_spent() {
    let simulator = started(&LIMITED).await;
    let more = json!({ "name": "credits", "accounts": ["credits"], "most": 300 });
    assert_eq!(put(&simulator, "/__sim/limits", more).await.status, 200);
    // Every fourth connection asks for a number that is none, which costs nothing.
    let wrong = |number: usize| match number % 4 {
        0 => ask("credits", "look", "nonsense"),
        _ => look("credits"),
    };
    let replies = crowd(&simulator, 10, wrong, async {}).await;
    assert_eq!(count(&replies, ""), 100, "three credits each");
    let row = rows(&simulator, "credits").await;
    assert_eq!((&row["used"], &row["remaining"]), (&json!(300), &json!(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_the_errors_that_may_be_made_are_answered() {
    let simulator = started(&LIMITED).await;
    let replies = crowd(&simulator, 5, |_| ask("errors", "look", NOBODY), async {}).await;
    assert_eq!((count(&replies, "E-NOBODY"), count(&replies, "E-LOCKED")), (3, 317));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bucket_lets_its_burst_through_and_no_more_while_the_clock_stands() {
    let simulator = started(&LIMITED).await;
    let second = clock(&simulator, json!({ "advance": "1s" }));
    let replies = crowd(&simulator, 10, |_| look("bucket"), second).await;
    assert_eq!(count(&replies, ""), 30, "20 at once, 10 more in a second");
}

/// How the limit of that name stands.
async fn rows(simulator: &Simulator, limit: &str) -> serde_json::Value {
    let target = format!("/__sim/limits?vendor=limited&limit={limit}");
    let told = crate::common::call(simulator, &Request::get(&target)).await.json();
    told["limits"][0].clone()
}
