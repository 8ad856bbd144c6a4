//! Parts of a body that travel as one text: base64, JSON in a string, sealed data.

use std::sync::PoisonError;

use base64::{prelude::BASE64_STANDARD, prelude::BASE64_STANDARD_NO_PAD};

use super::{Out, Tree};
use crate::{
    gstn::{Key, envelope::wrap_key, primitives::base64, sealing::Sealer},
    render::{expression::Scope, json::write_string, scene::Seal},
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
    /// Writes a tree so, in quotes; false, and nothing written, where it has no value.
    pub(super) fn write(
        self,
        tree: &Tree,
        scope: Scope<'_>,
        out: &mut Vec<u8>,
    ) -> Result<bool, minijinja::Error> {
        if let (Self::Sealed, Some(consent)) = (self, &scope.scene.consent) {
            return seal(tree, scope, &consent.session_key, out);
        }
        let mut json = Vec::with_capacity(1024);
        if !tree.write(scope, &mut json)? {
            return Ok(false);
        }
        if let Some(edited) = scope.scene.edited_inside(&json) {
            json = edited;
        }
        match self {
            Self::JsonText => write_string(&String::from_utf8_lossy(&json), out),
            Self::Sealed | Self::Base64 => write_base64(&BASE64_STANDARD, &json, out),
            Self::Base64Unpadded => write_base64(&BASE64_STANDARD_NO_PAD, &json, out),
        }
        Ok(true)
    }
}

/// Writes a tree under a key of this reply's own; that key and the HMAC are kept for other holes.
///
/// What is written is sealed on the way, so that a large answer's JSON is never there as a whole.
fn seal(
    tree: &Tree,
    scope: Scope<'_>,
    session_key: &Key,
    out: &mut Vec<u8>,
) -> Result<bool, minijinja::Error> {
    let before = out.len();
    out.push(b'"');
    let mut sealing: Option<(Key, Sealer)> = None;
    let mut shown = Vec::new();
    let mut sink = |json: &mut Vec<u8>| {
        let (_, sealer) = sealing.get_or_insert_with(|| {
            let key = scope.scene.roll(Key::roll);
            (key, Sealer::with_mac(&key))
        });
        let wanted = (SHOWN + 1 - shown.len()).min(json.len());
        shown.extend_from_slice(&json[..wanted]);
        sealer.push(json, out);
        json.clear();
    };
    // What a story changes must be there as a whole.
    let mut json =
        if scope.scene.edits.is_empty() { Out::to(&mut sink) } else { Out::behind(Vec::new()) };
    if !tree.write_to(scope, &mut json)? {
        out.truncate(before);
        return Ok(false);
    }
    let mut rest = json.bytes;
    if let Some(edited) = scope.scene.edited_inside(&rest) {
        rest = edited;
    }
    sink(&mut rest);
    let Some((key, sealer)) = sealing else { return Ok(false) };
    let hmac = base64(&sealer.finish(out));
    out.push(b'"');
    let _ = scope.scene.seal.set(Seal { key: wrap_key(&key, session_key), hmac });
    let is_cut = shown.len() > SHOWN;
    shown.truncate(SHOWN);
    let mut text = String::from_utf8(shown)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    if is_cut {
        text.push('…');
    }
    scope.scene.opened.lock().unwrap_or_else(PoisonError::into_inner).reply = text;
    Ok(true)
}

fn write_base64(engine: &impl base64::Engine, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = engine.encode_slice(bytes, &mut out[start..]).unwrap_or_default();
    out.truncate(start + written);
    out.push(b'"');
}
