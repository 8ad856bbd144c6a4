//! Wrong charset: the header names one encoding, the body is in another.

use bytes::Bytes;
use http::{HeaderValue, header::CONTENT_TYPE};
use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Chance;
use crate::model::{dice::Dice, reply::Delivery};

/// Says `charset=utf-8`, and sends the text in another encoding; a file that is made while it is sent
/// stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrongCharset {
    /// What the body is in.
    pub body: Charset,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

/// An encoding of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Charset {
    /// Two bytes a letter, the low one first, no mark before them.
    #[default]
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// ISO 8859-1; what it has not is a question mark. Plain English is the same in both.
    #[serde(rename = "latin-1")]
    Latin1,
}

impl WrongCharset {
    pub(super) fn told(&self) -> String {
        match self.body {
            Charset::Utf16Le => "in UTF-16 that says UTF-8".to_owned(),
            Charset::Latin1 => "in Latin-1 that says UTF-8".to_owned(),
        }
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let reply = &mut delivery.reply;
        let text = String::from_utf8_lossy(&reply.body);
        let body: Bytes = match self.body {
            Charset::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Charset::Latin1 => {
                text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect()
            }
        };
        reply.body = body;
        for (name, value) in &mut reply.headers {
            let kind = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if *name == CONTENT_TYPE
                && let Ok(says) = HeaderValue::from_str(&format!("{kind}; charset=utf-8"))
            {
                *value = says;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::tests::{apply, plain};

    #[test]
    fn the_header_says_one_thing_and_the_bytes_another() {
        let utf16 = apply("wrong-charset", plain()).reply;
        let latin = apply("wrong-charset(body=latin-1)", plain()).reply;

        for reply in [&utf16, &latin] {
            assert_eq!(reply.headers[0].1, "application/json; charset=utf-8");
        }
        assert_eq!(utf16.body[..4], *b"{\0\"\0");
        assert!(std::str::from_utf8(&latin.body).is_err(), "é is one byte");
        assert!(latin.body.windows(7).any(|text| text == b"Soci\xE9t\xE9"), "{latin:?}");
        assert!(latin.body.ends_with(b" ?\"}"), "it has no ₹: {latin:?}");
    }
}
