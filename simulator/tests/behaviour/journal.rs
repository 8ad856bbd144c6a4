//! The journal over HTTP: filters, cursor, what left, what is never kept.

use gsp_simulator::{journal::Bounds, pack::file::AuthPlace};
use serde_json::Value;

use crate::common::{Request, WORLD, builder, call, lookups, record, simulator};

fn ids(page: &Value) -> Vec<u64> {
    let all = page["exchanges"].as_array().expect("it is a list");
    all.iter().map(|one| one["id"].as_u64().expect("it is a number")).collect()
}

#[tokio::test]
async fn filters_leave_what_fits_them_all() {
    let simulator = simulator().await;
    let all = lookups(&WORLD);
    for natural in &all {
        call(&simulator, &natural.request()).await;
        call(&simulator, &natural.request().with("x-sim-outcome", "unauthenticated")).await;
    }
    let page = async |query: &str| {
        call(&simulator, &Request::get(&format!("/__sim/journal?{query}"))).await.json()
    };
    assert_eq!(ids(&page("").await).len(), all.len() * 2);
    for (at, natural) in all.iter().enumerate() {
        let (vendor, endpoint) = (&natural.pack.name, &natural.endpoint().name);
        let own = page(&format!("vendor={vendor}&endpoint={endpoint}")).await;
        let first = at as u64 * 2 + 1;
        assert_eq!(ids(&own), [first, first + 1]);
        let found = page(&format!("vendor={vendor}&endpoint={endpoint}&outcome=found")).await;
        assert_eq!(ids(&found), [first]);
        let gstin = found["exchanges"][0]["gstin"].as_str().expect("it was about one");
        assert_eq!(gstin.len(), 15);
        assert!(ids(&page(&format!("gstin={gstin}&status=200")).await).contains(&first));
        let refused = &own["exchanges"][1];
        let code = refused["code"].as_str().expect("it is a text");
        assert!(ids(&page(&format!("code={code}")).await).contains(&(first + 1)));
    }
    assert_eq!(ids(&page("vendor=nobody").await), [0; 0]);
    let wrong = call(&simulator, &Request::get("/__sim/journal?vender=x")).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(wrong.header("content-type"), Some("application/problem+json"));
    assert!(wrong.json()["hint"].as_str().is_some_and(|hint| hint.contains("vendor")));
    assert_eq!(call(&simulator, &Request::get("/__sim/journal?limit=-1")).await.status, 400);
}

#[tokio::test]
async fn a_cursor_reads_each_exchange_once_and_says_when_some_left() {
    let bounds = Bounds { exchanges: 10, ..Bounds::default() };
    let simulator = builder().journal(bounds).start().await.expect("it starts");
    let natural = &lookups(&WORLD)[0];
    let page = async |after: u64, limit: u64| {
        let target = format!("/__sim/journal?after={after}&limit={limit}");
        call(&simulator, &Request::get(&target)).await.json()
    };
    for _ in 0..7 {
        call(&simulator, &natural.request()).await;
    }
    let first = page(0, 3).await;
    assert_eq!(
        (ids(&first), &first["truncated"], &first["next"]),
        (vec![1, 2, 3], &false.into(), &3.into())
    );
    for _ in 0..7 {
        call(&simulator, &natural.request()).await;
    }
    let second = page(3, 100).await;
    assert_eq!(ids(&second), (5..=14).collect::<Vec<_>>());
    assert_eq!((&second["truncated"], &second["next"]), (&true.into(), &14.into()));
    let third = page(14, 100).await;
    assert_eq!((ids(&third), &third["truncated"]), (Vec::new(), &false.into()));

    assert_eq!(call(&simulator, &Request::get("/__sim/journal/14")).await.json()["id"], 14);
    for gone in ["4", "15", "x", "-1"] {
        let reply = call(&simulator, &Request::get(&format!("/__sim/journal/{gone}"))).await;
        assert_eq!(reply.status, 404, "{gone}");
    }
    assert_eq!(call(&simulator, &Request::new("DELETE", "/__sim/journal")).await.status, 204);
    let empty = page(0, 100).await;
    assert_eq!((ids(&empty), &empty["truncated"]), (Vec::new(), &true.into()));
}

#[tokio::test]
async fn credentials_are_nowhere_in_the_journal() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let scheme = natural.endpoint().scheme.expect("look-ups ask who calls");
        let mut secrets = Vec::new();
        for part in &natural.pack.schemes[scheme].parts {
            if let AuthPlace::Header(name) = &part.place {
                let (_, value) =
                    natural.headers.iter().find(|(known, _)| known == name).expect("sent");
                secrets.push(value.split_whitespace().last().expect("it is no space").to_owned());
            }
        }
        assert!(!secrets.is_empty(), "{}", natural.name());
        call(&simulator, &natural.request()).await;
        call(&simulator, &Request { target: "/nobody".to_owned(), ..natural.request() }).await;
        let own = format!("/{}/no/such/path", natural.pack.name);
        call(&simulator, &Request { target: own, ..natural.request() }).await;
        let wish = natural.request().with("x-sim-outcome", "nonsense");
        call(&simulator, &wish).await;
        let page = call(&simulator, &Request::get("/__sim/journal?limit=1000")).await;
        for secret in &secrets {
            assert!(!page.text().contains(secret.as_str()), "{}: {secret}", natural.name());
        }
        assert!(page.text().contains("***"), "{}", natural.name());
    }
}

#[tokio::test]
async fn request_and_reply_are_kept_as_they_went() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let request = natural.request().with("x-note", "kept");
        let reply = call(&simulator, &request).await;
        let id = reply.header("x-sim-exchange").expect("it is named");
        let kept = call(&simulator, &Request::get(&format!("/__sim/journal/{id}"))).await.json();
        assert_eq!(kept["at"], "2026-11-21T04:30:00Z");
        assert_eq!(kept["account"], "default");
        assert_eq!(kept["request"]["method"], request.method);
        assert_eq!(kept["request"]["target"], natural.target());
        assert_eq!(kept["request"]["body"], String::from_utf8_lossy(&request.body).as_ref());
        let headers = kept["request"]["headers"].as_array().expect("it is a list");
        assert!(headers.contains(&serde_json::json!(["x-note", "kept"])), "{headers:?}");
        assert_eq!(kept["reply"]["status"], reply.status);
        assert_eq!(kept["reply"]["body"], reply.text());
        let headers = kept["reply"]["headers"].as_array().expect("it is a list");
        assert!(headers.contains(&serde_json::json!(["x-sim-exchange", id])), "{headers:?}");
    }
}

#[tokio::test]
async fn a_refusal_says_what_did_not_fit() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let scheme = natural.endpoint().scheme.expect("look-ups ask who calls");
        let parts = &natural.pack.schemes[scheme].parts;
        let bare = parts.iter().fold(natural.request(), |request, part| match &part.place {
            AuthPlace::Header(name) => request.without(name),
            _ => request,
        });
        let reply = call(&simulator, &bare).await;
        let hint = reply.header("x-sim-hint").unwrap_or_default().to_owned();
        let named = format!("gspsim credentials --vendor {}", natural.pack.name);
        assert!(hint.contains(&named), "{}: {hint:?}", natural.name());
        assert_eq!(record(&simulator, &reply)["hint"], hint.as_str());
    }
}
