//! Parameters: what stands in the path, the query and headers, as every endpoint sees it.

use serde_json::{Map, Value, json};

use super::{inputs::Place, operation::Asked, said::Stage, schemas::component};
use crate::{exchange::OUTCOME_HEADER, magic::By};

/// The parameters of all of them, each once.
pub(super) fn parameters(stage: Stage<'_>, asked: &[Asked<'_>]) -> Value {
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

pub(super) fn shown(summary: &str, value: &Value) -> Value {
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
pub(super) fn magic<'a>(
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
