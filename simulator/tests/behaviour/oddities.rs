//! A pack of the tests' own, full of what the built-in ones do not do; its answers to the letter.

use std::path::Path;

use gsp_simulator::Simulator;
use regex_lite::Regex;
use serde_json::{Value, json};

use crate::common::{NOW, Reply, Request, call, record};

async fn oddities() -> Simulator {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs");
    let builder = Simulator::builder().now(NOW).and_then(|builder| builder.fixtures(packs));
    let started = builder.expect("the pack is there").start().await;
    started.unwrap_or_else(|error| match error {
        gsp_simulator::StartError::Files(findings) => {
            let drawn: Vec<_> = findings.iter().map(|finding| finding.draw(false)).collect();
            panic!("{}", drawn.join("\n\n"))
        }
        other => panic!("{other}"),
    })
}

async fn get(simulator: &Simulator, target: &str) -> Reply {
    call(simulator, &Request::get(&format!("/oddities{target}"))).await
}

async fn post(simulator: &Simulator, target: &str, body: &Value) -> Reply {
    call(simulator, &Request::new("POST", &format!("/oddities{target}")).json(body.to_string()))
        .await
}

async fn token(simulator: &Simulator, form: &str) -> Value {
    let body = json!({ "username": "odd", "password": "odd-secret" });
    post(simulator, &format!("/login/{form}"), &body).await.json()
}

#[tokio::test]
async fn keys_are_taken_from_query_path_a_raw_header_and_three_headers() {
    let simulator = oddities().await;
    let gold = json!({ "account": "default", "plan": "gold", "seats": 3 });
    let tin = json!({ "account": "second", "plan": "tin" });
    assert_eq!(get(&simulator, "/query?api_key=odd-key").await.json(), gold);
    assert_eq!(get(&simulator, "/query?x=1&api_key=odd%2Dkey-2").await.json(), tin);
    assert_eq!(get(&simulator, "/query?api_key=x").await.status, 403);
    assert_eq!(get(&simulator, "/query?api_key=").await.status, 401);
    assert_eq!(get(&simulator, "/keys/odd-key-2/who").await.json(), tin);
    assert_eq!(
        get(&simulator, "/keys/other/who").await.json(),
        json!({ "error": true, "text": "No" })
    );

    let raw = Request::get("/oddities/raw");
    assert_eq!(
        call(&simulator, &raw.clone().with("authorization", "odd-secret")).await.json(),
        gold
    );
    assert_eq!(call(&simulator, &raw.with("authorization", "Bearer odd-secret")).await.status, 403);

    let three =
        Request::get("/oddities/three").with("x-app", "odd-app-2").with("x-key", "odd-key-2");
    assert_eq!(call(&simulator, &three).await.status, 401, "one is missing");
    let all = three.clone().with("x-secret", "odd-secret-2");
    assert_eq!(call(&simulator, &all).await.json(), tin);
    assert_eq!(
        call(&simulator, &all.with("x-secret", "odd-secret")).await.status,
        401,
        "of two accounts"
    );

    let kept = call(&simulator, &Request::get("/__sim/journal")).await;
    assert!(kept.text().contains("/keys/***/who"), "{kept:?}");
    for secret in ["odd-secret", "odd-app-2", "api_key=odd", "/keys/odd"] {
        assert!(!kept.text().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_login_gives_tokens_that_are_good_for_their_life() {
    let simulator = oddities().await;
    let opaque = token(&simulator, "opaque").await;
    assert_eq!(opaque["expires_in"], 3600);
    assert_eq!(opaque["expires_at"], 1_795_239_000);
    assert_eq!(opaque["expires"], "21-Nov-26 11:00 AM");
    let text = opaque["token"].as_str().expect("it is a text");
    assert!(Regex::new("^[A-Za-z0-9]{40}$").expect("it is one").is_match(text), "{text}");
    let ask = Request::get("/oddities/opaque");
    let who = call(&simulator, &ask.clone().with("authorization", format!("token {text}"))).await;
    assert_eq!(who.json()["account"], "default");
    assert_eq!(call(&simulator, &ask.clone().with("authorization", text)).await.status, 403);
    assert_eq!(call(&simulator, &ask.with("authorization", "Token x")).await.status, 403);

    let jwt = token(&simulator, "jwt").await;
    let text = jwt["token"].as_str().expect("it is a text");
    let claims = text.split('.').nth(1).expect("it has three parts");
    let claims = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, claims);
    let claims: Value =
        serde_json::from_slice(&claims.expect("it is base64url")).expect("it is JSON");
    assert_eq!(claims, json!({ "sub": "default", "iat": 1_795_235_400, "exp": 1_795_236_300 }));
    let ask = Request::get("/oddities/jwt").with("access-token", text);
    assert_eq!(call(&simulator, &ask).await.status, 200);
    let other = Request::get("/oddities/brief").with("access-token", text);
    assert_eq!(call(&simulator, &other).await.status, 403, "a token of another session");

    let uuid = token(&simulator, "uuid").await;
    let text = uuid["token"].as_str().expect("it is a text");
    assert_eq!(text.len(), 36);
    let who = get(&simulator, &format!("/uuid?api_key=odd-key&session={text}")).await;
    assert_eq!(who.json()["account"], "default");
    assert_eq!(get(&simulator, &format!("/uuid?session={text}")).await.status, 401);

    let brief = token(&simulator, "brief").await;
    let text = brief["token"].as_str().expect("it is a text");
    let over = call(&simulator, &Request::get("/oddities/brief").with("access-token", text)).await;
    assert_eq!(
        over.json(),
        json!({ "error": "Who are you?", "success": false, "because": "credentials-expired" })
    );
    assert_eq!(over.header("www-authenticate"), Some("Token realm=\"credentials-expired\""));
    assert_eq!(record(&simulator, &over)["outcome"], "credentials-expired");
}

#[tokio::test]
async fn neither_passwords_nor_tokens_are_kept() {
    let simulator = oddities().await;
    let opaque = token(&simulator, "opaque").await;
    let text = opaque["token"].as_str().expect("it is a text");
    let form = Request::new("POST", "/oddities/login/opaque")
        .with("content-type", "application/x-www-form-urlencoded")
        .body("username=odd&password=odd%2Dsecret");
    call(&simulator, &form).await;
    let broken = Request::new("POST", "/oddities/login/opaque").json("{\"password\": \"odd-secret");
    assert_eq!(call(&simulator, &broken).await.status, 400);
    let ask = Request::get("/oddities/opaque").with("authorization", format!("Token {text}"));
    assert_eq!(call(&simulator, &ask).await.status, 200);
    let kept = call(&simulator, &Request::get("/__sim/journal")).await;
    assert_eq!(kept.json()["exchanges"].as_array().map(Vec::len), Some(4));
    for secret in ["odd-secret", "odd%2Dsecret", text] {
        assert!(!kept.text().contains(secret), "{secret}: {kept:?}");
    }
}

#[tokio::test]
async fn a_login_refuses_who_is_not_known() {
    let simulator = oddities().await;
    for (body, status) in [
        (json!({ "username": "odd", "password": "wrong" }), 401),
        (json!({ "username": "odd", "password": "odd-secret-2" }), 401),
        (json!({ "username": "odd" }), 400),
        (json!({ "username": 1, "password": "odd-secret" }), 400),
    ] {
        let reply = post(&simulator, "/login/opaque", &body).await;
        assert_eq!(reply.status, status, "{body}");
    }
    let form = Request::new("POST", "/oddities/login/opaque")
        .with("content-type", "application/x-www-form-urlencoded")
        .body("username=odd&password=odd%2Dsecret");
    assert_eq!(call(&simulator, &form).await.status, 201);
}

#[tokio::test]
async fn a_key_of_the_body_picks_the_operation() {
    let simulator = oddities().await;
    let body =
        json!({ "z": [1.5, null], "task": "VERIFY", "data": { "gstin": " 27aaacs0000a1zg " } });
    let request =
        Request::new("POST", "/oddities/tasks").json(body.to_string()).with("user-agent", "odd/1");
    let reply = call(&simulator, &request).await;
    assert_eq!(
        reply.text(),
        format!(
            "{{\"seen\":{body},\"method\":\"POST\",\"path\":\"/tasks\",\"deep\":\" 27aaacs0000a1zg \",\
             \"gstin\":\"27AAACS0000A1ZG\",\"agent\":\"odd/1\"}}"
        )
    );
    let absent = json!({ "task": "verify", "data": { "gstin": "30AAAFG0000W1ZQ" } });
    let reply = post(&simulator, "/tasks", &absent).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    let malformed =
        post(&simulator, "/tasks", &json!({ "task": "verify", "data": { "gstin": "x" } })).await;
    assert_eq!(malformed.status, 999);
    assert_eq!(malformed.text(), r#"{"result_code":102,"http":999,"what":"invalid-gstin"}"#);

    let list = Request::new("POST", "/oddities/tasks").with("x-mode", "full");
    let reply = call(&simulator, &list.json(r#"{"task": "list", "pan": "AAACS0000A"}"#)).await;
    let reply = reply.json();
    assert_eq!(reply["count"], 2);
    assert_eq!(reply["found"][0][0], "27AAACS0000A1ZG");
    assert_eq!(
        reply["found"][0][1],
        json!([["FACTORY / MANUFACTURING", "SUPPLIER OF SERVICES"], ["WAREHOUSE / DEPOT"]])
    );
    for other in [
        json!({ "task": "list", "pan": "AAACS0000A" }),
        json!({ "task": "sing" }),
        json!({}),
        json!({ "task": 1 }),
    ] {
        let reply = post(&simulator, "/tasks", &other).await;
        assert_eq!((reply.status, reply.text()), (512, "{}"), "{other}");
    }
}

#[tokio::test]
async fn every_shape_of_value_is_written_to_the_letter() {
    let simulator = oddities().await;
    let request = Request::get("/oddities/zoo/27AAACS0000A1ZG").with("accept-language", "hi");
    let reply = call(&simulator, &request).await;
    let id = Regex::new(
        "\"trace\":\"1-6b011e48-[0-9a-f]{24}\",\"order\":\"ORD_[A-Za-z0-9]{14}\",\"sequence\":1001,\
         \"digits\":\"[0-9]{6}\",\"uuid\":\"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\"",
    );
    let text = reply.text();
    let ids = id.expect("it is one").find(text).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(
        text.replace(ids.as_str(), ""),
        concat!(
            r#"{"z":1,"a":"27AAACS0000A1ZG","#,
            r#""registered":{"dash":"01-07-2017","month-first":"07-01-2017","slash":"01/07/2017","#,
            r#""iso":"2017-07-01","short":"01-Jul-17","upper":"01-JUL-2017","#,
            r#""epoch_s":1498847400,"epoch_ms":1498847400000},"#,
            r#""now":{"ms":1795235400000,"s":1795235400,"text":"1795235400","#,
            r#""ist":"2026-11-21 10:00:00.000 IST","today":"21 Nov 2026"},"#,
            r#""ids":{},"#,
            r#""types":{"flag":true,"yes":"Y","null":null,"null-if-gone":null,"dash-if-gone":"-","#,
            r#""list":["Factory / Manufacturing","Supplier of Services","Warehouse / Depot"],"#,
            r#""joined":"Factory / Manufacturing / Supplier of Services / Warehouse / Depot","#,
            r#""first":"Factory / Manufacturing","code":"PVT","not-mapped":"Active","half":0.5,"#,
            r#""lang":"hi","text":"SAMPLE SAHYADRI FOODS PRIVATE LIMITED (27)"},"#,
            r#""plain":"eyJrIjoiMjcifQ==","unpadded":"eyJrIjoiMjcifQ","text":"{\"k\":[\"27\",null]}","#,
            r#""choice":"in","places":["head","Mumbai Suburban, 400069"],"#,
            r#""years":["GSTR9C@032025","GSTR9@032025"]}"#,
        )
        .replace("\"years\":[\"GSTR9C@032025\",\"GSTR9@032025\"]", &years(text))
    );
    assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
    for (name, value) in [
        ("server", "oddities/1.0"),
        ("x-call", "1"),
        ("x-about", "27-found"),
        ("x-gstin", "27AAACS0000A1ZG"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
}

/// The part about filings, once it was seen to be two of that year.
fn years(text: &str) -> String {
    let two = Regex::new(r#""years":\["GSTR[0-9A-Z]+@\d{6}","GSTR[0-9A-Z]+@\d{6}"\]"#)
        .expect("it is one");
    two.find(text).unwrap_or_else(|| panic!("{text}")).as_str().to_owned()
}

#[tokio::test]
async fn other_answers_of_the_zoo_are_null_text_html_and_nothing() {
    let simulator = oddities().await;
    let nobody = get(&simulator, "/zoo/30AAAFG0000W1ZQ?note=x").await;
    assert_eq!((nobody.status, nobody.text()), (422, r#"{"status":0,"data":null}"#));
    assert_eq!(nobody.header("x-about"), Some("nowhere-not-found"));
    let closed = get(&simulator, "/zoo/99anything").await;
    assert_eq!((closed.status, closed.text()), (453, r#""closed""#));
    assert_eq!(record(&simulator, &closed)["via"], "magic-gstin");

    let zoo = Request::get("/oddities/zoo/27AAACS0000A1ZG");
    let page = call(&simulator, &zoo.clone().with("x-sim-outcome", "upstream-unavailable")).await;
    assert_eq!(page.status, 520);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(
        page.text(),
        "<!doctype html>\n<title>520</title>\n<h1>Web server returns <an unknown> error</h1>"
    );
    let empty = call(&simulator, &zoo.with("x-sim-outcome", "E-EMPTY")).await;
    assert_eq!((empty.status, empty.body.len()), (500, 0));
    assert_eq!((empty.header("content-type"), empty.header("content-length")), (None, Some("0")));
    let text = get(&simulator, "/text").await;
    assert_eq!(
        (text.text(), text.header("content-type")),
        ("OK 5", Some("text/plain; charset=utf-8"))
    );
}

#[tokio::test]
async fn rules_read_loosely_and_judge_exactly() {
    let simulator = oddities().await;
    for (body, expected) in [
        (json!({}), json!({ "joined": "" })),
        (
            json!({ "kind": "a", "flag": "YES", "count": "7" }),
            json!({ "kind": "a", "flag": true, "count": 7, "joined": "" }),
        ),
        (
            json!({ "kind": 3, "flag": "false", "count": -1 }),
            json!({ "kind": 3, "flag": false, "count": -1, "joined": "" }),
        ),
        (
            json!({ "kind": true, "flag": null, "count": null }),
            json!({ "kind": true, "flag": null, "count": null, "joined": "" }),
        ),
        (
            json!({ "ref": " ab12 ", "a": [{ "b/c": "deep" }] }),
            json!({ "ref": "AB12", "deep": "deep", "joined": "" }),
        ),
        (
            json!({ "tags": ["x", 1], "kind": "b", "detail": "तीन" }),
            json!({ "kind": "b", "tags": ["x", 1], "joined": "x+1" }),
        ),
        (json!({ "fy": "2026-27", "pan": "AAACS0000A" }), json!({ "joined": "" })),
    ] {
        let reply = post(&simulator, "/rules", &body).await;
        assert_eq!((reply.status, reply.json()), (200, expected), "{body}");
    }
    for (body, reason) in [
        (json!({ "kind": "c" }), "kind: one of a, b, 3, true"),
        (json!({ "kind": "b" }), "detail: required for b"),
        (json!({ "kind": "b", "detail": null }), "detail: required for b"),
        (json!({ "detail": "x" }), "detail: 2 to 4 characters"),
        (json!({ "detail": "fünfe" }), "detail: 2 to 4 characters"),
        (json!({ "detail": 1234 }), "detail: 2 to 4 characters"),
        (json!({ "flag": "perhaps" }), "flag: no boolean"),
        (json!({ "count": "7.5" }), "count: no whole number"),
        (json!({ "count": "11" }), "count: 11 is more than 10"),
        (json!({ "ref": "12AB" }), "ref: no reference"),
        (json!({ "a": [{ "b/c": {} }] }), "deep: no text"),
        (json!({ "tags": "x" }), "tags: no list"),
        (json!({ "fy": "2019-20" }), "fy: from 2020-21 to 2026-27"),
        (json!({ "fy": "2027-28" }), "fy: from 2020-21 to 2026-27"),
    ] {
        let reply = post(&simulator, "/rules", &body).await;
        assert_eq!(
            reply.text(),
            json!({ "error": { "code": "E-OBJECT", "status": "400", "message": "Bad request", "detail": reason } }).to_string(),
            "{body}"
        );
    }
    let pan = post(&simulator, "/rules", &json!({ "pan": "x" })).await;
    assert_eq!(pan.text(), r#"{"result_code":102,"http":999,"what":"invalid-pan"}"#);
}

#[tokio::test]
async fn the_reason_is_the_rules_then_the_bodys_or_the_answers_then_the_codes() {
    let simulator = oddities().await;
    let rules = || Request::new("POST", "/oddities/rules").json("{");
    for (request, reason) in [
        (rules(), "no body for /rules"),
        (rules().with("x-sim-outcome", "malformed-request"), "asked for"),
        (rules().with("x-sim-outcome", "body-too-large"), "POST with too long a body"),
    ] {
        let reply = call(&simulator, &request).await;
        assert_eq!(reply.json()["error"]["detail"], reason);
    }
}

#[tokio::test]
async fn forms_and_multipart_bring_the_same_fields() {
    let simulator = oddities().await;
    let expected = json!({ "kind": "b", "flag": true, "count": 4, "ref": "AB1", "joined": "" });
    let form = Request::new("POST", "/oddities/rules")
        .with("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body("kind=b&detail=a+b&flag=yes&count=4&ref=%20ab1");
    assert_eq!(call(&simulator, &form).await.json(), expected);
    let mut body = String::new();
    for (name, value) in
        [("kind", "b"), ("detail", "a b"), ("flag", "yes"), ("count", "4"), ("ref", " ab1")]
    {
        let part =
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.push_str(&part);
    }
    body.push_str("--X--\r\n");
    let multipart = Request::new("POST", "/oddities/rules")
        .with("content-type", "multipart/form-data; boundary=\"X\"")
        .body(body);
    assert_eq!(call(&simulator, &multipart).await.json(), expected);
}
