//! What an operation answers: each status with its schemas, every code with its example.

use http::StatusCode;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{
    said::Said,
    schemas::{component, reference},
};
use crate::pack::{Body, Code, HeaderText};

/// Examples that a document has, each once.
#[derive(Debug, Default)]
pub(super) struct Shown(pub(super) Map<String, Value>);

impl Shown {
    /// The name of an example like this one; `name` and `place` give it one where it is new.
    fn keep(&mut self, name: &str, place: Option<&str>, example: Value) -> String {
        let placed = place.map(|place| component(&format!("{place}/{name}")));
        let numbered = (2..).map(|number| component(&format!("{name}/{number}")));
        let names = std::iter::once(component(name)).chain(placed).chain(numbered);
        for name in names {
            match self.0.get(&name) {
                Some(known) if *known == example => return name,
                Some(_) => {}
                None => {
                    self.0.insert(name.clone(), example);
                    return name;
                }
            }
        }
        unreachable!("numbers do not end")
    }
}

/// The responses of an operation.
pub(super) fn responses(said: &[Said<'_>], shown: &mut Shown) -> Value {
    let mut by_status: IndexMap<u16, Vec<&Said<'_>>> = IndexMap::new();
    for one in said {
        by_status.entry(one.plan.status.as_u16()).or_default().push(one);
    }
    by_status.sort_unstable_keys();
    let mut all = Map::new();
    let mut odd = Vec::new();
    for (status, said) in &by_status {
        // Documents have no key for a status of more than 599.
        if *status > 599 {
            odd.extend(said);
        } else {
            all.insert(status.to_string(), response(said, shown));
        }
    }
    if !odd.is_empty() {
        let mut told = response(&odd, shown);
        let mut statuses: Vec<_> = odd.iter().map(|said| said.plan.status.as_u16()).collect();
        statuses.dedup();
        told["x-status"] = statuses.into();
        all.insert("default".to_owned(), told);
    }
    // Ours, in nobody's name: a header that asks for what is not there, a tenant that is not.
    for (status, words) in [
        ("400", "gspsim's own: `X-Sim-Outcome` asks for nothing that this operation says"),
        ("404", "gspsim's own: there is no such tenant"),
    ] {
        let known = all.entry(status).or_insert_with(
            || json!({ "description": "", "headers": headers(&[]), "content": {} }),
        );
        let before = known["description"].as_str().unwrap_or_default();
        let told = if before.is_empty() { words.into() } else { format!("{before}\n- {words}") };
        known["description"] = told.into();
        known["content"]["application/problem+json"] =
            json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    }
    all.sort_keys();
    Value::Object(all)
}

/// What is said with one status.
pub(super) fn response(said: &[&Said<'_>], shown: &mut Shown) -> Value {
    let status = said.first().map(|said| said.plan.status).unwrap_or_default();
    let mut content: IndexMap<&str, Vec<&Said<'_>>> = IndexMap::new();
    for one in said.iter().filter(|said| !said.content_type.is_empty()) {
        content.entry(&one.content_type).or_default().push(one);
    }
    let content: Map<String, Value> = content
        .into_iter()
        .map(|(content_type, said)| (content_type.to_owned(), media(&said, shown)))
        .collect();
    let mut told = json!({ "description": words(status, said), "headers": headers(said) });
    if !content.is_empty() {
        told["content"] = Value::Object(content);
    }
    let mut known: Vec<Value> = Vec::new();
    for reply in said.iter().map(|said| reply(said)) {
        if !known.contains(&reply) {
            known.push(reply);
        }
    }
    told["x-replies"] = known.into();
    told
}

/// A reply by its names.
fn reply(said: &Said<'_>) -> Value {
    let mut told = json!({ "outcome": said.plan.outcome.as_str() });
    if let Some(code) = said.code {
        told["code"] = code.code.as_str().into();
    }
    if let Some(endpoint) = said.endpoint {
        told["endpoint"] = endpoint.name.as_str().into();
    }
    told
}

fn words(status: StatusCode, said: &[&Said<'_>]) -> String {
    let mut lines = vec![status.canonical_reason().unwrap_or("The vendor's own status").to_owned()];
    for one in said {
        let line = match one.code {
            Some(Code { code, message, .. }) if message.is_empty() => {
                format!("- `{code}` ({})", one.plan.outcome)
            }
            Some(Code { code, message, .. }) => {
                format!("- `{code}` ({}): {message}", one.plan.outcome)
            }
            None => format!("- {}", one.plan.outcome),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// The headers that go with a reply; those that every reply has are required.
fn headers(said: &[&Said<'_>]) -> Value {
    let mut all = json!({
        "x-sim-exchange": { "$ref": "#/components/headers/x-sim-exchange" },
        "x-sim-hint": { "$ref": "#/components/headers/x-sim-hint" },
    });
    let mut found: IndexMap<String, (usize, Vec<String>, bool)> = IndexMap::new();
    for one in said {
        for (name, text) in one.plan.headers.iter() {
            if name == http::header::CONTENT_TYPE {
                continue;
            }
            let (count, values, ready) =
                found.entry(name.as_str().to_owned()).or_insert((0, Vec::new(), true));
            *count += 1;
            match text {
                HeaderText::Ready(value) => {
                    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                HeaderText::Template(_) => *ready = false,
            }
        }
    }
    for (name, (count, values, ready)) in found {
        // One with holes is not sent where these come out empty.
        let schema = match values.as_slice() {
            [one] if ready => json!({ "type": "string", "const": one }),
            [_, ..] if ready => json!({ "type": "string", "enum": values }),
            _ => json!({ "type": "string" }),
        };
        all[name] = json!({ "required": ready && count == said.len(), "schema": schema });
    }
    all
}

/// All that is said with one status and one content type.
fn media(said: &[&Said<'_>], shown: &mut Shown) -> Value {
    let mut schemas: Vec<Value> = Vec::new();
    for one in said {
        for path in &one.schemas {
            let schema = path.as_ref().map_or_else(|| json!({}), |path| reference(path));
            if !schemas.contains(&schema) {
                schemas.push(schema);
            }
        }
    }
    let is_json = said.iter().all(|said| matches!(*said.plan.body, Body::Json(_)));
    let bytes = said.iter().any(|said| matches!(*said.plan.body, Body::FilePart));
    let mut told = json!({});
    match schemas.as_slice() {
        // Bytes as they are: a document tells their content type, no schema.
        _ if bytes => {}
        [] if is_json => told["schema"] = json!({}),
        [] => told["schema"] = json!({ "type": "string" }),
        [one] if !is_json && *one == json!({}) => told["schema"] = json!({ "type": "string" }),
        [one] => told["schema"] = one.clone(),
        // One that promises nothing leaves nothing of the others' promises.
        all if all.contains(&json!({})) => told["schema"] = json!({}),
        all => told["schema"] = json!({ "anyOf": all }),
    }
    let mut examples = Map::new();
    for one in said {
        let Some(value) = &one.value else { continue };
        let name = one.name();
        let place = one.endpoint.map(|endpoint| endpoint.name.as_str());
        let kept = shown.keep(&name, place, example(one, value));
        let reference = json!({ "$ref": format!("#/components/examples/{kept}") });
        let outcome = one.plan.outcome.as_str();
        let place = place.unwrap_or_default();
        let names = [
            name.clone(),
            format!("{name}.{outcome}"),
            format!("{place}.{name}"),
            format!("{place}.{name}.{outcome}"),
        ];
        for name in names {
            match examples.get(&name) {
                None => {
                    examples.insert(name, reference);
                    break;
                }
                Some(known) if *known == reference => break,
                Some(_) => {}
            }
        }
    }
    if !examples.is_empty() {
        told["examples"] = Value::Object(examples);
    }
    let mut payloads: Vec<&String> = said.iter().flat_map(|said| &said.payloads).collect();
    payloads.sort();
    payloads.dedup();
    if !payloads.is_empty() {
        told["x-sealed"] = json!({
            "description": "Under a session the answer is an envelope as GSTN makes them: the JSON \
                that one of these schemas tells of, in base64, encrypted under a key of this answer's \
                own (AES-256-ECB, PKCS#7, base64), that key encrypted under the session's, and an \
                HMAC-SHA256 of the JSON's base64 under that key. `gspsim gstn open response` opens it.",
            "opened": payloads.iter().map(|path| reference(path)).collect::<Vec<_>>(),
        });
    }
    told
}

fn example(said: &Said<'_>, value: &Value) -> Value {
    let outcome = said.plan.outcome.as_str();
    let Some(code) = said.code else {
        let summary = said.case.as_deref().unwrap_or(outcome);
        return json!({ "summary": summary, "value": value, "x-outcome": outcome });
    };
    let summary = if code.message.is_empty() { outcome } else { &code.message };
    json!({
        "summary": format!("{}: {summary}", code.code),
        "description": format!("{} {}", code.cause, code.mend),
        "value": value,
        "x-outcome": outcome,
        "x-code": code.code,
        "x-layer": code.layer,
        "x-retry": code.retry,
        "x-certainty": code.certainty,
        "x-source": code.source,
    })
}
