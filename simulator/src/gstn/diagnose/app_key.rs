//! The app key that travels under RSA.

use super::{Diagnosis, Fault, Inside, Thing, wire};
use crate::gstn::{
    key::{Key, from_hex},
    keys::KeyRing,
    padding::{self, Oaep},
    primitives::from_base64,
};

/// Why an app key does not open with the pair that serves after so many rotations.
pub(in crate::gstn) fn app_key(ring: &KeyRing, rotations: usize, text: &str) -> Diagnosis {
    Diagnosis::new(Thing::AppKey, fault(ring, rotations, text))
}

fn fault(ring: &KeyRing, rotations: usize, text: &str) -> Fault {
    let sealed = match wire::bytes(text) {
        Ok(sealed) => sealed,
        Err(fault) => return fault,
    };
    let wanted = ring.pair(rotations).certificate.bytes();
    if from_base64(&sealed).is_some_and(|inner| inner.len() == wanted) {
        return Fault::DoubleBase64;
    }
    let lengths: Vec<_> = ring.pairs().map(|pair| pair.certificate.bytes()).collect();
    if !lengths.contains(&sealed.len()) {
        return Fault::RsaLength { found: sealed.len(), wanted };
    }
    // Pairs in the order in which they are likely: this one, the one before, the others.
    for back in 0..ring.len() {
        let at = rotations + ring.len() - back;
        let pair = ring.pair(at);
        let Some(padded) = pair.decrypt_raw(&sealed) else { continue };
        if let Some(plain) = padding::pkcs1(&padded) {
            let subject = pair.certificate.subject.clone();
            return match back {
                0 => key_length(plain),
                1 if rotations > 0 => Fault::OldCertificate(subject),
                _ => Fault::OtherCertificate(subject),
            };
        }
        let oaep = Oaep::ALL.into_iter().find(|oaep| oaep.text(&padded).is_some());
        if let Some(oaep) = oaep {
            return Fault::Oaep(oaep);
        }
        if padding::none(&padded).is_some() {
            return Fault::RsaUnpadded;
        }
    }
    Fault::RsaUnknown
}

/// Why some bytes, rightly encrypted, are no key.
pub(super) fn key_length(plain: &[u8]) -> Fault {
    Fault::KeyLength { found: plain.len(), inside: inside(plain) }
}

fn inside(plain: &[u8]) -> Inside {
    match plain.len() {
        16 | 24 => return Inside::ShortKey(plain.len() * 8),
        _ => {}
    }
    let Ok(text) = str::from_utf8(plain) else { return Inside::Other };
    let is_key = |bytes: Option<Vec<u8>>| bytes.is_some_and(|bytes| Key::of(&bytes).is_some());
    let bare = text.trim();
    let unquoted = bare.trim_matches('"');
    if unquoted.len() < bare.len() && Key::read(unquoted).is_some() {
        Inside::QuotedKey
    } else if bare.len() == 64 && is_key(from_hex(bare)) {
        Inside::HexKey
    } else if is_key(from_base64(bare.as_bytes())) {
        Inside::Base64Key
    } else if bare.len() == 36 && from_hex(&bare.replace('-', "")).is_some_and(|id| id.len() == 16)
    {
        Inside::Uuid
    } else {
        Inside::Other
    }
}
