//! What is sent: a case's request with the credentials of its account.

use std::fmt::Write as _;

use gsp_simulator::{
    auth::{PartCheck, Scheme, encoded},
    pack::{Account, contract::RequestBody, file::AuthPlace},
};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::{Case, login::Tokens};
use crate::target::Live;

/// A request, ready to be sent to a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// The vendor's own path, percent-encoded.
    pub path: String,
    /// The query.
    pub query: Vec<(String, String)>,
    /// Headers; a later one of the same name wins.
    pub headers: Vec<(String, String)>,
    /// What it carries.
    pub body: RequestBody,
}

/// Why a case cannot be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Only a login gives this token.
    #[error(
        "`{session}` is given by a login, and `[tokens]` in `contract/requests.toml` does not say where"
    )]
    Login {
        /// The session.
        session: String,
    },
    /// No session can be had, or its request cannot be made.
    #[error("{0}")]
    Session(String),
    /// The login's answer has none.
    #[error("{0}")]
    NoToken(String),
    /// The token cannot be made.
    #[error("no token can be made for `{part}`")]
    Token {
        /// The auth part.
        part: String,
    },
}

impl Case {
    /// What is sent at that time, with the tokens of [`Case::logins`]; to a live side with its own
    /// credentials.
    ///
    /// # Errors
    ///
    /// Credentials that cannot be made from the pack.
    pub fn request(
        &self,
        now_ms: i64,
        tokens: &Tokens,
        live: Option<&Live>,
    ) -> Result<Request, RequestError> {
        let asked = &self.asked;
        let pairs = |map: &indexmap::IndexMap<String, String>| -> Vec<(String, String)> {
            map.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        let mut request = Request {
            method: self.method.clone(),
            path: self.path.clone(),
            query: pairs(&asked.query),
            headers: Vec::new(),
            body: asked.body.clone(),
        };
        for (name, value) in &asked.path {
            request.fill(name, value);
        }
        // An outcome that is asked for needs no token.
        let forced = self.wish.is_some();
        let scheme = self.scheme.and_then(|index| self.pack.schemes.get(index));
        let account = self.account.and_then(|index| self.pack.accounts.get(index));
        if let (Some(scheme), Some(account)) = (scheme, account) {
            let own = |part: &str| live?.credential(&self.vendor, &account.name, part);
            let tokens = (!forced).then_some(tokens);
            let signing = Signing { now_ms, tokens, live: live.is_some(), own: &own };
            request.sign(scheme, account, &signing)?;
        }
        let more = live.and_then(|live| live.vendor(&self.vendor));
        for (name, value) in more.map(|vendor| vendor.headers.as_slice()).unwrap_or_default() {
            request.headers.push((name.clone(), value.expose_secret().to_owned()));
        }
        request.headers.extend(pairs(&asked.headers));
        if let Some(wish) = &self.wish {
            request.headers.push(("x-sim-outcome".to_owned(), wish.clone()));
        }
        Ok(request)
    }

    /// The request in a line, for people: no credentials, the body where it is short.
    #[must_use]
    pub fn told(&self) -> String {
        const LONGEST: usize = 300;
        let mut told = format!("{} /{}{}", self.method, self.vendor, self.path);
        for (name, value) in &self.asked.path {
            told = told.replace(&format!("{{{name}}}"), &segment(value));
        }
        for (index, (key, value)) in self.asked.query.iter().enumerate() {
            told.push(if index == 0 { '?' } else { '&' });
            let _ = write!(told, "{key}={value}");
        }
        let account = self.account.and_then(|index| self.pack.accounts.get(index));
        match account {
            Some(account) if self.account != Some(0) && self.scheme.is_some() => {
                let _ = write!(told, ", account {}", account.name);
            }
            None if self.scheme.is_some() => told.push_str(", no account"),
            _ => {}
        }
        let secret =
            |name: &str| self.pack.secret_headers.iter().any(|one| one.eq_ignore_ascii_case(name));
        for (name, value) in &self.asked.headers {
            let value = if secret(name) { "…" } else { value };
            let _ = write!(told, ", {name}: {value}");
        }
        if let Some(wish) = &self.wish {
            let _ = write!(told, ", x-sim-outcome: {wish}");
        }
        let body = match &self.asked.body {
            RequestBody::None => return told,
            RequestBody::Json(json) => json.to_string(),
            RequestBody::Form(pairs) => format!("form {}", serde_json::json!(pairs)),
            RequestBody::Multipart(pairs) => format!("multipart {}", serde_json::json!(pairs)),
            RequestBody::Text(text) => format!("text {}", Value::from(text.as_str())),
        };
        let cut: String = body.chars().take(LONGEST).collect();
        let more = if cut.len() < body.len() { "…" } else { "" };
        format!("{told}, {cut}{more}")
    }
}

/// What credentials are made from.
struct Signing<'a> {
    now_ms: i64,
    tokens: Option<&'a Tokens>,
    /// Whether only a target's own credentials count.
    live: bool,
    /// A target's own credential, by auth part.
    own: &'a dyn Fn(&str) -> Option<&'a str>,
}

impl Request {
    fn fill(&mut self, name: &str, value: &str) {
        self.path = self.path.replace(&format!("{{{name}}}"), &segment(value));
    }

    fn sign(
        &mut self,
        scheme: &Scheme,
        account: &Account,
        signing: &Signing<'_>,
    ) -> Result<(), RequestError> {
        for part in &scheme.parts {
            let known = account.credentials.iter().find(|(name, _)| *name == part.name);
            let known = known.map(|(_, value)| value.as_str());
            let own = if signing.live { (signing.own)(&part.name) } else { known };
            let text = match &part.check {
                PartCheck::Secret(encoding) => {
                    let Some(value) = own else { continue };
                    encoded(*encoding, value)
                }
                // A vendor's tokens are signed by the vendor.
                PartCheck::Paseto(_) if signing.live => {
                    let Some(token) = own else { continue };
                    token.to_owned()
                }
                PartCheck::Paseto(verifier) => verifier
                    .mint(signing.now_ms, None, account.claims.clone())
                    .map_err(|_| RequestError::Token { part: part.name.clone() })?,
                PartCheck::Issued(session) => {
                    let Some(tokens) = signing.tokens else { continue };
                    let lacking = || RequestError::Login { session: session.clone() };
                    tokens.get(session).cloned().ok_or_else(lacking)?
                }
            };
            let text = match &part.word {
                Some(word) => format!("{word} {text}"),
                None => text,
            };
            match &part.place {
                AuthPlace::Header(name) => self.headers.push((name.clone(), text)),
                AuthPlace::Query(name) => self.query.push((name.clone(), text)),
                AuthPlace::Path(name) => self.fill(name, &text),
                AuthPlace::Body(name) => match &mut self.body {
                    RequestBody::Json(Value::Object(map)) => {
                        map.entry(name.clone()).or_insert(Value::from(text));
                    }
                    RequestBody::Form(pairs) | RequestBody::Multipart(pairs) => {
                        pairs.entry(name.clone()).or_insert(text);
                    }
                    _ => {}
                },
            }
        }
        Ok(())
    }
}

/// A text as one segment of a path.
fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_a_slash_stays_one_segment() {
        assert_eq!(segment("a/b c-1"), "a%2Fb%20c-1");
    }
}
