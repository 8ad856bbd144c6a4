//! Replies that HTTP carries as it should, and that say the wrong thing.

use super::*;

/// One call with a fault that leaves the connection alone.
async fn said(simulator: &Simulator, fault: &str) -> Came {
    let came = faulty(simulator, fault, MOMENT).await;
    assert_eq!(came.ending, Ending::Open, "{fault}");
    let length = came.header("content-length").and_then(|text| text.parse().ok());
    assert_eq!(length, Some(came.body.len()), "{fault}: the length is right");
    came
}

#[tokio::test]
async fn the_body_is_empty_below_a_head_that_is_right() {
    let simulator = simulator().await;

    let came = said(&simulator, "empty-reply").await;

    assert!(came.head.starts_with("HTTP/1.1 200 OK\r\n"), "{}", came.head);
    assert_eq!(came.header("content-type"), Some("application/json"));
    assert!(came.body.is_empty());
}

#[tokio::test]
async fn json_is_broken_in_each_of_its_ways() {
    let simulator = simulator().await;
    for (how, ends) in [
        ("no-end", "\""),
        ("trailing-comma", ",}"),
        ("single-quotes", "}"),
        ("rubbish", "\n{\"error\":null"),
    ] {
        let came = said(&simulator, &format!("malformed-json(how={how})")).await;
        let text = String::from_utf8(came.body).expect("it is text");

        assert!(serde_json::from_str::<serde_json::Value>(&text).is_err(), "{how}: {text}");
        assert!(how == "no-end" || text.trim_end().ends_with(ends), "{how}: {text}");
        assert_eq!(text.contains('"'), how != "single-quotes", "{how}: {text}");
    }
}

#[tokio::test]
async fn a_load_balancer_answers_in_html() {
    let simulator = simulator().await;

    let came = said(&simulator, "html-error-page(status=503)").await;
    assert!(came.head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{}", came.head);
    assert_eq!(came.headers("content-type"), ["text/html"]);
    let page = String::from_utf8(came.body).expect("it is text");
    assert!(page.starts_with("<html>") && page.contains("503 Service Unavailable"), "{page}");
    assert_eq!(newest(&simulator).await["outcome"], "found", "the vendor meant well");

    let good = said(&simulator, "html-error-page(status=200)").await;
    assert!(good.head.starts_with("HTTP/1.1 200 OK\r\n"), "{}", good.head);
}

#[tokio::test]
async fn a_charset_is_not_the_one_that_is_said() {
    let simulator = simulator().await;
    let whole = whole(&simulator).await;

    let came = said(&simulator, "wrong-charset").await;

    assert_eq!(came.headers("content-type"), ["application/json; charset=utf-8"]);
    assert_eq!(came.body.len(), whole.len() * 2, "the nation writes ASCII");
    assert_eq!(came.body[..2], *b"{\0");
}

#[tokio::test]
async fn a_byte_order_mark_stands_before_the_body() {
    let simulator = simulator().await;

    let came = said(&simulator, "bom").await;

    assert_eq!(came.body[..4], *b"\xEF\xBB\xBF{");
    assert!(serde_json::from_slice::<serde_json::Value>(&came.body[3..]).is_ok());
}

#[tokio::test]
async fn what_is_said_to_be_gzip_is_not() {
    let simulator = simulator().await;

    let plain = said(&simulator, "lying-gzip").await;
    assert_eq!(plain.headers("content-encoding"), ["gzip"]);
    assert_eq!(plain.body[..1], *b"{");

    for how in ["cut", "wrong-checksum"] {
        let came = said(&simulator, &format!("lying-gzip(body={how})")).await;
        assert_eq!(came.headers("content-encoding"), ["gzip"]);
        assert_eq!(came.body[..2], [0x1F, 0x8B], "it begins as gzip does");
    }
}

#[tokio::test]
async fn a_call_by_head_gets_the_head_alone() {
    let simulator = simulator().await;
    let mut request = with_fault("duplicated-headers");
    request.method = "HEAD".to_owned();
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(&request.bytes()).await;

    let (bytes, ending) = connection.rest(MOMENT).await;

    assert!(bytes.ends_with(b"\r\n\r\n"), "{}", String::from_utf8_lossy(&bytes));
    assert_eq!(ending, Ending::Open);
}
