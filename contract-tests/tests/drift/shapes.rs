//! The forms that live answers are held against, reviewed: a change of a body, a schema or the
//! nation that changes a form changes a file here.

use std::collections::BTreeSet;

use gsp_contract_tests::{
    case::{Case, Suite},
    drift::Expected,
};
use gsp_simulator::world::Ingredients;

/// An endpoint's answers with what was asked for, one case for each outcome; those under a session
/// have their forms in `contract/payloads/`.
fn answered(suite: &Suite) -> Vec<&Case> {
    let mut seen = BTreeSet::new();
    let plain = suite.cases.iter().filter(|case| {
        case.session.is_none() && case.wish.is_none() && !case.tags().contains(&"error")
    });
    plain.filter(|case| seen.insert((&case.vendor, &case.endpoint, &case.outcome))).collect()
}

#[tokio::test]
async fn the_form_of_every_plain_answer_is_a_reviewed_one() {
    let suite = Suite::load(&Ingredients::default()).expect("the packs are sound");
    let expected = Expected::of(&suite);
    let mut vendors = BTreeSet::new();
    for case in answered(&suite) {
        let known = Box::pin(expected.known(case)).await.expect("the simulator answers");
        let Some(body) = &known.body else { continue };
        let name = format!("{}-{}-{}", case.vendor, case.endpoint, case.outcome);
        insta::assert_snapshot!(name, body.outline());
        vendors.insert(&case.vendor);
    }
    assert_eq!(vendors.len(), suite.world.packs.len(), "of {vendors:?} only");
}
