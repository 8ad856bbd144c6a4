//! Planted drifts: all are found, none is invented, and the patch of each makes it vanish.

use std::collections::BTreeSet;

use gsp_contract_tests::{
    case::Suite,
    drift::{Class, Drift, Expected},
};

use crate::{
    live::{folder, ingredients, live, places, shipped, verdicts},
    plants::PLANTS,
};

const VENDORS: [&str; 5] = ["accuauth", "attestr", "finagg", "hms", "hyperverge"];

#[test]
fn at_least_thirty_are_planted_in_all_packs_and_of_every_class() {
    assert!(PLANTS.len() >= 30, "{}", PLANTS.len());
    for vendor in VENDORS {
        assert!(PLANTS.iter().any(|plant| plant.vendor() == vendor), "{vendor}");
    }
    for class in Class::ALL {
        let of_class = |told: &&str| class_of(told) == class;
        assert!(PLANTS.iter().flat_map(|plant| plant.told).any(of_class));
    }
}

fn class_of(told: &str) -> Class {
    let kind = told.split(' ').next().unwrap_or_default();
    let word: String = kind.char_indices().fold(String::new(), |mut word, (at, letter)| {
        if letter.is_uppercase() && at > 0 {
            word.push('-');
        }
        word.push(letter.to_ascii_lowercase());
        word
    });
    let kind: gsp_contract_tests::drift::Kind =
        serde_json::from_value(word.into()).expect("it is a kind");
    kind.class()
}

async fn told(vendor: &str) -> (BTreeSet<String>, Vec<String>) {
    let suite = shipped();
    let expected = Expected::of(&suite);
    let drifted = folder(|path, mut text| {
        for plant in PLANTS.iter().filter(|plant| plant.vendor() == vendor && plant.file == path) {
            assert!(text.contains(plant.from), "{}: {}", plant.file, plant.name);
            text = text.replace(plant.from, plant.to);
        }
        text
    });
    let theirs = Suite::load(&ingredients(drifted)).expect("the drifted packs can be played");
    let live = live(&theirs).await;
    let verdicts = verdicts(&expected, &live, &suite, vendor).await;
    let drifts: Vec<&Drift> = verdicts.iter().flat_map(|verdict| &verdict.drifts).collect();
    let lines = verdicts
        .iter()
        .flat_map(|verdict| verdict.drifts.iter().map(|one| format!("{} {one}", verdict.case)));
    (places(drifts), lines.collect())
}

async fn all_are_found_and_none_is_invented(vendor: &str) {
    let (found, lines) = told(vendor).await;
    let of_vendor = PLANTS.iter().filter(|plant| plant.vendor() == vendor);
    let planted: BTreeSet<String> =
        of_vendor.flat_map(|plant| plant.told).map(|told| (*told).to_owned()).collect();
    let missed: Vec<_> = planted.difference(&found).collect();
    let invented: Vec<_> = found.difference(&planted).collect();
    assert!(
        missed.is_empty() && invented.is_empty(),
        "missed {missed:#?}\ninvented {invented:#?}\n{}",
        lines.join("\n")
    );
}

macro_rules! planted {
    ($($name:ident: $vendor:literal)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                all_are_found_and_none_is_invented($vendor).await;
            }
        )*
    };
}

planted! {
    every_drift_planted_in_accuauth_is_found: "accuauth"
    every_drift_planted_in_attestr_is_found: "attestr"
    every_drift_planted_in_finagg_is_found: "finagg"
    every_drift_planted_in_hms_is_found: "hms"
    every_drift_planted_in_hyperverge_is_found: "hyperverge"
}
