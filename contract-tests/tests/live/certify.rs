//! Evidence from a live side, within a budget.

use std::fs;

use gsp_contract_tests::{certify::Evidence, run::Kind};

use crate::{
    ask,
    second::{CREDENTIALS, Setting},
};

#[test]
fn evidence_of_a_live_side_keeps_to_the_budget_and_says_what_was_left_out() {
    let live = Setting::new().start();
    live.config(
        "[targets.uat.budget]\ncalls = 6\nerrors = 100\nbillable = 100\ncalls-per-second = 1000\n",
    );
    let arguments = ["certify", "--target", "uat", "--vendor", "attestr", "--quiet"];

    let (code, out, err) = ask(&live, &arguments);

    assert_eq!(code, Some(0), "{out}{err}");
    let page = fs::read_to_string(live.folder.path().join("evidence.html")).expect("it is written");
    let evidence = Evidence::check(&page).expect("it is as it was written");
    assert_eq!(evidence.target.kind, Kind::Live);
    assert_eq!(evidence.exchanges.len(), 6, "all that the budget allows");
    let received = live.journal();
    assert_eq!(received.len(), 6, "and no more was sent");
    let why = |part: &str| evidence.left_out.iter().filter(|one| one.why.contains(part)).count();
    assert!(why("today's budget has no calls left for it") > 0, "{:?}", evidence.left_out);
    assert!(
        why("only a simulator does so") > 0,
        "a live side cannot be asked for a 500: {:?}",
        evidence.left_out
    );
    for (.., secret) in CREDENTIALS {
        let secret = secret.trim_matches('"');
        assert!(!page.contains(secret) && !out.contains(secret), "`{secret}` is told");
    }
    // What is in the evidence is what came there.
    for (one, there) in evidence.exchanges.iter().zip(&received) {
        assert!(one.exchange.url.starts_with("https://127.0.0.1"), "{}", one.exchange.url);
        let reply = one.exchange.reply.as_ref().expect("an answer");
        assert_eq!(there["reply"]["status"], reply.status);
    }

    let (code, _, err) = ask(&live, &arguments);
    assert_eq!(code, Some(2), "nothing is left today");
    assert!(err.contains("no case can be tried here"), "{err}");
}
