//! Auth: who calls, by what the call carries.
//!
//! A [`Scheme`] is one to five parts; each stands somewhere in the call and is checked in one way
//! (one file a way). What a refusal is called is the pack's matter.

use std::{borrow::Cow, sync::Arc};

use ahash::AHashMap;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName};
use serde_json::Value;

pub mod owned;
pub mod paseto;

use self::{owned::Disowner, paseto::Verifier};
use crate::{
    memory::sessions::{Session, Sessions},
    pack::file::{AuthPlace, Encoding},
    render::scene::Scene,
};

/// How a caller shows who it is.
#[derive(Debug)]
pub struct Scheme {
    /// Its name in the pack.
    pub name: String,
    /// What a call must carry.
    pub parts: Vec<Part>,
    /// What the accounts' secrets look like when sent, all parts joined → account.
    pub accounts: AHashMap<String, usize>,
}

/// One credential.
#[derive(Debug)]
pub struct Part {
    /// The accounts' word for it.
    pub name: String,
    /// Where it stands.
    pub place: AuthPlace,
    /// The header's name, where it stands in one: ready, so that no call reads it.
    pub header: Option<HeaderName>,
    /// The word before it; a caller may write it in any case.
    pub word: Option<String>,
    /// How it is checked.
    pub check: PartCheck,
}

/// How a credential is checked.
#[derive(Debug)]
pub enum PartCheck {
    /// It equals the account's value, so written.
    Secret(Encoding),
    /// A login endpoint gave it, for this session name.
    Issued(String),
    /// It is a PASETO token.
    Paseto(Box<Verifier>),
}

/// Who calls.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Index of the account.
    pub account: usize,
    /// What its token claims.
    pub claims: Option<Arc<Value>>,
}

/// Where a call may carry credentials.
#[derive(Clone, Copy, Debug)]
pub struct Carried<'call> {
    /// Its headers.
    pub headers: &'call HeaderMap,
    /// Its query, decoded.
    pub query: &'call [(String, String)],
    /// Parts of its path by name, decoded.
    pub path_parameters: &'call [(String, String)],
    /// Its body, where it was read.
    pub body: Option<&'call Value>,
}

/// Why a caller is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A part is not there.
    Missing,
    /// It is there, but nobody has it.
    Wrong,
    /// The token of this part was right once.
    Expired(usize),
}

/// What joins the parts of a key: no header can hold it.
const GLUE: char = '\n';

impl Scheme {
    /// Who calls.
    ///
    /// # Errors
    ///
    /// Why that is not known.
    pub fn identify(&self, scene: &Scene, sessions: &Sessions) -> Result<Identity, Refusal> {
        // Most schemes have one secret; only several must be joined.
        let mut key = Cow::Borrowed("");
        let mut has_secret = false;
        let mut by_token = None;
        let mut disowner = Disowner::default();
        for (index, part) in self.parts.iter().enumerate() {
            let presented = part.presented(scene.carried())?;
            // Right they may be, but they were a tenant's that is no more.
            if scene.call.ended.is_some() {
                return Err(Refusal::Wrong);
            }
            match &part.check {
                PartCheck::Secret(encoding) => {
                    let presented = match &scene.tenant {
                        None => Cow::Borrowed(presented),
                        Some(tenant) => disowner.take(presented, *encoding, tenant)?,
                    };
                    if has_secret {
                        let key = key.to_mut();
                        key.reserve(presented.len() + 1);
                        key.push(GLUE);
                        key.push_str(&presented);
                    } else {
                        key = presented;
                    }
                    has_secret = true;
                }
                PartCheck::Issued(name) => match sessions.find(presented, scene.call.at_ms) {
                    Some(Session { name: given, account, alive: true, .. }) if given == *name => {
                        by_token = Some(Identity { account, claims: None });
                    }
                    Some(Session { name: given, .. }) if given == *name => {
                        return Err(Refusal::Expired(index));
                    }
                    _ => return Err(Refusal::Wrong),
                },
                PartCheck::Paseto(verifier) => {
                    let (account, claims) =
                        verifier.verify(presented, scene.call.at_ms).map_err(|_| Refusal::Wrong)?;
                    by_token = Some(Identity { account, claims: Some(claims) });
                }
            }
        }
        if has_secret {
            let account = *self.accounts.get(&*key).ok_or(Refusal::Wrong)?;
            return Ok(Identity { account, claims: by_token.and_then(|identity| identity.claims) });
        }
        Ok(by_token.unwrap_or_default())
    }

    /// What an account's secrets look like when sent, all parts joined; `None` where one is lacking.
    #[must_use]
    pub fn key_of(parts: &[Part], credentials: &[(String, String)]) -> Option<String> {
        let mut key = String::new();
        let mut first = true;
        for part in parts {
            let PartCheck::Secret(encoding) = part.check else { continue };
            let (_, value) = credentials.iter().find(|(name, _)| *name == part.name)?;
            if !first {
                key.push(GLUE);
            }
            first = false;
            key.push_str(&encoded(encoding, value));
        }
        (!first).then_some(key)
    }
}

/// An account's value as it is sent.
#[must_use]
pub fn encoded(encoding: Encoding, value: &str) -> String {
    match encoding {
        Encoding::Plain => value.to_owned(),
        Encoding::Base64 => BASE64_STANDARD.encode(value),
    }
}

impl Part {
    /// What the call carries in this place, without the word before it.
    ///
    /// # Errors
    ///
    /// Where it is not there, or no text, or another word stands before it.
    pub fn presented<'call>(&self, carried: Carried<'call>) -> Result<&'call str, Refusal> {
        let pair = |pairs: &'call [(String, String)], name: &str| {
            pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
        };
        let text = match &self.place {
            AuthPlace::Header(_) => {
                match self.header.as_ref().and_then(|name| carried.headers.get(name)) {
                    Some(value) => Some(value.to_str().map_err(|_| Refusal::Wrong)?),
                    None => None,
                }
            }
            AuthPlace::Query(name) => pair(carried.query, name),
            AuthPlace::Path(name) => pair(carried.path_parameters, name),
            AuthPlace::Body(name) => {
                carried.body.and_then(|body| body.get(name)).and_then(Value::as_str)
            }
        };
        let text = text.map(str::trim).filter(|text| !text.is_empty()).ok_or(Refusal::Missing)?;
        let Some(word) = &self.word else { return Ok(text) };
        let (before, rest) = text.split_once(' ').ok_or(Refusal::Wrong)?;
        if !before.eq_ignore_ascii_case(word) {
            return Err(Refusal::Wrong);
        }
        Ok(rest.trim_start())
    }
}
