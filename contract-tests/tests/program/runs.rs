//! Runs that cost something: budgets, plans, what is asked again, and runs that are taken up again.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use gsp_contract_tests::{run::Run, target::NOW, verdict::Verdict};
use gsp_simulator::{
    Simulator,
    journal::{Query, Record},
};
use serde_json::Value;
use tempfile::TempDir;

use super::told;

/// A simulator, and a folder with a `contract.toml` that names it.
struct Sandbox {
    simulator: Simulator,
    folder: TempDir,
}

impl Sandbox {
    async fn new(scenarios: &[&str]) -> Self {
        let builder = Simulator::builder().now(NOW).expect("a time");
        let builder = scenarios.iter().fold(builder, |builder, name| builder.scenario(name));
        let simulator = builder.start().await.expect("a port");
        Self { simulator, folder: tempfile::tempdir().expect("a folder") }
    }

    /// Writes `contract.toml`: the target `sandbox` with these lines more.
    fn config(&self, more: &str) {
        let url = self.simulator.url();
        let text = format!("[targets.sandbox]\nkind = \"simulator\"\nurl = \"{url}\"\n{more}\n");
        fs::write(self.folder.path().join("contract.toml"), text).expect("it can be written");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gsp-contract"));
        command.args(["run", "--target", "sandbox"]).args(arguments);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Runs it; in the background, so that the simulator goes on in this process.
    async fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = self.command(arguments);
        let output = tokio::task::spawn_blocking(move || command.output()).await;
        let output: Output = output.expect("it ends").expect("the program starts");
        told(&output)
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    }

    fn arrived(&self) -> Vec<Record> {
        self.simulator.journal(&Query { limit: Some(10_000), ..Query::default() }).exchanges
    }

    fn state(&self, name: &str) -> PathBuf {
        self.folder.path().join(".gsp-contract").join(name)
    }

    fn last_run(&self) -> Run {
        Run::read(&self.state("last-run.json")).expect("there is a run")
    }

    /// Waits until the file of the run has so many verdicts.
    async fn verdicts(&self, number: usize) {
        let begun = Instant::now();
        loop {
            let run = Run::read(&self.state("last-run.json"));
            if run.is_ok_and(|run| run.verdicts.len() >= number) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_mins(2), "it gets on");
            tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(20)))
                .await
                .expect("it waits");
        }
    }
}

const OF_ATTESTR: [&str; 4] = ["--vendor", "attestr", "--case", "::verify-gstin::"];

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_of_five_calls_lets_five_through_and_the_rest_is_tried_when_there_is_more() {
    let sandbox = Sandbox::new(&[]).await;
    sandbox.config("[targets.sandbox.budget]\ncalls = 5");

    let (code, out, err) = sandbox.run(&OF_ATTESTR).await;
    assert_eq!(sandbox.arrived().len(), 5, "{out}{err}");
    assert_eq!(code, Some(3), "{out}{err}");
    let put_off = "the budget of `sandbox` for today is used up: 5 of 5 calls; there are more at ";
    let run = sandbox.last_run();
    let last = run.verdicts.last().and_then(|verdict| verdict.skipped.clone());
    assert!(last.is_some_and(|why| why.starts_with(put_off)), "{out}");
    assert_eq!(run.verdicts.len(), run.chosen.len(), "nothing is passed over in silence");
    assert_eq!(run.put_off.len(), run.chosen.len() - 5);
    let told = format!(
        "5 of {} cases have their verdict, {} were put off",
        run.chosen.len(),
        run.put_off.len()
    );
    assert!(err.contains(&told), "{err}");

    // The counts last from run to run.
    let (code, ..) = sandbox.run(&OF_ATTESTR).await;
    assert_eq!((code, sandbox.arrived().len()), (Some(3), 5));

    // That run had nothing to tell; the first one's verdicts are asked for anew, each once.
    sandbox.config("[targets.sandbox.budget]\ncalls = 1000");
    let mut arguments = OF_ATTESTR.to_vec();
    arguments.push("--resume");
    let (code, out, err) = sandbox.run(&arguments).await;
    assert_eq!(code, Some(0), "{out}{err}");
    let run = sandbox.last_run();
    assert_eq!(run.verdicts.len(), run.chosen.len());
    assert!(run.put_off.is_empty() && run.ended.is_some());
    assert_eq!(sandbox.arrived().len(), 5 + run.chosen.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_share_one_budget() {
    let sandbox = Sandbox::new(&[]).await;
    sandbox.config("[targets.sandbox.budget]\ncalls = 7");
    let mut one = OF_ATTESTR.to_vec();
    one.extend(["--parallel", "4"]);
    let mut other = one.clone();
    one.extend(["--out", "one.json"]);
    other.extend(["--out", "other.json"]);

    let (one, other) = tokio::join!(sandbox.run(&one), sandbox.run(&other));

    assert_eq!((one.0, other.0), (Some(3), Some(3)), "{}{}", one.2, other.2);
    assert_eq!(sandbox.arrived().len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_what_it_would_cost_and_sends_nothing() {
    let sandbox = Sandbox::new(&[]).await;
    sandbox.config("[targets.sandbox.budget]\ncalls = 3\nbillable = 500\ncalls-per-second = 2");
    let mut arguments = vec!["--vendor", "attestr", "--case", "::verify-gstin::f", "--dry-run"];

    let (code, out, err) = sandbox.run(&arguments).await;
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(
        out.starts_with("vendor   endpoint      cases  skipped  calls  errors  costs at most\n"),
        "{out}"
    );
    assert!(out.contains("too few, the run would be put off before its end"), "{out}");
    assert!(out.ends_with("target sandbox; nothing was sent\n"), "{out}");

    arguments.push("--json");
    let (_, out, _) = sandbox.run(&arguments).await;
    let plan: Value = serde_json::from_str(&out).expect("it is JSON");
    let calls = plan["vendors"][0]["calls"].as_u64().expect("a number");
    assert!(calls > 3, "{plan}");
    assert_eq!(plan["vendors"][0]["billable"], calls, "each may cost a credit: {plan}");
    assert_eq!(plan["vendors"][0]["takes_s"], (calls - 1) / 2, "two a second: {plan}");
    assert!(plan["vendors"][0]["errors"].as_u64() < Some(calls), "{plan}");
    assert!(sandbox.arrived().is_empty());
    assert!(!sandbox.state("").exists(), "a dry run leaves nothing behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_no_less_than_what_the_run_then_sends() {
    let sandbox = Sandbox::new(&[]).await;
    sandbox.config("[targets.sandbox.budget]\ncalls = 1000");
    // Cases under a session, on the way to one, and a flow.
    for choice in [
        ["--vendor", "finagg", "--case", "::gstr4::"],
        ["--vendor", "finagg", "--tag", "flows"],
        ["--vendor", "attestr", "--tag", "written"],
    ] {
        let before = sandbox.arrived().len();
        let mut arguments = choice.to_vec();
        arguments.extend(["--dry-run", "--json"]);
        let (_, out, err) = sandbox.run(&arguments).await;
        let plan: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        let (code, out, err) = sandbox.run(&choice).await;
        assert_eq!(code, Some(0), "{out}{err}");
        let sent = sandbox.arrived().len() - before;
        let planned = plan["vendors"][0]["calls"].as_u64().expect("a number");
        if choice.contains(&"flows") {
            // Whoever has logged out in the flow need not do so at its end.
            assert!((sent as u64..sent as u64 + 10).contains(&planned), "{sent} sent, {plan:#}");
        } else {
            assert_eq!(planned, sent as u64, "{plan:#}");
        }
    }
}

const PACED: &str = "[targets.sandbox.budget]\ncalls-per-second = 1";
const YEARS: [&str; 4] = ["--vendor", "attestr", "--case", "::verify-gstin::fy"];

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_goes_on_where_it_was() {
    let sandbox = Sandbox::new(&[]).await;
    sandbox.config(PACED);
    let mut killed = sandbox.spawn(&YEARS);
    sandbox.verdicts(3).await;
    killed.kill().expect("it is ours");
    killed.wait().expect("it ends");
    let before = sandbox.last_run();
    assert!(before.ended.is_none() && before.verdicts.len() < before.chosen.len(), "halfway");

    let mut arguments = YEARS.to_vec();
    arguments.push("--resume");
    let (code, out, err) = sandbox.run(&arguments).await;

    assert_eq!(code, Some(0), "{out}{err}");
    let run = sandbox.last_run();
    assert_eq!(run.verdicts.len(), run.chosen.len());
    let in_order: Vec<_> = run.verdicts.iter().map(|verdict| verdict.case.clone()).collect();
    assert_eq!(in_order, run.chosen);
    // One that was under way when the run was killed may have been asked: its answer is nowhere.
    let arrived = sandbox.arrived().len();
    assert!(arrived == run.chosen.len() || arrived == run.chosen.len() + 1, "{arrived} arrived");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn control_c_ends_a_run_after_the_case_under_way() {
    let sandbox = Sandbox::new(&[]).await;
    sandbox.config(PACED);
    let running = sandbox.spawn(&YEARS);
    sandbox.verdicts(3).await;
    let id = running.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().expect("kill is there");
    assert!(sent.success());
    let output = tokio::task::spawn_blocking(move || running.wait_with_output()).await;
    let (code, out, err) = told(&output.expect("it ends").expect("it was run"));

    assert_eq!(code, Some(130), "{out}{err}");
    assert!(err.contains("no more cases are begun"), "{err}");
    assert!(err.contains("go on with the same arguments and `--resume`"), "{err}");
    let run = sandbox.last_run();
    assert_eq!(run.verdicts.len(), sandbox.arrived().len(), "what was asked has its verdict");
    assert!(run.verdicts.len() < run.chosen.len() && run.ended.is_none());

    let mut arguments = YEARS.to_vec();
    arguments.push("--resume");
    let (code, out, err) = sandbox.run(&arguments).await;
    assert_eq!(code, Some(0), "{out}{err}");
    assert_eq!(sandbox.arrived().len(), run.chosen.len(), "each was asked once");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_run_of_the_same_target_and_cases_is_taken_up() {
    let sandbox = Sandbox::new(&[]).await;
    sandbox.config("");
    let (code, _, err) = sandbox.run(&["--case", "attestr::verify-gstin::found", "--resume"]).await;
    assert_eq!(code, Some(2));
    assert!(err.starts_with("error: there is no run at `.gsp-contract/last-run.json`\nhint: `gsp-contract run` writes it"), "{err}");

    let (code, out, err) = sandbox.run(&["--case", "attestr::verify-gstin::found"]).await;
    assert_eq!(code, Some(0), "{out}{err}");
    let (code, _, err) = sandbox.run(&["--case", "hms::check::found", "--resume"]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("is of another choice: "), "{err}");
    assert!(err.contains("hint: give the arguments of that run, or leave `--resume` out"), "{err}");

    fs::write(sandbox.state("last-run.json"), "{\"format\": 99}").expect("it can be written");
    let (code, _, err) = sandbox.run(&["--case", "hms::check::found", "--resume"]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("has format 99, and this program reads 1"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_by_the_catalog_is_asked_again_and_each_time_is_counted() {
    let sandbox = Sandbox::new(&["first-two-fail"]).await;
    sandbox.config("retries = 2\n[targets.sandbox.budget]\ncalls = 9");

    let (code, out, err) = sandbox.run(&["--case", "attestr::verify-gstin::without-filings"]).await;

    // Two cases have this in their name; the third call of all is answered.
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(err.contains("attestr::verify-gstin::without-filings: HTTP 500, which passes by the catalog; it is asked again in 1.0 s\n"), "{err}");
    let run = sandbox.last_run();
    let again = &run.asked_again["attestr::verify-gstin::without-filings"];
    assert_eq!(again.len(), 2, "{again:?}");
    assert_eq!(sandbox.arrived().len(), 4);
    let ledger = fs::read_to_string(sandbox.state("ledger-sandbox.json")).expect("it is kept");
    let ledger: Value = serde_json::from_str(&ledger).expect("it is JSON");
    let day = ledger["days"].as_object().and_then(|days| days.values().next_back()).expect("a day");
    assert_eq!(day["all"]["calls"], 4, "{ledger}");
    assert_eq!(day["all"]["errors"], 2, "{ledger}");
    assert_eq!(day["all"]["billable"], 2, "errors cost no credits here: {ledger}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_pass_is_not_asked_again() {
    let sandbox = Sandbox::new(&["credits-run-out"]).await;
    sandbox.config("retries = 2");
    let (code, _, err) = sandbox.run(&["--vendor", "attestr", "--tag", "success"]).await;
    assert_eq!(code, Some(1), "{err}");
    let run = sandbox.last_run();
    assert!(run.verdicts.iter().any(Verdict::failed), "credits run out");
    assert!(run.asked_again.is_empty(), "{:?}", run.asked_again);
    assert_eq!(sandbox.arrived().len(), run.chosen.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_again_only_where_nothing_was_changed() {
    let looks_up = Sandbox::new(&["lost-reply"]).await;
    looks_up.config("retries = 2");
    let (code, out, err) = looks_up.run(&["--case", "attestr::verify-gstin::not-found"]).await;
    assert_eq!(code, Some(0), "{out}{err}");
    assert_eq!(looks_up.last_run().asked_again.len(), 1, "{err}");

    // An OTP that is asked for twice is another one.
    let asks_for_otp = Sandbox::new(&["lost-reply"]).await;
    asks_for_otp.config("retries = 2");
    let (code, out, err) =
        asks_for_otp.run(&["--vendor", "finagg", "--case", "::otp-request::otp-sent-v02"]).await;
    assert_eq!(code, Some(1), "{out}{err}");
    let run = asks_for_otp.last_run();
    assert_eq!(run.verdicts[0].mismatches[0].at, "answer", "{out}");
    assert_eq!(run.asked_again.len(), 0, "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_a_time_come_to_the_same_as_one_by_one() {
    let sandbox = Sandbox::new(&[]).await;
    sandbox.config("parallel = 8");
    let (code, out, err) = sandbox.run(&["--vendor", "attestr"]).await;
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.ends_with("every value was compared\n"), "{out}");
    let run = sandbox.last_run();
    let cases: Vec<_> = run.verdicts.iter().map(|verdict| verdict.case.clone()).collect();
    assert_eq!(cases, run.chosen, "in the order of the cases");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_ledger_lets_nothing_out() {
    let sandbox = Sandbox::new(&[]).await;
    sandbox.config("[targets.sandbox.budget]\ncalls = 100");
    fs::create_dir_all(sandbox.state("")).expect("a folder");
    let ledger = sandbox.state("ledger-sandbox.json");
    fs::write(&ledger, "{\"format\": 1, \"tar").expect("it can be written");

    let (code, _, err) = sandbox.run(&OF_ATTESTR).await;

    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains("error: the budget's ledger `.gsp-contract/ledger-sandbox.json` is damaged: "),
        "{err}"
    );
    assert!(
        err.contains("hint: what was used today is not known: wait until the day is over in India"),
        "{err}"
    );
    assert!(sandbox.arrived().is_empty());
    assert!(
        fs::read_to_string(ledger).expect("it stays").ends_with("\"tar"),
        "nobody mends it in silence"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn how_far_it_is_is_told_unless_it_shall_be_quiet() {
    let sandbox = Sandbox::new(&[]).await;
    sandbox.config("");
    let (_, _, err) = sandbox.run(&["--tag", "asked-for"]).await;
    assert!(err.starts_with("100 of "), "{err}");
    assert!(!err.contains('\u{1b}'), "nobody looks on: {err}");
    let (_, _, err) = sandbox.run(&["--quiet", "--vendor", "attestr"]).await;
    assert!(err.is_empty(), "{err}");
}
