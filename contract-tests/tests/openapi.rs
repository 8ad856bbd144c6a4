//! The OpenAPI documents: whole, true to the packs, and kept to by what is answered.
//!
//! An independent validator and a fuzzer hold them as well (`.ci/run openapi`); what these do not
//! reach is here: that nothing of a pack is missing, and answers that only a session gives.

#[path = "openapi/admin.rs"]
mod admin;
#[path = "openapi/answers.rs"]
mod answers;
#[path = "openapi/document.rs"]
mod document;

use std::sync::{Arc, LazyLock};

use gsp_simulator::{
    pack::{Body, Pack},
    tell::{Teller, openapi},
    world::{Ingredients, World},
};
use serde_json::Value;

use self::document::Document;

static WORLD: LazyLock<Arc<World>> =
    LazyLock::new(|| Arc::new(World::load(&Ingredients::default()).expect("the packs are right")));

const URL: &str = "http://127.0.0.1:4777";

fn written(world: &World, pack: &Arc<Pack>) -> Value {
    let teller =
        Teller { world, examples: world.examples(), base_url: URL, at_ms: 0, tenant: None };
    openapi::document(&teller, pack)
}

/// Every vendor with its document.
fn documents() -> impl Iterator<Item = (&'static Arc<Pack>, Document)> {
    WORLD.packs.iter().map(|pack| (pack, Document::new(written(&WORLD, pack))))
}

#[test]
fn every_reference_leads_somewhere() {
    for (_, document) in documents() {
        document.follow_references();
    }
}

#[test]
fn every_reply_of_every_endpoint_is_told() {
    for (pack, document) in documents() {
        for endpoint in &pack.endpoints {
            let operation = document.operation(&endpoint.path, endpoint.method.as_str());
            let names = operation["x-endpoints"].as_array().expect("its endpoints are told");
            assert!(names.iter().any(|name| *name == endpoint.name), "{}", endpoint.name);
            for plan in &endpoint.replies.all {
                let responses = &operation["responses"];
                let told = match plan.status.as_u16() {
                    status @ ..600 => &responses[status.to_string()],
                    _ => &responses["default"],
                };
                let code = pack.code_of(plan).map(|code| code.code.as_str());
                let is_it = |reply: &Value| {
                    reply["endpoint"] == endpoint.name
                        && reply["outcome"] == plan.outcome.as_str()
                        && reply["code"].as_str() == code
                };
                let place = format!("{}::{}::{}", pack.name, endpoint.name, plan.outcome);
                let replies = told["x-replies"].as_array().unwrap_or_else(|| panic!("{place}"));
                assert!(replies.iter().any(is_it), "{place} {code:?}");
            }
        }
        for name in document.json()["x-edges"].as_object().into_iter().flatten() {
            document.at(name.1.as_str().expect("a reference"));
        }
    }
}

#[test]
fn every_code_has_an_example_that_keeps_its_own_promise() {
    for (pack, document) in documents() {
        let document = &document;
        let mut held = 0;
        for endpoint in &pack.endpoints {
            let operation = document.operation(&endpoint.path, endpoint.method.as_str());
            for plan in &endpoint.replies.all {
                let Some(code) = pack.code_of(plan) else { continue };
                let status = plan.status.as_u16();
                let key = if status < 600 { status.to_string() } else { "default".to_owned() };
                let content = operation["responses"][&key]["content"].as_object();
                let media = content.into_iter().flatten().map(|(_, media)| media);
                let mut examples = media.flat_map(|media| {
                    let examples = media["examples"].as_object().into_iter().flatten();
                    examples.map(move |(_, example)| (media, document.resolved(example)))
                });
                let shown = examples.find(|(_, example)| {
                    example["x-code"] == code.code && example["x-outcome"] == plan.outcome.as_str()
                });
                let place = format!("{}::{}::{}", pack.name, endpoint.name, code.code);
                let Some((media, example)) = shown else {
                    let silent = matches!(*plan.body, Body::Empty | Body::FilePart);
                    assert!(silent, "{place} has no example");
                    continue;
                };
                let wrong = document.departures(&media["schema"], &example["value"]);
                assert!(wrong.is_empty(), "{place}: {wrong:?}");
                for word in ["x-certainty", "x-source", "x-retry", "x-layer", "summary"] {
                    assert!(example[word].is_string(), "{place} lacks {word}");
                }
                held += 1;
            }
        }
        assert!(held >= pack.catalog.len(), "{}: {held}", pack.name);
    }
}

#[test]
fn plain_answers_have_examples_that_keep_their_promise() {
    for (pack, document) in documents() {
        let mut held = 0;
        for (path, method, operation) in document.operations() {
            for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                let content = response["content"].as_object().into_iter().flatten();
                for (content_type, media) in content {
                    let examples = media["examples"].as_object().into_iter().flatten();
                    for (name, example) in examples {
                        let example = document.resolved(example);
                        let wrong = document.departures(&media["schema"], &example["value"]);
                        let place = format!("{method} {path} {status} {content_type} {name}");
                        assert!(wrong.is_empty(), "{}: {place}: {wrong:?}", pack.name);
                        held += 1;
                    }
                }
            }
        }
        assert!(held > pack.endpoints.len(), "{}", pack.name);
    }
}

#[test]
fn examples_of_requests_fit_what_is_asked() {
    for (pack, document) in documents() {
        let mut held = 0;
        for (path, method, operation) in document.operations() {
            let place = format!("{}: {method} {path}", pack.name);
            let content = operation["requestBody"]["content"].as_object().into_iter().flatten();
            for (content_type, media) in content {
                for (name, example) in media["examples"].as_object().into_iter().flatten() {
                    let wrong = document.departures(&media["schema"], &example["value"]);
                    assert!(wrong.is_empty(), "{place} {content_type} {name}: {wrong:?}");
                    held += 1;
                }
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let examples = parameter["examples"].as_object().into_iter().flatten();
                let values = examples.map(|(_, example)| &example["value"]);
                for value in values.chain(parameter.get("example")) {
                    // What only a session gives is told in words.
                    if value.as_str().is_some_and(|text| text.starts_with('<')) {
                        continue;
                    }
                    let wrong = document.departures(&parameter["schema"], value);
                    assert!(wrong.is_empty(), "{place} {}: {wrong:?}", parameter["name"]);
                    held += 1;
                }
            }
        }
        assert!(held > 0, "{}", pack.name);
    }
}

#[test]
fn the_same_world_writes_the_same_bytes() {
    let again = World::load(&Ingredients::default()).expect("the packs are right");
    for (pack, document) in documents() {
        let other = again.vendor(&pack.name).expect("it is there again");
        assert_eq!(
            document.json().to_string(),
            written(&again, other).to_string(),
            "{}",
            pack.name
        );
    }
}
