//! One departure of an answer from what was promised.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where, what was promised, what came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// A JSON pointer into the body, `status`, `header content-type`, `outcome`, `body` …
    pub at: String,
    /// What was promised.
    pub promised: String,
    /// What came.
    pub found: String,
}

impl Mismatch {
    /// A departure.
    pub fn new(
        at: impl Into<String>,
        promised: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self { at: at.into(), promised: promised.into(), found: found.into() }
    }

    /// Whether it is about what kind of value is there, or whether one is, and not about which.
    #[must_use]
    pub fn is_of_kind(&self) -> bool {
        const KINDS: [&str; 7] =
            ["null", "boolean", "number", "string", "list", "object", "no key"];
        KINDS.contains(&self.promised.as_str()) || KINDS.contains(&self.found.as_str())
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`: {} promised, {} found", self.at, self.promised, self.found)
    }
}

/// A pointer as people read it: the whole body is `/`.
#[must_use]
pub fn place(pointer: &str) -> String {
    if pointer.is_empty() { "/".to_owned() } else { pointer.to_owned() }
}

/// The JSON type of a value, as messages name it.
#[must_use]
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// A value, cut where it is long.
#[must_use]
pub fn brief(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mismatch_says_where_what_was_promised_and_what_came() {
        let mismatch = Mismatch::new("/data/lgnm", "string", "number");
        assert_eq!(mismatch.to_string(), "`/data/lgnm`: string promised, number found");
    }
}
