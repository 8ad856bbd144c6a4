//! What a live side is asked, and what is not.

use std::path::Path;

use gsp_simulator::{pack::contract::RequestBody, world::Ingredients};
use serde_json::json;

use super::*;
use crate::{
    case::Case,
    config::{Config, OtpFile},
};

fn suite() -> Suite {
    Suite::load(&Ingredients::default()).expect("the packs are sound")
}

fn live(suite: &Suite, vendor: &str) -> Live {
    let text = format!("[targets.uat.vendors.attestr]\nurl = \"https://a.example.test\"\n{vendor}");
    let config = Config::parse(Path::new("contract.toml"), &text).expect("it is right");
    let (given, _) = config.given("uat", &suite.world).expect("it is there");
    Live::new(given, &suite.world, [0; 32])
}

fn case<'a>(suite: &'a Suite, id: &str) -> &'a Case {
    suite.cases.iter().find(|case| case.id() == id).unwrap_or_else(|| panic!("no case {id}"))
}

fn asking(case: &Case, body: serde_json::Value) -> Case {
    let mut case = case.clone();
    case.asked.body = RequestBody::Json(body);
    case
}

#[test]
fn a_persona_is_replaced_by_whom_the_target_names_for_its_role_wherever_it_stands() {
    let suite = suite();
    let live = live(
        &suite,
        "gstins = { found = \"29AAACB0000G1ZH\", cancelled = \"07AAAPA0000Z1ZU\" }\nperiods = { \"2025-26\" = \"2024-25\" }\n",
    );
    let plain = case(&suite, "attestr::verify-gstin::found");
    let asked = asking(
        plain,
        json!({
            "gstin": "27AAACS0000A1ZG",
            "lower": "27aaacs0000a1zg",
            "several": ["09AAACV0000X1Z0", "x,27AAACS0000A1ZG"],
            "pan": "AAACS0000A",
            "fy": "2025-26",
            "wrong": "27AAACS0000A1ZX",
        }),
    );

    let adapted = live.adapt(&asked).expect("everybody has a stand-in");

    let wanted = json!({
        "gstin": "29AAACB0000G1ZH",
        "lower": "29aaacb0000g1zh",
        "several": ["07AAAPA0000Z1ZU", "x,29AAACB0000G1ZH"],
        "pan": "AAACB0000G",
        "fy": "2024-25",
        "wrong": "27AAACS0000A1ZX",
    });
    assert_eq!(adapted.asked.body, RequestBody::Json(wanted));
    // A stand-in that is a persona of ours as well is not replaced once more.
    let again = live.adapt(&adapted).expect("it is done");
    assert_eq!(again.asked.body, adapted.asked.body);
}

#[test]
fn who_has_no_stand_in_is_not_asked_about_and_the_line_is_told() {
    let suite = suite();
    let live = live(&suite, "");
    let plain = case(&suite, "attestr::verify-gstin::found");
    for (text, says) in [
        ("27AAACS0000A1ZG", "[targets.uat.vendors.attestr.gstins] active-regular = \"…\""),
        ("06LNLCV0000M1ZF", "is made up: [targets.uat.vendors.attestr.replace] 06LNLCV0000M1ZF"),
        ("VARANASI SAMPLE", "is a part of the name of `cancelled`"),
    ] {
        let why = live.adapt(&asking(plain, json!({ "gstin": text }))).expect_err("nobody is it");
        assert!(why.contains(says), "{text}: {why}");
    }
    // A vendor's own documented example is asked about as it is.
    let example = asking(plain, json!({ "gstin": "27AAPFU0939F1ZV" }));
    assert!(live.adapt(&example).is_ok());
}

#[test]
fn what_only_a_simulator_does_is_skipped_with_the_reason() {
    let suite = suite();
    let live = live(&suite, "gstins = { found = \"29AAACB0000G1ZH\" }\n");
    for (id, says) in [
        ("attestr::verify-gstin::internal-error", "only a simulator does so on demand"),
        (
            "attestr::verify-gstin::credits-exhausted",
            "[targets.uat.vendors.attestr.accounts.credits-exhausted]",
        ),
        ("hms::check::found", "the target has no vendor `hms`"),
    ] {
        let why = live.obstacle(case(&suite, id)).unwrap_or_default();
        assert!(why.contains(says), "{id}: {why}");
    }
    assert_eq!(live.obstacle(case(&suite, "attestr::verify-gstin::found")), None);
    for flow in &suite.flows {
        assert!(live.flow_obstacle(flow).is_some(), "{} is another vendor's", flow.id());
    }
}

#[tokio::test]
async fn an_otp_comes_from_a_program_a_file_or_a_variable_or_the_reason_is_told() {
    use gsp_simulator::pack::located::Located;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("otp");
    std::fs::write(&file, " 123456\n").expect("it can be written");
    let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect();
    let ask = async |way: &OtpFile| otp::ask(way, "USER_1", "27").await;

    let path = Located::unwritten(file.display().to_string());
    assert_eq!(ask(&OtpFile::File(path)).await, Ok("123456".to_owned()));
    let script = "echo $GSP_OTP_USER-$GSP_OTP_STATE";
    let told = ask(&OtpFile::Command(words(&["sh", "-c", script]))).await;
    assert_eq!(told, Ok("USER_1-27".to_owned()));
    for (way, says) in [
        (OtpFile::Command(words(&["sh", "-c", "exit 3"])), "failed"),
        (OtpFile::Command(words(&["/nowhere/at/all"])), "cannot be run"),
        (OtpFile::Command(words(&["true"])), "no OTP was told"),
        (OtpFile::Command(Vec::new()), "names no program"),
        (OtpFile::Env(Located::unwritten("NOBODY_SET_THIS".to_owned())), "NOBODY_SET_THIS"),
        (OtpFile::File(Located::unwritten("/nowhere".to_owned())), "cannot be read"),
    ] {
        let why = ask(&way).await.expect_err("there is none");
        assert!(why.contains(says), "{way:?}: {why}");
    }
}
