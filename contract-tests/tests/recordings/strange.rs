//! A vendor that answers otherwise than its pack says: what nobody knows is replaced.

use axum::Router;
use axum::response::IntoResponse as _;
use gsp_contract_tests::recording::exchange::Body;
use serde_json::{Value, json};

use crate::{
    hosts::{before, target},
    stage::Recorded,
};

/// All that may not be written.
const ORIGINALS: [&str; 25] = [
    "27AAPFU0939F1ZV",
    "AAPFU0939F",
    "RAMESH",
    "Ramesh",
    "KUMAR",
    "Kumar",
    "9876543210",
    "98765 43210",
    "ramesh@firm.co.in",
    "1984-05-12",
    "400069",
    "Linking",
    "Bandra",
    "UDYAM-MH-01-0012345",
    "123456789012",
    "19.113645",
    "72.869736",
    "sessionsecret",
    "AA270425123456W",
    "mango42",
    "10.20.30.40",
    "0b0e5a4a-6d9c-4b3e-9a51-1f0c3d2e4b5a",
    "Priya",
    "HDFC0001234",
    "27aapfu0939f1zv",
];

fn answer() -> Value {
    json!({
        "valid": true,
        "legalName": "RAMESH KUMAR AND SONS",
        "tradeName": "Ramesh Kumar & Sons",
        "status": "Active",
        "udyamNumber": "UDYAM-MH-01-0012345",
        "owner": { "firstName": "Ramesh", "lastName": "KUMAR", "dateOfBirth": "1984-05-12", "aadhaar": "123456789012" },
        "contacts": [{ "mobile": 9_876_543_210_i64, "email": "ramesh@firm.co.in", "alt": "+91 98765 43210" }],
        "bank": "HDFC0001234",
        "remarks": "Verified by Priya on the phone",
        "message": "GSTIN 27AAPFU0939F1ZV of Ramesh Kumar And Sons is Active",
        "byNumber": { "27AAPFU0939F1ZV": true },
        "inner": "{\"name\": \"Ramesh\", \"arn\": \"AA270425123456W\"}",
        "site": { "pin": "400069", "lat": 19.113_645, "lng": "72.869736", "line": "12, Linking Road, Bandra, Mumbai, Maharashtra, 400069" },
        "lastSeen": "2026-11-20",
        "score": 7,
        "flags": ["Y", "N"],
        "lower": "27aapfu0939f1zv",
        "requestId": "0b0e5a4a-6d9c-4b3e-9a51-1f0c3d2e4b5a",
    })
}

async fn record() -> Recorded {
    let router = Router::new().fallback(|| async {
        let headers = [
            ("content-type", "application/json"),
            ("set-cookie", "session=sessionsecret; Path=/"),
            ("x-served-for", "Ramesh"),
        ];
        (headers, answer().to_string()).into_response()
    });
    let stage = before("attestr", &target(router).await).await;
    let url = format!("{}/api/v2/public/corpx/gstin/27AAPFU0939F1ZV", stage.url);
    for body in
        [json!({ "gstin": "27AAPFU0939F1ZV", "note": "ask Ramesh" }), json!(["27AAPFU0939F1ZV"])]
    {
        let request = stage.client.post(&url).query(&[("who", "Ramesh"), ("pin", "400069")]);
        let request = request
            .header("x-client-ip", "10.20.30.40")
            .header("authorization", "Basic bWFuZ280Mg==")
            .header("x-password", "mango42")
            .header("cookie", "a=sessionsecret");
        let reply = request.json(&body).send().await.expect("it answers");
        assert_eq!(
            reply.json::<Value>().await.expect("JSON"),
            answer(),
            "the client gets it whole"
        );
    }
    stage.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_knows_is_replaced() {
    let recorded = record().await;
    for original in ORIGINALS {
        assert!(!recorded.text.contains(original), "{original}\n{}", recorded.text);
    }
    let report = recorded.lint();
    assert_eq!(report.found, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn form_and_plain_values_stay_so_that_drift_shows() {
    let recorded = record().await;
    let reply = recorded.recording.exchanges[0].value.reply.as_ref().expect("an answer");
    let Body::Json(text) = &reply.body else { panic!("it is JSON") };
    let json: Value = serde_json::from_str(text).expect("it is JSON");
    let keys = |json: &Value| -> Vec<String> {
        json.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default()
    };
    assert_eq!(keys(&json), keys(&answer()));
    assert_eq!(keys(&json["owner"]), keys(&answer()["owner"]));
    for (pointer, value) in [
        ("/valid", json!(true)),
        ("/status", json!("Active")),
        ("/lastSeen", json!("2026-11-20")),
        ("/score", json!(7)),
        ("/flags", json!(["Y", "N"])),
        ("/site/pin", json!("400000")),
    ] {
        assert_eq!(json.pointer(pointer), Some(&value), "{pointer}");
    }
    assert!(json["contacts"][0]["mobile"].is_i64());
    assert!(
        json["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("GSTIN 27") && text.ends_with(" is Active"))
    );
    let inner: Value = serde_json::from_str(json["inner"].as_str().expect("a text")).expect("JSON");
    assert_eq!(keys(&inner), ["name", "arn"]);
    assert_eq!(
        json["legalName"].as_str().map(str::to_uppercase).as_deref(),
        json["legalName"].as_str()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_played_though_no_endpoint_takes_it() {
    assert_eq!(record().await.replayed().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_text_is_left_out_and_told() {
    let router = Router::new().fallback(|| async { vec![0x1f_u8, 0x8b, 0xff, 0, 1] });
    let stage = before("finagg", &target(router).await).await;
    let _ = stage.client.get(format!("{}/a", stage.url)).send().await.expect("it answers");
    let recorded = stage.end().await;
    assert_eq!(recorded.kept.dropped, ["exchange 1, reply body: no text; 5 bytes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_told_late_is_replaced_in_what_was_written_early() {
    // Each word of it is one of the vendor's, so that it stays until it is known for a name.
    let first = json!({ "message": "Not Found Service" });
    let second = json!({ "legalName": "Found Service Limited Registration Qwertz" });
    let bodies = [first.to_string(), second.to_string()];
    let router = Router::new().fallback(move |uri: axum::http::Uri| {
        let body = bodies[usize::from(uri.path() == "/second")].clone();
        async move { ([("content-type", "application/json")], body).into_response() }
    });
    let stage = before("attestr", &target(router).await).await;
    for path in ["first", "second"] {
        let _ = stage.client.get(format!("{}/{path}", stage.url)).send().await.expect("it answers");
    }
    let recorded = stage.end().await;
    assert!(!recorded.text.contains("Qwertz"), "{}", recorded.text);
    assert_eq!(recorded.lint().found, []);
}
