//! What the tax network seals: opened with the session's keys, replaced, and sealed again.
//!
//! A recording has keys of its own, which everybody may know: the client's is that of the documents'
//! vectors, the others follow from it and from the token's stand-in. So what is sealed in a recording can
//! be opened by whoever reads it, and a second look at it changes nothing.

use std::collections::HashSet;

use gsp_simulator::{
    gstn::{
        Key,
        envelope::{
            self, Sealed, SealedRequest, open_otp, open_request, open_response, seal_otp,
            seal_request, seal_response, unwrap_key, wrap_key,
        },
    },
    pack::{ConsentStep, Endpoint, contract::Handshake, contract::PersonalKind},
};
use serde_json::Value;

use super::json::Walk;
use crate::{client::crypto::sha256, recording::pseudonyms::Pseudonyms};

/// So many keys and sessions are remembered; the oldest goes first.
const MOST: usize = 1_000;

/// The keys of the sessions that were heard so far.
#[derive(Debug)]
pub struct Keyring {
    /// Keys of clients.
    app_keys: Vec<Key>,
    sessions: Vec<Session>,
}

/// A session's key and the one in its place.
#[derive(Clone, Copy, Debug)]
struct Session {
    real: Key,
    stand_in: Key,
}

/// The client's key in a recording: 0, 1, 2 … 31.
#[must_use]
pub fn client_key() -> Key {
    let mut bytes = [0; 32];
    for (byte, value) in bytes.iter_mut().zip(0..) {
        *byte = value;
    }
    Key(bytes)
}

impl Default for Keyring {
    fn default() -> Self {
        Self { app_keys: vec![client_key()], sessions: Vec::new() }
    }
}

impl Keyring {
    /// A client's key is known from now on.
    pub fn add(&mut self, key: Key) {
        if !self.app_keys.contains(&key) {
            if self.app_keys.len() >= MOST {
                self.app_keys.remove(1);
            }
            self.app_keys.push(key);
        }
    }

    fn open_session(&mut self, session: Session) {
        self.sessions.retain(|known| known.real != session.real);
        if self.sessions.len() >= MOST {
            self.sessions.remove(0);
        }
        self.sessions.push(session);
    }

    /// Sees to the sealed parts of a request's body.
    pub fn request(
        &mut self,
        pseudonyms: &mut Pseudonyms,
        endpoint: &Endpoint,
        own: &ConsentStep,
        body: &mut Value,
        done: &mut HashSet<String>,
        dropped: &mut Vec<String>,
    ) {
        let key_of = |index: Option<usize>| {
            let field = endpoint.fields.get(index?)?;
            let name = &field.key;
            Some(if name.starts_with('/') { name.clone() } else { format!("/{name}") })
        };
        let mut put = |body: &mut Value, at: &str, new: String| {
            if let Some(value) = body.pointer_mut(at) {
                *value = new.into();
            }
            done.insert(at.to_owned());
        };
        if let Some((at, sealed)) =
            key_of(own.otp).and_then(|at| Some((at.clone(), text(body, &at)?)))
            && let Some(otp) =
                self.app_keys.iter().rev().find_map(|key| open_otp(key, &sealed).ok())
            && otp.is_ascii()
        {
            let otp = pseudonyms.text(Some(PersonalKind::Otp), &otp);
            put(body, &at, seal_otp(&client_key(), &otp));
        }
        if let Some((at, wrapped)) =
            key_of(own.app_key).and_then(|at| Some((at.clone(), text(body, &at)?)))
            && let Some((session, key)) = self
                .sessions
                .iter()
                .rev()
                .find_map(|session| Some((*session, unwrap_key(&wrapped, &session.real).ok()?)))
        {
            self.add(key);
            put(body, &at, wrap_key(&client_key(), &session.stand_in));
        }
        let Some((at, data)) = key_of(own.data).and_then(|at| Some((at.clone(), text(body, &at)?)))
        else {
            return;
        };
        let hmac_at = key_of(own.hmac);
        let hmac = hmac_at.as_ref().and_then(|at| text(body, at)).unwrap_or_default();
        let sealed = SealedRequest { data, hmac };
        let opened = self.sessions.iter().rev().find_map(|session| {
            let json = open_request(&session.real, &sealed).ok()?;
            Some((*session, serde_json::from_slice::<Value>(&json).ok()?))
        });
        let new = if let Some((session, mut json)) = opened {
            walk(pseudonyms, &mut json, &at);
            seal_request(&session.stand_in, json.to_string().as_bytes())
        } else {
            // Base64 of JSON is seen to as such.
            if is_base64_of_json(&sealed.data) {
                return;
            }
            dropped.push(format!("request body {at}: sealed, and no key that was given opens it"));
            SealedRequest::default()
        };
        put(body, &at, new.data);
        if let Some(at) = hmac_at {
            put(body, &at, new.hmac);
        }
    }

    /// Sees to the sealed parts of an answer, and learns the keys that it gives.
    pub fn reply(
        &mut self,
        pseudonyms: &mut Pseudonyms,
        way: &Handshake,
        body: &mut Value,
        done: &mut HashSet<String>,
        dropped: &mut Vec<String>,
    ) {
        let mut put = |body: &mut Value, at: &str, new: String| {
            if let Some(value) = body.pointer_mut(at) {
                *value = new.into();
            }
            done.insert(at.to_owned());
        };
        if let (Some(token), Some(wrapped)) = (text(body, &way.token), text(body, &way.session_key))
        {
            let token = pseudonyms.text(Some(PersonalKind::Token), &token);
            let real = self.app_keys.iter().rev().find_map(|key| unwrap_key(&wrapped, key).ok());
            if let Some(real) = real {
                let stand_in = Key(sha256(format!("the session key of {token}").as_bytes()));
                self.open_session(Session { real, stand_in });
                put(body, &way.session_key, wrap_key(&stand_in, &client_key()));
            } else {
                let at = &way.session_key;
                dropped.push(format!(
                    "reply body {at}: the session's key, and no client's key that was given opens it"
                ));
                put(body, at, String::new());
            }
            put(body, &way.token, token);
        }
        let (Some(data), Some(rek)) = (text(body, &way.data), text(body, &way.response_key)) else {
            return;
        };
        let sealed = Sealed { data, rek, hmac: text(body, &way.hmac).unwrap_or_default() };
        let opened = self.sessions.iter().rev().find_map(|session| {
            let json = open_response(&session.real, &sealed).ok()?;
            Some((*session, serde_json::from_slice::<Value>(&json).ok()?))
        });
        let new = if let Some((session, mut json)) = opened {
            walk(pseudonyms, &mut json, &way.data);
            let json = json.to_string();
            let seed = [&b"the answer's key"[..], &session.stand_in.0, json.as_bytes()].concat();
            seal_response(&Key(sha256(&seed)), &session.stand_in, json.as_bytes())
        } else {
            dropped.push(format!(
                "reply body {}: sealed, and no key that was given opens it",
                way.data
            ));
            envelope::Sealed::default()
        };
        put(body, &way.data, new.data);
        put(body, &way.response_key, new.rek);
        put(body, &way.hmac, new.hmac);
    }
}

fn walk(pseudonyms: &mut Pseudonyms, json: &mut Value, at: &str) {
    let mut steps = at.split('/').skip(1).map(str::to_owned).collect();
    let done = HashSet::new();
    Walk { pseudonyms, fields: &[], done: &done, depth: 0 }.value(json, &mut steps);
}

fn is_base64_of_json(text: &str) -> bool {
    crate::client::crypto::from_base64(text)
        .is_some_and(|bytes| serde_json::from_slice::<Value>(&bytes).is_ok())
}

/// The text at a pointer; `None` where none is there or it is empty.
fn text(body: &Value, at: &str) -> Option<String> {
    body.pointer(at).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}
