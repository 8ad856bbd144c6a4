//! What travels: sealed responses and requests, one-time passwords, keys under keys.
//!
//! Everything is Base64 on the wire. `data` is Base64 in AES in Base64: what is encrypted is the
//! Base64 of the JSON, not the JSON, and the HMAC is over that Base64 too. Here things open or
//! they do not; [`super::diagnose`] says why not.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    key::Key,
    primitives::{
        CipherError, base64, decrypt_ecb_in_place, encrypt_ecb, from_base64, hmac_sha256,
    },
    sealing::{Sealer, sealed_length},
};

/// A response's sealed parts. In a public API's response `rek` and `hmac` are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Base64 of AES of Base64 of the JSON, under the response key.
    pub data: String,
    /// The response key under the session key.
    pub rek: String,
    /// HMAC-SHA256 of the inner Base64 under the response key.
    pub hmac: String,
}

/// A request's sealed parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedRequest {
    /// Base64 of AES of Base64 of the JSON, under the session key.
    pub data: String,
    /// HMAC-SHA256 of the inner Base64 under the session key.
    pub hmac: String,
}

/// Where opening came to an end.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum OpenError {
    /// The outer text is no Base64.
    #[error("it is no Base64")]
    Base64,
    /// AES does not open it.
    #[error("AES-256-ECB does not open it: {0}")]
    Cipher(#[from] CipherError),
    /// What AES gives is no Base64.
    #[error("what was encrypted is no Base64")]
    Inner,
    /// What AES gives is no key.
    #[error("what was encrypted is {0} bytes; a key is 32")]
    KeyLength(usize),
    /// What AES gives is no text.
    #[error("what was encrypted is no text")]
    Text,
    /// The HMAC is another.
    #[error("the HMAC does not fit")]
    Mac,
}

/// Seals a response: the JSON under a fresh response key, and that under the session key.
#[must_use]
pub fn seal_response(response_key: &Key, session_key: &Key, json: &[u8]) -> Sealed {
    let (data, mac) = seal_body(response_key, json);
    Sealed { data, rek: wrap_key(response_key, session_key), hmac: base64(&mac) }
}

/// Opens a response as a client does: first the response key, then the JSON. Where `rek` is blank
/// `data` is plain Base64, as in the public APIs.
///
/// # Errors
///
/// The first thing that does not open.
pub fn open_response(session_key: &Key, sealed: &Sealed) -> Result<Vec<u8>, OpenError> {
    if sealed.rek.is_empty() {
        return from_base64(sealed.data.as_bytes()).ok_or(OpenError::Base64);
    }
    let response_key = unwrap_key(&sealed.rek, session_key)?;
    open_body(&response_key, &sealed.data, Some(&sealed.hmac))
}

/// Seals a request under the session key.
#[must_use]
pub fn seal_request(session_key: &Key, json: &[u8]) -> SealedRequest {
    let (data, mac) = seal_body(session_key, json);
    SealedRequest { data, hmac: base64(&mac) }
}

/// Opens a request.
///
/// # Errors
///
/// The first thing that does not open.
pub fn open_request(session_key: &Key, sealed: &SealedRequest) -> Result<Vec<u8>, OpenError> {
    open_body(session_key, &sealed.data, Some(&sealed.hmac))
}

/// The text in the files of large returns: sealed as `data` is, without an HMAC.
#[must_use]
pub fn seal_file(file_key: &Key, json: &[u8]) -> String {
    let mut out = Vec::with_capacity(sealed_length(json.len()));
    let mut sealer = Sealer::without_mac(file_key);
    sealer.push(json, &mut out);
    sealer.finish(&mut out);
    text(out)
}

/// Opens such a text; quotes around it do not count.
///
/// # Errors
///
/// The first thing that does not open.
pub fn open_file(file_key: &Key, sealed: &str) -> Result<Vec<u8>, OpenError> {
    open_body(file_key, unquoted(sealed), None)
}

/// A key under another: the shape of `sek`, `rek` and a refresh's `app_key`. 64 characters.
#[must_use]
pub fn wrap_key(key: &Key, under: &Key) -> String {
    base64(&encrypt_ecb(under, &key.0))
}

/// Takes a key from under another.
///
/// # Errors
///
/// The first thing that does not fit.
pub fn unwrap_key(wrapped: &str, under: &Key) -> Result<Key, OpenError> {
    let bytes = open_bytes(under, wrapped)?;
    Key::of(&bytes).ok_or(OpenError::KeyLength(bytes.len()))
}

/// A one-time password under the app key.
#[must_use]
pub fn seal_otp(app_key: &Key, otp: &str) -> String {
    base64(&encrypt_ecb(app_key, otp.as_bytes()))
}

/// Opens a one-time password; whether it is digits is for the caller to see.
///
/// # Errors
///
/// The first thing that does not open.
pub fn open_otp(app_key: &Key, sealed: &str) -> Result<String, OpenError> {
    String::from_utf8(open_bytes(app_key, sealed)?).map_err(|_| OpenError::Text)
}

/// What a filing is signed with by one-time password: HMAC-SHA256 under `PAN|OTP` of the JSON's
/// Base64.
#[must_use]
pub fn evc_sign(sid: &str, json: &[u8]) -> String {
    base64(&hmac_sha256(sid.as_bytes(), base64(json).as_bytes()))
}

fn seal_body(key: &Key, json: &[u8]) -> (String, [u8; 32]) {
    let mut out = Vec::with_capacity(sealed_length(json.len()));
    let mut sealer = Sealer::with_mac(key);
    sealer.push(json, &mut out);
    let mac = sealer.finish(&mut out);
    (text(out), mac)
}

/// Opens a body; an HMAC, where there is one, must fit.
pub(super) fn open_body(key: &Key, data: &str, hmac: Option<&str>) -> Result<Vec<u8>, OpenError> {
    let inner = open_bytes(key, data)?;
    let fits = |hmac: &str| {
        let mac = from_base64(hmac.as_bytes());
        mac.is_some_and(|mac| mac == hmac_sha256(&key.0, &inner))
    };
    let json = from_base64(&inner).ok_or(OpenError::Inner)?;
    if hmac.is_none_or(fits) { Ok(json) } else { Err(OpenError::Mac) }
}

/// A file's text without the quotes that are usually around it.
pub(super) fn unquoted(text: &str) -> &str {
    text.trim().trim_matches('"')
}

/// What was encrypted.
pub(super) fn open_bytes(key: &Key, sealed: &str) -> Result<Vec<u8>, OpenError> {
    let mut buffer = from_base64(sealed.as_bytes()).ok_or(OpenError::Base64)?;
    decrypt_ecb_in_place(key, &mut buffer)?;
    Ok(buffer)
}

fn text(base64: Vec<u8>) -> String {
    String::from_utf8(base64).expect("Base64 is ASCII")
}

#[cfg(test)]
mod tests;
