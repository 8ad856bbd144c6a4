//! Fields: values in another form, fields under another name or in another place.

use serde_json::Value;

use super::{forms, rules};
use crate::{
    pack::{Check, Endpoint, Field, Lookup, file::FieldPlace},
    render::scene::Scene,
};

pub(super) fn look(scene: &Scene, endpoint: &Endpoint, hints: &mut Vec<String>) {
    for (index, field) in endpoint.fields.iter().enumerate() {
        match scene.field(index) {
            Some(Value::String(text)) if !text.is_empty() => {
                hints.extend(form(endpoint, index, field, text));
            }
            None => hints.extend(elsewhere(scene, endpoint, index, field)),
            Some(_) => {}
        }
    }
}

/// What is wrong with the form of a value.
fn form(endpoint: &Endpoint, index: usize, field: &Field, text: &str) -> Option<String> {
    let checks =
        || rules(endpoint).filter(|rule| rule.field == Some(index)).map(|rule| &rule.check);
    let consent = endpoint.consent.as_ref();
    let is_gstin = endpoint.lookup.and_then(Lookup::gstin_field) == Some(index)
        || consent.is_some_and(|step| step.gstin == Some(index))
        || checks().any(|check| matches!(check, Check::Gstin(_)));
    if is_gstin {
        return forms::gstin(&field.key, text);
    }
    if endpoint.books.as_ref().is_some_and(|books| books.period == index) {
        return forms::period(&field.key, text);
    }
    if checks().any(|check| matches!(check, Check::FinancialYear(_))) {
        return forms::financial_year(&field.key, text);
    }
    None
}

/// A field that is wanted and not there, while something of its name is.
fn elsewhere(scene: &Scene, endpoint: &Endpoint, index: usize, field: &Field) -> Option<String> {
    let wanted = rules(endpoint).any(|rule| {
        rule.field == Some(index) && matches!(rule.check, Check::Present | Check::Filled)
    });
    if !wanted || field.key.starts_with('/') {
        return None;
    }
    let name = &field.key;
    let own = place(field.place);
    let body = scene.body.as_ref().and_then(Value::as_object);
    let mut found: Vec<(&str, &str)> = Vec::new();
    found.extend(body.into_iter().flatten().map(|(key, _)| ("the body", key.as_str())));
    found.extend(scene.query.iter().map(|(key, _)| ("the query", key.as_str())));
    found.extend(scene.call.headers.keys().map(|key| ("the headers", key.as_str())));
    let (there, key) = found
        .iter()
        .find(|(_, key)| *key == name)
        .or_else(|| found.iter().find(|(_, key)| alike(key, name)))?;
    if !key.is_ascii() {
        return None;
    }
    if *key == name {
        return (*there != own).then(|| format!("`{name}` is in {there}; it belongs in {own}"));
    }
    Some(format!("`{name}` is missing from {own}; {there} has `{key}`"))
}

fn place(place: FieldPlace) -> &'static str {
    match place {
        FieldPlace::Query => "the query",
        FieldPlace::Path => "the path",
        FieldPlace::Header => "the headers",
        FieldPlace::Body | FieldPlace::Anywhere => "the body",
    }
}

/// Whether two names differ in case, `_` and `-` only.
fn alike(one: &str, other: &str) -> bool {
    let bare = |text: &str| -> Vec<u8> {
        let letters = text.bytes().filter(|byte| !matches!(byte, b'_' | b'-' | b' '));
        letters.map(|byte| byte.to_ascii_lowercase()).collect()
    };
    bare(one) == bare(other)
}
