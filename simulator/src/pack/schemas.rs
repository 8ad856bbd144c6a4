//! JSON Schemas of the files people write, for editors.
//!
//! `gspsim schema` prints them; they are kept under `schemas/` as well.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    contract::{ContractFile, flows::FlowsFile},
    file::{ErrorsFile, OutcomesFile, VendorFile, VerifiedFile},
};
use crate::{magic::MagicFile, scenario::file::ScenarioFile, taxpayers::Persona};

/// What may stand in the place of a value.
struct Instead {
    /// Its name in the schema.
    name: &'static str,
    about: &'static str,
    pattern: &'static str,
    /// Keys in which it stands for itself.
    literal: &'static [&'static str],
    /// The shape of what declares it, which has values that are meant.
    declared: &'static str,
}

/// A setting of a pack.
const SETTING: Instead = Instead {
    name: "FromSetting",
    about: "`$name`: the value of the setting of that name.",
    pattern: "^\\$[^$]",
    literal: &["settings"],
    declared: "Setting",
};

/// A parameter of a story.
const PARAMETER: Instead = Instead {
    name: "FromParameter",
    about: "`${name}`: the value of the parameter of that name.",
    pattern: "^\\$\\{[^}]+\\}$",
    literal: &["name", "include", "parameters"],
    declared: "ParameterFile",
};

/// What each file may hold: its name and its JSON Schema, keys in a stable order.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("vendor", open_all(schema::<VendorFile>("fixtures/<vendor>/vendor.toml"), &SETTING)),
        ("errors", schema::<ErrorsFile>("fixtures/<vendor>/errors.toml")),
        ("verified", schema::<VerifiedFile>("fixtures/<vendor>/verified.toml")),
        ("requests", schema::<ContractFile>("fixtures/<vendor>/contract/requests.toml")),
        ("flows", schema::<FlowsFile>("fixtures/<vendor>/contract/flows.toml")),
        ("outcomes", schema::<OutcomesFile>("fixtures/outcomes.toml")),
        ("magic", schema::<MagicFile>("fixtures/taxpayers/magic.toml")),
        ("persona", schema::<Persona>("fixtures/taxpayers/*.json")),
        ("scenario", open_all(schema::<ScenarioFile>("scenarios/*.toml"), &PARAMETER)),
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

/// The same, where something else may stand for any value below the top.
fn open_all(mut schema: Value, instead: &Instead) -> Value {
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        for (name, definition) in definitions.iter_mut() {
            if name != instead.declared {
                open_parts(definition, instead);
            }
        }
        definitions.insert(
            instead.name.to_owned(),
            json!({
                "description": instead.about,
                "type": "string",
                "pattern": instead.pattern,
            }),
        );
    }
    open_parts(&mut schema, instead);
    schema
}

/// Lets the parts of an object or a list be a setting; not the shapes of a choice, of which just
/// one may fit.
fn open_parts(schema: &mut Value, instead: &Instead) {
    let Some(keywords) = schema.as_object_mut() else { return };
    if let Some(Value::Object(properties)) = keywords.get_mut("properties") {
        for (_, part) in
            properties.iter_mut().filter(|(name, _)| !instead.literal.contains(&name.as_str()))
        {
            open(part, instead);
        }
    }
    for word in ["additionalProperties", "items"] {
        if let Some(part) = keywords.get_mut(word).filter(|part| part.is_object()) {
            open(part, instead);
        }
    }
    for word in ["oneOf", "anyOf", "allOf"] {
        for choice in keywords.get_mut(word).and_then(Value::as_array_mut).into_iter().flatten() {
            open_parts(choice, instead);
        }
    }
}

fn open(part: &mut Value, instead: &Instead) {
    open_parts(part, instead);
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
    outer.insert(
        "anyOf".to_owned(),
        json!([inner, { "$ref": format!("#/$defs/{}", instead.name) }]),
    );
    *part = Value::Object(outer);
}

fn takes_text(types: &Value) -> bool {
    types == "string" || types.as_array().is_some_and(|list| list.contains(&json!("string")))
}

#[cfg(test)]
mod tests;
