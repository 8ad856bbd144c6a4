//! HTTPS, and handshakes that go wrong.

use std::net::SocketAddr;

use reqwest::{Certificate, Version};

use super::*;

async fn secured() -> Simulator {
    Simulator::builder().tls().start().await.expect("a port is free")
}

/// A client that trusts the simulator's authority and no other, on connections of its own.
fn trusting(simulator: &Simulator) -> reqwest::ClientBuilder {
    let pem = simulator.ca_pem().expect("it has an authority");
    let authority = Certificate::from_pem(pem.as_bytes()).expect("it is a certificate");
    http::client().tls_certs_only([authority]).timeout(Duration::from_secs(5))
}

/// The address of the simulator by another name.
fn named(simulator: &Simulator, name: &str) -> String {
    format!("https://{name}:{}", simulator.address().port())
}

/// The error of a call to this name, or the status of its answer.
async fn shaken(simulator: &Simulator, name: &str) -> Result<StatusCode, String> {
    let client = trusting(simulator).resolve(name, simulator.address()).build();
    let client = client.expect("a client can be made");
    let reply = asked(&client, &named(simulator, name)).send().await;
    reply.map(|reply| reply.status()).map_err(|error| told(&error))
}

/// What a client says of each fault.
const SAYS: [(&str, &str); 6] = [
    ("expired", "certificate expired"),
    ("wrong-host", "certificate not valid for name"),
    ("self-signed", "UnknownIssuer"),
    ("unknown-ca", "UnknownIssuer"),
    ("handshake-abort", "eof"),
    ("old-protocol", "peer is incompatible"),
];

fn says(fault: &str, error: &str) {
    let (_, says) = SAYS.iter().find(|(name, _)| *name == fault).expect("it is one");
    assert!(error.contains(says), "{fault}: {error}");
}

#[tokio::test]
async fn https_is_http_2_or_http_1_1_as_the_client_likes() {
    let simulator = secured().await;
    assert!(simulator.url().starts_with("https://127.0.0.1:"), "{}", simulator.url());

    for (client, version) in [
        (trusting(&simulator), Version::HTTP_2),
        (trusting(&simulator).http1_only(), Version::HTTP_11),
    ] {
        let client = client.build().expect("a client can be made");
        let reply = asked(&client, simulator.url()).send().await.expect("it is answered");
        assert_eq!((reply.status(), reply.version()), (StatusCode::OK, version));
        let body: Value = reply.json().await.expect("it is JSON");
        assert_eq!(body["valid"], true);
        let health = client.get(format!("{}/__sim/health", simulator.url())).send().await;
        assert_eq!(health.expect("the admin API is there").status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn the_certificate_is_for_the_vendors_real_names_too() {
    let simulator = secured().await;
    let hosts: Vec<String> =
        simulator.world().packs.iter().flat_map(|pack| pack.hosts.clone()).collect();
    assert!(hosts.len() > 3);
    for name in hosts.iter().map(String::as_str).chain(["localhost"]) {
        let client = trusting(&simulator).resolve(name, simulator.address()).build();
        let client = client.expect("a client can be made");
        let reply = client.get(named(&simulator, name)).send().await;
        assert!(reply.is_ok(), "{name}: {reply:?}");
    }
}

#[tokio::test]
async fn a_client_that_does_not_know_the_authority_trusts_nothing() {
    let (simulator, other) = (secured().await, secured().await);
    let client = trusting(&other).build().expect("a client can be made");

    let error = asked(&client, simulator.url()).send().await.expect_err("it is another's");

    assert!(told(&error).contains("UnknownIssuer"), "{error:?}");
}

#[tokio::test]
async fn each_fault_has_a_host_name() {
    let simulator = secured().await;
    for (fault, _) in SAYS {
        let error = shaken(&simulator, &format!("{fault}.localhost")).await;
        says(fault, &error.expect_err("no handshake succeeds"));
    }
    assert_eq!(shaken(&simulator, "localhost").await, Ok(StatusCode::OK), "others are as ever");
}

#[tokio::test]
async fn a_fault_is_told_over_the_admin_api_and_taken_back() {
    let simulator = secured().await;
    let plain = client();
    let admin = format!("{}/__sim/tls", simulator.url().replace("https", "http"));
    for (fault, _) in SAYS {
        let told = plain.put(&admin).json(&json!({ "fault": fault })).send().await;
        let told: Value = told.expect("it is told").json().await.expect("it is JSON");
        assert_eq!(told["fault"], fault);
        says(fault, &shaken(&simulator, "localhost").await.expect_err("no handshake succeeds"));
    }
    let told = plain.delete(&admin).send().await.expect("it is taken back");
    let told: Value = told.json().await.expect("it is JSON");
    assert_eq!((&told["fault"], &told["handshakes"]["failed"]), (&Value::Null, &json!(6)));
    assert_eq!(shaken(&simulator, "localhost").await, Ok(StatusCode::OK));
}

#[tokio::test]
async fn a_story_may_break_the_handshakes_with_one_vendor() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let story = r#"
        name = "forgotten-renewal"
        about = "Nobody renewed Attestr's certificate"
        [tls]
        fault = "expired"
        vendor = "attestr"
    "#;
    std::fs::write(folder.path().join("forgotten-renewal.toml"), story).expect("it can be written");
    let simulator = Simulator::builder()
        .tls()
        .scenarios(folder.path())
        .expect("the folder is there")
        .scenario("forgotten-renewal")
        .start()
        .await
        .expect("the story can be played");

    says("expired", &shaken(&simulator, "api.attestr.com").await.expect_err("it expired"));
    assert_eq!(shaken(&simulator, "localhost").await, Ok(StatusCode::OK), "others are not touched");
}

#[tokio::test]
async fn without_tls_only_the_admin_api_is_there() {
    let simulator = secured().await;
    let plain = simulator.url().replace("https", "http");

    let refused = asked(&client(), &plain).send().await.expect("it is answered");
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let problem: Value = refused.json().await.expect("it is JSON");
    assert!(problem["hint"].as_str().is_some_and(|hint| hint.contains("https://")), "{problem}");

    let pem = client().get(format!("{plain}/__sim/ca.pem")).send().await.expect("it is answered");
    assert_eq!(pem.status(), StatusCode::OK);
    assert_eq!(pem.text().await.ok().as_deref(), simulator.ca_pem());
}

#[tokio::test]
async fn a_server_without_tls_has_no_authority() {
    let simulator = simulator().await;
    for (method, path) in [("GET", "ca.pem"), ("PUT", "tls"), ("DELETE", "tls")] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("it is one");
        let url = format!("{}/__sim/{path}", simulator.url());
        let call = client().request(method, url).json(&json!({ "fault": "expired" }));
        let reply = call.send().await.expect("it is answered");
        assert_eq!(reply.status(), StatusCode::CONFLICT, "{path}");
    }
}

#[tokio::test]
async fn a_broken_reply_over_http_2_is_a_stream_that_is_reset() {
    let simulator = secured().await;
    let client = trusting(&simulator).build().expect("a client can be made");
    for fault in [
        "connection-reset",
        "close-without-reply",
        "lost-reply",
        "garbage",
        "hang(for-ms=50)",
        "informational-only(for-ms=50)",
    ] {
        let error = with_fault(&client, simulator.url(), fault).send().await;
        let error = told(&error.expect_err(fault));
        assert!(error.contains("stream error received"), "{fault}: {error}");
    }
    for fault in [
        "truncated-body",
        "connection-reset(at=after-headers)",
        "connection-reset(after-bytes=10)",
        "malformed-chunk",
        "hang(at=after-headers,for-ms=50)",
    ] {
        let reply = with_fault(&client, simulator.url(), fault).send().await.expect(fault);
        assert_eq!((reply.status(), reply.version()), (StatusCode::OK, Version::HTTP_2));
        let error = told(&reply.bytes().await.expect_err(fault));
        assert!(error.contains("stream error received"), "{fault}: {error}");
    }
    let good = asked(&client, simulator.url()).send().await.expect("the connection is as ever");
    assert_eq!((good.status(), good.version()), (StatusCode::OK, Version::HTTP_2));
}

#[tokio::test]
async fn a_slow_reply_over_http_2_is_slow_and_whole() {
    let simulator = secured().await;
    let client = trusting(&simulator).build().expect("a client can be made");
    for fault in [
        "latency(delay-ms=200)",
        "slow-headers(bytes-per-second=500)",
        "drip(bytes-per-second=2000)",
        "bandwidth(bytes-per-second=2000)",
    ] {
        let started = std::time::Instant::now();
        let reply = with_fault(&client, simulator.url(), fault).send().await.expect(fault);
        let body: Value = reply.json().await.expect(fault);
        assert_eq!(body["valid"], true, "{fault}");
        let took = started.elapsed();
        assert!(took >= Duration::from_millis(150), "{fault}: {took:?}");
    }
}

#[tokio::test]
async fn a_broken_reply_over_tls_and_http_1_1_is_broken_as_without_tls() {
    let simulator = secured().await;
    let client = trusting(&simulator).http1_only().build().expect("a client can be made");
    for (fault, says) in [
        ("connection-reset", "reset"),
        ("close-without-reply", "connection closed before message completed"),
        ("truncated-body", "end of file before message length reached"),
        ("malformed-chunk", "Invalid chunk size line"),
    ] {
        let error = match with_fault(&client, simulator.url(), fault).send().await {
            Err(error) => told(&error),
            Ok(reply) => told(&reply.bytes().await.expect_err(fault)),
        };
        assert!(error.contains(says), "{fault}: {error}");
    }
    let slow = with_fault(&client, simulator.url(), "slow-headers(bytes-per-second=3000)");
    assert_eq!(slow.send().await.expect("it comes").status(), StatusCode::OK);
}

#[tokio::test]
async fn a_vendors_own_port_speaks_tls_too() {
    let simulator =
        Simulator::builder().tls().mount("attestr", 0).start().await.expect("ports are free");
    let (_, address): &(String, SocketAddr) = &simulator.mounts()[0];
    let client = trusting(&simulator).build().expect("a client can be made");

    let reply = client.get(format!("https://{address}/nothing/here")).send().await;

    assert_eq!(reply.expect("it is answered").status(), StatusCode::NOT_FOUND);
}
