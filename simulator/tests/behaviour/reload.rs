//! Files that change while the simulator runs.

use std::{fs, path::Path, time::Duration};

use gsp_simulator::{Simulator, server::Watch};
use serde_json::{Value, json};

use crate::common::{NOW, Natural, Reply, Request, WORLD, call, lookups, simulator};

const STORY: &str = r#"
name = "weather"
about = "It rains."

[[rule]]
when = { header = { x-try = "one" } }
answer = "internal-error"

[[rule]]
when = { header = { x-try = "two" } }
answer = "upstream-unavailable"
"#;

async fn started(scenarios: &Path, watch: Watch) -> Simulator {
    let builder = Simulator::builder().now(NOW).and_then(|it| it.scenarios(scenarios));
    let builder = builder.expect("it can be read").watch(watch);
    builder.start().await.expect("it starts")
}

async fn get(simulator: &Simulator, place: &str) -> Value {
    call(simulator, &Request::get(place)).await.json()
}

async fn reload(simulator: &Simulator) -> Reply {
    call(simulator, &Request::new("POST", "/__sim/reload")).await
}

/// How many calls fitted each rule of a story.
async fn counts(simulator: &Simulator, tenant: &str) -> Vec<Value> {
    let story = get(simulator, &format!("/t/{tenant}/__sim/scenarios/weather")).await;
    let rules = story["rules"].as_array().expect("there is a list").clone();
    rules.iter().map(|rule| rule["calls"].clone()).collect()
}

fn natural() -> Natural {
    lookups(&WORLD).swap_remove(0)
}

async fn send(simulator: &Simulator, tenant: &str, word: &str) -> Reply {
    let request = natural().request().with("x-sim-tenant", tenant).with("x-try", word);
    call(simulator, &request).await
}

#[tokio::test]
async fn a_story_that_changes_goes_on_where_its_rules_are_the_same() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("weather.toml");
    fs::write(&file, STORY).expect("it can be written");
    let simulator = started(folder.path(), Watch::Off).await;
    let begin = Request::new("POST", "/__sim/tenants")
        .json(json!({ "name": "blue", "scenarios": ["weather"] }).to_string());
    assert_eq!(call(&simulator, &begin).await.status, 201);
    for word in ["one", "one", "two"] {
        assert_ne!(send(&simulator, "blue", word).await.status, 200);
    }
    assert_eq!(counts(&simulator, "blue").await, [json!(2), json!(1)]);

    fs::write(&file, STORY.replace("\"upstream-unavailable\"", "\"upstream-timeout\""))
        .expect("it can be written");
    let reply = reload(&simulator).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.json()["trouble"], json!([]));
    assert_eq!(counts(&simulator, "blue").await, [json!(2), json!(0)], "one rule is another");
    let journal = get(&simulator, "/t/blue/__sim/journal").await;
    assert_eq!(journal["exchanges"].as_array().map(Vec::len), Some(3), "the tenant is the same");
}

#[tokio::test]
async fn a_broken_file_leaves_what_was_loaded_and_says_so_everywhere() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("weather.toml");
    fs::write(&file, STORY).expect("it can be written");
    let vendors = folder.path().join("vendors");
    let vendor = vendors.join("sixth");
    fs::create_dir_all(&vendor).expect("it can be made");
    let good = "title = \"Sixth\"\n[[endpoints]]\nname = \"hello\"\nmethod = \"GET\"\nauth = \"none\"\n\
                path = \"/hello\"\nanswers = { found = { body = \"hello\" } }\n";
    fs::write(vendor.join("vendor.toml"), good).expect("it can be written");
    fs::write(vendor.join("errors.toml"), "").expect("it can be written");
    fs::create_dir_all(vendor.join("bodies")).expect("it can be made");
    fs::write(vendor.join("bodies/hello.json"), r#"{"hello": 1}"#).expect("it can be written");
    let stories = tempfile::tempdir().expect("there is room");
    let builder = Simulator::builder().now(NOW).and_then(|it| it.fixtures(&vendors));
    let builder = builder.and_then(|it| it.scenarios(stories.path())).expect("it can be read");
    let simulator = builder.start().await.expect("it is right");
    let hello = Request::get("/sixth/hello");
    assert_eq!(call(&simulator, &hello).await.json(), json!({ "hello": 1 }));
    assert_eq!(get(&simulator, "/__sim/health").await["trouble"], json!([]));

    fs::write(vendor.join("vendor.toml"), good.replace("title", "tilte")).expect("written");
    let reply = reload(&simulator).await;
    assert_eq!(reply.status, 422, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    let findings = reply.json()["findings"].clone();
    let told = |findings: &Value| {
        let finding = &findings[0];
        finding["message"].as_str().is_some_and(|text| text.contains("tilte"))
            && finding["file"].as_str().is_some_and(|text| text.ends_with("sixth/vendor.toml"))
            && finding["line"] == 1
    };
    assert!(told(&findings), "{findings}");
    assert_eq!(call(&simulator, &hello).await.json(), json!({ "hello": 1 }), "the old one goes on");
    let health = get(&simulator, "/__sim/health").await;
    assert_eq!(health["status"], "ok");
    assert!(told(&health["trouble"]), "{health}");
    let journal = get(&simulator, "/__sim/journal?outcome=files-wrong").await;
    let entry = &journal["exchanges"][0];
    assert_eq!(entry["via"], "simulator", "{journal}");
    assert!(entry["reply"]["body"].as_str().is_some_and(|text| text.contains("tilte")), "{entry}");

    fs::write(vendor.join("vendor.toml"), good).expect("it can be written");
    fs::write(vendor.join("bodies/hello.json"), r#"{"hello": 2}"#).expect("it can be written");
    assert_eq!(reload(&simulator).await.status, 200);
    assert_eq!(call(&simulator, &hello).await.json(), json!({ "hello": 2 }));
    assert_eq!(get(&simulator, "/__sim/health").await["trouble"], json!([]));
}

#[tokio::test]
async fn what_is_watched_is_read_anew_by_itself() {
    for watch in [Watch::On, Watch::Poll] {
        let folder = tempfile::tempdir().expect("there is room");
        let simulator = started(folder.path(), watch).await;
        fs::write(folder.path().join("weather.toml"), STORY).expect("it can be written");
        let mut found = 404;
        for _ in 0..200 {
            found = call(&simulator, &Request::get("/__sim/scenarios/weather")).await.status;
            if found == 200 {
                break;
            }
            tokio::time::timeout(Duration::from_millis(50), std::future::pending::<()>())
                .await
                .ok();
        }
        assert_eq!(found, 200, "{watch:?}");
    }
}

#[tokio::test]
async fn a_world_that_was_given_ready_made_has_no_files() {
    let reply = reload(&simulator().await).await;
    assert_eq!(reply.status, 409, "{reply:?}");
}
