//! Why a value that a client sent cannot be opened, in words.
//!
//! Nothing here is on the way of a call that goes well. When something does not open, what clients
//! are known to do wrong is tried until something fits: other paddings, modes and keys, one Base64
//! too many or too few. What fits is the [`Fault`]; what came to light is kept beside it.

use std::fmt;

use super::key::Key;

mod app_key;
mod attempt;
mod body;
mod fault;
mod mac;
#[cfg(test)]
mod tests;
mod value;
mod wire;

pub(super) use app_key::app_key;
pub use attempt::{Mode, Reading};
pub(super) use body::{body, public};
pub use body::{is_json, not_json};
pub use fault::{BareKey, Fault, Inside};
pub use mac::{Hash, MacFault, MacKey, Over, Written};
pub(super) use value::{is_otp, misopened, otp, refresh_key, wrapped_key};

/// What a value is called, and what a right one is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// The app key of OTPREQUEST, AUTHTOKEN and LOGOUT.
    AppKey,
    /// The one-time password of AUTHTOKEN.
    Otp,
    /// The app key of REFRESHTOKEN.
    RefreshKey,
    /// The session key, as the network answers with it.
    Sek,
    /// The response key, likewise.
    Rek,
    /// The body of a request or a response.
    Data,
    /// What proves it.
    Hmac,
}

impl Thing {
    /// What a right one is made of.
    #[must_use]
    pub fn recipe(self) -> &'static str {
        match self {
            Self::AppKey => "`app_key` = Base64(RSA-PKCS1(certificate's key, 32 bytes))",
            Self::Otp => "`otp` = Base64(AES-256-ECB(app key, the OTP's digits))",
            Self::RefreshKey => {
                "a refresh's `app_key` = Base64(AES-256-ECB(session key, 32 bytes))"
            }
            Self::Sek => "`sek` = Base64(AES-256-ECB(app key, 32 bytes))",
            Self::Rek => "`rek` = Base64(AES-256-ECB(session key, 32 bytes))",
            Self::Data => "`data` = Base64(AES-256-ECB(key, Base64(JSON)))",
            Self::Hmac => "`hmac` = Base64(HMAC-SHA256(key, Base64(JSON)))",
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AppKey => "`app_key`",
            Self::Otp => "`otp`",
            Self::RefreshKey => "`app_key` of the refresh",
            Self::Sek => "`sek`",
            Self::Rek => "`rek`",
            Self::Data => "`data`",
            Self::Hmac => "`hmac`",
        })
    }
}

/// The session's keys by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyName {
    /// Made by the client.
    AppKey,
    /// Made by the network, one a token.
    SessionKey,
    /// Made by the network, one a response.
    ResponseKey,
    /// Made by the network, one a large file.
    FileKey,
    /// The app key that a refresh replaced.
    OldAppKey,
    /// The session key that a refresh replaced.
    OldSessionKey,
    /// What comes out where a refresh's `sek` is opened with the app key of before it.
    MisopenedSessionKey,
}

impl fmt::Display for KeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AppKey => "the app key",
            Self::SessionKey => "the session key",
            Self::ResponseKey => "the response key",
            Self::FileKey => "the file key",
            Self::OldAppKey => "the app key of before the refresh",
            Self::OldSessionKey => "the session key of before the refresh",
            Self::MisopenedSessionKey => "`sek` opened with the key of before the refresh",
        })
    }
}

/// The key that a value ought to be under, and those that it may be under by mistake.
#[derive(Clone, Copy, Debug)]
pub struct Known<'keys> {
    /// What the right key is called.
    pub name: KeyName,
    /// The right key.
    pub key: Key,
    /// Others that the client has or had.
    pub others: &'keys [(KeyName, Key)],
}

impl Known<'_> {
    /// A key, and no others.
    #[must_use]
    pub fn alone(name: KeyName, key: Key) -> Self {
        Self { name, key, others: &[] }
    }

    /// The right one, then the others.
    fn all(&self) -> impl Iterator<Item = (KeyName, &Key)> {
        let others = self.others.iter().map(|(name, key)| (*name, key));
        std::iter::once((self.name, &self.key)).chain(others)
    }
}

/// Why a value cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Which value.
    pub thing: Thing,
    /// What is wrong with it.
    pub fault: Fault,
    /// What it opens to all the same: JSON or an OTP, never a key.
    pub opened: Option<String>,
}

impl Diagnosis {
    fn new(thing: Thing, fault: Fault) -> Self {
        Self { thing, fault, opened: None }
    }

    fn opened(mut self, plain: &[u8]) -> Self {
        self.opened = String::from_utf8(plain.to_vec()).ok();
        self
    }

    /// What to do next, as one line.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        self.fault.hint().unwrap_or_else(|| self.thing.recipe())
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.thing, self.fault)
    }
}

impl std::error::Error for Diagnosis {}
