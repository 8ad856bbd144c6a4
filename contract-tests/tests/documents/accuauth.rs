//! `/verify/indian_gst` of `AccuAuth`.

use gsp_simulator::Simulator;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Reply, catalog, keys, request, simulator};

/// "4.Error Codes": HTTP status, status field, description.
const ERROR_CODES: [(u16, &str, &str); 12] = [
    (400, "INVALID_ARGUMENT", "Request parameter is invalid"),
    (400, "QUERY_FAILED", "Query failed"),
    (
        400,
        "ABNORMAL_BEHAVIOURS_DETECTED",
        "Request with same parameters repeated more than amount of times",
    ),
    (401, "UNAUTHORIZED", "Unauthorized or access is denied"),
    (401, "KEY_EXPIRED", "Your API ID has expired"),
    (403, "NO_PERMISSION", "You are not authorized to use this API"),
    (403, "OUT_OF_QUOTA", "API calls quota exceeded"),
    (403, "RATE_LIMIT_EXCEEDED", "API request frequency exceeds the limit"),
    (404, "NOT_FOUND", "Requested API cannot be found"),
    (500, "INTERNAL_ERROR", "Internal server error"),
    (512, "SOURCE_SERVICE_UNAVAILABLE", "Source service is unavailable"),
    (513, "SOURCE_SERVICE_TIMEOUT", "Source service is timeout"),
];

/// "3.2 Result Code Description"; 101 is "Valid authentication" there and "Success" in the sample.
const RESULT_CODES: [(u16, &str); 6] = [
    (101, "Success"),
    (102, "Invalid ID number or combination of inputs"),
    (103, "No records found for the given ID or combination of inputs"),
    (104, "Max retries exceeded"),
    (105, "Missing Consent"),
    (106, "Multiple Records Found"),
];

/// `https://cloudapi.accuauth.in/verify/indian_gst` with the two headers.
fn post(simulator: &Simulator) -> RequestBuilder {
    request(simulator, Method::POST, "/accuauth/verify/indian_gst")
        .header("X-DF-API-ID", "sim-id")
        .header("X-DF-API-SECRET", "sim-secret")
}

fn sample() -> Value {
    json!({ "gstin": "27AAACS0000A1ZG", "consent": "Y" })
}

/// "TID" and 32 hex digits, as in `TIDad53c5b2824a482597e96d75f9370cfb`.
fn is_request_id(value: &Value) -> bool {
    value.as_str().and_then(|text| text.strip_prefix("TID")).is_some_and(|hex| {
        hex.len() == 32 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[tokio::test]
async fn the_success_sample_has_these_keys_in_this_order() {
    let simulator = simulator().await;
    let reply = Reply::to(post(&simulator).json(&sample())).await;
    let json = reply.json();
    assert_eq!(reply.status, 200);
    assert_eq!(keys(&json), ["status", "result_code", "result_message", "result", "request_id"]);
    assert_eq!((&json["status"], &json["result_code"]), (&json!("OK"), &json!(101)));
    assert_eq!(json["result_message"], "Success");
    assert!(is_request_id(&json["request_id"]), "{}", json["request_id"]);
    let result = &json["result"];
    assert_eq!(
        keys(result),
        [
            "mbr",
            "can_flag",
            "pradr",
            "trade_nam",
            "lstupdt",
            "contacted",
            "rgdt",
            "stj_cd",
            "stj",
            "ctj_cd",
            "ppr",
            "dty",
            "cmp_rt",
            "cxdt",
            "ctb",
            "sts",
            "gstin",
            "lgnm",
            "nba",
            "ctj",
            "adadr",
        ]
    );
    let place = ["em", "adr", "addr", "mb", "ntr", "last_updated_date"];
    assert_eq!(keys(&result["pradr"]), place);
    assert_eq!(keys(&result["adadr"][0]), place);
    assert_eq!(keys(&result["contacted"]), ["mob_num", "email", "name"]);
}

// "can_flag": "NA", "em": "", "addr": "NA", "mb": "", "last_updated_date": "NA", "mob_num": null,
// "ppr": "NA", "cmp_rt": "NA", "cxdt": ""
#[tokio::test]
async fn what_is_not_known_is_written_as_in_the_sample() {
    let simulator = simulator().await;
    let json = Reply::to(post(&simulator).json(&sample())).await.json();
    let written = [
        ("/can_flag", json!("NA")),
        ("/pradr/em", json!("")),
        ("/pradr/addr", json!("NA")),
        ("/pradr/mb", json!("")),
        ("/pradr/last_updated_date", json!("NA")),
        ("/contacted/mob_num", Value::Null),
        ("/contacted/email", Value::Null),
        ("/contacted/name", Value::Null),
        ("/ppr", json!("NA")),
        ("/cmp_rt", json!("NA")),
        ("/cxdt", json!("")),
    ];
    for (pointer, value) in written {
        assert_eq!(json["result"].pointer(pointer), Some(&value), "{pointer}");
    }
    // "rgdt": "01/07/2017"
    assert_eq!(json["result"]["rgdt"], "01/07/2017");
}

// "status": "INVALID_ARGUMENT", "reason": "argument 'gstin': not found", "request_id": "TID8bf4…"
#[tokio::test]
async fn a_missing_gstin_gives_the_error_sample() {
    let simulator = simulator().await;
    let reply = Reply::to(post(&simulator).json(&json!({ "consent": "Y" }))).await;
    let mut json = reply.json();
    assert!(is_request_id(&json["request_id"]), "{}", json["request_id"]);
    json["request_id"] = json!("TID8bf47ab6eda64476973cc5f5b6ebf57e");
    let sample = json!({
        "status": "INVALID_ARGUMENT",
        "reason": "argument 'gstin': not found",
        "request_id": "TID8bf47ab6eda64476973cc5f5b6ebf57e",
    });
    assert_eq!((reply.status, json.to_string()), (400, sample.to_string()));
}

// "Please see the reason field for details when the above 40X / 51X error occurred"
#[tokio::test]
async fn every_row_of_the_table_of_errors_is_answered_and_in_the_catalog() {
    let simulator = simulator().await;
    for (status, code, description) in ERROR_CODES {
        let reply = Reply::to(post(&simulator).header("X-Sim-Outcome", code).json(&sample())).await;
        let json = reply.json();
        assert_eq!((reply.status, &json["status"]), (status, &json!(code)));
        assert_eq!(json.get("reason").is_some_and(Value::is_string), status != 500, "{code}");
        assert_eq!(catalog("accuauth", code), (status, description.to_owned()));
    }
}

#[tokio::test]
async fn every_result_code_is_answered_and_in_the_catalog() {
    let simulator = simulator().await;
    for (code, message) in RESULT_CODES {
        let asked = post(&simulator).header("X-Sim-Outcome", code.to_string());
        let reply = Reply::to(asked.json(&sample())).await;
        let json = reply.json();
        assert_eq!((reply.status, &json["status"]), (200, &json!("OK")));
        assert_eq!(
            (&json["result_code"], &json["result_message"]),
            (&json!(code), &json!(message))
        );
        assert_eq!(catalog("accuauth", &code.to_string()), (200, message.to_owned()));
    }
}

// "consent: This must be Y"
#[tokio::test]
async fn another_consent_is_a_missing_one() {
    let simulator = simulator().await;
    let body = json!({ "gstin": "27AAACS0000A1ZG", "consent": "N" });
    let json = Reply::to(post(&simulator).json(&body)).await.json();
    assert_eq!(json["result_code"], 105);
}

#[tokio::test]
async fn json_form_and_multipart_give_the_same() {
    let simulator = simulator().await;
    let pairs = [("gstin", "27AAACS0000A1ZG"), ("consent", "Y")];
    let parts = pairs
        .into_iter()
        .fold(reqwest::multipart::Form::new(), |form, (key, text)| form.text(key, text));
    let mut results = Vec::new();
    for asked in [
        post(&simulator).json(&sample()),
        post(&simulator).form(&pairs),
        post(&simulator).multipart(parts),
    ] {
        results.push(Reply::to(asked).await.json()["result"].to_string());
    }
    assert!(results.iter().all(|result| *result == results[0] && result.contains("lgnm")));
}
