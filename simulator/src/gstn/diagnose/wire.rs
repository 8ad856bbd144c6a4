//! The outermost layer: Base64 that is none.

use super::Fault;
use crate::gstn::{key::from_hex, primitives::from_base64};

/// The bytes of a text, or what is wrong with it. Line breaks are let pass, as the network's own
/// decoder does.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::Empty);
    }
    let spaced = text.trim().contains(' ');
    // All hex digits are Base64's too; no key or block is so long in Base64 and hex alike.
    if !spaced && text.len() >= 32 && text.len().is_multiple_of(32) && from_hex(text).is_some() {
        return Err(Fault::Hex);
    }
    if let (false, Some(bytes)) = (spaced, from_base64(text.as_bytes())) {
        return Ok(bytes);
    }
    Err(why_not(text, spaced))
}

fn why_not(text: &str, spaced: bool) -> Fault {
    let url = text.replace('-', "+").replace('_', "/");
    if url != text && from_base64(url.as_bytes()).is_some() {
        return Fault::UrlBase64;
    }
    if spaced && from_base64(text.trim().replace(' ', "+").as_bytes()).is_some() {
        return Fault::Spaces;
    }
    if text.contains("%2B") || text.contains("%3D") || text.contains("%2F") {
        return Fault::PercentEncoded;
    }
    let known = |character: &char| {
        character.is_ascii_alphanumeric() || matches!(character, '+' | '/' | '=' | '\r' | '\n')
    };
    if let Some((character, place)) = text.chars().zip(1..).find(|(found, _)| !known(found)) {
        return Fault::NotBase64 { character, place };
    }
    let text = text.trim();
    match text.trim_end_matches('=').find('=') {
        Some(before) => Fault::NotBase64 { character: '=', place: before + 1 },
        None => Fault::CutOff(text.len()),
    }
}
