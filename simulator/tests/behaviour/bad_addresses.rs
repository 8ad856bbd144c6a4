//! Addresses, methods and headers that are odd or wrong.

use std::sync::Arc;

use gsp_simulator::{
    Simulator,
    pack::file::{AuthPlace, FieldPlace},
    world::{Ingredients, World},
};

use crate::common::{
    Connection, Natural, Reply, Request, WORLD, builder, call, escape_all, lookups, naturals,
    record, settled, simulator,
};

/// What an edge gives: the pack's reply, or a plain one.
fn is_edge(
    simulator: &Simulator,
    natural: &Natural,
    reply: &Reply,
    edge: Option<usize>,
    bare: (u16, &str),
) {
    let pack = &natural.pack;
    let plan = edge.map(|index| &pack.replies.all[index]);
    let what = format!("{}: {reply:?}", natural.name());
    assert_eq!(reply.status, plan.map_or(bare.0, |plan| plan.status.as_u16()), "{what}");
    assert_eq!(reply.body.is_empty(), plan.is_none(), "{what}");
    assert!(reply.header("x-sim-hint").is_some(), "{what}");
    let record = record(simulator, reply);
    assert_eq!(record["outcome"], plan.map_or(bare.1, |plan| plan.outcome.as_str()), "{what}");
    let code = plan.and_then(|plan| pack.code_of(plan)).map_or("", |code| &code.code);
    assert_eq!(record["code"], code, "{what}");
}

#[tokio::test]
async fn an_unknown_path_gets_the_vendors_answer_or_a_plain_404() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let root = format!("/{}", natural.pack.name);
        let path = natural.endpoint().path.clone();
        let target = natural.target();
        let target = target.split('?').next().expect("it has a path");
        for odd in [
            format!("{root}/no/such/path"),
            format!("{root}{target}/more"),
            format!("{root}/{target}"),
            format!("{root}/..{target}"),
            format!("{root}/./{target}"),
            format!("{root}/%2e%2e/%2e%2e/etc/passwd"),
            format!("{root}/%00"),
            format!("{root}/{}", "deep/".repeat(2_000)),
        ] {
            let reply = call(&simulator, &Request { target: odd, ..natural.request() }).await;
            is_edge(
                &simulator,
                &natural,
                &reply,
                natural.pack.edges.unknown_path,
                (404, "unknown-route"),
            );
            let hint = reply.header("x-sim-hint").expect("there is a hint");
            assert!(hint.contains("the closest is"), "{path}: {hint}");
        }
    }
}

#[tokio::test]
async fn a_known_path_with_another_method_says_so() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let own = natural.endpoint().method.as_str();
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW", "get"] {
            if method == own {
                continue;
            }
            let request = Request { method: method.to_owned(), ..natural.request() };
            let reply = call(&simulator, &request).await;
            let edge = natural.pack.edges.wrong_method;
            is_edge(&simulator, &natural, &reply, edge, (405, "wrong-method"));
            assert_eq!(edge.is_none(), reply.header("allow").is_some(), "{reply:?}");
            assert!(reply.header("x-sim-hint").is_some_and(|hint| hint.contains(own)), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let simulator = simulator().await;
    for natural in naturals(&WORLD) {
        let mut connection = Connection::open(simulator.address()).await;
        let request = Request { method: "HEAD".to_owned(), ..natural.request() };
        connection.send(&request.bytes()).await;
        let head = connection.reply_head().await.expect("it is answered");
        // What follows on the connection is the next reply: no body was sent.
        connection.send(&natural.request().bytes()).await;
        let get = connection.reply().await.expect("it is answered");
        if natural.endpoint().method == "GET" {
            assert_eq!(head.status, get.status, "{}", natural.name());
            assert_eq!(head.header("content-type"), get.header("content-type"));
            assert_eq!(head.header("content-length"), get.header("content-length"));
        } else {
            let plan =
                natural.pack.edges.wrong_method.map(|index| &natural.pack.replies.all[index]);
            assert_eq!(head.status, plan.map_or(405, |plan| plan.status.as_u16()));
        }
    }
}

#[tokio::test]
async fn a_target_in_absolute_form_is_a_path() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let good = call(&simulator, &natural.request()).await;
        let mut request = natural.request();
        request.target = format!("{}{}", simulator.url(), request.target);
        let reply = call(&simulator, &request).await;
        assert_eq!((reply.status, settled(&reply.body)), (good.status, settled(&good.body)));
    }
    let reply = call(&simulator, &Request::new("OPTIONS", "*")).await;
    assert_eq!(reply.status, 404, "{reply:?}");
    let reply = call(&simulator, &Request::new("CONNECT", "localhost:80")).await;
    assert!((400..500).contains(&reply.status), "{reply:?}");
}

#[tokio::test]
async fn a_percent_encoded_part_of_a_path_is_decoded() {
    let simulator = simulator().await;
    let mut tried = 0;
    for natural in lookups(&WORLD) {
        let good = call(&simulator, &natural.request()).await;
        for (_, value) in &natural.path {
            let mut request = natural.request();
            request.target = request.target.replace(value, &escape_all(value));
            let reply = call(&simulator, &request).await;
            assert_eq!(settled(&reply.body), settled(&good.body), "{}", request.target);
            tried += 1;
        }
        if natural.gstin_place() == FieldPlace::Path {
            let mut request = natural.request();
            let (_, gstin) = natural.path.last().expect("it is in the path");
            request.target = request.target.replace(gstin, "");
            let reply = call(&simulator, &request).await;
            let edge = natural.pack.edges.unknown_path;
            is_edge(&simulator, &natural, &reply, edge, (404, "unknown-route"));
        }
    }
    assert!(tried > 5, "several vendors have such parts");
}

#[tokio::test]
async fn header_names_are_taken_in_any_case() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let good = call(&simulator, &natural.request()).await;
        for turn in [str::to_ascii_uppercase, str::to_ascii_lowercase] {
            let mut request = natural.request();
            for (name, _) in &mut request.headers {
                *name = turn(name);
            }
            let reply = call(&simulator, &request).await;
            assert_eq!(settled(&reply.body), settled(&good.body), "{}", natural.name());
        }
    }
}

#[tokio::test]
async fn header_values_of_any_bytes_harm_nobody() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let good = call(&simulator, &natural.request()).await;
        let mut request =
            natural.request().and("x-note", b"\xFF\xFE \xE9").and("user-agent", "नमस्ते");
        request = request.and("accept-language", "").and("cookie", "a=\tb").and("cookie", "c");
        let reply = call(&simulator, &request).await;
        assert_eq!(settled(&reply.body), settled(&good.body), "{}", natural.name());
        assert!(record(&simulator, &reply)["request"]["headers"].to_string().contains("नमस्ते"));
        for bad in [b"a\0b".as_slice(), b"a\x01b", b"a\x7fb", b"a\rb"] {
            let reply = call(&simulator, &natural.request().and("x-note", bad)).await;
            assert_eq!(reply.status, 400, "{}: {bad:?}: {reply:?}", natural.name());
        }
    }
}

#[tokio::test]
async fn odd_credentials_are_wrong_credentials_and_the_first_of_two_counts() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let endpoint = natural.endpoint();
        let scheme = &natural.pack.schemes[endpoint.scheme.expect("look-ups ask who calls")];
        let wrong = &endpoint.replies.all[endpoint.auth_wrong.expect("it says so")];
        for part in &scheme.parts {
            let AuthPlace::Header(name) = &part.place else { continue };
            let own = natural.headers.iter().find(|(known, _)| known == name).expect("it is sent");
            for odd in
                [b"\xE9\xE9\xE9".as_slice(), b"Basic \xF0\x9F\x98\x80", b"x", b"Bearer x y z"]
            {
                let reply = call(&simulator, &natural.request().with(name, odd)).await;
                assert_eq!(
                    reply.status,
                    wrong.status.as_u16(),
                    "{}: {odd:?}: {reply:?}",
                    natural.name()
                );
                assert_eq!(record(&simulator, &reply)["outcome"], wrong.outcome.as_str());
                let second = natural.request().without(name).and(name, odd).and(name, &own.1);
                assert_eq!(call(&simulator, &second).await.status, wrong.status.as_u16());
            }
            let first = natural.request().and(name, "x");
            assert_eq!(call(&simulator, &first).await.status, 200, "{}", natural.name());
            let missing = &endpoint.replies.all[endpoint.auth_missing.expect("it says so")];
            for nothing in [natural.request().without(name), natural.request().with(name, "  ")] {
                let reply = call(&simulator, &nothing).await;
                assert_eq!(reply.status, missing.status.as_u16(), "{}: {reply:?}", natural.name());
            }
        }
    }
}

#[tokio::test]
async fn a_panic_of_ours_costs_one_call_its_answer_and_nobody_else_anything() {
    let mut world = World::load(&Ingredients::default()).expect("what ships can be loaded");
    let pack = Arc::get_mut(&mut world.packs[0]).expect("nobody else has the pack yet");
    pack.endpoints[0].success = usize::MAX;
    let world = Arc::new(world);
    let simulator = builder().world(Arc::clone(&world)).start().await.expect("it starts");
    let all = naturals(&world);

    let mut connection = Connection::open(simulator.address()).await;
    for _ in 0..3 {
        connection.send(&all[0].request().bytes()).await;
        let reply = connection.reply().await.expect("it is answered");
        assert_eq!(reply.status, 500, "{reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    }
    for natural in &all[1..] {
        let reply = call(&simulator, &natural.request()).await;
        assert_eq!(record(&simulator, &reply)["via"], "cause", "{}", natural.name());
    }
}
