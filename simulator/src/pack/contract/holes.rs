//! Holes in requests: `{{ consent.app_key }}`, `{{ kept.token }}`.
//!
//! No expressions: a hole is a name, and the harness fills it. What a name stands for is the
//! harness's business; here are the names that there are, so that a wrong one is found when it is
//! read.

use std::fmt;

use serde_json::Value;

/// What a client knows and makes of its session: name and what it stands for.
pub const CONSENT_WORDS: &[&str] = &[
    "user",
    "state",
    "gstin",
    "token",
    "token_old",
    "app_key",
    "app_key_same",
    "app_key_other",
    "app_key_oaep",
    "app_key_oaep_sha256",
    "app_key_unpadded",
    "app_key_private_padding",
    "app_key_plain",
    "app_key_hex",
    "app_key_url_safe",
    "app_key_31_bytes",
    "app_key_of_base64",
    "app_key_old_certificate",
    "otp",
    "otp_wrong",
    "otp_plain",
    "otp_base64",
    "otp_of_base64",
    "otp_cbc",
    "otp_under_another_key",
    "otp_under_session_key",
    "refresh_key",
    "refresh_key_new",
    "refresh_key_old",
    "refresh_key_rsa",
    "refresh_key_double_base64",
    "refresh_key_stale",
    "refresh_key_under_app_key",
    "refresh_key_plain",
    "data",
    "data_raw_json",
    "data_cbc",
    "data_plain",
    "data_under_app_key",
    "data_stale",
    "hmac",
    "hmac_over_json",
    "hmac_over_data",
    "hmac_wrong_key",
    "hmac_hex",
    "hmac_stale",
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
            Some(("consent", word)) if CONSENT_WORDS.contains(&word) => {
                Self::Consent(word.to_owned())
            }
            Some(("kept", word)) if !word.is_empty() => Self::Kept(word.to_owned()),
            _ => Self::Unknown(inside.to_owned()),
        }
    }
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
