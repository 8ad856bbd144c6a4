//! Who may use the admin API, and how it says no.

use gsp_simulator::Simulator;

use crate::common::{Reply, Request, builder, call, simulator};

fn is_problem(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{reply:?}");
    let problem = reply.json();
    assert_eq!(problem["status"], status);
    for key in ["type", "title", "detail"] {
        assert!(problem[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {problem}");
    }
}

const PLACES: [&str; 5] =
    ["/__sim/health", "/__sim/journal", "/__sim/scenarios", "/__sim/", "/__sim/nonsense"];

#[tokio::test]
async fn requests_of_other_web_pages_are_refused() {
    let simulator = simulator().await;
    let own = format!("127.0.0.1:{}", simulator.address().port());
    for place in PLACES {
        for origin in ["https://evil.test", "null", "http://localhost:1", "http://127.0.0.1"] {
            let request = Request::get(place).with("host", &own).with("origin", origin);
            is_problem(&call(&simulator, &request).await, 403);
        }
    }
    let preflight = Request::new("OPTIONS", "/__sim/journal")
        .with("origin", "https://evil.test")
        .with("access-control-request-method", "DELETE");
    let reply = call(&simulator, &preflight).await;
    is_problem(&reply, 403);
    assert!(!reply.head.to_ascii_lowercase().contains("access-control-allow"), "{reply:?}");
    let page =
        Request::get("/__sim/health").with("host", &own).with("origin", format!("http://{own}"));
    assert_eq!(call(&simulator, &page).await.status, 200, "a page of ours may");
}

#[tokio::test]
async fn a_foreign_name_that_points_here_is_refused() {
    let simulator = simulator().await;
    for place in PLACES {
        for host in [
            "evil.test",
            "evil.test:4777",
            "localhost.evil.test",
            "10.1.2.3",
            "127.0.0.1.nip.test",
            "[2001:db8::1]",
            "0.0.0.0",
            "\u{e9}",
        ] {
            is_problem(&call(&simulator, &Request::get(place).with("host", host)).await, 403);
        }
    }
    for host in ["localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:80"] {
        let reply = call(&simulator, &Request::get("/__sim/health").with("host", host)).await;
        assert_eq!(reply.status, 200, "{host}");
    }
    let both = Request::get("/__sim/health").with("host", "localhost").and("host", "evil.test");
    assert_ne!(call(&simulator, &both).await.status, 200, "two names are one too many");
}

async fn guarded() -> Simulator {
    builder().admin_token(Some("s3cret".to_owned())).start().await.expect("it starts")
}

#[tokio::test]
async fn a_token_is_wanted_where_one_is_set() {
    let simulator = guarded().await;
    for place in PLACES {
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer s3cre",
            "Bearer s3cret2",
            "Basic s3cret",
            "s3cret",
            "Bearer \u{e9}",
        ] {
            let reply = call(&simulator, &Request::get(place).with("authorization", wrong)).await;
            is_problem(&reply, 401);
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        }
        is_problem(&call(&simulator, &Request::get(place)).await, 401);
    }
    for right in ["Bearer s3cret", "bearer s3cret", "Bearer  s3cret"] {
        let request = Request::get("/__sim/health").with("authorization", right);
        assert_eq!(call(&simulator, &request).await.status, 200, "{right}");
    }
    // With a token, other names are fine, other pages are not.
    let request = Request::get("/__sim/health").with("authorization", "Bearer s3cret");
    let named = request.clone().with("host", "sim.example.test");
    assert_eq!(call(&simulator, &named).await.status, 200);
    is_problem(&call(&simulator, &request.with("origin", "https://evil.test")).await, 403);
}

#[tokio::test]
async fn vendors_need_no_admin_token() {
    let simulator = guarded().await;
    let natural = &crate::common::lookups(&crate::common::WORLD)[0];
    assert_eq!(call(&simulator, &natural.request()).await.status, 200);
    let page = natural.request().with("origin", "https://shop.test").with("host", "any.test");
    assert_eq!(call(&simulator, &page).await.status, 200, "a vendor is for everybody");
}

#[tokio::test]
async fn what_is_not_there_and_what_cannot_be_done_are_problems() {
    let simulator = simulator().await;
    for place in ["/__sim/nonsense", "/__sim//health", "/__sim/health/more", "/__sim/taxpayers/x"] {
        is_problem(&call(&simulator, &Request::get(place)).await, 404);
    }
    for (method, place) in [
        ("POST", "/__sim/health"),
        ("PUT", "/__sim/journal"),
        ("PATCH", "/__sim/scenarios/gstn-down"),
    ] {
        let reply = call(&simulator, &Request::new(method, place)).await;
        is_problem(&reply, 405);
        assert!(reply.header("allow").is_some(), "{reply:?}");
    }
    let rotate = Request::new("PUT", "/__sim/gstn/certificate/rotate");
    let long = rotate.body("x".repeat(100_000));
    assert_eq!(call(&simulator, &long).await.status, 200, "a body that nobody reads is no harm");
}

#[tokio::test]
async fn health_and_version_are_told() {
    let simulator = simulator().await;
    let health = call(&simulator, &Request::get("/__sim/health")).await.json();
    assert_eq!(
        (&health["status"], &health["vendors"]),
        (&"ok".into(), &simulator.world().packs.len().into())
    );
    assert_eq!(call(&simulator, &Request::get("/__sim/ready")).await.status, 200);
    let version = call(&simulator, &Request::get("/__sim/version")).await.json();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
}
