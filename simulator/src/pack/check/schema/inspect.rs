//! What cannot be read in a schema: keywords that are not known, values of the wrong kind.

use regex_lite::Regex;
use serde_json::Value;

use super::target;

/// Keywords that promise something.
const KEYWORDS: &[&str] = &[
    "type",
    "const",
    "enum",
    "required",
    "properties",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "oneOf",
    "anyOf",
    "allOf",
    "not",
    "$ref",
    "$defs",
    "contentSchema",
];

/// Keywords that tell something.
const ANNOTATIONS: &[&str] = &[
    "$schema",
    "$id",
    "$comment",
    "title",
    "description",
    "examples",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "format",
    "contentEncoding",
    "contentMediaType",
];

const TYPES: &[&str] = &["string", "number", "integer", "boolean", "object", "array", "null"];

/// Something in a schema that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The word it is about, as it stands in the file.
    pub word: String,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

/// All that cannot be read in a schema.
#[must_use]
pub fn inspect(schema: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    inspect_at(schema, schema, &mut faults);
    faults
}

fn inspect_at(root: &Value, schema: &Value, faults: &mut Vec<Fault>) {
    let Some(keywords) = schema.as_object() else {
        if !schema.is_boolean() {
            fault(faults, &schema.to_string(), "this is no schema", "an object, `true` or `false`");
        }
        return;
    };
    for (word, value) in keywords {
        if ANNOTATIONS.contains(&word.as_str()) {
            continue;
        }
        if !KEYWORDS.contains(&word.as_str()) {
            let hint = format!("there are: {}", KEYWORDS.join(", "));
            fault(faults, word, &format!("`{word}` is no keyword that is read here"), &hint);
            continue;
        }
        if let Err(hint) = well_formed(root, word, value) {
            fault(faults, word, &format!("`{word}` cannot be read"), &hint);
            continue;
        }
        for inner in parts(word, value) {
            inspect_at(root, inner, faults);
        }
    }
}

fn fault(faults: &mut Vec<Fault>, word: &str, message: &str, hint: &str) {
    let fault = Fault { word: word.to_owned(), message: message.to_owned(), hint: hint.to_owned() };
    if !faults.contains(&fault) {
        faults.push(fault);
    }
}

/// Whether a keyword's value is of the kind it must be; what it must be where it is not.
fn well_formed(root: &Value, word: &str, value: &Value) -> Result<(), String> {
    let need = |fits: bool, hint: &str| if fits { Ok(()) } else { Err(hint.to_owned()) };
    let known_type = |one: &Value| one.as_str().is_some_and(|one| TYPES.contains(&one));
    match word {
        "type" => {
            let fits = known_type(value)
                || value.as_array().is_some_and(|list| list.iter().all(known_type));
            need(fits, &format!("one or a list of {}", TYPES.join(", ")))
        }
        "required" => {
            let fits = value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
            need(fits, "a list of keys")
        }
        "enum" => need(value.is_array(), "a list of values"),
        "oneOf" | "anyOf" | "allOf" => {
            need(value.as_array().is_some_and(|list| !list.is_empty()), "a list of schemas")
        }
        "properties" | "$defs" => need(value.is_object(), "an object of schemas"),
        "minItems" | "maxItems" | "minLength" | "maxLength" => {
            need(value.is_u64(), "a whole number")
        }
        "minimum" | "maximum" => need(value.is_number(), "a number"),
        "pattern" => {
            let text = value.as_str().ok_or("a regular expression")?;
            Regex::new(text)
                .map(|_| ())
                .map_err(|error| format!("{error}; look-around and back-references are not there"))
        }
        "$ref" => {
            let text = value.as_str().ok_or("such as `#/$defs/name`")?;
            need(
                target(root, text).is_some(),
                &format!("`{text}` leads nowhere in this file; such as `#/$defs/name`"),
            )
        }
        _ => Ok(()),
    }
}

/// The schemas inside a keyword's value.
fn parts<'schema>(word: &str, value: &'schema Value) -> Vec<&'schema Value> {
    match (word, value) {
        ("properties" | "$defs", Value::Object(map)) => map.values().collect(),
        ("items" | "additionalProperties" | "not" | "contentSchema", inner) => vec![inner],
        ("oneOf" | "anyOf" | "allOf", Value::Array(list)) => list.iter().collect(),
        _ => Vec::new(),
    }
}
