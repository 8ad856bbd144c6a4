//! Malformed JSON: the body is whole, and no parser takes it.

use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, de::IgnoredAny};

use super::settings::Chance;
use crate::model::{dice::Dice, reply::Delivery};

/// Breaks the body as JSON; its length is right. A file that is made while it is sent stays whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct MalformedJson {
    /// How.
    pub how: Breaks,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

/// How JSON is broken; where a body has no place for it, its end is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Breaks {
    /// The last bracket is missing.
    #[default]
    NoEnd,
    /// A comma stands before the last bracket.
    TrailingComma,
    /// Texts are in single quotes, as Python prints them.
    SingleQuotes,
    /// What a second writer wrote stands behind the end.
    Rubbish,
}

impl MalformedJson {
    #[expect(clippy::unused_self, reason = "every kind is asked in the same way")]
    pub(super) fn told(&self) -> String {
        "that is no JSON".to_owned()
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let body = &delivery.reply.body;
        let is_broken = |bytes: &Bytes| serde_json::from_slice::<IgnoredAny>(bytes).is_err();
        // A number has no bracket to lose: 12 would become 1.
        let opened = || Bytes::from([b"{", &**body].concat());
        let broken = Some(self.how.breaks(body)).filter(is_broken);
        let broken = broken.or_else(|| Some(Breaks::NoEnd.breaks(body)).filter(is_broken));
        delivery.reply.body = broken.unwrap_or_else(opened);
    }
}

impl Breaks {
    fn breaks(self, body: &[u8]) -> Bytes {
        let text = body.trim_ascii_end();
        let (rest, last) = match text.split_last() {
            Some((last, rest)) => (rest, *last),
            // A body of nothing is no JSON already; a bracket makes it look like some.
            None => return Bytes::from_static(b"{"),
        };
        match self {
            Self::NoEnd if rest.is_empty() => Bytes::from_static(b"{"),
            Self::NoEnd => Bytes::copy_from_slice(rest),
            Self::TrailingComma => [rest, b",", &[last]].concat().into(),
            Self::SingleQuotes => {
                body.iter().map(|byte| if *byte == b'"' { b'\'' } else { *byte }).collect()
            }
            Self::Rubbish => [text, b"\n{\"error\":null"].concat().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::fault::tests::{apply, plain};

    const ALL: [&str; 4] = ["no-end", "trailing-comma", "single-quotes", "rubbish"];

    fn broken(how: &str, body: &'static str) -> Bytes {
        let mut delivery = plain();
        delivery.reply.body = Bytes::from_static(body.as_bytes());
        apply(&format!("malformed-json(how={how})"), delivery).reply.body
    }

    #[test]
    fn no_parser_takes_what_was_broken() {
        for how in ALL {
            for body in ["{\"a\":[1,2]}", "[]", "{}\n", "12", "\"text\"", "null", "", "<html>", "7"] {
                let bytes = broken(how, body);
                assert!(!bytes.is_empty(), "{how} of {body}");
                let read = serde_json::from_slice::<Value>(&bytes);
                assert!(read.is_err(), "{how} of {body}: {bytes:?}");
            }
        }
    }

    #[test]
    fn each_way_breaks_what_it_is_called_after() {
        let body = "{\"a\":[1]}";
        let all = ALL.map(|how| String::from_utf8(broken(how, body).to_vec()).expect("it is text"));

        assert_eq!(
            all,
            ["{\"a\":[1]", "{\"a\":[1],}", "{'a':[1]}", "{\"a\":[1]}\n{\"error\":null"]
        );
    }
}
