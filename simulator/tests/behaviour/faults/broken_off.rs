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
