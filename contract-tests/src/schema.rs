//! The promise on an answer's form: JSON Schemas in `contract/`, never derived from `bodies/`.

use std::sync::Arc;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use gsp_simulator::{finding::Finding, pack::folder::Folder};
use jsonschema::{
    Draft, ValidationError,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::{Map, Value};

use crate::{
    drift::Kind,
    mismatch::{Mismatch, brief, kind, place},
};

/// Base64, with or without `=` at the end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A schema and the file it stands in.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The file, below the fixtures.
    pub path: String,
    json: Arc<Value>,
}

/// What stands in a text that the schema calls base64.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    /// Where the text stands.
    pub pointer: String,
    /// What it holds.
    pub json: Value,
}

impl Schema {
    /// Finds the schema for an answer: by case, outcome or code at the endpoint; else by code;
    /// else the one for all errors. `None` where there is none.
    ///
    /// # Errors
    ///
    /// When the file is no JSON.
    pub fn find(
        folder: &Folder,
        vendor: &str,
        endpoint: &str,
        case: &str,
        outcome: &str,
        code: Option<&str>,
    ) -> Result<Option<Self>, Finding> {
        let mut names = vec![format!("{endpoint}/{case}"), format!("{endpoint}/{outcome}")];
        if let Some(code) = code {
            names.push(format!("{endpoint}/{code}"));
            names.push(format!("codes/{code}"));
            names.push("error".to_owned());
        }
        Self::first(folder, vendor, &names)
    }

    /// Finds the schema for what is sealed in an answer.
    ///
    /// # Errors
    ///
    /// When the file is no JSON.
    pub fn find_payload(
        folder: &Folder,
        vendor: &str,
        names: &[String],
    ) -> Result<Option<Self>, Finding> {
        let names: Vec<_> = names.iter().map(|name| format!("payloads/{name}")).collect();
        Self::first(folder, vendor, &names)
    }

    fn first(folder: &Folder, vendor: &str, names: &[String]) -> Result<Option<Self>, Finding> {
        for name in names {
            let path = format!("{vendor}/contract/{name}.schema.json");
            let Some(source) = folder.source(&path) else { continue };
            let json = serde_json::from_str(&source.text)
                .map_err(|error| Finding::new(error.to_string()).within(&source))?;
            return Ok(Some(Self { path, json: Arc::new(json) }));
        }
        Ok(None)
    }

    /// The schema itself.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// Each departure of a value below `pointer`, with what kind of drift it would be at a live
    /// side; `at` is where a key is missing or too many.
    #[must_use]
    pub fn departures(&self, json: &Value, pointer: &str) -> Vec<(Kind, Mismatch)> {
        let options =
            jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        let Ok(validator) = options.build(&self.json) else { return Vec::new() };
        let errors = validator.iter_errors(json);
        errors.flat_map(|error| drifted(&error, tell(&error, pointer))).collect()
    }

    /// Holds what was sealed at `pointer` against the schema.
    #[must_use]
    pub fn check_within(&self, json: &Value, pointer: &str) -> Vec<Mismatch> {
        validate(&self.json, json, pointer)
    }

    /// Holds a body against the schema; also gives what stands inside base64 texts.
    #[must_use]
    pub fn check(&self, body: &Value) -> (Vec<Mismatch>, Vec<Inside>) {
        let mut mismatches = validate(&self.json, body, "");
        let mut encoded = Vec::new();
        find_encoded(&self.json, &self.json, body, "", &mut encoded);
        let mut insides = Vec::new();
        for (pointer, text, content) in encoded {
            let decoded = BASE64
                .decode(text)
                .ok()
                .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
            let Some(json) = decoded else {
                let found = brief(&Value::from(text));
                mismatches.push(Mismatch::new(place(&pointer), "base64 of JSON", found));
                continue;
            };
            if let Some(content) = content {
                mismatches.extend(validate(&within(content, &self.json), &json, &pointer));
            }
            insides.push(Inside { pointer, json });
        }
        (mismatches, insides)
    }
}

/// A part of a schema as a schema of its own: it keeps the definitions of the whole.
fn within(part: &Value, whole: &Value) -> Value {
    let mut own = part.as_object().cloned().unwrap_or_else(Map::new);
    if let Some(definitions) = whole.get("$defs") {
        own.insert("$defs".to_owned(), definitions.clone());
    }
    Value::Object(own)
}

fn validate(schema: &Value, body: &Value, below: &str) -> Vec<Mismatch> {
    let options =
        jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    match options.build(schema) {
        Ok(validator) => validator.iter_errors(body).map(|error| tell(&error, below)).collect(),
        Err(error) => vec![Mismatch::new("schema", "a JSON Schema", error.to_string())],
    }
}

/// A departure in our words; what has none is told in the library's.
fn tell(error: &ValidationError<'_>, below: &str) -> Mismatch {
    let at = place(&format!("{below}{}", error.instance_path().as_str()));
    let value = error.instance();
    let (promised, found) = match error.kind() {
        ValidationErrorKind::Type { kind: TypeKind::Single(wanted) } => {
            (wanted.to_string(), kind(value).to_owned())
        }
        ValidationErrorKind::Type { kind: TypeKind::Multiple(wanted) } => {
            let names: Vec<_> = wanted.iter().map(|one| one.to_string()).collect();
            (names.join(" or "), kind(value).to_owned())
        }
        ValidationErrorKind::Required { property } => {
            (format!("the key {property}"), "none".to_owned())
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            ("no other key".to_owned(), format!("`{}`", unexpected.join("`, `")))
        }
        ValidationErrorKind::Constant { expected_value } => (brief(expected_value), brief(value)),
        ValidationErrorKind::Enum { options } => (format!("one of {options}"), brief(value)),
        ValidationErrorKind::Pattern { pattern } => {
            (format!("a text like {pattern}"), brief(value))
        }
        ValidationErrorKind::Format { format } => (format!("a {format}"), brief(value)),
        _ => (format!("what {} says", error.schema_path().as_str()), error.to_string()),
    };
    Mismatch::new(at, promised, found)
}

/// A departure as drift: of a missing key the key's own place.
fn drifted(error: &ValidationError<'_>, mismatch: Mismatch) -> Vec<(Kind, Mismatch)> {
    let below = |key: &str| {
        let key = key.replace('~', "~0").replace('/', "~1");
        format!("{}/{key}", mismatch.at.trim_end_matches('/'))
    };
    let kind = match error.kind() {
        ValidationErrorKind::Required { property } => {
            let at = below(property.as_str().unwrap_or_default());
            return vec![(Kind::KeyGone, Mismatch::new(at, "a key", "no key"))];
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let told = |key: &String| {
                let found = error.instance().get(key).map_or("a value", kind);
                (Kind::NewKey, Mismatch::new(below(key), "no key", format!("a {found}")))
            };
            return unexpected.iter().map(told).collect();
        }
        ValidationErrorKind::Type { .. } => Kind::Type,
        ValidationErrorKind::Constant { .. } | ValidationErrorKind::Enum { .. } => Kind::EnumValue,
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => {
            Kind::TextFormat
        }
        _ => Kind::Schema,
    };
    vec![(kind, mismatch)]
}

/// Texts that the schema calls base64: where, the text, the schema of what stands inside.
fn find_encoded<'a>(
    schema: &'a Value,
    root: &'a Value,
    value: &'a Value,
    pointer: &str,
    found: &mut Vec<(String, &'a str, Option<&'a Value>)>,
) {
    if let Some(reference) = schema["$ref"].as_str().and_then(|text| text.strip_prefix('#'))
        && let Some(target) = root.pointer(reference)
    {
        find_encoded(target, root, value, pointer, found);
    }
    if schema["contentEncoding"] == "base64"
        && let Some(text) = value.as_str()
    {
        found.push((pointer.to_owned(), text, schema.get("contentSchema")));
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        find_encoded(part, root, value, pointer, found);
    }
    if let (Some(properties), Some(map)) = (schema["properties"].as_object(), value.as_object()) {
        for (key, part) in properties {
            if let Some(child) = map.get(key) {
                let below = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                find_encoded(part, root, child, &below, found);
            }
        }
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (index, child) in list.iter().enumerate() {
            find_encoded(items, root, child, &format!("{pointer}/{index}"), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(schema: Value, body: &Value) -> Vec<String> {
        let schema = Schema { path: "t".to_owned(), json: Arc::new(schema) };
        schema.check(body).0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn departures_are_told_in_our_words() {
        let schema = json!({
            "required": ["code"],
            "properties": { "lgnm": { "type": "string" }, "day": { "type": "string", "format": "date" } },
        });
        assert_eq!(
            told(schema, &json!({ "lgnm": 5, "day": "21-11-2026" })),
            [
                "`/`: the key \"code\" promised, none found",
                "`/lgnm`: string promised, number found",
                "`/day`: a date promised, \"21-11-2026\" found",
            ]
        );
    }

    #[test]
    fn what_stands_inside_base64_is_checked_too() {
        let schema = json!({
            "properties": { "data": {
                "contentEncoding": "base64",
                "contentSchema": { "$ref": "#/$defs/inside" },
            } },
            "$defs": { "inside": { "properties": { "a": { "type": "string" } } } },
        });
        // {"a":1}, without `=` at the end
        assert_eq!(
            told(schema.clone(), &json!({ "data": "eyJhIjoxfQ" })),
            ["`/data/a`: string promised, number found"]
        );
        assert_eq!(
            told(schema, &json!({ "data": "%" })),
            ["`/data`: base64 of JSON promised, \"%\" found"]
        );
    }
}
