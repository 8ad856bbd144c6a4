//! What stories can say, heard from outside.

use std::sync::{Arc, LazyLock};

use gsp_simulator::{
    Simulator,
    pack::folder::Folder,
    world::{Ingredients, World},
};
use serde_json::{Value, json};

use crate::common::{NOW, Natural, Reply, Request, call, lookups, record};

const STORIES: &[(&str, &str)] = &[
    ("in-turn", "[[rule]]\nanswer = ['internal-error', 'as-ever']\nat-end = 'again'\n"),
    ("by-weight", "[[rule]]\nanswer = { internal-error = 1, as-ever = 2 }\n"),
    ("each-its-own", "[[rule]]\nwhen = { calls = 2, per = 'gstin' }\nanswer = 'internal-error'\n"),
    (
        "two-states",
        "[[rule]]\nwhen = { state = 'start', calls = 2 }\nthen-state = 'down'\n\
         [[rule]]\nwhen = { state = 'down' }\nanswer = 'internal-error'\n",
    ),
    (
        "edited",
        "[[rule]]\nedits = [{ add = { at = '/fresh', value = 7 } }, { repeat-key = { at = '/fresh' } }]\n",
    ),
    (
        "below",
        "[parameters]\ncalls = { default = 1, about = 'how many' }\n\
         [[rule]]\nname = 'fails'\nwhen = { calls = '..=${calls}' }\nanswer = 'internal-error'\n",
    ),
    (
        "above",
        "include = ['below']\n[[rule]]\nname = 'fails'\nwhen = { calls = 2 }\nanswer = 'internal-error'\n",
    ),
];

static TOLD: LazyLock<Arc<World>> = LazyLock::new(|| {
    let texts = STORIES.iter().map(|(name, rules)| {
        (format!("{name}.toml"), format!("name = '{name}'\nabout = 'A story'\n{rules}"))
    });
    let mut ingredients = Ingredients::default();
    ingredients.scenarios.push(Folder::of_texts("more", texts));
    Arc::new(World::load(&ingredients).expect("the stories are right"))
});

async fn telling(name: &str) -> Simulator {
    let builder = Simulator::builder().world(Arc::clone(&TOLD)).now(NOW).expect("a time");
    builder.scenario(name).start().await.expect("the story is there")
}

/// One look-up endpoint of each vendor.
fn one_each() -> Vec<Natural> {
    let mut all = lookups(&TOLD);
    all.dedup_by(|later, earlier| later.pack.name == earlier.pack.name);
    all
}

/// Which of so many calls a story decides.
async fn decided(simulator: &Simulator, natural: &Natural, calls: usize) -> Vec<bool> {
    let mut all = Vec::new();
    for _ in 0..calls {
        let reply = call(simulator, &natural.request()).await;
        all.push(record(simulator, &reply)["via"] == "scenario");
    }
    all
}

#[tokio::test]
async fn answers_come_one_after_the_other() {
    for natural in one_each() {
        let simulator = telling("in-turn").await;
        let said = decided(&simulator, &natural, 4).await;
        assert_eq!(said, [true, false, true, false], "{}", natural.name());
    }
}

#[tokio::test]
async fn weights_choose_the_same_for_the_same_seed_byte_for_byte() {
    let natural = &one_each()[0];
    let replies = async || {
        let simulator = telling("by-weight").await;
        let mut all: Vec<Reply> = Vec::new();
        for _ in 0..60 {
            all.push(call(&simulator, &natural.request()).await);
        }
        all
    };
    let (one, other) = (replies().await, replies().await);
    assert!(one == other, "the same seed answers the same bytes");
    let failed = one.iter().filter(|reply| reply.status != 200).count();
    assert!((8..=32).contains(&failed), "{failed} of 60");
}

#[tokio::test]
async fn each_gstin_has_calls_of_its_own() {
    let simulator = telling("each-its-own").await;
    let natural = &one_each()[0];
    let (one, other) = (natural.about("27AAACS0000A1ZG"), natural.about("09AAACV0000X1Z0"));
    assert_eq!(decided(&simulator, &one, 1).await, [false]);
    assert_eq!(decided(&simulator, &other, 2).await, [false, true]);
    assert_eq!(decided(&simulator, &one, 2).await, [true, false]);
}

#[tokio::test]
async fn a_story_goes_from_state_to_state_and_tells_so() {
    let simulator = telling("two-states").await;
    let natural = &one_each()[0];
    let state = async || {
        let told = call(&simulator, &Request::get("/__sim/scenarios/two-states")).await.json();
        told["state"].clone()
    };
    assert_eq!(state().await, "start");
    assert_eq!(decided(&simulator, natural, 4).await, [false, false, true, true]);
    assert_eq!(state().await, "down");
}

#[tokio::test]
async fn replies_of_every_vendor_are_edited() {
    for natural in one_each() {
        let simulator = telling("edited").await;
        let reply = call(&simulator, &natural.request()).await;
        let said = opened(&reply);
        assert!(said.contains(r#""fresh":7,"fresh":7"#), "{}: {said}", natural.name());
        let length = reply.header("content-length").map(str::parse);
        assert_eq!(length, Some(Ok(reply.body.len())), "the head goes with the body");
    }
}

#[tokio::test]
async fn a_story_that_includes_another_puts_its_own_rule_in_place() {
    let natural = &one_each()[0];
    let simulator = telling("above").await;
    assert_eq!(decided(&simulator, natural, 3).await, [false, true, false]);
    let simulator = telling("below").await;
    assert_eq!(decided(&simulator, natural, 3).await, [true, false, false]);
}

#[tokio::test]
async fn parameters_are_chosen_when_a_story_is_begun() {
    let simulator = telling("below").await;
    let natural = &one_each()[0];
    let begin = async |body: Value| {
        let request = Request::new("PUT", "/__sim/scenarios/below").json(body.to_string());
        call(&simulator, &request).await
    };
    let told = begin(json!({ "set": { "calls": 2 } })).await.json();
    assert_eq!(told["parameters"][0]["value"], 2);
    assert_eq!(told["parameters"][0]["default"], 1);
    assert_eq!(decided(&simulator, natural, 3).await, [true, true, false]);

    begin(json!({ "set": { "calls": 3 } })).await;
    for (body, field) in [
        (json!({ "set": { "calls": "many" } }), "set.calls"),
        (json!({ "set": { "cals": 1 } }), "set.cals"),
        (json!({ "set": { "calls": 0 } }), "set"),
        (json!({ "sett": {} }), "sett"),
        (json!({ "set": [] }), "set"),
    ] {
        let reply = begin(body.clone()).await;
        assert_eq!(reply.status, 400, "{body}");
        let problem = reply.json();
        assert_eq!(problem["field"], field, "{body}: {problem}");
        assert!(problem["hint"].is_string(), "{problem}");
    }
    assert_eq!(
        decided(&simulator, natural, 4).await,
        [true, true, true, false],
        "nothing was begun"
    );
}

#[tokio::test]
async fn due_dates_and_sundays_come_by_the_tenants_clock() {
    let simulator = telling("maintenance-sunday").await;
    let natural = &one_each()[0];
    let mut said = Vec::new();
    for now in
        ["2026-11-21T03:00:00+05:30", "2026-11-22T03:00:00+05:30", "2026-11-22T06:00:00+05:30"]
    {
        let clock = Request::new("PUT", "/__sim/clock").json(json!({ "now": now }).to_string());
        assert_eq!(call(&simulator, &clock).await.status, 200);
        said.extend(decided(&simulator, natural, 1).await);
    }
    assert_eq!(said, [false, true, false]);

    let simulator = telling("due-date-evening").await;
    let evening = json!({ "now": "2026-11-20T23:00:00+05:30" }).to_string();
    call(&simulator, &Request::new("PUT", "/__sim/clock").json(evening)).await;
    let slow = Request::new("PUT", "/__sim/scenarios/due-date-evening");
    let told = call(&simulator, &slow.json(r#"{"set": {"day": 19}}"#)).await;
    assert_eq!(told.status, 200);
    assert_eq!(decided(&simulator, natural, 1).await, [false], "the 20th is none of its days");
}

/// What a reply says, and what those of its texts say that are Base64.
fn opened(reply: &Reply) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};

    let mut said = reply.text().to_owned();
    let body = serde_json::from_str::<Value>(reply.text()).unwrap_or_default();
    for text in
        body.as_object().into_iter().flat_map(|body| body.values()).filter_map(Value::as_str)
    {
        let decoded = BASE64_STANDARD.decode(text).ok();
        said.extend(decoded.and_then(|bytes| String::from_utf8(bytes).ok()));
    }
    said
}

#[tokio::test]
async fn another_gstin_is_in_the_reply_and_keys_stand_twice() {
    for natural in one_each() {
        let asked = natural.about("27AAACS0000A1ZG");
        let simulator = telling("wrong-gstin-in-reply").await;
        let reply = call(&simulator, &asked.request()).await;
        let said = opened(&reply);
        assert!(said.contains("AAACV0000X"), "{}: {said}", natural.name());
        assert!(!said.contains("AAACS0000A"), "{}: {said}", natural.name());
    }
    let simulator = telling("duplicate-keys").await;
    let twice = async |natural: &Natural| {
        let reply = call(&simulator, &natural.request()).await;
        reply.text().contains(r#":"Cancelled""#)
    };
    let mut any = false;
    for natural in one_each() {
        any |= twice(&natural).await;
    }
    assert!(any, "some vendor's status stands there twice");
}

#[tokio::test]
async fn a_supplier_is_cancelled_with_the_third_look() {
    let natural = &one_each()[0];
    let asked = natural.about("27AAACS0000A1ZG");
    let simulator = telling("supplier-cancelled-mid-run").await;
    let mut said = Vec::new();
    for _ in 0..4 {
        let reply = call(&simulator, &asked.request()).await;
        said.push(reply.text().to_ascii_lowercase().contains("cancelled"));
    }
    let facts = call(&simulator, &Request::get("/__sim/taxpayers/27AAACS0000A1ZG")).await.json();
    assert_eq!(facts["status"], "Cancelled");
    assert_eq!(facts["cancelled_on"], "2026-11-21");
    assert_eq!(said, [false, false, true, true]);
}

#[tokio::test]
async fn half_the_nation_is_suspended_and_always_the_same_half() {
    let simulator = telling("half-the-nation-suspended").await;
    let natural = &one_each()[0];
    let all: Vec<String> =
        TOLD.register.population(40, None).map(|gstin| gstin.as_str().to_owned()).collect();
    for gstin in &all {
        call(&simulator, &natural.about(gstin).request()).await;
    }
    let mut suspended = 0;
    for gstin in &all {
        let address = format!("/__sim/taxpayers/{gstin}");
        let facts = call(&simulator, &Request::get(&address)).await.json();
        suspended += usize::from(facts["status"] == "Suspended");
    }
    assert!((10..=32).contains(&suspended), "{suspended} of {}", all.len());
}
