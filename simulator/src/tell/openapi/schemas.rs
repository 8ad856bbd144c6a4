//! The schemas of `contract/`, as components of a document.
//!
//! A schema's name there is its path below `contract/` with dots; its definitions come after it:
//! `verify-gstin.found`, `verify-gstin.found.address`. So a name hangs on no other schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::pack::folder::Folder;

/// Where schemas are in a document.
const COMPONENTS: &str = "#/components/schemas/";

/// The schemas of one vendor, by their path below `contract/`.
#[derive(Debug, Default)]
pub(super) struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    /// Reads them; one that is no JSON promises nothing, and `gspsim check` says so.
    pub(super) fn read(folder: &Folder, vendor: &str) -> Self {
        let prefix = format!("{vendor}/contract/");
        let read = |path: &str| {
            let name = path.strip_suffix(".schema.json")?;
            let source = folder.source(&format!("{prefix}{path}"))?;
            Some((name.to_owned(), serde_json::from_str(&source.text).unwrap_or(json!(true))))
        };
        Self(folder.below(&prefix).filter_map(read).collect())
    }

    /// The schema that an answer must satisfy: the case's, the outcome's, the code's, the errors'.
    pub(super) fn of_reply(
        &self,
        endpoint: Option<&str>,
        words: &[&str],
        code: Option<&str>,
    ) -> Option<String> {
        let own = endpoint.into_iter().flat_map(|endpoint| {
            words.iter().copied().chain(code).map(move |word| format!("{endpoint}/{word}"))
        });
        own.chain(code.map(|code| format!("codes/{code}")))
            .chain(code.map(|_| "error".to_owned()))
            .find(|name| self.0.contains_key(name))
    }

    /// Whether there is one of just this case.
    pub(super) fn has(&self, endpoint: &str, word: &str) -> bool {
        self.0.contains_key(&format!("{endpoint}/{word}"))
    }

    /// The schema of what is sealed in an answer.
    pub(super) fn of_payload(&self, names: &[String]) -> Option<String> {
        names.iter().map(|name| format!("payloads/{name}")).find(|name| self.0.contains_key(name))
    }

    /// All of them as components, and their definitions.
    pub(super) fn components(&self) -> Map<String, Value> {
        let mut components = Map::new();
        for (path, schema) in &self.0 {
            let name = component(path);
            let mut schema = schema.clone();
            let definitions = schema.as_object_mut().and_then(|schema| {
                schema.shift_remove("$schema");
                schema.shift_remove("$defs")
            });
            lead_home(&mut schema, &name);
            components.insert(name.clone(), schema);
            let Some(Value::Object(definitions)) = definitions else { continue };
            for (own, mut definition) in definitions {
                lead_home(&mut definition, &name);
                components.insert(format!("{name}.{}", component(&own)), definition);
            }
        }
        components
    }
}

/// A reference to a schema by its path below `contract/`.
pub(super) fn reference(path: &str) -> Value {
    json!({ "$ref": format!("{COMPONENTS}{}", component(path)) })
}

/// A name as a component may have it.
pub(super) fn component(path: &str) -> String {
    let mut name = String::with_capacity(path.len());
    for character in path.chars() {
        match character {
            '/' => name.push('.'),
            '.' | '-' | '_' => name.push(character),
            _ if character.is_ascii_alphanumeric() => name.push(character),
            other => name.push_str(&format!("_{:x}_", u32::from(other))),
        }
    }
    name
}

/// Lets references within a schema lead to where its definitions are now.
fn lead_home(schema: &mut Value, name: &str) {
    match schema {
        Value::Object(keywords) => {
            for (word, value) in keywords.iter_mut() {
                match (word.as_str(), &mut *value) {
                    ("$ref", Value::String(target)) => {
                        if let Some(below) = target.strip_prefix("#/$defs/") {
                            let (own, rest) =
                                below.split_at(below.find('/').unwrap_or(below.len()));
                            *target = format!("{COMPONENTS}{name}.{}{rest}", component(own));
                        } else if let Some(below) = target.strip_prefix('#') {
                            *target = format!("{COMPONENTS}{name}{below}");
                        }
                    }
                    // What may stand there is data, whatever it looks like.
                    ("const" | "enum" | "default" | "examples", _) => {}
                    _ => lead_home(value, name),
                }
            }
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(|schema| lead_home(schema, name)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schemas(files: &[(&str, Value)]) -> Schemas {
        let files = files.iter().map(|(path, schema)| {
            (format!("alpha/contract/{path}.schema.json"), schema.to_string())
        });
        Schemas::read(&Folder::of_texts("fixtures", files), "alpha")
    }

    #[test]
    fn definitions_become_components_of_their_own() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "properties": { "next": { "$ref": "#" }, "at": { "$ref": "#/$defs/place" } },
            "$defs": { "place": { "items": { "$ref": "#/$defs/place" }, "const": { "$ref": "#" } } },
        });
        let components = schemas(&[("verify/found", schema)]).components();
        assert_eq!(
            Value::Object(components),
            json!({
                "verify.found": { "properties": {
                    "next": { "$ref": "#/components/schemas/verify.found" },
                    "at": { "$ref": "#/components/schemas/verify.found.place" },
                }},
                "verify.found.place": {
                    "items": { "$ref": "#/components/schemas/verify.found.place" },
                    "const": { "$ref": "#" },
                },
            })
        );
    }

    #[test]
    fn the_nearest_schema_is_the_one_that_counts() {
        let all = schemas(&[
            ("verify/found", json!({})),
            ("verify/cancelled", json!({})),
            ("codes/17", json!({})),
            ("error", json!({})),
        ]);
        let of = |words: &[&str], code| all.of_reply(Some("verify"), words, code);
        assert_eq!(of(&["cancelled", "found"], None).unwrap(), "verify/cancelled");
        assert_eq!(of(&["other", "found"], None).unwrap(), "verify/found");
        assert_eq!(of(&["refused"], Some("17")).unwrap(), "codes/17");
        assert_eq!(of(&["refused"], Some("18")).unwrap(), "error");
        assert_eq!(of(&["refused"], None), None, "errors only speak of codes");
    }

    #[test]
    fn no_two_names_become_one() {
        assert_eq!(component("codes/RT-3_B.9"), "codes.RT-3_B.9");
        assert_ne!(component("codes/a b"), component("codes/a+b"));
    }
}
