//! The journal as it grows.

use gsp_simulator::{Simulator, journal::Bounds};
use serde_json::Value;

use crate::common::{Connection, Request, Trouble, WORLD, builder, call, lookups, simulator};

/// What came in one event.
#[derive(Debug, Default)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

/// Somebody who reads events.
struct Reader {
    connection: Connection,
    text: String,
}

impl Reader {
    async fn open(simulator: &Simulator, request: &Request) -> Self {
        let mut connection = Connection::open(simulator.address()).await;
        connection.send(&request.bytes()).await;
        let head = connection.reply_head().await.expect("it is answered");
        assert_eq!(head.status, 200, "{head:?}");
        assert_eq!(head.header("content-type"), Some("text/event-stream"));
        Self { connection, text: String::new() }
    }

    async fn follow(simulator: &Simulator, query: &str) -> Self {
        let target = format!("/__sim/journal/stream?{query}");
        Self::open(simulator, &Request::get(&target)).await
    }

    /// The next event that is one; comments are none.
    async fn next(&mut self) -> Result<Event, Trouble> {
        loop {
            if let Some(at) = self.text.find("\n\n") {
                let text: String = self.text.drain(..at + 2).collect();
                let mut event = Event::default();
                for line in text.lines() {
                    match line.split_once(": ") {
                        Some(("event", name)) => name.clone_into(&mut event.name),
                        Some(("id", id)) => id.clone_into(&mut event.id),
                        Some(("data", data)) => {
                            event.data = serde_json::from_str(data).expect("events are JSON");
                        }
                        _ => {}
                    }
                }
                if !event.name.is_empty() {
                    return Ok(event);
                }
                continue;
            }
            let line = self.connection.until(b"\r\n").await?;
            let line = String::from_utf8(line).expect("it is hex");
            let size = usize::from_str_radix(line.trim(), 16).expect("it is hex");
            let chunk = self.connection.exactly(size + 2).await?;
            if size == 0 {
                return Err(Trouble::Ended);
            }
            self.text += std::str::from_utf8(&chunk[..size]).expect("events are text");
        }
    }
}

#[tokio::test]
async fn each_exchange_is_told_as_it_is_kept() {
    let simulator = simulator().await;
    let natural = &lookups(&WORLD)[0];
    call(&simulator, &natural.request()).await;
    let mut reader = Reader::follow(&simulator, "").await;
    for id in 2..=4 {
        call(&simulator, &natural.request()).await;
        let event = reader.next().await.expect("it comes");
        assert_eq!((event.name.as_str(), event.id), ("exchange", id.to_string()));
        let one = call(&simulator, &Request::get(&format!("/__sim/journal/{id}"))).await.json();
        assert_eq!(event.data, one, "it is told as the journal tells it");
    }
}

#[tokio::test]
async fn only_what_fits_is_told() {
    let simulator = simulator().await;
    let natural = &lookups(&WORLD)[0];
    let mut reader = Reader::follow(&simulator, "status=5xx").await;
    call(&simulator, &natural.request()).await;
    call(&simulator, &natural.request().with("x-sim-outcome", "upstream-unavailable")).await;
    let event = reader.next().await.expect("it comes");
    assert_eq!((event.id.as_str(), &event.data["outcome"]), ("2", &"upstream-unavailable".into()));
}

#[tokio::test]
async fn who_comes_again_goes_on_where_it_was() {
    let simulator = simulator().await;
    let natural = &lookups(&WORLD)[0];
    for _ in 0..4 {
        call(&simulator, &natural.request()).await;
    }
    let request = Request::get("/__sim/journal/stream").with("last-event-id", "2");
    let mut reader = Reader::open(&simulator, &request).await;
    for id in ["3", "4"] {
        assert_eq!(reader.next().await.expect("it comes").id, id);
    }
    let mut all = Reader::follow(&simulator, "after=0").await;
    assert_eq!(all.next().await.expect("it comes").id, "1");
}

#[tokio::test]
async fn who_reads_too_slowly_is_told_how_many_it_missed() {
    let bounds = Bounds { exchanges: 20, ..Bounds::default() };
    let simulator = builder().journal(bounds).start().await.expect("it starts");
    let natural = &lookups(&WORLD)[0];
    let mut reader = Reader::follow(&simulator, "").await;
    // More than the sockets on the way can hold.
    let long = natural.request().with("x-padding", "x".repeat(15_000));
    for _ in 0..1_500 {
        call(&simulator, &long).await;
    }
    let (mut told, mut missed) = (0, 0);
    while told + missed < 1_500 {
        let event = reader.next().await.expect("it comes");
        match event.name.as_str() {
            "truncated" => missed += event.data["missed"].as_u64().expect("it is a number"),
            _ => told += 1,
        }
    }
    assert_eq!(told + missed, 1_500, "each is told of or counted");
    assert!(missed > 0, "the sockets took {told}");
}

#[tokio::test]
async fn a_cursor_that_is_too_old_is_told_so() {
    let bounds = Bounds { exchanges: 2, ..Bounds::default() };
    let simulator = builder().journal(bounds).start().await.expect("it starts");
    for _ in 0..5 {
        call(&simulator, &lookups(&WORLD)[0].request()).await;
    }
    let mut reader = Reader::follow(&simulator, "after=1").await;
    assert_eq!(reader.next().await.expect("it comes").name, "truncated");
    assert_eq!(reader.next().await.expect("it comes").id, "4");
}

#[tokio::test]
async fn the_stream_ends_with_the_server() {
    let simulator = simulator().await;
    let mut reader = Reader::follow(&simulator, "").await;
    let ended = tokio::time::timeout(std::time::Duration::from_secs(1), simulator.stop()).await;
    assert!(ended.is_ok(), "nobody waits for a follower");
    assert_eq!(reader.next().await.err(), Some(Trouble::Ended));
}
