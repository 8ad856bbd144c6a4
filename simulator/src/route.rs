//! Route: which endpoint takes the call, and what the request brings.

use std::borrow::Cow;

use http::{Method, header::CONTENT_TYPE};
use serde_json::{Map, Value};

use crate::{
    pack::{
        BodyReading, Endpoint, Field, Pack, Selector,
        file::{FieldPlace, Media, Normalize, ReadAs},
    },
    render::scene::Scene,
};

/// Where a call belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To this endpoint.
    Endpoint(usize),
    /// The path is known, but not with this method; the methods it has.
    WrongMethod(Vec<Method>),
    /// Nowhere; the endpoints' addresses, the closest first.
    Unknown(Vec<String>),
}

/// What is wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// It cannot be read.
    Unreadable,
    /// Its content type is not taken.
    WrongType,
}

/// Finds the endpoint and fills the scene's path parameters, query, body and fields.
pub fn find(pack: &Pack, scene: &mut Scene) -> (Route, Option<BodyFault>) {
    // A story may be about a call that no endpoint takes.
    if let Some(query) = &scene.call.query {
        scene.query = pairs(query.as_bytes());
    }
    let Ok(matched) = pack.routes.at(&scene.call.path) else {
        return (Route::Unknown(nearest(pack, &scene.call)), None);
    };
    scene.path_parameters = matched
        .params
        .iter()
        .map(|(name, value)| (name.to_owned(), decode_path(value).into_owned()))
        .collect();
    let candidates = matched.value;
    let method = method_of(&scene.call.method);
    let of_method =
        || candidates.iter().copied().filter(|index| pack.endpoints[*index].method == method);
    let Some(first) = of_method().next() else {
        let mut methods: Vec<_> =
            candidates.iter().map(|index| pack.endpoints[*index].method.clone()).collect();
        methods.dedup();
        return (Route::WrongMethod(methods), None);
    };
    let read = pack.endpoints[first].body.as_ref().map(|reading| {
        let read = read_body(&reading.accepts, reading.wrong_type.is_some(), scene);
        read.map(|body| scene.body = Some(body))
    });
    let fault = match read {
        Some(Err(fault)) => Some(fault),
        _ => None,
    };
    let chosen = of_method().find(|&index| {
        pack.endpoints[index].select.iter().all(|selector| selected(selector, scene))
    });
    let Some(index) = chosen else {
        return (Route::Unknown(nearest(pack, &scene.call)), None);
    };
    scene.endpoint = Some(index);
    scene.fields = fields(&pack.endpoints[index], scene);
    (Route::Endpoint(index), fault)
}

/// HEAD is GET without the body.
fn method_of(method: &Method) -> Method {
    if *method == Method::HEAD { Method::GET } else { method.clone() }
}

fn selected(selector: &Selector, scene: &Scene) -> bool {
    let value = match selector.place {
        FieldPlace::Query => pair(&scene.query, &selector.key),
        FieldPlace::Path => pair(&scene.path_parameters, &selector.key),
        FieldPlace::Header => scene.call.header(&selector.key),
        FieldPlace::Body => of_body(scene, &selector.key),
        FieldPlace::Anywhere => {
            of_body(scene, &selector.key).or_else(|| pair(&scene.query, &selector.key))
        }
    };
    value.is_some_and(|value| selector.values.iter().any(|wanted| wanted == value))
}

fn of_body<'scene>(scene: &'scene Scene, key: &str) -> Option<&'scene str> {
    scene.body.as_ref()?.get(key)?.as_str()
}

fn pair<'scene>(pairs: &'scene [(String, String)], name: &str) -> Option<&'scene str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// What the request brings, field by field.
pub(crate) fn fields(endpoint: &Endpoint, scene: &Scene) -> Vec<Option<Value>> {
    endpoint.fields.iter().map(|field| bring(field, scene)).collect()
}

fn bring(field: &Field, scene: &Scene) -> Option<Value> {
    let text = |text: Option<&str>| text.map(|text| Value::String(text.to_owned()));
    let in_body = |key: &str| {
        let body = scene.body.as_ref()?;
        if key.starts_with('/') { body.pointer(key).cloned() } else { body.get(key).cloned() }
    };
    let named = |key: &str| match field.place {
        FieldPlace::Query => text(pair(&scene.query, key)),
        FieldPlace::Path => text(pair(&scene.path_parameters, key)),
        FieldPlace::Header => text(scene.call.header(key)),
        FieldPlace::Body => in_body(key),
        FieldPlace::Anywhere => in_body(key).or_else(|| text(pair(&scene.query, key))),
    };
    let others = || field.also.iter().find_map(|key| named(key));
    let value = named(&field.key).or_else(others)?;
    let Value::String(mut text) = value else { return Some(value) };
    for act in &field.normalize {
        match act {
            Normalize::Trim if text.trim().len() != text.len() => text = String::from(text.trim()),
            Normalize::Upper => text.make_ascii_uppercase(),
            Normalize::Trim | Normalize::AsIs => {}
        }
    }
    let is = |words: [&str; 2]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    let value = match field.read {
        ReadAs::Boolean if is(["true", "yes"]) => Some(Value::Bool(true)),
        ReadAs::Boolean if is(["false", "no"]) => Some(Value::Bool(false)),
        ReadAs::Number => text.parse::<i64>().ok().map(Value::from),
        ReadAs::Boolean | ReadAs::AsIs => None,
    };
    if value.is_some() {
        return value;
    }
    Some(Value::String(text))
}

fn read_body(accepts: &[Media], strict: bool, scene: &Scene) -> Result<Value, BodyFault> {
    let content_type =
        scene.call.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    read_as(accepts, strict, content_type, &scene.call.body)
}

/// What an endpoint reads of a body of that content type: an object; `None` where it reads nothing.
#[must_use]
pub fn read_of(reading: &BodyReading, content_type: &str, body: &[u8]) -> Option<Value> {
    read_as(&reading.accepts, reading.wrong_type.is_some(), content_type, body).ok()
}

fn read_as(
    accepts: &[Media],
    strict: bool,
    content_type: &str,
    body: &[u8],
) -> Result<Value, BodyFault> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let is = |name: &str| essence.eq_ignore_ascii_case(name);
    let sent = if is("application/json") {
        Some(Media::Json)
    } else if is("application/x-www-form-urlencoded") {
        Some(Media::Form)
    } else if is("multipart/form-data") {
        Some(Media::Multipart)
    } else {
        None
    };
    let media = match sent.filter(|media| accepts.contains(media)) {
        Some(media) => media,
        None if strict => return Err(BodyFault::WrongType),
        None => accepts.first().copied().unwrap_or(Media::Json),
    };
    match media {
        Media::Json => match serde_json::from_slice(body) {
            Ok(value @ Value::Object(_)) => Ok(value),
            _ => Err(BodyFault::Unreadable),
        },
        Media::Form => {
            let text = std::str::from_utf8(body).map_err(|_| BodyFault::Unreadable)?;
            Ok(object(pairs(text.as_bytes())))
        }
        Media::Multipart => {
            let boundary = content_type
                .split(';')
                .filter_map(|part| part.trim().split_once('='))
                .find(|(name, _)| name.eq_ignore_ascii_case("boundary"))
                .map(|(_, value)| value.trim_matches('"'))
                .ok_or(BodyFault::Unreadable)?;
            multipart(body, boundary).map(object).ok_or(BodyFault::Unreadable)
        }
    }
}

fn object(pairs: Vec<(String, String)>) -> Value {
    let mut map = Map::new();
    for (name, value) in pairs {
        map.insert(name, Value::String(value));
    }
    Value::Object(map)
}

/// The text parts of a multipart body; `None` where it is none.
fn multipart(body: &[u8], boundary: &str) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(body).ok()?;
    let delimiter = format!("--{boundary}");
    let mut parts = text.split(&*delimiter);
    parts.next()?;
    let mut out = Vec::new();
    let mut ended = false;
    for part in parts {
        if part.starts_with("--") {
            ended = true;
            break;
        }
        let (head, content) = part.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
        let content = content.strip_suffix("\r\n")?;
        let disposition = head.lines().find(|line| {
            line.get(..20).is_some_and(|start| start.eq_ignore_ascii_case("content-disposition:"))
        })?;
        let name = disposition.split(';').find_map(|item| item.trim().strip_prefix("name="))?;
        out.push((name.trim_matches('"').to_owned(), content.to_owned()));
    }
    ended.then_some(out)
}

/// `a=1&b=2`, decoded.
#[must_use]
pub fn pairs(text: &[u8]) -> Vec<(String, String)> {
    text.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let value = pair.get(at + 1..).unwrap_or_default();
            (decode(&pair[..at], true).into_owned(), decode(value, true).into_owned())
        })
        .collect()
}

/// A part of the path, decoded.
pub(crate) fn decode_path(text: &str) -> Cow<'_, str> {
    decode(text.as_bytes(), false)
}

/// Undoes `%41` and, where asked, `+`; what is no UTF-8 becomes the replacement character.
fn decode(text: &[u8], plus_is_space: bool) -> Cow<'_, str> {
    if !text.iter().any(|byte| *byte == b'%' || (plus_is_space && *byte == b'+')) {
        return String::from_utf8_lossy(text);
    }
    let hex = |byte: u8| char::from(byte).to_digit(16);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let escaped = match (text[at], text.get(at + 1), text.get(at + 2)) {
            (b'%', Some(&high), Some(&low)) => hex(high).zip(hex(low)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            out.push(u8::try_from(high * 16 + low).unwrap_or_default());
            at += 3;
        } else {
            out.push(if plus_is_space && text[at] == b'+' { b' ' } else { text[at] });
            at += 1;
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// The pack's addresses, those that share most with the call's path first.
fn nearest(pack: &Pack, call: &crate::model::call::Call) -> Vec<String> {
    let parts: Vec<&str> = call.path.split('/').collect();
    let mut scored: Vec<(usize, String)> = pack
        .endpoints
        .iter()
        .map(|endpoint| {
            let pattern: Vec<&str> = endpoint.path.split('/').collect();
            let shared = pattern
                .iter()
                .zip(&parts)
                .filter(|(wanted, given)| wanted == given || wanted.starts_with('{'))
                .count();
            let same_length = usize::from(pattern.len() == parts.len());
            (shared * 2 + same_length, format!("{} {}", endpoint.method, endpoint.path))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let mut addresses: Vec<_> = scored.into_iter().map(|(_, address)| address).collect();
    addresses.dedup();
    addresses
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        let read = |text: &str| pairs(text.as_bytes());
        assert_eq!(
            read("a=1&b=x+y%2Fz&c"),
            [("a".into(), "1".into()), ("b".into(), "x y/z".into()), ("c".into(), String::new()),]
        );
        assert_eq!(read("a=%zz%4"), [("a".into(), "%zz%4".into())]);
        assert_eq!(read("a=%ff"), [("a".into(), "\u{FFFD}".into())]);
    }

    #[test]
    fn multipart_text_parts_are_read() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"gstin\"\r\n\r\n27\r\n--b\r\n\
                    content-disposition: form-data; name=\"consent\"\r\n\r\nY\r\n--b--\r\n";
        assert_eq!(
            multipart(body.as_bytes(), "b"),
            Some(vec![("gstin".into(), "27".into()), ("consent".into(), "Y".into())])
        );
        assert_eq!(multipart(b"--b\r\nnothing", "b"), None);
        assert_eq!(multipart(&body.as_bytes()[..body.len() - 6], "b"), None, "it must end");
    }
}
