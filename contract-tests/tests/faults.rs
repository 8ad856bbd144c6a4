//! Faults, as a client's HTTP library reports them.

use std::{error::Error as _, time::Duration};

use gsp_contract_tests::{
    client::{
        certificate::public_key,
        crypto::{Padding, base64, rsa},
    },
    http,
};
use gsp_simulator::{Simulator, journal::Query};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

#[path = "faults/tls.rs"]
mod tls;

const TARGET: &str = "/attestr/api/v2/public/corpx/gstin";

async fn simulator() -> Simulator {
    Simulator::builder().start().await.expect("a port is free")
}

fn client() -> Client {
    http::client().timeout(Duration::from_millis(1_500)).build().expect("a client can be made")
}

/// A call by an account's token, such as `sim-attestr:sim-secret`.
fn asked_by(client: &Client, url: &str, account: &str) -> RequestBuilder {
    let (user, password) = account.split_once(':').expect("a token has two parts");
    let call = client.post(format!("{url}{TARGET}")).basic_auth(user, Some(password));
    call.json(&json!({ "gstin": "27AAACS0000A1ZG", "fetchFilings": false }))
}

fn asked(client: &Client, url: &str) -> RequestBuilder {
    asked_by(client, url, "sim-attestr:sim-secret").header("x-sim-outcome", "found")
}

fn with_fault(client: &Client, url: &str, fault: &str) -> RequestBuilder {
    asked_by(client, url, "sim-attestr:sim-secret")
        .header("x-sim-outcome", format!("found; fault={fault}"))
}

/// An error and its causes in one line.
fn told(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// What a call with a fault ends in: the error before the head, or the one in the body.
async fn ends(simulator: &Simulator, fault: &str) -> (Option<StatusCode>, String) {
    match with_fault(&client(), simulator.url(), fault).send().await {
        Err(error) => (None, told(&error)),
        Ok(reply) => {
            let status = reply.status();
            let error = match reply.bytes().await {
                Ok(bytes) => format!("no error in {} bytes", bytes.len()),
                Err(error) => told(&error),
            };
            (Some(status), error)
        }
    }
}

#[tokio::test]
async fn each_way_of_breaking_off_has_its_own_error() {
    let simulator = simulator().await;
    let ok = Some(StatusCode::OK);
    for (fault, status, says) in [
        ("connection-reset", None, "Connection reset by peer"),
        ("connection-reset(at=after-headers)", ok, "Connection reset by peer"),
        ("connection-reset(after-bytes=40)", ok, "Connection reset by peer"),
        ("lost-reply", None, "Connection reset by peer"),
        ("lost-reply(how=close)", None, "connection closed before message completed"),
        ("close-without-reply", None, "connection closed before message completed"),
        ("truncated-body", ok, "end of file before message length reached"),
        ("wrong-content-length", ok, "end of file before message length reached"),
        ("malformed-chunk", ok, "Invalid chunk size line"),
        ("malformed-chunk(how=too-short)", ok, "error reading a body from connection"),
        ("malformed-chunk(how=no-last)", ok, "error reading a body from connection"),
        ("garbage", None, "invalid HTTP version parsed"),
        (
            "duplicated-headers(header=content-length,value=7)",
            None,
            "invalid content-length parsed",
        ),
        ("lying-gzip", ok, "Invalid gzip header"),
        ("lying-gzip(body=wrong-checksum)", ok, "CRC computed does not match"),
        ("hang(for-ms=100)", None, "connection closed before message completed"),
        ("hang(at=after-headers,for-ms=100)", ok, "end of file before message length reached"),
    ] {
        let (came, error) = ends(&simulator, fault).await;

        assert_eq!(came, status, "{fault}: {error}");
        assert!(error.contains(says), "{fault}: {error}");
    }
}

#[tokio::test]
async fn what_never_ends_is_ended_by_the_clients_patience() {
    let simulator = simulator().await;
    for fault in [
        "hang",
        "latency(delay-ms=60000)",
        "slow-headers(bytes-per-second=5)",
        "informational-only",
    ] {
        let error = with_fault(&client(), simulator.url(), fault).send().await;
        assert!(error.as_ref().is_err_and(reqwest::Error::is_timeout), "{fault}: {error:?}");
    }
    for fault in
        ["hang(after-bytes=9)", "drip(bytes-per-second=5)", "bandwidth(bytes-per-second=300)"]
    {
        let reply = with_fault(&client(), simulator.url(), fault).send().await;
        let error = reply.unwrap_or_else(|error| panic!("{fault}: {error:?}")).bytes().await;
        assert!(error.as_ref().is_err_and(reqwest::Error::is_timeout), "{fault}: {error:?}");
    }
}

#[tokio::test]
async fn a_reply_that_says_the_wrong_thing_comes_and_cannot_be_read() {
    let simulator = simulator().await;
    for fault in [
        "empty-reply",
        "malformed-json",
        "malformed-json(how=trailing-comma)",
        "malformed-json(how=single-quotes)",
        "malformed-json(how=rubbish)",
        "wrong-charset",
        "bom",
        "html-error-page(status=200)",
        "wrong-content-length(says=short)",
        "lying-gzip(body=cut)",
    ] {
        let reply = with_fault(&client(), simulator.url(), fault).send().await.expect(fault);
        assert_eq!(reply.status(), StatusCode::OK, "{fault}");
        let error = reply.json::<Value>().await;
        assert!(error.as_ref().is_err_and(reqwest::Error::is_decode), "{fault}: {error:?}");
    }
    let page = with_fault(&client(), simulator.url(), "html-error-page").send().await;
    let page = page.expect("a page comes");
    assert_eq!(page.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(page.headers()["content-type"], "text/html");
}

fn exchange(reply: &Response) -> u64 {
    let text = reply.headers()["x-sim-exchange"].to_str().expect("it is text");
    text.parse().expect("it is a number")
}

#[tokio::test]
async fn a_slow_reply_is_whole_and_the_connection_is_used_again() {
    let simulator = simulator().await;
    let client = client();
    for fault in [
        "slow-headers(bytes-per-second=2000)",
        "drip(bytes-per-second=5000)",
        "bandwidth(bytes-per-second=5000)",
        "duplicated-headers(header=x-twice,value=1)",
    ] {
        let reply = with_fault(&client, simulator.url(), fault).send().await.expect(fault);
        let before = reply.remote_addr();
        let body: Value = reply.json().await.expect(fault);
        assert_eq!(body["valid"], true, "{fault}");
        let next = asked(&client, simulator.url()).send().await.expect("it goes on");
        assert_eq!((next.status(), next.remote_addr()), (StatusCode::OK, before));
    }
}

#[tokio::test]
async fn a_kept_connection_dies_under_the_second_request() {
    let simulator = simulator().await;
    let client = client();
    let reply = with_fault(&client, simulator.url(), "keep-alive-closed").send().await;
    let body: Value = reply.expect("it is answered").json().await.expect("and it is JSON");
    assert_eq!(body["valid"], true);

    let error = asked(&client, simulator.url()).send().await.expect_err("it finds it closed");
    assert!(told(&error).contains("connection closed before message completed"), "{error:?}");
    let third = asked(&client, simulator.url()).send().await.expect("a new connection is right");
    assert_eq!(third.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_second_delivery_is_not_taken_for_the_next_answer_by_this_client() {
    let simulator = simulator().await;
    let client = client();
    let reply = with_fault(&client, simulator.url(), "duplicate-delivery").send().await;
    let first = reply.expect("it is answered");
    let first_exchange = exchange(&first);
    first.bytes().await.expect("it has a body");

    let second = asked(&client, simulator.url()).send().await.expect("it is answered");

    assert_eq!(exchange(&second), first_exchange + 1);
}

#[tokio::test]
async fn a_lost_reply_has_been_paid_for() {
    let simulator = simulator().await;
    let client = client();
    let account = "sim-ten-credits:sim-secret";
    let ask = || asked_by(&client, simulator.url(), account);
    for _ in 0..10 {
        let lost = ask().header("x-sim-outcome", "; fault=lost-reply").send().await;
        let error = lost.expect_err("its answer never arrives");
        assert!(told(&error).contains("Connection reset by peer"), "{error:?}");
    }

    let reply = ask().send().await.expect("this one is answered");

    assert_ne!(reply.status(), StatusCode::OK, "ten credits were spent on what nobody read");
    let page = serde_json::to_value(simulator.journal(&Query::default())).expect("it is JSON");
    let all = page["exchanges"].as_array().expect("it is a list");
    assert_eq!(all.len(), 11);
    for lost in &all[..10] {
        assert_eq!(lost["faults"], json!(["lost-reply"]));
        assert_eq!((&lost["outcome"], &lost["via"]), (&json!("found"), &json!("cause")));
        assert_eq!(lost["wire"], "nothing, then the connection is reset");
    }
    assert_eq!(all[10]["outcome"], "credits-exhausted");
}

#[tokio::test]
async fn a_one_time_password_arrives_though_the_reply_is_lost() {
    let simulator = simulator().await;
    let client = client();
    let inbox = async || {
        let reply = client.get(format!("{}/__sim/otp", simulator.url())).send().await;
        let json: Value = reply.expect("it answers").json().await.expect("in JSON");
        json["otps"].as_array().expect("it is a list").len()
    };
    assert_eq!(inbox().await, 0);
    let pem = client.get(format!("{}/__sim/gstn/certificate", simulator.url())).send().await;
    let pem = pem.expect("it answers").text().await.expect("with text");
    let network = public_key(&pem).expect("it is a certificate");
    let app_key = rsa(&network, Padding::Pkcs1, &[7; 32], 1).expect("a key can be encrypted");
    let target = "/finagg/basic/gstn/fin-v1/taxpayerapi/v1.0/authenticate";
    let lost = client
        .post(format!("{}{target}", simulator.url()))
        .header("x-api-key", "sim-finagg-key")
        .header("state-cd", "27")
        .header("ip-usr", "203.0.113.7")
        .header("txn", "SIM1")
        .header("x-sim-outcome", "; fault=lost-reply")
        .json(&json!({ "action": "OTPREQUEST", "username": "LOST", "app_key": base64(&app_key) }))
        .send()
        .await;

    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(inbox().await, 1, "the phone rang all the same");
}
