//! Nothing is invented: a simulator with other taxpayers has no drift.

use gsp_contract_tests::{
    case::Case,
    drift::{Expected, expected::about},
    target::Target,
};

use crate::live::{SEED, live, shipped};

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
    let suite = shipped();
    let live = live(&suite).await;
    let expected = Expected::of(&suite);
    let mut all = Vec::new();
    for case in suite.cases.iter().filter(|case| case.session.is_none()) {
        all.extend(told(&expected, &live, case).await);
    }
    assert_eq!(all, [""; 0]);
}

#[tokio::test]
async fn under_a_session_other_books_show_no_drift() {
    let suite = shipped();
    let live = live(&suite).await;
    let expected = Expected::of(&suite);
    let mut all = Vec::new();
    let mut tried = 0;
    let sealed = suite.cases.iter().filter(|case| case.payload.is_some());
    // One of ten: each logs in many times.
    for case in sealed.step_by(10) {
        tried += 1;
        all.extend(told(&expected, &live, case).await);
    }
    assert!(tried > 5, "{tried}");
    assert_eq!(all, [""; 0]);
}

#[tokio::test]
async fn two_hundred_taxpayers_of_another_seed_show_no_drift() {
    let suite = shipped();
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
