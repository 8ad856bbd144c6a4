//! Credentials in every place and of every kind say whose a call is.

use std::{fs, sync::Arc};

use gsp_simulator::{
    Simulator,
    pack::folder::Folder,
    world::{Ingredients, World},
};
use serde_json::{Value, json};

use super::{begin, whose};
use crate::common::{NOW, Reply, Request, call};

/// A vendor with an endpoint for each way of carrying credentials.
const VENDOR: &str = r#"
title = "Keys in every place"

[auth.query]
missing = "unauthenticated"
wrong = "unauthenticated"
parts = [{ name = "key", place = { query = "api_key" } }]

[auth.path]
missing = "unauthenticated"
wrong = "unauthenticated"
parts = [{ name = "key", place = { path = "key" } }]

[auth.body]
missing = "unauthenticated"
wrong = "unauthenticated"
parts = [{ name = "key", place = { body = "apiKey" } }, { name = "secret", place = { body = "apiSecret" } }]

[auth.basic]
missing = "unauthenticated"
wrong = "unauthenticated"
parts = [{ name = "pair", place = { header = "Authorization" }, scheme = "Basic", encoding = "base64" }]

[auth.token]
missing = "unauthenticated"
wrong = "unauthenticated"

[[auth.token.parts]]
name = "token"
place = { header = "x-token" }
check = { issued = { session = "access", expired = "credentials-expired" } }

[[accounts]]
name = "default"
credentials = { key = "sim-key", secret = "sim-secret", pair = "user:sim-word" }

[[endpoints]]
name = "by-query"
method = "GET"
path = "/by-query"
auth = "query"
answers = { found = { body = "found" } }

[[endpoints]]
name = "by-path"
method = "GET"
path = "/{key}/by-path"
auth = "path"
answers = { found = { body = "found" } }

[[endpoints]]
name = "by-body"
method = "POST"
path = "/by-body"
auth = "body"
body = { accepts = ["json"], unreadable = "malformed-request" }
answers = { found = { body = "found" } }

[[endpoints]]
name = "by-basic"
method = "GET"
path = "/by-basic"
auth = "basic"
answers = { found = { body = "found" } }

[[endpoints]]
name = "login"
method = "POST"
path = "/login"
auth = "body"
body = { accepts = ["json"], unreadable = "malformed-request" }
issues = { session = "access", life-s = 3600, form = "FORM" }
answers = { found = { body = "token" } }

[[endpoints]]
name = "by-token"
method = "GET"
path = "/by-token"
auth = "token"
answers = { found = { body = "found" } }

[reply]
error-body = "error"
"#;

const BODIES: &[(&str, &str)] = &[
    ("error", r#"{"error": "{{ code }}"}"#),
    ("found", r#"{"account": "{{ account.name }}"}"#),
    ("token", r#"{"token": "{{ session.token }}"}"#),
];

async fn started(form: &str) -> Simulator {
    let place = tempfile::tempdir().expect("there is room");
    let home = place.path().join("keys");
    fs::create_dir_all(home.join("bodies")).expect("it can be made");
    fs::write(home.join("vendor.toml"), VENDOR.replace("FORM", form)).expect("it can be written");
    let mut codes = String::new();
    for (outcome, status) in
        [("unauthenticated", 401), ("malformed-request", 400), ("credentials-expired", 401)]
    {
        codes.push_str(&format!(
            "[[codes]]\ncode = \"{outcome}\"\noutcomes = [\"{outcome}\"]\nstatus = {status}\nmessage = \
             \"no\"\nlayer = \"vendor\"\ncause = \"c\"\nmend = \"m\"\nretry = \"never\"\nsource = \
             \"s\"\ncertainty = \"assumed\"\n",
        ));
    }
    fs::write(home.join("errors.toml"), codes).expect("it can be written");
    for (name, body) in BODIES {
        fs::write(home.join(format!("bodies/{name}.json")), body).expect("it can be written");
    }
    let mut ingredients = Ingredients::default();
    ingredients.fixtures.push(Folder::read(place.path()).expect("it can be read"));
    let world = World::load(&ingredients).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let builder = Simulator::builder().world(Arc::new(world)).now(NOW).expect("it is a time");
    builder.start().await.expect("a free port is there")
}

fn body(key: &str, secret: &str) -> String {
    json!({ "apiKey": key, "apiSecret": secret }).to_string()
}

fn basic(text: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    format!("Basic {}", BASE64_STANDARD.encode(text))
}

/// A call that is right; it is this tenant's.
async fn is_of(simulator: &Simulator, request: &Request, expected: &str) -> Reply {
    let (reply, tenant) = whose(simulator, request).await;
    assert_eq!((reply.status, &*tenant), (200, expected), "{reply:?}");
    reply
}

#[tokio::test]
async fn credentials_in_query_path_body_and_base64_name_their_tenant() {
    let simulator = started("opaque").await;
    begin(&simulator, json!({ "name": "blue" })).await;
    for (key, secret, pair, tenant) in [
        ("sim-key", "sim-secret", "user:sim-word", "default"),
        ("sim-key--blue", "sim-secret--blue", "user:sim-word--blue", "blue"),
    ] {
        for request in [
            Request::get(&format!("/keys/by-query?api_key={key}")),
            Request::get(&format!("/keys/{key}/by-path")),
            Request::new("POST", "/keys/by-body").json(body(key, secret)),
            Request::get("/keys/by-basic").with("authorization", basic(pair)),
        ] {
            let reply = is_of(&simulator, &request, tenant).await;
            assert_eq!(reply.json()["account"], "default");
        }
    }
    // One of two, or one that nobody has, is the vendor's refusal.
    for text in [body("sim-key--blue", "sim-secret"), body("sim-key--green", "sim-secret--green")] {
        let reply = call(&simulator, &Request::new("POST", "/keys/by-body").json(text)).await;
        assert_eq!(reply.status, 401, "{reply:?}");
    }
}

#[tokio::test]
async fn a_login_gives_a_token_that_says_whose_it_is() {
    for form in ["opaque", "uuid", "jwt"] {
        let simulator = started(form).await;
        // Same seed, same call numbers: but for their names the tenants are the same.
        let tenants = ["default", "blue", "green"];
        for name in &tenants[1..] {
            begin(&simulator, json!({ "name": name, "seed": 1 })).await;
        }
        let mut tokens = Vec::new();
        for (name, end) in tenants.into_iter().zip(["", "--blue", "--green"]) {
            let text = body(&format!("sim-key{end}"), &format!("sim-secret{end}"));
            let request = Request::new("POST", "/keys/login").json(text);
            let reply = is_of(&simulator, &request, name).await;
            tokens.push(reply.json()["token"].as_str().expect("a token").to_owned());
        }
        for (name, token) in tenants.into_iter().zip(&tokens) {
            let request = Request::get("/keys/by-token").with("x-token", token);
            is_of(&simulator, &request, name).await;
        }
        let told: Value = call(&simulator, &Request::get("/__sim/tenants/blue")).await.json();
        assert_eq!(told["exchanges"], 2, "{form}");
        call(&simulator, &Request::new("DELETE", "/__sim/tenants/blue")).await;
        let request = Request::get("/keys/by-token").with("x-token", &tokens[1]);
        let reply = call(&simulator, &request).await;
        assert_eq!(reply.status, 401, "{reply:?}");
        assert!(reply.header("x-sim-hint").is_some_and(|hint| hint.contains("`blue` ended")));
    }
}
