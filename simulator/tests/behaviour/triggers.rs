//! The four ways to get an outcome, and which of them wins.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use gsp_simulator::{Simulator, model::gstin::Gstin};
use serde_json::json;

use crate::common::{
    NOW, Natural, Request, WORLD, builder, call, lookups, naturals, record, settled, simulator,
};

/// A number that nobody has, with a right check character.
fn magic_gstin() -> Gstin {
    Gstin::complete("27QQQCQ0000Q1Z").expect("it is well formed")
}

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
    fs::write(path, text).expect("it can be written");
}

#[tokio::test]
async fn every_outcome_and_code_can_be_asked_for_by_header() {
    let simulator = simulator().await;
    for natural in naturals(&WORLD) {
        let endpoint = natural.endpoint();
        let outcomes = endpoint.replies.by_outcome.iter().map(|(name, at)| (name.to_string(), at));
        let codes = endpoint.replies.by_code.iter().map(|(name, at)| (name.clone(), at));
        for (wish, &at) in outcomes.chain(codes) {
            let plan = &endpoint.replies.all[at];
            let reply = call(&simulator, &natural.request().with("X-Sim-Outcome", &wish)).await;
            let record = record(&simulator, &reply);
            let what = format!("{}: {wish}", natural.name());
            assert_eq!(reply.status, plan.status.as_u16(), "{what}");
            assert_eq!(record["via"], "header", "{what}");
            let code = natural.pack.code_of(plan).map_or("", |code| &code.code);
            assert_eq!(record["code"], code, "{what}");
            if endpoint.replies.by_code.get(&wish).is_none() {
                assert_eq!(record["outcome"], wish, "{what}: it is called what was asked for");
            }
        }
    }
}

#[tokio::test]
async fn a_family_stands_for_the_first_of_its_members_that_the_vendor_has() {
    let simulator = simulator().await;
    let mut had = 0;
    for natural in lookups(&WORLD) {
        let reply =
            call(&simulator, &natural.request().with("x-sim-outcome", "rate-limited")).await;
        let members = [
            "api-rate-limited",
            "account-rate-limited",
            "account-daily-limited",
            "api-daily-limited",
        ];
        let own = members.iter().find(|name| natural.endpoint().replies.find(name).is_some());
        match own {
            Some(name) => {
                had += 1;
                assert_eq!(record(&simulator, &reply)["outcome"], *name, "{}", natural.name());
            }
            None => assert_eq!(reply.status, 400, "{}: {reply:?}", natural.name()),
        }
    }
    assert!(had > 3, "most vendors limit how often one may call");
}

#[tokio::test]
async fn an_outcome_the_vendor_does_not_have_is_a_problem_with_the_list_of_those_it_has() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        for wish in ["no-such-outcome", "9999999", "\u{e9}"] {
            let reply = call(&simulator, &natural.request().with("x-sim-outcome", wish)).await;
            assert_eq!(reply.status, 400, "{wish}");
            assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{wish}");
            let problem = reply.json();
            assert_eq!(problem["status"], 400);
            let hint = problem["hint"].as_str().expect("there is a hint");
            for outcome in natural.endpoint().replies.by_outcome.keys() {
                assert!(hint.contains(outcome.as_str()), "{outcome}: {hint}");
            }
            for code in natural.endpoint().replies.by_code.keys() {
                assert!(hint.contains(code), "{code}: {hint}");
            }
        }
    }
}

#[tokio::test]
async fn a_delay_is_waited_for_and_changes_no_word() {
    let simulator = simulator().await;
    let natural = lookups(&WORLD).remove(0);
    for wish in ["found; delay=300ms", "; delay=300ms", "found;delay=100ms;delay=200ms"] {
        let started = Instant::now();
        let reply = call(&simulator, &natural.request().with("x-sim-outcome", wish)).await;
        assert!(started.elapsed() >= Duration::from_millis(300), "{wish}");
        let good = call(&simulator, &natural.request()).await;
        assert_eq!(settled(&reply.body), settled(&good.body), "{wish}");
        assert_eq!(record(&simulator, &reply)["wait_ms"], 300, "{wish}");
    }
}

#[tokio::test]
async fn an_outcome_that_is_asked_for_needs_no_credentials_and_no_right_request() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let mut bare = natural.request();
        bare.headers.clear();
        bare.body.clear();
        let reply = call(&simulator, &bare.with("x-sim-outcome", "found")).await;
        assert_eq!(reply.status, 200, "{}: {reply:?}", natural.name());
        assert_eq!(record(&simulator, &reply)["outcome"], "found");
    }
}

/// A simulator with a magic number that gives `internal-error` and a story that gives `not-found`.
async fn all_four() -> (Simulator, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("there is room");
    let magic = magic_gstin();
    write(
        folder.path(),
        "fixtures/taxpayers/magic.toml",
        &format!("[[magic]]\ngstin = \"{magic}\"\noutcome = \"internal-error\"\n"),
    );
    write(
        folder.path(),
        "scenarios/story.toml",
        "name = \"story\"\nabout = \"One call finds nobody\"\n\
         [[rule]]\nwhen = { calls = \"1\" }\nanswer = \"not-found\"\n",
    );
    let simulator = Simulator::builder()
        .now(NOW)
        .and_then(|builder| builder.fixtures(folder.path().join("fixtures")))
        .and_then(|builder| builder.scenarios(folder.path().join("scenarios")))
        .expect("the folders can be read")
        .start()
        .await
        .expect("the files are right");
    (simulator, folder)
}

#[tokio::test]
async fn the_header_wins_over_the_story_over_the_magic_number_over_the_cause() {
    let (simulator, _folder) = all_four().await;
    for natural in lookups(&simulator.world()) {
        let natural: Natural = natural.about(magic_gstin().as_str());
        let url = "/__sim/scenarios/story";
        let begun = call(&simulator, &Request::new("PUT", url)).await;
        assert_eq!(begun.status, 200);
        let name = natural.name();
        // All four at once: the call itself is wrong, for nobody says who calls.
        let mut wrong = natural.request();
        wrong.headers.retain(|(name, _)| name == "content-type");
        let via = async |request: Request| record(&simulator, &call(&simulator, &request).await);

        let one = via(wrong.clone().with("x-sim-outcome", "unauthenticated")).await;
        assert_eq!(
            (&one["via"], &one["outcome"]),
            (&json!("header"), &json!("unauthenticated")),
            "{name}"
        );
        assert_eq!(call(&simulator, &Request::new("PUT", url)).await.status, 200);
        let two = via(wrong.clone()).await;
        assert_eq!(
            (&two["via"], &two["outcome"]),
            (&json!("scenario"), &json!("not-found")),
            "{name}"
        );
        let three = via(wrong).await;
        let internal = WORLD.vocabulary.nearest(&natural.endpoint().replies, "internal-error");
        let internal =
            &natural.endpoint().replies.all[internal.expect("each has trouble of its own")];
        assert_eq!(three["via"], "magic-gstin", "{name}");
        assert_eq!(three["outcome"], internal.outcome.as_str(), "{name}");
        let four = via(natural.about("27AAACS0000A1ZG").request()).await;
        assert_eq!((&four["via"], &four["outcome"]), (&json!("cause"), &json!("found")), "{name}");
    }
}

#[tokio::test]
async fn scripted_gstins_bypass_the_format_checks() {
    let simulator = builder().start().await.expect("it starts");
    let mut tried = 0;
    for natural in lookups(&WORLD) {
        for (gstin, wish) in &natural.pack.scripted.exact {
            let about = natural.about(gstin);
            let reply = call(&simulator, &about.request()).await;
            let record = record(&simulator, &reply);
            let expected = natural.endpoint().replies.find(wish).map_or("cause", |_| "magic-gstin");
            assert_eq!(record["via"], expected, "{}: {gstin}", natural.name());
            if expected == "magic-gstin" {
                tried += 1;
                assert_eq!(record["outcome"], wish.as_str(), "{}: {gstin}", natural.name());
                assert!(gstin.parse::<Gstin>().is_err(), "{gstin} would pass the checks anyhow");
            }
        }
    }
    assert!(tried > 1, "some vendors script some numbers");
}
