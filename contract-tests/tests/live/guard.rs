//! The budget guard between the program and a live side that counts for itself.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    ask,
    second::{Second, Setting},
};

/// Looks up one GSTIN in so many ways.
const LOOK_UPS: [&str; 6] = ["run", "--target", "uat", "--vendor", "attestr", "--json"];

/// A live side that lets an account call twice a second.
fn twice_a_second() -> Second {
    let limit = "[settings.account_per_second]\nabout = \"Calls a second that each account may make, all services together, or `unlimited`: the vendor sets a number for each account and publishes none\"\ndefault = ";
    Setting::new()
        .edit("attestr/vendor.toml", &format!("{limit}\"unlimited\""), &format!("{limit}2"))
        .start()
}

fn budget(pace: u32) -> String {
    format!(
        "parallel = 4\nretries = 0\n[targets.uat.budget]\ncalls-per-second = {pace}\nerrors = \"unlimited\"\nbillable = \"unlimited\"\nper-gstin = {{ calls = \"unlimited\", errors = \"unlimited\" }}"
    )
}

fn choice<'a>(of: &[&'a str], case: &'a str) -> Vec<&'a str> {
    [of, &["--case", case]].concat()
}

fn statuses(live: &Second) -> Vec<u64> {
    let status = |one: &Value| one["reply"]["status"].as_u64().expect("it was answered");
    live.journal().iter().map(status).collect()
}

#[test]
fn at_the_vendors_pace_none_is_ever_answered_with_429_and_too_fast_the_first_one_ends_it() {
    let live = twice_a_second();
    live.config(&budget(2));
    let arguments = choice(&LOOK_UPS, "::verify-gstin::fy");

    let (code, out, err) = ask(&live, &arguments);
    let slow = statuses(&live);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(slow.len() > 6 && !slow.contains(&429), "{slow:?}");

    // Without the guard's pace the same cases meet the limit at once: it is the pace that helps.
    live.config(&budget(1_000));
    let (code, _, err) = ask(&live, &arguments);
    let fast = statuses(&live)[slow.len()..].to_vec();
    let refused = fast.iter().filter(|status| **status == 429).count();
    assert!((1..=4).contains(&refused), "those under way at that moment: {fast:?}");
    assert!(fast.len() < slow.len(), "nothing is sent after it: {fast:?}");
    assert!(matches!(code, Some(1 | 3)), "{code:?}");
    assert!(err.contains("were put off: go on with the same arguments and `--resume`"), "{err}");

    // A run that begins at once does not ask either.
    let (code, out, _) = ask(&live, &arguments);
    assert_eq!((code, statuses(&live).len()), (Some(3), slow.len() + fast.len()), "{out}");
    assert!(out.contains("nothing more is sent to `attestr`: it answered `"), "{out}");
}

#[test]
fn an_interrupted_live_run_goes_on_and_each_case_was_asked_once() {
    let live = Setting::new().start();
    live.config(&budget(2).replace("parallel = 4", "parallel = 1"));
    let arguments = choice(&LOOK_UPS, "::verify-gstin::fy");
    let (_, plan, err) = ask(&live, &[&arguments[..], &["--dry-run"]].concat());
    let plan: Value = serde_json::from_str(&plan).unwrap_or_else(|_| panic!("{plan}{err}"));
    let planned = plan["vendors"][0]["calls"].as_u64().expect("a number");
    assert!(planned > 6 && statuses(&live).is_empty(), "a plan sends nothing: {plan:#}");
    let mut running = live.contract(&arguments);
    let mut running =
        running.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");

    // Half a second lies between two calls: it is killed while none is under way.
    let begun = Instant::now();
    while live.journal().len() < 4 {
        assert!(begun.elapsed() < Duration::from_mins(2), "it gets on");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(120));
    running.kill().expect("it is ours");
    running.wait().expect("it ends");
    let asked = live.journal().len() as u64;
    assert!(asked < planned, "halfway");

    let (code, out, err) = ask(&live, &[&arguments[..], &["--resume"]].concat());

    assert_eq!(code, Some(0), "{out}{err}");
    let told: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(told["vendors"]["attestr"]["passed"], planned, "{out}");
    let all = live.journal().len() as u64;
    assert!(all == planned || all == planned + 1, "{all} for {planned} cases");
}
