//! "GST Authentication API - v2" of `HyperVerge`.

use gsp_simulator::Simulator;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Reply, catalog, compact, keys, request, simulator};

/// "Error Responses": "Missing GSTIN", "Missing/Invalid Credentials", "Invalid GSTIN", "Internal
/// Server Error", "Service Error". The page's placeholders stand in quotation marks here.
const ERROR_RESPONSES: [(u16, &str); 5] = [
    (
        400,
        r#"{
"status": "failure",
"statusCode": "400",
"error": "gstin is required",
"metadata": {
"requestId": "<Request_ID>"
}
}"#,
    ),
    (
        401,
        r#"{
"message": "Missing/Invalid credentials",
"statusCode": 401,
"status": "failure"
}"#,
    ),
    (
        422,
        r#"{
"status": "failure",
"statusCode": "422",
"error": {
"code": 422,
"message": "Invalid GSTIN pattern",
"timestamp": "<Timestamp>"
},
"metadata": {
"requestId": "<Request_ID>"
}
}"#,
    ),
    (
        500,
        r#"{
"message": "Internal Server Error",
"statusCode": 500,
"status": "failure"
}"#,
    ),
    (
        504,
        r#"{
"status": "failure",
"statusCode": "504",
"error": "Issue with external service"
}"#,
    ),
];

/// "Error Response Details": status code, error.
const ERRORS: [(u16, &str); 5] = [
    (400, "gstin is required"),
    (401, "Missing/Invalid credentials"),
    (422, "Invalid GSTIN pattern"),
    (500, "Internal Server Error"),
    (504, "Issue with external service"),
];

/// `curl --location --request POST '…/v1/searchGSTINV2'` with the four headers.
fn post(simulator: &Simulator) -> RequestBuilder {
    request(simulator, Method::POST, "/hyperverge/v1/searchGSTINV2")
        .header("Content-Type", "application/json")
        .header("appId", "sim-app")
        .header("appKey", "sim-app-key")
        .header("transactionId", "journey-1")
}

/// The curl sample's body; it quotes all three.
fn body(format_date: &str, send_address_list: &str) -> String {
    json!({
        "gstin": "27AAACS0000A1ZG",
        "formatDate": format_date,
        "sendAddressList": send_address_list,
    })
    .to_string()
}

/// Puts the page's placeholders where an id and a time stand, if those look right.
fn with_placeholders(reply: &Reply) -> String {
    let mut json = reply.json();
    if let Some(id) = json.pointer_mut("/metadata/requestId") {
        assert_eq!(id.as_str().map(str::len), Some(36), "a UUID: {id}");
        *id = json!("<Request_ID>");
    }
    if let Some(time) = json.pointer_mut("/error/timestamp") {
        assert!(time.as_i64().is_some_and(|ms| ms > 1_700_000_000_000), "milliseconds: {time}");
        *time = json!("<Timestamp>");
    }
    json.to_string()
}

#[tokio::test]
async fn the_five_error_samples_are_answered_to_the_letter() {
    let simulator = simulator().await;
    for (status, sample) in ERROR_RESPONSES {
        let asked = post(&simulator).header("X-Sim-Outcome", status.to_string());
        let reply = Reply::to(asked.body(body("true", "yes"))).await;
        assert_eq!((reply.status, with_placeholders(&reply)), (status, compact(sample)));
    }
}

// "missing the gstin input", "missing the mandatory credentials", "incorrect GSTIN input that is
// empty, invalid, or does not exist"
#[tokio::test]
async fn what_the_caller_can_cause_gives_the_same_samples() {
    let simulator = simulator().await;
    let nobody = request(&simulator, Method::POST, "/hyperverge/v1/searchGSTINV2")
        .header("Content-Type", "application/json");
    let causes = [
        (post(&simulator).body("{}".to_owned()), 0),
        (nobody.body(body("true", "yes")), 1),
        (post(&simulator).body(json!({ "gstin": "" }).to_string()), 2),
        (post(&simulator).body(json!({ "gstin": "27AAACS0000A1" }).to_string()), 2),
        (post(&simulator).body(json!({ "gstin": "30AAAFG0000W1ZQ" }).to_string()), 2),
    ];
    for (asked, index) in causes {
        let (status, sample) = ERROR_RESPONSES[index];
        let reply = Reply::to(asked).await;
        assert_eq!((reply.status, with_placeholders(&reply)), (status, compact(sample)));
    }
}

#[tokio::test]
async fn every_row_of_the_table_of_errors_is_in_the_catalog() {
    for (status, error) in ERRORS {
        assert_eq!(catalog("hyperverge", &status.to_string()), (status, error.to_owned()));
    }
}

#[tokio::test]
async fn the_success_sample_has_these_keys_in_this_order() {
    let simulator = simulator().await;
    let reply = Reply::to(post(&simulator).body(body("true", "yes"))).await;
    let json = reply.json();
    assert_eq!(reply.status, 200);
    assert_eq!(keys(&json), ["status", "statusCode", "result", "metadata"]);
    assert_eq!((&json["status"], &json["statusCode"]), (&json!("success"), &json!("200")));
    assert_eq!(keys(&json["result"]), ["code", "data", "timestamp"]);
    assert_eq!(json["result"]["code"], 200);
    let data = &json["result"]["data"];
    assert_eq!(
        keys(data),
        [
            "gstin",
            "pradr",
            "einvoiceStatus",
            "stateJurisdictionCode",
            "taxpayerType",
            "stateJurisdiction",
            "legalName",
            "additionalPlaceOfBusiness",
            "dateOfCancellation",
            "natureOfBusinessAtAddress",
            "lastUpdated",
            "constitutionOfBusiness",
            "registeredDate",
            "centralJurisdictionCode",
            "status",
            "tradeName",
            "centralJurisdiction",
            "addressList",
        ]
    );
    let place = |place: &Value| {
        assert_eq!(keys(place), ["addr", "natureOfBusiness", "fullAddress"]);
        let address = [
            "blockName",
            "street",
            "location",
            "doorNumber",
            "state",
            "flatNumber",
            "latitude",
            "longitude",
            "district",
            "pincode",
        ];
        assert_eq!(keys(&place["addr"]), address);
    };
    place(&data["pradr"]);
    place(&data["additionalPlaceOfBusiness"][0]);
    assert_eq!(keys(&json["metadata"]), ["requestId"]);
}

// "When true, dates are returned as DD-MM-YYYY; when false, as DD/MM/YYYY": a boolean in the
// table, a text in the curl sample.
#[tokio::test]
async fn format_date_chooses_between_hyphens_and_slashes() {
    let simulator = simulator().await;
    let forms = [
        (json!(true), "01-07-2017"),
        (json!("true"), "01-07-2017"),
        (json!(false), "01/07/2017"),
        (json!("false"), "01/07/2017"),
    ];
    for (format_date, registered) in forms {
        let body = json!({ "gstin": "27AAACS0000A1ZG", "formatDate": format_date });
        let reply = Reply::to(post(&simulator).body(body.to_string())).await.json();
        assert_eq!(reply["result"]["data"]["registeredDate"], registered, "{format_date}");
    }
}

// "addressList: returned when sendAddressList is enabled in the request body"; "yes or no",
// default "no"
#[tokio::test]
async fn the_address_list_comes_when_it_is_asked_for() {
    let simulator = simulator().await;
    for (asked, count) in [("yes", Some(2)), ("no", None)] {
        let reply = Reply::to(post(&simulator).body(body("true", asked))).await.json();
        let list = reply["result"]["data"]["addressList"].as_array().map(Vec::len);
        assert_eq!(list, count, "{asked}");
    }
}
