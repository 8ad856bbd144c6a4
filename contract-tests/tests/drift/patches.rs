//! Patches: what a drift proposes applies to the pack, and the drift is gone when the patched pack
//! is what is expected.

use std::collections::BTreeMap;

use gsp_contract_tests::{
    case::Suite,
    drift::{
        Drift, Expected,
        group::{Group, groups},
        patch::{self, apply},
        reading::Readings,
    },
};
use gsp_simulator::world::Ingredients;

use crate::{
    live::{folder, ingredients, live, shipped, verdicts},
    plants::PLANTS,
};

/// What is left when all patches are in the pack: changes that only a person can make.
const BY_HAND: &[&str] = &[
    // How ids are made is an expression of the body's own.
    "TextFormat /request_id",
    // `[volatile]` of the requests says how these look.
    "TextFormat /metadata/requestId",
    "TextFormat /result/timestamp",
    "TextFormat /error/timestamp",
    // The catalog has the code now; which rule leads to it is for a person to say.
    "Code /code",
    // The published sample has no place at all.
    "KeyGone /addresses",
];

/// Plays a pack with all its plants, applies what is proposed for each drift, and tells what is left.
async fn left(vendor: &str) -> Vec<String> {
    let suite = shipped();
    let drifted = folder(|path, mut text| {
        for plant in PLANTS.iter().filter(|plant| plant.vendor() == vendor && plant.file == path) {
            text = text.replace(plant.from, plant.to);
        }
        text
    });
    let theirs = Suite::load(&ingredients(drifted)).expect("the drifted pack can be played");
    let live = live(&theirs).await;
    let ours = Ingredients::default();
    let expected = Expected::of(&suite);
    let seen = verdicts(&expected, &live, &suite, vendor).await;
    let readings = Readings::of(&ours, &suite);
    let mut changed: BTreeMap<String, String> = BTreeMap::new();
    // Where one patch is in the way of another, the other is proposed anew for what is there then.
    for round in 1..=3 {
        let home = folder(|path, text| changed.get(path).cloned().unwrap_or(text));
        let mut refused = Vec::new();
        for group in groups(&seen) {
            let first =
                seen.iter().find(|one| group.cases.contains(&one.case)).expect("it is of one");
            let reading = readings.explain(first, &group.drift).await;
            let patch = patch::propose(&home, &group, &suite, reading.as_ref());
            if patch.diff.is_empty() {
                assert!(round > 1 || !patch.by_hand.is_empty(), "{}: says what to do", group.drift);
                continue;
            }
            let read = |path: &str| {
                let own = changed.get(path).cloned();
                own.or_else(|| Some(home.source(path)?.text.to_string()))
            };
            let file = patch.file(&group, "seen on 2026-11-22 at uat");
            match apply(&file, read) {
                Ok(files) => changed.extend(files),
                Err(why) => refused.push(format!("{why}\n{file}")),
            }
        }
        assert!(round < 3 || refused.is_empty(), "{}", refused.join("\n"));
        if refused.is_empty() {
            break;
        }
    }
    let patched = folder(|path, text| changed.get(path).cloned().unwrap_or(text));
    let patched = Suite::load(&ingredients(patched))
        .unwrap_or_else(|findings| panic!("{}", findings[0].draw(false)));
    let expected = Expected::of(&patched);
    let again = verdicts(&expected, &live, &patched, vendor).await;
    groups(&again).iter().map(told_of).collect()
}

fn told_of(group: &Group) -> String {
    let Drift { at, kind, .. } = &group.drift;
    format!("{kind:?} {at} in {} of {}", group.cases[0], group.cases.len())
}

async fn patches_make_drifts_vanish(vendor: &str) {
    let left = left(vendor).await;
    let by_hand = |told: &&String| BY_HAND.iter().any(|hand| told.starts_with(hand));
    let wrong: Vec<_> = left.iter().filter(|told| !by_hand(told)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

macro_rules! patched {
    ($($name:ident: $vendor:literal)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                patches_make_drifts_vanish($vendor).await;
            }
        )*
    };
}

patched! {
    patches_of_accuauth_make_its_drifts_vanish: "accuauth"
    patches_of_attestr_make_its_drifts_vanish: "attestr"
    patches_of_finagg_make_its_drifts_vanish: "finagg"
    patches_of_hms_make_its_drifts_vanish: "hms"
    patches_of_hyperverge_make_its_drifts_vanish: "hyperverge"
}
