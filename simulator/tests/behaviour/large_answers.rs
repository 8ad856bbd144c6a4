//! An answer that is too large comes as files: a token, links when it is time, parts to fetch.

use std::{
    io::Read as _,
    net::SocketAddr,
    sync::{Arc, LazyLock},
    time::Duration,
};

use flate2::read::GzDecoder;
use gsp_simulator::{
    Simulator,
    bulk::unpack::unpack,
    gstn::{Key, key::to_hex, primitives},
    world::World,
};
use serde_json::{Value, json};

mod vendor;

use self::vendor::world;
use crate::common::{Connection, NOW, Reply, Request, call, record};

static NUMBERS: LazyLock<Arc<World>> = LazyLock::new(|| world(10));

async fn started(world: &Arc<World>) -> Simulator {
    let builder = Simulator::builder().world(Arc::clone(world)).now(NOW).expect("it is a time");
    builder.start().await.expect("a free port is there")
}

async fn get(simulator: &Simulator, target: &str) -> Reply {
    let request = Request::get(&format!("/numbers/v1{target}")).with("x-api-key", "one");
    call(simulator, &request).await
}

async fn wished(simulator: &Simulator, target: &str, wish: &str) -> Reply {
    let request = Request::get(&format!("/numbers/v1{target}")).with("x-api-key", "one");
    call(simulator, &request.with("x-sim-outcome", wish)).await
}

async fn advance(simulator: &Simulator, by: &str) {
    let request = Request::new("PUT", "/__sim/clock").json(json!({ "advance": by }).to_string());
    assert_eq!(call(simulator, &request).await.status, 200);
}

/// Asks for so many numbers; the token.
async fn queue(simulator: &Simulator, count: usize) -> String {
    let reply = get(simulator, &format!("/numbers?gstin=A&count={count}")).await;
    reply.json()["token"].as_str().unwrap_or_else(|| panic!("no token: {reply:?}")).to_owned()
}

/// Asks, waits, asks for the details.
async fn details(simulator: &Simulator, count: usize) -> Value {
    let token = queue(simulator, count).await;
    advance(simulator, "30m").await;
    get(simulator, &format!("/files?token={token}")).await.json()
}

fn links(details: &Value) -> Vec<String> {
    let urls = details["urls"].as_array().unwrap_or_else(|| panic!("no links: {details}"));
    urls.iter().map(|url| url["ul"].as_str().expect("a link").to_owned()).collect()
}

fn key(details: &Value) -> Key {
    Key::read(details["ek"].as_str().expect("a key")).expect("32 bytes in base64")
}

fn sha256(bytes: &[u8]) -> String {
    to_hex(&primitives::sha256(bytes))
}

#[tokio::test]
async fn an_answer_that_is_small_enough_comes_at_once() {
    let simulator = started(&NUMBERS).await;
    assert_eq!(get(&simulator, "/numbers?gstin=A&count=20").await.json(), json!({ "count": 20 }));
    let queued = get(&simulator, "/numbers?gstin=A&count=21").await;
    assert_eq!((queued.status, &queued.json()["est"]), (200, &json!(30)));
    let kept = record(&simulator, &queued);
    assert_eq!(kept["outcome"], "file-queued");
    assert!(kept["hint"].as_str().is_some_and(|hint| hint.contains("21 records are more than 20")));
}

#[tokio::test]
async fn the_whole_flow_gives_every_record_once() {
    let simulator = started(&NUMBERS).await;
    let token = queue(&simulator, 25).await;
    let early = get(&simulator, &format!("/files?token={token}")).await;
    assert_eq!(early.json(), json!({ "error": "FILE-PENDING", "est": 30 }));
    advance(&simulator, "29m30s").await;
    let late = get(&simulator, &format!("/files?token={token}")).await;
    assert_eq!(late.json(), json!({ "error": "FILE-PENDING", "est": 1 }));

    advance(&simulator, "30s").await;
    let details = get(&simulator, &format!("/files?token={token}&gstin=A")).await.json();
    assert_eq!(details["fc"], 3);
    let mut next = 0;
    for (url, count) in details["urls"].as_array().expect("links").iter().zip([10, 10, 5]) {
        assert_eq!(url["ic"], count);
        let reply = get(&simulator, url["ul"].as_str().expect("a link")).await;
        assert_eq!(reply.header("content-type"), Some("application/x-gzip"));
        assert_eq!(reply.header("content-length"), Some(url["size"].to_string().as_str()));
        assert_eq!(url["hash"], sha256(&reply.body));
        let json = unpack(&key(&details), &reply.body).expect("it opens");
        let part: Value = serde_json::from_slice(&json).expect("it is JSON");
        assert_eq!(part["for"], "A");
        assert_eq!(part["first"], next);
        next += part["noise"].as_str().expect("noise").len();
    }
    assert_eq!(next, 25);
}

#[tokio::test]
async fn a_file_is_a_tar_of_one_quoted_member_named_for_its_part() {
    let simulator = started(&NUMBERS).await;
    let details = details(&simulator, 25).await;
    let link = &links(&details)[2];
    let token = link.split('/').nth(3).expect("a token");
    assert!(link.starts_with("/files/21112026/") && token.len() == 32, "{link}");
    assert!(link.contains("/A_2.tar.gz?md5=") && link.contains("&expires="), "{link}");

    let file = get(&simulator, link).await.body;
    let mut archive = tar::Archive::new(GzDecoder::new(file.as_slice()));
    let mut entries = archive.entries().expect("a tar");
    let mut entry = entries.next().expect("a member").expect("a readable one");
    assert_eq!(entry.path().expect("a name").to_str(), Some("A_2.json"));
    let mut content = String::new();
    entry.read_to_string(&mut content).expect("text");
    assert!(content.starts_with('"') && content.ends_with('"'));
}

#[tokio::test]
async fn same_clock_same_calls_same_bytes() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let simulator = started(&NUMBERS).await;
        let details = details(&simulator, 35).await;
        let mut bytes = vec![details.to_string().into_bytes()];
        for link in links(&details) {
            bytes.push(get(&simulator, &link).await.body);
            bytes.push(get(&simulator, &link).await.body);
        }
        assert!(bytes[1..].chunks(2).all(|twice| twice[0] == twice[1]), "a second time as well");
        runs.push(bytes);
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn who_asks_the_same_again_has_the_same_token_whatever_its_session() {
    let simulator = started(&NUMBERS).await;
    let token = queue(&simulator, 25).await;
    let request = Request::get("/numbers/v1/numbers?gstin=A&count=25").with("x-api-key", "one");
    let again = call(&simulator, &request.clone().with("session", "another")).await.json();
    assert_eq!(again["token"], token);
    let others = call(&simulator, &request.with("x-api-key", "two")).await.json();
    assert_ne!(others["token"], token, "another account");
    assert_ne!(queue(&simulator, 26).await, token, "another question");
}

#[tokio::test]
async fn a_token_is_good_for_whom_it_was_given_to() {
    let simulator = started(&NUMBERS).await;
    let token = queue(&simulator, 25).await;
    advance(&simulator, "30m").await;
    let unknown = async |target: String, key: &str| {
        let request = Request::get(&target).with("x-api-key", key);
        let reply = call(&simulator, &request).await;
        assert_eq!(
            (reply.status, &reply.json()["error"]),
            (404, &json!("FILE-UNKNOWN")),
            "{target}"
        );
        record(&simulator, &reply)["hint"].as_str().unwrap_or_default().to_owned()
    };
    let other = unknown(format!("/numbers/v1/files?token={token}&gstin=B"), "one").await;
    assert_eq!(other, "the token was given for another `gstin`: A");
    let other = unknown(format!("/numbers/v1/files?token={token}"), "two").await;
    assert!(other.contains("another account"), "{other}");
    let other = unknown("/numbers/v1/files?token=0123".to_owned(), "one").await;
    assert!(other.contains("nobody has this token"), "{other}");

    advance(&simulator, "24h").await;
    let other = unknown(format!("/numbers/v1/files?token={token}"), "one").await;
    assert!(other.contains("expired"), "{other}");
    assert_ne!(queue(&simulator, 25).await, token, "a new file begins");
}

#[tokio::test]
async fn links_expire_and_cannot_be_changed() {
    let simulator = started(&NUMBERS).await;
    let details = details(&simulator, 25).await;
    let link = links(&details).remove(0);
    let refused = async |link: &str, status: u16, code: &str| {
        let reply = get(&simulator, link).await;
        assert_eq!((reply.status, &reply.json()["error"]), (status, &json!(code)), "{link}");
    };
    refused(&link.replace("A_0", "A_1"), 403, "LINK-REFUSED").await;
    refused(&link.replace("md5=", "md5=x"), 403, "LINK-REFUSED").await;
    refused(&link.replace("expires=", "expires=9"), 403, "LINK-REFUSED").await;
    refused(link.split('?').next().expect("a path"), 403, "LINK-REFUSED").await;

    advance(&simulator, "23h59m59s").await;
    assert_eq!(get(&simulator, &link).await.status, 200);
    advance(&simulator, "1s").await;
    refused(&link, 410, "LINK-EXPIRED").await;

    let fresh = started(&NUMBERS).await;
    let reply = get(&fresh, &link).await;
    assert_eq!((reply.status, &reply.json()["error"]), (404, &json!("FILE-UNKNOWN")));
}

#[tokio::test]
async fn a_link_can_be_handed_to_a_proxy_encoded_or_not() {
    let simulator = started(&NUMBERS).await;
    let details = details(&simulator, 25).await;
    let link = links(&details).remove(1);
    let direct = get(&simulator, &link).await;

    let encoded = crate::common::escape_all(&link);
    for proxied in [
        link.clone(),
        encoded,
        format!("/numbers/v1{link}"),
        link.trim_start_matches('/').to_owned(),
    ] {
        let reply = get(&simulator, &format!("/proxy?proxy_path={proxied}")).await;
        if proxied.starts_with("files") {
            assert_eq!(reply.status, 403, "half a link is none");
            continue;
        }
        assert_eq!((reply.status, &reply.body), (200, &direct.body), "{proxied}");
        assert_eq!(reply.header("content-type"), Some("application/gzip"));
    }
}

#[tokio::test]
async fn oddities_are_answers_that_can_be_asked_for() {
    let simulator = started(&NUMBERS).await;
    let details = details(&simulator, 25).await;
    let link = links(&details).remove(0);
    let token = link.split('/').nth(3).expect("a token");

    let odd = wished(&simulator, &link, "file-misspelt-type").await;
    assert_eq!(odd.header("content-type"), Some("miltipart/x-gzip"));
    assert_eq!(sha256(&odd.body), details["urls"][0]["hash"]);

    let json = wished(&simulator, &link, "link-expired").await;
    assert_eq!((json.status, json.header("content-type")), (410, Some("application/json")));

    let wrong = wished(&simulator, &format!("/files?token={token}"), "file-wrong-hash").await;
    let hash: String = details["urls"][0]["hash"].as_str().expect("a hash").chars().rev().collect();
    assert_eq!(wrong.json()["urls"][0]["hash"], hash);

    // With nothing to go by, something is told all the same.
    let nothing = wished(&simulator, "/files", "found").await.json();
    assert_eq!(nothing["fc"], 1);
    assert_eq!(nothing["urls"][0]["hash"].as_str().map(str::len), Some(64));
    let nothing = wished(&simulator, "/files/a/b/c", "found").await;
    assert_eq!(unpack(&Key([0; 32]), &nothing.body).expect("it opens"), b"{}");
}

#[tokio::test]
async fn a_file_that_failed_is_asked_for_anew() {
    let simulator = started(&NUMBERS).await;
    let token = queue(&simulator, 25).await;
    let failed = wished(&simulator, &format!("/files?token={token}"), "file-failed").await;
    assert_eq!(failed.json()["error"], "FILE-FAILED");
    assert_ne!(queue(&simulator, 25).await, token);
}

#[tokio::test]
async fn a_small_answer_can_be_asked_for_as_a_file() {
    let simulator = started(&NUMBERS).await;
    let queued = wished(&simulator, "/numbers?gstin=A&count=3", "file-queued").await.json();
    assert_eq!(queued["parts"], 1);
    advance(&simulator, "30m").await;
    let token = queued["token"].as_str().expect("a token");
    let details = get(&simulator, &format!("/files?token={token}")).await.json();
    let file = get(&simulator, &links(&details)[0]).await.body;
    let json = unpack(&key(&details), &file).expect("it opens");
    let part: Value = serde_json::from_slice(&json).expect("it is JSON");
    assert_eq!(part["noise"].as_str().map(str::len), Some(3));
}

#[tokio::test]
async fn the_journal_keeps_a_note_of_a_file_and_not_the_file() {
    let simulator = started(&world(5_000)).await;
    let details = details(&simulator, 5_000).await;
    let url = &details["urls"][0];
    let reply = get(&simulator, url["ul"].as_str().expect("a link")).await;
    let kept = record(&simulator, &reply)["reply"].clone();
    let length = reply.body.len();
    assert!(length > 1_000, "{length}");
    assert_eq!(kept["body_length"], length);
    let note = kept["body"].as_str().expect("a note");
    let hash = url["hash"].as_str().expect("a hash");
    assert!(note.contains("bytes of application/x-gzip") && note.ends_with(hash), "{note}");
    assert!(note.starts_with(&format!("{},{:03}", length / 1000, length % 1000)), "{note}");
}

#[tokio::test]
async fn clients_that_read_slowly_or_go_away_hold_nobody_up() {
    let simulator = started(&world(500_000)).await;
    let details = details(&simulator, 2_000_000).await;
    let links = links(&details);
    assert_eq!(links.len(), 4);
    let whole = get(&simulator, &links[0]).await.body;

    let ask = async |link: &String| {
        let address: SocketAddr = simulator.address();
        let mut connection = Connection::open(address).await;
        let request = Request::get(&format!("/numbers/v1{link}")).with("x-api-key", "one");
        connection.send(&request.bytes()).await;
        connection
    };
    let mut slow = ask(&links[0]).await;
    let head = slow.reply_head().await.expect("a head");
    assert_eq!(head.status, 200);
    for link in &links[1..] {
        drop(ask(link).await);
        let mut gone = ask(link).await;
        gone.reply_head().await.expect("a head");
        drop(gone);
    }
    tokio::time::timeout(Duration::from_secs(20), get(&simulator, &links[3]))
        .await
        .expect("in time");
    let length: usize =
        head.header("content-length").and_then(|text| text.parse().ok()).expect("a length");
    assert_eq!(slow.exactly(length).await.expect("the rest"), whole);
}

#[tokio::test]
async fn a_link_that_a_tenant_was_given_is_its_own_whatever_the_call_carries() {
    let simulator = started(&NUMBERS).await;
    let begin = Request::new("POST", "/__sim/tenants").json(r#"{"name": "blue"}"#);
    assert_eq!(call(&simulator, &begin).await.status, 201);
    let as_blue = async |target: &str| {
        let target = format!("/numbers/v1{target}");
        call(&simulator, &Request::get(&target).with("x-api-key", "one--blue")).await.json()
    };
    let queued = as_blue("/numbers?gstin=A&count=25").await;
    let token = queued["token"].as_str().expect("a token").to_owned();
    let clock = Request::new("PUT", "/t/blue/__sim/clock").json(r#"{"advance": "30m"}"#);
    assert_eq!(call(&simulator, &clock).await.status, 200);
    let details = as_blue(&format!("/files?token={token}")).await;
    for link in links(&details) {
        // The default tenant's key names nobody, and the default tenant's clock is half an hour behind.
        let reply = get(&simulator, &link).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert!(unpack(&key(&details), &reply.body).is_ok());
        let proxied = link.replace('/', "%2F").replace('?', "%3F").replace('&', "%26");
        let reply = get(&simulator, &format!("/proxy?proxy_path={proxied}")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let journal = call(&simulator, &Request::get("/__sim/journal")).await.json();
    assert_eq!(journal["exchanges"], json!([]), "the default tenant heard nothing of it");
}
