//! A vendor that limits everything there is to limit, for accounts of their own.

use std::{
    fs,
    path::Path,
    sync::{Arc, LazyLock},
};

use gsp_simulator::{
    Simulator,
    pack::folder::Folder,
    world::{Ingredients, World},
};

use crate::common::{NOW, Reply, Request, call};

const VENDOR: &str = r#"
title = "Limits of every kind"

[reply]
error-body = "error"
headers = { "x-ratelimit-limit" = "{{ limit.most }}", "x-ratelimit-remaining" = "{{ limit.remaining }}", "retry-after" = "{{ limit.reset_s if limit.refused else '' }}" }

[settings.a_minute]
about = "Calls a minute, each account"
default = "unlimited"

[auth.default]
missing = "unauthenticated"
wrong = "unauthenticated"

[[auth.default.parts]]
name = "key"
place = { header = "x-api-key" }

[[limits]]
name = "address"
about = "Calls from one address"
refuse = "account-rate-limited"
of = []
by = "{{ request.headers['x-forwarded-for'] }}"
at = "before-auth"
most = 4
per = "minute"

[[limits]]
name = "bucket"
refuse = "account-rate-limited"
most = "unlimited"
per = "second"
burst = 20

[[limits]]
name = "minute"
refuse = "account-rate-limited"
most = "$a_minute"
per = "minute"

[[limits]]
name = "apis"
refuse = "api-rate-limited"
of = ["account", "endpoint"]
most = "unlimited"
per = "hour"

[[limits]]
name = "day"
refuse = "account-daily-limited"
most = "unlimited"
per = "day"

[[limits]]
name = "credits"
refuse = "credits-exhausted"
counts = { answers = { found = 3, not-found = 1 } }
most = "unlimited"
per = "ever"

[[limits]]
name = "errors"
refuse = "locked-out"
counts = "errors"
most = "unlimited"
per = { seconds = 600 }
lock-s = 3600

[[limits]]
name = "alike"
refuse = "repeated-request"
of = ["account", "request"]
at = "after-rules"
most = "unlimited"
per = "hour"

[[limits]]
name = "impatient"
refuse = "account-rate-limited"
most = "unlimited"
per = "second"
lock-s = 10
lock-renews = true

[[accounts]]
name = "default"
credentials = { key = "default" }

[[accounts]]
name = "bucket"
credentials = { key = "bucket" }
limits = { bucket = { most = 10 } }

[[accounts]]
name = "minute"
credentials = { key = "minute" }
limits = { minute = { most = 5 } }

[[accounts]]
name = "apis"
credentials = { key = "apis" }
limits = { apis = { most = 2 } }

[[accounts]]
name = "day"
credentials = { key = "day" }
limits = { day = { most = 100 } }

[[accounts]]
name = "credits"
credentials = { key = "credits" }
limits = { credits = { most = 10 } }

[[accounts]]
name = "errors"
credentials = { key = "errors" }
limits = { errors = { most = 3 } }

[[accounts]]
name = "alike"
credentials = { key = "alike" }
limits = { alike = { most = 2 } }

[[accounts]]
name = "impatient"
credentials = { key = "impatient" }
limits = { impatient = { most = 2 } }

[[accounts]]
name = "both"
credentials = { key = "both" }
limits = { apis = { most = 1 }, day = { most = 3 } }

[[endpoints]]
name = "look"
method = "GET"
path = "/look"
lookup = { gstin = "gstin" }
rules = [{ field = "gstin", check = { gstin = "realistic" }, else = "invalid-gstin" }]
fields.gstin = { in = "query" }
fields.note = { in = "query" }

[endpoints.answers]
found = { body = "found" }

[[endpoints]]
name = "other"
method = "GET"
path = "/other"
lookup = { gstin = "gstin" }
fields.gstin = { in = "query" }

[endpoints.answers]
found = { body = "found" }

[[endpoints]]
name = "ping"
method = "GET"
path = "/ping"
auth = "none"

[endpoints.answers]
found = { body = "found" }
"#;

/// Code, outcome, status.
const CODES: &[(&str, &str, u16)] = &[
    ("E-WHO", "unauthenticated", 401),
    ("E-NOBODY", "not-found", 404),
    ("E-GSTIN", "invalid-gstin", 400),
    ("E-RATE", "account-rate-limited", 429),
    ("E-API", "api-rate-limited", 429),
    ("E-DAY", "account-daily-limited", 429),
    ("E-CREDITS", "credits-exhausted", 402),
    ("E-LOCKED", "locked-out", 423),
    ("E-ALIKE", "repeated-request", 409),
    ("E-DOWN", "upstream-unavailable", 502),
];

/// A registered number, and one that nobody has.
pub(super) const SOMEBODY: &str = "27AAACS0000A1ZG";
pub(super) const NOBODY: &str = "30AAAFG0000W1ZQ";

pub(super) static LIMITED: LazyLock<Arc<World>> = LazyLock::new(|| world(&[], &[]));

pub(super) fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
    fs::write(path, text).expect("it can be written");
}

/// All that ships, the vendor, and stories; with settings of the vendor.
pub(super) fn world(settings: &[(&str, &str)], stories: &[(&str, &str)]) -> Arc<World> {
    let folder = tempfile::tempdir().expect("there is room");
    let fixtures = folder.path().join("fixtures");
    write(&fixtures, "limited/vendor.toml", VENDOR);
    let rows = CODES.iter().map(|(code, outcome, status)| {
        format!(
            "[[codes]]\ncode = \"{code}\"\noutcomes = [\"{outcome}\"]\nstatus = {status}\nlayer = \
             \"vendor\"\ncause = \"c\"\nmend = \"m\"\nretry = \"never\"\nsource = \"s\"\ncertainty \
             = \"assumed\"\n"
        )
    });
    write(&fixtures, "limited/errors.toml", &rows.collect::<String>());
    write(&fixtures, "limited/bodies/error.json", "{ \"code\": \"{{ code }}\" }");
    write(&fixtures, "limited/bodies/found.json", "{ \"gstin\": \"{{ taxpayer.gstin }}\" }");
    let scenarios = folder.path().join("scenarios");
    fs::create_dir_all(&scenarios).expect("it can be made");
    for (name, text) in stories {
        write(&scenarios, &format!("{name}.toml"), text);
    }
    let mut ingredients = Ingredients::default();
    ingredients.fixtures.push(Folder::read(&fixtures).expect("it can be read"));
    ingredients.scenarios.push(Folder::read(&scenarios).expect("it can be read"));
    let own = ingredients.settings.entry("limited".to_owned()).or_default();
    own.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Arc::new(World::load(&ingredients).unwrap_or_else(|findings| {
        panic!("{}", findings.iter().map(|one| one.draw(false)).collect::<String>())
    }))
}

/// A simulator with this world, at the tests' time.
pub(super) async fn started(world: &Arc<World>) -> Simulator {
    let builder = Simulator::builder().world(Arc::clone(world)).now(NOW).expect("it is a time");
    builder.start().await.expect("a free port is there")
}

/// A call of an account to an endpoint about a number.
pub(super) fn ask(account: &str, endpoint: &str, gstin: &str) -> Request {
    Request::get(&format!("/limited/{endpoint}?gstin={gstin}")).with("x-api-key", account)
}

/// The plain call of an account.
pub(super) fn look(account: &str) -> Request {
    ask(account, "look", SOMEBODY)
}

/// The code of a refusal; empty for an answer.
pub(super) fn code(reply: &Reply) -> String {
    reply.json()["code"].as_str().unwrap_or_default().to_owned()
}

/// The codes of so many calls, one after the other.
pub(super) async fn codes(simulator: &Simulator, request: &Request, count: usize) -> Vec<String> {
    let mut codes = Vec::new();
    for _ in 0..count {
        codes.push(code(&call(simulator, request).await));
    }
    codes
}

/// How many of so many calls are answered.
pub(super) async fn answered(simulator: &Simulator, request: &Request, count: usize) -> usize {
    codes(simulator, request, count).await.iter().filter(|code| code.is_empty()).count()
}

pub(super) async fn put(simulator: &Simulator, target: &str, body: serde_json::Value) -> Reply {
    call(simulator, &Request::new("PUT", target).json(body.to_string())).await
}

/// Sets the clock.
pub(super) async fn clock(simulator: &Simulator, change: serde_json::Value) {
    assert_eq!(put(simulator, "/__sim/clock", change).await.status, 200);
}
