//! Operations: all endpoints of one method and path are one, with what tells them apart.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    bodies::body,
    inputs::{Input, Place, inputs},
    parameters::parameters,
    responses::{Shown, responses},
    said::Stage,
    security::requirement,
    words::{asked, named},
};
use crate::{
    pack::{
        Endpoint, Lookup, Pack,
        contract::RequestBody,
        file::{FieldPlace, StepFile},
    },
    tell::{
        example::{before, request},
        request::Request,
    },
};

/// What goes into a document besides its operations.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Schemas of request bodies.
    pub(super) schemas: Map<String, Value>,
    /// Examples of answers.
    pub(super) shown: Shown,
}

/// Tags, and what they say.
pub(super) const TAGS: [(&str, &str); 4] = [
    ("with credentials", "What an account may ask."),
    ("session", "How a session comes about that a taxpayer consents to, and how it ends."),
    ("in a session", "What may be asked in such a session; answers are sealed."),
    ("for anybody", "What wants no credentials."),
];

/// The operation that these endpoints are, in the order in which they are looked at.
pub(super) fn operation(
    stage: Stage<'_>,
    pack: &Arc<Pack>,
    group: &[usize],
    parts: &mut Parts,
) -> Value {
    let endpoints: Vec<&Endpoint> = group.iter().map(|index| &pack.endpoints[*index]).collect();
    let asked: Vec<Asked<'_>> =
        endpoints.iter().map(|endpoint| Asked::of(stage, pack, endpoint)).collect();
    let mut said = Vec::new();
    for index in group {
        said.extend(stage.of_endpoint(pack, *index));
    }
    let titles: Vec<_> = endpoints.iter().map(|endpoint| endpoint.title.as_str()).collect();
    let mut told = json!({
        "operationId": endpoints[0].name,
        "tags": [tag(endpoints[0])],
        "summary": titles.join(" · "),
        "description": describe(pack, &endpoints),
        "parameters": parameters(stage, &asked),
    });
    if let Some(body) = body(stage, &asked, parts) {
        told["requestBody"] = body;
    }
    told["responses"] = responses(&said, &mut parts.shown);
    let mut security: Vec<Value> = Vec::new();
    for endpoint in &endpoints {
        let wanted = requirement(pack, endpoint);
        if !security.contains(&wanted) {
            security.push(wanted);
        }
    }
    told["security"] = if security == [json!({})] { json!([]) } else { security.into() };
    let names: Vec<_> = endpoints.iter().map(|endpoint| endpoint.name.as_str()).collect();
    told["x-endpoints"] = names.into();
    told
}

fn tag(endpoint: &Endpoint) -> &'static str {
    let [plain, session, within, anybody] = TAGS.map(|(name, _)| name);
    match endpoint.consent.as_ref().map(|step| step.step) {
        Some(StepFile::Use) => within,
        Some(_) => session,
        None if endpoint.scheme.is_none() => anybody,
        None => plain,
    }
}

/// An endpoint with what it is asked.
pub(super) struct Asked<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) inputs: Vec<Input>,
    /// A request that it answers with its success.
    pub(super) request: Request,
    /// What must have happened before, where something must.
    pub(super) before: Option<&'static str>,
    /// More requests worth showing, by name: of bodies in other forms.
    pub(super) more: Vec<(String, Request)>,
}

impl<'a> Asked<'a> {
    fn of(stage: Stage<'_>, pack: &'a Pack, endpoint: &'a Endpoint) -> Self {
        let case = stage.examples.success(pack, endpoint);
        let others = stage.examples.of_endpoint(pack, endpoint).filter(|other| {
            let success = endpoint.replies.all.get(endpoint.success);
            let succeeds = success.is_some_and(|plan| plan.outcome.as_str() == other.outcome);
            let encoded = matches!(other.body, RequestBody::Form(_) | RequestBody::Multipart(_));
            succeeds && encoded
        });
        Self {
            endpoint,
            inputs: inputs(pack, endpoint),
            request: case.map_or_else(|| Request::plain(endpoint), |case| request(case, endpoint)),
            before: case.and_then(|case| before(case, endpoint)),
            more: others.map(|one| (one.name.clone(), request(one, endpoint))).collect(),
        }
    }

    /// What the successful request has in that place.
    pub(super) fn example(&self, place: Place, key: &str) -> Option<&str> {
        match place {
            Place::Path => self.request.path.get(key).map(String::as_str),
            Place::Query => self.request.query.get(key).map(String::as_str),
            Place::Header => {
                let mut headers = self.request.headers.iter();
                let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(key));
                found.map(|(_, value)| value.as_str())
            }
            Place::Body => None,
        }
    }
}

/// What an operation does, of which endpoint a call is, and what is asked of it besides its values.
fn describe(pack: &Pack, endpoints: &[&Endpoint]) -> String {
    let mut lines = Vec::new();
    for endpoint in endpoints {
        if endpoints.len() > 1 {
            lines.push(format!("### {}", endpoint.title));
        }
        let select: Vec<_> = endpoint
            .select
            .iter()
            .map(|selector| {
                let place = match selector.place {
                    FieldPlace::Body => "body",
                    FieldPlace::Query => "query",
                    FieldPlace::Anywhere => "body or query",
                    FieldPlace::Path => "path",
                    FieldPlace::Header => "header",
                };
                let values: Vec<_> =
                    selector.values.iter().map(|value| format!("`{value}`")).collect();
                format!("`{}` ({place}) is {}", selector.key, values.join(" or "))
            })
            .collect();
        match (select.is_empty(), endpoints.len() > 1) {
            (false, _) => {
                lines.push(format!("`{}`, where {}.", endpoint.name, select.join(" and ")));
            }
            (true, true) => {
                lines.push(format!("`{}`, where none of the others is.", endpoint.name));
            }
            (true, false) => lines.push(format!("`{}`", endpoint.name)),
        }
        lines.extend(about(pack, endpoint));
        let rules =
            endpoint.before_auth.iter().chain(&endpoint.rules).chain(&endpoint.after_lookup);
        let mut told = Vec::new();
        for rule in rules.filter(|rule| rule.field.is_none()) {
            let Some(words) = asked(&rule.check) else { continue };
            let when = match rule.when.as_ref() {
                None => String::new(),
                Some(when) => match when.constant() {
                    Some(value) if value.is_true() => String::new(),
                    Some(_) => continue,
                    None => format!("where `{}`: ", when.source()),
                },
            };
            let refusal = endpoint.replies.all.get(rule.otherwise);
            let refusal = refusal.map(|plan| named(pack, plan)).unwrap_or_default();
            told.push(format!("- {when}{words}, else {refusal}"));
        }
        if !told.is_empty() {
            lines.push(format!("What is asked of the whole:\n\n{}", told.join("\n")));
        }
    }
    lines.join("\n\n")
}

/// Whom an endpoint looks up, and what it does with a session.
fn about(pack: &Pack, endpoint: &Endpoint) -> Vec<String> {
    let name = |index: usize| endpoint.fields.get(index).map_or("", |field| field.name.as_str());
    let mut lines = Vec::new();
    match endpoint.lookup {
        None => {}
        Some(Lookup::Gstin(field)) => {
            lines.push(format!("Asks about the taxpayer whose GSTIN is in `{}`.", name(field)));
        }
        Some(Lookup::Pan { field, limit }) => lines.push(format!(
            "Asks about the taxpayers of the PAN in `{}`, {limit} at most.",
            name(field)
        )),
        Some(Lookup::LegalName { field, limit }) => lines.push(format!(
            "Asks about the taxpayers with the text in `{}` in their legal name, {limit} at most.",
            name(field)
        )),
        Some(Lookup::PanOrLegalName { pan, legal_name, limit }) => lines.push(format!(
            "Asks about the taxpayers of the PAN in `{}`, else those with the text in `{}` in \
             their legal name, {limit} at most.",
            name(pan),
            name(legal_name)
        )),
    }
    if let Some(step) = &endpoint.consent {
        let kind = pack.consents.get(step.kind).map_or("", |kind| kind.name.as_str());
        let words = match step.step {
            StepFile::RequestOtp => "sends a one-time password (GET /__sim/otp shows it)",
            StepFile::Open => "opens a session with the one-time password",
            StepFile::Refresh => "gives a session a new token and a new key",
            StepFile::Close => "ends a session",
            StepFile::Use => {
                "is asked in a session, by the token, user and state it was opened with"
            }
        };
        lines.push(format!(
            "Session `{kind}`: {words}. examples/gstn_session.py walks through all of it."
        ));
    }
    lines
}
