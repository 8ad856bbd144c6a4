//! A made-up vendor with what the built-in ones do not have.

use serde_json::{Value, json};

use super::document;
use crate::{
    pack::folder::Folder,
    tell::{Teller, example::Examples},
    world::{Ingredients, World},
};

const VENDOR: &str = r#"
title = "Odd"
hosts = ["odd.test"]

[reply]
error-body = "error"
headers = { "x-powered-by" = "Odd", "retry-after" = "{{ limit.reset_s if limit.refused else '' }}" }

[edges]
unknown-path = "unknown-route"

[settings.strict]
about = "Whether there must be a count"
default = false

[auth.login]
missing = "unauthenticated"
wrong = "unauthenticated"

[[auth.login.parts]]
name = "key"
place = { query = "key" }

[auth.default]
missing = "unauthenticated"
wrong = "unauthenticated"

[[auth.default.parts]]
name = "token"
place = { header = "authorization" }
scheme = "Bearer"
check = { issued = { session = "access", expired = "unauthenticated" } }

[[auth.default.parts]]
name = "key"
place = { body = "apiKey" }

[[accounts]]
name = "default"
credentials = { key = "sim-odd-key" }

[[endpoints]]
name = "log-in"
method = "POST"
path = "/login"
auth = "login"
success = "ok"
issues = { session = "access", life-s = 60, form = "jwt" }

[endpoints.answers]
ok = {}

[[endpoints]]
name = "look-up"
title = "Looks up"
method = "POST"
path = "/look/{kind}"
select = { query = { action = ["A", "B"] } }
body = { accepts = ["json", "form"], unreadable = "malformed-request" }
lookup = { gstin = "gstin" }
rules = [
  { field = "gstin", check = "present", else = "malformed-request", reason = "no number" },
  { field = "gstin", check = { gstin = "realistic" }, else = "malformed-request" },
  { field = "count", when = "fields.gstin", check = { type = "integer" }, else = "malformed-request" },
  { field = "count", when = "settings.strict", check = "present", else = "malformed-request" },
  { check = { holds = "fields.gstin != 'x'" }, else = "malformed-request" },
]

[endpoints.fields]
kind = { in = "path" }
gstin = { in = "body", key = "/asked/0/gstin", normalize = ["trim"] }
count = { in = "body", also = ["number"] }

[endpoints.answers]
found = {}
not-found = { status = 777 }

[[endpoints]]
name = "anything"
method = "POST"
path = "/look/{kind}"
auth = "none"
success = "ok"

[endpoints.answers]
ok = { body = "log-in/ok" }
"#;

const ERRORS: &str = r#"
[[codes]]
code = "E 1"
outcomes = ["unauthenticated"]
status = 401
message = "No"
layer = "client"
cause = "A."
mend = "B."
retry = "after-fix"
source = "made up"
certainty = "assumed"

[[codes]]
code = "E2"
outcomes = ["malformed-request", "unknown-route"]
status = 400
message = "Bad"
body = "page"
layer = "client"
cause = "A."
mend = "B."
retry = "never"
source = "made up"
certainty = "documented"
"#;

fn odd() -> Value {
    let files = [
        ("vendor.toml", VENDOR),
        ("errors.toml", ERRORS),
        ("bodies/error.json", r#"{"code": "{{ code }}"}"#),
        ("bodies/page.html", "<p>{{ message }}"),
        ("bodies/log-in/ok.json", r#"{"token": "{{ session.token }}"}"#),
        ("bodies/look-up/found.json", r#"{"gstin": "{{ taxpayer.gstin }}"}"#),
        ("bodies/look-up/not-found.json", r#"{"gone": true}"#),
        (
            "contract/look-up/found.schema.json",
            r##"{"$ref": "#/$defs/it", "$defs": {"it": {"type": "object"}}}"##,
        ),
    ];
    let files = files.map(|(path, text)| (format!("odd/{path}"), text.to_owned()));
    let ingredients = Ingredients {
        fixtures: vec![Folder::embedded_fixtures(), Folder::of_texts("more", files)],
        ..Ingredients::default()
    };
    let world = World::load(&ingredients).unwrap_or_else(|findings| panic!("{findings:?}"));
    let examples = Examples::read(&ingredients.fixtures);
    let pack = world.vendor("odd").expect("it was added");
    let teller = Teller {
        world: &world,
        examples: &examples,
        base_url: "http://sim.test",
        at_ms: 0,
        tenant: Some("blue"),
    };
    document(&teller, pack)
}

#[test]
fn endpoints_of_one_path_are_one_operation_and_nothing_is_lost() {
    let told = odd();
    let operation = &told["paths"]["/look/{kind}"]["post"];
    assert_eq!(operation["x-endpoints"], json!(["look-up", "anything"]));
    assert_eq!(
        operation["parameters"][1],
        json!({
            "name": "action",
            "in": "query",
            "required": false,
            "schema": { "anyOf": [{ "enum": ["A", "B"], "type": "string" }, { "type": "string" }] },
            "example": "A",
        })
    );
    assert_eq!(operation["security"], json!([{ "default.token": [] }, {}]));
    assert_eq!(operation["requestBody"]["required"], false);
    let description = operation["description"].as_str().expect("a text");
    assert!(
        description.contains("`look-up`, where `action` (query) is `A` or `B`."),
        "{description}"
    );
    assert!(description.contains("`anything`, where none of the others is."), "{description}");
    assert!(description.contains("`fields.gstin != 'x'` must hold, else `E2`"), "{description}");
}

#[test]
fn a_body_has_its_pointers_its_credentials_and_what_is_asked_of_it() {
    let told = odd();
    let schema = &told["components"]["schemas"]["request.look-up"];
    let own = &schema["properties"]["asked"]["items"]["properties"]["gstin"];
    assert_eq!(own["format"], "gstin");
    assert!(own["description"].as_str().is_some_and(|text| text.contains("(no number)")), "{own}");
    assert_eq!(schema["required"], json!(["asked", "apiKey"]));
    assert_eq!(schema["properties"]["asked"]["minItems"], 1);
    let count = &schema["properties"]["count"];
    assert_eq!(count.get("type"), None, "it is asked only where there is a number: {count}");
    let words = count["description"].as_str().expect("a text");
    assert!(words.contains("Also taken as `number`."), "{words}");
    assert!(words.contains("where `fields.gstin`: must be a whole number"), "{words}");
    assert!(!words.contains("must be there"), "what never counts is not told: {words}");
    let media = told["paths"]["/look/{kind}"]["post"]["requestBody"]["content"].as_object();
    let names: Vec<_> = media.expect("media").keys().cloned().collect();
    assert_eq!(names, ["application/json", "application/x-www-form-urlencoded"]);
}

#[test]
fn credentials_are_the_tenants_and_say_where_they_come_from() {
    let told = odd();
    let schemes = &told["components"]["securitySchemes"];
    assert_eq!(schemes["default.token"]["bearerFormat"], "JWT");
    let words = |name: &str| schemes[name]["description"].as_str().unwrap_or_default().to_owned();
    assert!(words("default.token").contains("`log-in`"), "{schemes}");
    assert_eq!(schemes["login.key"]["in"], "query");
    assert!(words("login.key").contains("sim-odd-key--blue"), "{schemes}");
    assert_eq!(schemes.get("default.key"), None, "a body's key is no security scheme");
    assert_eq!(told["servers"][0]["url"], "http://sim.test/t/blue/odd");
}

#[test]
fn answers_of_every_kind_have_their_place() {
    let told = odd();
    let responses = &told["paths"]["/look/{kind}"]["post"]["responses"];
    assert_eq!(responses["default"]["x-status"], json!([777]));
    let html = &responses["400"]["content"]["text/html"];
    assert_eq!(html["schema"], json!({ "type": "string" }));
    assert!(responses["400"]["content"]["application/problem+json"].is_object(), "ours");
    let found = &responses["200"]["content"]["application/json"]["schema"];
    assert_eq!(*found, json!({}), "of one that promises nothing, nothing is promised");
    let example = &responses["401"]["content"]["application/json"]["examples"]["E 1"]["$ref"];
    assert_eq!(*example, "#/components/examples/E_20_1");
    assert_eq!(told["components"]["examples"]["E_20_1"]["value"], json!({ "code": "E 1" }));
    assert_eq!(
        told["components"]["schemas"]["look-up.found"],
        json!({
            "$ref": "#/components/schemas/look-up.found.it"
        })
    );
    let headers = &responses["401"]["headers"];
    assert_eq!(
        headers["x-powered-by"],
        json!({
            "required": true, "schema": { "type": "string", "const": "Odd" }
        })
    );
    assert_eq!(headers["retry-after"]["required"], false, "it is not always sent");
    assert!(told["components"]["responses"]["unknown-path"]["content"]["text/html"].is_object());
}
