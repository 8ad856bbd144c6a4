//! A small world with two vendors, and a tenant that plays a story in it.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Method;

use crate::{
    exchange::{self, Exchange},
    finding::Finding,
    journal::{Bounds, Via},
    memory::clock::Clock,
    model::call::Call,
    pack::folder::Folder,
    scenario::Playing,
    tenant::Tenant,
    world::{Ingredients, World},
};

/// A persona with the tags `active` and `small`.
pub(super) const ACTIVE: &str = "27AAACS0000A1ZG";
/// A persona with the tag `cancelled`.
pub(super) const CANCELLED: &str = "09AAACV0000X1Z0";

const ALPHA: &str = r#"title = "Alpha"

[reply]
error-body = "error"

[auth.default]
missing = "unauthenticated"
wrong = "unauthenticated"

[[auth.default.parts]]
name = "key"
place = { header = "x-api-key" }

[[accounts]]
name = "default"
credentials = { key = "one" }

[[accounts]]
name = "other"
credentials = { key = "two" }

[[endpoints]]
name = "verify"
method = "POST"
path = "/verify"
body = { accepts = ["json"], unreadable = "malformed-request" }
lookup = { gstin = "gstin" }
fields = { gstin = { in = "body" } }
answers = { found = {}, not-found = {} }

[[endpoints]]
name = "search"
method = "GET"
path = "/search"
lookup = { gstin = "gstin" }
fields = { gstin = { in = "query" } }
answers = { found = { body = "verify/found" }, not-found = { body = "verify/not-found" } }

[[endpoints]]
name = "status"
method = "GET"
path = "/status"
answers = { found = { body = "error" } }
"#;

const BETA: &str = r#"title = "Beta"

[reply]
error-body = "error"

[auth.default]
missing = "upstream-timeout"
wrong = "upstream-timeout"

[[auth.default.parts]]
name = "key"
place = { header = "x-api-key" }

[[accounts]]
name = "default"
credentials = { key = "one" }

[[endpoints]]
name = "find"
method = "GET"
path = "/find/{gstin}"
lookup = { gstin = "gstin" }
fields = { gstin = { in = "path" } }
answers = { found = {}, not-found = {} }
"#;

const FOUND: &str = r#"{
  "gstin": "{{ taxpayer.gstin }}", "status": "{{ taxpayer.status }}", "code": 101
}"#;

const OUTCOMES: &str = r#"[outcomes.found]
about = "There"
[outcomes.not-found]
about = "Nobody"
[outcomes.malformed-request]
about = "Cannot be read"
[outcomes.unauthenticated]
about = "Who?"
[outcomes.upstream-timeout]
about = "Late"
said-as = ["internal-error"]
[outcomes.internal-error]
about = "Broken"
[outcomes.unsayable]
about = "No vendor has a word for it"
"#;

fn codes(rows: &[(&str, &str, u16)]) -> String {
    let row = |(code, outcome, status): &(&str, &str, u16)| {
        format!(
            "[[codes]]\ncode = \"{code}\"\noutcomes = [\"{outcome}\"]\nstatus = {status}\n\
             message = \"So it is\"\nlayer = \"client\"\ncause = \"c\"\nmend = \"m\"\n\
             retry = \"after-fix\"\nsource = \"page\"\ncertainty = \"documented\"\n"
        )
    };
    rows.iter().map(row).collect()
}

/// What a world is made from, with these stories in it: name and text.
pub(super) fn ingredients(stories: &[(&str, &str)]) -> Ingredients {
    let persona = |gstin: &str, status: &str, tags: &str| {
        format!("{{ \"gstin\": \"{gstin}\", {status} \"tags\": {tags} }}")
    };
    let cancelled = "\"status\": \"Cancelled\", \"registered_on\": \"2017-07-01\", \
                     \"cancelled_on\": \"2023-06-30\", \"updated_on\": \"2023-07-12\",";
    let not_found = r#"{ "gstin": "{{ fields.gstin }}" }"#.to_owned();
    let error = r#"{ "code": "{{ code }}" }"#.to_owned();
    let fixtures: BTreeMap<String, String> = [
        ("alpha/vendor.toml", ALPHA.to_owned()),
        (
            "alpha/errors.toml",
            codes(&[
                ("E1", "malformed-request", 400),
                ("E2", "unauthenticated", 401),
                ("E3", "internal-error", 500),
            ]),
        ),
        ("alpha/bodies/error.json", error.clone()),
        ("alpha/bodies/verify/found.json", FOUND.to_owned()),
        ("alpha/bodies/verify/not-found.json", not_found.clone()),
        ("beta/vendor.toml", BETA.to_owned()),
        (
            "beta/errors.toml",
            codes(&[("B504", "upstream-timeout", 504), ("B500", "internal-error", 500)]),
        ),
        ("beta/bodies/error.json", error),
        ("beta/bodies/find/found.json", FOUND.to_owned()),
        ("beta/bodies/find/not-found.json", not_found),
        ("outcomes.toml", OUTCOMES.to_owned()),
        ("taxpayers/first.json", persona(ACTIVE, "", "[\"active\", \"small\"]")),
        ("taxpayers/second.json", persona(CANCELLED, cancelled, "[\"cancelled\"]")),
    ]
    .map(|(path, text)| (path.to_owned(), text))
    .into();
    let stories = stories.iter().map(|(name, text)| (format!("{name}.toml"), (*text).to_owned()));
    Ingredients {
        fixtures: vec![Folder::of_texts("fixtures", fixtures)],
        scenarios: vec![Folder::of_texts("scenarios", stories)],
        ..Ingredients::default()
    }
}

/// A story of these rules.
pub(super) fn story(rules: &str) -> String {
    format!("name = \"story\"\nabout = \"A story\"\n{rules}")
}

/// A world with one story of these rules, and what is wrong with it.
pub(super) fn wrong(rules: &str) -> Vec<Finding> {
    World::load(&ingredients(&[("story", &story(rules))])).err().unwrap_or_default()
}

/// A tenant that plays stories.
pub(super) struct Play {
    pub(super) world: World,
    pub(super) tenant: Tenant,
}

impl Play {
    /// One that plays a story of these rules.
    pub(super) fn of(rules: &str) -> Self {
        Self::of_all(&[("story", &story(rules))], &["story"])
    }

    /// One in a world with these stories that plays some of them.
    pub(super) fn of_all(stories: &[(&str, &str)], played: &[&str]) -> Self {
        Self::made_from(&ingredients(stories), played)
    }

    pub(super) fn made_from(ingredients: &Ingredients, played: &[&str]) -> Self {
        let world = World::load(ingredients).unwrap_or_else(|findings| {
            panic!("{}", findings.iter().map(|one| one.draw(false)).collect::<Vec<_>>().join("\n"))
        });
        let at_ms = moment("2026-11-20T10:00:00+05:30");
        let tenant = Tenant::new("default", Clock::Frozen(at_ms), Bounds::default());
        for name in played {
            tenant.play(&world.scenarios[*name]);
        }
        Self { world, tenant }
    }

    pub(super) fn at(&self, text: &str) {
        self.tenant.memory.clock.set(moment(text));
    }

    pub(super) fn playing(&self) -> Playing {
        self.tenant.playing()[0].clone()
    }

    /// What becomes of a call.
    pub(super) fn exchange(&self, ask: &Ask) -> Exchange {
        let call = Call {
            number: self.tenant.memory.count_call(),
            at_ms: self.tenant.memory.clock.now_ms(),
            ..ask.call.clone()
        };
        let pack = self.world.vendor(ask.vendor).expect("the vendor is there");
        exchange::play(&self.world, &self.tenant, pack, call).expect("it can be played")
    }

    /// The outcome that a story decided; `-` for what the call causes.
    pub(super) fn outcome(&self, ask: &Ask) -> String {
        let exchange = self.exchange(ask);
        match exchange.via {
            Via::Scenario => exchange.outcome.to_string(),
            _ => "-".to_owned(),
        }
    }

    /// The outcomes of the same call again and again, in a line.
    pub(super) fn outcomes(&self, ask: &Ask, count: usize) -> String {
        (0..count).map(|_| self.outcome(ask)).collect::<Vec<_>>().join(" ")
    }

    /// The body of the reply.
    pub(super) fn body(&self, ask: &Ask) -> String {
        let body = self.exchange(ask).delivery.reply.body;
        String::from_utf8(body.to_vec()).expect("the body is text")
    }
}

fn moment(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().expect("it is a moment").as_millisecond()
}

/// A call that somebody makes.
#[derive(Clone)]
pub(super) struct Ask {
    vendor: &'static str,
    call: Call,
}

impl Ask {
    /// To alpha, in the body.
    pub(super) fn verify(gstin: &str) -> Self {
        Self::to("alpha", Method::POST, "/verify")
            .header("content-type", "application/json")
            .body(&format!("{{ \"gstin\": \"{gstin}\" }}"))
    }

    /// To alpha, in the query.
    pub(super) fn search(gstin: &str) -> Self {
        let mut ask = Self::to("alpha", Method::GET, "/search");
        ask.call.query = Some(format!("gstin={gstin}"));
        ask
    }

    /// To alpha, about nobody.
    pub(super) fn status() -> Self {
        Self::to("alpha", Method::GET, "/status")
    }

    /// To beta, in the path.
    pub(super) fn find(gstin: &str) -> Self {
        Self::to("beta", Method::GET, &format!("/find/{gstin}"))
    }

    pub(super) fn to(vendor: &'static str, method: Method, path: &str) -> Self {
        let call = Call { method, path: path.to_owned(), ..Call::default() };
        Self { vendor, call }.header("x-api-key", "one")
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.call.headers.insert(name, value.parse().expect("it is a header"));
        self
    }

    pub(super) fn query(mut self, more: &str) -> Self {
        let query = self.call.query.get_or_insert_default();
        query.push_str(more);
        self
    }

    pub(super) fn body(mut self, body: &str) -> Self {
        self.call.body = Bytes::from(body.to_owned());
        self
    }
}
