//! Operations: all endpoints of one method and path are one, with what tells them apart.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    inputs::{Input, Place, asked, body_schema, inputs, named, takes_body},
    responses::{Shown, responses},
    said::Stage,
    schemas::component,
    security::requirement,
};
use crate::{
    exchange::OUTCOME_HEADER,
    magic::By,
    pack::{
        Endpoint, Lookup, Pack,
        contract::RequestBody,
        file::{FieldPlace, Media, StepFile},
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
    if let Some(body) = body(&asked, parts) {
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
struct Asked<'a> {
    endpoint: &'a Endpoint,
    inputs: Vec<Input>,
    /// A request that it answers with its success.
    request: Request,
    /// What must have happened before, where something must.
    before: Option<&'static str>,
    /// More requests worth showing, by name: of bodies in other forms.
    more: Vec<(String, Request)>,
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
    fn example(&self, place: Place, key: &str) -> Option<&str> {
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

/// The parameters of all of them, each once.
fn parameters(stage: Stage<'_>, asked: &[Asked<'_>]) -> Value {
    let mut known: Vec<(Place, &str)> = Vec::new();
    for input in asked.iter().flat_map(|one| &one.inputs) {
        // HTTP's own headers are no parameters.
        let own = input.place == Place::Header
            && ["accept", "authorization", "content-type"]
                .iter()
                .any(|name| input.key.eq_ignore_ascii_case(name));
        let again = known.iter().any(|(place, key)| input.is(*place, key));
        if input.place != Place::Body && !own && !again {
            known.push((input.place, &input.key));
        }
    }
    let mut all: Vec<Value> =
        known.iter().map(|(place, key)| parameter(stage, asked, *place, key)).collect();
    all.push(wish(asked));
    all.into()
}

/// One parameter, as every endpoint that knows it sees it.
fn parameter(stage: Stage<'_>, asked: &[Asked<'_>], place: Place, key: &str) -> Value {
    let mut schemas: Vec<Value> = Vec::new();
    let mut notes: Vec<(String, Vec<&str>)> = Vec::new();
    let mut required = true;
    let mut is_subject = false;
    let mut selects = false;
    let mut lacking = false;
    for one in asked {
        let Some(input) = one.inputs.iter().find(|input| input.is(place, key)) else {
            required = false;
            lacking = true;
            continue;
        };
        required &= input.required;
        is_subject |= input.is_subject;
        selects |= input.selects;
        let schema = Value::Object(input.schema.clone());
        if !schemas.contains(&schema) {
            schemas.push(schema);
        }
        if !input.notes.is_empty() {
            let note = input.notes.join("\n");
            match notes.iter_mut().find(|(known, _)| *known == note) {
                Some((_, at)) => at.push(&one.endpoint.name),
                None => notes.push((note, vec![&one.endpoint.name])),
            }
        }
    }
    let anything = json!({ "type": "string" });
    let schema = match schemas.as_slice() {
        [one] if !lacking || !selects => one.clone(),
        // An endpoint that does not look at it takes whatever stands there.
        _ if lacking => {
            schemas.retain(|schema| *schema != anything);
            schemas.push(anything);
            json!({ "anyOf": schemas })
        }
        _ => json!({ "anyOf": schemas }),
    };
    let mut told = json!({
        "name": key,
        "in": place.word(),
        "required": required || place == Place::Path,
        "schema": schema,
    });
    let words: Vec<_> = match notes.as_slice() {
        [(note, at)] if at.len() == asked.len() => vec![note.clone()],
        _ => notes.iter().map(|(note, at)| format!("At {}:\n{note}", listed(at))).collect(),
    };
    if !words.is_empty() {
        told["description"] = words.join("\n\n").into();
    }
    let own = asked.iter().filter_map(|one| Some((one, one.example(place, key)?)));
    let mut examples = Map::new();
    let mut values: Vec<&str> = Vec::new();
    for (one, value) in own {
        if !values.contains(&value) {
            values.push(value);
            let summary = if selects { one.endpoint.title.as_str() } else { "" };
            examples.insert(component(&one.endpoint.name), shown(summary, &value.into()));
        }
    }
    if is_subject {
        for (name, about, gstin) in magic(stage, asked) {
            if !values.contains(&gstin) {
                values.push(gstin);
                examples.insert(name, shown(&about, &gstin.into()));
            }
        }
    }
    match values.as_slice() {
        [] => {}
        [one] => told["example"] = (*one).into(),
        _ => told["examples"] = Value::Object(examples),
    }
    told
}

fn shown(summary: &str, value: &Value) -> Value {
    if summary.is_empty() {
        json!({ "value": value })
    } else {
        json!({ "summary": summary, "value": value })
    }
}

fn listed(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The magic GSTINs that one of these endpoints has a word for: a name, what it gives, the number.
fn magic<'a>(
    stage: Stage<'a>,
    asked: &'a [Asked<'_>],
) -> impl Iterator<Item = (String, String, &'a str)> {
    stage.world.magic.rows().filter_map(move |row| {
        let mut looked = asked.iter().filter(|one| one.inputs.iter().any(|own| own.is_subject));
        looked.find(|one| {
            stage.world.vocabulary.nearest(&one.endpoint.replies, &row.outcome).is_some()
        })?;
        let gstin = row.gstin.value.as_str();
        let about = match row.by {
            By::Persona => format!("{}: {}", row.outcome, row.about),
            By::Force => format!("{} (magic)", row.outcome),
        };
        Some((format!("{}.{gstin}", component(&row.outcome)), about, gstin))
    })
}

/// The header by which any answer can be asked for.
fn wish(asked: &[Asked<'_>]) -> Value {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    for one in asked {
        let replies = &one.endpoint.replies;
        let outcomes = replies.all.iter().map(|plan| plan.outcome.as_str());
        outcomes.filter(|name| replies.by_outcome.contains_key(*name)).for_each(&mut add);
        let mut codes: Vec<_> = replies.by_code.iter().collect();
        codes.sort_by_key(|(code, at)| (**at, code.as_str()));
        for (code, _) in codes {
            add(code);
        }
    }
    json!({
        "name": OUTCOME_HEADER.as_str(),
        "in": "header",
        "required": false,
        "description": "gspsim's own: the outcome or code to answer with, whatever the call is like. \
            `; delay=800ms` or `; fault=connection-reset` behind it changes how it is delivered.",
        "schema": { "type": "string", "enum": names },
    })
}

/// The body, where one of them reads one.
fn body(asked: &[Asked<'_>], parts: &mut Parts) -> Option<Value> {
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
