//! "GSTIN Verification API".

use gsp_simulator::Simulator;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Reply, catalog, compact, keys, request, simulator, simulator_with};

/// "Sample Request"
const SAMPLE_REQUEST: &str = r#"{
"gstin": "36AAJCPXXXXA1ZQ",
"fetchFilings": true,
"fy": "2018-19"
}"#;

/// "Sample response for valid GSTIN"
const SAMPLE_RESPONSE: &str = r#"{
"valid": true,
"active": true,
"legalName": "******** IT SOLUTIONS PRIVATE LIMITED",
"tradeName": "******** IT SOLUTIONS PRIVATE LIMITED",
"pan": "AHBHJ5367H",
"constitution": "Private Limited Company",
"nature": [ ],
"type": "Regular",
"registered": "06-12-2019",
"updated": "12-19-2019",
"expiry": null,
"state": "Noida Sector-10",
"stateCode": "UP1587",
"center": "RANGE - 12",
"centerCode": "YC0302",
"addresses": [ ],
"filings": [ ],
"einvoiceEnabled": true
}"#;

/// "Sample response for invalid GSTIN"
const INVALID_RESPONSE: &str = r#"{
"valid": false,
"message": "Provided GSTIN is invalid"
}"#;

/// "Sample Error Response"
const ERROR_RESPONSE: &str = r#"{
"code": 4001,
"message": "Malformed data or missing required parameter values"
}"#;

/// "Error Codes": HTTP status, error code, error message. The page has 4035 twice.
const ERROR_CODES: [(u16, u32, &str); 12] = [
    (400, 4001, "Malformed data or missing required parameter values"),
    (400, 4005, "Operation could not be performed due to low credits balance"),
    (401, 4016, "Invalid client authorization"),
    (403, 4031, "Unauthorized access"),
    (403, 4035, "Requested service is not provisioned for your account"),
    (403, 4039, "Client's IP address is not whitelisted"),
    (403, 4035, "Requested service is not provisioned for your account"),
    (429, 4291, "Maximum account rate limit exceeded"),
    (429, 4292, "Maximum API rate limit exceeded"),
    (429, 4293, "Maximum account daily limit exceeded"),
    (429, 4294, "Maximum API daily limit exceeded"),
    (500, 5001, "Request could not be processed"),
];

/// `https://api.attestr.com/api/{version}/public/corpx/gstin`, "Basic {authToken}"
fn post(simulator: &Simulator, version: &str) -> RequestBuilder {
    request(simulator, Method::POST, &format!("/attestr/api/{version}/public/corpx/gstin"))
        .header("Content-Type", "application/json")
        .header("Authorization", "Basic c2ltLWF0dGVzdHI6c2ltLXNlY3JldA==")
}

#[tokio::test]
async fn the_sample_request_gives_the_sample_response() {
    let simulator = simulator_with("attestr", "sample_faithful_dates", "true").await;
    let reply = Reply::to(post(&simulator, "v2").body(SAMPLE_REQUEST)).await;
    assert_eq!((reply.status, reply.text), (200, compact(SAMPLE_RESPONSE)));
}

#[tokio::test]
async fn without_that_setting_updated_is_day_first_as_the_table_says() {
    let simulator = simulator().await;
    let reply = Reply::to(post(&simulator, "v2").body(SAMPLE_REQUEST)).await;
    let day_first = SAMPLE_RESPONSE.replace("12-19-2019", "19-12-2019");
    assert_eq!((reply.status, reply.text), (200, compact(&day_first)));
}

#[tokio::test]
async fn an_invalid_gstin_gives_valid_false_and_a_message_with_status_200() {
    let simulator = simulator().await;
    let invalid = json!({ "gstin": "36AAJCP0000A1ZQ", "fetchFilings": false });
    let reply = Reply::to(post(&simulator, "v2").body(invalid.to_string())).await;
    assert_eq!((reply.status, reply.text), (200, compact(INVALID_RESPONSE)));
}

#[tokio::test]
async fn a_missing_parameter_gives_the_sample_error() {
    let simulator = simulator().await;
    let reply = Reply::to(post(&simulator, "v2").body(r#"{"fetchFilings": false}"#)).await;
    assert_eq!((reply.status, reply.text), (400, compact(ERROR_RESPONSE)));
}

#[tokio::test]
async fn every_row_of_the_table_of_errors_is_answered_and_in_the_catalog() {
    let simulator = simulator().await;
    for (status, code, message) in ERROR_CODES {
        let asked = post(&simulator, "v2").header("X-Sim-Outcome", code.to_string());
        let reply = Reply::to(asked.body(SAMPLE_REQUEST)).await;
        let promised = json!({ "code": code, "message": message }).to_string();
        assert_eq!((reply.status, reply.text), (status, promised), "{code}");
        assert_eq!(catalog("attestr", &code.to_string()), (status, message.to_owned()));
    }
}

// "fy … Required if fetch returns input parameter is set to true"; "the allowed "fy" parameter
// values range from 2017-18 till current fiscal year. Values smaller than 2017-18 and greater
// than current fiscal year will throw malformed request error."
#[tokio::test]
async fn financial_years_from_2017_18_till_the_current_one_are_taken() {
    let simulator = simulator().await;
    let years = [("2017-18", 200), ("2026-27", 200), ("2016-17", 400), ("2027-28", 400)];
    for (fy, status) in years {
        let body = json!({ "gstin": "27AAACS0000A1ZG", "fetchFilings": true, "fy": fy });
        let reply = Reply::to(post(&simulator, "v2").body(body.to_string())).await;
        assert_eq!(reply.status, status, "{fy}: {}", reply.text);
    }
    let none = json!({ "gstin": "27AAACS0000A1ZG", "fetchFilings": true });
    let reply = Reply::to(post(&simulator, "v2").body(none.to_string())).await;
    assert_eq!((reply.status, reply.text), (400, compact(ERROR_RESPONSE)));
}

// "einvoiceEnabled … Available from API version v2 onwards."
#[tokio::test]
async fn einvoice_enabled_is_told_from_v2_on() {
    let simulator = simulator().await;
    for (version, told) in [("v1", false), ("v2", true)] {
        let reply = Reply::to(post(&simulator, version).body(SAMPLE_REQUEST)).await;
        assert_eq!(reply.json().get("einvoiceEnabled").is_some(), told, "{version}");
    }
}

// "returns key is not available in the response if the value of input parameter fetchFilings is
// provided as false."
#[tokio::test]
async fn without_fetch_filings_there_is_no_such_key() {
    let simulator = simulator().await;
    let body = json!({ "gstin": "27AAACS0000A1ZG", "fetchFilings": false }).to_string();
    let reply = Reply::to(post(&simulator, "v2").body(body)).await.json();
    assert!(reply.get("filings").is_none() && reply.get("returns").is_none(), "{reply}");
}

// The tables "Address Object" and "GSTFiling Object", "AddressTypeEnum": PRIMARY, ADDITIONAL.
#[tokio::test]
async fn addresses_and_filings_have_the_keys_of_their_tables() {
    let simulator = simulator().await;
    let body = json!({ "gstin": "27AAACS0000A1ZG", "fetchFilings": true, "fy": "2025-26" });
    let reply = Reply::to(post(&simulator, "v2").body(body.to_string())).await.json();
    let address = [
        "type",
        "building",
        "buildingName",
        "floor",
        "street",
        "locality",
        "district",
        "state",
        "city",
        "zip",
        "latitude",
        "longitude",
        "nature",
    ];
    let addresses = reply["addresses"].as_array().expect("a list");
    assert_eq!(keys(&addresses[0]), address);
    let types: Vec<_> = addresses.iter().map(|address| &address["type"]).collect();
    assert_eq!(types, ["PRIMARY", "ADDITIONAL"]);
    let filings = reply["filings"].as_array().expect("a list");
    assert_eq!(keys(&filings[0]), ["mode", "type", "filed", "period", "ack", "status"]);
    // "Online, Offline"; "Filed, Pending payment etc."; "Date of filing of this return MM-DD-YYYY"
    assert!(filings.iter().all(|filing| filing["mode"] == "Online"), "{filings:?}");
    let month_first = |filed: &Value| {
        filed
            .as_str()
            .and_then(|text| text.get(..2)?.parse().ok())
            .is_some_and(|month: u8| month <= 12)
    };
    assert!(filings.iter().all(|filing| month_first(&filing["filed"])), "{filings:?}");
}
