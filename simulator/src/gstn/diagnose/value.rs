//! Short values under AES: one-time passwords, and keys under keys.

use super::{
    Diagnosis, Fault, Inside, Known, Mode, Reading, Thing,
    app_key::key_length,
    attempt::{self, Found},
    wire,
};
use crate::gstn::{
    key::Key,
    keys::KeyRing,
    primitives::{BLOCK, decrypt_ecb, encrypt_ecb, from_base64},
};

/// Why a one-time password does not open to digits.
pub(in crate::gstn) fn otp(known: &Known<'_>, text: &str) -> Diagnosis {
    let diagnosis = |fault| Diagnosis::new(Thing::Otp, fault);
    if is_otp(text.as_bytes()) {
        return diagnosis(Fault::Plain).opened(text.as_bytes());
    }
    let sealed = match wire::bytes(text) {
        Ok(sealed) => sealed,
        Err(fault) => return diagnosis(fault),
    };
    if is_otp(&sealed) {
        return diagnosis(Fault::PlainBase64).opened(&sealed);
    }
    if let Ok(plain) = decrypt_ecb(&known.key, &sealed)
        && is_text(&plain)
    {
        let (inside, digits) = otp_inside(&plain);
        return diagnosis(Fault::NotDigits(inside)).opened(&digits);
    }
    if let Some(found) = attempt::first(known, &sealed, |plain| is_otp(&otp_inside(plain).1)) {
        let digits = otp_inside(&found.plain).1;
        return diagnosis(misused(known, &found)).opened(&digits);
    }
    if let Some(inner) = from_base64(&sealed)
        && let Some(found) = attempt::first(known, &inner, is_otp)
    {
        return diagnosis(Fault::DoubleBase64).opened(&found.plain);
    }
    diagnosis(closed(known, &sealed))
}

/// Why a key does not come out from under another.
pub(in crate::gstn) fn wrapped_key(thing: Thing, known: &Known<'_>, text: &str) -> Diagnosis {
    Diagnosis::new(thing, wrapped_fault(known, text))
}

/// As [`wrapped_key`]; a refresh's key may be under RSA by mistake.
pub(in crate::gstn) fn refresh_key(
    known: &Known<'_>,
    (ring, rotations): (&KeyRing, usize),
    text: &str,
) -> Diagnosis {
    let fault = wrapped_fault(known, text);
    if matches!(fault, Fault::RsaForAes(..)) {
        // That it is RSA's is let pass; that it opens is not.
        let inner = super::app_key(ring, rotations, text);
        return Diagnosis { thing: Thing::RefreshKey, ..inner };
    }
    Diagnosis::new(Thing::RefreshKey, fault)
}

fn wrapped_fault(known: &Known<'_>, text: &str) -> Fault {
    let sealed = match wire::bytes(text) {
        Ok(sealed) => sealed,
        Err(fault) => return fault,
    };
    if let Some(plain) = opened(known, &sealed) {
        return key_length(&plain);
    }
    if sealed.len() == 32 {
        return Fault::KeyUnpadded;
    }
    if let Some(found) = attempt::first(known, &sealed, |plain| plain.len() == 32) {
        return misused(known, &found);
    }
    match from_base64(&sealed) {
        Some(inner) if inner.len() == 48 => Fault::DoubleBase64,
        _ => closed(known, &sealed),
    }
}

/// Which part of the way that opens it is wrong; the key before its reading before the mode.
pub(super) fn misused(known: &Known<'_>, found: &Found) -> Fault {
    match found {
        Found { key, .. } if *key != known.name => {
            Fault::WrongKey { found: *key, wanted: known.name }
        }
        Found { reading: Reading::Bytes, mode: Mode::Ecb, .. } => Fault::AesUnknown(known.name),
        Found { reading: Reading::Bytes, mode, .. } => Fault::Mode(*mode),
        Found { reading, key, .. } => Fault::Reading { reading: *reading, key: *key },
    }
}

/// What can be said of bytes that nothing opens.
fn closed(known: &Known<'_>, sealed: &[u8]) -> Fault {
    match sealed.len() {
        found @ (256 | 384 | 512) => Fault::RsaForAes(found, known.name),
        found if found % BLOCK != 0 => Fault::BlockLength(found),
        _ => Fault::AesUnknown(known.name),
    }
}

/// Four to eight digits.
pub(in crate::gstn) fn is_otp(plain: &[u8]) -> bool {
    (4..=8).contains(&plain.len()) && plain.iter().all(u8::is_ascii_digit)
}

/// What the right key opens. One wrong key in 256 gives something that seems to end in one byte of
/// padding: that does not count unless it is text.
pub(super) fn opened(known: &Known<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
    let plain = decrypt_ecb(&known.key, sealed).ok()?;
    let padding = sealed.len() - plain.len();
    (padding > 1 || is_text(&plain)).then_some(plain)
}

fn is_text(plain: &[u8]) -> bool {
    let fits =
        |character: char| !character.is_control() || matches!(character, '\0' | '\t' | '\r' | '\n');
    !plain.is_empty() && str::from_utf8(plain).is_ok_and(|text| text.chars().all(fits))
}

/// What stands in place of digits, and the digits where they can be seen.
fn otp_inside(plain: &[u8]) -> (Inside, Vec<u8>) {
    let narrow: Vec<u8> = plain.iter().copied().filter(|byte| *byte != 0).collect();
    let spaced = plain.trim_ascii();
    let quoted = spaced.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let decoded = from_base64(plain);
    if is_otp(spaced) {
        (Inside::SpacedDigits, spaced.to_vec())
    } else if let Some(digits) = quoted.filter(|digits| is_otp(digits)) {
        (Inside::QuotedDigits, digits.to_vec())
    } else if narrow.len() * 2 == plain.len() && is_otp(&narrow) {
        (Inside::WideDigits, narrow)
    } else if let Some(digits) = decoded.filter(|digits| is_otp(digits)) {
        (Inside::Base64Digits, digits)
    } else {
        (Inside::Other, plain.to_vec())
    }
}

/// The session key that a client gets where it opens a refresh's `sek` with the app key of before
/// it, without a look at the padding.
pub(in crate::gstn) fn misopened(session_key: &Key, app_key: &Key, old_app_key: &Key) -> Key {
    let wrapped = encrypt_ecb(app_key, &session_key.0);
    attempt::undone(old_app_key, &wrapped[..32])
}
