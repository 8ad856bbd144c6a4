//! A vendor that gives numbers in any amount.

use std::{fs, sync::Arc};

use gsp_simulator::{
    pack::folder::Folder,
    world::{Ingredients, World},
};

const VENDOR: &str = r#"
title = "Numbers in any amount"

[settings.per_file]
about = "Numbers in one file"
default = 10

[settings.content_type]
about = "Content type of a file"
default = "application/x-gzip"

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
name = "another"
credentials = { key = "two" }

[files.numbers]
per-file = "$per_file"
wait-s = 1800
life-s = 86400
link = "/files/{{ file.made_on | date('DDMMYYYY') }}/{{ file.token }}/{{ fields.gstin }}_{{ part.number }}.tar.gz"
signature = "md5"
expires = "expires"
member = "{{ fields.gstin }}_{{ part.number }}.json"
owner = ["gstin"]

[[endpoints]]
name = "numbers"
method = "GET"
path = "/{version}/numbers"
fields.gstin = { in = "query" }
fields.count = { in = "query", read = "number" }
fields.session = { in = "header" }
file = { of = "numbers", step = "queue", count = "fields.count", over = 20, contents = "numbers/part" }

[endpoints.answers]
found = {}
file-queued = {}

[[endpoints]]
name = "details"
method = "GET"
path = "/{version}/files"
fields.token = { in = "query" }
fields.gstin = { in = "query" }
file = { of = "numbers", step = "details", token = "token" }

[endpoints.answers]
found = {}
file-wrong-hash = {}

[[endpoints]]
name = "fetch"
method = "GET"
path = "/{version}/files/{day}/{token}/{name}"
file = { of = "numbers", step = "fetch" }

[endpoints.answers]
found = { body = "file-part", headers = { content-type = "$content_type" } }
file-misspelt-type = { body = "file-part", headers = { content-type = "miltipart/x-gzip" } }

[[endpoints]]
name = "fetch-by-proxy"
method = "GET"
path = "/{version}/proxy"
fields.proxy_path = { in = "query" }
file = { of = "numbers", step = "fetch", link = "proxy_path" }

[endpoints.answers]
found = { body = "file-part" }

[outcomes.file-wrong-hash]
about = "The hash is another file's"

[outcomes.file-misspelt-type]
about = "The content type is misspelt"

[reply]
error-body = "error"
"#;

const CODES: &[(&str, &str)] = &[
    ("unauthenticated", "401"),
    ("file-pending", "200"),
    ("file-failed", "200"),
    ("file-unknown", "404"),
    ("link-expired", "410"),
    ("link-refused", "403"),
];

const BODIES: &[(&str, &str)] = &[
    ("error", r#"{"error": "{{ code }}", "est": "{{ file.est_min }}"}"#),
    ("numbers/found", r#"{"count": "{{ fields.count }}"}"#),
    (
        "numbers/file-queued",
        r#"{"est": "{{ file.est_min }}", "token": "{{ file.token }}", "parts": "{{ file.part_count }}"}"#,
    ),
    (
        "numbers/part",
        r#"{"for": "{{ fields.gstin }}", "first": "{{ part.first }}", "noise": "{{ random.hex(part.count) }}"}"#,
    ),
    (
        "details/found",
        r#"{"urls": {"{% for part in file.parts %}": {"ul": "{{ part.link }}", "ic": "{{ part.count }}", "hash": "{{ part.hash }}", "size": "{{ part.length }}"}}, "ek": "{{ file.key }}", "fc": "{{ file.part_count }}"}"#,
    ),
    (
        "details/file-wrong-hash",
        r#"{"urls": {"{% for part in file.parts %}": {"ul": "{{ part.link }}", "hash": "{{ part.hash | reverse }}"}}}"#,
    ),
];

/// The vendor's folder, read once.
fn folder() -> Folder {
    let place = tempfile::tempdir().expect("there is room");
    let home = place.path().join("numbers");
    fs::create_dir_all(home.join("bodies/numbers")).expect("it can be made");
    fs::create_dir_all(home.join("bodies/details")).expect("it can be made");
    fs::write(home.join("vendor.toml"), VENDOR).expect("it can be written");
    let mut codes = String::new();
    for (outcome, status) in CODES {
        let code = outcome.to_ascii_uppercase();
        codes.push_str(&format!(
            "[[codes]]\ncode = \"{code}\"\noutcomes = [\"{outcome}\"]\nstatus = {status}\nmessage = \
             \"no\"\nlayer = \"vendor\"\ncause = \"c\"\nmend = \"m\"\nretry = \"never\"\nsource = \
             \"s\"\ncertainty = \"assumed\"\n",
        ));
    }
    fs::write(home.join("errors.toml"), codes).expect("it can be written");
    for (name, body) in BODIES {
        fs::write(home.join(format!("bodies/{name}.json")), body).expect("it can be written");
    }
    Folder::read(place.path()).expect("it can be read")
}

/// All that ships, and the vendor with so many numbers in a file.
pub(super) fn world(per_file: usize) -> Arc<World> {
    let mut ingredients = Ingredients::default();
    ingredients.fixtures.push(folder());
    let settings = ingredients.settings.entry("numbers".to_owned()).or_default();
    settings.insert("per_file".to_owned(), per_file.to_string());
    Arc::new(World::load(&ingredients).unwrap_or_else(|findings| panic!("{findings:#?}")))
}
