//! Replies that are late, slow, or never end.

use std::time::Instant;

use super::*;

#[tokio::test]
async fn latency_is_spread_as_the_dice_of_each_call_fall() {
    let simulator = simulator().await;
    let wish = "found; fault=latency(from-ms=10,to-ms=60)";
    let request = natural().request().with("x-sim-outcome", wish);
    let mut waits = Vec::new();
    for _ in 0..10 {
        let started = Instant::now();
        let reply = call(&simulator, &request).await;
        let took = started.elapsed();
        assert_eq!(reply.status, 200);
        let wait = newest(&simulator).await["wait_ms"].as_u64().expect("it is a number");
        assert!((10..=60).contains(&wait), "{wait}");
        assert!(took >= Duration::from_millis(wait), "{took:?} for {wait} ms");
        waits.push(wait);
    }
    waits.dedup();
    assert!(waits.len() > 1, "they differ: {waits:?}");
}

#[tokio::test]
async fn a_hang_says_nothing_and_is_closed_when_its_time_is_over() {
    let simulator = simulator().await;

    let silent = faulty(&simulator, "hang", MOMENT).await;
    assert_eq!((silent.head.as_str(), silent.ending), ("", Ending::Open));

    let head = faulty(&simulator, "hang(at=after-headers)", MOMENT).await;
    assert!(head.head.starts_with("HTTP/1.1 200 OK\r\n"), "{}", head.head);
    assert_eq!((head.body.len(), head.ending), (0, Ending::Open));

    let started = Instant::now();
    let short = faulty(&simulator, "hang(after-bytes=12,for-ms=200)", PATIENCE).await;
    assert_eq!((short.body.len(), short.ending), (12, Ending::Closed));
    assert!(started.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_server_that_is_stopped_ends_what_hangs() {
    let simulator = simulator().await;
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(&with_fault("hang(at=after-headers)").bytes()).await;
    connection.reply_head().await.expect("the head comes");

    let started = Instant::now();
    simulator.stop().await;

    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    assert_ne!(connection.rest(PATIENCE).await.1, Ending::Open);
}

#[tokio::test]
async fn a_dripping_body_comes_in_drops_and_the_connection_goes_on() {
    let simulator = simulator().await;
    let whole = whole(&simulator).await;
    let rate = whole.len() * 4;
    let mut connection = Connection::open(simulator.address()).await;
    let fault = format!("drip(bytes-per-second={rate})");
    connection.send(&with_fault(&fault).bytes()).await;

    let started = Instant::now();
    let head = connection.reply_head().await.expect("the head comes");
    assert_eq!(head.header("content-length"), Some(whole.len().to_string().as_str()));
    let half = connection.exactly(whole.len() / 2).await.expect("the body comes");
    let middle = started.elapsed();
    let rest = connection.exactly(whole.len() - half.len()).await.expect("all of it");
    let end = started.elapsed();

    assert_eq!([half, rest].concat().len(), whole.len());
    assert!(
        middle >= Duration::from_millis(90),
        "half of it takes an eighth of a second: {middle:?}"
    );
    assert!(end >= Duration::from_millis(220), "all of it a quarter: {end:?}");
    connection.send(&natural().request().bytes()).await;
    assert_eq!(connection.reply().await.expect("it goes on").status, 200);
}

#[tokio::test]
async fn headers_come_slowly_and_the_body_at_once() {
    let simulator = simulator().await;
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(&with_fault("slow-headers(bytes-per-second=500)").bytes()).await;

    let started = Instant::now();
    connection.exactly(9).await.expect("the beginning comes");
    let beginning = started.elapsed();
    let head = connection.reply_head_after(b"HTTP/1.1 ").await.expect("all of it comes");
    let end = started.elapsed();

    // The last piece is not waited for.
    let fair = Duration::from_millis((head.head.len() as u64 - 25) * 1000 / 500);
    assert!(end >= fair, "{end:?} for {head:?}");
    assert!(beginning < end / 2, "it does not come at once in the end: {beginning:?} of {end:?}");
    let length = head.header("content-length").and_then(|text| text.parse().ok());
    connection.exactly(length.expect("it is a number")).await.expect("the body comes");
    connection.send(&natural().request().bytes()).await;
    assert_eq!(connection.reply().await.expect("it goes on").status, 200);
}

#[tokio::test]
async fn a_slow_line_carries_head_and_body() {
    let simulator = simulator().await;
    let whole = whole(&simulator).await;
    let request = with_fault("bandwidth(bytes-per-second=4000)");
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(&request.bytes()).await;

    let started = Instant::now();
    let reply = connection.reply().await.expect("it comes");
    let bytes = reply.head.len() + reply.body.len();
    let fair = Duration::from_millis(bytes as u64 * 1000 / 4000);

    assert_eq!(reply.body.len(), whole.len());
    assert!(started.elapsed() >= fair.mul_f64(0.6), "{:?} for {bytes} bytes", started.elapsed());
}

#[tokio::test]
async fn a_client_that_goes_away_ends_what_hangs() {
    let simulator = simulator().await;
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(&with_fault("hang(at=after-headers)").bytes()).await;
    connection.reply_head().await.expect("the head comes");

    connection.finish().await;

    assert_eq!(connection.rest(PATIENCE).await.1, Ending::Closed, "nobody is waited for");
}
