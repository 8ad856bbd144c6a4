//! Parts of a body that travel as one text: base64, JSON in a string, sealed data.

use std::sync::PoisonError;

use base64::{prelude::BASE64_STANDARD, prelude::BASE64_STANDARD_NO_PAD};

use crate::{
    gstn::{
        Key,
        envelope::{append_data, wrap_key},
    },
    render::{
        json::write_string,
        scene::{Scene, Seal},
    },
};

/// So much of what a sealed body says is kept for the journal, in bytes.
const SHOWN: usize = 64 * 1024;

/// How a tree becomes a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Base64 with padding.
    Base64,
    /// Base64 without padding.
    Base64Unpadded,
    /// JSON in a string.
    JsonText,
    /// Under the session's keys; plain base64 where the call belongs to no session.
    Sealed,
}

impl Encoding {
    /// Writes JSON so, in quotes.
    pub(super) fn write(self, scene: &Scene, json: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::JsonText => write_string(&String::from_utf8_lossy(json), out),
            Self::Sealed => seal(scene, json, out),
            Self::Base64 => write_base64(&BASE64_STANDARD, json, out),
            Self::Base64Unpadded => write_base64(&BASE64_STANDARD_NO_PAD, json, out),
        }
    }
}

/// Writes JSON under a key of this reply's own; that key and the HMAC are kept for other holes.
fn seal(scene: &Scene, json: &[u8], out: &mut Vec<u8>) {
    let Some(consent) = &scene.consent else {
        return write_base64(&BASE64_STANDARD, json, out);
    };
    let key = scene.roll(Key::roll);
    out.push(b'"');
    let hmac = append_data(&key, json, out);
    out.push(b'"');
    let _ = scene.seal.set(Seal { key: wrap_key(&key, &consent.session_key), hmac });
    let mut shown = String::from_utf8_lossy(&json[..json.len().min(SHOWN)]).into_owned();
    if json.len() > SHOWN {
        shown.push('…');
    }
    scene.opened.lock().unwrap_or_else(PoisonError::into_inner).reply = shown;
}

fn write_base64(engine: &impl base64::Engine, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = engine.encode_slice(bytes, &mut out[start..]).unwrap_or_default();
    out.truncate(start + written);
    out.push(b'"');
}
