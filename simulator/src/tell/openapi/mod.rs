//! OpenAPI: each vendor as a document, made from its pack and from what `contract/` promises.
//!
//! - `inputs`: what a request brings, from fields and rules
//! - `said`: every answer, played or rendered
//! - `parameters`, `bodies`, `responses`: both as documents have them
//! - `operation`: all of that put together, a method and a path each
//! - `schemas`, `security`: components; `words`: sentences
//!
//! Examples are played at one moment, so a document hangs on files, settings and seed only: same
//! world, same bytes. What hangs on who asks (address, tenant, credentials) is put in at the end.

use std::sync::{Arc, OnceLock};

use http::Method;
use serde_json::{Map, Value, json};

use self::{
    operation::{Parts, TAGS, operation},
    responses::response,
    said::Stage,
    schemas::Schemas,
};
use super::{Teller, credentials::Sender, example::Examples};
use crate::{
    pack::{Certainty, Pack, folder::Folder},
    world::{World, homes},
};

mod bodies;
mod inputs;
mod operation;
mod parameters;
mod responses;
mod said;
mod schemas;
mod security;
mod words;

/// The version of OpenAPI that is written.
pub const OPENAPI: &str = "3.1.0";

/// Documents of a world's vendors, each made when it is first asked for.
#[derive(Debug, Default)]
pub struct Documents(OnceLock<Vec<OnceLock<Arc<Value>>>>);

impl Documents {
    /// The vendor's document without its address.
    fn of(&self, world: &World, examples: &Examples, pack: &Arc<Pack>) -> Arc<Value> {
        let all = self.0.get_or_init(|| world.packs.iter().map(|_| OnceLock::new()).collect());
        let at = world.packs.iter().position(|one| one.name == pack.name);
        match at.and_then(|at| all.get(at)) {
            Some(kept) => Arc::clone(kept.get_or_init(|| Arc::new(draw(world, examples, pack)))),
            None => Arc::new(draw(world, examples, pack)),
        }
    }
}

/// The vendor's document, for whom the teller tells.
#[must_use]
pub fn document(teller: &Teller<'_>, pack: &Arc<Pack>) -> Value {
    let drawn = teller.world.documents().of(teller.world, teller.examples, pack);
    let mut document = Value::clone(&drawn);
    let Teller { base_url, tenant, .. } = *teller;
    let vendor = &pack.name;
    let own = match tenant {
        None => json!({ "url": format!("{base_url}/{vendor}"), "description": "This simulator" }),
        Some(name) => json!({
            "url": format!("{base_url}/t/{name}/{vendor}"),
            "description": format!("This simulator, as the tenant `{name}`"),
        }),
    };
    let other = json!({
        "url": format!("{base_url}/t/{{tenant}}/{vendor}"),
        "description": "The same, as a tenant whatever a call carries",
        "variables": { "tenant": { "default": "default" } },
    });
    document["servers"] = json!([own, other]);
    let sender = Sender { tenant, at_ms: teller.at_ms };
    document["components"]["securitySchemes"] = Value::Object(security::schemes(pack, sender));
    document
}

/// All of a document that hangs on files, settings and seed.
fn draw(world: &World, examples: &Examples, pack: &Arc<Pack>) -> Value {
    let none = Folder::default();
    let folder = homes(&world.fixtures).remove(&pack.name).unwrap_or(&none);
    let schemas = Schemas::read(folder, &pack.name);
    let stage = Stage { world, examples, schemas: &schemas };
    let mut parts = Parts::default();
    let mut paths = Map::new();
    for (path, method, group) in groups(pack) {
        let operation = operation(stage, pack, &group, &mut parts);
        let path = paths.entry(path).or_insert_with(|| json!({}));
        path[method.as_str().to_ascii_lowercase()] = operation;
    }
    let edges = stage.of_edges(pack);
    let edges: Map<String, Value> = edges
        .iter()
        .map(|(name, said)| ((*name).to_owned(), response(&[said], &mut parts.shown)))
        .collect();
    let mut all = parts.schemas;
    all.extend(schemas.components());
    all.insert("Problem".to_owned(), problem());
    let mut components = json!({
        "securitySchemes": {},
        "schemas": all,
        "examples": parts.shown.0,
        "headers": headers(),
    });
    let mut document = json!({
        "openapi": OPENAPI,
        "info": info(pack),
        "servers": [],
        "tags": tags(&paths),
        "paths": paths,
    });
    if !edges.is_empty() {
        document["x-edges"] = edges
            .keys()
            .map(|name| (name.clone(), json!(format!("#/components/responses/{name}"))))
            .collect::<Map<_, _>>()
            .into();
        components["responses"] = edges.into();
    }
    document["components"] = components;
    document
}

/// Endpoints that share path and method, in the order of the first of each.
fn groups(pack: &Pack) -> Vec<(String, Method, Vec<usize>)> {
    let mut groups: Vec<(String, Method, Vec<usize>)> = Vec::new();
    for (index, endpoint) in pack.endpoints.iter().enumerate() {
        let same = |(path, method, _): &&mut (String, Method, Vec<usize>)| {
            *path == endpoint.path && *method == endpoint.method
        };
        match groups.iter_mut().find(same) {
            Some((.., group)) => group.push(index),
            None => groups.push((endpoint.path.clone(), endpoint.method.clone(), vec![index])),
        }
    }
    groups
}

fn info(pack: &Pack) -> Value {
    let count = |certainty| pack.catalog.iter().filter(|code| code.certainty == certainty).count();
    let hosts: Vec<_> = pack.hosts.iter().map(|host| format!("`{host}`")).collect();
    let mut lines = vec![pack.about.clone()];
    lines.push(format!(
        "As gspsim plays it. `X-Sim-Outcome` asks for any answer by outcome or code; magic GSTINs \
         and scenarios do so without a header. Each reply names its exchange in the journal: \
         `GET /__sim/journal/{{x-sim-exchange}}`. Of {} codes {} are documented by the vendor, {} \
         on other pages of its, {} seen in client code, {} assumed.",
        pack.catalog.len(),
        count(Certainty::Documented),
        count(Certainty::VendorDoc),
        count(Certainty::ClientCode),
        count(Certainty::Assumed),
    ));
    if !hosts.is_empty() {
        lines.push(format!(
            "The vendor's real hosts, which gspsim never calls: {}.",
            hosts.join(", ")
        ));
    }
    json!({
        "title": pack.title,
        "version": env!("CARGO_PKG_VERSION"),
        "description": lines.join("\n\n"),
        "x-vendor": pack.name,
        "x-hosts": pack.hosts,
        "x-settings": pack.setting_notes,
    })
}

/// The tags that operations have.
fn tags(paths: &Map<String, Value>) -> Value {
    let operations = || paths.values().filter_map(Value::as_object).flat_map(Map::values);
    let used = TAGS.iter().filter(|(name, _)| operations().any(|one| one["tags"][0] == *name));
    used.map(|(name, about)| json!({ "name": name, "description": about })).collect()
}

/// The headers that gspsim adds to every reply.
fn headers() -> Value {
    json!({
        "x-sim-exchange": {
            "description": "gspsim's own: the exchange's number in the journal",
            "required": true,
            "schema": { "type": "integer", "minimum": 1 },
        },
        "x-sim-hint": {
            "description": "gspsim's own: what did not fit, in words; only where something did not",
            "schema": { "type": "string" },
        },
    })
}

/// A problem of ours.
#[must_use]
pub fn problem() -> Value {
    json!({
        "title": "A problem of gspsim's own (RFC 9457)",
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string" },
            "hint": { "description": "What to do next", "type": "string" },
            "field": { "description": "What of the request is to blame", "type": "string" },
        },
    })
}

#[cfg(test)]
mod tests;
