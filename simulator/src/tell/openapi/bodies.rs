//! Bodies that a request may bring, one schema an endpoint.

use serde_json::{Map, Value, json};

use super::{
    inputs::{Place, body_schema, takes_body},
    operation::{Asked, Parts},
    parameters::{magic, shown},
    said::Stage,
    schemas::component,
};
use crate::pack::{contract::RequestBody, file::Media};

/// The body, where one of them reads one.
pub(super) fn body(stage: Stage<'_>, asked: &[Asked<'_>], parts: &mut Parts) -> Option<Value> {
    let mut content: Map<String, Value> = Map::new();
    let reading: Vec<_> = asked.iter().filter(|one| takes_body(one.endpoint)).collect();
    if reading.is_empty() {
        return None;
    }
    let mut by_media: Vec<(Media, Vec<&Asked<'_>>)> = Vec::new();
    for one in &reading {
        for media in one.endpoint.body.iter().flat_map(|body| &body.accepts) {
            match by_media.iter_mut().find(|(known, _)| known == media) {
                Some((_, all)) => all.push(one),
                None => by_media.push((*media, vec![one])),
            }
        }
    }
    for one in &reading {
        let mut schema = body_schema(&one.inputs);
        if !one.endpoint.title.is_empty() {
            schema["title"] = one.endpoint.title.as_str().into();
        }
        parts.schemas.insert(format!("request.{}", component(&one.endpoint.name)), schema);
    }
    for (media, all) in by_media {
        let refs: Vec<_> = all
            .iter()
            .map(|one| {
                let name = component(&one.endpoint.name);
                json!({ "$ref": format!("#/components/schemas/request.{name}") })
            })
            .collect();
        let schema = match refs.as_slice() {
            [one] => one.clone(),
            _ => json!({ "anyOf": refs }),
        };
        let mut told = json!({ "schema": schema });
        let mut examples = Map::new();
        for one in &all {
            let named = std::iter::once((one.endpoint.name.as_str(), &one.request));
            let more = one.more.iter().map(|(name, request)| (name.as_str(), request));
            for (name, request) in named.chain(more) {
                let value = match (media, &request.body) {
                    (Media::Json, RequestBody::Json(json)) => json.clone(),
                    (Media::Form, RequestBody::Form(pairs))
                    | (Media::Multipart, RequestBody::Multipart(pairs)) => json!(pairs),
                    _ => continue,
                };
                let mut example = shown(&one.endpoint.title, &value);
                if let Some(before) = one.before {
                    example["description"] = before.into();
                }
                examples.insert(component(name), example);
            }
            for (name, about, gstin) in magic(stage, asked).filter(|_| media == Media::Json) {
                let is_subject =
                    one.inputs.iter().any(|own| own.is_subject && own.place == Place::Body);
                let mut request = one.request.clone();
                request.ask_about(one.endpoint, gstin);
                if let (true, RequestBody::Json(json)) = (is_subject, request.body) {
                    let place = component(&one.endpoint.name);
                    examples.insert(format!("{place}.{name}"), shown(&about, &json));
                }
            }
        }
        if !examples.is_empty() {
            told["examples"] = Value::Object(examples);
        }
        let word = match media {
            Media::Json => "application/json",
            Media::Form => "application/x-www-form-urlencoded",
            Media::Multipart => "multipart/form-data",
        };
        content.insert(word.to_owned(), told);
    }
    Some(json!({ "required": reading.len() == asked.len(), "content": content }))
}
