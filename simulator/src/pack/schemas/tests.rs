use std::{env, fs, path::Path};

use serde_json::Value;

use super::*;
use crate::pack::{check::schema::breaches, folder::Folder};

fn of(name: &str) -> Value {
    let found = schemas().into_iter().find(|(known, _)| *known == name);
    found.expect("the file is one of ours").1
}

fn from_toml(text: &str) -> Value {
    let table: toml::Table = toml::from_str(text).expect("it is TOML");
    serde_json::to_value(table).expect("TOML without dates is JSON")
}

/// What breaks the schema of this kind of file, for each file whose path fits.
fn broken(name: &str, folder: &Folder, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let schema = of(name);
    let mut told = Vec::new();
    for path in folder.below("").filter(|path| fits(path)) {
        let source = folder.source(path).expect("it was listed");
        let value = if path.strip_suffix(".json").is_some() {
            serde_json::from_str(&source.text).expect("it is JSON")
        } else {
            from_toml(&source.text)
        };
        told.extend(
            breaches(&schema, &value).into_iter().map(|breach| format!("{path}: {breach:?}")),
        );
    }
    told
}

#[test]
fn the_committed_schemas_are_the_generated_ones() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    for (name, schema) in schemas() {
        let path = folder.join(format!("{name}.schema.json"));
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == to_text(&schema),
            "`schemas/{name}.schema.json` is out of date; renew it with `gspsim schema --write schemas`"
        );
    }
}

#[test]
fn every_file_of_the_fixtures_satisfies_its_schema() {
    let fixtures = Folder::embedded_fixtures();
    let ends = |ending: &'static str| move |path: &str| path.strip_suffix(ending).is_some();
    let persona = |path: &str| path.starts_with("taxpayers/") && ends(".json")(path);
    let none: Vec<String> = Vec::new();
    assert_eq!(broken("vendor", &fixtures, ends("/vendor.toml")), none);
    assert_eq!(broken("errors", &fixtures, ends("/errors.toml")), none);
    assert_eq!(broken("requests", &fixtures, ends("/contract/requests.toml")), none);
    assert_eq!(broken("outcomes", &fixtures, ends("outcomes.toml")), none);
    assert_eq!(broken("magic", &fixtures, ends("taxpayers/magic.toml")), none);
    assert_eq!(broken("persona", &fixtures, persona), none);
    assert_eq!(broken("scenario", &Folder::embedded_scenarios(), ends(".toml")), none);
}

#[test]
fn a_setting_may_stand_for_any_value_and_a_wrong_word_for_none() {
    let vendor = |form: &str, accepts: &str| {
        from_toml(&format!(
            r#"
            title = "Alpha"
            [[endpoints]]
            name = "verify"
            method = "POST"
            path = "/verify"
            body = {{ accepts = {accepts}, unreadable = "malformed-request" }}
            rules = [{{ field = "gstin", check = {{ gstin = "{form}" }}, else = "$malformed" }}]
            answers = {{ found = {{ status = "$status" }} }}
            "#
        ))
    };
    let schema = of("vendor");

    assert_eq!(breaches(&schema, &vendor("$gstin_check", "\"$accepts\"")), []);
    assert_eq!(breaches(&schema, &vendor("strict", "[\"json\"]")), []);
    assert!(!breaches(&schema, &vendor("stritc", "[\"json\"]")).is_empty());
    assert!(!breaches(&schema, &vendor("strict", "[\"jsno\"]")).is_empty());
}
