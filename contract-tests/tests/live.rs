//! A vendor's own side, played by a second simulator over TLS with credentials of its own.

use std::process::Output;

#[path = "live/certify.rs"]
mod certify;
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

#[test]
fn a_live_side_that_is_as_the_packs_say_passes_and_shows_no_drift() {
    let live = Setting::new().start();
    live.config(PLENTY);

    let (code, out, err) = ask(&live, &["run", "--target", "uat", "--json"]);

    let json: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    let cases = json["cases"].as_array().expect("a list");
    let of = |verdict: &str| cases.iter().filter(|case| case["verdict"] == verdict).count();
    let failed: Vec<_> = cases.iter().filter(|case| case["verdict"] == "failed").collect();
    let brief =
        |case: &&Value| format!("{} {} {}", case["case"], case["mismatches"], case["drifts"]);
    let failed: Vec<String> = failed.iter().map(|case| brief(&case)).collect();
    assert!(failed.is_empty(), "{}\n{out}", failed.join("\n"));
    assert_eq!(code, Some(0), "{err}");
    assert!(of("passed") > 100, "{} passed", of("passed"));
    for vendor in ["finagg", "attestr", "hyperverge", "hms", "accuauth"] {
        assert!(json["vendors"][vendor]["passed"].as_u64() > Some(5), "{}", json["vendors"]);
    }
    // Nothing is passed over without a word.
    for case in cases.iter().filter(|case| case["verdict"] == "skipped") {
        assert!(case["skipped"].as_str().is_some_and(|why| why.len() > 20), "{case}");
    }
    for (.., secret) in CREDENTIALS {
        let secret = secret.trim_matches('"');
        assert!(!out.contains(secret) && !err.contains(secret), "`{secret}` is told");
    }
}
