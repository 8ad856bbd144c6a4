//! A made-up pack whose endpoints answer under a session: its cases log in by themselves, what is
//! sealed is opened, and every way in which that can go wrong is told.

#[path = "sessions/flows.rs"]
mod flows;
#[path = "sessions/pack.rs"]
mod pack;

use gsp_contract_tests::{
    case::{Case, Suite},
    target::{Answer, Target},
    verdict,
};
use pack::Files;

fn case<'suite>(suite: &'suite Suite, name: &str) -> &'suite Case {
    let named = |case: &&Case| case.id() == format!("seal::{name}");
    suite.cases.iter().find(named).unwrap_or_else(|| panic!("there is no case `{name}`"))
}

/// What is otherwise than promised of a case.
async fn told(files: &Files, name: &str) -> Vec<String> {
    let suite = files.suite();
    let target = Target::embedded(suite.world.clone()).await.expect("it starts");
    let verdict = verdict::try_case(case(&suite, name), &target).await.expect("it answers");
    assert_eq!(verdict.skipped, None);
    verdict.mismatches.iter().map(ToString::to_string).collect()
}

async fn answer(suite: &Suite, name: &str) -> Answer {
    let target = Target::embedded(suite.world.clone()).await.expect("it starts");
    target.ask(case(suite, name)).await.expect("it answers")
}

#[tokio::test]
async fn every_case_of_the_pack_keeps_its_promise() {
    let suite = pack::sound().suite();
    let target = Target::embedded(suite.world.clone()).await.expect("it starts");
    for case in suite.of(Some("seal")) {
        let verdict = verdict::try_case(case, &target).await.expect("it answers");
        assert!(verdict.passed(), "{verdict:?}");
    }
}

#[tokio::test]
async fn a_case_under_a_session_is_opened() {
    let suite = pack::sound().suite();
    let answer = answer(&suite, "fetch::found").await;
    let opened = answer.opened.expect("it was sealed");
    assert_eq!(opened.pointer, "/data");
    assert_eq!(opened.json["gstin"], "27AAACS0000A1ZG");
}

#[tokio::test]
async fn the_same_case_gives_the_same_bytes() {
    let suite = pack::sound().suite();
    let body = async || answer(&suite, "fetch::found").await.body;
    assert_eq!(body().await, body().await);
}

#[tokio::test]
async fn what_no_request_causes_is_asked_for_and_plain_answers_come_sealed() {
    let suite = pack::sound().suite();
    assert_eq!(case(&suite, "fetch::session-expired").wish.as_deref(), Some("session-expired"));
    assert!(answer(&suite, "fetch::session-expired").await.opened.is_none());
    let later = answer(&suite, "fetch::later").await;
    assert_eq!(later.opened.expect("it is sealed too").json["wait"], 30);
}

#[tokio::test]
async fn a_case_may_refuse_to_log_in_first() {
    assert_eq!(told(&pack::sound(), "fetch::no-session").await, [""; 0]);
    assert_eq!(told(&pack::sound(), "open::otp-not-requested").await, [""; 0]);
}

#[tokio::test]
async fn who_logs_in_is_not_who_the_request_says_it_is() {
    assert_eq!(told(&pack::sound(), "fetch::another-user").await, [""; 0]);
    let as_another = pack::sound().request("session-user = \"SOMEBODY\"", "fetch", "another-user");
    assert_eq!(
        told(&as_another, "fetch::another-user").await[..3],
        [
            "`status`: 403 promised, 200 found",
            "`outcome`: session-of-another-user promised, found found",
            "`code`: S4 promised, none found"
        ]
    );
}

#[tokio::test]
async fn what_breaks_the_promise_of_its_inside_is_told_by_its_whole_pointer() {
    let files = pack::sound().with(
        "contract/payloads/fetch.schema.json",
        r#"{ "properties": { "gstin": { "type": "number" } } }"#,
    );
    assert_eq!(
        told(&files, "fetch::found").await,
        ["`/data/gstin`: number promised, string found"]
    );
}

#[tokio::test]
async fn what_is_sealed_and_not_promised_is_told() {
    let files = pack::sound().without("contract/payloads/fetch.schema.json");
    assert_eq!(
        told(&files, "fetch::found").await,
        ["`/data`: a schema in contract/payloads/ for what is sealed promised, none found"]
    );
}

#[tokio::test]
async fn what_is_promised_and_not_sealed_is_told() {
    let files = pack::sound()
        .change("bodies/fetch/found.json", r#""{% sealed %}""#, r#""plain""#)
        .request("payload = \"fetch\"", "fetch", "found");
    assert_eq!(
        told(&files, "fetch::found").await,
        ["`/data`: something sealed promised, nothing found"]
    );
}

#[tokio::test]
async fn volatile_values_are_hidden_inside_too() {
    let files = pack::sound().more(
        "contract/requests.toml",
        "\n[volatile]\n\"/data/at\" = \"epoch-ms\"\n\"/data/gstin\" = \"uuid\"\n",
    );
    assert_eq!(
        told(&files, "fetch::found").await,
        ["`/data/gstin`: a UUID of version 4 promised, \"27AAACS0000A1ZG\" found"]
    );
}

#[tokio::test]
async fn what_the_journal_must_say_is_looked_for() {
    let files = pack::sound().request("explained = \"OAEP\"", "ask", "plain-key");
    let told = told(&files, "ask::plain-key").await;
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("`journal hint`: \"OAEP\" promised, \"`app_key` is"), "{told:?}");
}

#[tokio::test]
async fn a_login_that_is_refused_is_told_with_its_answer() {
    let files = pack::sound().change("vendor.toml", "window-min = 360", "window-min = 0");
    assert_eq!(
        told(&files, "fetch::found").await,
        [
            "`session`: one promised, `seal::ask::sent` was answered with `api-access-off`, HTTP 403: {\"code\":\"S1\"} found"
        ]
    );
}

#[tokio::test]
async fn a_login_without_a_token_is_told() {
    let files =
        pack::sound().more("contract/requests.toml", "\n[consents.person]\ntoken = \"/t\"\n");
    assert_eq!(
        told(&files, "fetch::found").await,
        ["`session`: one promised, the login gave no token at `/t` found"]
    );
}

#[tokio::test]
async fn a_session_key_that_does_not_open_is_told() {
    let files = pack::sound().change("bodies/open/opened.json", "session.key", "session.user");
    let told = told(&files, "open::opened").await;
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("`/sek`: a session key under the client's key promised, "));
}

#[tokio::test]
async fn a_hole_that_nobody_can_fill_is_told() {
    let files = pack::sound().request(
        "headers = { auth-token = \"{{ consent.token_old }}\" }",
        "fetch",
        "found",
    );
    assert_eq!(
        told(&files, "fetch::found").await,
        ["`session`: one promised, `{{ consent.token_old }}`: no session was refreshed found"]
    );
}

#[tokio::test]
async fn a_way_without_a_request_for_a_step_is_told() {
    let files = pack::sound().change(
        "contract/requests.toml",
        "[[requests]]\nendpoint = \"fetch\"",
        "[consents.person]\nopen = \"fetch\"\n\n[[requests]]\nendpoint = \"fetch\"",
    );
    let told = told(&files, "fetch::found").await;
    assert_eq!(told.len(), 1);
    // A login that takes another step than it should gives no token.
    assert!(told[0].starts_with("`session`: one promised, `"), "{told:?}");
}
