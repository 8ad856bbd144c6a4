//! Connections that end in the middle, or before anything came.

use super::*;

#[tokio::test]
async fn a_truncated_body_stops_in_the_middle_of_what_was_announced() {
    let simulator = simulator().await;
    let whole = whole(&simulator).await;

    let half = faulty(&simulator, "truncated-body", PATIENCE).await;
    assert!(half.head.starts_with("HTTP/1.1 200 OK\r\n"), "{}", half.head);
    assert_eq!(half.header("content-length"), Some(whole.len().to_string().as_str()));
    assert_eq!((half.body.len(), half.ending), (whole.len() / 2, Ending::Closed));
    assert_eq!(half.body[..40], whole[..40]);

    let ten = faulty(&simulator, "truncated-body(keep-bytes=10)", PATIENCE).await;
    assert_eq!((ten.body.as_slice(), ten.ending), (&whole[..10], Ending::Closed));
}

#[tokio::test]
async fn a_reset_comes_before_the_head_behind_it_or_in_the_body() {
    let simulator = simulator().await;
    let whole = whole(&simulator).await;

    let before = faulty(&simulator, "connection-reset", PATIENCE).await;
    assert_eq!((before.head.as_str(), before.ending), ("", Ending::Reset));

    let behind = faulty(&simulator, "connection-reset(at=after-headers)", PATIENCE).await;
    assert!(behind.head.ends_with("\r\n\r\n"), "the head is whole: {}", behind.head);
    assert_eq!((behind.body.len(), behind.ending), (0, Ending::Reset));

    let within = faulty(&simulator, "connection-reset(after-bytes=25)", PATIENCE).await;
    assert_eq!((within.body.as_slice(), within.ending), (&whole[..25], Ending::Reset));
}

#[tokio::test]
async fn a_connection_is_closed_without_a_byte() {
    let simulator = simulator().await;

    let came = faulty(&simulator, "close-without-reply", PATIENCE).await;

    assert_eq!((came.head.as_str(), came.ending), ("", Ending::Closed));
    let record = newest(&simulator).await;
    assert_eq!(record["faults"], serde_json::json!(["close-without-reply"]));
    assert_eq!(record["wire"], "nothing, then the connection is closed");
    assert_eq!((&record["outcome"], &record["reply"]["status"]), (&"found".into(), &200.into()));
}

#[tokio::test]
async fn replies_before_a_broken_one_arrive_whole() {
    let simulator = simulator().await;
    let mut connection = Connection::open(simulator.address()).await;
    let good = natural().request().bytes();
    let bad = with_fault("truncated-body(keep-bytes=1)").bytes();
    connection.send(&[good.as_slice(), &good, &bad, &good].concat()).await;

    for _ in 0..2 {
        assert_eq!(connection.reply().await.expect("it is whole").status, 200);
    }
    let (bytes, ending) = connection.rest(PATIENCE).await;
    assert_eq!(split(&bytes).1.len(), 1);
    assert_ne!(ending, Ending::Open, "nothing follows on it");
}

#[tokio::test]
async fn a_reply_is_lost_and_the_journal_has_it() {
    let simulator = simulator().await;

    for (fault, ending) in
        [("lost-reply", Ending::Reset), ("lost-reply(how=close)", Ending::Closed)]
    {
        let came = faulty(&simulator, fault, PATIENCE).await;
        assert_eq!((came.head.as_str(), came.ending), ("", ending));

        let record = newest(&simulator).await;
        assert_eq!(record["faults"], serde_json::json!(["lost-reply"]));
        assert_eq!(record["outcome"], "found");
        assert_eq!(record["reply"]["status"], 200);
        let body = record["reply"]["body"].as_str().expect("the lost body is kept");
        assert_eq!(body.len(), whole(&simulator).await.len());
    }
}

#[tokio::test]
async fn a_1xx_comes_and_nothing_behind_it() {
    let simulator = simulator().await;

    let open = faulty(&simulator, "informational-only", MOMENT).await;
    assert_eq!((open.head.as_str(), open.ending), ("HTTP/1.1 100 Continue\r\n\r\n", Ending::Open));

    let fault = "informational-only(status=103,for-ms=100)";
    let closed = faulty(&simulator, fault, PATIENCE).await;
    assert_eq!(closed.head, "HTTP/1.1 103 Early Hints\r\n\r\n");
    assert_eq!((closed.body.len(), closed.ending), (0, Ending::Closed));
}

#[tokio::test]
async fn a_kept_connection_ends_under_the_next_request() {
    let simulator = simulator().await;
    for (fault, ending) in
        [("keep-alive-closed", Ending::Closed), ("keep-alive-closed(how=reset)", Ending::Reset)]
    {
        let mut connection = Connection::open(simulator.address()).await;
        connection.send(&with_fault(fault).bytes()).await;
        let reply = connection.reply().await.expect("the first one is answered");
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("connection"), None, "it looks as if it stayed");
        let (nothing, open) = connection.rest(MOMENT).await;
        assert_eq!((nothing.len(), open), (0, Ending::Open), "and it does, until it is used");

        let before = newest(&simulator).await["id"].clone();
        connection.send(&natural().request().bytes()).await;
        let (nothing, ended) = connection.rest(PATIENCE).await;

        assert_eq!((nothing.len(), ended), (0, ending), "{fault}");
        assert_eq!(newest(&simulator).await["id"], before, "the second one was never heard");
    }
}
