//! Bodies: another content type than it says, no JSON, sealed or not.

use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::shown;
use crate::{
    pack::{Endpoint, file::Media},
    render::scene::Scene,
    route::BodyFault,
    world::World,
};

pub(super) fn look(
    world: &World,
    scene: &Scene,
    endpoint: &Endpoint,
    fault: Option<BodyFault>,
    hints: &mut Vec<String>,
) {
    if let (Some(fault), Some(reading)) = (fault, &endpoint.body) {
        hints.extend(unread(scene, &reading.accepts, fault));
    }
    hints.extend(seal(world, scene, endpoint));
}

/// What a body looks like.
fn looks(body: &[u8]) -> Option<Media> {
    let start = body.trim_ascii_start();
    match start.first()? {
        b'{' | b'[' => Some(Media::Json),
        b'-' if start.starts_with(b"--") => Some(Media::Multipart),
        _ => {
            let text = std::str::from_utf8(start).ok()?;
            let name = text.split_once('=').map(|(name, _)| name)?;
            let plain = |one: char| one.is_ascii_alphanumeric() || "_-.%[]".contains(one);
            name.chars().all(plain).then_some(Media::Form)
        }
    }
}

fn name(media: Media) -> &'static str {
    match media {
        Media::Json => "application/json",
        Media::Form => "application/x-www-form-urlencoded",
        Media::Multipart => "multipart/form-data",
    }
}

/// Why a body was not read.
fn unread(scene: &Scene, accepts: &[Media], fault: BodyFault) -> Option<String> {
    let body = &scene.call.body;
    let taken: Vec<_> = accepts.iter().map(|media| name(*media)).collect();
    let taken = taken.join(" or ");
    let sent = scene.call.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = sent.map(|text| text.split(';').next().unwrap_or_default().trim());
    if body.is_empty() {
        return Some(format!("the body is empty; {taken} belongs there"));
    }
    if body.starts_with(&[0x1F, 0x8B]) {
        return Some("the body is compressed; it is read as it is".to_owned());
    }
    let looks = looks(body);
    if let (Some(looks), Some(said)) = (looks, essence)
        && !said.eq_ignore_ascii_case(name(looks))
        && [Media::Json, Media::Form, Media::Multipart]
            .iter()
            .any(|one| said.eq_ignore_ascii_case(name(*one)))
    {
        let also = if accepts.contains(&looks) { "" } else { ", which is not taken here" };
        return Some(format!(
            "`content-type` says {said}, but the body looks like {}{also}",
            name(looks)
        ));
    }
    match (fault, essence) {
        (BodyFault::WrongType, None) => {
            return Some(format!("`content-type` is missing; {taken} belongs there"));
        }
        (BodyFault::WrongType, Some(said)) => {
            return Some(format!("`content-type` is `{}`; {taken} belongs there", shown(said)));
        }
        (BodyFault::Unreadable, _) => {}
    }
    if let Some(looks) = looks.filter(|looks| !accepts.contains(looks)) {
        return Some(format!("the body looks like {}; {taken} belongs there", name(looks)));
    }
    if !accepts.contains(&Media::Json) {
        return None;
    }
    if body.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return Some("the body begins with a byte order mark; JSON has none".to_owned());
    }
    match serde_json::from_slice::<Value>(body) {
        Err(_) if body.trim_ascii_start().starts_with(b"{'") => {
            Some("the body is no JSON: names and texts stand in double quotes there".to_owned())
        }
        Err(error) => Some(format!("the body is no JSON: {}", shown_error(&error))),
        Ok(Value::Object(_)) => None,
        Ok(Value::String(text)) if text.trim_start().starts_with('{') => {
            Some("the body is JSON within a JSON text: it was encoded twice".to_owned())
        }
        Ok(_) => Some("the body is JSON, but no object".to_owned()),
    }
}

/// What the reader says; it repeats no more than a character of the body.
fn shown_error(error: &serde_json::Error) -> String {
    error.to_string().chars().filter(char::is_ascii).collect()
}

/// A body that is sealed where it should not be, or not where it should.
fn seal(world: &World, scene: &Scene, endpoint: &Endpoint) -> Option<String> {
    let body = scene.body.as_ref()?.as_object()?;
    let step = endpoint.consent.as_ref();
    let key =
        |endpoint: &Endpoint, field: Option<usize>| Some(endpoint.fields.get(field?)?.key.clone());
    if let Some(step) = step.filter(|step| step.data.is_some()) {
        let (data, hmac) = (key(endpoint, step.data)?, key(endpoint, step.hmac));
        let known: Vec<_> = endpoint.fields.iter().map(|field| &field.key).collect();
        let unsealed = !body.contains_key(&data) && body.keys().any(|name| !known.contains(&name));
        if !unsealed {
            return None;
        }
        let hmac = hmac.map(|hmac| format!(" and `{hmac}`")).unwrap_or_default();
        return Some(format!(
            "the body looks unsealed: all but its action goes into `{data}`{hmac}"
        ));
    }
    // The names under which any vendor wants sealed data.
    let mut sealed = world.packs.iter().flat_map(|pack| &pack.endpoints).filter_map(|other| {
        let step = other.consent.as_ref()?;
        Some((key(other, step.data)?, key(other, step.hmac)?))
    });
    let own: Vec<_> = endpoint.fields.iter().map(|field| &field.key).collect();
    let (data, hmac) = sealed.find(|(data, hmac)| {
        [data, hmac].iter().all(|name| body.contains_key(*name) && !own.contains(name))
    })?;
    Some(format!("the body looks sealed (`{data}`, `{hmac}`); this endpoint takes it as it is"))
}
