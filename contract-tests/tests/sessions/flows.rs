//! Flows of the made-up pack: played, told, and put back where others use the target.

use gsp_contract_tests::{
    case::Suite,
    flow::{self, FlowCase},
    target::{NOW, Target},
};
use gsp_simulator::Simulator;
use reqwest::Method;

use super::pack::{self, Files};

fn flow<'suite>(suite: &'suite Suite, name: &str) -> &'suite FlowCase {
    let named = |flow: &&FlowCase| flow.id() == format!("seal::flows::{name}");
    suite.flows.iter().find(named).unwrap_or_else(|| panic!("there is no flow `{name}`"))
}

/// What is otherwise than promised of a flow.
async fn told(files: &Files, name: &str) -> Vec<String> {
    let suite = files.suite();
    let target = Target::embedded(suite.world.clone()).await.expect("it starts");
    let verdict = flow::try_flow(flow(&suite, name), &target).await.expect("it answers");
    verdict.mismatches.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_flow_shows_every_exchange() {
    let suite = pack::sound().suite();
    let target = Target::embedded(suite.world.clone()).await.expect("it starts");
    let told = flow(&suite, "day").play(&target).await.expect("it answers");
    assert_eq!(told.mismatches, []);
    let titles: Vec<_> = told.shown.lines().filter(|line| line.starts_with("=== ")).collect();
    assert_eq!(
        titles,
        [
            "=== 1 log in: person",
            "=== 2 found",
            "=== 3 opened",
            "=== 4 found",
            "=== 5 closed",
            "=== 6 after"
        ]
    );
    let requests: Vec<_> = told.shown.lines().filter(|line| line.starts_with("> ")).collect();
    assert_eq!(
        requests[..3],
        ["> POST /seal/ask, {}", "> POST /seal/open, {}", "> GET /seal/fetch/27AAACS0000A1ZG"]
    );
    assert!(told.shown.contains("--- /data, opened ---\n{\n  \"gstin\": \"27AAACS0000A1ZG\""));
}

#[tokio::test]
async fn a_flow_with_settings_has_a_world_of_its_own() {
    assert_eq!(told(&pack::sound(), "set").await, [""; 0]);
}

#[tokio::test]
async fn what_goes_otherwise_is_told_with_its_step() {
    let files =
        pack::sound().change("contract/flows.toml", "request = \"close\"", "request = \"ask\"");
    assert_eq!(
        told(&files, "day").await[..2],
        [
            "`step 6 (after): status`: 403 promised, 200 found",
            "`step 6 (after): outcome`: session-unknown promised, found found"
        ]
    );
}

#[tokio::test]
async fn what_is_not_there_to_be_kept_ends_the_flow_where_it_is_used() {
    let files = pack::sound().change("contract/flows.toml", "/data/gstin", "/data/gstn");
    assert_eq!(
        told(&files, "day").await,
        [
            "`step 2 (found): /data/gstn`: something to keep as `name` promised, nothing found",
            "`step 4 (found)`: a request promised, `{{ kept.name }}`: nobody has kept it found"
        ]
    );
}

#[tokio::test]
async fn a_body_that_is_no_file_is_told() {
    let files = pack::sound().change(
        "contract/flows.toml",
        "request = \"close\"",
        "request = \"close\"\nfile = { hash = \"00\", key = \"AAAA\" }",
    );
    let told = told(&files, "day").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("`step 5 (closed): file`: the hash that was told promised, "));
}

#[tokio::test]
async fn a_story_that_is_not_there_is_told() {
    let files = pack::sound().change(
        "contract/flows.toml",
        "act = { advance = \"6h\" }",
        "act = { begin = \"no-such-story\" }",
    );
    assert_eq!(
        told(&files, "time").await,
        [
            "`step 6 (begin scenario no-such-story)`: a request promised, scenario `no-such-story`: there is no scenario `no-such-story` found"
        ]
    );
}

#[tokio::test]
async fn a_shared_simulator_is_left_as_it_was() {
    let suite = pack::sound().suite();
    let builder = Simulator::builder().world(suite.world.clone()).now(NOW).expect("a time");
    let target = Target::of(builder.start().await.expect("a port")).await.expect("it answers");
    let clock = target.tell(Method::GET, "clock", None).await.expect("it answers");
    let before = target.certificate("finagg", "taxpayer").await.expect("it answers");

    for name in ["day", "time"] {
        let verdict = flow::try_flow(flow(&suite, name), &target).await.expect("it answers");
        assert!(verdict.passed(), "{verdict:?}");
    }
    let skipped = flow::try_flow(flow(&suite, "set"), &target).await.expect("it answers");
    assert_eq!(skipped.skipped.as_deref(), Some("it needs a simulator of its own, with over = 5"));

    assert_eq!(target.tell(Method::GET, "clock", None).await.expect("it answers"), clock);
    assert_eq!(target.certificate("finagg", "taxpayer").await.expect("it answers"), before);
}

#[tokio::test]
async fn cases_at_a_shared_simulator_leave_no_session_open() {
    let suite = pack::sound().suite();
    let builder = Simulator::builder().world(suite.world.clone()).now(NOW).expect("a time");
    let target = Target::of(builder.start().await.expect("a port")).await.expect("it answers");
    for case in suite.of(Some("seal")).filter(|case| case.endpoint == "fetch") {
        let verdict =
            gsp_contract_tests::verdict::try_case(case, &target).await.expect("it answers");
        assert!(verdict.passed(), "{verdict:?}");
    }
    let open = target.tell(Method::GET, "sessions", None).await.expect("it answers");
    assert_eq!(open["sessions"], serde_json::json!([]));
}
