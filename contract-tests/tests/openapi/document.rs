//! A document, to be asked: where things are, and whether a value is as it says.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// A document and the validators that were made from it.
pub(crate) struct Document {
    json: Value,
    validators: RefCell<HashMap<String, Rc<Validator>>>,
}

/// An answer that came.
pub(crate) struct Came<'a> {
    pub(crate) status: u16,
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a [u8],
}

impl Document {
    pub(crate) fn new(json: Value) -> Self {
        Self { json, validators: RefCell::default() }
    }

    pub(crate) fn json(&self) -> &Value {
        &self.json
    }

    /// What a reference leads to.
    pub(crate) fn at(&self, reference: &str) -> &Value {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference}"));
        self.json.pointer(pointer).unwrap_or_else(|| panic!("`{reference}` leads nowhere"))
    }

    /// The thing itself, or what it refers to.
    pub(crate) fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        value["$ref"].as_str().map_or(value, |reference| self.at(reference))
    }

    pub(crate) fn operation(&self, path: &str, method: &str) -> &Value {
        let operation = &self.json["paths"][path][method.to_ascii_lowercase()];
        assert!(operation.is_object(), "{method} {path} is not told of");
        operation
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let paths = self.json["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(|(method, told)| (path.as_str(), method.as_str(), told))
        })
    }

    /// Follows every reference; one that leads nowhere panics.
    pub(crate) fn follow_references(&self) {
        fn walk(document: &Document, value: &Value, seen: &mut usize) {
            match value {
                Value::Object(map) => {
                    for (key, value) in map {
                        match (key.as_str(), value) {
                            ("$ref", Value::String(reference)) => {
                                document.at(reference);
                                *seen += 1;
                            }
                            // Data, whatever it looks like.
                            ("const" | "enum" | "example" | "value", _) => {}
                            _ => walk(document, value, seen),
                        }
                    }
                }
                Value::Array(list) => list.iter().for_each(|value| walk(document, value, seen)),
                _ => {}
            }
        }
        let mut seen = 0;
        walk(self, &self.json, &mut seen);
        assert!(seen > 10, "references are looked for in the wrong places");
    }

    /// Where a value departs from a schema of this document.
    pub(crate) fn departures(&self, schema: &Value, value: &Value) -> Vec<String> {
        let key = schema.to_string();
        let kept = self.validators.borrow().get(&key).cloned();
        let validator = kept.unwrap_or_else(|| {
            let whole = json!({ "components": { "schemas": self.json["components"]["schemas"] },
                "allOf": [schema] });
            let options = jsonschema::options().with_draft(Draft::Draft202012);
            let made = options.build(&whole).unwrap_or_else(|error| panic!("{key}: {error}"));
            let made = Rc::new(made);
            self.validators.borrow_mut().insert(key, Rc::clone(&made));
            made
        });
        validator.iter_errors(value).map(|error| error.to_string()).collect()
    }

    /// Where an answer departs from what an operation tells.
    pub(crate) fn untold(&self, operation: &Value, came: &Came<'_>) -> Vec<String> {
        let responses = &operation["responses"];
        let told = match responses.get(came.status.to_string()) {
            Some(told) => told,
            None => &responses["default"],
        };
        if !told.is_object() {
            return vec![format!("status {} is not told of", came.status)];
        }
        self.untold_response(told, came)
    }

    /// Where an answer departs from a response.
    pub(crate) fn untold_response(&self, told: &Value, came: &Came<'_>) -> Vec<String> {
        let header = |name: &str| {
            let mut headers = came.headers.iter();
            headers.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
        };
        let mut wrong = Vec::new();
        for (name, told) in told["headers"].as_object().into_iter().flatten() {
            let told = self.resolved(told);
            match header(name) {
                None if told["required"] == true => wrong.push(format!("`{name}` is not there")),
                None => {}
                Some(text) => {
                    let number =
                        text.parse::<u64>().ok().filter(|_| told["schema"]["type"] == "integer");
                    let value = number.map_or_else(|| text.into(), Value::from);
                    wrong.extend(self.departures(&told["schema"], &value));
                }
            }
        }
        let content_type = header("content-type").unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let Some(content) = told["content"].as_object() else {
            if !came.body.is_empty() {
                wrong.push(format!("no body is told of, and one came ({essence})"));
            }
            return wrong;
        };
        let Some(media) = content.get(essence) else {
            if !(came.body.is_empty() && essence.is_empty()) {
                wrong.push(format!("content type `{essence}` is not told of"));
            }
            return wrong;
        };
        let Some(schema) = media.get("schema") else { return wrong };
        let value = if essence.ends_with("json") {
            serde_json::from_slice(came.body).unwrap_or_else(|error| error.to_string().into())
        } else {
            String::from_utf8_lossy(came.body).into()
        };
        wrong.extend(self.departures(schema, &value));
        wrong
    }
}
