//! TLS from a raw socket: the bytes of a handshake, right and wrong.

use std::sync::Arc;

use rustls::{
    ClientConfig, ClientConnection, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};

use super::*;
use crate::common::builder;

async fn secured() -> Simulator {
    builder().tls().start().await.expect("a port is free")
}

/// What a client of today says first.
fn hello(simulator: &Simulator, name: &'static str) -> Vec<u8> {
    let pem = simulator.ca_pem().expect("it has an authority");
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(pem.as_bytes()).expect("it is a certificate");
    roots.add(authority).expect("it can be trusted");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("there are some")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name).expect("it is a name");
    let mut client = ClientConnection::new(Arc::new(config), name).expect("it can begin");
    let mut bytes = Vec::new();
    client.write_tls(&mut bytes).expect("memory takes it");
    bytes
}

async fn answered(simulator: &Simulator, name: &'static str) -> (Vec<u8>, Ending) {
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(&hello(simulator, name)).await;
    connection.rest(MOMENT).await
}

#[tokio::test]
async fn a_handshake_is_answered_with_tls_1_3() {
    let simulator = secured().await;

    let (bytes, ending) = answered(&simulator, "localhost").await;

    assert_eq!(bytes[..3], [0x16, 3, 3], "a handshake record");
    assert_eq!(bytes[5], 2, "a server hello");
    assert!(bytes.len() > 500, "and all that belongs to it: {}", bytes.len());
    assert_eq!(ending, Ending::Open, "it is the client's turn");
}

#[tokio::test]
async fn a_handshake_is_broken_off_behind_the_first_words() {
    let simulator = secured().await;

    let (bytes, ending) = answered(&simulator, "handshake-abort.localhost").await;

    assert_eq!((bytes.len(), ending), (0, Ending::Closed));
}

#[tokio::test]
async fn an_old_server_speaks_tls_1_0_to_everybody() {
    let simulator = secured().await;

    let (bytes, ending) = answered(&simulator, "old-protocol.localhost").await;

    assert_eq!(bytes[..3], [0x16, 3, 1], "a record of TLS 1.0");
    assert_eq!(bytes[9..11], [3, 1], "and a hello of TLS 1.0");
    assert_eq!(ending, Ending::Open, "it waits for what the client thinks of it");
}

#[tokio::test]
async fn half_a_hello_harms_nobody() {
    let simulator = secured().await;
    let mut connection = Connection::open(simulator.address()).await;
    let hello = hello(&simulator, "localhost");
    connection.send(&hello[..hello.len() / 2]).await;
    connection.finish().await;
    assert_eq!(connection.rest(PATIENCE).await.1, Ending::Closed);

    let told = call(&simulator, &Request::get("/__sim/tls")).await.json();
    assert_eq!(told["handshakes"]["failed"], 1);
    let (bytes, _) = answered(&simulator, "localhost").await;
    assert_eq!(bytes[5], 2, "the next one is answered");
}

#[tokio::test]
async fn what_is_no_fault_of_tls_is_refused_by_its_field() {
    let simulator = secured().await;
    for (body, field) in [
        (r#"{"fault": "expird"}"#, "fault"),
        (r#"{"fault": "expired", "vendor": "nobody"}"#, "vendor"),
        (r#"{"fault": "expired", "host": "x"}"#, "host"),
        ("{}", "fault"),
    ] {
        let reply = call(&simulator, &Request::new("PUT", "/__sim/tls").json(body)).await;
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(reply.json()["field"], field, "{body}: {reply:?}");
    }
    let told = call(&simulator, &Request::get("/__sim/tls")).await.json();
    assert_eq!(told["fault"], serde_json::Value::Null, "nothing was half applied");
}
