//! JSON, and JSON within its texts.

use std::collections::HashSet;

use gsp_simulator::pack::contract::PersonalKind;
use serde_json::{Map, Number, Value};

use crate::{
    client::crypto::{base64, from_base64},
    recording::{
        forms,
        known::{Steps, last_key},
        pseudonyms::Pseudonyms,
    },
};

/// A text in a text in a text is as deep as it goes.
const DEEPEST: usize = 4;

/// Shorter texts are no Base64 of JSON.
const SHORTEST: usize = 12;

/// Walks JSON and puts stand-ins in their places.
#[derive(Debug)]
pub struct Walk<'all> {
    /// Where stand-ins come from.
    pub pseudonyms: &'all mut Pseudonyms,
    /// What is known of the top of a request's body: name or pointer → kind.
    pub fields: &'all [(String, Option<PersonalKind>)],
    /// Places that were seen to: JSON pointers.
    pub done: &'all HashSet<String>,
    /// Texts within texts so far.
    pub depth: usize,
}

impl Walk<'_> {
    /// Sees to a value and all that is in it.
    pub fn value(&mut self, value: &mut Value, steps: &mut Steps) {
        if !self.done.is_empty() && self.done.contains(&pointer(steps)) {
            return;
        }
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => {
                if let Some(new) = self.number(number, steps) {
                    *number = new;
                }
            }
            Value::String(text) => {
                let new = self.text(text, steps);
                if new != *text {
                    *text = new;
                }
            }
            Value::Array(list) => {
                for (at, item) in list.iter_mut().enumerate() {
                    steps.push(at.to_string());
                    self.value(item, steps);
                    steps.pop();
                }
            }
            Value::Object(map) => self.object(map, steps),
        }
    }

    fn object(&mut self, map: &mut Map<String, Value>, steps: &mut Steps) {
        let told = map.keys().any(|key| !forms::find(key).is_empty());
        for (key, value) in map.iter_mut() {
            steps.push(key.clone());
            self.value(value, steps);
            steps.pop();
        }
        if told {
            // Somebody's number for a key.
            let old = std::mem::take(map);
            for (key, value) in old {
                let mut new = String::new();
                let mut from = 0;
                for found in forms::find(&key) {
                    new.push_str(&key[from..found.span.start]);
                    new.push_str(&self.pseudonyms.stand_in(found.form, &key[found.span.clone()]));
                    from = found.span.end;
                }
                new.push_str(&key[from..]);
                map.insert(new, value);
            }
        }
    }

    fn kind(&self, steps: &[String]) -> Option<PersonalKind> {
        let by_name = |name: &str| match name.strip_prefix('/') {
            Some(_) => pointer(steps) == name,
            None => steps.len() == 1 && steps[0] == name,
        };
        let field = self.fields.iter().find(|(name, _)| by_name(name));
        match field {
            Some((_, kind)) => *kind,
            None => self.pseudonyms.known.kind(steps),
        }
    }

    fn number(&mut self, number: &Number, steps: &[String]) -> Option<Number> {
        let kind = self.kind(steps);
        let is_known = last_key(steps).is_some_and(|key| self.pseudonyms.known.has_key(key));
        match number.as_i64() {
            Some(whole) => Some(self.pseudonyms.number(kind, is_known, whole).into()),
            None if is_known && kind.is_none_or(|kind| kind <= PersonalKind::Message) => None,
            None => {
                let text = number.to_string();
                // Money has two places; more are degrees, or nobody knows what.
                let (_, fraction) = text.split_once('.').unwrap_or((&text, "0"));
                if fraction.len() <= 2 && number.as_f64().is_some_and(|one| one.abs() < 1e5) {
                    return None;
                }
                let degrees =
                    matches!(kind, Some(PersonalKind::Latitude | PersonalKind::Longitude));
                let whole =
                    if degrees && kind == Some(PersonalKind::Longitude) { 78.0 } else { 21.0 };
                if number.as_f64() == Some(whole) {
                    return None;
                }
                self.pseudonyms.note(&text, "a number");
                Number::from_f64(whole)
            }
        }
    }

    fn text(&mut self, text: &str, steps: &mut Steps) -> String {
        if let Some(new) = self.inside(text, steps) {
            return new;
        }
        let kind = self.kind(steps);
        let new = self.pseudonyms.text(kind, text);
        // A field of a request that is nobody's may still have been given anything.
        if kind.is_none() && new != text && is_period_of_a_field(self.fields, steps, text) {
            return text.to_owned();
        }
        new
    }

    /// A text that is JSON, or Base64 of JSON, with stand-ins in it.
    fn inside(&mut self, text: &str, steps: &mut Steps) -> Option<String> {
        if self.depth >= DEEPEST || text.len() < SHORTEST {
            return None;
        }
        let is_compound = |value: &Value| value.is_object() || value.is_array();
        let plain = text.trim_start().starts_with(['{', '[']);
        let (json, padded) = if plain {
            (text.as_bytes().to_vec(), None)
        } else {
            (from_base64(text)?, Some(text.ends_with('=') || text.len().is_multiple_of(4)))
        };
        let before: Value = serde_json::from_slice(&json).ok().filter(is_compound)?;
        let mut after = before.clone();
        self.depth += 1;
        self.value(&mut after, steps);
        self.depth -= 1;
        if after == before {
            return Some(text.to_owned());
        }
        let json = after.to_string();
        Some(match padded {
            None => json,
            Some(true) => base64(json.as_bytes()),
            Some(false) => base64(json.as_bytes()).trim_end_matches('=').to_owned(),
        })
    }
}

/// A period in a field that the vendor declares: it reads like a PIN, but is none there.
fn is_period_of_a_field(
    fields: &[(String, Option<PersonalKind>)],
    steps: &[String],
    text: &str,
) -> bool {
    steps.len() == 1
        && crate::recording::plain::is_period(text)
        && fields.iter().any(|(name, _)| *name == steps[0])
}

/// The JSON pointer of a place.
#[must_use]
pub fn pointer(steps: &[String]) -> String {
    steps.iter().fold(String::new(), |mut pointer, step| {
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        pointer
    })
}
