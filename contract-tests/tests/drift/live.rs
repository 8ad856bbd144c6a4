//! A live side in this process: the packs, changed, with other taxpayers.

use std::{collections::BTreeSet, sync::Arc};

use gsp_contract_tests::{
    case::{Case, Suite},
    drift::{Drift, Expected},
    target::{Answer, Target},
    verdict::{Heard, Reply, Verdict},
};
use gsp_simulator::{Simulator, pack::folder::Folder, world::Ingredients};

/// Whose taxpayers the live side has.
pub(crate) const SEED: u64 = 4711;

/// The shipped packs.
pub(crate) fn shipped() -> Suite {
    Suite::load(&Ingredients::default()).expect("the packs are sound")
}

/// The fixtures with some files changed.
pub(crate) fn folder(change: impl Fn(&str, String) -> String) -> Folder {
    let shipped = Folder::embedded_fixtures();
    let texts = shipped.below("").map(|path| {
        let text = shipped.source(path).expect("it is there").text.to_string();
        (path.to_owned(), change(path, text))
    });
    Folder::of_texts("fixtures", texts.collect::<Vec<_>>())
}

/// Packs from this folder.
pub(crate) fn ingredients(fixtures: Folder) -> Ingredients {
    Ingredients { fixtures: vec![fixtures], ..Ingredients::default() }
}

/// A side that plays these packs.
pub(crate) async fn live(suite: &Suite) -> Target {
    let simulator = Simulator::builder().world(Arc::clone(&suite.world)).seed(SEED);
    let started = simulator.start().await.expect("a free port is there");
    Target::of(started).await.expect("it answers")
}

/// What is said of a case that a live side answered.
pub(crate) async fn verdict(expected: &Expected, case: &Case, answer: &Answer) -> Verdict {
    let mut verdict = Verdict::of(case);
    verdict.drifts = expected.compare(case, answer).await.expect("the simulator answers");
    verdict.exchanges = vec![Heard {
        method: "GET".to_owned(),
        url: String::new(),
        headers: Vec::new(),
        body: String::new(),
        at: verdict.at,
        took_ms: 0,
        reply: Some(Reply {
            status: answer.status,
            headers: answer.headers.clone(),
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        }),
    }];
    verdict
}

/// Asks the live side all cases that need no session; those that it cannot be made to answer as
/// the packs do are not asked.
pub(crate) async fn verdicts(
    expected: &Expected,
    live: &Target,
    suite: &Suite,
    vendor: &str,
) -> Vec<Verdict> {
    let mut all = Vec::new();
    for case in suite.of(Some(vendor)).filter(|case| case.session.is_none()) {
        let answer = live.ask(case).await.expect("the live side answers");
        all.push(verdict(expected, case, &answer).await);
    }
    all
}

/// Where drifts are and of which kind: each once.
pub(crate) fn places<'a>(drifts: impl IntoIterator<Item = &'a Drift>) -> BTreeSet<String> {
    drifts.into_iter().map(|drift| format!("{:?} {}", drift.kind, drift.at)).collect()
}
