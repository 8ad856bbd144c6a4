//! Holes in requests: `{{ consent.app_key }}`, `{{ kept.token }}`.
//!
//! No expressions: a hole is a name, and the harness fills it. What a name stands for is the
//! harness's business; here are the names that there are, so that a wrong one is found when it is
//! read.

use std::fmt;

use serde_json::Value;

use super::{Case, RequestBody};

/// What a client knows and makes of its session: names, and what they stand for.
pub const CONSENT_WORDS: &[(&str, &str)] = &[
    ("user", "the user"),
    ("state", "the state code"),
    ("gstin", "the GSTIN"),
    ("token", "the token"),
    ("token_old", "the token of before the refresh"),
    ("app_key", "your key, encrypted for the network"),
    ("app_key_same", "the text that your key was sent as before"),
    ("app_key_other", "another key, encrypted for the network"),
    ("app_key_oaep", "your key, padded with OAEP"),
    ("app_key_oaep_sha256", "your key, padded with OAEP and SHA-256"),
    ("app_key_unpadded", "your key, encrypted without padding"),
    ("app_key_private_padding", "your key, padded as signatures are"),
    ("app_key_plain", "your key in base64, not encrypted"),
    ("app_key_hex", "your key, encrypted for the network, in hex"),
    ("app_key_url_safe", "your key, encrypted for the network, in base64 for URLs"),
    ("app_key_31_bytes", "31 bytes, encrypted for the network"),
    ("app_key_of_base64", "the base64 of your key, encrypted for the network"),
    ("app_key_old_certificate", "your key, encrypted under another certificate"),
    ("otp", "the OTP under your key"),
    ("otp_wrong", "another OTP under your key"),
    ("otp_plain", "the OTP, not encrypted"),
    ("otp_base64", "the OTP in base64, not encrypted"),
    ("otp_of_base64", "the base64 of the OTP under your key"),
    ("otp_cbc", "the OTP under your key, by AES-CBC"),
    ("otp_under_another_key", "the OTP under another key"),
    ("otp_under_session_key", "the OTP under the session key"),
    ("refresh_key", "a new key under the session key"),
    ("refresh_key_new", "a new key under the session key"),
    ("refresh_key_old", "your key under the session key"),
    ("refresh_key_rsa", "a new key, encrypted for the network"),
    ("refresh_key_double_base64", "the base64 of a new key under the session key"),
    ("refresh_key_stale", "a new key under the session key of before"),
    ("refresh_key_under_app_key", "a new key under your key"),
    ("refresh_key_plain", "a new key in base64, not encrypted"),
    ("data", "the base64 of the JSON under the session key"),
    ("data_raw_json", "the JSON itself under the session key"),
    ("data_cbc", "the base64 of the JSON under the session key, by AES-CBC"),
    ("data_plain", "the JSON in base64, not encrypted"),
    ("data_under_app_key", "the base64 of the JSON under your key"),
    ("data_stale", "the base64 of the JSON under the session key of before"),
    ("hmac", "the HMAC of the JSON's base64 under the session key"),
    ("hmac_over_json", "the HMAC of the JSON itself"),
    ("hmac_over_data", "the HMAC of the encrypted data"),
    ("hmac_wrong_key", "the HMAC under your key"),
    ("hmac_hex", "the HMAC in hex"),
    ("hmac_stale", "the HMAC under the session key of before"),
];

/// One name in braces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hole {
    /// `consent.…`
    Consent(String),
    /// `kept.…`: what an earlier step of a flow kept.
    Kept(String),
    /// Neither.
    Unknown(String),
}

impl Hole {
    fn read(inside: &str) -> Self {
        let inside = inside.trim();
        match inside.split_once('.') {
            Some(("consent", word)) if meaning(word).is_some() => Self::Consent(word.to_owned()),
            Some(("kept", word)) if !word.is_empty() => Self::Kept(word.to_owned()),
            _ => Self::Unknown(inside.to_owned()),
        }
    }
}

/// What a client's word stands for, in words.
#[must_use]
pub fn meaning(word: &str) -> Option<&'static str> {
    CONSENT_WORDS.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning)
}

impl fmt::Display for Hole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Consent(word) => write!(formatter, "consent.{word}"),
            Self::Kept(word) => write!(formatter, "kept.{word}"),
            Self::Unknown(word) => formatter.write_str(word),
        }
    }
}

/// The holes of a text, in order.
#[must_use]
pub fn in_text(text: &str) -> Vec<Hole> {
    let mut holes = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((inside, behind)) = after.split_once("}}") else { break };
        holes.push(Hole::read(inside));
        rest = behind;
    }
    holes
}

/// A text with its holes filled.
///
/// # Errors
///
/// The first thing that `fill` says.
pub fn fill<E>(text: &str, fill: &mut dyn FnMut(&Hole) -> Result<Value, E>) -> Result<String, E> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((inside, behind)) = after.split_once("}}") else { break };
        out.push_str(before);
        match fill(&Hole::read(inside))? {
            Value::String(text) => out.push_str(&text),
            other => out.push_str(&other.to_string()),
        }
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

/// The texts of a JSON value with their holes filled; a text that is one hole becomes the value
/// itself, with its type.
///
/// # Errors
///
/// The first thing that `fill` says.
pub fn fill_json<E>(
    value: &mut Value,
    fill_hole: &mut dyn FnMut(&Hole) -> Result<Value, E>,
) -> Result<(), E> {
    match value {
        Value::String(text) if text.contains("{{") => {
            let whole = text.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
            *value = match whole.filter(|inside| !inside.contains("}}")) {
                Some(inside) => fill_hole(&Hole::read(inside))?,
                None => Value::String(fill(text, fill_hole)?),
            };
        }
        Value::Array(list) => {
            for item in list {
                fill_json(item, fill_hole)?;
            }
        }
        Value::Object(map) => {
            for item in map.values_mut() {
                fill_json(item, fill_hole)?;
            }
        }
        _ => {}
    }
    Ok(())
}

impl Case {
    /// Fills the holes of a request; what its data is sealed from stays as it is.
    ///
    /// # Errors
    ///
    /// The first thing that `one` says.
    pub fn fill_holes<E>(
        &mut self,
        one: &mut dyn FnMut(&Hole) -> Result<Value, E>,
    ) -> Result<(), E> {
        for map in [&mut self.path, &mut self.query, &mut self.headers] {
            for text in map.values_mut() {
                *text = fill(text, one)?;
            }
        }
        match &mut self.body {
            RequestBody::None => {}
            RequestBody::Json(json) => fill_json(json, one)?,
            RequestBody::Form(pairs) | RequestBody::Multipart(pairs) => {
                for text in pairs.values_mut() {
                    *text = fill(text, one)?;
                }
            }
            RequestBody::Text(text) => *text = fill(text, one)?,
        }
        Ok(())
    }
}

/// The texts of a JSON value.
pub fn texts<'value>(value: &'value Value, found: &mut Vec<&'value str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(list) => list.iter().for_each(|item| texts(item, found)),
        Value::Object(map) => map.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_that_is_one_hole_becomes_what_fills_it() {
        let mut value = json!({ "n": "{{ kept.count }}", "t": "no. {{ kept.count }}", "o": "{{" });

        let filled: Result<(), Infallible> = fill_json(&mut value, &mut |_| Ok(json!(5)));

        assert_eq!(filled, Ok(()));
        assert_eq!(value, json!({ "n": 5, "t": "no. 5", "o": "{{" }));
    }

    #[test]
    fn a_name_that_nobody_fills_is_known_as_such() {
        assert_eq!(
            in_text("{{ consent.otp }}{{consent.opt}} {{ kept.a }}{{ kept. }}"),
            [
                Hole::Consent("otp".into()),
                Hole::Unknown("consent.opt".into()),
                Hole::Kept("a".into()),
                Hole::Unknown("kept.".into()),
            ]
        );
    }
}
