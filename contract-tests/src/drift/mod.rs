//! Drift: where a live answer is another than the pack promises, field by field.
//!
//! Values are nobody's promise: a live side has taxpayers of its own. What is compared is form:
//! which keys are there and in what order, of which type, how dates, numbers and empty values are
//! written, which words and codes are used.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One departure of a live side from what the pack promises.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Drift {
    /// A JSON pointer into the body (`*` is any item of a list), `status`, `header NAME`, `body`.
    pub at: String,
    /// What has changed.
    pub kind: Kind,
    /// What the pack promises, for people.
    pub promised: String,
    /// What the live side sends, for people.
    pub found: String,
}

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Another HTTP status.
    Status,
    /// Another content type.
    ContentType,
    /// A header that matters is gone, new or another.
    Header,
    /// The body is no JSON any more, or has become some.
    Body,
    /// A key that was always there is gone.
    KeyGone,
    /// A key that was never there.
    NewKey,
    /// Another JSON type: text and number, list and object, …
    Type,
    /// Null where there never was one, or never any more.
    Null,
    /// Another way to write an empty value: `""`, `null`, `"NA"`, left out.
    EmptyValue,
    /// Dates are written otherwise.
    DateFormat,
    /// Texts of a fixed form (numbers, ids) are written otherwise.
    TextFormat,
    /// A word outside the list of those that are known.
    EnumValue,
    /// Another code than the case promises, though a documented one.
    Code,
    /// A code that the catalog has not.
    UndocumentedCode,
    /// Other words in a message.
    MessageWording,
    /// Other letters in a message: case, blanks, full stop.
    MessageStyle,
    /// Keys stand in another order.
    KeyOrder,
    /// The schema in `contract/` does not hold, and nothing else tells of it.
    Schema,
}

/// How much a drift matters to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A client that was right may fail.
    Breaking,
    /// A client that ignores what it does not know goes on.
    Additive,
    /// Only who compares texts sees it.
    Cosmetic,
}

impl Kind {
    /// How much it matters.
    #[must_use]
    pub fn class(self) -> Class {
        match self {
            Self::NewKey | Self::EnumValue | Self::UndocumentedCode => Class::Additive,
            Self::MessageWording | Self::MessageStyle | Self::KeyOrder => Class::Cosmetic,
            _ => Class::Breaking,
        }
    }
}

impl Drift {
    /// How much it matters.
    #[must_use]
    pub fn class(&self) -> Class {
        self.kind.class()
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`: {} promised, live sends {}", self.at, self.promised, self.found)
    }
}
