//! "GST Validation API" of HMS.

use gsp_simulator::{Simulator, auth::PartCheck};
use jiff::Timestamp;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::{NOW, Reply, WORLD, catalog, compact, request, simulator};

/// "Response 200 OK"
const SAMPLE_RESPONSE: &str = r#"{
"success": true,
"data": {
"gstin": "27AAPFU0939F1ZV",
"legalName": "SUNRISE HOSPITALITY PVT LTD",
"tradeName": "Hotel Sunrise",
"status": "Active",
"registrationDate": "2018-07-01",
"taxpayerType": "Regular",
"address": {
"building": "Plot 42, Tower B",
"street": "MG Road",
"city": "Mumbai",
"state": "Maharashtra",
"pincode": "400001"
},
"lastFilingDate": "2026-01-10",
"lastFilingType": "GSTR-3B"
}
}"#;

/// The sample under "Error Responses".
const ERROR_RESPONSE: &str = r#"{
"success": false,
"message": "Invalid GSTIN format"
}"#;

/// "Error Responses": status, example message.
const ERRORS: [(u16, &str); 5] = [
    (400, "Invalid GSTIN format"),
    (401, "Authentication required"),
    (403, "Forbidden"),
    (404, "GSTIN not found"),
    (502, "GST verification service unavailable"),
];

/// `-d '{ "gstin": "27AAPFU0939F1ZV" }'`
const SAMPLE_REQUEST: &str = r#"{ "gstin": "27AAPFU0939F1ZV" }"#;

/// A token as `gspsim token hms` makes it.
fn token() -> String {
    let pack = WORLD.vendor("hms").expect("the vendor is there");
    let now: Timestamp = NOW.parse().expect("a time");
    let PartCheck::Paseto(verifier) = &pack.schemes[0].parts[0].check else {
        panic!("the page asks for a PASETO");
    };
    let claims = pack.accounts[0].claims.clone();
    verifier.mint(now.as_millisecond(), None, claims).expect("the key is right")
}

/// `curl -X POST /api/gst/org_abc123/check -H "Authorization: Bearer <token>"`
fn post(simulator: &Simulator) -> RequestBuilder {
    request(simulator, Method::POST, "/hms/api/gst/org_abc123/check")
        .bearer_auth(token())
        .header("Content-Type", "application/json")
}

/// `curl -X GET /api/gst/org_abc123/27AAPFU0939F1ZV/check`
fn get(simulator: &Simulator) -> RequestBuilder {
    request(simulator, Method::GET, "/hms/api/gst/org_abc123/27AAPFU0939F1ZV/check")
        .bearer_auth(token())
}

#[tokio::test]
async fn both_sample_requests_give_the_sample_response() {
    let simulator = simulator().await;
    for asked in [post(&simulator).body(SAMPLE_REQUEST), get(&simulator)] {
        let reply = Reply::to(asked).await;
        assert_eq!((reply.status, reply.text), (200, compact(SAMPLE_RESPONSE)));
    }
}

#[tokio::test]
async fn a_malformed_gstin_gives_the_sample_error() {
    let simulator = simulator().await;
    let reply = Reply::to(post(&simulator).body(r#"{ "gstin": "27AAPFU0939F1Z" }"#)).await;
    assert_eq!((reply.status, reply.text), (400, compact(ERROR_RESPONSE)));
}

#[tokio::test]
async fn every_row_of_the_table_of_errors_is_answered_and_in_the_catalog() {
    let simulator = simulator().await;
    for (status, message) in ERRORS {
        let promised = json!({ "success": false, "message": message }).to_string();
        for asked in [post(&simulator).body(SAMPLE_REQUEST), get(&simulator)] {
            let reply = Reply::to(asked.header("X-Sim-Outcome", status.to_string())).await;
            assert_eq!((reply.status, &reply.text), (status, &promised), "{status}");
        }
        assert_eq!(catalog("hms", &status.to_string()), (status, message.to_owned()));
    }
}

// "Missing or malformed GSTIN", "missing or invalid token", "User not a member of the
// organization", "GSTIN not found in government records"
#[tokio::test]
async fn each_condition_of_the_table_causes_its_status() {
    let simulator = simulator().await;
    let elsewhere = |token: &str| {
        request(&simulator, Method::POST, "/hms/api/gst/org_other/check").bearer_auth(token)
    };
    let conditions = [
        (post(&simulator).body("{}"), 400),
        (request(&simulator, Method::POST, "/hms/api/gst/org_abc123/check").body("{}"), 401),
        (elsewhere("v4.public.nothing").body(SAMPLE_REQUEST), 401),
        (elsewhere(&token()).body(SAMPLE_REQUEST), 403),
        (post(&simulator).body(r#"{ "gstin": "30AAAFG0000W1ZQ" }"#), 404),
    ];
    for (asked, status) in conditions {
        let reply = Reply::to(asked).await;
        assert_eq!(reply.status, status, "{}", reply.text);
    }
}
