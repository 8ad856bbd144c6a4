//! The body of a request or a response, and its HMAC.

use super::{Diagnosis, Fault, Known, Thing, attempt, mac, value, wire};
use crate::gstn::primitives::{BLOCK, from_base64};

/// Why a body does not open, or its HMAC does not fit.
pub(in crate::gstn) fn body(known: &Known<'_>, data: &str, hmac: Option<&str>) -> Diagnosis {
    let diagnosis = |fault| Diagnosis::new(Thing::Data, fault);
    if is_json(data.as_bytes()) {
        return diagnosis(Fault::Plain).opened(data.as_bytes());
    }
    let sealed = match wire::bytes(data) {
        Ok(sealed) => sealed,
        Err(fault) => return diagnosis(fault),
    };
    if is_json(&sealed) {
        return diagnosis(Fault::PlainBase64).opened(&sealed);
    }
    if let Some(plain) = value::opened(known, &sealed) {
        return match from_base64(&plain) {
            Some(json) => {
                let parts = mac::Parts { json: &json, inner: &plain, sealed: &sealed, data };
                mac::fault(known, &parts, hmac.unwrap_or_default()).opened(&json)
            }
            None if is_json(&plain) => diagnosis(Fault::JsonUnderAes).opened(&plain),
            None => diagnosis(Fault::NotBase64Inside),
        };
    }
    if let Some(found) = attempt::first(known, &sealed, |plain| json_inside(plain).is_some()) {
        let json = json_inside(&found.plain).unwrap_or_default();
        return diagnosis(value::misused(known, &found)).opened(&json);
    }
    if let Some(inner) = from_base64(&sealed)
        && let Some(found) = attempt::first(known, &inner, |plain| json_inside(plain).is_some())
    {
        let json = json_inside(&found.plain).unwrap_or_default();
        return diagnosis(Fault::DoubleBase64).opened(&json);
    }
    match sealed.len() {
        found if found % BLOCK != 0 => diagnosis(Fault::BlockLength(found)),
        _ => diagnosis(Fault::AesUnknown(known.name)),
    }
}

/// Why a public response's `data`, plain Base64, cannot be read.
pub(in crate::gstn) fn public(data: &str) -> Diagnosis {
    let fault = wire::bytes(data).err().unwrap_or(Fault::NotJson);
    Diagnosis::new(Thing::Data, fault)
}

/// What is said of a body that opens, but to no JSON.
#[must_use]
pub fn not_json(plain: &[u8]) -> Diagnosis {
    Diagnosis::new(Thing::Data, Fault::NotJson).opened(plain)
}

/// The JSON, whether it was encrypted as it is or as its Base64.
fn json_inside(plain: &[u8]) -> Option<Vec<u8>> {
    if is_json(plain) {
        return Some(plain.to_vec());
    }
    from_base64(plain).filter(|json| is_json(json))
}

/// Whether this is JSON as bodies are: an object or a list.
#[must_use]
pub fn is_json(plain: &[u8]) -> bool {
    let plain = plain.trim_ascii();
    matches!((plain.first(), plain.last()), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')))
        && serde_json::from_slice::<serde::de::IgnoredAny>(plain).is_ok()
}
