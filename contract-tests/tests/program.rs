//! The `gsp-contract` program, seen from outside: what it prints and how it ends.

use std::process::{Command, Output};

#[path = "program/guard.rs"]
mod guard;
#[path = "program/runs.rs"]
mod runs;

use gsp_contract_tests::target::NOW;
use gsp_simulator::Simulator;
use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gsp-contract"))
        .arg("run")
        .args(arguments)
        .output()
        .expect("the program starts")
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_embedded_simulator_keeps_every_promise() {
    let (code, out, err) = told(&run(&[]));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.ends_with("target embedded; every value was compared\n"), "{out}");
}

#[test]
fn a_part_of_the_cases_is_told_as_json() {
    let (code, out, err) = told(&run(&["--vendor", "hms", "--case", "check::not-found", "--json"]));
    assert_eq!(code, Some(0), "{err}");
    let json: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(json["cases"][0]["case"], "hms::check::not-found");
    assert_eq!(json["vendors"]["hms"]["passed"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulator_at_an_address_is_asked_the_same() {
    let frozen = Simulator::builder().now(NOW).expect("a time").start().await.expect("a port");
    let (code, out, err) = told(&run(&["--target", frozen.url()]));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.ends_with("every value was compared\n"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_clock_runs_only_the_form_is_compared() {
    let running = Simulator::builder().seed(7).start().await.expect("a port");
    let (code, out, err) = told(&run(&["--target", running.url()]));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("values were not compared, only their form"), "{out}");
}

#[test]
fn a_wrong_argument_ends_with_two() {
    let (code, _, err) = told(&run(&["--vendor", "nobody"]));
    assert_eq!(code, Some(2));
    assert!(err.starts_with("error: there is no vendor `nobody`\nhint: there are: "), "{err}");
    assert_eq!(told(&run(&["--case", "no-such-case"])).0, Some(2));
    assert_eq!(told(&run(&["--target", "somewhere"])).0, Some(2));
}

#[test]
fn a_target_that_nobody_listens_at_ends_with_three() {
    let (code, _, err) = told(&run(&["--target", "http://127.0.0.1:9"]));
    assert_eq!(code, Some(3));
    assert!(err.starts_with("error: nothing answers at http://127.0.0.1:9"), "{err}");
    assert!(err.contains("hint: start one with `gspsim serve`"), "{err}");
}
