//! How faults are asked for, and what the journal says of them.

use serde_json::json;

use super::*;
use crate::common::settled;

#[tokio::test]
async fn a_fault_needs_no_outcome_and_several_add_up() {
    let simulator = simulator().await;
    let whole = whole(&simulator).await;
    let wish = "; fault=truncated-body(keep-bytes=5); fault=latency(delay-ms=50); delay=20ms";
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(&natural().request().with("x-sim-outcome", wish).bytes()).await;

    let (bytes, ending) = connection.rest(PATIENCE).await;

    assert_eq!((split(&bytes).1, ending), (whole[..5].to_vec(), Ending::Closed));
    let record = newest(&simulator).await;
    assert_eq!(record["faults"], json!(["truncated-body", "latency", "latency"]));
    assert_eq!(record["wait_ms"], 70);
    assert_eq!(record["via"], "cause", "nothing was wished of the answer");
}

#[tokio::test]
async fn a_fault_there_is_not_is_a_problem_that_lists_those_there_are() {
    let simulator = simulator().await;
    for (wish, says) in [
        ("found; fault=conection-reset", "there is no fault `conection-reset`"),
        ("found; fault=", "there is no fault ``"),
        ("found; fault=drip(rate=1)", "unknown field `rate`, expected"),
        ("found; fault=drip(bytes-per-second=0)", "no speed"),
        ("found; fault=hang(for-ms=600001)", "ten minutes"),
        ("found; fault=hang(chance=1.5)", "from 0 to 1"),
        ("found; fault=latency", "in one way"),
        ("found; delay=soon", "`delay=soon` is no time"),
        ("found; delay=601s", "ten minutes"),
        ("found; later=1s", "`later=1s` is nothing"),
    ] {
        let request = natural().request().with("x-sim-outcome", wish);
        let reply = call(&simulator, &request).await;

        assert_eq!(reply.status, 400, "{wish}");
        let problem = reply.json();
        let detail = problem["detail"].as_str().expect("there is a detail");
        assert!(detail.contains(says), "{wish}: {detail}");
        assert!(problem["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{wish}");
        if says.contains("there is no fault") {
            let hint = problem["hint"].as_str().expect("there is a hint");
            for kind in gsp_simulator::fault::Fault::KINDS {
                assert!(hint.contains(kind), "{kind}: {hint}");
            }
        }
    }
}

#[tokio::test]
async fn the_same_seed_breaks_the_same_calls() {
    let broken = async |seed: u64| {
        let builder = Simulator::builder().seed(seed);
        let simulator = builder.start().await.expect("a port is free");
        let mut broken = Vec::new();
        for _ in 0..60 {
            let request = with_fault("close-without-reply(chance=0.5)");
            let mut connection = Connection::open(simulator.address()).await;
            connection.send(&request.bytes()).await;
            broken.push(connection.reply().await.is_err());
        }
        broken
    };

    let one = broken(7).await;
    let count = one.iter().filter(|broken| **broken).count();
    assert!((15..=45).contains(&count), "about half: {count} of 60");
    assert_eq!(broken(7).await, one);
    assert_ne!(broken(8).await, one);
}

#[tokio::test]
async fn a_fault_whose_chance_does_not_hold_changes_no_byte() {
    let simulator = simulator().await;
    let good = call(&simulator, &natural().request()).await;

    let reply = call(&simulator, &with_fault("connection-reset(chance=0)")).await;

    assert_eq!(settled(&reply.body), settled(&good.body));
    assert_eq!(newest(&simulator).await["faults"], json!([]));
}

#[tokio::test]
async fn a_story_breaks_replies_too() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let story = r#"
        name = "breaks"
        about = "The second call is reset in the middle of its body"
        [[rule]]
        when = { calls = "2" }
        faults = [{ connection-reset = { after-bytes = 3 } }]
    "#;
    std::fs::write(folder.path().join("breaks.toml"), story).expect("it can be written");
    let simulator = Simulator::builder()
        .scenarios(folder.path())
        .expect("the folder is there")
        .scenario("breaks")
        .start()
        .await
        .expect("the story can be played");

    let mut endings = Vec::new();
    for _ in 0..3 {
        let mut connection = Connection::open(simulator.address()).await;
        connection.send(&natural().request().bytes()).await;
        endings.push(connection.rest(MOMENT).await.1);
    }

    assert_eq!(endings, [Ending::Open, Ending::Reset, Ending::Open]);
    let told = call(&simulator, &Request::get("/__sim/scenarios/breaks")).await.json();
    let rule = told["rules"][0]["told"].as_str().expect("a rule is told");
    assert!(rule.contains("whose connection is reset after 3 bytes of the body"), "{rule}");
}
