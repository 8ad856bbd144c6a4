//! What the simulator says of what it received.

use serde_json::{Value, json};

use crate::common::{Natural, Reply, Request, WORLD, builder, call, lookups, simulator};

async fn asked(simulator: &gsp_simulator::Simulator, expected: &Value) -> Reply {
    call(simulator, &Request::new("POST", "/__sim/verify").json(expected.to_string())).await
}

async fn verified(simulator: &gsp_simulator::Simulator, expected: &Value) -> Value {
    let reply = asked(simulator, expected).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

fn first() -> Natural {
    lookups(&WORLD).remove(0)
}

#[tokio::test]
async fn a_client_that_retried_once_is_told_from_one_that_did_not() {
    let simulator = simulator().await;
    let natural = first();
    let vendor = natural.pack.name.as_str();
    let wanted = json!([
        {"vendor": vendor, "exactly": 2},
        {"vendor": vendor, "in_order": [{"outcome": "upstream-unavailable"}, {"outcome": "found"}]},
    ]);
    let down = natural.request().with("x-sim-outcome", "upstream-unavailable");
    let refused = call(&simulator, &down).await;
    let verdict = verified(&simulator, &wanted).await;
    assert_eq!((&verdict["ok"], &verdict["whole"]), (&json!(false), &json!(true)));
    assert_eq!(verdict["verdicts"][0]["counted"], 1);
    assert_eq!(verdict["verdicts"][0]["wanted"], "exactly 2");

    call(&simulator, &natural.request()).await;
    let verdict = verified(&simulator, &wanted).await;
    assert_eq!(verdict["ok"], true, "{verdict}");

    call(&simulator, &natural.request()).await;
    let verdict = verified(&simulator, &wanted).await;
    assert_eq!(verdict["ok"], false);
    let ids = verdict["verdicts"][0]["exchanges"].as_array().expect("it is a list");
    assert_eq!(ids.len(), 3);
    assert_eq!(ids[0].to_string(), refused.header("x-sim-exchange").expect("it is named"));
}

#[tokio::test]
async fn one_expectation_needs_no_list() {
    let simulator = simulator().await;
    call(&simulator, &first().request()).await;
    let verdict = verified(&simulator, &json!({"status": 200, "exactly": 1})).await;
    assert_eq!(verdict["ok"], true, "{verdict}");
}

#[tokio::test]
async fn a_body_is_compared_in_part_at_every_vendor() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD).iter().filter(|natural| natural.body.is_some()) {
        call(&simulator, &natural.request()).await;
        let mut body = natural.body.clone().expect("it has one");
        body.truncate_to_one();
        let vendor = &natural.pack.name;
        let endpoint = &natural.endpoint().name;
        let fits = json!({"vendor": vendor, "endpoint": endpoint, "body": body});
        assert_eq!(verified(&simulator, &fits).await["ok"], true, "{}", natural.name());
        let (name, _) = body.iter().next().expect("there is one");
        let other = json!({"vendor": vendor, "endpoint": endpoint, "body": {name: "another"}});
        let verdict = verified(&simulator, &other).await;
        let differs = &verdict["verdicts"][0]["closest"][0]["differs"][0];
        assert_eq!(differs["field"], format!("body.{name}"), "{verdict}");
        assert_eq!(differs["wanted"], "another");
    }
}

/// Of an object just the first member.
trait TruncateToOne {
    fn truncate_to_one(&mut self);
}

impl TruncateToOne for serde_json::Map<String, Value> {
    fn truncate_to_one(&mut self) {
        let first = self.keys().next().cloned();
        self.retain(|name, _| Some(name) == first.as_ref());
    }
}

#[tokio::test]
async fn a_journal_that_let_exchanges_go_does_not_say_never() {
    let bounds = gsp_simulator::journal::Bounds { exchanges: 1, ..Default::default() };
    let simulator = builder().journal(bounds).start().await.expect("it starts");
    for outcome in ["not-found", "found"] {
        call(&simulator, &first().request().with("x-sim-outcome", outcome)).await;
    }
    let verdict = verified(&simulator, &json!({"outcome": "not-found", "never": true})).await;
    assert_eq!((&verdict["ok"], &verdict["whole"]), (&json!(false), &json!(false)), "{verdict}");
    call(&simulator, &Request::new("DELETE", "/__sim/journal")).await;
    let verdict = verified(&simulator, &json!({"outcome": "not-found", "never": true})).await;
    assert_eq!(verdict["ok"], true, "{verdict}");
}

#[tokio::test]
async fn names_that_nothing_has_are_refused_with_their_field() {
    let simulator = simulator().await;
    let vendor = first().pack.name.clone();
    for (expected, field) in [
        (json!({"vendor": format!("{vendor}x")}), "vendor"),
        (json!([{"vendor": vendor, "endpoint": "nothing"}]), "[0].endpoint"),
        (json!([{}, {"none_after": {"outcome": "nonsense"}}]), "[1].none_after.outcome"),
        (json!({"in_order": [{"code": "no such code"}]}), "in_order[0].code"),
        (json!({"account": "nobody"}), "account"),
    ] {
        let reply = asked(&simulator, &expected).await;
        assert_eq!(reply.status, 400, "{expected}");
        assert_eq!(reply.json()["field"], field, "{expected}");
    }
    let reply = asked(&simulator, &json!({"vendor": format!("{vendor}x")})).await.json();
    assert_eq!(reply["hint"], format!("did you mean `{vendor}`?"));
}
