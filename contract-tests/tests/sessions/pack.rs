//! The files of the made-up pack.

use std::collections::BTreeMap;

use gsp_contract_tests::case::Suite;
use gsp_simulator::{pack::folder::Folder, world::Ingredients};

const VENDOR: &str = r#"
title = "Seals"

[reply]
error-body = "error"

[settings.over]
about = "Above so many sections an answer comes as files"
default = 10000

[consents.person]
otp = "575757"
otp-life-s = 600
otp-tries = 3
token-life-s = 21600
refresh-s = 64800
window-min = 360
most = 2
refresh-keys = ["new", "old"]

[[endpoints]]
name = "ask"
method = "POST"
path = "/ask"
auth = "none"
body = { accepts = ["json"], unreadable = "malformed-request" }
success = "sent"

[endpoints.fields]
user = { in = "body" }
state = { in = "header", key = "state-cd" }
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
name = "open"
method = "POST"
path = "/open"
auth = "none"
body = { accepts = ["json"], unreadable = "malformed-request" }
success = "opened"

[endpoints.fields]
user = { in = "body" }
state = { in = "header", key = "state-cd" }
key = { in = "body", key = "app_key" }
otp = { in = "body" }

[endpoints.consent]
of = "person"
step = "open"
user = "user"
state = "state"
app-key = "key"
otp = "otp"

[endpoints.answers]
opened = {}

[[endpoints]]
name = "refresh"
method = "POST"
path = "/refresh"
auth = "none"
body = { accepts = ["json"], unreadable = "malformed-request" }
success = "opened"

[endpoints.fields]
user = { in = "body" }
state = { in = "header", key = "state-cd" }
key = { in = "body", key = "app_key" }
token = { in = "body" }

[endpoints.consent]
of = "person"
step = "refresh"
user = "user"
state = "state"
app-key = "key"
token = "token"

[endpoints.answers]
opened = { body = "open/opened" }

[[endpoints]]
name = "close"
method = "POST"
path = "/close"
auth = "none"
body = { accepts = ["json"], unreadable = "malformed-request" }
success = "closed"

[endpoints.fields]
user = { in = "body" }
state = { in = "header", key = "state-cd" }
token = { in = "body" }

[endpoints.consent]
of = "person"
step = "close"
user = "user"
state = "state"
token = "token"

[endpoints.answers]
closed = { body = "ask/sent" }

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
gstin = "gstin"

[endpoints.answers]
found = {}
later = {}

[[endpoints]]
name = "save"
method = "PUT"
path = "/save/{gstin}"
auth = "none"
body = { accepts = ["json"], unreadable = "malformed-request" }
success = "saved"

[endpoints.fields]
gstin = { in = "path" }
user = { in = "header", key = "username" }
state = { in = "header", key = "state-cd" }
token = { in = "header", key = "auth-token" }
data = { in = "body" }
hmac = { in = "body" }

[endpoints.consent]
of = "person"
step = "use"
user = "user"
state = "state"
token = "token"
gstin = "gstin"
data = "data"
hmac = "hmac"

[endpoints.answers]
saved = {}

[outcomes.later]
about = "Not yet"
[outcomes.saved]
about = "Kept"
[outcomes.sent]
about = "An OTP is on its way"
[outcomes.opened]
about = "A session is open"
[outcomes.closed]
about = "It is not any more"
"#;

const REQUESTS: &str = r#"
[[requests]]
endpoint = "ask"
outcome = "sent"
status = 200
body = {}

[[requests]]
endpoint = "ask"
like = "sent"
case = "plain-key"
outcome = "key-undecipherable"
code = "S2"
status = 403
body = { app_key = "{{ consent.app_key_plain }}" }

[[requests]]
endpoint = "open"
outcome = "opened"
status = 200
body = {}

[[requests]]
endpoint = "open"
like = "opened"
outcome = "otp-not-requested"
code = "S3"
status = 403
session = "none"

[[requests]]
endpoint = "open"
like = "opened"
outcome = "otp-wrong"
code = "S3"
status = 403
body = { otp = "{{ consent.otp_wrong }}" }

[[requests]]
endpoint = "refresh"
outcome = "opened"
status = 200
body = {}

[[requests]]
endpoint = "refresh"
like = "opened"
case = "old-key"
outcome = "opened"
body = { app_key = "{{ consent.refresh_key_old }}" }

[[requests]]
endpoint = "close"
outcome = "closed"
status = 200
body = {}

[[requests]]
endpoint = "fetch"
outcome = "found"
status = 200
path = { gstin = "27AAACS0000A1ZG" }

[[requests]]
endpoint = "fetch"
like = "found"
case = "no-session"
outcome = "session-unknown"
code = "S4"
status = 403
session = "none"
headers = { auth-token = "0123456789abcdef0123456789abcdef", username = "u", state-cd = "27" }

[[requests]]
endpoint = "fetch"
like = "found"
case = "another-user"
outcome = "session-of-another-user"
code = "S4"
status = 403
headers = { username = "SOMEBODY" }

[[requests]]
endpoint = "fetch"
like = "found"
case = "no-token"
outcome = "session-unknown"
code = "S4"
status = 403
without = ["auth-token"]

[[requests]]
endpoint = "save"
outcome = "saved"
status = 200
path = { gstin = "27AAACS0000A1ZG" }
body = {}
seal = { gstin = "27AAACS0000A1ZG", user = "{{ consent.user }}" }

[[requests]]
endpoint = "save"
like = "saved"
outcome = "payload-tampered"
code = "S5"
status = 403
body = { hmac = "{{ consent.hmac_over_json }}" }
explained = "hmac"
"#;

const FLOWS: &str = r#"
[[flows]]
name = "day"
about = "Log in, fetch, refresh, fetch, log out, fetch"

[[flows.steps]]
act = { log-in = "person" }

[[flows.steps]]
request = "fetch"
keep = { name = "/data/gstin", code = "/status" }

[[flows.steps]]
request = "refresh"

[[flows.steps]]
request = "fetch"
path = { gstin = "{{ kept.name }}" }

[[flows.steps]]
request = "close"

[[flows.steps]]
name = "after"
request = "fetch"
outcome = "session-unknown"
code = "S4"

[[flows]]
name = "time"
about = "A token is too old after six hours, a certificate after its rotation"

[[flows.steps]]
act = { log-in = "person" }

[[flows.steps]]
act = "rotate-certificate"

[[flows.steps]]
request = "ask"
outcome = "key-undecipherable"
code = "S2"

[[flows.steps]]
act = "fetch-certificate"

[[flows.steps]]
request = "ask"

[[flows.steps]]
act = { advance = "6h" }

[[flows.steps]]
request = "fetch"
outcome = "consent-over"
code = "S4"

[[flows]]
name = "set"
about = "It wants a setting"
settings = { over = "5" }

[[flows.steps]]
request = "ask"
"#;

fn code(code: &str, outcomes: &str) -> String {
    format!(
        r#"
[[codes]]
code = "{code}"
outcomes = [{outcomes}]
status = 403
message = ""
layer = "upstream"
cause = "c."
mend = "m."
retry = "after-fix"
source = "none"
certainty = "assumed"
"#
    )
}

fn errors() -> String {
    [
        code("S0", r#""malformed-request", "not-found""#),
        code("S1", r#""api-access-off""#),
        code("S2", r#""key-missing", "key-undecipherable", "key-unusable", "key-changed""#),
        code(
            "S3",
            r#""otp-expired", "otp-not-requested", "otp-tries-exceeded", "otp-undecipherable", "otp-used", "otp-wrong", "too-many-sessions""#,
        ),
        code(
            "S4",
            r#""session-unknown", "session-of-another-gstin", "session-of-another-state", "session-of-another-user", "consent-over""#,
        ),
        code("S5", r#""payload-undecipherable", "payload-tampered""#),
        code("S6", r#""session-expired""#),
    ]
    .concat()
}

/// The files, to be changed.
pub(crate) struct Files(BTreeMap<String, String>);

/// Files with which nothing is wrong.
pub(crate) fn sound() -> Files {
    let sealed = |inside: &str| {
        format!(
            r#"{{"status": "1", "data": {{"{{% sealed %}}": {inside}}}, "rek": "{{{{ seal.rek }}}}", "hmac": "{{{{ seal.hmac }}}}"}}"#
        )
    };
    let sealed_schema = r#"{ "required": ["data", "rek", "hmac"] }"#;
    let files = [
        ("vendor.toml", VENDOR.to_owned()),
        ("errors.toml", errors()),
        ("SOURCES.md", "# Sources\n".to_owned()),
        ("bodies/error.json", r#"{"code": "{{ code }}"}"#.to_owned()),
        ("bodies/ask/sent.json", r#"{"status": "1"}"#.to_owned()),
        (
            "bodies/open/opened.json",
            r#"{"auth_token": "{{ session.token }}", "sek": "{{ session.key }}"}"#.to_owned(),
        ),
        (
            "bodies/fetch/found.json",
            sealed(r#"{"gstin": "{{ taxpayer.gstin }}", "at": "{{ now }}"}"#),
        ),
        ("bodies/fetch/later.json", sealed(r#"{"wait": 30}"#)),
        ("bodies/save/saved.json", sealed(r#"{"by": "{{ payload.user }}"}"#)),
        ("contract/requests.toml", REQUESTS.to_owned()),
        ("contract/flows.toml", FLOWS.to_owned()),
        ("contract/error.schema.json", r#"{ "required": ["code"] }"#.to_owned()),
        ("contract/ask/sent.schema.json", "{}".to_owned()),
        ("contract/open/opened.schema.json", "{}".to_owned()),
        ("contract/refresh/opened.schema.json", "{}".to_owned()),
        ("contract/close/closed.schema.json", "{}".to_owned()),
        ("contract/fetch/found.schema.json", sealed_schema.to_owned()),
        ("contract/fetch/later.schema.json", sealed_schema.to_owned()),
        ("contract/save/saved.schema.json", sealed_schema.to_owned()),
        ("contract/payloads/fetch.schema.json", r#"{ "required": ["gstin"] }"#.to_owned()),
        ("contract/payloads/fetch-later.schema.json", r#"{ "required": ["wait"] }"#.to_owned()),
        ("contract/payloads/save.schema.json", r#"{ "required": ["by"] }"#.to_owned()),
    ];
    Files(files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect())
}

impl Files {
    /// The same with another text in one file.
    pub(crate) fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), text.to_owned());
        self
    }

    pub(crate) fn without(mut self, path: &str) -> Self {
        self.0.remove(path).expect("the file is there");
        self
    }

    /// The same with a part of one file replaced.
    pub(crate) fn change(mut self, path: &str, from: &str, to: &str) -> Self {
        let text = self.0.get_mut(path).expect("the file is there");
        assert!(text.contains(from), "`{from}` is in {path}");
        *text = text.replacen(from, to, 1);
        self
    }

    /// The same with more at the end of one file.
    pub(crate) fn more(mut self, path: &str, text: &str) -> Self {
        self.0.get_mut(path).expect("the file is there").push_str(text);
        self
    }

    /// The same with a line more in a request.
    pub(crate) fn request(mut self, line: &str, endpoint: &str, case: &str) -> Self {
        let text = self.0.get_mut("contract/requests.toml").expect("the file is there");
        let of = |request: &str| {
            let has = |key: &str, value: &str| request.contains(&format!("{key} = \"{value}\"\n"));
            let named = has("case", case) || (!request.contains("case = ") && has("outcome", case));
            has("endpoint", endpoint) && named
        };
        let requests: Vec<_> = text
            .split("[[requests]]\n")
            .map(|request| {
                let last = request.trim_end();
                if of(request) { format!("{last}\n{line}\n\n") } else { request.to_owned() }
            })
            .collect();
        *text = requests.join("[[requests]]\n");
        assert!(text.contains(line), "there is such a request");
        self
    }

    fn ingredients(&self) -> Ingredients {
        let files = self.0.iter().map(|(path, text)| (format!("seal/{path}"), text.clone()));
        // No other vendor, and no story of one: that is quicker.
        let all = Folder::embedded_fixtures();
        let vendors = all.vendors();
        let of_none =
            |path: &str| !vendors.iter().any(|vendor| path.starts_with(&format!("{vendor}/")));
        let nation = all
            .below("")
            .filter(|path| of_none(path))
            .filter_map(|path| Some((path.to_owned(), all.source(path)?.text.to_string())));
        let folder = Folder::of_texts("fixtures", nation.chain(files));
        let stories = Folder::of_texts("scenarios", []);
        Ingredients { fixtures: vec![folder], scenarios: vec![stories], ..Ingredients::default() }
    }

    pub(crate) fn suite(&self) -> Suite {
        Suite::load(&self.ingredients()).unwrap_or_else(|findings| {
            let drawn: Vec<_> = findings.iter().map(|finding| finding.draw(false)).collect();
            panic!("{}", drawn.join("\n\n"))
        })
    }
}
