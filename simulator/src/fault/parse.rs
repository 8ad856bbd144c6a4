//! Faults as headers write them: `drip(bytes-per-second=100)`.

use serde_json::{Map, Number, Value};
use thiserror::Error;

use super::Fault;
use crate::finding::closest;

/// Why a text is no fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ParseError {
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub hint: String,
}

impl Fault {
    /// Reads `connection-reset`, or with settings `drip(bytes-per-second=100)`; several settings
    /// have commas between them.
    ///
    /// # Errors
    ///
    /// A kind that there is not, a setting that the kind has not, a value that cannot be.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let wrong = |message: String, hint: String| ParseError { message, hint };
        let text = text.trim();
        let (name, settings) = match text.split_once('(') {
            None => (text, ""),
            Some((name, rest)) => (
                name.trim(),
                rest.strip_suffix(')').ok_or_else(|| {
                    wrong(
                        format!("`{text}` has no `)` at its end"),
                        "write it as `drip(bytes-per-second=100)`".to_owned(),
                    )
                })?,
            ),
        };
        if !Self::KINDS.contains(&name) {
            let names: Vec<_> = Self::KINDS.iter().map(|name| (*name).to_owned()).collect();
            let all = format!("there are: {}", names.join(", "));
            let near = closest(name, &names);
            let hint = if near == all { all } else { format!("{near} {all}") };
            return Err(wrong(format!("there is no fault `{name}`"), hint));
        }
        let mut object = Map::new();
        for part in settings.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((key, value)) = part.split_once('=') else {
                return Err(wrong(
                    format!("`{part}` is no setting of `{name}`"),
                    format!("write it as `{name}(NAME=VALUE)`"),
                ));
            };
            if object.insert(key.trim().to_owned(), read(value.trim())).is_some() {
                return Err(wrong(
                    format!("`{name}` is told `{}` twice", key.trim()),
                    "once is enough".to_owned(),
                ));
            }
        }
        let fault = Value::Object(Map::from_iter([(name.to_owned(), Value::Object(object))]));
        serde_json::from_value(fault).map_err(|error| {
            wrong(
                format!("`{text}`: {error}"),
                format!("the settings of `{name}` are those of scenario files"),
            )
        })
    }
}

/// A number, `true` or `false` where it reads as one, else a text; quotes may stand around it.
fn read(text: &str) -> Value {
    if let Some(text) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        return text.into();
    }
    match text {
        "true" => true.into(),
        "false" => false.into(),
        _ => text.parse::<Number>().map_or_else(|_| text.into(), Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{At, Chance, connection_reset::ConnectionReset};

    #[test]
    fn a_name_alone_is_a_fault_with_settings_as_they_come() {
        let reset = Fault::ConnectionReset(ConnectionReset::default());

        assert_eq!(Fault::parse("connection-reset"), Ok(reset.clone()));
        assert_eq!(Fault::parse(" connection-reset() "), Ok(reset));
    }

    #[test]
    fn settings_stand_in_parentheses() {
        let read = Fault::parse("connection-reset(at=after-headers, chance=1)");

        assert_eq!(
            read,
            Ok(Fault::ConnectionReset(ConnectionReset {
                at: At::AfterHeaders,
                after_bytes: None,
                chance: Chance::default(),
            }))
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_with_what_there_is() {
        let wrong = |text: &str| Fault::parse(text).expect_err(text);

        let unknown = wrong("connection-rest");
        assert_eq!(unknown.message, "there is no fault `connection-rest`");
        for name in Fault::KINDS {
            assert!(unknown.hint.contains(name), "{name} is listed: {}", unknown.hint);
        }
        assert!(unknown.hint.starts_with("did you mean `connection-reset`"), "{}", unknown.hint);
        assert!(wrong("drip(bytes=1)").message.contains("unknown field `bytes`"));
        assert!(wrong("drip(bytes-per-second=fast)").message.contains("invalid type"));
        assert!(wrong("drip(bytes-per-second=0)").message.contains("no speed"));
        assert!(wrong("drip(chance=2)").message.contains("from 0 to 1"));
        assert!(wrong("drip(bytes-per-second").message.contains("has no `)`"));
        assert!(wrong("drip(100)").message.contains("is no setting"));
        assert!(wrong("drip(chance=1,chance=0)").message.contains("twice"));
    }
}
