//! JSON Schemas of the files people write, for editors.
//!
//! `gspsim schema` prints them; they are kept under `schemas/` as well.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    contract::{ContractFile, flows::FlowsFile},
    file::{ErrorsFile, OutcomesFile, VendorFile},
};
use crate::{magic::MagicFile, scenario::file::ScenarioFile, taxpayers::Persona};

/// Keys of `vendor.toml` in which `"$name"` stands for itself.
const LITERAL: &[&str] = &["settings"];

/// What each file may hold: its name and its JSON Schema, keys in a stable order.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("vendor", with_settings(schema::<VendorFile>("fixtures/<vendor>/vendor.toml"))),
        ("errors", schema::<ErrorsFile>("fixtures/<vendor>/errors.toml")),
        ("requests", schema::<ContractFile>("fixtures/<vendor>/contract/requests.toml")),
        ("flows", schema::<FlowsFile>("fixtures/<vendor>/contract/flows.toml")),
        ("outcomes", schema::<OutcomesFile>("fixtures/outcomes.toml")),
        ("magic", schema::<MagicFile>("fixtures/taxpayers/magic.toml")),
        ("persona", schema::<Persona>("fixtures/taxpayers/*.json")),
        ("scenario", schema::<ScenarioFile>("scenarios/*.toml")),
    ]
}

/// A schema as it is written to a file.
#[must_use]
pub fn to_text(schema: &Value) -> String {
    format!("{schema:#}\n")
}

/// The schema of one kind of file, keys in a stable order.
#[must_use]
pub fn schema<T: JsonSchema>(title: &str) -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = Value::from(generator.into_root_schema_for::<T>());
    schema["title"] = title.into();
    schema
}

/// The same, where any value below the top may be `"$setting"` instead.
fn with_settings(mut schema: Value) -> Value {
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        for (name, definition) in definitions.iter_mut() {
            if name != "Setting" {
                open_parts(definition);
            }
        }
        definitions.insert(
            "FromSetting".to_owned(),
            json!({
                "description": "`$name`: the value of the setting of that name.",
                "type": "string",
                "pattern": "^\\$[^$]",
            }),
        );
    }
    open_parts(&mut schema);
    schema
}

/// Lets the parts of an object or a list be a setting; not the shapes of a choice, of which just
/// one may fit.
fn open_parts(schema: &mut Value) {
    let Some(keywords) = schema.as_object_mut() else { return };
    if let Some(Value::Object(properties)) = keywords.get_mut("properties") {
        for (_, part) in properties.iter_mut().filter(|(name, _)| !LITERAL.contains(&name.as_str()))
        {
            open(part);
        }
    }
    for word in ["additionalProperties", "items"] {
        if let Some(part) = keywords.get_mut(word).filter(|part| part.is_object()) {
            open(part);
        }
    }
    for word in ["oneOf", "anyOf", "allOf"] {
        for choice in keywords.get_mut(word).and_then(Value::as_array_mut).into_iter().flatten() {
            open_parts(choice);
        }
    }
}

fn open(part: &mut Value) {
    open_parts(part);
    let Some(keywords) = part.as_object_mut() else { return };
    let any_text = keywords.get("type").is_some_and(takes_text)
        && !["enum", "const", "pattern"].iter().any(|word| keywords.contains_key(*word));
    if any_text || keywords.is_empty() {
        return;
    }
    let mut outer = Map::new();
    for word in ["description", "default"] {
        if let Some(text) = keywords.shift_remove(word) {
            outer.insert(word.to_owned(), text);
        }
    }
    if keywords.is_empty() {
        *part = Value::Object(outer);
        return;
    }
    let inner = Value::Object(std::mem::take(keywords));
    outer.insert("anyOf".to_owned(), json!([inner, { "$ref": "#/$defs/FromSetting" }]));
    *part = Value::Object(outer);
}

fn takes_text(types: &Value) -> bool {
    types == "string" || types.as_array().is_some_and(|list| list.contains(&json!("string")))
}

#[cfg(test)]
mod tests;
