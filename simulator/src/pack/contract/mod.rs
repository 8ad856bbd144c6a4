//! `contract/requests.toml`: the requests that should cause what a vendor's documents tell of.
//!
//! Read by the check and by the contract suite alike. A request may start from an earlier one of
//! its endpoint, or of another; [`ContractFile::cases`] gives each as it stands in the end.
//! [`holes`] are filled by whoever sends it, [`consent`] says how that one comes to a session,
//! [`personal`] what a recording must not keep.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{file::Name, located::Located};
use crate::{
    finding::{Finding, Source},
    render::expression::closest,
};

pub mod consent;
pub mod flows;
pub mod holes;
pub mod personal;
mod request;

pub use self::{
    consent::{Handshake, HandshakeFile, case_named, case_of_step, payload_names},
    flows::FlowsFile,
    personal::PersonalKind,
    request::RequestFile,
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
    /// What values tell of somebody, for recordings: JSON pointer (`*` is any one step, `**` any
    /// number of them) → kind. What the bodies' holes tell need not be said.
    pub personal: IndexMap<String, Located<PersonalKind>>,
    /// Where answers have the vendor's code: JSON pointers, the first that is there counts. Left
    /// out where the code is the HTTP status, or there is none.
    pub code_at: Vec<Located<String>>,
    /// Where a login endpoint's answer has its token: session → JSON pointer.
    pub tokens: IndexMap<String, Located<String>>,
    /// How a client comes to a session that a taxpayer consents to, by its kind.
    pub consents: IndexMap<String, HandshakeFile>,
}

/// A request as it stands in the end.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// The session it is made under.
    pub session: SessionOf,
    /// The user that the session is opened for, where it is not one of the case's own.
    pub session_user: Option<String>,
    /// The state code that it is opened for, where it is not that of the request's GSTIN.
    pub session_state: Option<String>,
    /// The JSON that the sealed data of the request is made from.
    pub seal: Option<Value>,
    /// What is sealed in the answer must satisfy this schema below `contract/payloads/`.
    pub payload: Option<String>,
    /// The seed that it holds for, where it does not for all.
    pub seed: Option<u64>,
    /// What of its taxpayer the answer hangs on.
    pub hangs_on: Option<String>,
    /// A part of what the simulator's journal must say of it.
    pub explained: Option<String>,
    /// The setting whose default it relies on.
    pub reading: Option<String>,
    /// What was taken out on purpose.
    pub left_out: Vec<String>,
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

/// The session that a request is made under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SessionOf {
    /// Whichever the endpoint's step needs.
    #[default]
    Endpoint,
    /// None.
    Nobody,
    /// One of this kind.
    Kind(String),
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

    /// How a client comes to a kind of session.
    #[must_use]
    pub fn handshake(&self, kind: &str) -> Handshake {
        self.consents
            .get(kind)
            .map_or_else(|| HandshakeFile::default().whole(kind), |file| file.whole(kind))
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
                if like.contains("::") {
                    let found = case_named(&cases, like).cloned();
                    if found.is_none() {
                        let names: Vec<_> = cases.iter().map(Case::full_name).collect();
                        find(
                            format!("there is no case `{like}` before this one"),
                            like,
                            closest(like, &names),
                        );
                    }
                    return found;
                }
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

impl Case {
    /// `endpoint::case`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}::{}", self.endpoint, self.name)
    }

    /// Every text of the request that may have holes.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        let maps = self.path.values().chain(self.query.values()).chain(self.headers.values());
        let mut found: Vec<&str> = maps.map(String::as_str).collect();
        match &self.body {
            RequestBody::None => {}
            RequestBody::Json(json) => holes::texts(json, &mut found),
            RequestBody::Form(pairs) | RequestBody::Multipart(pairs) => {
                found.extend(pairs.values().map(String::as_str));
            }
            RequestBody::Text(text) => found.push(text),
        }
        if let Some(seal) = &self.seal {
            holes::texts(seal, &mut found);
        }
        found
    }

    /// Takes out a key wherever it is, or what a JSON pointer into the body leads to.
    fn take_out(&mut self, key: &str) {
        self.left_out.push(key.to_owned());
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

#[cfg(test)]
mod tests;
