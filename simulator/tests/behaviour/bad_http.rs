//! HTTP that is odd or wrong: the framing, the request line, headers, and clients that misbehave.

use gsp_simulator::Simulator;

use crate::common::{
    Connection, Natural, Reply, Request, Trouble, WORLD, call, lookups, record, send, settled,
    simulator,
};

/// Tries something at one look-up endpoint of each vendor, and after it a call that is right.
async fn at_each_vendor(tries: impl AsyncFn(&Simulator, &Natural, &Reply)) {
    let simulator = simulator().await;
    let mut all = lookups(&WORLD);
    all.dedup_by(|later, earlier| later.pack.name == earlier.pack.name);
    assert_eq!(all.len(), WORLD.packs.len());
    for natural in all {
        let good = call(&simulator, &natural.request()).await;
        assert_eq!(
            (good.status, record(&simulator, &good)["outcome"].as_str()),
            (200, Some("found"))
        );
        tries(&simulator, &natural, &good).await;
        let after = call(&simulator, &natural.request()).await;
        same(&after, &good, &natural.name());
    }
}

fn same(reply: &Reply, good: &Reply, what: &str) {
    assert_eq!(reply.status, good.status, "{what}: {reply:?}");
    assert_eq!(settled(&reply.body), settled(&good.body), "{what}");
}

#[tokio::test]
async fn http_1_0_is_answered_and_the_connection_ends() {
    at_each_vendor(async |simulator, natural, good| {
        let mut connection = Connection::open(simulator.address()).await;
        let text = String::from_utf8(natural.request().bytes()).expect("it is text");
        connection.send(text.replacen("HTTP/1.1", "HTTP/1.0", 1).as_bytes()).await;

        let reply = connection.reply().await.expect("it is answered");
        same(&reply, good, "HTTP/1.0");
        assert!(reply.head.starts_with("HTTP/1.0 "), "{reply:?}");
        assert!(connection.ends().await);
    })
    .await;
}

#[tokio::test]
async fn http_1_0_needs_no_host() {
    at_each_vendor(async |simulator, natural, good| {
        let text = String::from_utf8(natural.request().bytes()).expect("it is text");
        let text = text.replacen("HTTP/1.1", "HTTP/1.0", 1).replacen("Host: localhost\r\n", "", 1);
        same(&send(simulator, text.as_bytes()).await.expect("it is answered"), good, "no host");
    })
    .await;
}

#[tokio::test]
async fn ten_requests_in_one_write_get_ten_replies_in_order() {
    at_each_vendor(async |simulator, natural, _| {
        let outcomes = ["found", "nonsense"];
        let all: Vec<u8> = (0..10)
            .flat_map(|at| natural.request().with("x-sim-outcome", outcomes[at % 2]).bytes())
            .collect();
        let mut connection = Connection::open(simulator.address()).await;
        connection.send(&all).await;

        for at in 0..10 {
            let reply = connection.reply().await.expect("each is answered");
            assert_eq!(reply.status, [200, 400][at % 2], "{}: number {at}", natural.name());
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_that_the_client_cuts_off_harms_nobody() {
    at_each_vendor(async |simulator, natural, _| {
        let request = natural.request().body("{\"gstin\": ").with("content-length", "1000");
        let mut connection = Connection::open(simulator.address()).await;
        connection.send(&request.bytes()).await;
        connection.finish().await;
        match connection.reply().await {
            Ok(reply) => assert_eq!(reply.status, 400, "{}: {reply:?}", natural.name()),
            Err(trouble) => assert_eq!(trouble, Trouble::Ended, "{}", natural.name()),
        }
    })
    .await;
}

#[tokio::test]
async fn what_lies_past_a_length_that_is_too_short_is_the_next_request() {
    at_each_vendor(async |simulator, natural, _| {
        let request = Request::new("POST", &natural.request().target).with("content-length", "3");
        let mut connection = Connection::open(simulator.address()).await;
        connection.send(&request.body("{}\nrubbish follows\r\n\r\n").bytes()).await;

        let first = connection.reply().await.expect("the short one is answered");
        assert!((400..500).contains(&first.status), "{first:?}");
        let second = connection.reply().await.expect("so is the rest");
        assert_eq!(second.status, 400, "{second:?}");
        assert!(connection.ends().await);
    })
    .await;
}

fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in body.chunks(size) {
        out.extend(format!("{:x};note=\"x\"\r\n", chunk.len()).into_bytes());
        out.extend(chunk);
        out.extend(b"\r\n");
    }
    out.extend(b"0\r\nX-Trailer: yes\r\n\r\n");
    out
}

#[tokio::test]
async fn a_body_in_chunks_is_a_body() {
    at_each_vendor(async |simulator, natural, good| {
        let request = natural.request();
        let body = chunked(&request.body, 7);
        let request = request.with("transfer-encoding", "chunked").body(body);
        same(&call(simulator, &request).await, good, &natural.name());
    })
    .await;
}

#[tokio::test]
async fn chunks_that_are_none_are_refused() {
    at_each_vendor(async |simulator, natural, _| {
        for body in [
            "zz\r\n{}\r\n0\r\n\r\n",
            "2\r\n{}no line ends here\r\n",
            "ffffffffffffffffff\r\n{}\r\n",
        ] {
            let request = Request::new("POST", &natural.request().target)
                .with("transfer-encoding", "chunked")
                .body(body);
            let reply = call(simulator, &request).await;
            assert_eq!(reply.status, 400, "{}: {body:?}: {reply:?}", natural.name());
        }
        let mut both = natural.request().and("Transfer-Encoding", "chunked");
        both = both.and("Content-Length", "2").body("0\r\n\r\n");
        let reply = call(simulator, &both).await;
        assert!(reply.status < 500, "two framings: {reply:?}");
        let request =
            natural.request().body("{}").and("Content-Length", "2").and("Content-Length", "3");
        assert_eq!(call(simulator, &request).await.status, 400, "two lengths");
        let request = natural.request().body("{}").with("content-length", "-1");
        assert_eq!(call(simulator, &request).await.status, 400, "no length");
    })
    .await;
}

#[tokio::test]
async fn a_client_that_waits_for_continue_is_told_to() {
    at_each_vendor(async |simulator, natural, good| {
        let request = natural.request().with("expect", "100-continue");
        if request.body.is_empty() {
            return;
        }
        let mut connection = Connection::open(simulator.address()).await;
        connection.send(&request.head()).await;
        assert_eq!(connection.reply().await.expect("it is told").status, 100);
        connection.send(&request.body).await;
        same(&connection.reply().await.expect("it is answered"), good, &natural.name());
    })
    .await;
}

#[tokio::test]
async fn a_client_that_waits_to_send_too_much_is_told_not_to() {
    at_each_vendor(async |simulator, natural, _| {
        let request =
            natural.request().with("expect", "100-continue").with("content-length", "99999999");
        let mut connection = Connection::open(simulator.address()).await;
        connection.send(&request.head()).await;
        let reply = connection.reply().await.expect("it is answered without the body");
        assert!((400..500).contains(&reply.status), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn ten_megabytes_are_too_large() {
    at_each_vendor(async |simulator, natural, _| {
        let body = [b"{\"gstin\":\"".as_slice(), &b"2".repeat(10_000_000), b"\"}"].concat();
        let request = natural.request();
        let framed = request.clone().json(body.clone());
        let pieces = request.json(chunked(&body, 1_000_000)).with("transfer-encoding", "chunked");
        let pack = &natural.pack;
        let plan = pack.edges.body_too_large.map(|index| &pack.replies.all[index]);
        for request in [framed, pieces] {
            let reply = call(simulator, &request).await;
            let expected = plan.map_or(413, |plan| plan.status.as_u16());
            assert_eq!(reply.status, expected, "{}: {reply:?}", natural.name());
            let record = record(simulator, &reply);
            assert_eq!(
                record["outcome"],
                plan.map_or("body-too-large", |plan| plan.outcome.as_str())
            );
            assert!(reply.header("x-sim-hint").is_some_and(|hint| hint.contains("longer")));
        }
    })
    .await;
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused_as_http_does() {
    at_each_vendor(async |simulator, natural, _| {
        let long = "x".repeat(1_000_000);
        let reply = call(simulator, &natural.request().with("x-long", &long)).await;
        assert_eq!(reply.status, 431, "{reply:?}");
        let mut request = natural.request();
        request.target.push(if request.target.contains('?') { '&' } else { '?' });
        request.target.push_str(&long[..100_000]);
        assert_eq!(call(simulator, &request).await.status, 414);
        let many =
            (0..200).fold(natural.request(), |request, at| request.and(&format!("x-{at}"), "1"));
        assert_eq!(call(simulator, &many).await.status, 431);
    })
    .await;
}

#[tokio::test]
async fn a_long_query_and_empty_values_change_nothing() {
    at_each_vendor(async |simulator, natural, good| {
        let long = "x".repeat(30_000);
        for more in ["empty=&none&=&&&==", &format!("long={long}"), "%=%&%zz=%4", "a=b?c=d"] {
            let mut request = natural.request();
            request.target.push(if request.target.contains('?') { '&' } else { '?' });
            request.target.push_str(more);
            same(&call(simulator, &request).await, good, more);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_http_gets_400_and_the_connection_ends() {
    let hello = [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(), &[0x5A; 500]].concat();
    at_each_vendor(async |simulator, natural, _| {
        let target = natural.request().target;
        let wrong: [&[u8]; 10] = [
            b"rubbish\r\n\r\n",
            b"\0\0\0\0\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET  /  HTTP/1.1\r\n\r\n",
            b"G\xC3\x89T / HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
            b"GET / HTTP/1.1\r\nna me: x\r\n\r\n",
            &hello,
            b"\xFF\xFE\xFD\r\n\r\n",
        ];
        let raw = [b"GET ", target.as_bytes(), b"/\xFF\xFE HTTP/1.1\r\nHost: x\r\n\r\n"].concat();
        for bytes in wrong.into_iter().chain([raw.as_slice()]) {
            let what = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
            let mut connection = Connection::open(simulator.address()).await;
            connection.send(bytes).await;
            let reply = connection.reply().await;
            let reply = reply.unwrap_or_else(|trouble| panic!("{what:?}: {trouble:?}"));
            assert_eq!(reply.status, 400, "{what:?}: {reply:?}");
            assert!(connection.ends().await, "{what:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_slow_client_is_waited_for() {
    at_each_vendor(async |simulator, natural, good| {
        let mut connection = Connection::open(simulator.address()).await;
        for byte in natural.request().bytes() {
            connection.send(&[byte]).await;
            tokio::task::yield_now().await;
        }
        same(&connection.reply().await.expect("it is answered"), good, &natural.name());
    })
    .await;
}

#[tokio::test]
async fn connections_opened_and_dropped_harm_nobody() {
    at_each_vendor(async |simulator, natural, _| {
        let mut half = Vec::new();
        for at in 0..200 {
            let mut connection = Connection::open(simulator.address()).await;
            let bytes = natural.request().bytes();
            connection.send(&bytes[..(at * 7) % bytes.len()]).await;
            if at % 10 == 0 {
                half.push(connection);
            }
        }
    })
    .await;
}
