//! Replies whose framing is wrong: lengths, chunks, headers, and bytes that are no HTTP.

use super::*;
use crate::common::settled;

#[tokio::test]
async fn a_length_that_is_too_long_ends_before_all_has_come() {
    let simulator = simulator().await;
    let whole = whole(&simulator).await;

    let came = faulty(&simulator, "wrong-content-length", PATIENCE).await;
    assert_eq!(came.header("content-length"), Some((whole.len() + 10).to_string().as_str()));
    assert_eq!((came.body.len(), came.ending), (whole.len(), Ending::Closed));

    let fault = "wrong-content-length(by-bytes=3,keep-open=true)";
    let open = faulty(&simulator, fault, MOMENT).await;
    assert_eq!(open.header("content-length"), Some((whole.len() + 3).to_string().as_str()));
    assert_eq!((open.body.len(), open.ending), (whole.len(), Ending::Open));
}

#[tokio::test]
async fn what_a_short_length_leaves_lies_before_the_next_reply() {
    let simulator = simulator().await;
    let whole = whole(&simulator).await;
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(&with_fault("wrong-content-length(says=short,by-bytes=2)").bytes()).await;

    let first = connection.reply().await.expect("it is answered");
    assert_eq!(first.body.len(), whole.len() - 2);
    connection.send(&natural().request().bytes()).await;
    let left = connection.exactly(2 + 9).await.expect("the rest lies there");

    assert_eq!(left[..2], whole[whole.len() - 2..]);
    assert_eq!(left[2..], *b"HTTP/1.1 ");
}

#[tokio::test]
async fn a_chunk_is_broken_behind_half_of_the_body() {
    let simulator = simulator().await;
    let whole = whole(&simulator).await;
    let half = whole.len() / 2;
    let left = whole.len() - half;
    let first = format!("{half:x}\r\n");

    for (how, size, behind) in [
        ("bad-size", "ZZ\r\n".to_owned(), "\r\n0\r\n\r\n"),
        ("too-short", format!("{:x}\r\n", left + 64), "\r\n0\r\n\r\n"),
        ("no-last", format!("{left:x}\r\n"), "\r\n"),
    ] {
        let came = faulty(&simulator, &format!("malformed-chunk(how={how})"), PATIENCE).await;

        assert_eq!(came.header("transfer-encoding"), Some("chunked"));
        assert_eq!(came.header("content-length"), None);
        let mut bytes = came.body.as_slice();
        let mut take = |count: usize| {
            let (taken, rest) = bytes.split_at(count);
            bytes = rest;
            taken
        };
        assert_eq!(take(first.len()), first.as_bytes(), "{how}");
        let mut body = take(half).to_vec();
        assert_eq!(take(2), b"\r\n", "{how}");
        assert_eq!(take(size.len()), size.as_bytes(), "{how}");
        body.extend(take(left));
        assert_eq!(take(behind.len()), behind.as_bytes(), "{how}");
        assert_eq!((settled(&body), bytes), (settled(&whole), &b""[..]), "{how}");
        assert_eq!(came.ending, Ending::Closed);
    }
}

#[tokio::test]
async fn headers_come_twice() {
    let simulator = simulator().await;

    let all = faulty(&simulator, "duplicated-headers", MOMENT).await;
    for name in ["content-type", "content-length", "date", "x-sim-exchange"] {
        let values = all.headers(name);
        assert_eq!(values.len(), 2, "{name} in {}", all.head);
        assert_eq!(values[0], values[1], "{name}");
    }
    assert_eq!(all.ending, Ending::Open);

    let fault = "duplicated-headers(header=content-type,value=text/html)";
    let one = faulty(&simulator, fault, MOMENT).await;
    assert_eq!(one.headers("content-type"), ["application/json", "text/html"]);
    assert_eq!(one.headers("content-length").len(), 1);

    let fault = "duplicated-headers(header=content-length,value=7)";
    let length = faulty(&simulator, fault, MOMENT).await;
    assert_eq!(length.headers("content-length"), [length.body.len().to_string().as_str(), "7"]);
}

#[tokio::test]
async fn a_reply_comes_twice_and_the_second_is_taken_for_the_next_answer() {
    let simulator = simulator().await;
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(&with_fault("duplicate-delivery").bytes()).await;
    let first = connection.reply().await.expect("it is answered");

    let wish = natural().request().with("x-sim-outcome", "not-found");
    connection.send(&wish.bytes()).await;
    let stale = connection.reply().await.expect("something is there");
    let own = connection.reply().await.expect("and its own behind it");

    assert_eq!(stale, first, "to the byte");
    assert_ne!(own.header("x-sim-exchange"), first.header("x-sim-exchange"));
}

#[tokio::test]
async fn garbage_is_no_http_and_the_seed_says_which() {
    let garbage = async |seed: u64| {
        let simulator = Simulator::builder().seed(seed).start().await.expect("a port is free");
        let mut connection = Connection::open(simulator.address()).await;
        connection.send(&with_fault("garbage(bytes=100)").bytes()).await;
        let (bytes, ending) = connection.rest(PATIENCE).await;
        assert_eq!((bytes.len(), ending), (100, Ending::Closed));
        bytes
    };

    let one = garbage(3).await;
    assert!(!one.starts_with(b"HTTP"));
    assert_eq!(garbage(3).await, one);
    assert_ne!(garbage(4).await, one);
}

#[tokio::test]
async fn a_broken_reply_to_an_old_client_says_so_and_ends() {
    let simulator = simulator().await;
    let text = String::from_utf8(with_fault("duplicated-headers").bytes()).expect("it is text");
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(text.replacen("HTTP/1.1", "HTTP/1.0", 1).as_bytes()).await;

    let (bytes, ending) = connection.rest(PATIENCE).await;

    assert!(bytes.starts_with(b"HTTP/1.0 200 OK\r\n"));
    assert_eq!(ending, Ending::Closed);
}
