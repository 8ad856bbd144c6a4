//! One request of `contract/requests.toml`, as it is written and as it stands in the end.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Case, RequestBody, Sender, SessionOf};
use crate::pack::{file::Name, located::Located};

/// One request and what should come of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequestFile {
    /// The endpoint it goes to.
    pub endpoint: Name,
    /// Its name there; left out, the outcome.
    #[serde(default)]
    pub case: Option<Name>,
    /// The earlier case that it starts from: one of this endpoint, or `endpoint::case`.
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
    /// The session it is made under: a kind, or `none`. Left out, what the endpoint's step needs.
    #[serde(default)]
    pub session: Option<Name>,
    /// The user that the session is opened for; left out, one of the case's own.
    #[serde(default)]
    pub session_user: Option<Located<String>>,
    /// The state code that it is opened for; left out, that of the request's GSTIN.
    #[serde(default)]
    pub session_state: Option<Located<String>>,
    /// The JSON that the sealed data of the request is made from.
    #[serde(default)]
    pub seal: Option<Value>,
    /// What is sealed in the answer must satisfy `contract/payloads/<payload>.schema.json`.
    #[serde(default)]
    pub payload: Option<Name>,
    /// It asks about somebody whose business is as this seed makes it: where the target's seed is
    /// another, it is not tried.
    #[serde(default)]
    pub seed: Option<u64>,
    /// What of its taxpayer the answer hangs on, where a vendor's own side cannot be asked about
    /// another one: it is not tried there.
    #[serde(default)]
    pub hangs_on: Option<Located<String>>,
    /// What the simulator's journal must say of it, or a part of that.
    #[serde(default)]
    pub explained: Option<Located<String>>,
    /// The setting of the pack whose default it relies on, where the vendor's documents can be read
    /// in more than one way: a live run of this request tells which reading holds.
    #[serde(default)]
    pub reading: Option<Located<String>>,
    /// What is taken out after `like` was merged: a key of the query, the headers or the body, or
    /// a JSON pointer into the body.
    #[serde(default)]
    pub without: Vec<Name>,
    /// Where this is written.
    #[serde(default)]
    pub source: String,
}

impl RequestFile {
    /// Its name at its endpoint.
    #[must_use]
    pub fn case(&self) -> &str {
        self.case.as_ref().unwrap_or(&self.outcome)
    }

    pub(super) fn bodies(&self) -> usize {
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

    pub(super) fn merged(&self, start: Option<Case>) -> Case {
        let start = start.unwrap_or_default();
        let abroad = start.endpoint != self.endpoint.value;
        // Of another endpoint's case only what is sent counts.
        let (start_status, start_source) =
            if abroad { (None, String::new()) } else { (start.status, start.source) };
        let same = !abroad && start.outcome == self.outcome.value;
        let named = |own: &Option<Located<String>>| own.as_ref().map(|own| own.value.clone());
        let mut case = Case {
            endpoint: self.endpoint.value.clone(),
            name: self.case().to_owned(),
            outcome: self.outcome.value.clone(),
            code: self.code.as_ref().map(|code| code.value.clone()),
            status: self.status.as_ref().map(|status| status.value).or(start_status),
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
            session: match self.session.as_ref().map(|name| name.value.as_str()) {
                None => start.session,
                Some("none") => SessionOf::Nobody,
                Some(kind) => SessionOf::Kind(kind.to_owned()),
            },
            session_user: named(&self.session_user).or(start.session_user),
            session_state: named(&self.session_state).or(start.session_state),
            seal: match (start.seal, &self.seal) {
                (Some(mut json), Some(own)) => {
                    merge(&mut json, own);
                    Some(json)
                }
                (json, own) => own.clone().or(json),
            },
            payload: named(&self.payload).or(start.payload.filter(|_| same)),
            seed: self.seed.or(start.seed),
            hangs_on: named(&self.hangs_on),
            explained: named(&self.explained),
            reading: named(&self.reading),
            left_out: start.left_out,
            source: if self.source.is_empty() { start_source } else { self.source.clone() },
        };
        for key in &self.without {
            case.take_out(key);
        }
        // What is written again was not left out.
        let Self { query, headers, .. } = self;
        case.left_out.retain(|key| {
            let again = |name: &String| name.eq_ignore_ascii_case(key);
            !query.keys().any(again) && !headers.keys().any(again)
        });
        case
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
pub(super) fn merge(start: &mut Value, own: &Value) {
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
