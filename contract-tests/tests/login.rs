//! A pack whose endpoint wants a token that a login gives: its cases log in by themselves.

use std::fs;

use gsp_contract_tests::{
    case::{Case, Suite},
    target::Target,
    verdict,
};
use gsp_simulator::{pack::folder::Folder, world::Ingredients};

const VENDOR: &str = r#"
title = "Example with a login"

[reply]
error-body = "error"

[auth.login]
missing = "unauthenticated"
wrong = "unauthenticated"

[[auth.login.parts]]
name = "key"
place = { header = "x-api-key" }

[auth.default]
missing = "unauthenticated"
wrong = "unauthenticated"

[[auth.default.parts]]
name = "token"
place = { header = "authorization" }
scheme = "Bearer"
check = { issued = { session = "access", expired = "credentials-expired" } }

[[accounts]]
name = "default"
credentials = { key = "sim-login-key" }

[[accounts]]
name = "no-credits"
credentials = { key = "sim-login-no-credits" }
refused = "credits-exhausted"

[[endpoints]]
name = "log-in"
method = "POST"
path = "/login"
auth = "login"
success = "ok"
issues = { session = "access", life-s = 60, form = "opaque" }

[endpoints.answers]
ok = {}

[[endpoints]]
name = "verify"
method = "GET"
path = "/verify/{gstin}"
lookup = { gstin = "gstin" }

[endpoints.fields]
gstin = { in = "path" }

[endpoints.answers]
found = {}
"#;

const ERRORS: &str = r#"
[[codes]]
code = "E1"
outcomes = ["unauthenticated", "credentials-expired"]
status = 401
message = "Log in"
layer = "client"
cause = "No token."
mend = "Log in."
retry = "after-fix"
source = "none"
certainty = "assumed"

[[codes]]
code = "E2"
outcomes = ["credits-exhausted"]
status = 402
message = "Pay"
layer = "vendor"
cause = "No credits."
mend = "Pay."
retry = "after-reset"
source = "none"
certainty = "assumed"

[[codes]]
code = "E3"
outcomes = ["not-found"]
status = 404
message = "Nobody"
layer = "upstream"
cause = "Nobody."
mend = "Ask for another."
retry = "never"
source = "none"
certainty = "assumed"
"#;

const REQUESTS: &str = r#"
[[requests]]
endpoint = "log-in"
outcome = "ok"
status = 200

[[requests]]
endpoint = "verify"
outcome = "found"
status = 200
path = { gstin = "27AAACS0000A1ZG" }

[tokens]
access = "/data/token"

[volatile]
"/data/token" = "^[A-Za-z0-9]{40}$"
"#;

fn suite(requests: &str) -> Suite {
    let folder = tempfile::tempdir().expect("a folder for a while");
    let files = [
        ("vendor.toml", VENDOR),
        ("errors.toml", ERRORS),
        ("bodies/error.json", r#"{"code": "{{ code }}", "message": "{{ message }}"}"#),
        ("bodies/log-in/ok.json", r#"{"data": {"token": "{{ session.token }}"}}"#),
        ("bodies/verify/found.json", r#"{"name": "{{ taxpayer.legal_name }}"}"#),
        ("contract/requests.toml", requests),
    ];
    for (name, text) in files {
        let path = folder.path().join("with-login").join(name);
        fs::create_dir_all(path.parent().expect("it is below")).expect("it may be made");
        fs::write(path, text).expect("it may be written");
    }
    let mut ingredients = Ingredients::default();
    ingredients.fixtures.push(Folder::read(folder.path()).expect("it is there"));
    Suite::load(&ingredients).unwrap_or_else(|findings| panic!("{}", findings[0].draw(false)))
}

fn names(suite: &Suite) -> Vec<String> {
    suite.of(Some("with-login")).map(Case::id).collect()
}

#[tokio::test]
async fn every_case_of_a_pack_with_a_login_is_as_promised() {
    let suite = suite(REQUESTS);
    let target = Target::embedded(suite.world.clone()).await.expect("it starts");
    assert_eq!(
        names(&suite),
        [
            "with-login::log-in::ok",
            "with-login::log-in::unauthenticated",
            "with-login::log-in::credentials-expired",
            "with-login::log-in::credits-exhausted",
            "with-login::log-in::not-found",
            "with-login::verify::found",
            "with-login::verify::unauthenticated",
            "with-login::verify::credentials-expired",
            "with-login::verify::credits-exhausted",
            "with-login::verify::not-found",
        ]
    );
    for case in suite.of(Some("with-login")) {
        let verdict = verdict::try_case(case, &target).await.expect("it answers");
        assert!(verdict.passed(), "{verdict:?}");
    }
}

#[tokio::test]
async fn without_a_place_for_the_token_the_case_is_skipped_and_says_why() {
    let suite = suite(&REQUESTS.replace("access = \"/data/token\"", ""));
    let target = Target::embedded(suite.world.clone()).await.expect("it starts");
    let case = suite.of(Some("with-login")).find(|case| case.id() == "with-login::verify::found");
    let verdict = verdict::try_case(case.expect("it is there"), &target).await.expect("it answers");
    assert_eq!(
        verdict.skipped.as_deref(),
        Some(
            "`access` is given by a login, and `[tokens]` in `contract/requests.toml` does not say where"
        )
    );
}
