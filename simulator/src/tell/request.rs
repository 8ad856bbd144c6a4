//! A request for showing: a call to play, or a `curl` line to paste.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{EXAMPLE_GSTIN, credentials::Sent};
use crate::{
    model::call::Call,
    pack::{
        Check, Endpoint, Field,
        contract::RequestBody,
        file::{FieldPlace, Media},
    },
};

/// What separates the parts of a multipart body; no text of ours has it.
const BOUNDARY: &str = "sim-boundary";

/// What a caller sends, before it is written down.
#[derive(Clone, Debug)]
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// The endpoint's path, `{name}` and all.
    pub pattern: String,
    /// What goes into the path.
    pub path: IndexMap<String, String>,
    /// The query.
    pub query: IndexMap<String, String>,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: RequestBody,
}

impl Request {
    /// A request made from what the endpoint says of itself.
    #[must_use]
    pub fn plain(endpoint: &Endpoint) -> Self {
        let media = endpoint.body.as_ref().and_then(|body| body.accepts.first());
        let mut request = Self {
            method: endpoint.method.clone(),
            pattern: endpoint.path.clone(),
            path: IndexMap::new(),
            query: IndexMap::new(),
            headers: Vec::new(),
            body: match media {
                None => RequestBody::None,
                Some(Media::Json) => RequestBody::Json(Value::Object(Map::new())),
                Some(Media::Form) => RequestBody::Form(IndexMap::new()),
                Some(Media::Multipart) => RequestBody::Multipart(IndexMap::new()),
            },
        };
        for (index, field) in endpoint.fields.iter().enumerate() {
            let rules = endpoint.before_auth.iter().chain(&endpoint.rules);
            let allowed =
                rules.filter(|rule| rule.field == Some(index)).find_map(|rule| match &rule.check {
                    Check::OneOf(values) => values.first().cloned(),
                    _ => None,
                });
            let needed = || (field.place == FieldPlace::Path).then(|| "example".into());
            if let Some(value) = allowed.or_else(needed) {
                request.set(field.place, &field.key, value);
            }
        }
        for selector in &endpoint.select {
            if let Some(value) = selector.values.first() {
                request.set(selector.place, &selector.key, value.clone().into());
            }
        }
        request.ask_about(endpoint, EXAMPLE_GSTIN);
        request
    }

    /// The same request about another GSTIN, where it is about one.
    pub fn ask_about(&mut self, endpoint: &Endpoint, gstin: &str) {
        let field = endpoint.lookup.and_then(crate::pack::Lookup::gstin_field);
        if let Some(Field { place, key, .. }) = field.and_then(|index| endpoint.fields.get(index)) {
            self.set(*place, key, gstin.into());
        }
    }

    fn set(&mut self, place: FieldPlace, key: &str, value: Value) {
        match place {
            FieldPlace::Path => {
                self.path.insert(key.to_owned(), text(&value));
            }
            FieldPlace::Query => {
                self.query.insert(key.to_owned(), text(&value));
            }
            FieldPlace::Header => self.set_header(key, text(&value)),
            FieldPlace::Anywhere if matches!(self.body, RequestBody::None) => {
                self.query.insert(key.to_owned(), text(&value));
            }
            FieldPlace::Body | FieldPlace::Anywhere => match &mut self.body {
                RequestBody::Json(json) => set_in(json, key, value),
                RequestBody::Form(map) | RequestBody::Multipart(map) => {
                    map.insert(key.to_owned(), text(&value));
                }
                RequestBody::None | RequestBody::Text(_) => {}
            },
        }
    }

    fn set_header(&mut self, name: &str, value: String) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value));
    }

    /// Adds an account's credentials; what is there already stays.
    pub fn add_credentials(&mut self, sent: &[Sent]) {
        for Sent { place, name, value, .. } in sent {
            let Some(value) = value else { continue };
            let known = |(header, _): &(String, String)| header.eq_ignore_ascii_case(name);
            match *place {
                "header" if self.headers.iter().any(known) => {}
                "header" => self.headers.push((name.clone(), value.clone())),
                "query" => self.set(FieldPlace::Query, name, value.clone().into()),
                "path" => self.set(FieldPlace::Path, name, value.clone().into()),
                _ => self.set(FieldPlace::Body, name, value.clone().into()),
            }
        }
    }

    /// The path, filled and encoded.
    fn filled_path(&self) -> String {
        let mut out = String::new();
        let mut rest = self.pattern.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else { break };
            out.push_str(before);
            let value = self.path.get(name).map_or("example", String::as_str);
            out.push_str(&encode(value));
            rest = behind;
        }
        out + rest
    }

    /// Path and query as they stand in an address.
    #[must_use]
    pub fn target(&self) -> String {
        match pairs(&self.query) {
            query if query.is_empty() => self.filled_path(),
            query => format!("{}?{query}", self.filled_path()),
        }
    }

    /// The request as a call at that time.
    #[must_use]
    pub fn call(&self, at_ms: i64) -> Call {
        let mut headers = HeaderMap::new();
        let (content_type, body) = written(&self.body);
        let content_type = content_type.map(|text| ("content-type".to_owned(), text));
        for (name, value) in content_type.iter().chain(&self.headers) {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        }
        Call {
            number: 1,
            at_ms,
            method: self.method.clone(),
            path: self.filled_path(),
            query: Some(pairs(&self.query)).filter(|query| !query.is_empty()),
            headers,
            body: Bytes::from(body),
            ended: None,
        }
    }

    /// The words of a `curl` command to this vendor's address; join them with spaces.
    #[must_use]
    pub fn curl(&self, vendor_url: &str) -> Vec<String> {
        let mut words =
            vec![format!("curl -sS {}", quoted(&format!("{vendor_url}{}", self.target())))];
        let implied = match self.body {
            RequestBody::None => Method::GET,
            _ => Method::POST,
        };
        if self.method != implied {
            words[0].insert_str(5, &format!("-X {} ", self.method));
        }
        for (name, value) in &self.headers {
            words.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
        }
        match &self.body {
            RequestBody::None => {}
            RequestBody::Json(json) => {
                words.push("-H 'content-type: application/json'".to_owned());
                words.push(format!("-d {}", quoted(&json.to_string())));
            }
            RequestBody::Form(map) => words.push(format!("-d {}", quoted(&pairs(map)))),
            RequestBody::Multipart(map) => {
                words.extend(
                    map.iter()
                        .map(|(name, value)| format!("-F {}", quoted(&format!("{name}={value}")))),
                );
            }
            RequestBody::Text(body) => words.push(format!("--data-binary {}", quoted(body))),
        }
        words
    }
}

/// Content type and bytes.
fn written(body: &RequestBody) -> (Option<String>, String) {
    match body {
        RequestBody::None => (None, String::new()),
        RequestBody::Json(json) => (Some("application/json".to_owned()), json.to_string()),
        RequestBody::Form(map) => {
            (Some("application/x-www-form-urlencoded".to_owned()), pairs(map))
        }
        RequestBody::Multipart(map) => {
            let mut body = String::new();
            for (name, value) in map {
                let _ = write!(
                    body,
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n",
                );
            }
            let _ = write!(body, "--{BOUNDARY}--\r\n");
            (Some(format!("multipart/form-data; boundary={BOUNDARY}")), body)
        }
        RequestBody::Text(body) => (None, body.clone()),
    }
}

/// Sets a top-level key, or what a JSON pointer points to.
fn set_in(json: &mut Value, key: &str, value: Value) {
    if !key.starts_with('/') {
        if let Value::Object(map) = json {
            map.insert(key.to_owned(), value);
        }
    } else if let Some(place) = json.pointer_mut(key) {
        *place = value;
    } else {
        let parts = key.rsplit('/').filter(|part| !part.is_empty());
        let nested = parts.fold(value, |inner, part| match part.parse::<usize>() {
            Ok(_) => Value::Array(vec![inner]),
            Err(_) => Value::Object(Map::from_iter([(part.to_owned(), inner)])),
        });
        if let (Value::Object(map), Value::Object(nested)) = (json, nested) {
            map.extend(nested);
        }
    }
}

/// A value as it stands in a path, a query or a header.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn pairs(map: &IndexMap<String, String>) -> String {
    let pairs: Vec<_> =
        map.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// Percent-encodes all but letters, digits and `-._~`.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// A word for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(body: RequestBody) -> Request {
        Request {
            method: Method::POST,
            pattern: "/v1/{org}/check".to_owned(),
            path: IndexMap::from_iter([("org".to_owned(), "a b".to_owned())]),
            query: IndexMap::from_iter([("q".to_owned(), "x&y".to_owned())]),
            headers: vec![("x-key".to_owned(), "it's".to_owned())],
            body,
        }
    }

    #[test]
    fn a_curl_line_survives_the_shell() {
        let words = request(RequestBody::Json(json!({ "n": 1 }))).curl("http://host/v");
        assert_eq!(
            words.join(" "),
            concat!(
                r"curl -sS 'http://host/v/v1/a%20b/check?q=x%26y' -H 'x-key: it'\''s'",
                r#" -H 'content-type: application/json' -d '{"n":1}'"#,
            )
        );
        assert!(request(RequestBody::None).curl("").join(" ").starts_with("curl -X POST -sS"));
    }

    #[test]
    fn a_pointer_makes_its_way_into_the_body() {
        let mut json = json!({ "task": "gst" });
        set_in(&mut json, "/data/ids/0", json!("27"));
        assert_eq!(json, json!({ "task": "gst", "data": { "ids": ["27"] } }));
        set_in(&mut json, "/data/ids/0", json!("29"));
        assert_eq!(json["data"]["ids"][0], "29");
    }
}
