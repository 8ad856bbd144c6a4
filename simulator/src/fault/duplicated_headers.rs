//! Duplicated headers: a proxy adds headers that are there already.

use http::{HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};

use super::settings::Chance;
use crate::model::{dice::Dice, reply::Delivery};

/// Sends every header twice; or one header once more, with a value that may be another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct DuplicatedHeaders {
    /// Only this one, such as `content-type`.
    #[serde(deserialize_with = "read_name")]
    #[schemars(with = "Option<String>")]
    pub header: Option<HeaderName>,
    /// What it says the second time; left out, the same.
    #[serde(deserialize_with = "read_value")]
    #[schemars(with = "Option<String>")]
    pub value: Option<HeaderValue>,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

fn read_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<HeaderName>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let name = text.parse().map_err(|_| D::Error::custom(format!("`{text}` is no header name")))?;
    Ok(Some(name))
}

fn read_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<HeaderValue>, D::Error> {
    let text = match Text::deserialize(deserializer)? {
        Text::Word(text) => text,
        Text::Number(number) => number.to_string(),
    };
    let value = HeaderValue::from_str(&text);
    value.map(Some).map_err(|_| D::Error::custom(format!("`{text}` is no value of a header")))
}

/// A text, or a number for which quotes were forgotten.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Word(String),
    Number(u64),
}

impl DuplicatedHeaders {
    pub(super) fn told(&self) -> String {
        match &self.header {
            Some(name) => format!("that says `{name}` twice"),
            None => "with all headers twice".to_owned(),
        }
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let Some(name) = &self.header else {
            delivery.wire().headers_twice = true;
            return;
        };
        let length = delivery.length();
        let headers = &mut delivery.reply.headers;
        let known = headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let is_length = *name == http::header::CONTENT_LENGTH;
        let first = known.clone().or_else(|| length.filter(|_| is_length).map(HeaderValue::from));
        if known.is_none() {
            // What the server would write once is written twice by hand.
            headers.extend(first.clone().map(|value| (name.clone(), value)));
        }
        let again = self.value.clone().or(first).unwrap_or(HeaderValue::from_static(""));
        headers.push((name.clone(), again));
        if is_length {
            delivery.wire().by_hand = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::tests::{apply, plain, planned};

    fn headers(fault: &str) -> Vec<(String, String)> {
        let delivery = apply(fault, plain());
        let text = |value: &HeaderValue| value.to_str().expect("it is text").to_owned();
        delivery.reply.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
    }

    #[test]
    fn all_headers_are_doubled_on_the_way() {
        assert!(planned("duplicated-headers").headers_twice);
    }

    #[test]
    fn one_header_comes_again_with_another_value() {
        let twice = |name: &str, one: &str, other: &str| {
            [one, other].map(|value| (name.to_owned(), value.to_owned())).to_vec()
        };

        assert_eq!(
            headers("duplicated-headers(header=content-type,value=text/html)"),
            twice("content-type", "application/json", "text/html")
        );
        assert_eq!(
            headers("duplicated-headers(header=content-type)"),
            twice("content-type", "application/json", "application/json")
        );
    }

    #[test]
    fn a_second_length_is_written_by_hand() {
        let delivery = apply("duplicated-headers(header=content-length,value=1)", plain());

        assert!(delivery.wire.is_some_and(|wire| wire.by_hand));
        assert_eq!(delivery.reply.headers[1].1, plain().reply.body.len().to_string());
        assert_eq!(delivery.reply.headers[2].1, "1");
    }
}
