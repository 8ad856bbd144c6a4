//! An exchange as an expectation sees it, and where the two differ.

use std::cell::OnceCell;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Calls;
use crate::{
    journal::{BLANK, Record, has_fault},
    route::pairs,
};

/// No text in a verdict is longer, in characters.
const LONGEST: usize = 200;

/// One thing about an exchange that is not as wanted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Difference {
    /// The field, such as `status` or `body.gstin`.
    pub field: String,
    /// What is wanted; null: that it is not there.
    pub wanted: Value,
    /// What was found; null: it is not there.
    pub found: Value,
}

/// An exchange, taken apart once for all expectations.
pub(super) struct Seen<'record> {
    pub(super) record: &'record Record,
    path: &'record str,
    query: Vec<(String, String)>,
    body: OnceCell<Option<Value>>,
}

impl<'record> Seen<'record> {
    pub(super) fn new(record: &'record Record) -> Self {
        let target = &record.request.target;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self { record, path, query: pairs(query.as_bytes()), body: OnceCell::new() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.record.request.headers.iter();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The body as JSON; a form is an object of texts.
    fn body(&self) -> Option<&Value> {
        let request = &self.record.request;
        let read = || {
            let is_form = self
                .header("content-type")
                .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
            if is_form {
                let texts = pairs(request.body.as_bytes());
                let texts = texts.into_iter().map(|(name, value)| (name, Value::String(value)));
                return Some(Value::Object(texts.collect()));
            }
            serde_json::from_str(&request.body).ok()
        };
        self.body.get_or_init(read).as_ref()
    }

    /// What is not as wanted.
    pub(super) fn differs(&self, calls: &Calls) -> Vec<Difference> {
        let record = self.record;
        let mut out = Vec::new();
        for (field, wanted, found) in [
            ("vendor", &calls.vendor, &record.vendor),
            ("endpoint", &calls.endpoint, &record.endpoint),
            ("gstin", &calls.gstin, &record.gstin),
            ("account", &calls.account, &record.account),
            ("outcome", &calls.outcome, &record.outcome),
            ("code", &calls.code, &record.code),
        ] {
            if let Some(wanted) = wanted.as_ref().filter(|wanted| *wanted != found) {
                out.push(difference(field, wanted.as_str(), found.as_str()));
            }
        }
        let status = record.reply.status;
        if let Some(wanted) = calls.status.filter(|wanted| !wanted.contain(status)) {
            out.push(difference("status", wanted.to_string(), status));
        }
        if let Some(wanted) = calls.via.filter(|wanted| *wanted != record.via) {
            out.push(difference("via", wanted.as_str(), record.via.as_str()));
        }
        let method = &record.request.method;
        if let Some(wanted) = calls.method.as_ref().filter(|it| !it.eq_ignore_ascii_case(method)) {
            out.push(difference("method", wanted.as_str(), method.as_str()));
        }
        if let Some(wanted) = calls.path.as_ref().filter(|wanted| !like(wanted, self.path)) {
            out.push(difference("path", wanted.as_str(), self.path));
        }
        for (name, wanted) in &calls.header {
            let found = self.header(name);
            text_differs(&format!("header.{name}"), wanted.as_deref(), found, &mut out);
        }
        for (name, wanted) in &calls.query {
            let found = self.query(name);
            text_differs(&format!("query.{name}"), wanted.as_deref(), found, &mut out);
        }
        if let Some(wanted) = &calls.body {
            self.body_differs(wanted, &mut out);
        }
        if let Some(wanted) = calls.fault.as_ref().filter(|it| !has_fault(it, &record.faults)) {
            out.push(difference("fault", wanted.as_str(), record.faults.join(", ")));
        }
        let hinted = !record.hint.is_empty();
        if let Some(wanted) = calls.hinted.filter(|wanted| *wanted != hinted) {
            out.push(difference("hinted", wanted, hinted));
        }
        out
    }

    fn body_differs(&self, wanted: &Value, out: &mut Vec<Difference>) {
        let request = &self.record.request;
        if let Value::String(text) = wanted {
            let opened = request.opened.as_ref().and_then(Value::as_str).unwrap_or_default();
            if !request.body.contains(text.as_str()) && !opened.contains(text.as_str()) {
                out.push(difference("body", text.as_str(), request.body.as_str()));
            }
            return;
        }
        let mut fewest: Option<Vec<Difference>> = None;
        for said in [self.body(), request.opened.as_ref()].into_iter().flatten() {
            let mut differences = Vec::new();
            part_differs("body", wanted, Some(said), &mut differences);
            if fewest.as_ref().is_none_or(|fewest| differences.len() < fewest.len()) {
                fewest = Some(differences);
            }
        }
        match fewest {
            Some(differences) => out.extend(differences),
            None => out.push(difference("body", wanted.clone(), request.body.as_str())),
        }
    }
}

fn difference(field: &str, wanted: impl Into<Value>, found: impl Into<Value>) -> Difference {
    let short = |value: Value| match value {
        Value::String(text) if text.chars().count() > LONGEST => {
            Value::String(text.chars().take(LONGEST).chain(['…']).collect())
        }
        Value::Array(_) | Value::Object(_) if value.to_string().chars().count() > LONGEST => {
            Value::String(value.to_string().chars().take(LONGEST).chain(['…']).collect())
        }
        value => value,
    };
    Difference { field: field.to_owned(), wanted: short(wanted.into()), found: short(found.into()) }
}

fn text_differs(field: &str, wanted: Option<&str>, found: Option<&str>, out: &mut Vec<Difference>) {
    let fits = match (wanted, found) {
        (None, None) => true,
        (Some(wanted), Some(found)) => like(wanted, found),
        _ => false,
    };
    if !fits {
        let found = match found {
            Some(BLANK) => Some("*** (the journal keeps no credentials; `*` fits any)"),
            found => found,
        };
        out.push(difference(field, wanted, found));
    }
}

/// Of an object the members that are wanted, of a list all of it, else the same value.
fn part_differs(field: &str, wanted: &Value, found: Option<&Value>, out: &mut Vec<Difference>) {
    match (wanted, found) {
        (Value::Object(wanted), Some(Value::Object(found))) => {
            for (name, wanted) in wanted {
                part_differs(&format!("{field}.{name}"), wanted, found.get(name), out);
            }
        }
        (Value::Array(wanted), Some(Value::Array(found))) if wanted.len() == found.len() => {
            for (at, (wanted, found)) in wanted.iter().zip(found).enumerate() {
                part_differs(&format!("{field}[{at}]"), wanted, Some(found), out);
            }
        }
        (wanted, Some(found)) if wanted == found => {}
        (wanted, found) => {
            out.push(difference(field, wanted.clone(), found.cloned().unwrap_or_default()));
        }
    }
}

/// Whether a text is like a pattern in which `*` stands for anything.
fn like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text) in
            [("/a/*/c", "/a/b/c"), ("/a/*", "/a/"), ("*", ""), ("a*b*c", "a-b-b-c"), ("x", "x")]
        {
            assert!(like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("/a/*/c", "/a/c"), ("a", "ab"), ("a*ba", "aba-"), ("ab*ba", "aba")]
        {
            assert!(!like(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_body_may_say_more_than_is_wanted() {
        let differs = |wanted: Value, found: Value| {
            let mut out = Vec::new();
            part_differs("body", &wanted, Some(&found), &mut out);
            out.into_iter().map(|one| one.field).collect::<Vec<_>>()
        };
        assert!(differs(json!({"a": {"b": 1}}), json!({"a": {"b": 1, "c": 2}, "d": 3})).is_empty());
        assert_eq!(differs(json!({"a": {"b": 1}}), json!({"a": {"b": "1"}})), ["body.a.b"]);
        assert_eq!(
            differs(json!({"a": [1, {"b": 2}]}), json!({"a": [1, {"b": 3}]})),
            ["body.a[1].b"]
        );
        assert_eq!(differs(json!({"a": [1]}), json!({"a": [1, 2]})), ["body.a"]);
        assert_eq!(differs(json!({"a": null}), json!({})), ["body.a"], "null is a value");
    }
}
