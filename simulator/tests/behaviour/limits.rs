//! Limits by cause: so many calls are let through, and not one more.

use serde_json::json;

mod admin;
mod crowd;
mod shipped;
mod vendor;

use self::vendor::{
    LIMITED, NOBODY, SOMEBODY, answered, ask, clock, code, codes, look, started, world,
};
use crate::common::{Request, call, record};

#[tokio::test]
async fn the_sixth_call_in_a_minute_is_refused_and_the_next_minute_begins_anew() {
    let simulator = started(&LIMITED).await;
    assert_eq!(
        codes(&simulator, &look("minute"), 7).await,
        ["", "", "", "", "", "E-RATE", "E-RATE"]
    );
    clock(&simulator, json!({ "advance": "59s" })).await;
    assert_eq!(answered(&simulator, &look("minute"), 2).await, 0);
    clock(&simulator, json!({ "advance": "1s" })).await;
    assert_eq!(answered(&simulator, &look("minute"), 9).await, 5);
}

#[tokio::test]
async fn an_account_without_a_number_calls_as_often_as_it_likes() {
    let simulator = started(&LIMITED).await;
    assert_eq!(answered(&simulator, &look("default"), 200).await, 200);
}

#[tokio::test]
async fn a_setting_gives_every_account_a_number() {
    let simulator = started(&world(&[("a_minute", "60")], &[])).await;
    let codes = codes(&simulator, &look("default"), 61).await;
    assert_eq!(codes.iter().filter(|code| code.is_empty()).count(), 60);
    assert_eq!(codes[60], "E-RATE", "the 61st call in a minute");
    assert_eq!(answered(&simulator, &look("minute"), 9).await, 5, "its own number wins");
}

#[tokio::test]
async fn a_burst_is_let_through_and_then_the_even_rate() {
    let simulator = started(&LIMITED).await;
    assert_eq!(answered(&simulator, &look("bucket"), 30).await, 20);
    clock(&simulator, json!({ "advance": "100ms" })).await;
    assert_eq!(answered(&simulator, &look("bucket"), 3).await, 1);
    clock(&simulator, json!({ "advance": "1s" })).await;
    assert_eq!(answered(&simulator, &look("bucket"), 30).await, 10);
    clock(&simulator, json!({ "advance": "1h" })).await;
    assert_eq!(answered(&simulator, &look("bucket"), 30).await, 20);
}

#[tokio::test]
async fn each_endpoint_has_a_count_of_its_own() {
    let simulator = started(&LIMITED).await;
    assert_eq!(codes(&simulator, &look("apis"), 3).await, ["", "", "E-API"]);
    assert_eq!(codes(&simulator, &ask("apis", "other", SOMEBODY), 3).await, ["", "", "E-API"]);
}

#[tokio::test]
async fn what_one_limit_refuses_counts_for_no_other() {
    let simulator = started(&LIMITED).await;
    assert_eq!(codes(&simulator, &look("both"), 5).await, ["", "E-API", "E-API", "E-API", "E-API"]);
    clock(&simulator, json!({ "advance": "1h" })).await;
    assert_eq!(codes(&simulator, &look("both"), 2).await, ["", "E-API"]);
    clock(&simulator, json!({ "advance": "1h" })).await;
    assert_eq!(codes(&simulator, &look("both"), 2).await, ["", "E-API"], "the third of the day");
    clock(&simulator, json!({ "advance": "1h" })).await;
    assert_eq!(codes(&simulator, &look("both"), 1).await, ["E-DAY"]);
}

#[tokio::test]
async fn the_day_ends_at_midnight_in_india_and_not_in_greenwich() {
    let simulator = started(&LIMITED).await;
    clock(&simulator, json!({ "now": "2026-11-21T23:59:59.999+05:30" })).await;
    assert_eq!(answered(&simulator, &look("day"), 101).await, 100);
    clock(&simulator, json!({ "now": "2026-11-22T00:00:00+05:30" })).await;
    assert_eq!(answered(&simulator, &look("day"), 101).await, 100);
    clock(&simulator, json!({ "now": "2026-11-22T23:59:59Z" })).await;
    assert_eq!(answered(&simulator, &look("day"), 101).await, 100, "the 23rd in India");
    clock(&simulator, json!({ "now": "2026-11-22T10:00:00+05:30" })).await;
    assert_eq!(answered(&simulator, &look("day"), 1).await, 0, "a day that comes again is used up");
}

#[tokio::test]
async fn each_answer_has_its_price_and_errors_cost_nothing() {
    let simulator = started(&LIMITED).await;
    let nobody = ask("credits", "look", NOBODY);
    let wrong = ask("credits", "look", "27AAACS0000A1Z0");
    // Ten credits: 3 for somebody, 1 for nobody, 0 for no GSTIN.
    assert_eq!(codes(&simulator, &look("credits"), 2).await, ["", ""]);
    assert_eq!(codes(&simulator, &wrong, 5).await, ["E-GSTIN"; 5]);
    assert_eq!(codes(&simulator, &nobody, 1).await, ["E-NOBODY"]);
    assert_eq!(codes(&simulator, &look("credits"), 2).await, ["", "E-CREDITS"]);
    assert_eq!(
        codes(&simulator, &nobody, 2).await,
        ["E-CREDITS"; 2],
        "nobody knows the answer yet"
    );
}

#[tokio::test]
async fn an_answer_that_was_asked_for_is_given_in_any_case_and_costs_what_it_costs() {
    let simulator = started(&LIMITED).await;
    let wished = look("credits").with("x-sim-outcome", "found");
    assert_eq!(answered(&simulator, &wished, 5).await, 5);
    assert_eq!(codes(&simulator, &look("credits"), 1).await, ["E-CREDITS"]);
    let wished = look("minute").with("x-sim-outcome", "E-DOWN");
    assert_eq!(codes(&simulator, &wished, 5).await, ["E-DOWN"; 5]);
    assert_eq!(codes(&simulator, &look("minute"), 1).await, ["E-RATE"]);
    let nameless = Request::get("/limited/look").with("x-sim-outcome", "found");
    assert_eq!(answered(&simulator, &nameless, 9).await, 9, "it is nobody's");
}

#[tokio::test]
async fn a_reply_that_is_lost_has_cost_its_credits() {
    let simulator = started(&LIMITED).await;
    let lost = look("credits").with("x-sim-outcome", "; fault=close-without-reply");
    for _ in 0..3 {
        let reply = crate::common::send(&simulator, &lost.bytes()).await;
        assert!(reply.is_err(), "the connection ends: {reply:?}");
    }
    assert_eq!(codes(&simulator, &look("credits"), 1).await, ["E-CREDITS"]);
}

#[tokio::test]
async fn errors_lock_an_account_out_for_a_while() {
    let simulator = started(&LIMITED).await;
    let nobody = ask("errors", "look", NOBODY);
    assert_eq!(codes(&simulator, &nobody, 2).await, ["E-NOBODY"; 2]);
    assert_eq!(answered(&simulator, &look("errors"), 5).await, 5, "answers are no errors");
    assert_eq!(codes(&simulator, &nobody, 2).await, ["E-NOBODY", "E-LOCKED"]);
    assert_eq!(answered(&simulator, &look("errors"), 1).await, 0);
    clock(&simulator, json!({ "advance": "3599s" })).await;
    assert_eq!(answered(&simulator, &look("errors"), 1).await, 0);
    clock(&simulator, json!({ "advance": "1s" })).await;
    assert_eq!(codes(&simulator, &nobody, 3).await, ["E-NOBODY"; 3]);
}

#[tokio::test]
async fn errors_that_are_far_apart_lock_nobody_out() {
    let simulator = started(&LIMITED).await;
    for _ in 0..6 {
        assert_eq!(codes(&simulator, &ask("errors", "look", NOBODY), 2).await, ["E-NOBODY"; 2]);
        clock(&simulator, json!({ "advance": "10m" })).await;
    }
}

#[tokio::test]
async fn the_same_request_too_often_is_refused_and_another_one_is_not() {
    let simulator = started(&LIMITED).await;
    assert_eq!(codes(&simulator, &look("alike"), 3).await, ["", "", "E-ALIKE"]);
    let other = Request::get(&format!("/limited/look?gstin={SOMEBODY}&note=1"));
    assert_eq!(codes(&simulator, &other.with("x-api-key", "alike"), 2).await, ["", ""]);
    // What cannot be read is told before anybody counts.
    let wrong = ask("alike", "look", "nonsense");
    assert_eq!(codes(&simulator, &wrong, 3).await, ["E-GSTIN"; 3]);
}

#[tokio::test]
async fn who_cannot_wait_is_refused_for_longer() {
    let simulator = started(&LIMITED).await;
    assert_eq!(answered(&simulator, &look("impatient"), 3).await, 2);
    for _ in 0..5 {
        clock(&simulator, json!({ "advance": "9s" })).await;
        assert_eq!(answered(&simulator, &look("impatient"), 1).await, 0);
    }
    clock(&simulator, json!({ "advance": "10s" })).await;
    assert_eq!(answered(&simulator, &look("impatient"), 3).await, 2);
}

#[tokio::test]
async fn a_limit_of_addresses_comes_before_credentials() {
    let simulator = started(&LIMITED).await;
    let from = |address: &str| {
        Request::get("/limited/look").with("x-forwarded-for", address).with("x-api-key", "nobody")
    };
    assert_eq!(codes(&simulator, &from("192.0.2.1"), 5).await[3..], ["E-WHO", "E-RATE"]);
    assert_eq!(codes(&simulator, &from("192.0.2.2"), 1).await, ["E-WHO"]);
    let without = Request::get("/limited/look");
    assert_eq!(
        codes(&simulator, &without, 9).await,
        ["E-WHO"; 9],
        "who has no address is nobody's"
    );
}

#[tokio::test]
async fn who_is_not_let_in_uses_nothing_up() {
    let simulator = started(&LIMITED).await;
    assert_eq!(codes(&simulator, &look("nobody"), 20).await, vec!["E-WHO"; 20]);
    assert_eq!(call(&simulator, &Request::get("/limited/ping")).await.status, 200);
    let limits = call(&simulator, &Request::get("/__sim/limits?vendor=limited")).await.json();
    let used = limits["limits"].as_array().expect("a list").iter();
    assert!(used.clone().count() > 5 && used.clone().all(|row| row["used"] == 0), "{limits}");
}

#[tokio::test]
async fn headers_tell_what_is_left_where_the_vendor_has_such() {
    let simulator = started(&LIMITED).await;
    let free = call(&simulator, &look("default")).await;
    for name in ["x-ratelimit-limit", "x-ratelimit-remaining", "retry-after"] {
        assert_eq!(free.header(name), None, "nothing to say, nothing said");
    }
    let first = call(&simulator, &look("minute")).await;
    assert_eq!(first.header("x-ratelimit-limit"), Some("5"));
    assert_eq!(first.header("x-ratelimit-remaining"), Some("4"));
    assert_eq!(first.header("retry-after"), None);
    clock(&simulator, json!({ "advance": "17500ms" })).await;
    assert_eq!(answered(&simulator, &look("minute"), 4).await, 4);
    let refused = call(&simulator, &look("minute")).await;
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(refused.header("retry-after"), Some("43"), "42.5 seconds, rounded up");
}

#[tokio::test]
async fn the_journal_says_which_limit_it_was_and_when_there_is_more() {
    let simulator = started(&LIMITED).await;
    let _ = answered(&simulator, &look("minute"), 5).await;
    clock(&simulator, json!({ "advance": "18s" })).await;
    let refused = call(&simulator, &look("minute")).await;
    let record = record(&simulator, &refused);
    assert_eq!(record["via"], "cause");
    assert_eq!(record["account"], "minute");
    assert_eq!(
        record["hint"],
        "limit `minute` of account `minute`: 5 calls a minute, all used; more in 42 s, at \
         2026-11-21T10:01:00+05:30"
    );
    assert_eq!(refused.header("x-sim-hint"), record["hint"].as_str());
    assert_eq!(code(&refused), "E-RATE");
}
