//! Opens what a client sent, or says in words why it cannot be opened.

use super::{
    diagnose::{self, Diagnosis, KeyName, Known, Thing},
    envelope::{self, Sealed},
    key::Key,
    keys::KeyRing,
    primitives::from_base64,
};

/// A refresh's app key, by the habit of the client that sent it. The network documents the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshKey {
    /// A new key under the session key.
    New(Key),
    /// The key of before, under the session key.
    Old(Key),
    /// A key under RSA, as in the first step.
    ByRsa(Key),
    /// The Base64 of a key, once or twice, under the session key.
    DoubleBase64(Key),
}

impl RefreshKey {
    /// The key, whichever way it came.
    #[must_use]
    pub fn key(self) -> Key {
        match self {
            Self::New(key) | Self::Old(key) | Self::ByRsa(key) | Self::DoubleBase64(key) => key,
        }
    }
}

/// The app key of OTPREQUEST, AUTHTOKEN and LOGOUT, under the pair that serves after so many
/// rotations.
///
/// # Errors
///
/// What is wrong with it.
pub fn app_key(ring: &KeyRing, rotations: usize, text: &str) -> Result<Key, Diagnosis> {
    from_base64(text.as_bytes())
        .and_then(|sealed| ring.decrypt(rotations, &sealed))
        .and_then(|plain| Key::of(&plain))
        .ok_or_else(|| diagnose::app_key(ring, rotations, text))
}

/// The one-time password of AUTHTOKEN, 4 to 8 digits; `known` holds the app key.
///
/// # Errors
///
/// What is wrong with it; where digits came to light all the same, they are told too.
pub fn otp(known: &Known<'_>, text: &str) -> Result<String, Diagnosis> {
    envelope::open_otp(&known.key, text)
        .ok()
        .filter(|otp| diagnose::is_otp(otp.as_bytes()))
        .ok_or_else(|| diagnose::otp(known, text))
}

/// A session key (`sek`) or response key (`rek`) under the key that `known` holds.
///
/// # Errors
///
/// What is wrong with it.
pub fn wrapped_key(thing: Thing, known: &Known<'_>, text: &str) -> Result<Key, Diagnosis> {
    envelope::unwrap_key(text, &known.key).map_err(|_| diagnose::wrapped_key(thing, known, text))
}

/// The app key of REFRESHTOKEN; `known` holds the session key, and the present app key among the
/// others. Whether each way that it may have
/// come is let pass is for the caller to say.
///
/// # Errors
///
/// What is wrong with it.
pub fn refresh_key(
    known: &Known<'_>,
    (ring, rotations): (&KeyRing, usize),
    text: &str,
) -> Result<RefreshKey, Diagnosis> {
    match envelope::open_bytes(&known.key, text) {
        Ok(bytes) => match Key::of(&bytes) {
            Some(key) if known.others.contains(&(KeyName::AppKey, key)) => {
                return Ok(RefreshKey::Old(key));
            }
            Some(key) => return Ok(RefreshKey::New(key)),
            None => {
                let once = from_base64(&bytes);
                let twice = once.as_deref().and_then(from_base64);
                let key = [once, twice].into_iter().flatten().find_map(|bytes| Key::of(&bytes));
                if let Some(key) = key {
                    return Ok(RefreshKey::DoubleBase64(key));
                }
            }
        },
        Err(_) => {
            if let Ok(key) = app_key(ring, rotations, text) {
                return Ok(RefreshKey::ByRsa(key));
            }
        }
    }
    Err(diagnose::refresh_key(known, (ring, rotations), text))
}

/// The JSON of a request; `known` holds the session key. Without an HMAC none is looked for, as
/// where a filing is signed in another way.
///
/// # Errors
///
/// What is wrong with it; JSON that came to light all the same is told too.
pub fn request(known: &Known<'_>, data: &str, hmac: Option<&str>) -> Result<Vec<u8>, Diagnosis> {
    envelope::open_body(&known.key, data, hmac).map_err(|_| diagnose::body(known, data, hmac))
}

/// The JSON of a response; `known` holds the session key.
///
/// # Errors
///
/// What is wrong with it, from `rek` on.
pub fn response(known: &Known<'_>, sealed: &Sealed) -> Result<Vec<u8>, Diagnosis> {
    if let Ok(json) = envelope::open_response(&known.key, sealed) {
        return Ok(json);
    }
    if sealed.rek.is_empty() {
        return Err(diagnose::public(&sealed.data));
    }
    let response_key = wrapped_key(Thing::Rek, known, &sealed.rek)?;
    let mut others = vec![(known.name, known.key)];
    others.extend_from_slice(known.others);
    let known = Known { name: KeyName::ResponseKey, key: response_key, others: &others };
    request(&known, &sealed.data, Some(&sealed.hmac))
}

/// The JSON in a file of a large return; `known` holds the file key. Quotes around it do not count.
///
/// # Errors
///
/// What is wrong with it.
pub fn file(known: &Known<'_>, text: &str) -> Result<Vec<u8>, Diagnosis> {
    request(known, envelope::unquoted(text), None)
}

/// The keys that a client may still use by mistake after a refresh.
#[must_use]
pub fn after_refresh(
    (app_key, session_key): (&Key, &Key),
    (old_app_key, old_session_key): (&Key, &Key),
) -> Vec<(KeyName, Key)> {
    let misopened = diagnose::misopened(session_key, app_key, old_app_key);
    vec![
        (KeyName::OldSessionKey, *old_session_key),
        (KeyName::AppKey, *app_key),
        (KeyName::OldAppKey, *old_app_key),
        (KeyName::MisopenedSessionKey, misopened),
    ]
}
