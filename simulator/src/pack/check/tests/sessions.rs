use super::{Files, sound};

const VENDOR: &str = r#"
[consents.person]
otp = "575757"
otp-life-s = 600
otp-tries = 3
token-life-s = 21600
refresh-s = 64800
window-min = 360
most = 2
refresh-keys = ["new"]

[[endpoints]]
name = "ask"
method = "POST"
path = "/ask"
auth = "none"
body = { accepts = ["json"], unreadable = "malformed-request" }
success = "sent"

[endpoints.fields]
user = { in = "body" }
state = { in = "body" }
key = { in = "body", key = "app_key" }

[endpoints.consent]
of = "person"
step = "request-otp"
user = "user"
state = "state"
app-key = "key"

[endpoints.answers]
sent = {}

[[endpoints]]
name = "fetch"
method = "GET"
path = "/fetch/{gstin}"
auth = "none"
lookup = { gstin = "gstin" }

[endpoints.fields]
gstin = { in = "path" }
user = { in = "header", key = "username" }
state = { in = "header", key = "state-cd" }
token = { in = "header", key = "auth-token" }

[endpoints.consent]
of = "person"
step = "use"
user = "user"
state = "state"
token = "token"

[endpoints.answers]
found = {}
not-found = { code = "E3" }

[outcomes.sent]
about = "An OTP is on its way"
"#;

const ERRORS: &str = r#"
[[codes]]
code = "E3"
outcomes = [
  "api-access-off", "key-missing", "key-undecipherable", "key-unusable", "consent-over",
  "session-expired", "session-of-another-gstin", "session-of-another-state",
  "session-of-another-user", "session-unknown",
]
status = 403
message = "No"
layer = "upstream"
cause = "It is refused."
mend = "Log in."
retry = "after-fix"
source = "page"
certainty = "documented"
"#;

const REQUESTS: &str = r#"
[[requests]]
endpoint = "ask"
outcome = "sent"
status = 200
body = {}

[[requests]]
endpoint = "fetch"
outcome = "found"
status = 200
path = { gstin = "27AAACS0000A1ZG" }
"#;

const FLOWS: &str = r#"[[flows]]
name = "day"
about = "A day"

[[flows.steps]]
act = { log-in = "person" }

[[flows.steps]]
request = "fetch"
keep = { name = "/data/gstin" }

[[flows.steps]]
request = "fetch::found"
path = { gstin = "{{ kept.name }}" }
"#;

const OUTCOMES: &str = r#"
[outcomes.api-access-off]
about = "."
[outcomes.key-missing]
about = "."
[outcomes.key-undecipherable]
about = "."
[outcomes.key-unusable]
about = "."
[outcomes.consent-over]
about = "."
[outcomes.session-expired]
about = "."
[outcomes.session-of-another-gstin]
about = "."
[outcomes.session-of-another-state]
about = "."
[outcomes.session-of-another-user]
about = "."
[outcomes.session-unknown]
about = "."
"#;

const FETCHED: &str = r#"{
  "data": { "{% sealed %}": { "gstin": "{{ taxpayer.gstin }}" } },
  "rek": "{{ seal.rek }}",
  "hmac": "{{ seal.hmac }}"
}"#;

const SEALED: &str = r#"{
  "required": ["data", "rek", "hmac"],
  "properties": { "rek": { "type": "string", "minLength": 64 } }
}"#;

/// The sound pack with a session, and nothing wrong with it.
fn with_session() -> Files {
    let requests = "alpha/contract/requests.toml";
    sound()
        .more("alpha/vendor.toml", VENDOR)
        .more("alpha/errors.toml", ERRORS)
        .more(requests, REQUESTS)
        .more("outcomes.toml", OUTCOMES)
        .with("alpha/contract/flows.toml", FLOWS)
        .with("alpha/bodies/ask/sent.json", r#"{ "status": "1" }"#)
        .with("alpha/bodies/fetch/found.json", FETCHED)
        .with("alpha/contract/ask/sent.schema.json", "{}")
        .with("alpha/contract/fetch/found.schema.json", SEALED)
        .with("alpha/contract/payloads/fetch.schema.json", r#"{ "required": ["gstin"] }"#)
}

#[test]
fn a_sound_pack_with_a_session_has_no_findings() {
    assert_eq!(with_session().told(), [""; 0]);
}

#[test]
fn what_is_sealed_is_held_against_its_own_promise() {
    let files = with_session().with(
        "alpha/contract/payloads/fetch.schema.json",
        r#"{ "properties": { "gstin": { "type": "number" } } }"#,
    );
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/bodies/fetch/found.json:2:31: `/data/gstin`: number promised, string \
             found (alpha::fetch::found)",
            "  fixtures/alpha/contract/payloads/fetch.schema.json promises it; mend the one that \
             the vendor's documents do not bear out",
        ]
    );
}

#[test]
fn what_is_sealed_and_not_promised_is_found() {
    let files = with_session().without("alpha/contract/payloads/fetch.schema.json");
    let told = files.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].ends_with(": nothing is promised of what `alpha::fetch::found` seals"));
    assert_eq!(
        told[1],
        "  add `contract/payloads/fetch-found.schema.json`, from the vendor's documents"
    );
}

#[test]
fn a_payload_that_no_answer_has_is_found() {
    let files = with_session().with("alpha/contract/payloads/fetsch.schema.json", "{}");
    let told = files.told();
    assert_eq!(
        told[0],
        "fixtures/alpha/contract/payloads/fetsch.schema.json: there is no case, outcome or code \
         `fetsch` at `payloads`"
    );
}

#[test]
fn what_requests_say_of_sessions_must_be_there() {
    let files = with_session().more(
        "alpha/contract/requests.toml",
        r#"
[[requests]]
endpoint = "fetch"
like = "found"
case = "a"
outcome = "found"
session = "persn"
payload = "fetsch"
headers = { auth-token = "{{ consent.tokn }}" }

[[requests]]
endpoint = "verify"
like = "found"
case = "b"
outcome = "found"
body = { gstin = "{{ consent.gstin }}", year = "{{ kept.year }}" }

[[requests]]
endpoint = "fetch"
like = "ask::snet"
case = "c"
outcome = "found"

[consents.person]
open = "ask"
close = "bye"
token = "auth_token"

[consents.persons]
user = "U"
"#,
    );
    let told = files.told();
    let found = |line: &str| assert!(told.iter().any(|one| one == line), "{line}\n{told:#?}");
    found(
        "fixtures/alpha/contract/requests.toml:38:8: there is no case `ask::snet` before this one",
    );
    let files = files.change("alpha/contract/requests.toml", "ask::snet", "fetch::found");
    let told = files.told();
    let found = |line: &str, hint: &str| {
        let at = told.iter().position(|one| one == line);
        let at = at.unwrap_or_else(|| panic!("{line}\n{told:#?}"));
        assert_eq!(told[at + 1], format!("  {hint}"));
    };
    let file = "fixtures/alpha/contract/requests.toml";
    found(
        &format!("{file}:25:11: there is no kind of session `persn`"),
        "`[consents.persn]` in vendor.toml declares one; did you mean `person`?",
    );
    found(
        &format!("{file}:26:11: there is no schema `fetsch` of what is sealed"),
        "add `contract/payloads/fetsch.schema.json`; did you mean `fetch`?",
    );
    found(
        &format!("{file}:27:30: nobody fills `{{{{ consent.tokn }}}}`"),
        "did you mean `consent.token`?",
    );
    found(
        &format!("{file}:34:22: `verify` has no session that `consent.gstin` could be of"),
        "`session = \"…\"` with a kind of session, or take the hole out",
    );
    found(
        &format!("{file}:34:52: nobody has kept `kept.year` for a request by itself"),
        "only the steps of contract/flows.toml keep and fill it",
    );
    found(
        &format!("{file}:43:8: `ask` does not take this step of a session"),
        "`[endpoints.consent]` of `ask` says which",
    );
    found(
        &format!("{file}:44:9: there is no request `bye`"),
        "there are: verify::found, ask::sent, fetch::found, fetch::a, verify::b, fetch::c",
    );
    found(
        &format!("{file}:45:9: `auth_token` is no JSON pointer"),
        "`/auth_token`: a `/` before each key",
    );
    found(
        &format!("{file}:48:8: there is no kind of session `persons`"),
        "`[consents.persons]` in vendor.toml declares one; did you mean `person`?",
    );
}

#[test]
fn what_flows_name_must_be_there_and_be_kept_before() {
    let files = with_session().with(
        "alpha/contract/flows.toml",
        r#"[[flows]]
name = "a"
about = "."
settings = { date = "YYYY" }

[[flows.steps]]
act = { log-in = "persn" }

[[flows.steps]]
act = { advance = "soon" }

[[flows.steps]]
act = { begin = "stroy" }

[[flows.steps]]
request = "fetch"
outcome = "fuond"
path = { gstin = "{{ kept.name }}" }
keep = { name = "data" }

[[flows.steps]]
request = "fetch"
target = "fetch/{{ kept.name }}"
file = { hash = "{{ kept.hash }}", key = "{{ consent.ky }}", payload = "fetsch" }
"#,
    );
    let file = "fixtures/alpha/contract/flows.toml";
    assert_eq!(
        files.told(),
        [
            &*format!("{file}:4:21: `alpha` has no setting `date`"),
            "  did you mean `dates`?",
            &format!("{file}:7:18: there is no kind of session `persn`"),
            "  `[consents.persn]` in vendor.toml declares one; did you mean `person`?",
            &format!(
                "{file}:10:19: `soon` is no time to advance by: failed to parse input in the \
                 \"friendly\" duration format: expected duration to start with a unit value (a \
                 decimal integer) after an optional sign, but no integer was found"
            ),
            "  such as `30m`, `6h` or `90s`",
            &format!("{file}:13:17: there is no scenario `stroy`"),
            "  did you mean `story`?",
            &format!("{file}:17:11: `fetch` never says `fuond`"),
            "  did you mean `found`?",
            &format!("{file}:18:22: no earlier step keeps `name`"),
            "  `keep = { name = \"/…\" }`; there are none here: declare one, or leave the name out",
            &format!("{file}:19:17: `data` is no JSON pointer"),
            "  `/data`: a `/` before each key",
            &format!("{file}:24:21: no earlier step keeps `hash`"),
            "  `keep = { hash = \"/…\" }`; there are: name",
            &format!("{file}:24:46: nobody fills `{{{{ consent.ky }}}}`"),
            "  did you mean `consent.otp`?",
            &format!("{file}:24:72: there is no schema `fetsch` of what is sealed"),
            "  add `contract/payloads/fetsch.schema.json`; did you mean `fetch`?",
            &format!("{file}:23:11: `fetch/{{{{ kept.name }}}}` is no path"),
            "  path and query below the vendor's root, from the first `/` on",
        ]
    );
}

#[test]
fn a_step_does_one_thing_and_a_flow_has_a_name_of_its_own() {
    let files = with_session().with(
        "alpha/contract/flows.toml",
        r#"[[flows]]
name = "a"
about = "."
steps = [{ name = "nothing" }, { act = "rotate-certificate", request = "fetch" }, { request = "fetsch" }]

[[flows]]
name = "a"
about = "."
steps = []
"#,
    );
    let file = "fixtures/alpha/contract/flows.toml";
    assert_eq!(
        files.told(),
        [
            &*format!("{file}:2:8: a step that neither acts nor sends does nothing (flow `a`)"),
            "  `request = \"endpoint::case\"`, or `act = …`",
            &format!("{file}:4:40: a step acts or sends, not both (flow `a`)"),
            "  `request = \"endpoint::case\"`, or `act = …`",
            &format!("{file}:4:95: there is no request `fetsch`"),
            "  there are: verify::found, ask::sent, fetch::found",
            &format!("{file}:7:8: the flow `a` is there twice"),
            "  give one of them another name",
        ]
    );
}
