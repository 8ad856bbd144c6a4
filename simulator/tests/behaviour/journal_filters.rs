//! Which exchanges the journal shows, and in what order.

use gsp_simulator::Simulator;
use serde_json::Value;

use crate::common::{NOW, Request, WORLD, call, lookups, simulator};

async fn page(simulator: &Simulator, query: &str) -> Value {
    let reply = call(simulator, &Request::get(&format!("/__sim/journal?{query}"))).await;
    assert_eq!(reply.status, 200, "{query}: {reply:?}");
    reply.json()
}

async fn ids(simulator: &Simulator, query: &str) -> Vec<u64> {
    let page = page(simulator, query).await;
    let exchanges = page["exchanges"].as_array().expect("it is a list");
    exchanges.iter().map(|one| one["id"].as_u64().expect("it is a number")).collect()
}

#[tokio::test]
async fn each_filter_keeps_what_it_says() {
    let simulator = simulator().await;
    let naturals = lookups(&WORLD);
    let one = &naturals[0];
    let vendor = &one.pack.name;
    let other = naturals.iter().find(|other| other.pack.name != *vendor).expect("there are more");
    call(&simulator, &one.request()).await;
    call(&simulator, &one.request().with("x-sim-outcome", "upstream-unavailable")).await;
    call(&simulator, &other.about("nonsense-here").request()).await;
    call(&simulator, &Request::get("/nobody?q=needle-in-address")).await;
    call(&simulator, &Request::new("PUT", "/__sim/clock").body(r#"{"advance": "1h"}"#)).await;
    call(&simulator, &one.request()).await;

    let later = "2026-11-21T05:00:00Z";
    for (query, wanted) in [
        (String::new(), vec![1, 2, 3, 4, 5]),
        (format!("vendor={vendor}"), vec![1, 2, 5]),
        (format!("vendor={}", other.pack.name), vec![3]),
        ("vendor=".to_owned(), vec![4]),
        (format!("endpoint={}&vendor={vendor}", one.endpoint().name), vec![1, 2, 5]),
        ("outcome=found".to_owned(), vec![1, 5]),
        ("status=5xx".to_owned(), vec![2]),
        ("status=200&via=cause&outcome=found".to_owned(), vec![1, 5]),
        ("via=header".to_owned(), vec![2]),
        ("via=nobody".to_owned(), vec![4]),
        ("gstin=nonsense-here".to_owned(), vec![3]),
        ("text=nonsense-here".to_owned(), vec![3]),
        ("text=needle-in-address".to_owned(), vec![4]),
        ("hinted=true&via=nobody".to_owned(), vec![4]),
        (format!("hinted=false&vendor={vendor}&outcome=found"), vec![1, 5]),
        (
            format!("method={}&vendor={vendor}", one.endpoint().method.as_str().to_lowercase()),
            vec![1, 2, 5],
        ),
        (format!("account=default&vendor={vendor}&outcome=found"), vec![1, 5]),
        (format!("since={later}"), vec![5]),
        (format!("until={later}"), vec![1, 2, 3, 4]),
        (format!("since={}&until={later}", NOW.replace('+', "%2B")), vec![1, 2, 3, 4]),
        ("text=found&outcome=nonsense".to_owned(), vec![]),
    ] {
        assert_eq!(ids(&simulator, &query).await, wanted, "{query}");
    }
}

#[tokio::test]
async fn the_newest_come_first_when_asked_for_and_the_cursor_goes_back() {
    let simulator = simulator().await;
    for _ in 0..7 {
        call(&simulator, &lookups(&WORLD)[0].request()).await;
    }
    let first = page(&simulator, "order=newest&limit=3").await;
    assert_eq!(ids(&simulator, "order=newest&limit=3").await, [7, 6, 5]);
    assert_eq!((&first["next"], &first["truncated"]), (&5.into(), &false.into()));
    assert_eq!(ids(&simulator, "order=newest&limit=3&after=5").await, [4, 3, 2]);
    assert_eq!(ids(&simulator, "order=newest&limit=3&after=2").await, [1]);
    assert!(ids(&simulator, "order=newest&after=1").await.is_empty());
}

#[tokio::test]
async fn a_cursor_misses_nothing_of_calls_that_end_out_of_order() {
    let simulator = simulator().await;
    let natural = &lookups(&WORLD)[0];
    let (mut seen, mut cursor) = (Vec::new(), 0);
    let calls = async {
        for _ in 0..20 {
            let each = (0..5).map(|_| {
                let request = natural.request();
                let simulator = &simulator;
                async move { call(simulator, &request).await }
            });
            futures_of(each).await;
        }
    };
    let reads = async {
        while seen.len() < 100 {
            let page = page(&simulator, &format!("after={cursor}&limit=7")).await;
            cursor = page["next"].as_u64().expect("it is a number");
            let exchanges = page["exchanges"].as_array().expect("it is a list");
            seen.extend(exchanges.iter().map(|one| one["id"].as_u64().expect("it is a number")));
            tokio::task::yield_now().await;
        }
    };
    let both = async { tokio::join!(calls, reads) };
    let ended = tokio::time::timeout(std::time::Duration::from_secs(30), both).await;
    assert!(ended.is_ok(), "an exchange was missed");
    seen.sort_unstable();
    assert_eq!(seen, (1..=100).collect::<Vec<_>>());
}

/// Runs them at the same time.
async fn futures_of<F: Future>(futures: impl Iterator<Item = F>) {
    let mut all: Vec<std::pin::Pin<Box<F>>> = futures.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        all.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}
