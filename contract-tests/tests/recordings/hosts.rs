//! Only the target is ever asked.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, extract::Request, http::HeaderMap, response::IntoResponse as _};
use gsp_simulator::Simulator;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::stage::{Stage, world};

/// Counts who comes.
async fn stranger() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            seen.fetch_add(1, Ordering::SeqCst);
        }
    });
    (url, count)
}

/// A target that answers as it is told.
pub(crate) async fn target(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

pub(crate) async fn before(vendor: &str, base: &str) -> Stage {
    let unused = Simulator::builder().start().await.expect("it starts");
    Stage::before(world(), unused, vendor, base, [5; 32]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_handed_on_and_never_followed() {
    let (elsewhere, count) = stranger().await;
    let location = format!("{elsewhere}/taken/27AAPFU0939F1ZV");
    let router = Router::new().fallback(move || {
        let headers = [("location", location.clone())];
        async move { (axum::http::StatusCode::FOUND, headers).into_response() }
    });
    let stage = before("attestr", &target(router).await).await;

    let reply = stage.client.get(format!("{}/a", stage.url)).send().await.expect("it answers");

    assert_eq!(reply.status(), 302);
    assert!(reply.headers()["location"].to_str().is_ok_and(|text| text.starts_with(&elsewhere)));
    assert_eq!(count.load(Ordering::SeqCst), 0, "nobody came");
    let recorded = stage.end().await;
    assert_eq!(recorded.kept.exchanges, 1);
    assert!(!recorded.text.contains(&elsewhere[7..]), "{}", recorded.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_in_answers_are_not_looked_at() {
    let (elsewhere, count) = stranger().await;
    let body = format!("{{\"url\": \"{elsewhere}/file.tar.gz\", \"gstin\": \"27AAPFU0939F1ZV\"}}");
    let router = Router::new().fallback(move || {
        let body = body.clone();
        async move { ([("content-type", "application/json")], body).into_response() }
    });
    let stage = before("finagg", &target(router).await).await;
    let reply = stage.client.get(format!("{}/a", stage.url)).send().await.expect("it answers");
    assert!(reply.text().await.expect("a body").contains(&elsewhere), "the client gets it whole");
    assert_eq!(count.load(Ordering::SeqCst), 0);
    let recorded = stage.end().await;
    assert!(recorded.text.contains("https://files.example.com/SAMPLE"), "{}", recorded.text);
    assert!(!recorded.text.contains("27AAPFU0939F1ZV"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_it_for_a_forward_proxy_is_refused() {
    let (elsewhere, count) = stranger().await;
    let stage = before("attestr", &target(Router::new()).await).await;
    let mut socket = TcpStream::connect(&stage.url[7..]).await.expect("it listens");
    let host = &elsewhere[7..];
    let request =
        format!("GET {elsewhere}/x HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.expect("it takes it");
    let mut reply = String::new();
    socket.read_to_string(&mut reply).await.expect("it answers");
    assert!(reply.starts_with("HTTP/1.1 403"), "{reply}");
    assert!(reply.contains("this is no forward proxy: send the path alone"), "{reply}");
    assert_eq!(count.load(Ordering::SeqCst), 0);
    assert_eq!(stage.end().await.kept.exchanges, 0, "nothing was said");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_through_is_as_it_came_but_for_the_connection() {
    let router = Router::new().fallback(|headers: HeaderMap, request: Request| async move {
        let told = format!(
            "{} {} {:?} {:?} {:?}",
            request.method(),
            request.uri(),
            headers.get_all("x-many").iter().collect::<Vec<_>>(),
            headers.get("x-hop"),
            headers.get("te"),
        );
        ([("x-answer", "1"), ("keep-alive", "timeout=5"), ("content-type", "text/plain")], told)
    });
    let base = format!("{}/under", target(router).await);
    let stage = before("attestr", &base).await;
    let reply = stage
        .client
        .post(format!("{}/a%20b?c=d%2Fe&c=f", stage.url))
        .header("x-many", "one")
        .header("x-many", "two")
        .header("connection", "x-hop")
        .header("x-hop", "no")
        .header("te", "trailers")
        .body("text")
        .send()
        .await
        .expect("it answers");
    assert_eq!(reply.headers()["x-answer"], "1");
    assert!(!reply.headers().contains_key("keep-alive"));
    let told = reply.text().await.expect("a body");
    assert_eq!(told, "POST /under/a%20b?c=d%2Fe&c=f [\"one\", \"two\"] None None");
    let _ = stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_not_there_is_told_to_the_client_and_kept_without_an_answer() {
    let stage = before("attestr", "http://127.0.0.1:9").await;
    let reply = stage.client.get(format!("{}/a", stage.url)).send().await.expect("it answers");
    assert_eq!(reply.status(), 502);
    let told: serde_json::Value = reply.json().await.expect("a problem");
    assert!(
        told["detail"].as_str().is_some_and(|text| text.contains("cannot be reached")),
        "{told}"
    );
    let recorded = stage.end().await;
    assert!(recorded.recording.exchanges[0].value.reply.is_none());
}
