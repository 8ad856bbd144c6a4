//! Documents and the page that draws them, from outside.

use std::io::Read as _;

use flate2::read::GzDecoder;
use gsp_simulator::Simulator;
use serde_json::Value;

use crate::common::{NOW, Request, WORLD, builder, call, simulator};

async fn document(simulator: &Simulator, target: &str) -> Value {
    let own = simulator.address().to_string();
    let reply = call(simulator, &Request::get(target).with("host", own)).await;
    assert_eq!(reply.status, 200, "{target}");
    assert_eq!(reply.header("content-type"), Some("application/json"));
    reply.json()
}

#[tokio::test]
async fn every_vendor_has_a_document_under_the_name_that_was_called() {
    let simulator = simulator().await;
    for pack in &WORLD.packs {
        let target = format!("/__sim/openapi/{}.json", pack.name);
        let told = document(&simulator, &target).await;
        assert_eq!(told["openapi"], "3.1.0");
        assert_eq!(told["info"]["x-vendor"], pack.name);
        let own = format!("{}/{}", simulator.url(), pack.name);
        assert_eq!(told["servers"][0]["url"], own);
        let host = format!("localhost:{}", simulator.address().port());
        let other = call(&simulator, &Request::get(&target).with("host", &host)).await.json();
        assert_eq!(other["servers"][0]["url"], format!("http://{host}/{}", pack.name));
        assert_eq!(told.to_string(), document(&simulator, &target).await.to_string());
    }
}

#[tokio::test]
async fn an_unknown_vendor_is_a_problem_that_lists_those_there_are() {
    let simulator = simulator().await;
    let reply = call(&simulator, &Request::get("/__sim/openapi/nobody.json")).await;
    assert_eq!(reply.status, 404);
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    let problem = reply.json();
    assert_eq!(problem["detail"], "there is no vendor `nobody`");
    for pack in &WORLD.packs {
        assert!(problem["hint"].as_str().expect("a hint").contains(&pack.name), "{problem}");
    }
}

#[tokio::test]
async fn a_tenants_document_has_its_address_and_its_credentials() {
    let simulator = simulator().await;
    let begin = Request::new("POST", "/__sim/tenants").json(r#"{"name": "blue"}"#);
    assert_eq!(call(&simulator, &begin).await.status, 201);
    let mut told = 0;
    for pack in &WORLD.packs {
        let path = format!("/__sim/openapi/{}.json", pack.name);
        let plain = document(&simulator, &path).await;
        let own = document(&simulator, &format!("/t/blue{path}")).await;
        let url = format!("{}/t/blue/{}", simulator.url(), pack.name);
        assert_eq!(own["servers"][0]["url"], url);
        assert_eq!(own["paths"], plain["paths"]);
        let schemes = |of: &Value| of["components"]["securitySchemes"].clone();
        told += usize::from(schemes(&own) != schemes(&plain));
    }
    assert!(told > 2, "a tenant's keys are its own");
}

#[tokio::test]
async fn files_that_change_make_another_document() {
    let folder = tempfile::tempdir().expect("there is room");
    let (target, title) = ("/__sim/openapi/sixth.json", "One that was added");
    let fixtures = gsp_simulator::pack::folder::Folder::embedded_fixtures();
    let copied = &WORLD.packs[0].name;
    let prefix = format!("{copied}/");
    for path in fixtures.below(&prefix) {
        let source = fixtures.source(&format!("{prefix}{path}")).expect("it is listed");
        let to = folder.path().join("sixth").join(path);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("it can be made");
        std::fs::write(to, source.text.as_bytes()).expect("it can be written");
    }
    let builder = Simulator::builder().now(NOW).and_then(|builder| builder.fixtures(folder.path()));
    let simulator = builder.expect("it can be read").start().await.expect("it is right");
    let first = document(&simulator, target).await;
    assert_eq!(first["info"]["title"], WORLD.packs[0].title);
    assert_eq!(first["components"]["schemas"].as_object().map(|all| all.len() > 1), Some(true));
    let vendor = folder.path().join("sixth/vendor.toml");
    let text = std::fs::read_to_string(&vendor).expect("it is there");
    let text = text
        .replace(&format!("title = \"{}\"", WORLD.packs[0].title), &format!("title = \"{title}\""));
    std::fs::write(&vendor, text).expect("it can be written");
    assert_eq!(call(&simulator, &Request::new("POST", "/__sim/reload")).await.status, 200);
    assert_eq!(document(&simulator, target).await["info"]["title"], title);
}

#[tokio::test]
async fn the_page_has_all_it_is_made_of() {
    let simulator = simulator().await;
    let page = call(&simulator, &Request::get("/__sim/docs")).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").expect("there is a policy");
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
    let files: Vec<&str> =
        page.text().split('"').filter(|text| text.starts_with("docs/")).collect();
    assert_eq!(files.len(), 4, "{files:?}");
    for file in files {
        let plain = call(&simulator, &Request::get(&format!("/__sim/{file}"))).await;
        assert_eq!(plain.status, 200, "{file}");
        assert_eq!(plain.header("content-encoding"), None);
        let kind = if file.ends_with("js") { "text/javascript" } else { "text/css" };
        assert!(plain.header("content-type").is_some_and(|text| text.starts_with(kind)), "{file}");
        assert!(!plain.text().is_empty());
        let asked = Request::get(&format!("/__sim/{file}")).with("accept-encoding", "gzip, br");
        let packed = call(&simulator, &asked).await;
        if packed.header("content-encoding") == Some("gzip") {
            let mut text = Vec::new();
            GzDecoder::new(&packed.body[..]).read_to_end(&mut text).expect("it is whole");
            assert_eq!(text, plain.body, "{file}");
        } else {
            assert_eq!(packed.body, plain.body, "{file}");
        }
    }
    let nothing = call(&simulator, &Request::get("/__sim/docs/page.txt")).await;
    assert_eq!((nothing.status, nothing.json()["status"].as_u64()), (404, Some(404)));
    let index = call(&simulator, &Request::get("/")).await;
    assert!(index.text().contains("/__sim/docs"), "{index:?}");
}

#[tokio::test]
async fn the_page_opens_without_the_token_and_tells_nothing_without_it() {
    let builder = builder().admin_token(Some("s3cret".to_owned()));
    let simulator = builder.start().await.expect("it starts");
    for (target, status) in [
        ("/__sim/docs", 200),
        ("/__sim/docs/page.js", 200),
        ("/t/default/__sim/docs", 200),
        ("/__sim/docsx", 401),
        ("/__sim/openapi.json", 401),
        ("/__sim/openapi/hms.json", 401),
        ("/__sim/credentials", 401),
    ] {
        let reply = call(&simulator, &Request::get(target)).await;
        assert_eq!(reply.status, status, "{target}");
        let foreign = Request::get(target).with("origin", "https://evil.test");
        assert_eq!(call(&simulator, &foreign).await.status, 403, "{target}");
    }
    let known = Request::get("/__sim/openapi.json").with("authorization", "Bearer s3cret");
    assert_eq!(call(&simulator, &known).await.status, 200);
}

#[tokio::test]
async fn whoever_asks_for_found_without_a_number_is_told_of_the_example() {
    let simulator = simulator().await;
    for natural in crate::common::lookups(&WORLD) {
        let endpoint = natural.endpoint();
        if endpoint.consent.is_some() || !endpoint.replies.by_outcome.contains_key("found") {
            continue;
        }
        let asked = |gstin: &str| natural.about(gstin).request().with("x-sim-outcome", "found");
        let example = call(&simulator, &asked("27AAACS0000A1ZG")).await;
        for odd in ["x", "27AAACS", "not a number at all"] {
            let reply = call(&simulator, &asked(odd)).await;
            assert_eq!(reply.status, example.status, "{}: {reply:?}", natural.name());
            let (told, meant) = (reply.text().len(), example.text().len());
            assert!(told.abs_diff(meant) < 40, "{}: {odd}: {reply:?}", natural.name());
        }
    }
}
