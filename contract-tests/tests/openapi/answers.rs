//! What is answered is in the document: every case of the contract, and every persona.

use std::{collections::HashMap, sync::Arc};

use gsp_contract_tests::{
    case::{Case, EDGES, Suite},
    target::Target,
};
use gsp_simulator::{
    pack::{Lookup, Pack},
    tell::Teller,
    world::Ingredients,
};

use super::{
    URL, WORLD,
    document::{Came, Document},
    documents,
};

/// Of the cases that open a session first, which takes the time of a hundred others, every so many
/// are tried; all of them are in the contract suite.
const EVERY: usize = 12;

/// The cases that are tried here.
fn cases(suite: &Suite) -> Vec<&Case> {
    let (sessions, others): (Vec<_>, Vec<_>) =
        suite.cases.iter().partition(|case| case.session.is_some());
    others.into_iter().chain(sessions.into_iter().step_by(EVERY)).collect()
}

fn untold(document: &Document, pack: &Pack, case: &Case, came: &Came<'_>) -> Vec<String> {
    if case.endpoint == EDGES {
        return document
            .untold_response(&document.json()["components"]["responses"][&case.name], came);
    }
    let (_, endpoint) = pack.endpoint(&case.endpoint).expect("the suite has it from the pack");
    let method = endpoint.method.as_str();
    // With another method it is no call to this operation.
    if !case.told().starts_with(&format!("{method} ")) {
        return Vec::new();
    }
    document.untold(document.operation(&endpoint.path, method), came)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_is_answered_as_the_document_says() {
    let suite = Suite::load(&Ingredients::default()).expect("the packs are right");
    let target = Target::embedded(Arc::clone(&suite.world)).await.expect("a free port");
    let documents: HashMap<&str, (&Arc<Pack>, Document)> =
        documents().map(|(pack, document)| (pack.name.as_str(), (pack, document))).collect();
    let mut wrong = Vec::new();
    let cases = cases(&suite);
    for case in &cases {
        let (pack, document) = &documents[case.vendor.as_str()];
        let answer = Box::pin(target.ask(case))
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", case.id()));
        let came = Came { status: answer.status, headers: &answer.headers, body: &answer.body };
        let found = untold(document, pack, case, &came);
        wrong.extend(found.into_iter().map(|one| format!("{}: {one}", case.id())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() > 500, "{}", cases.len());
}

#[test]
fn every_persona_is_told_as_the_document_says() {
    let world = &*WORLD;
    let teller = Teller {
        world,
        examples: world.examples(),
        base_url: URL,
        at_ms: 1_795_235_400_000,
        tenant: None,
    };
    let mut wrong = Vec::new();
    let mut held = 0;
    for (pack, document) in documents() {
        let lookups = pack.endpoints.iter().filter(|endpoint| {
            matches!(endpoint.lookup, Some(Lookup::Gstin(_))) && endpoint.consent.is_none()
        });
        for endpoint in lookups {
            let operation = document.operation(&endpoint.path, endpoint.method.as_str());
            for persona in world.register.personas() {
                let mut request = teller.request(pack, endpoint, 0);
                request.ask_about(endpoint, &persona.gstin);
                let exchange = teller.play(pack, &request, None).expect("it can be played");
                let reply = &exchange.delivery.reply;
                let mut headers: Vec<(String, String)> = reply
                    .headers
                    .iter()
                    .map(|(name, value)| {
                        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                    })
                    .collect();
                // The server adds it.
                headers.push(("x-sim-exchange".to_owned(), "1".to_owned()));
                let came =
                    Came { status: reply.status.as_u16(), headers: &headers, body: &reply.body };
                let found = document.untold(operation, &came);
                held += 1;
                wrong.extend(found.into_iter().map(|one| {
                    let one: String = one.chars().take(300).collect();
                    format!("{}::{} {}: {one}", pack.name, endpoint.name, persona.gstin)
                }));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(held > 200, "{held}");
}
