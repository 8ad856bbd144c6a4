//! Reviewed answers: `snapshots/<vendor>/<endpoint>/<case>.snap`, in the form that `insta` writes.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    case::Case,
    client::crypto::{hex, sha256},
    mismatch::{Mismatch, brief, kind, place},
    schema::Inside,
    target::{Answer, Strictness},
};

/// Names the folder of snapshots, where they do not lie beside the sources.
pub const FOLDER_VARIABLE: &str = "GSP_CONTRACT_SNAPSHOTS";

/// Headers that say nothing of the vendor.
pub(crate) const PLAIN_HEADERS: [&str; 7] = [
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "transfer-encoding",
    "x-sim-exchange",
    "x-sim-hint",
];

/// Where the snapshots lie.
#[must_use]
pub fn folder() -> PathBuf {
    std::env::var_os(FOLDER_VARIABLE)
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"), PathBuf::from)
}

/// The folder of a case's snapshot, below the folder of all.
#[must_use]
pub fn folder_of(case: &Case) -> PathBuf {
    Path::new(&case.vendor).join(&case.endpoint)
}

/// The file of a case's snapshot, below the folder of all.
#[must_use]
pub fn path_of(case: &Case) -> PathBuf {
    folder_of(case).join(format!("{}.snap", case.name))
}

/// What of an answer snapshots have, besides its head.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The body, its volatile values hidden; `None` where it is no JSON.
    pub body: Option<&'a Value>,
    /// What stands inside the body's base64 texts.
    pub insides: &'a [Inside],
    /// What was sealed in it.
    pub opened: Option<&'a Inside>,
    /// Where it has sealed texts.
    pub sealed: &'a [String],
}

/// An answer as snapshots have it: status, headers, body, what stands inside the body's base64
/// texts, and what was sealed.
#[must_use]
pub fn show(answer: &Answer, shown: &Shown<'_>) -> String {
    let mut text = answer.status.to_string();
    for (name, value) in &answer.headers {
        if !PLAIN_HEADERS.contains(&name.as_str()) {
            let _ = write!(text, "\n{name}: {value}");
        }
    }
    text.push_str("\n\n");
    match (shown.body, std::str::from_utf8(&answer.body)) {
        (Some(json), _) => {
            let mut json = json.clone();
            for pointer in shown.sealed {
                if let Some(Value::String(text)) = json.pointer_mut(pointer) {
                    *text = shortened(text);
                }
            }
            text.push_str(&pretty(&json));
        }
        (None, Ok(plain)) => text.push_str(plain),
        (None, Err(_)) => text.push_str(&binary(&answer.body)),
    }
    for inside in shown.insides {
        let _ = write!(text, "\n\n--- {}, decoded ---\n", inside.pointer);
        text.push_str(&pretty(&inside.json));
    }
    if let Some(Inside { pointer, json }) = shown.opened {
        let _ = write!(text, "\n\n--- {pointer}, opened ---\n");
        text.push_str(&pretty(&cut(json)));
    }
    text
}

/// Bytes that are no text: how many, and which.
#[must_use]
pub fn binary(bytes: &[u8]) -> String {
    format!("({} bytes, SHA-256 {})", bytes.len(), hex(&sha256(bytes)))
}

/// A sealed text's beginning; its hash stands for the rest.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 120;
    const BEGINNING: usize = 40;
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(BEGINNING).collect();
    let hash = hex(&sha256(text.as_bytes()));
    format!("{beginning}… ({} characters, SHA-256 {hash})", text.len())
}

/// JSON whose long lists are cut: nobody reviews ten thousand invoices.
#[must_use]
pub fn cut(json: &Value) -> Value {
    const MOST: usize = 6;
    const SHOWN: usize = 2;
    match json {
        Value::Array(list) if list.len() > MOST => {
            let mut items: Vec<_> = list.iter().take(SHOWN).map(cut).collect();
            items.push(format!("{MORE}{} more", list.len() - SHOWN).into());
            Value::Array(items)
        }
        Value::Array(list) => Value::Array(list.iter().map(cut).collect()),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), cut(value))).collect())
        }
        other => other.clone(),
    }
}

/// How the rest of a list that was cut begins.
const MORE: &str = "… ";

/// JSON as snapshots have it.
#[must_use]
pub fn pretty(json: &Value) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}

/// Reads a reviewed answer; `None` where there is none.
///
/// # Errors
///
/// When it is there but cannot be read.
pub fn read(path: &Path) -> io::Result<Option<String>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // Two lines of dashes hold what `insta` knows about the snapshot.
    let body = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    Ok(Some(body.map_or(text.as_str(), |(_, body)| body).to_owned()))
}

/// All snapshots below a folder, by their paths below it.
///
/// # Errors
///
/// What the file system says; a folder that is not there has none.
pub fn all(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fn walk(root: &Path, below: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
        for entry in fs::read_dir(root.join(below))? {
            let path = below.join(entry?.file_name());
            if root.join(&path).is_dir() {
                walk(root, &path, found)?;
            } else if path.extension().is_some_and(|ending| ending == "snap") {
                found.push(path);
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    if folder.is_dir() {
        walk(folder, Path::new(""), &mut found)?;
    }
    found.sort();
    Ok(found)
}

/// Holds an answer against the reviewed one, both as [`show`] gives them. Of what stands at a
/// `loose` pointer only the type counts.
#[must_use]
pub fn compare(
    reviewed: &str,
    found: &str,
    strictness: Strictness,
    loose: &[String],
) -> Vec<Mismatch> {
    let (reviewed, found) = (reviewed.trim(), found.trim());
    if reviewed == found {
        return Vec::new();
    }
    let mut mismatches = Vec::new();
    let (old_head, old_parts) = parts(reviewed);
    let (new_head, new_parts) = parts(found);
    if old_head != new_head {
        lines("head", &old_head, &new_head, &mut mismatches);
    }
    if old_parts.len() != new_parts.len() {
        let count = |n: usize| format!("{n} parts");
        mismatches.push(Mismatch::new("body", count(old_parts.len()), count(new_parts.len())));
    }
    for (Part { at: name, opened, text: old }, Part { text: new, .. }) in
        old_parts.iter().zip(&new_parts)
    {
        match (serde_json::from_str::<Value>(old), serde_json::from_str::<Value>(new)) {
            // What is decoded below is compared there; the base64 itself says nothing to people.
            (Ok(old), Ok(new)) => {
                let mut mismatched = Vec::new();
                let (old, new) = match strictness {
                    // With another seed it is other books: their form is told by the schema.
                    Strictness::Form if *opened => (outline(&old), outline(&new)),
                    _ => (old, new),
                };
                differ(&old, &new, name, strictness, &mut mismatched);
                let strict = |one: &Mismatch| !loose.contains(&one.at) || one.is_of_kind();
                mismatches.extend(mismatched.into_iter().filter(strict));
            }
            // The bytes of a file are another where its key is.
            _ if is_binary(old) && is_binary(new) && !loose.is_empty() => {}
            _ if strictness == Strictness::Values => lines("body", old, new, &mut mismatches),
            _ => {}
        }
    }
    mismatches
}

/// Holds the exchanges of a flow against the reviewed ones, step by step.
#[must_use]
pub fn compare_steps(
    reviewed: &str,
    found: &str,
    strictness: Strictness,
    loose: &[String],
) -> Vec<Mismatch> {
    let (old, new) = (steps(reviewed), steps(found));
    let mut mismatches = Vec::new();
    if old.len() != new.len() {
        let count = |steps: usize| format!("{steps} steps");
        mismatches.push(Mismatch::new("flow", count(old.len()), count(new.len())));
    }
    for ((title, one), (other_title, other)) in old.iter().zip(&new) {
        let mut more = Vec::new();
        lines("step", title, other_title, &mut more);
        for ((line, one), (other_line, other)) in one.iter().zip(other) {
            lines("request", line, other_line, &mut more);
            more.extend(compare(one, other, strictness, loose));
        }
        if one.len() != other.len() {
            let count = |answers: usize| format!("{answers} answers");
            more.push(Mismatch::new("step", count(one.len()), count(other.len())));
        }
        for mismatch in &mut more {
            mismatch.at = format!("step {title}: {}", mismatch.at);
        }
        mismatches.extend(more);
    }
    mismatches
}

/// Each step's title and exchanges: the line of a request, and its answer.
fn steps(text: &str) -> Vec<(&str, Vec<(&str, &str)>)> {
    let text = text.trim();
    let text = text.strip_prefix(STEP.trim_start()).unwrap_or(text);
    text.split(STEP)
        .map(|step| {
            let mut parts = step.split(EXCHANGE);
            let title = parts.next().unwrap_or_default().trim();
            let exchanges = parts.map(|part| {
                let (line, answer) = part.split_once('\n').unwrap_or((part, ""));
                (line.trim(), answer.trim())
            });
            (title, exchanges.collect())
        })
        .collect()
}

/// What a step of a flow begins with.
pub const STEP: &str = "\n=== ";

/// What an exchange of a step begins with.
pub const EXCHANGE: &str = "\n> ";

/// Status and headers; then the body and what was decoded, each with the pointer it stands at.
fn parts(text: &str) -> (String, Vec<Part<'_>>) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut sections = body.split("\n\n--- ");
    let mut found = vec![Part { at: "", opened: false, text: sections.next().unwrap_or_default() }];
    for section in sections {
        let (title, text) = section.split_once(" ---\n").unwrap_or(("", section));
        let (at, how) = title.rsplit_once(", ").unwrap_or((title, ""));
        found.push(Part { at, opened: how == "opened", text });
    }
    (head.to_owned(), found)
}

/// A body, or what stood in it: decoded, or sealed and opened.
struct Part<'text> {
    at: &'text str,
    opened: bool,
    text: &'text str,
}

/// The first keys of an object, with the types of their values.
fn outline(json: &Value) -> Value {
    let empty = |value: &Value| match value {
        Value::Object(_) => Value::Object(serde_json::Map::new()),
        Value::Array(_) => Value::Array(Vec::new()),
        other => other.clone(),
    };
    match json {
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), empty(value))).collect())
        }
        other => empty(other),
    }
}

fn is_binary(part: &str) -> bool {
    part.starts_with('(') && part.contains(" bytes, SHA-256 ")
}

/// The first line that differs.
fn lines(at: &str, old: &str, new: &str, mismatches: &mut Vec<Mismatch>) {
    let (mut old, mut new) = (old.lines(), new.lines());
    loop {
        match (old.next(), new.next()) {
            (None, None) => return,
            (one, other) if one == other => (),
            (one, other) => {
                let told = |line: Option<&str>| {
                    line.map_or_else(|| "nothing".to_owned(), |line| format!("{line:?}"))
                };
                mismatches.push(Mismatch::new(at, told(one), told(other)));
                return;
            }
        }
    }
}

fn differ(
    old: &Value,
    new: &Value,
    pointer: &str,
    strictness: Strictness,
    mismatches: &mut Vec<Mismatch>,
) {
    let mut below = |key: &str, old: &Value, new: &Value, pointer: &str| {
        differ(old, new, &step(pointer, key), strictness, mismatches);
    };
    match (old, new) {
        (Value::Object(one), Value::Object(other)) => {
            let mut missing = Vec::new();
            for (key, old) in one {
                match other.get(key) {
                    Some(new) => below(key, old, new, pointer),
                    None => missing.push(Mismatch::new(step(pointer, key), brief(old), "no key")),
                }
            }
            let more = other.iter().filter(|(key, _)| !one.contains_key(*key));
            missing.extend(
                more.map(|(key, new)| Mismatch::new(step(pointer, key), "no key", brief(new))),
            );
            if missing.is_empty() && !one.keys().eq(other.keys()) {
                let told = |map: &serde_json::Map<String, Value>| {
                    let names: Vec<_> = map.keys().map(String::as_str).collect();
                    format!("the order {}", names.join(", "))
                };
                missing.push(Mismatch::new(place(pointer), told(one), told(other)));
            }
            mismatches.extend(missing);
        }
        (Value::Array(one), Value::Array(other)) => match strictness {
            Strictness::Values => {
                for (index, (old, new)) in one.iter().zip(other).enumerate() {
                    below(&index.to_string(), old, new, pointer);
                }
                if one.len() != other.len() {
                    let told = |count: usize| format!("{count} items");
                    mismatches.push(Mismatch::new(
                        place(pointer),
                        told(one.len()),
                        told(other.len()),
                    ));
                }
            }
            // Any item may look like any of the reviewed ones.
            Strictness::Form | Strictness::Shape => {
                let rest = |item: &Value| item.as_str().is_some_and(|text| text.starts_with(MORE));
                for (index, new) in other.iter().enumerate().filter(|(_, new)| !rest(new)) {
                    let alike = one.iter().any(|old| {
                        let mut none = Vec::new();
                        differ(old, new, "", strictness, &mut none);
                        none.is_empty()
                    });
                    if let (false, Some(old)) = (alike, one.first()) {
                        below(&index.to_string(), old, new, pointer);
                    }
                }
            }
        },
        (Value::String(one), Value::String(other)) if strictness != Strictness::Values => {
            let differs = form(one).is_some_and(|form_of_one| form(other) != Some(form_of_one));
            let told = || Mismatch::new(place(pointer), format!("a text like {old}"), brief(new));
            mismatches.extend(differs.then(told));
        }
        _ if kind(old) != kind(new) => {
            mismatches.push(Mismatch::new(place(pointer), kind(old), kind(new)));
        }
        _ if strictness == Strictness::Values && old != new => {
            mismatches.push(Mismatch::new(place(pointer), brief(old), brief(new)));
        }
        _ => {}
    }
}

/// A pointer to a key below another.
fn step(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The form of a text that is digits and signs, such as a date; other texts have none.
fn form(text: &str) -> Option<String> {
    let signs = text.chars().all(|letter| letter.is_ascii_digit() || "-/:. ".contains(letter));
    let form = |letter: char| if letter.is_ascii_digit() { '9' } else { letter };
    (signs && !text.is_empty()).then(|| text.chars().map(form).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str, strictness: Strictness) -> Vec<String> {
        let text = |body: &str| format!("200\ncontent-type: application/json\n\n{body}");
        compare(&text(old), &text(new), strictness, &[]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn values_are_compared_one_by_one_and_keys_in_their_order() {
        assert_eq!(
            told(r#"{"a": {"b": 1}, "c": 2}"#, r#"{"c": 2, "a": {"b": 3}}"#, Strictness::Values),
            ["`/a/b`: 1 promised, 3 found", "`/`: the order a, c promised, the order c, a found"]
        );
        assert_eq!(
            told(r#"{"a": 1}"#, r#"{"b": 2}"#, Strictness::Values),
            ["`/a`: 1 promised, no key found", "`/b`: no key promised, 2 found"]
        );
    }

    #[test]
    fn at_another_time_dates_may_differ_but_not_their_form() {
        let reviewed = r#"{"on": "2026-10-18", "list": [{"n": 1}]}"#;
        let later = r#"{"on": "2027-01-18", "list": [{"n": 2}, {"n": 3}]}"#;
        assert!(told(reviewed, later, Strictness::Form).is_empty());
        assert_eq!(
            told(reviewed, r#"{"on": "18-01-2027", "list": []}"#, Strictness::Form),
            ["`/on`: a text like \"2026-10-18\" promised, \"18-01-2027\" found"]
        );
    }

    #[test]
    fn a_flow_is_compared_step_by_step() {
        let flow = |second: &str| {
            format!(
                "=== 1 log in: a\n> POST /a\n200\n\n{{}}\n> POST /b\n200\n\n{{\"token\": \"{second}\"}}\n\n=== 2 wait"
            )
        };
        let compare = |old: &str, new: &str, loose: &[String]| -> Vec<_> {
            let told = compare_steps(old, new, Strictness::Values, loose);
            told.iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            compare(&flow("1"), &flow("2"), &[]),
            ["`step 1 log in: a: /token`: \"1\" promised, \"2\" found"]
        );
        assert!(compare(&flow("1"), &flow("2"), &["/token".to_owned()]).is_empty());
        assert_eq!(
            compare(&flow("1"), &flow("1").replace("=== 2 wait", ""), &[]),
            ["`flow`: 2 steps promised, 1 steps found"]
        );
        assert_eq!(
            compare(&flow("1"), &flow("1").replace("/b", "/c"), &[]),
            ["`step 1 log in: a: request`: \"POST /b\" promised, \"POST /c\" found"]
        );
    }

    #[test]
    fn a_sealed_text_is_shown_by_its_hash_and_a_long_list_by_its_beginning() {
        assert_eq!(shortened("short"), "short");
        let told = shortened(&"A".repeat(200));
        assert!(told.starts_with(&"A".repeat(40)) && told.contains("(200 characters, SHA-256 "));
        let list: Vec<u64> = (0..1000).collect();
        let json = serde_json::json!({ "few": [1, 2, 3], "many": list });
        let wanted = serde_json::json!({ "few": [1, 2, 3], "many": [0, 1, "… 998 more"] });
        assert_eq!(cut(&json), wanted);
    }

    #[test]
    fn another_status_is_told_as_it_stands() {
        let told: Vec<_> = compare("200\n\n{}", "404\n\n{}", Strictness::Values, &[]);
        assert_eq!(told[0].to_string(), "`head`: \"200\" promised, \"404\" found");
    }
}
