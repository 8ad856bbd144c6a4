//! The commands that tell of runs, seen from outside.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use gsp_contract_tests::run::Run;
use gsp_simulator::Simulator;
use quick_junit::Report;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sample;

pub(crate) fn program(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gsp-contract"));
    for variable in ["GITHUB_ACTIONS", "GSPSIM_URL", "GSPSIM_TENANT", "GSPSIM_ADMIN_TOKEN"] {
        command.env_remove(variable);
    }
    command.current_dir(home).args(arguments).output().expect("the program starts")
}

pub(crate) fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

pub(crate) fn home(run: Option<&Run>) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    if let Some(run) = run {
        let folder = home.path().join(".gsp-contract");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("last-run.json"), json!(run).to_string()).expect("it is written");
    }
    home
}

#[test]
fn every_report_of_a_run_is_written_beside_what_is_printed() {
    let home = home(None);
    let (code, out, err) = told(&program(
        home.path(),
        &[
            "run",
            "--vendor",
            "hms",
            "--case",
            "check::not-found",
            "--report",
            "junit=out/junit.xml",
            "--report",
            "html=out/page.html",
            "--report",
            "json=run.json",
            "--report",
            "github",
        ],
    ));
    assert_eq!(code, Some(0), "{out}{err}");
    let read = |path: &str| fs::read_to_string(home.path().join(path)).expect("it was written");
    let junit = Report::deserialize_from_str(&read("out/junit.xml")).expect("it is JUnit's XML");
    assert_eq!((junit.tests, junit.failures), (1, 0));
    assert!(read("out/page.html").contains("hms::check::not-found"));
    let json: Value = serde_json::from_str(&read("run.json")).expect("it is JSON");
    assert_eq!(json["cases"][0]["place"]["file"], "fixtures/hms/contract/requests.toml");

    let (code, out, _) = told(&program(home.path(), &["report"]));
    assert_eq!(code, Some(0));
    assert!(out.contains("1 case in"), "the last run is told again: {out}");
}

#[test]
fn a_run_that_was_kept_is_told_in_every_form_and_ends_as_it_did() {
    let (failing, passing) = (home(Some(&sample::run())), home(Some(&sample::passing())));
    for format in ["terminal", "junit", "json", "github", "html"] {
        let (code, out, err) = told(&program(failing.path(), &["report", "--format", format]));
        assert_eq!(code, Some(1), "{format}: {err}");
        assert!(out.contains("attestr"), "{format}: {out}");
        let file = ["report", "--format", format, "--out", "below/report"];
        let (code, out, _) = told(&program(passing.path(), &file));
        assert_eq!((code, out.as_str()), (Some(0), ""), "{format}");
        assert!(passing.path().join("below/report").is_file());
    }
}

#[test]
fn a_run_that_is_not_there_or_none_is_wrong_input() {
    let home = home(None);
    let (code, _, err) = told(&program(home.path(), &["report"]));
    assert_eq!(code, Some(2));
    assert!(err.starts_with("error: there is no run at `.gsp-contract/last-run.json`"), "{err}");
    assert!(err.contains("hint: `gsp-contract run` writes it"), "{err}");
    fs::write(home.path().join("other.json"), "{}").expect("it is written");
    let (code, _, err) = told(&program(home.path(), &["report", "--run", "other.json"]));
    assert_eq!(code, Some(2), "{err}");
    let mut later = json!(sample::run());
    later["format"] = json!(99);
    fs::write(home.path().join("later.json"), later.to_string()).expect("it is written");
    let (code, _, err) = told(&program(home.path(), &["report", "--run", "later.json"]));
    assert_eq!(code, Some(2));
    assert!(err.contains("format 99"), "{err}");
    let wrong =
        [["run", "--report", "xml=a"], ["run", "--report", "junit"], ["run", "--report", "html="]];
    for arguments in wrong {
        assert_eq!(told(&program(home.path(), &arguments)).0, Some(2), "{arguments:?}");
    }
}

#[test]
fn on_githubs_runners_annotations_are_printed_without_being_asked_for() {
    let home = home(None);
    let packs = home.path().join("packs");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/hms"), &packs.join("hms"));
    let requests = packs.join("hms/contract/requests.toml");
    let text = fs::read_to_string(&requests).expect("it is there");
    let wrong = text.replacen("outcome = \"found\"", "outcome = \"not-found\"", 1);
    assert_ne!(text, wrong);
    fs::write(&requests, &wrong).expect("it is written");
    // The case has a name of its own, on the line before.
    let line = wrong.lines().position(|line| line == "outcome = \"not-found\"").expect("a line");
    let output = Command::new(env!("CARGO_BIN_EXE_gsp-contract"))
        .current_dir(home.path())
        .env("GITHUB_ACTIONS", "true")
        .args(["run", "--vendor", "hms", "--fixtures", "packs"])
        .output()
        .expect("the program starts");
    let (code, out, err) = told(&output);
    assert_eq!(code, Some(1), "{out}{err}");
    let wanted =
        format!("::error file=packs/hms/contract/requests.toml,line={line},title=hms%3A%3A");
    assert!(out.contains(&wanted), "{wanted}\n{out}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (own, other) = (entry.path(), to.join(entry.file_name()));
        if own.is_dir() {
            copy(&own, &other);
        } else {
            fs::copy(own, other).map(drop).expect("it is copied");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn coverage_says_what_a_client_has_met_and_holds_it_against_a_share() {
    let simulator = Simulator::builder().start().await.expect("a port");
    let home = home(None);
    let ask = |more: &[&str]| {
        let mut arguments = vec!["coverage", "--url", simulator.url()];
        arguments.extend_from_slice(more);
        told(&program(home.path(), &arguments))
    };
    let (code, out, _) = ask(&["--at-least", "1"]);
    assert_eq!(code, Some(1), "nothing was called, so nothing was met: {out}");

    let url = format!("{}/attestr/api/v2/public/corpx/gstin", simulator.url());
    let client = gsp_contract_tests::http::client().no_proxy().build().expect("a client");
    let reply = client.post(url).body("{}").send().await.expect("an answer");
    assert_eq!(reply.status(), 401);
    let (code, out, _) = ask(&["--at-least", "1"]);
    assert_eq!(code, Some(0), "only vendors that were called count: {out}");
    assert!(out.contains("attestr: the client has met 1 of 12 (8 %); missing:"), "{out}");
    assert!(out.contains("X-Sim-Outcome: 4005"), "{out}");
    let (code, out, _) = ask(&["--at-least", "9"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("attestr: 1 of 12 (8 %), and at least 9 % is wanted"), "{out}");
    assert_eq!(ask(&["--at-least", "1", "--vendor", "hms"]).0, Some(1));

    let (code, out, _) = ask(&["--json", "--vendor", "attestr"]);
    assert_eq!(code, Some(0));
    let json: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(json["vendors"][0]["client"], json!({"met": 1, "of": 12}));
    assert_eq!(ask(&["--tenant", "nobody"]).0, Some(2));

    // A test with a tenant of its own is the same client.
    let tenant = client.post(format!("{}/__sim/tenants", simulator.url()));
    let reply = tenant.body("{\"name\": \"blue\"}").send().await.expect("an answer");
    assert_eq!(reply.status(), 201);
    let url = format!("{}/t/blue/attestr/api/v2/public/corpx/gstin", simulator.url());
    let asked = client.post(url).header("x-sim-outcome", "4005").body("{}").send().await;
    assert_eq!(asked.expect("an answer").status(), 400);
    let (_, out, _) = ask(&["--vendor", "attestr"]);
    assert!(out.contains("the client has met 1 of 12"), "{out}");
    let (_, out, _) = ask(&["--vendor", "attestr", "--all-tenants"]);
    assert!(out.contains("the client has met 2 of 12"), "{out}");
    let (_, out, _) = ask(&["--vendor", "attestr", "--tenant", "blue"]);
    assert!(out.contains("the client has met 1 of 12") && !out.contains(" 4005 "), "{out}");
}

#[test]
fn coverage_of_nothing_is_wrong_input_and_a_silent_simulator_is_out_of_reach() {
    let home = home(Some(&sample::passing()));
    let (code, out, err) = told(&program(home.path(), &["coverage", "--vendor", "attestr"]));
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("the runs have tried 0 of 12"), "{out}");
    assert_eq!(told(&program(home.path(), &["coverage", "--vendor", "nobody"])).0, Some(2));
    assert_eq!(told(&program(home.path(), &["coverage", "--run", "none.json"])).0, Some(2));
    assert_eq!(told(&program(home.path(), &["coverage", "--at-least", "101"])).0, Some(2));
    let silent = ["coverage", "--url", "http://127.0.0.1:9"];
    let (code, _, err) = told(&program(home.path(), &silent));
    assert_eq!(code, Some(3), "{err}");
}
