//! The admin API's limits, and stories that change them.

use gsp_simulator::Simulator;
use serde_json::{Value, json};

use super::vendor::{
    LIMITED, NOBODY, SOMEBODY, answered, ask, clock, codes, look, put, started, world,
};
use crate::common::{Reply, Request, call};

const LIMITS: &str = "/__sim/limits";

async fn told(simulator: &Simulator, filter: &str) -> Vec<Value> {
    let reply = call(simulator, &Request::get(&format!("{LIMITS}?vendor=limited{filter}"))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["limits"].as_array().expect("a list").clone()
}

async fn delete(simulator: &Simulator, target: &str) -> Value {
    let reply = call(simulator, &Request::new("DELETE", target)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

#[tokio::test]
async fn every_limit_tells_how_much_is_used_and_when_there_is_more() {
    let simulator = started(&LIMITED).await;
    assert_eq!(answered(&simulator, &look("minute"), 3).await, 3);
    clock(&simulator, json!({ "advance": "20s" })).await;
    let rows = told(&simulator, "&account=minute").await;
    assert_eq!(
        rows,
        [json!({
            "vendor": "limited", "limit": "minute", "account": "minute", "told": "5 calls a minute",
            "refuses": "E-RATE", "most": 5, "used": 3, "remaining": 2, "locked": false,
            "resets_at": "2026-11-21T04:31:00Z", "reset_s": 40,
        })]
    );
    assert_eq!(answered(&simulator, &look("alike"), 2).await, 2);
    let rows = told(&simulator, "&account=alike").await;
    assert_eq!(rows.len(), 1, "one request was made");
    assert!(rows[0]["request"].is_string() && rows[0]["used"] == 2, "{rows:?}");
    let rows = told(&simulator, "&account=credits").await;
    assert_eq!((&rows[0]["resets_at"], &rows[0]["remaining"]), (&Value::Null, &json!(10)));
    assert_eq!(told(&simulator, "&account=default").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_limit_is_put_on_an_account_and_taken_back() {
    let simulator = started(&LIMITED).await;
    let change = json!({ "name": "day", "vendor": "limited", "accounts": ["default"], "most": 2 });
    let reply = put(&simulator, LIMITS, change.clone()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.json()["changes"], json!([change]));
    assert_eq!(codes(&simulator, &look("default"), 3).await, ["", "", "E-DAY"]);

    let more = json!({ "name": "day", "vendor": "limited", "accounts": ["default"], "most": 3 });
    let reply = put(&simulator, LIMITS, more.clone()).await;
    assert_eq!(reply.json()["changes"], json!([more]), "it is replaced");
    assert_eq!(codes(&simulator, &look("default"), 2).await, ["", "E-DAY"], "two were used");

    assert_eq!(delete(&simulator, "/__sim/limits/changes").await, json!({ "taken_back": 1 }));
    assert_eq!(answered(&simulator, &look("default"), 9).await, 9);
}

#[tokio::test]
async fn what_was_used_is_forgotten_for_those_who_are_named() {
    let simulator = started(&LIMITED).await;
    for account in ["minute", "credits"] {
        assert!(answered(&simulator, &look(account), 9).await < 9);
    }
    let gone = delete(&simulator, &format!("{LIMITS}?vendor=limited&account=credits")).await;
    assert_eq!(gone, json!({ "forgotten": 1 }));
    assert_eq!(answered(&simulator, &look("credits"), 9).await, 3);
    assert_eq!(answered(&simulator, &look("minute"), 9).await, 0);
    delete(&simulator, LIMITS).await;
    assert_eq!(answered(&simulator, &look("minute"), 9).await, 5);
}

#[tokio::test]
async fn a_limit_of_ones_own_refuses_in_each_vendors_words() {
    let simulator = started(&LIMITED).await;
    let own = json!({
        "name": "three-errors", "refuse": "locked-out", "of": ["gstin"], "counts": "errors",
        "most": 3, "per": "day", "lock-s": 60,
    });
    assert_eq!(put(&simulator, LIMITS, own).await.status, 200);
    let nobody = ask("default", "look", NOBODY);
    assert_eq!(codes(&simulator, &nobody, 4).await[2..], ["E-NOBODY", "E-LOCKED"]);
    assert_eq!(codes(&simulator, &ask("minute", "other", NOBODY), 1).await, ["E-LOCKED"]);
    assert_eq!(answered(&simulator, &look("default"), 2).await, 2, "another GSTIN");
    let rows = told(&simulator, "&limit=three-errors").await;
    assert_eq!((&rows[0]["subject"], &rows[0]["locked"]), (&json!(NOBODY), &json!(true)));
    clock(&simulator, json!({ "advance": "1m" })).await;
    assert_eq!(codes(&simulator, &nobody, 1).await, ["E-NOBODY"]);
}

#[tokio::test]
async fn several_changes_hold_all_or_none() {
    let simulator = started(&LIMITED).await;
    let good = json!({ "name": "day", "vendor": "limited", "most": 1 });
    let bad = json!({ "name": "day", "vendor": "limited", "accounts": ["nobody"], "most": 1 });
    let reply = put(&simulator, LIMITS, json!([good, bad])).await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json()["detail"], "`[1].accounts[0]`: there is no account `nobody`");
    assert_eq!(answered(&simulator, &look("default"), 3).await, 3);
    assert_eq!(put(&simulator, LIMITS, json!([good])).await.status, 200);
    assert_eq!(answered(&simulator, &look("default"), 3).await, 1);
}

#[tokio::test]
async fn a_wrong_change_is_a_problem_that_names_the_field() {
    let simulator = started(&LIMITED).await;
    let day = |more: Value| {
        let mut change = json!({ "name": "day", "vendor": "limited", "most": 1 });
        for (key, value) in more.as_object().expect("an object") {
            change[key] = value.clone();
        }
        change
    };
    let wrong = [
        (json!(7), "a change of a limit, or a list of them"),
        (json!({}), "missing field `name`"),
        (json!({ "name": "day" }), "`name`: this changes nothing of the limit `day`"),
        (day(json!({ "mots": 1 })), "unknown field `mots`"),
        (day(json!({ "most": -1 })), "a number of 0 or more, or `unlimited`"),
        (day(json!({ "most": 1.5 })), "a number of 0 or more, or `unlimited`"),
        (day(json!({ "most": "many" })), "a number of 0 or more, or `unlimited`"),
        (day(json!({ "per": "fortnight" })), "unknown variant `fortnight`"),
        (day(json!({ "per": { "seconds": 0 } })), "`per`: no time at all"),
        (day(json!({ "burst": 3 })), "`burst`: a bucket is filled by the second"),
        (day(json!({ "per": "second", "burst": 0 })), "`burst`: a bucket that holds nothing"),
        (day(json!({ "lock-s": 0 })), "`lock-s`: a lock of no time at all"),
        (day(json!({ "at": "before-auth" })), "`at`: before anybody knows the account"),
        (day(json!({ "counts": { "answers": {} } })), "`counts`: nothing counts"),
        (day(json!({ "vendor": "alhpa" })), "`vendor`: there is no vendor `alhpa`"),
        (
            day(json!({ "endpoints": ["look", "lok"] })),
            "`endpoints[1]`: there is no endpoint `lok`",
        ),
        (day(json!({ "refuse": "E-NO" })), "`refuse`: `E-NO` is no outcome"),
        (day(json!({ "name": "dya" })), "`name`: there is no limit `dya`"),
        (json!({ "name": "new", "most": 1, "per": "day" }), "`name`: there is no limit `new`"),
    ];
    for (change, detail) in wrong {
        let reply = put(&simulator, LIMITS, change.clone()).await;
        assert_eq!(reply.status, 400, "{change}: {reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        let problem = reply.json();
        let told = problem["detail"].as_str().expect("a detail");
        assert!(told.contains(detail), "{change}: {told}");
        // Of what is no change at all no field can be named.
        assert!(problem["field"].is_string() || !change.is_object(), "{change}: {problem}");
        assert!(
            problem["hint"].as_str().is_some_and(|hint| !hint.is_empty()),
            "{change}: {problem}"
        );
    }
    let broken = Request::new("PUT", LIMITS).json("{");
    assert_eq!(call(&simulator, &broken).await.status, 400);
    for target in ["?vendor=nobody", "?account=nobody", "?limit=nothing"] {
        for method in ["GET", "DELETE"] {
            let request = Request::new(method, &format!("{LIMITS}{target}"));
            assert_eq!(call(&simulator, &request).await.status, 404, "{method} {target}");
        }
    }
    let reply = call(&simulator, &Request::get(&format!("{LIMITS}?vender=limited"))).await;
    assert_eq!(reply.status, 400);
    assert_eq!(answered(&simulator, &look("default"), 9).await, 9, "nothing was changed");
    let changes: Reply = call(&simulator, &Request::get(LIMITS)).await;
    assert_eq!(changes.json()["changes"], json!([]));
}

const STORY: &str = r#"
name = "narrow"
about = "Two calls a minute, and three errors about one GSTIN"

[[limit]]
vendor = "limited"
name = "minute"
most = 2

[[limit]]
name = "misses"
refuse = "locked-out"
of = ["gstin"]
counts = "errors"
most = 3
per = "day"
"#;

#[tokio::test]
async fn a_story_changes_limits_while_it_is_played() {
    let simulator = started(&world(&[], &[("narrow", STORY)])).await;
    assert_eq!(answered(&simulator, &look("default"), 9).await, 9);
    assert_eq!(put(&simulator, "/__sim/scenarios/narrow", json!({})).await.status, 200);
    assert_eq!(codes(&simulator, &look("default"), 3).await, ["", "", "E-RATE"]);
    assert_eq!(codes(&simulator, &look("minute"), 3).await, ["", "", "E-RATE"], "its own too");

    // The user's word counts more than the story's.
    let wide = json!({ "name": "minute", "vendor": "limited", "most": "unlimited" });
    assert_eq!(put(&simulator, LIMITS, wide).await.status, 200);
    let nobody = ask("default", "look", NOBODY);
    assert_eq!(codes(&simulator, &nobody, 4).await[2..], ["E-NOBODY", "E-LOCKED"]);
    let fewer = json!({ "name": "misses", "most": 5 });
    assert_eq!(put(&simulator, LIMITS, fewer).await.status, 200, "a story made this limit");
    assert_eq!(codes(&simulator, &nobody, 3).await, ["E-NOBODY", "E-NOBODY", "E-LOCKED"]);

    let end = Request::new("DELETE", "/__sim/scenarios/narrow");
    assert_eq!(call(&simulator, &end).await.status, 204);
    assert_eq!(codes(&simulator, &nobody, 2).await, ["E-NOBODY"; 2]);
    assert_eq!(answered(&simulator, &ask("default", "look", SOMEBODY), 9).await, 9);
}
