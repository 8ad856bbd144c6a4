//! A client of a session by consent: its keys, the network's certificate, the token.
//!
//! Everything is fixed by the client's name, so that the same case sends the same bytes, and what
//! comes back can be held against a reviewed answer to the last one.
//!
//! - [`crypto`]: AES, HMAC and RSA, not the simulator's
//! - [`certificate`]: the network's public key
//! - [`words`]: what fills the holes of a request, right and wrong
//! - [`opening`]: what is sealed in an answer
//! - [`archive`]: what is in a file

use rsa::RsaPublicKey;
use serde_json::Value;

pub mod archive;
pub mod certificate;
pub mod crypto;
pub mod opening;
pub mod words;

#[cfg(test)]
mod tests;

use self::crypto::{Key, from_base64, sha256};
use crate::mismatch::{Mismatch, brief};
use gsp_simulator::pack::contract::{Handshake, flows::FIRST_CLIENT};

/// A session that is open, or was.
#[derive(Clone, Debug)]
pub struct Session {
    /// The token.
    pub token: String,
    /// The key for data.
    pub session_key: Key,
    /// The client's key at that time.
    pub app_key: Key,
}

/// Who has a session, or wants one.
#[derive(Clone, Debug)]
pub struct Client {
    /// The user's name.
    pub user: String,
    /// The state code.
    pub state: String,
    /// The GSTIN that it is about; empty where nothing tells it.
    pub gstin: String,
    /// The one-time password that arrived.
    pub otp: Option<String>,
    /// The session of now.
    pub session: Option<Session>,
    /// The one of before the last refresh.
    pub before: Option<Session>,
    name: String,
    app_key: Key,
    /// The key that goes with the refresh that was sent last.
    next_app_key: Option<Key>,
    network: RsaPublicKey,
    network_before: Option<RsaPublicKey>,
    /// A key that only the request under way has.
    other_key: Option<Key>,
    /// The text that the key was last sent as.
    sent_app_key: Option<String>,
    /// Keys and paddings that were made.
    made: u64,
}

impl Client {
    /// A client with keys that its name settles; the first one's are those of the documents'
    /// vectors. With a salt they are nobody else's.
    #[must_use]
    pub fn new(name: &str, salt: Option<&[u8; 32]>, network: RsaPublicKey) -> Self {
        let mut app_key = [0; 32];
        for (byte, value) in app_key.iter_mut().zip(0..) {
            *byte = value;
        }
        let name = match salt {
            Some(salt) => format!("{name}, {}", crypto::hex(&sha256(salt))),
            None => name.to_owned(),
        };
        if name != FIRST_CLIENT {
            app_key = sha256(format!("the app key of {name}").as_bytes());
        }
        Self {
            user: String::new(),
            state: String::new(),
            gstin: String::new(),
            otp: None,
            session: None,
            before: None,
            name,
            app_key,
            next_app_key: None,
            other_key: None,
            network,
            network_before: None,
            sent_app_key: None,
            made: 0,
        }
    }

    /// Takes the network's certificate anew.
    pub fn trust(&mut self, network: RsaPublicKey) {
        if network != self.network {
            self.network_before = Some(std::mem::replace(&mut self.network, network));
        }
    }

    /// The network opened a session, or refreshed this one: keeps token and keys. An answer
    /// without a token changes nothing.
    pub fn learn(&mut self, answer: &Value, way: &Handshake, refreshed: bool) -> Option<Mismatch> {
        let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str);
        let token = text(&way.token).filter(|token| !token.is_empty())?.to_owned();
        let app_key = match self.next_app_key.take() {
            Some(next) if refreshed => next,
            _ => self.app_key,
        };
        let sealed = text(&way.session_key).unwrap_or_default();
        let Some(session_key) = unwrapped(&app_key, sealed) else {
            let promised = "a session key under the client's key";
            let found = brief(answer.pointer(&way.session_key).unwrap_or(&Value::Null));
            return Some(Mismatch::new(&way.session_key, promised, found));
        };
        self.app_key = app_key;
        let before = self.session.replace(Session { token, session_key, app_key });
        if refreshed {
            self.before = before;
        }
        None
    }

    /// The keys that it sends or has sent, for a recording of its own.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        [Some(self.app_key), self.other_key, self.next_app_key].into_iter().flatten()
    }

    /// Begins a request; `with_another_key` where it brings another key than the ones before, and
    /// the OTP under that.
    pub fn begin(&mut self, with_another_key: bool) {
        self.other_key = with_another_key.then(|| self.fresh_key());
    }

    /// The next key that the client makes.
    fn fresh_key(&mut self) -> Key {
        self.made += 1;
        sha256(format!("key {} of {}", self.made, self.name).as_bytes())
    }

    /// The next padding's seed.
    fn seed(&mut self) -> u64 {
        self.made += 1;
        self.made
    }
}

/// A key from under another: Base64 of AES of 32 bytes.
fn unwrapped(under: &Key, sealed: &str) -> Option<Key> {
    crypto::decrypt(under, &from_base64(sealed)?)?.try_into().ok()
}
