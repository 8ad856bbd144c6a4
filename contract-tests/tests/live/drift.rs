//! All planted drifts in one live side over TLS: the run finds each, invents none, and proposes
//! patches that the packs take.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::{
    PLENTY, ask,
    plants::PLANTS,
    second::{Second, Setting},
};

fn drifted() -> Second {
    let mut setting = Setting::new();
    for plant in PLANTS {
        setting = setting.edit(plant.file, plant.from, plant.to);
    }
    let live = setting.start();
    live.config(PLENTY);
    live
}

/// `Kind` as it is in Rust: `date-format` → `DateFormat`.
fn kind(word: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    word.split('-').map(capital).collect()
}

fn json(out: &str, err: &str) -> Value {
    serde_json::from_str(out).unwrap_or_else(|_| panic!("{out}{err}"))
}

#[test]
fn every_planted_drift_is_found_over_tls_none_is_invented_and_the_packs_take_the_patches() {
    let live = drifted();
    let (code, out, err) = ask(&live, &["run", "--target", "uat", "--json"]);
    assert_eq!(code, Some(1), "{out}{err}");

    let (code, out, err) = ask(&live, &["drift", "--json"]);
    assert_eq!(code, Some(1), "{out}{err}");
    let told = json(&out, &err);
    let drifts = told["drifts"].as_array().expect("a list");

    // `vendor Kind at`: each once.
    let found: BTreeSet<String> = drifts
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", text("vendor"), kind(&text("kind")), text("at"))
        })
        .collect();
    let of = |plant: &crate::plants::Plant| -> Vec<String> {
        plant.told.iter().map(|told| format!("{} {told}", plant.vendor())).collect()
    };
    let planted: BTreeSet<String> = PLANTS.iter().flat_map(of).collect();
    let missed: Vec<&str> = PLANTS
        .iter()
        .filter(|plant| !of(plant).iter().any(|told| found.contains(told)))
        .map(|plant| plant.name)
        .collect();
    let invented: Vec<_> = found.difference(&planted).collect();
    assert!(missed.is_empty() && invented.is_empty(), "missed {missed:#?}, invented {invented:#?}");
    assert!(PLANTS.len() - missed.len() >= 30, "{}", PLANTS.len());
    for class in ["breaking", "additive", "cosmetic"] {
        assert!(told["counts"][class].as_u64() > Some(0), "{}", told["counts"]);
    }
    for one in drifts {
        let file = live.folder.path().join(one["patch"].as_str().expect("a path"));
        let text = fs::read_to_string(&file).expect("the patch lies there");
        assert!(text.contains(one["told"].as_str().expect("words")), "{text}");
    }
    accepted(&live);
    verified(&live);
}

/// The patches go into a copy of the shipped packs, and nowhere else.
fn accepted(live: &Second) {
    let (code, _, err) = ask(live, &["drift", "--accept", "all"]);
    assert_eq!(code, Some(2), "never without the folder: {err}");
    assert!(err.contains("--fixtures"), "{err}");

    let packs = live.folder.path().join("ours");
    crate::second::copy(&crate::second::repository().join("fixtures"), &packs);
    let before = body(&packs);
    let (code, out, err) =
        ask(live, &["drift", "--accept", "all", "--fixtures", "ours", "--vendor", "hms"]);
    assert!(matches!(code, Some(0 | 1)), "{out}{err}");
    assert!(out.contains("patches applied to ours"), "{out}");
    assert_ne!(before, body(&packs), "the hand-written file has changed");
    // A patch that is no longer about the file is refused and changes nothing.
    let path = packs.join("hms/errors.toml");
    fs::write(&path, "# nothing of it is here any more\n").expect("it can be written");
    let (code, out, err) =
        ask(live, &["drift", "--accept", "all", "--fixtures", "ours", "--vendor", "hms"]);
    assert_ne!(code, Some(0), "{out}{err}");
}

fn body(packs: &Path) -> String {
    fs::read_to_string(packs.join("hms/bodies/check/found.json")).expect("it is there")
}

/// What the run bore out is written down when somebody wants it, and explained.
fn verified(live: &Second) {
    let packs = live.folder.path().join("verified");
    crate::second::copy(&crate::second::repository().join("fixtures"), &packs);
    let (code, out, err) = ask(live, &["drift", "--verify", "--fixtures", "verified"]);
    assert_eq!(code, Some(0), "{out}{err}");
    let file = fs::read_to_string(packs.join("accuauth/verified.toml")).expect("it was written");
    assert!(file.contains("[[verified]]") && file.contains("target = \"uat\""), "{file}");
    let output = std::process::Command::new(crate::second::gspsim())
        .args(["explain", "INVALID_ARGUMENT", "--vendor", "accuauth", "--fixtures"])
        .arg(&packs)
        .output()
        .expect("the program starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("verified on 20") && told.contains("against uat"), "{told}");
}
