//! A vendor's own side, played by a second simulator over TLS with credentials of its own.

use std::process::Output;

#[path = "live/certify.rs"]
mod certify;
#[path = "live/drift.rs"]
mod drift;
#[path = "live/guard.rs"]
mod guard;
#[path = "drift/plants.rs"]
mod plants;
#[path = "live/second.rs"]
mod second;

use second::{CREDENTIALS, Second, Setting};
use serde_json::Value;

/// No day's budget ends these runs, and nothing waits.
const PLENTY: &str = "[targets.uat.budget]\ncalls = 100000\nerrors = 100000\nbillable = 100000\ncalls-per-second = 1000\n[targets.uat.budget.per-vendor]\ncalls = 100000\nerrors = 100000\nbillable = 100000\n[targets.uat.budget.per-gstin]\ncalls = 100000\nerrors = 100000\nbillable = 100000";

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn ask(live: &Second, arguments: &[&str]) -> (Option<i32>, String, String) {
    told(&live.contract(arguments).output().expect("the program starts"))
}

/// The cases of a run, told as JSON.
fn cases(out: &str, err: &str) -> Vec<Value> {
    let json: Value = serde_json::from_str(out).unwrap_or_else(|_| panic!("{out}{err}"));
    json["cases"].as_array().cloned().unwrap_or_default()
}

/// What is said of a case, for who reads a failing test.
fn brief(case: &Value) -> String {
    format!("{} {} {}", case["case"], case["mismatches"], case["drifts"])
}

#[test]
fn a_live_side_that_is_as_the_packs_say_passes_and_shows_no_drift() {
    let live = Setting::new().start();
    live.config(PLENTY);
    for (vendor, part, at_least) in [
        ("attestr", "", 30),
        ("hyperverge", "", 30),
        ("hms", "", 30),
        ("accuauth", "", 30),
        ("finagg", "search", 5),
        ("finagg", "gstr3b", 10),
        ("finagg", "flows::session", 1),
    ] {
        let (code, out, err) =
            ask(&live, &["run", "--target", "uat", "--vendor", vendor, "--case", part, "--json"]);

        let cases = cases(&out, &err);
        let failed: Vec<_> = cases
            .iter()
            .filter(|case| case["verdict"] == "failed" || case["verdict"] == "drifted")
            .collect();
        let failed: Vec<_> = failed.into_iter().map(brief).collect();
        assert!(failed.is_empty(), "{}", failed.join("\n"));
        assert_eq!(code, Some(0), "{err}");
        let passed = cases.iter().filter(|case| case["verdict"] == "passed").count();
        assert!(passed >= at_least, "{vendor} {part}: {passed} passed");
        // Nothing is passed over without a word.
        for case in cases.iter().filter(|case| case["verdict"] == "skipped") {
            assert!(case["skipped"].as_str().is_some_and(|why| why.len() > 20), "{case}");
        }
        for (.., secret) in CREDENTIALS {
            let secret = secret.trim_matches('"');
            assert!(!out.contains(secret) && !err.contains(secret), "`{secret}` is told");
        }
    }
    // Nothing of ours went there.
    let journal = live.journal();
    assert!(journal.len() > 100, "{} calls", journal.len());
    for exchange in &journal {
        let headers = exchange["request"]["headers"].as_array().expect("a list");
        let ours = headers
            .iter()
            .find(|pair| pair[0].as_str().is_some_and(|name| name.starts_with("x-sim")));
        assert_eq!(ours, None, "{exchange}");
    }
}

#[test]
fn one_session_serves_many_cases_and_is_closed_at_the_end() {
    let live = Setting::new().start();
    live.config(PLENTY);

    let (code, out, err) =
        ask(&live, &["run", "--target", "uat", "--vendor", "finagg", "--case", "gstr3b", "--json"]);

    let passed = cases(&out, &err).iter().filter(|case| case["verdict"] == "passed").count();
    assert_eq!(code, Some(0), "{out}{err}");
    let journal = live.journal();
    let of = |endpoint: &str| journal.iter().filter(|one| one["endpoint"] == endpoint).count();
    assert!(passed > 10, "{passed} passed");
    assert!(of("session-open") * 2 < passed, "{} logins for {passed} cases", of("session-open"));
    assert_eq!(of("session-open"), of("session-logout"), "what was opened was closed");
}

#[test]
fn a_lost_reply_is_told_of_its_case_and_the_run_goes_on() {
    let live = Setting::new().argument("--scenario").argument("lost-reply").start();
    let run = ["run", "--target", "uat", "--vendor", "attestr", "--tag", "success", "--json"];

    live.config(&format!("retries = 0\n{PLENTY}"));
    let (code, out, err) = ask(&live, &run);

    assert_eq!(code, Some(1), "{out}{err}");
    let tried = cases(&out, &err);
    let lost: Vec<_> = tried.iter().filter(|case| case["verdict"] == "failed").collect();
    assert!(!lost.is_empty() && lost.len() < tried.len(), "{out}");
    for case in &lost {
        assert_eq!(case["mismatches"][0]["at"], "answer", "{case}");
    }

    // Asking again where that changes nothing is what a good client does.
    live.fetch_with("DELETE", "/__sim/scenarios/lost-reply");
    live.fetch_with("PUT", "/__sim/scenarios/lost-reply");
    live.config(PLENTY);
    let before = live.journal().len();
    let (code, out, err) = ask(&live, &run);
    assert_eq!(code, Some(0), "{out}{err}");
    let passed = cases(&out, &err).iter().filter(|case| case["verdict"] == "passed").count();
    assert_eq!(live.journal().len() - before, passed + lost.len());
}

#[test]
fn a_doctor_tells_what_is_missing_and_calls_nobody() {
    let live = Setting::new().start();
    live.config("");
    let mut command = live.contract(&["doctor", "--target", "uat", "--vendor", "attestr"]);
    command.env_remove(second::variable("attestr", "token"));

    let (code, out, err) = told(&command.output().expect("the program starts"));

    assert_eq!(code, Some(2), "{out}{err}");
    assert!(out.contains("the environment has no `LIVE_ATTESTR_TOKEN`"), "{out}");
    assert!(out.contains("export LIVE_ATTESTR_TOKEN="), "{out}");
    let mut command = live.contract(&["run", "--target", "uat", "--vendor", "attestr"]);
    command.env_remove(second::variable("attestr", "token"));
    let (code, _, err) = told(&command.output().expect("the program starts"));
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("`gsp-contract doctor --target uat` tells"), "{err}");
    assert_eq!(live.journal().len(), 0);
}

#[test]
fn a_target_that_nobody_knows_or_that_is_away_is_told_with_the_next_step() {
    let live = Setting::new().start();
    live.config("");
    for (arguments, code, says) in [
        (&["run", "--target", "uta"][..], 2, "has no target `uta`"),
        (&["run", "--target", "https://127.0.0.1:9"], 3, "nothing answers at https://127.0.0.1:9"),
        (&["run", "--target", "uat", "--tag", "sucess"], 2, "there is no tag `sucess`"),
        (
            &["run", "--target", "uat", "--config", "nowhere.toml"],
            2,
            "`nowhere.toml` cannot be read",
        ),
    ] {
        let (found, out, err) = ask(&live, arguments);
        assert_eq!(found, Some(code), "{arguments:?}: {out}{err}");
        assert!(err.contains(says) && err.contains("hint: "), "{arguments:?}: {err}");
    }
}
