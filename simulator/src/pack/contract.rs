//! `contract/requests.toml`: the requests that should cause what a vendor's documents tell of.
//!
//! Read by the check and by the contract suite alike. A request may start from an earlier one of
//! its endpoint; [`ContractFile::cases`] gives each as it stands in the end.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{file::Name, located::Located};
use crate::{
    finding::{Finding, Source},
    render::expression::closest,
};

/// `fixtures/<vendor>/contract/requests.toml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ContractFile {
    /// Requests; the first one of an endpoint is its plain, successful one.
    pub requests: Vec<RequestFile>,
    /// Values that differ from call to call: JSON pointer (`*` is any one step) → `uuid`,
    /// `epoch-ms`, `epoch-s`, `date-time`, or a regular expression.
    pub volatile: IndexMap<String, Located<String>>,
    /// Where a login endpoint's answer has its token: session → JSON pointer.
    pub tokens: IndexMap<String, Located<String>>,
}

/// One request and what should come of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequestFile {
    /// The endpoint it goes to.
    pub endpoint: Name,
    /// Its name there; left out, the outcome.
    #[serde(default)]
    pub case: Option<Name>,
    /// The earlier case of this endpoint that it starts from.
    #[serde(default)]
    pub like: Option<Name>,
    /// What the vendor says in the end.
    pub outcome: Name,
    /// The vendor's code, where the answer is one.
    #[serde(default)]
    pub code: Option<Name>,
    /// HTTP status.
    #[serde(default)]
    pub status: Option<Located<u16>>,
    /// Whose credentials it carries; `none` sends none. Left out, the first account's.
    #[serde(default)]
    pub account: Option<Name>,
    /// HTTP method, where it is not the endpoint's.
    #[serde(default)]
    pub method: Option<Located<String>>,
    /// Parts of the path by name.
    #[serde(default)]
    pub path: IndexMap<String, Located<String>>,
    /// The query.
    #[serde(default)]
    pub query: IndexMap<String, Located<String>>,
    /// Headers.
    #[serde(default)]
    pub headers: IndexMap<String, Located<String>>,
    /// A JSON body.
    #[serde(default)]
    pub body: Option<Value>,
    /// An urlencoded body.
    #[serde(default)]
    pub form: Option<IndexMap<String, String>>,
    /// A multipart body, text parts.
    #[serde(default)]
    pub multipart: Option<IndexMap<String, String>>,
    /// A body as it is sent; its content type stands in `headers`.
    #[serde(default)]
    pub text: Option<String>,
    /// What is taken out after `like` was merged: a key of the query, the headers or the body, or
    /// a JSON pointer into the body.
    #[serde(default)]
    pub without: Vec<Name>,
    /// Where this is written.
    #[serde(default)]
    pub source: String,
}

/// A request as it stands in the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The endpoint it goes to.
    pub endpoint: String,
    /// Its name there.
    pub name: String,
    /// What the vendor says in the end.
    pub outcome: String,
    /// The vendor's code, where the answer is one.
    pub code: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// Whose credentials it carries.
    pub account: Sender,
    /// HTTP method, where it is not the endpoint's.
    pub method: Option<String>,
    /// Parts of the path by name.
    pub path: IndexMap<String, String>,
    /// The query.
    pub query: IndexMap<String, String>,
    /// Headers besides credentials.
    pub headers: IndexMap<String, String>,
    /// What it carries.
    pub body: RequestBody,
    /// Where this is written.
    pub source: String,
}

/// Whose credentials a request carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sender {
    /// The pack's first account.
    #[default]
    First,
    /// Nobody's.
    Nobody,
    /// This account's.
    Account(String),
}

/// What a request carries.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RequestBody {
    /// Nothing.
    #[default]
    None,
    /// JSON.
    Json(Value),
    /// Urlencoded pairs.
    Form(IndexMap<String, String>),
    /// Text parts.
    Multipart(IndexMap<String, String>),
    /// This text as it is.
    Text(String),
}

impl ContractFile {
    /// Reads `requests.toml`.
    ///
    /// # Errors
    ///
    /// What the TOML reader says.
    pub fn read(source: &Source) -> Result<Self, Vec<Finding>> {
        toml::from_str(&source.text)
            .map_err(|error| vec![Finding::from_toml(&error).within(source)])
    }

    /// Every request as it stands in the end, in the order of the file; `source` is the file.
    ///
    /// # Errors
    ///
    /// Cases that are there twice, that start from nothing, that carry two bodies.
    pub fn cases(&self, source: &Source) -> Result<Vec<Case>, Vec<Finding>> {
        let mut cases: Vec<Case> = Vec::with_capacity(self.requests.len());
        let mut findings = Vec::new();
        for request in &self.requests {
            let mut find = |message: String, place: &Name, hint: String| {
                findings
                    .push(Finding::new(message).at(place.span.clone()).hint(hint).within(source));
            };
            let siblings: Vec<_> =
                cases.iter().filter(|case| case.endpoint == request.endpoint.value).collect();
            let start = request.like.as_ref().and_then(|like| {
                let found = siblings.iter().find(|case| case.name == like.value);
                if found.is_none() {
                    let names: Vec<_> = siblings.iter().map(|case| case.name.clone()).collect();
                    let message =
                        format!("`{}` has no case `{like}` before this one", request.endpoint);
                    find(message, like, closest(like, &names));
                }
                found.map(|case| (*case).clone())
            });
            if request.bodies() > 1 {
                let message = "a request carries one body".to_owned();
                let hint = "one of `body`, `form`, `multipart` and `text`".to_owned();
                find(message, &request.endpoint, hint);
            }
            let case = request.merged(start);
            if siblings.iter().any(|other| other.name == case.name) {
                find(
                    format!("`{}` has the case `{}` twice", case.endpoint, case.name),
                    request.case.as_ref().unwrap_or(&request.outcome),
                    "give it a `case` of its own".to_owned(),
                );
            }
            cases.push(case);
        }
        if findings.is_empty() { Ok(cases) } else { Err(findings) }
    }
}

impl RequestFile {
    /// Its name at its endpoint.
    #[must_use]
    pub fn case(&self) -> &str {
        self.case.as_ref().unwrap_or(&self.outcome)
    }

    fn bodies(&self) -> usize {
        usize::from(self.body.is_some())
            + usize::from(self.form.is_some())
            + usize::from(self.multipart.is_some())
            + usize::from(self.text.is_some())
    }

    fn own_body(&self) -> RequestBody {
        if let Some(json) = &self.body {
            RequestBody::Json(json.clone())
        } else if let Some(form) = &self.form {
            RequestBody::Form(form.clone())
        } else if let Some(parts) = &self.multipart {
            RequestBody::Multipart(parts.clone())
        } else if let Some(text) = &self.text {
            RequestBody::Text(text.clone())
        } else {
            RequestBody::None
        }
    }

    fn merged(&self, start: Option<Case>) -> Case {
        let start = start.unwrap_or_else(|| Case {
            endpoint: String::new(),
            name: String::new(),
            outcome: String::new(),
            code: None,
            status: None,
            account: Sender::First,
            method: None,
            path: IndexMap::new(),
            query: IndexMap::new(),
            headers: IndexMap::new(),
            body: RequestBody::None,
            source: String::new(),
        });
        let mut case = Case {
            endpoint: self.endpoint.value.clone(),
            name: self.case().to_owned(),
            outcome: self.outcome.value.clone(),
            code: self.code.as_ref().map(|code| code.value.clone()),
            status: self.status.as_ref().map(|status| status.value).or(start.status),
            account: match self.account.as_ref().map(|name| name.value.as_str()) {
                None => start.account,
                Some("none") => Sender::Nobody,
                Some(name) => Sender::Account(name.to_owned()),
            },
            method: self.method.as_ref().map(|method| method.value.clone()).or(start.method),
            path: joined(start.path, &self.path),
            query: joined(start.query, &self.query),
            headers: joined(start.headers, &self.headers),
            body: match (start.body, self.own_body()) {
                (body, RequestBody::None) => body,
                (RequestBody::Json(mut json), RequestBody::Json(own)) => {
                    merge(&mut json, &own);
                    RequestBody::Json(json)
                }
                (RequestBody::Form(mut pairs), RequestBody::Form(own)) => {
                    pairs.extend(own);
                    RequestBody::Form(pairs)
                }
                (RequestBody::Multipart(mut parts), RequestBody::Multipart(own)) => {
                    parts.extend(own);
                    RequestBody::Multipart(parts)
                }
                (_, own) => own,
            },
            source: if self.source.is_empty() { start.source } else { self.source.clone() },
        };
        for key in &self.without {
            case.take_out(key);
        }
        case
    }
}

impl Case {
    /// Takes out a key wherever it is, or what a JSON pointer into the body leads to.
    fn take_out(&mut self, key: &str) {
        if let (true, RequestBody::Json(json)) = (key.starts_with('/'), &mut self.body) {
            take_out_at(json, key);
            return;
        }
        self.query.shift_remove(key);
        self.headers.retain(|name, _| !name.eq_ignore_ascii_case(key));
        match &mut self.body {
            RequestBody::Json(Value::Object(map)) => {
                map.shift_remove(key);
            }
            RequestBody::Form(pairs) | RequestBody::Multipart(pairs) => {
                pairs.shift_remove(key);
            }
            _ => {}
        }
    }
}

fn take_out_at(json: &mut Value, pointer: &str) {
    let Some((parent, part)) = pointer.rsplit_once('/') else { return };
    let part = part.replace("~1", "/").replace("~0", "~");
    match json.pointer_mut(parent) {
        Some(Value::Object(map)) => {
            map.shift_remove(&part);
        }
        Some(Value::Array(list)) => {
            if let Some(at) = part.parse().ok().filter(|at| *at < list.len()) {
                list.remove(at);
            }
        }
        _ => {}
    }
}

fn joined(
    mut start: IndexMap<String, String>,
    own: &IndexMap<String, Located<String>>,
) -> IndexMap<String, String> {
    start.extend(own.iter().map(|(key, text)| (key.clone(), text.value.clone())));
    start
}

/// Merges as RFC 7396 does: objects key by key, null takes out, all else replaces.
fn merge(start: &mut Value, own: &Value) {
    let Value::Object(own) = own else {
        start.clone_from(own);
        return;
    };
    if !start.is_object() {
        *start = Value::Object(Map::new());
    }
    let Value::Object(start) = start else { return };
    for (key, value) in own {
        if value.is_null() {
            start.shift_remove(key);
        } else {
            merge(start.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests;
