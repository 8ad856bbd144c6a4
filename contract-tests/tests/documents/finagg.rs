//! The `OpenAPI` page of `FinAGG` GSP.

use gsp_simulator::Simulator;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::{Reply, catalog, compact, request, simulator};

/// The error sample of every operation.
const ERROR_SAMPLE: &str = r#"{
"status_cd": "0",
"error": {
"error_cd": "GEN5007",
"message": "Malformed Request"
}
}"#;

/// "Required Header: x-api-key"
fn get(simulator: &Simulator, path: &str) -> RequestBuilder {
    let path = format!("/finagg/basic/gstn/fin-v1/commonapi/v1.3/{path}");
    request(simulator, Method::GET, &path).header("x-api-key", "sim-finagg-key")
}

// "Searches GSTN records", "Fetches GST return filing status", "Fetches all GSTINs registered
// under a given PAN": each prints the same sample.
#[tokio::test]
async fn a_malformed_request_gives_the_sample_of_each_operation() {
    let simulator = simulator().await;
    for path in [
        "search?action=SEARCHGSTIN",
        "search?action=TP",
        "returns?action=RETTRACK",
        "search?action=PAN",
    ] {
        let reply = Reply::to(get(&simulator, path)).await;
        assert_eq!((reply.status, reply.text), (400, compact(ERROR_SAMPLE)), "{path}");
        let asked = get(&simulator, path).header("X-Sim-Outcome", "GEN5007");
        assert_eq!(Reply::to(asked).await.text, compact(ERROR_SAMPLE), "{path}");
    }
    assert_eq!(catalog("finagg", "GEN5007"), (400, "Malformed Request".to_owned()));
}

// "action=SEARCHGSTIN", "Searches GSTN records to validate a GSTIN and retrieve taxpayer details."
#[tokio::test]
async fn the_documented_action_finds_a_taxpayer() {
    let simulator = simulator().await;
    let reply = Reply::to(get(&simulator, "search?action=SEARCHGSTIN&gstin=27AAACS0000A1ZG")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["data"]["gstin"], "27AAACS0000A1ZG");
}

// What a live client saw: 500 and no more than `status_cd`, whatever the GSTIN.
#[tokio::test]
async fn a_wrong_action_or_version_gives_the_bare_status_cd() {
    let simulator = simulator().await;
    let bare = (500, json!({ "status_cd": "0" }).to_string());
    for gstin in ["27AAACS0000A1ZG", "nothing"] {
        let action = format!("search?action=SEARCH&gstin={gstin}");
        let reply = Reply::to(get(&simulator, &action)).await;
        assert_eq!((reply.status, reply.text), bare, "{action}");
        let path = format!("/finagg/basic/gstn/v1/commonapi/v1.3/search?action=TP&gstin={gstin}");
        let asked = request(&simulator, Method::GET, &path).header("x-api-key", "sim-finagg-key");
        let reply = Reply::to(asked).await;
        assert_eq!((reply.status, reply.text), bare, "{path}");
    }
}

// "All APIs are protected using API Key authentication"; "These are API servers and not meant to
// be browsable (except for Ping and GSTN Health endpoints)."
#[tokio::test]
async fn all_but_ping_and_health_want_a_key() {
    let simulator = simulator().await;
    let without =
        |path: &str| request(&simulator, Method::GET, &format!("/finagg/basic/gstn/{path}"));
    for path in ["ping", "gstn-health/main", "gstn-health/file-download"] {
        assert_eq!(Reply::to(without(path)).await.status, 200, "{path}");
    }
    for path in ["search?action=TP", "search?action=PAN", "returns?action=RETTRACK"] {
        let path = format!("fin-v1/commonapi/v1.3/{path}&gstin=27AAACS0000A1ZG");
        assert_eq!(Reply::to(without(&path)).await.status, 401, "{path}");
    }
}
