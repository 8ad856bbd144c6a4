//! The admin API's own document, held against the router of a running simulator.

use std::collections::BTreeSet;

use gsp_contract_tests::http::client;
use gsp_simulator::{Simulator, server};
use serde_json::Value;

use super::document::{Came, Document};

/// What stands in the path, by its name.
const PATHS: &[(&str, &str)] = &[
    ("{name}", "default"),
    ("{vendor}", "hms"),
    ("{gstin}", "27AAACS0000A1ZG"),
    ("{id}", "1"),
    ("{file}", "page.js"),
];

fn filled(path: &str) -> String {
    PATHS.iter().fold(path.to_owned(), |path, (hole, text)| path.replace(hole, text))
}

async fn simulator() -> (Simulator, reqwest::Client) {
    let simulator = Simulator::builder().start().await.expect("a free port");
    (simulator, client().build().expect("a client"))
}

async fn came(reply: reqwest::Response) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = reply.headers().iter().map(|(name, value)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let (status, headers) = (reply.status().as_u16(), headers.collect());
    (status, headers, reply.bytes().await.expect("a whole body").to_vec())
}

#[test]
fn every_reference_leads_somewhere() {
    Document::new(server::openapi("http://localhost:4777")).follow_references();
}

#[tokio::test]
async fn the_router_takes_what_the_document_tells_of_and_nothing_else() {
    let (simulator, client) = simulator().await;
    let document: Value = client
        .get(format!("{}/__sim/openapi.json", simulator.url()))
        .send()
        .await
        .expect("it answers")
        .json()
        .await
        .expect("JSON");
    assert_eq!(document, server::openapi(simulator.url()), "served and printed are the same");
    let paths = document["paths"].as_object().expect("paths");
    for (path, methods) in paths {
        let url = format!("{}{}", simulator.url(), filled(path));
        let odd = reqwest::Method::from_bytes(b"PURGE").expect("a method");
        let reply = client.request(odd, &url).send().await.expect("it answers");
        assert_eq!(reply.status(), 405, "{path} is there, and does not take everything");
        let allowed = reply.headers()["allow"].to_str().expect("a text");
        let allowed: BTreeSet<String> = allowed
            .split(',')
            .map(|method| method.trim().to_ascii_lowercase())
            .filter(|method| method != "head")
            .collect();
        let told: BTreeSet<String> =
            methods.as_object().expect("methods").keys().cloned().collect();
        assert_eq!(allowed, told, "{path}");
    }
    let nowhere = client.get(format!("{}/__sim/nowhere", simulator.url())).send().await;
    assert_eq!(nowhere.expect("it answers").status(), 404);
}

#[tokio::test]
async fn every_address_that_is_documented_for_people_is_in_the_document() {
    let document = server::openapi("http://localhost:4777");
    let page = include_str!("../../../docs/admin-api.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let mut seen = 0;
    for row in rows {
        let cell = row.split('|').nth(1).expect("a first cell");
        let methods: Vec<&str> = ["GET", "PUT", "POST", "PATCH", "DELETE"]
            .into_iter()
            .filter(|method| cell.contains(method))
            .collect();
        let paths = cell.split(['`', ' ', ',']).filter(|word| word.starts_with("/__sim"));
        for path in paths {
            let told = document["paths"][path].as_object();
            let told = told.unwrap_or_else(|| panic!("`{path}` is not in the document"));
            assert!(
                methods.iter().any(|method| told.contains_key(&method.to_ascii_lowercase())),
                "{cell}"
            );
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
    let undocumented: Vec<_> = document["paths"]
        .as_object()
        .expect("paths")
        .keys()
        .filter(|path| path.starts_with("/__sim/") && !page.contains(*path))
        .collect();
    assert!(undocumented.is_empty(), "docs/admin-api.md lacks {undocumented:?}");
}

#[tokio::test]
async fn what_is_asked_is_answered_as_the_document_says() {
    let (simulator, client) = simulator().await;
    // An exchange, so that the journal has one.
    let url = format!("{}/hyperverge/", simulator.url());
    client.get(url).send().await.expect("it answers");
    let document = Document::new(server::openapi(simulator.url()));
    let mut held = 0;
    for (path, method, operation) in document.operations() {
        if method != "get" || path == "/__sim/journal/stream" {
            continue;
        }
        let reply = client.get(format!("{}{}", simulator.url(), filled(path))).send().await;
        let (status, headers, body) = came(reply.expect("it answers")).await;
        let wrong = document.untold(operation, &Came { status, headers: &headers, body: &body });
        assert!(wrong.is_empty(), "{path}: {status}: {wrong:?}");
        held += usize::from(status == 200);
    }
    assert!(held > 25, "{held}");
}
