//! The admin API as an OpenAPI document, made from the table that the router is made from.

use schemars::{
    SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value, json};

use super::route::{Form, Route};
use crate::{
    tell::openapi::{OPENAPI, problem},
    tenants::TENANT_HEADER,
};

/// Where schemas are in a document.
const COMPONENTS: &str = "#/components/schemas/";

/// What is put behind the name of a shape that is read otherwise than it is told.
const AS_READ: &str = ".read";

/// The document for a simulator at this address.
pub(super) fn document(routes: &[Route], base_url: &str) -> Value {
    let mut draft =
        Draft { read: generator(Contract::Deserialize), told: generator(Contract::Serialize) };
    // What is read may have another shape than what is told under the same name.
    let mut inputs: Vec<Value> = routes.iter().map(|route| draft.input(route)).collect();
    let mut answers: Vec<Value> = routes.iter().map(|route| draft.responses(route)).collect();
    let mut read = draft.read.take_definitions(true);
    let mut told = draft.told.take_definitions(true);
    let same = |name: &String| told.get(name).is_none_or(|other| read.get(name) == Some(other));
    let apart: Vec<String> = read.keys().filter(|name| !same(name)).cloned().collect();
    inputs.iter_mut().chain(read.values_mut()).for_each(|schema| rename(schema, &apart));
    for (name, schema) in read {
        let name = if apart.contains(&name) { format!("{name}{AS_READ}") } else { name };
        told.insert(name, schema);
    }
    told.insert("Problem".to_owned(), problem());
    told.sort_keys();
    let mut paths = Map::new();
    for (index, route) in routes.iter().enumerate() {
        let path = paths.entry(route.shown).or_insert_with(|| json!({}));
        let method = route.method.as_str().to_ascii_lowercase();
        path[method] = operation(route, &inputs[index], answers[index].take());
    }
    json!({
        "openapi": OPENAPI,
        "info": {
            "title": "gspsim: the admin API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What is the simulator's own and no vendor's. On a loopback address anybody \
                on this machine may call; elsewhere a bearer token is wanted. Problems are RFC 9457.",
        },
        "servers": [
            { "url": base_url, "description": "This simulator, as the default tenant" },
            {
                "url": format!("{base_url}/t/{{tenant}}"),
                "description": "The same, as a tenant",
                "variables": { "tenant": { "default": "default" } },
            },
        ],
        "tags": tags(routes),
        "security": [{}, { "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "Given with --admin-token, or printed at the start; wanted where others \
                    can reach the address",
            } },
            "schemas": told,
        },
    })
}

fn generator(contract: Contract) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
        settings.contract = contract;
    });
    settings.into_generator()
}

struct Draft {
    read: SchemaGenerator,
    told: SchemaGenerator,
}

impl Draft {
    /// What a route reads: `parameters`, `requestBody`.
    fn input(&mut self, route: &Route) -> Value {
        let mut parameters = Vec::new();
        for name in route.shown.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            parameters.push(json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": { "type": "string" },
            }));
        }
        if let Some(filters) = route.filters {
            let mut schema = Value::from(filters(&mut self.read));
            let properties = schema["properties"].as_object_mut().map(std::mem::take);
            for (name, mut schema) in properties.unwrap_or_default() {
                let about = schema.as_object_mut().and_then(|own| own.shift_remove("description"));
                without_null(&mut schema);
                let mut told = json!({ "name": name, "in": "query", "schema": schema });
                if let Some(about) = about {
                    told["description"] = about;
                }
                parameters.push(told);
            }
        }
        for (name, about) in route.headers.iter().filter(|(name, _)| *name != "accept") {
            parameters.push(json!({
                "name": name,
                "in": "header",
                "description": about,
                "schema": { "type": "string" },
            }));
        }
        if route.of_tenant {
            parameters.push(json!({
                "name": TENANT_HEADER,
                "in": "header",
                "description": "The tenant that it is about, where the address names none",
                "schema": { "type": "string" },
            }));
        }
        let mut told = json!({});
        if !parameters.is_empty() {
            told["parameters"] = parameters.into();
        }
        if let Some(body) = route.body {
            let schema = Value::from(body(&mut self.read));
            told["requestBody"] = json!({
                "required": !route.body_optional,
                "description": format!("Such as: {}", route.like),
                "content": { "application/json": { "schema": schema } },
            });
        }
        told
    }

    fn responses(&mut self, route: &Route) -> Value {
        let mut all = Map::new();
        for answer in &route.answers {
            let told = all
                .entry(answer.status.to_string())
                .or_insert_with(|| json!({ "description": "" }));
            note(told, answer.about);
            match answer.form {
                Form::Nothing => {}
                Form::Json(schema) => {
                    let schema = Value::from(schema(&mut self.told));
                    told["content"]["application/json"] = json!({ "schema": schema });
                }
                Form::Text(content_type) => {
                    told["content"][content_type] = json!({ "schema": { "type": "string" } });
                }
                Form::Problem => problematic(told),
            }
        }
        let reads = route.body.is_some() || route.filters.is_some() || !route.headers.is_empty();
        let general = [
            (400, "What was sent is not understood; nothing of it was done", reads),
            (401, "A token is wanted", true),
            (403, "Only this machine, and no page of another address, may call", true),
            (404, "There is no such tenant", route.of_tenant),
            (413, "The body is longer than 2 MB", route.body.is_some()),
        ];
        for (status, about, _) in general.iter().filter(|(.., holds)| *holds) {
            let told =
                all.entry(status.to_string()).or_insert_with(|| json!({ "description": "" }));
            note(told, about);
            problematic(told);
        }
        all.sort_keys();
        Value::Object(all)
    }
}

fn note(told: &mut Value, about: &str) {
    let before = told["description"].as_str().unwrap_or_default();
    if !about.is_empty() {
        let glue = if before.is_empty() { "" } else { "; or: " };
        told["description"] = format!("{before}{glue}{about}").into();
    }
}

fn problematic(told: &mut Value) {
    told["content"]["application/problem+json"] =
        json!({ "schema": { "$ref": format!("{COMPONENTS}Problem") } });
}

fn operation(route: &Route, input: &Value, responses: Value) -> Value {
    let mut told = json!({
        "operationId": name(route),
        "tags": [route.tag],
        "summary": route.about,
    });
    for (word, value) in input.as_object().into_iter().flatten() {
        told[word] = value.clone();
    }
    let accept = route.headers.iter().find(|(name, _)| *name == "accept");
    if let Some((_, about)) = accept {
        told["description"] = format!("`Accept`: {about}.").into();
    }
    told["responses"] = responses;
    told
}

/// `get-journal-id`.
fn name(route: &Route) -> String {
    let mut name = route.method.as_str().to_ascii_lowercase();
    let below = route.shown.strip_prefix("/__sim/").filter(|below| !below.is_empty());
    for part in below.unwrap_or(if route.shown == "/" { "root" } else { "index" }).split('/') {
        let part = part.replace(['{', '}'], "");
        name.push('-');
        name.push_str(&part.replace('.', "-"));
    }
    if route.shown == "/__sim/" {
        name.push_str("-of-all");
    }
    name
}

/// The tags, in the order of the table.
fn tags(routes: &[Route]) -> Value {
    let mut all: Vec<&str> = routes.iter().map(|route| route.tag).collect();
    all.dedup();
    all.into_iter().map(|name| json!({ "name": name })).collect()
}

/// In an address nothing is null: it is left out.
fn without_null(schema: &mut Value) {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    if let Some(keywords) = schema.as_object_mut()
        && keywords.get("default").is_some_and(Value::is_null)
    {
        keywords.shift_remove("default");
    }
    if let Some(shapes) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        shapes.retain(|shape| shape["type"] != "null");
        if let [only] = shapes.as_slice() {
            *schema = only.clone();
        }
    }
}

/// Lets references to these shapes lead to what is read.
fn rename(schema: &mut Value, names: &[String]) {
    match schema {
        Value::Object(keywords) => {
            for (word, value) in keywords.iter_mut() {
                match (word.as_str(), &mut *value) {
                    ("$ref", Value::String(target)) => {
                        let name = target.strip_prefix(COMPONENTS);
                        if name.is_some_and(|name| names.iter().any(|own| own == name)) {
                            target.push_str(AS_READ);
                        }
                    }
                    _ => rename(value, names),
                }
            }
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(|schema| rename(schema, names)),
        _ => {}
    }
}
