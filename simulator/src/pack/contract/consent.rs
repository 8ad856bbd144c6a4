//! How a client comes to a session that a taxpayer consents to: `[consents.NAME]`.
//!
//! The pack's `[endpoints.consent]` says which endpoint takes which step and which of its fields
//! bring what; here stands what only answers show, and which requests make the handshake.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::pack::{
    Endpoint, Field, Pack,
    file::{FieldPlace, Name, StepFile},
    located::Located,
};

use super::{Case, RequestBody};

/// `[consents.NAME]`: every key may be left out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct HandshakeFile {
    /// The user's name; the harness adds what makes it a user of its own for each case.
    pub user: Option<Located<String>>,
    /// The state code, where no GSTIN tells it.
    pub state: Option<Located<String>>,
    /// The request that asks for an OTP: an endpoint, or `endpoint::case`. Left out, the first
    /// request of the first endpoint with that step; so the next three.
    pub request_otp: Option<Name>,
    /// The request that opens a session.
    pub open: Option<Name>,
    /// The request that refreshes one.
    pub refresh: Option<Name>,
    /// The request that ends one.
    pub close: Option<Name>,
    /// Where the answers of `open` and `refresh` have the token: a JSON pointer.
    pub token: Option<Located<String>>,
    /// Where they have the session key.
    pub session_key: Option<Located<String>>,
    /// Where answers under a session have their sealed parts.
    pub sealed: Option<SealedFile>,
}

/// Where the sealed parts of an answer are: JSON pointers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SealedFile {
    /// What is sealed.
    pub data: Located<String>,
    /// The answer's key.
    pub key: Located<String>,
    /// The HMAC.
    pub hmac: Located<String>,
}

/// A way to a session, as it stands in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The kind of session.
    pub kind: String,
    /// The user's name.
    pub user: String,
    /// The state code where no GSTIN tells it.
    pub state: String,
    /// Where answers have the token.
    pub token: String,
    /// Where answers have the session key.
    pub session_key: String,
    /// Where answers have what is sealed.
    pub data: String,
    /// Where answers have their key.
    pub response_key: String,
    /// Where answers have the HMAC.
    pub hmac: String,
}

impl HandshakeFile {
    /// With what is left out put in.
    #[must_use]
    pub fn whole(&self, kind: &str) -> Handshake {
        let text = |own: Option<&Located<String>>, other: &str| {
            own.map_or_else(|| other.to_owned(), |own| own.value.clone())
        };
        let sealed = self.sealed.as_ref();
        Handshake {
            kind: kind.to_owned(),
            user: text(self.user.as_ref(), "SIM_USER"),
            state: text(self.state.as_ref(), "27"),
            token: text(self.token.as_ref(), "/auth_token"),
            session_key: text(self.session_key.as_ref(), "/sek"),
            data: text(sealed.map(|sealed| &sealed.data), "/data"),
            response_key: text(sealed.map(|sealed| &sealed.key), "/rek"),
            hmac: text(sealed.map(|sealed| &sealed.hmac), "/hmac"),
        }
    }

    /// The request that is named for a step.
    #[must_use]
    pub fn named(&self, step: StepFile) -> Option<&Name> {
        match step {
            StepFile::RequestOtp => self.request_otp.as_ref(),
            StepFile::Open => self.open.as_ref(),
            StepFile::Refresh => self.refresh.as_ref(),
            StepFile::Close => self.close.as_ref(),
            StepFile::Use => None,
        }
    }
}

/// The case that a name leads to: `endpoint::case`, or the first of an endpoint.
#[must_use]
pub fn case_named<'cases>(cases: &'cases [Case], name: &str) -> Option<&'cases Case> {
    match name.split_once("::") {
        Some((endpoint, case)) => {
            cases.iter().find(|one| one.endpoint == endpoint && one.name == case)
        }
        None => cases.iter().find(|one| one.endpoint == name),
    }
}

/// The case that takes a step of a kind of session: the one that is named, else the first request
/// of the first endpoint with that step.
#[must_use]
pub fn case_of_step<'cases>(
    pack: &Pack,
    cases: &'cases [Case],
    kind: usize,
    step: StepFile,
    named: Option<&str>,
) -> Option<&'cases Case> {
    if let Some(name) = named {
        return case_named(cases, name);
    }
    let takes = |endpoint: &&Endpoint| {
        endpoint.consent.as_ref().is_some_and(|own| own.kind == kind && own.step == step)
    };
    let endpoint = pack.endpoints.iter().find(takes)?;
    cases.iter().find(|case| case.endpoint == endpoint.name)
}

/// Where the schema of what is sealed in an answer may be, below `contract/payloads/`.
#[must_use]
pub fn payload_names(
    endpoint: &str,
    case: &str,
    outcome: &str,
    named: Option<&str>,
) -> Vec<String> {
    match named {
        Some(name) => vec![name.to_owned()],
        None => {
            vec![format!("{endpoint}-{case}"), format!("{endpoint}-{outcome}"), endpoint.to_owned()]
        }
    }
}

impl Case {
    /// What a request brings for a field, as a text; holes and all.
    #[must_use]
    pub fn brings(&self, field: &Field) -> Option<String> {
        let keys = || std::iter::once(&field.key).chain(&field.also);
        let in_body = || keys().find_map(|key| self.body.text_at(key));
        let in_query = || keys().find_map(|key| self.query.get(key).cloned());
        match field.place {
            FieldPlace::Path => keys().find_map(|key| self.path.get(key).cloned()),
            FieldPlace::Query => in_query(),
            FieldPlace::Header => keys().find_map(|key| {
                let mut headers = self.headers.iter();
                let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(key));
                found.map(|(_, value)| value.clone())
            }),
            FieldPlace::Body => in_body(),
            FieldPlace::Anywhere => in_body().or_else(in_query),
        }
    }

    /// Whether `without` took this field out.
    #[must_use]
    pub fn lacks_on_purpose(&self, field: &Field) -> bool {
        std::iter::once(&field.key)
            .chain(&field.also)
            .chain(std::iter::once(&field.name))
            .any(|key| self.left_out.iter().any(|out| out.eq_ignore_ascii_case(key)))
    }
}

impl Case {
    /// Adds what the endpoint's step of a session needs and the request leaves out, but not on
    /// purpose: holes, for whoever has the session.
    pub fn bring_session(&mut self, endpoint: &Endpoint) {
        let Some(step) = &endpoint.consent else { return };
        let key = if step.step == StepFile::Refresh { "refresh_key" } else { "app_key" };
        let sealed = self.seal.is_some();
        let needed = [
            (Some(step.user), "user"),
            (Some(step.state), "state"),
            (step.token, "token"),
            (step.app_key, key),
            (step.otp, "otp"),
            (step.data.filter(|_| sealed), "data"),
            (step.hmac.filter(|_| sealed), "hmac"),
        ];
        for (field, word) in needed {
            let Some(field) = field.and_then(|index| endpoint.fields.get(index)) else { continue };
            if self.brings(field).is_none() && !self.lacks_on_purpose(field) {
                self.set_hole(field, word);
            }
        }
    }

    /// Puts `{{ consent.<word> }}` where a field is read from.
    pub fn set_hole(&mut self, field: &Field, word: &str) {
        let text = format!("{{{{ consent.{word} }}}}");
        let key = field.key.clone();
        match field.place {
            FieldPlace::Path => {
                self.path.insert(key, text);
            }
            FieldPlace::Header => {
                self.headers.insert(key, text);
            }
            FieldPlace::Query => {
                self.query.insert(key, text);
            }
            FieldPlace::Anywhere if matches!(self.body, RequestBody::None) => {
                self.query.insert(key, text);
            }
            FieldPlace::Body | FieldPlace::Anywhere => {
                if matches!(self.body, RequestBody::None) {
                    self.body = RequestBody::Json(Value::Object(Map::new()));
                }
                match &mut self.body {
                    RequestBody::Json(Value::Object(map)) if !key.starts_with('/') => {
                        map.insert(key, text.into());
                    }
                    RequestBody::Form(pairs) | RequestBody::Multipart(pairs) => {
                        pairs.insert(key, text);
                    }
                    _ => {}
                }
            }
        }
    }
}

impl RequestBody {
    /// A text at a top-level key or a JSON pointer; other values as JSON writes them.
    fn text_at(&self, key: &str) -> Option<String> {
        match self {
            Self::Json(json) => {
                let found = if key.starts_with('/') { json.pointer(key) } else { json.get(key) }?;
                Some(found.as_str().map_or_else(|| found.to_string(), str::to_owned))
            }
            Self::Form(pairs) | Self::Multipart(pairs) => pairs.get(key).cloned(),
            Self::None | Self::Text(_) => None,
        }
    }
}
