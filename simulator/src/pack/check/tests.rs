mod bulk;
mod leftovers;
mod limits;
mod loading;
mod promises;
mod rehearsal;
mod sessions;
mod wiring;

use std::collections::BTreeMap;

use super::check;
use crate::{pack::folder::Folder, world::Ingredients};

const VENDOR: &str = r#"title = "Alpha"
hosts = ["api.alpha.test"]

[reply]
error-body = "error"

[settings.dates]
about = "How dates are written"
default = "YYYY-MM-DD"

[auth.default]
missing = "unauthenticated"
wrong = "unauthenticated"

[[auth.default.parts]]
name = "key"
place = { header = "x-api-key" }

[[accounts]]
name = "default"
credentials = { key = "sim-alpha-key" }

[[endpoints]]
name = "verify"
method = "POST"
path = "/{version}/verify"
body = { accepts = ["json"], unreadable = "malformed-request" }
lookup = { gstin = "gstin" }
rules = [{ field = "gstin", check = "present", else = "malformed-request" }]

[endpoints.fields]
version = { in = "path" }
gstin = { in = "body" }
year = { in = "body" }

[endpoints.answers]
found = {}
not-found = {}
"#;

const ERRORS: &str = r#"[[codes]]
code = "E1"
outcomes = ["malformed-request"]
status = 400
message = "Malformed"
layer = "client"
cause = "A value is missing."
mend = "Send it."
retry = "after-fix"
source = "page"
certainty = "documented"

[[codes]]
code = "E2"
outcomes = ["unauthenticated"]
status = 401
message = "Who are you?"
layer = "client"
cause = "The key is missing."
mend = "Send it."
retry = "after-fix"
source = "page"
certainty = "documented"
"#;

const REQUESTS: &str = r#"[[requests]]
endpoint = "verify"
outcome = "found"
status = 200
path = { version = "v1" }
body = { gstin = "27AAACS0000A1ZG", year = "2025-26" }
"#;

const FOUND: &str = r#"{
  "gstin": "{{ taxpayer.gstin }}",
  "since": "{{ taxpayer.registered_on | date(settings.dates) }}",
  "places": { "{% for place in taxpayer.places %}": "{% include 'parts/place' %}" }
}
"#;

const FOUND_SCHEMA: &str = r#"{
  "type": "object",
  "required": ["gstin", "since"],
  "additionalProperties": false,
  "properties": {
    "gstin": { "type": "string" },
    "since": { "type": "string", "pattern": "^[0-9]{4}-" },
    "places": { "type": "array", "items": { "type": "object" } }
  }
}
"#;

const ERROR_SCHEMA: &str = r#"{
  "type": "object",
  "required": ["code"],
  "properties": { "code": { "type": "string" }, "message": { "type": "string" } }
}
"#;

const OUTCOMES: &str = r#"[outcomes.found]
about = "There"
[outcomes.not-found]
about = "Nobody"
[outcomes.malformed-request]
about = "Cannot be read"
[outcomes.unauthenticated]
about = "Who?"
"#;

const MAGIC: &str = r#"[[magic]]
gstin = "27AAACS0000A1ZG"
outcome = "found"
by = "persona"
"#;

const STORY: &str = r#"name = "story"
about = "A story"

[[rule]]
when = { vendor = "alpha", calls = "1..=2" }
answer = "malformed-request"

[[rule]]
when = { vendor = "alpha" }
answer = "not-found"
"#;

/// The files of a small world in which nothing is wrong.
struct Files(BTreeMap<&'static str, String>);

fn sound() -> Files {
    let files = [
        ("alpha/vendor.toml", VENDOR),
        ("alpha/errors.toml", ERRORS),
        ("alpha/SOURCES.md", "# Sources\n"),
        ("alpha/bodies/error.json", r#"{ "code": "{{ code }}", "message": "{{ message }}" }"#),
        ("alpha/bodies/verify/found.json", FOUND),
        ("alpha/bodies/verify/not-found.json", r#"{ "gstin": "{{ fields.gstin }}" }"#),
        ("alpha/bodies/parts/place.json", r#"{ "city": "{{ place.city }}" }"#),
        ("alpha/contract/requests.toml", REQUESTS),
        ("alpha/contract/verify/found.schema.json", FOUND_SCHEMA),
        ("alpha/contract/verify/not-found.schema.json", r#"{ "type": "object" }"#),
        ("alpha/contract/error.schema.json", ERROR_SCHEMA),
        ("outcomes.toml", OUTCOMES),
        ("taxpayers/magic.toml", MAGIC),
        ("taxpayers/first.json", r#"{ "gstin": "27AAACS0000A1ZG" }"#),
        ("story.toml", STORY),
    ];
    Files(files.into_iter().map(|(path, text)| (path, text.to_owned())).collect())
}

impl Files {
    /// The same with another text in one file.
    fn with(mut self, path: &'static str, text: &str) -> Self {
        self.0.insert(path, text.to_owned());
        self
    }

    fn without(mut self, path: &str) -> Self {
        self.0.remove(path).expect("the file is there");
        self
    }

    /// The same with a part of one file replaced.
    fn change(mut self, path: &'static str, from: &str, to: &str) -> Self {
        let text = self.0.get_mut(path).expect("the file is there");
        assert!(text.contains(from), "`{from}` is in {path}");
        *text = text.replacen(from, to, 1);
        self
    }

    /// The same with more at the end of one file.
    fn more(mut self, path: &'static str, text: &str) -> Self {
        self.0.get_mut(path).expect("the file is there").push_str(text);
        self
    }

    fn ingredients(&self) -> Ingredients {
        let texts = |stories: bool| {
            let files = self.0.iter().filter(move |(path, _)| (**path == "story.toml") == stories);
            files.map(|(path, text)| ((*path).to_owned(), text.clone()))
        };
        Ingredients {
            fixtures: vec![Folder::of_texts("fixtures", texts(false))],
            scenarios: vec![Folder::of_texts("scenarios", texts(true))],
            ..Ingredients::default()
        }
    }

    /// Each finding as `place: message`, and its hint in a line of its own.
    fn told(&self) -> Vec<String> {
        check(&self.ingredients())
            .iter()
            .flat_map(|finding| {
                assert!(finding.source.is_some(), "{finding} has a file");
                [finding.to_string(), format!("  {}", finding.hint.as_deref().unwrap_or("-"))]
            })
            .collect()
    }
}

#[test]
fn what_is_compiled_in_has_no_findings() {
    let drawn: Vec<_> =
        check(&Ingredients::default()).iter().map(|finding| finding.draw(false)).collect();
    assert!(drawn.is_empty(), "{}", drawn.join("\n\n"));
}

#[test]
fn a_sound_pack_has_no_findings() {
    assert_eq!(sound().told(), [""; 0]);
}

#[test]
fn a_finding_is_drawn_with_its_line_and_the_word_underlined() {
    let files = sound().change("alpha/bodies/verify/found.json", "\"gstin\"", "\"GSTIN\"");

    let drawn = check(&files.ingredients())[1].draw(false);

    assert_eq!(
        drawn,
        "\
error: the body: no other keys promised, `GSTIN` found (alpha::verify::found)
 --> fixtures/alpha/bodies/verify/found.json:2:3
  |
2 |   \"GSTIN\": \"{{ taxpayer.gstin }}\",
  |   ^^^^^^^
  |
hint: fixtures/alpha/contract/verify/found.schema.json promises it; mend the one that the \
vendor's documents do not bear out"
    );
}
