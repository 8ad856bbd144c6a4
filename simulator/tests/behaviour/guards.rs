//! What tests in Rust hold on to: stories that end, expectations that are looked at.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    panic::{AssertUnwindSafe, catch_unwind},
};

use gsp_simulator::{TestTenant, journal::Query, verify::Calls};

use crate::common::{Natural, Request, WORLD, builder, call, lookups, simulator};

fn first() -> Natural {
    lookups(&WORLD).remove(0)
}

/// What dropping says when it panics.
fn dropped<T>(guard: T) -> Option<String> {
    let told = catch_unwind(AssertUnwindSafe(|| drop(guard))).err();
    told.map(|told| told.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[tokio::test]
async fn a_story_ends_with_its_guard() {
    let simulator = simulator().await;
    let active = async || {
        let all = call(&simulator, &Request::get("/__sim/scenarios")).await.json();
        all["active"].as_array().map_or(0, Vec::len)
    };
    {
        let _story = simulator.play("gstn-down");
        assert_eq!(active().await, 1);
        assert_ne!(call(&simulator, &first().request()).await.status, 200);
    }
    assert_eq!(active().await, 0);
    assert_eq!(call(&simulator, &first().request()).await.status, 200);
}

#[tokio::test]
async fn an_expectation_that_holds_says_nothing() {
    let simulator = simulator().await;
    let natural = first();
    call(&simulator, &natural.request()).await;
    let once = simulator.expect(natural.pack.name.as_str()).exactly(1);
    let endpoint = simulator.expect(natural.name().as_str());
    let never = simulator.expect(Calls::any().status(599)).never();
    assert!(!once.findings().ok, "what came before does not count");
    call(&simulator, &natural.request()).await;
    assert!(once.findings().ok);
    for guard in [once, endpoint, never] {
        assert_eq!(dropped(guard), None);
    }
}

#[tokio::test]
async fn an_expectation_that_does_not_hold_says_what_came_closest() {
    let simulator = simulator().await;
    let natural = first();
    let vendor = natural.pack.name.clone();
    let twice = simulator.expect(Calls::to(&vendor).outcome("not-found")).exactly(2);
    call(&simulator, &natural.request()).await;
    let told = dropped(twice).expect("it panics");
    for part in [
        "tests/behaviour/guards.rs:",
        "exactly 2 wanted, none came",
        "outcome: \"not-found\" wanted, \"found\" found",
    ] {
        assert!(told.contains(part), "{told}");
    }
    let order = simulator
        .expect(vendor.as_str())
        .in_order([Calls::any().status(504), Calls::any().status(200)]);
    call(&simulator, &natural.request()).await;
    assert!(dropped(order).expect("it panics").contains("number 1 of 2 in order"));
    let after = simulator.expect(vendor.as_str()).none_after(Calls::any().outcome("found"));
    call(&simulator, &natural.request()).await;
    call(&simulator, &natural.request()).await;
    assert!(dropped(after).expect("it panics").contains("none may come after"));
}

#[tokio::test]
async fn a_test_that_panics_already_is_told_no_more() {
    let simulator = simulator().await;
    let vendor = first().pack.name.clone();
    let told = catch_unwind(AssertUnwindSafe(|| {
        let _twice = simulator.expect(vendor.as_str()).exactly(2);
        panic!("the first trouble");
    }));
    let told = told.expect_err("it panics");
    assert_eq!(told.downcast_ref::<&str>(), Some(&"the first trouble"));
}

#[tokio::test]
async fn names_that_nothing_has_panic_at_once() {
    let simulator = simulator().await;
    let vendor = first().pack.name.clone();
    let unknown = [
        catch_unwind(AssertUnwindSafe(|| drop(simulator.play("gstn-donw")))),
        catch_unwind(AssertUnwindSafe(|| drop(simulator.expect(format!("{vendor}x").as_str())))),
    ];
    for (told, says) in unknown.into_iter().zip(["did you mean `gstn-down`?", "did you mean"]) {
        let told = told.expect_err("it panics");
        let told = told.downcast_ref::<String>().expect("it says why");
        assert!(told.contains(says), "{told}");
    }
}

#[tokio::test]
async fn tenants_see_only_their_own_stories_and_calls() {
    let simulator = simulator().await;
    let natural = first();
    let vendor = natural.pack.name.as_str();
    let (one, other) = (simulator.tenant(), simulator.tenant());
    assert_ne!(one.name(), other.name());
    let of = |tenant: &TestTenant| {
        let own = tenant.headers(vendor);
        own.iter().fold(natural.request(), |request, (name, value)| request.with(name, value))
    };
    let (as_one, as_other) = (of(&one), of(&other));
    assert_ne!(as_one.headers, as_other.headers, "each has credentials of its own");
    let _story = one.play("gstn-down");
    let failed = one.expect(Calls::to(vendor).status(200)).never();
    let once = other.expect(Calls::to(vendor).status(200)).exactly(1);
    assert_ne!(call(&simulator, &as_one).await.status, 200);
    assert_eq!(call(&simulator, &as_other).await.status, 200);
    assert!(failed.findings().ok && once.findings().ok);
    assert_eq!(
        simulator.journal(&Query::default()).exchanges.len(),
        0,
        "the default one saw nothing"
    );
    assert_eq!((one.coverage().calls, other.coverage().calls), (1, 1));

    let prefixed = Request {
        target: one.url(vendor).replace(simulator.url(), "") + &natural.target(),
        ..natural.request()
    };
    assert_ne!(call(&simulator, &prefixed).await.status, 200, "the prefix says whose it is");
    let name = other.name().to_owned();
    drop((once, other));
    let gone = call(&simulator, &Request::get(&format!("/__sim/tenants/{name}"))).await;
    assert_eq!(gone.status, 404);
}

#[test]
fn who_is_not_async_gets_a_simulator_too() {
    let simulator = builder().start_blocking().expect("it starts");
    let _story = simulator.play("gstn-down");
    let natural = first();
    let vendor = natural.pack.name.clone();
    let _once = simulator.expect(vendor.as_str()).exactly(1);
    let (address, bytes) =
        (simulator.address(), natural.request().with("connection", "close").bytes());
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(&bytes).expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    assert!(!text.starts_with("HTTP/1.1 200"), "{text}");
    assert_eq!(simulator.coverage().calls, 1);
    assert_eq!(simulator.journal(&Query::default()).exchanges.len(), 1);
}
