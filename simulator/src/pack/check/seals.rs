//! Seals: what an answer says under a session must keep its own promise, and have one.

use serde_json::Value;

use super::files::PackFiles;
use crate::{
    finding::Source,
    gstn::envelope::{Sealed, open_response},
    pack::{
        Endpoint, ReplyPlan,
        contract::{Case, ContractFile, payload_names},
        file::StepFile,
    },
    render::scene::Scene,
};

/// What was sealed in an answer.
pub(super) struct Opened {
    /// Where it stands: a JSON pointer.
    pub(super) at: String,
    /// What it says.
    pub(super) json: Value,
    /// The schema it must satisfy, where there is one.
    pub(super) schema: Option<(Source, Value)>,
    /// The schema that is to be added where there is none.
    pub(super) wanted: String,
}

/// Opens an answer of an endpoint that answers under a session; `None` where nothing is sealed.
pub(super) fn open(
    files: &PackFiles<'_>,
    contract: &ContractFile,
    endpoint: &Endpoint,
    case: Option<&Case>,
    plan: &ReplyPlan,
    (scene, body): (&Scene, &Value),
) -> Option<Opened> {
    let step = endpoint.consent.as_ref().filter(|step| step.step == StepFile::Use)?;
    let kind = files.pack.consents.get(step.kind)?;
    let handshake = contract.handshake(&kind.name);
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let sealed = Sealed {
        data: text(&handshake.data)?,
        rek: text(&handshake.response_key).unwrap_or_default(),
        hmac: text(&handshake.hmac).unwrap_or_default(),
    };
    if sealed.rek.is_empty() {
        return None;
    }
    let json = open_response(&scene.consent.as_ref()?.session_key, &sealed).ok()?;
    let name = case.map_or(plan.outcome.as_str(), |case| case.name.as_str());
    let named = case.and_then(|case| case.payload.as_deref());
    let names = payload_names(&endpoint.name, name, plan.outcome.as_str(), named);
    let schema = names.iter().find_map(|name| {
        let source = files.source(&format!("contract/payloads/{name}.schema.json"))?;
        let schema = serde_json::from_str(&source.text).ok()?;
        Some((source, schema))
    });
    Some(Opened {
        at: handshake.data,
        json: serde_json::from_slice(&json).ok()?,
        schema,
        wanted: names.first().cloned().unwrap_or_default(),
    })
}
