//! `contract.toml`, read.

use std::path::Path;

use gsp_simulator::world::{Ingredients, World};
use secrecy::ExposeSecret as _;

use super::*;

fn told(text: &str) -> String {
    let findings = Config::parse(Path::new("contract.toml"), text).expect_err("it is wrong");
    findings.iter().map(|one| one.draw(false)).collect::<Vec<_>>().join("\n")
}

fn world() -> World {
    World::load(&Ingredients::default()).expect("the packs are sound")
}

#[test]
fn an_unknown_key_is_shown_at_its_place() {
    let text = told("[targets.uat]\nkind = \"live\"\nbudge = 5\n");
    assert!(text.contains("unknown field `budge`") && text.contains("contract.toml:3:1"), "{text}");
}

#[test]
fn a_credential_in_the_file_is_refused_and_not_repeated() {
    let text = told(
        "[targets.uat.vendors.attestr]\nurl = \"https://api.example.test\"\ncredentials.token = \"s3cr3t-of-mine\"\n",
    );
    assert!(text.contains("contract.toml:3: a credential stands in the file itself"), "{text}");
    assert!(text.contains("{ env = \"NAME\" }") && !text.contains("s3cr3t"), "{text}");
}

#[test]
fn an_address_is_one() {
    for url in ["api.example.test", "https://me:pw@api.example.test", "https://a.test/?key=1"] {
        let text = told(&format!("[targets.uat.vendors.attestr]\nurl = \"{url}\"\n"));
        assert!(text.contains("is no address to begin with"), "{url}: {text}");
    }
    let text = told("[targets.uat]\nurl = \"https://api.example.test\"\n");
    assert!(text.contains("one address cannot serve all vendors"), "{text}");
    let text = told("[targets.embedded]\n");
    assert!(text.contains("no target can be named `embedded`"), "{text}");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let text = told(
        "[targets.uat.vendors.attestr]\nurl = \"x\"\ncredentials.token = \"literal\"\n[targets.embedded]\n",
    );
    assert_eq!(text.matches("hint:").count(), 3, "{text}");
}

#[test]
fn what_a_target_lacks_is_told_with_what_to_do() {
    let config = Config::parse(
        Path::new("contract.toml"),
        "[targets.uat.vendors.attestr]\ncredentials.token = { env = \"NOBODY_HAS_SET_THIS\" }\n\
         [targets.uat.vendors.hms]\nurl = \"https://hms.example.test\"\n\
         [targets.uat.vendors.atestr]\nurl = \"https://api.example.test\"\n\
         [targets.uat.vendors.finagg]\nurl = \"https://gsp.example.test\"\n\
         credentials.keys = { file = \"nowhere\" }\nsessions.taxpayer = {}\n",
    )
    .expect("its form is right");

    let (_, lacks) = config.given("uat", &world()).expect("it is there");

    let told: Vec<_> = lacks
        .iter()
        .map(|lack| {
            format!("{}: {} -> {}", lack.vendor.as_deref().unwrap_or("-"), lack.what, lack.next)
        })
        .collect();
    for wanted in [
        "attestr: no address",
        "attestr: credentials.token: the environment has no `NOBODY_HAS_SET_THIS`",
        "hms: no credential `token` -> [targets.uat.vendors.hms.credentials] token",
        "atestr: there is no pack `atestr` -> did you mean `attestr`",
        "finagg: no auth part is called `keys`",
        "finagg: no credential `key`",
        "finagg: session `taxpayer`: no user",
        "finagg: session `taxpayer`: no way to its OTP",
        "finagg: session `taxpayer`: no certificate",
    ] {
        assert!(told.iter().any(|line| line.contains(wanted)), "{wanted}: {told:#?}");
    }
    let error = config.given("ua", &world()).expect_err("there is none");
    assert!(error.contains("has no target `ua`") && error.contains("uat"), "{error}");
}

#[test]
fn a_credential_is_read_from_a_file_beside_and_never_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("token"), "  tok-of-mine-77\n").expect("it can be written");
    let config = Config::parse(
        &folder.path().join("contract.toml"),
        "[targets.uat.vendors.attestr]\nurl = \"https://api.example.test/\"\ncredentials.token = { file = \"token\" }\n",
    )
    .expect("it is right");

    let (given, lacks) = config.given("uat", &world()).expect("it is there");

    assert_eq!(lacks, []);
    let vendor = &given.vendors["attestr"];
    assert_eq!(vendor.url, "https://api.example.test");
    assert_eq!(vendor.accounts["default"]["token"].expose_secret(), "tok-of-mine-77");
    assert!(!format!("{given:?}").contains("tok-of-mine"), "{given:?}");
}

#[test]
fn the_example_in_the_documentation_is_right() {
    let text = include_str!("../../../docs/targets.md");
    let example = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    let config = Config::parse(Path::new("contract.toml"), example.expect("there is one"));
    assert_eq!(config.expect("it is right").names(), ["uat", "staging"]);
}
