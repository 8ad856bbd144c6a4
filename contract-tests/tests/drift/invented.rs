//! Nothing is invented: a simulator with other taxpayers has no drift.

use std::sync::Arc;

use gsp_contract_tests::{
    case::{Case, Suite},
    drift::{Expected, expected::about},
    target::Target,
};
use gsp_simulator::{Simulator, world::Ingredients};

/// Whose taxpayers the live side has.
const SEED: u64 = 4711;

fn suite() -> Suite {
    Suite::load(&Ingredients::default()).expect("the packs are sound")
}

async fn live(suite: &Suite) -> Target {
    let simulator = Simulator::builder().world(Arc::clone(&suite.world)).seed(SEED);
    let started = simulator.start().await.expect("a free port is there");
    Target::of(started).await.expect("it answers")
}

async fn told(expected: &Expected, live: &Target, case: &Case) -> Vec<String> {
    let answer = live.ask(case).await.expect("the live side answers");
    let exchange = answer.exchange.clone().unwrap_or_default();
    if exchange.outcome != case.outcome || exchange.code != case.code.clone().unwrap_or_default() {
        return Vec::new();
    }
    let drifts = expected.compare(case, &answer).await.expect("the simulator answers");
    drifts.iter().map(|drift| format!("{}: {drift}", case.id())).collect()
}

#[tokio::test]
async fn every_case_answered_by_other_taxpayers_shows_no_drift() {
    let suite = suite();
    let live = live(&suite).await;
    let expected = Expected::of(&suite);
    let mut all = Vec::new();
    let wanted = std::env::var("VENDOR").ok();
    for case in &suite.cases {
        if case.session.is_some() || wanted.as_ref().is_some_and(|one| *one != case.vendor) {
            continue;
        }
        all.extend(told(&expected, &live, case).await);
    }
    assert_eq!(all, [""; 0]);
}

#[tokio::test]
async fn two_hundred_taxpayers_of_another_seed_show_no_drift() {
    let suite = suite();
    let live = live(&suite).await;
    let expected = Expected::of(&suite);
    let mut all = Vec::new();
    for pack in &suite.world.packs {
        let mut of_vendor = suite.cases.iter().filter(|case| case.vendor == pack.name);
        let case = of_vendor.find(|case| case.outcome == "found").expect("each has one");
        for gstin in suite.world.register_of(SEED).population(200, None) {
            let case = about(case, gstin.as_str()).expect("it asks about a GSTIN");
            all.extend(told(&expected, &live, &case).await);
        }
    }
    assert_eq!(all, [""; 0]);
}
