//! A light reader of JSON Schema: the keywords that `docs/pack-format.md` lists, and no others.
//!
//! Enough for what `contract/` promises, so that checking a pack needs no heavy crate. The contract
//! suite reads the same files with a whole validator.

mod inspect;

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
};

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use regex_lite::Regex;
use serde_json::{Map, Value};

pub use self::inspect::{Fault, inspect};

/// What is promised where a key is one too many.
pub const NO_OTHER_KEYS: &str = "no other keys";

/// How deep references may lead without an end.
const DEEPEST: usize = 64;

/// So many patterns are kept at the most.
const MOST_PATTERNS: usize = 1_000;

thread_local! {
    /// Patterns of schemas, read once: one of them may be held against thousands of texts.
    static PATTERNS: RefCell<HashMap<String, Option<Regex>>> = RefCell::default();
}

/// A promise that a value breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    /// JSON pointer to the value.
    pub pointer: String,
    /// What was promised.
    pub promised: String,
    /// What was found.
    pub found: String,
}

/// All promises of `schema` that `value` breaks; what cannot be read in it promises nothing.
#[must_use]
pub fn breaches(schema: &Value, value: &Value) -> Vec<Breach> {
    let mut reader =
        Reader { root: schema, pointer: String::new(), breaches: Vec::new(), depth: 0 };
    reader.read(schema, value);
    reader.breaches
}

/// What a reference leads to, in the same file.
fn target<'schema>(root: &'schema Value, reference: &str) -> Option<&'schema Value> {
    root.pointer(reference.strip_prefix('#')?)
}

struct Reader<'schema> {
    root: &'schema Value,
    pointer: String,
    breaches: Vec<Breach>,
    /// References followed at this value.
    depth: usize,
}

impl<'schema> Reader<'schema> {
    fn breach(&mut self, promised: impl Into<String>, found: impl Into<String>) {
        let pointer = self.pointer.clone();
        self.breaches.push(Breach { pointer, promised: promised.into(), found: found.into() });
    }

    fn read(&mut self, schema: &'schema Value, value: &Value) {
        let keywords = match schema {
            Value::Bool(false) => return self.breach("nothing", tell(value)),
            Value::Object(keywords) => keywords,
            _ => return,
        };
        if let Some(types) = keywords.get("type")
            && !has_type(types, value)
        {
            // What else is promised is promised of that type.
            return self.breach(tell_types(types), kind(value));
        }
        if let Some(wanted) = keywords.get("const").filter(|wanted| !equal(wanted, value)) {
            self.breach(wanted.to_string(), tell(value));
        }
        if let Some(choices) = keywords.get("enum").and_then(Value::as_array)
            && !choices.iter().any(|choice| equal(choice, value))
        {
            let choices: Vec<_> = choices.iter().map(Value::to_string).collect();
            self.breach(format!("one of {}", choices.join(", ")), tell(value));
        }
        match value {
            Value::String(text) => self.text(keywords, text),
            Value::Number(number) => {
                if let Some(number) = number.as_f64() {
                    self.number(keywords, number, value);
                }
            }
            Value::Array(list) => self.list(keywords, list),
            Value::Object(map) => self.object(keywords, map),
            Value::Null | Value::Bool(_) => {}
        }
        self.combined(keywords, value);
        if let Some(inner) = keywords.get("$ref").and_then(Value::as_str)
            && let Some(inner) = target(self.root, inner)
        {
            if self.depth == DEEPEST {
                return self.breach("something", "a schema that refers to itself without an end");
            }
            self.depth += 1;
            self.read(inner, value);
            self.depth -= 1;
        }
    }

    fn text(&mut self, keywords: &'schema Map<String, Value>, text: &str) {
        let length = text.chars().count() as u64;
        if let Some(least) = bound(keywords, "minLength").filter(|least| length < *least) {
            self.breach(format!("at least {least} characters"), format!("{length}"));
        }
        if let Some(most) = bound(keywords, "maxLength").filter(|most| length > *most) {
            self.breach(format!("at most {most} characters"), format!("{length}"));
        }
        if let Some(pattern) = keywords.get("pattern").and_then(Value::as_str)
            && !fits(pattern, text)
        {
            self.breach(format!("a text like `{pattern}`"), format!("{text:?}"));
        }
        // The standard leaves it open whether this is looked at; packs mean it.
        if let Some(inner) = keywords.get("contentSchema") {
            let base64 = keywords.get("contentEncoding").is_some_and(|word| word == "base64");
            match content(text, base64) {
                Some(value) => self.read(inner, &value),
                None if base64 => self.breach("JSON in base64", tell(&text.into())),
                None => self.breach("JSON in a text", tell(&text.into())),
            }
        }
    }

    fn number(&mut self, keywords: &Map<String, Value>, number: f64, value: &Value) {
        let bound = |word: &str| keywords.get(word).and_then(Value::as_f64);
        if let Some(least) = bound("minimum").filter(|least| number < *least) {
            self.breach(format!("at least {least}"), value.to_string());
        }
        if let Some(most) = bound("maximum").filter(|most| number > *most) {
            self.breach(format!("at most {most}"), value.to_string());
        }
    }

    fn list(&mut self, keywords: &'schema Map<String, Value>, list: &[Value]) {
        let length = list.len() as u64;
        if let Some(least) = bound(keywords, "minItems").filter(|least| length < *least) {
            self.breach(format!("at least {least} items"), length.to_string());
        }
        if let Some(most) = bound(keywords, "maxItems").filter(|most| length > *most) {
            self.breach(format!("at most {most} items"), length.to_string());
        }
        if let Some(inner) = keywords.get("items") {
            for (at, item) in list.iter().enumerate() {
                self.step(&at.to_string(), inner, item);
            }
        }
    }

    fn object(&mut self, keywords: &'schema Map<String, Value>, map: &Map<String, Value>) {
        let required = keywords.get("required").and_then(Value::as_array).into_iter().flatten();
        for key in required.filter_map(Value::as_str).filter(|key| !map.contains_key(*key)) {
            self.breach(format!("`{key}`"), "no such key");
        }
        let named = keywords.get("properties").and_then(Value::as_object);
        for (key, item) in map {
            let named = named.and_then(|named| named.get(key));
            match named.or_else(|| keywords.get("additionalProperties")) {
                Some(Value::Bool(false)) if named.is_none() => {
                    self.breach(NO_OTHER_KEYS, format!("`{key}`"));
                }
                Some(inner) => self.step(key, inner, item),
                None => {}
            }
        }
    }

    fn combined(&mut self, keywords: &'schema Map<String, Value>, value: &Value) {
        let list = |word: &str| keywords.get(word).and_then(Value::as_array);
        for inner in list("allOf").into_iter().flatten() {
            self.read(inner, value);
        }
        if let Some(choices) = list("anyOf") {
            let tried: Vec<_> = choices.iter().map(|choice| self.aside(choice, value)).collect();
            if tried.iter().all(|breaches| !breaches.is_empty()) {
                self.closest(tried);
            }
        }
        if let Some(choices) = list("oneOf") {
            let tried: Vec<_> = choices.iter().map(|choice| self.aside(choice, value)).collect();
            match tried.iter().filter(|breaches| breaches.is_empty()).count() {
                0 => self.closest(tried),
                1 => {}
                fits => self.breach("just one of the shapes", format!("{fits} that fit")),
            }
        }
        if let Some(inner) = keywords.get("not")
            && self.aside(inner, value).is_empty()
        {
            self.breach("something else", tell(value));
        }
    }

    /// The breaches of a shape that need not fit.
    fn aside(&self, schema: &'schema Value, value: &Value) -> Vec<Breach> {
        let mut reader = Reader {
            root: self.root,
            pointer: self.pointer.clone(),
            breaches: Vec::new(),
            depth: self.depth,
        };
        reader.read(schema, value);
        reader.breaches
    }

    /// Of several shapes, what is wrong with the one that nearly fits.
    fn closest(&mut self, tried: Vec<Vec<Breach>>) {
        let here = &self.pointer;
        // Breaches deeper down mean that the shape as such was right.
        let rank = |breaches: &Vec<Breach>| {
            let shallow = breaches.iter().filter(|breach| breach.pointer == *here).count();
            (shallow, breaches.len())
        };
        let best = tried.into_iter().min_by_key(rank);
        self.breaches.extend(best.into_iter().flatten());
    }

    fn step(&mut self, part: &str, schema: &'schema Value, value: &Value) {
        let length = self.pointer.len();
        let depth = std::mem::take(&mut self.depth);
        self.pointer.push('/');
        self.pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
        self.read(schema, value);
        self.pointer.truncate(length);
        self.depth = depth;
    }
}

/// Whether a text is like the pattern; a pattern that cannot be read was told of.
fn fits(pattern: &str, text: &str) -> bool {
    PATTERNS.with_borrow_mut(|known| {
        if let Some(regex) = known.get(pattern) {
            return regex.as_ref().is_none_or(|regex| regex.is_match(text));
        }
        let regex = Regex::new(pattern).ok();
        let fits = regex.as_ref().is_none_or(|regex| regex.is_match(text));
        if known.len() == MOST_PATTERNS {
            known.clear();
        }
        known.insert(pattern.to_owned(), regex);
        fits
    })
}

/// The JSON inside a text; base64 with `=` at the end or without.
fn content(text: &str, base64: bool) -> Option<Value> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    if base64 {
        let bytes = GeneralPurpose::new(&STANDARD, LENIENT).decode(text).ok()?;
        serde_json::from_slice(&bytes).ok()
    } else {
        serde_json::from_str(text).ok()
    }
}

fn bound(keywords: &Map<String, Value>, word: &str) -> Option<u64> {
    keywords.get(word).and_then(Value::as_u64)
}

fn has_type(types: &Value, value: &Value) -> bool {
    let is = |name: &Value| match (name.as_str(), value) {
        (Some("integer"), Value::Number(number)) => {
            !number.is_f64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        (Some(name), value) => kind(value) == name,
        (None, _) => true,
    };
    types.as_array().map_or_else(|| is(types), |list| list.iter().any(is))
}

fn tell_types(types: &Value) -> String {
    match types {
        Value::Array(list) => {
            let names: BTreeSet<_> = list.iter().filter_map(Value::as_str).collect();
            names.into_iter().collect::<Vec<_>>().join(" or ")
        }
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A value, shortened.
fn tell(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        return text;
    }
    let head: String = text.chars().take(57).collect();
    format!("{head}…")
}

/// Whether two values are the same; numbers by what they are worth.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| equal(one, other)))
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests;
