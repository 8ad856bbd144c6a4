//! Drift: where a live answer is another than the pack promises, field by field.
//!
//! Values are nobody's promise: a live side has taxpayers of its own. What is compared is form:
//! which keys are there and in what order, of which type, how dates, numbers and empty values are
//! written, which words and codes are used.
//!
//! - [`shape`]: the form of answers, merged over many
//! - [`expected`]: what the embedded simulator shows of an endpoint, and a live answer held
//!   against it

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

mod allowed;
mod compare;
pub mod expected;
pub mod group;
pub mod patch;
mod population;
pub mod reading;
pub mod shape;
mod stage;
pub mod verified;

pub use self::{expected::Expected, shape::Shape};

/// One departure of a live side from what the pack promises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// A JSON pointer into the body (`*` is any item of a list), `status`, `header NAME`, `body`.
    pub at: String,
    /// What has changed.
    pub kind: Kind,
    /// What the pack promises, for people.
    pub promised: String,
    /// What the live side sends, for people.
    pub found: String,
    /// What the pack would have to say, where that can be written down: a status, a word, a message,
    /// the form of a date, keys in their order, a made-up value of the new form.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub live: Value,
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
    /// The answer is that of another outcome of the endpoint.
    Outcome,
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

    /// What it is called.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::ContentType => "content type",
            Self::Header => "header",
            Self::Body => "body",
            Self::Outcome => "another answer",
            Self::KeyGone => "key gone",
            Self::NewKey => "new key",
            Self::Type => "type",
            Self::Null => "null",
            Self::EmptyValue => "empty value",
            Self::DateFormat => "date format",
            Self::TextFormat => "text format",
            Self::EnumValue => "new word",
            Self::Code => "another code",
            Self::UndocumentedCode => "undocumented code",
            Self::MessageWording => "message wording",
            Self::MessageStyle => "message style",
            Self::KeyOrder => "order of keys",
            Self::Schema => "schema",
        }
    }
}

impl Class {
    /// All of them, the gravest first.
    pub const ALL: [Self; 3] = [Self::Breaking, Self::Additive, Self::Cosmetic];

    /// What it is called.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Additive => "additive",
            Self::Cosmetic => "cosmetic",
        }
    }
}

impl Drift {
    /// A departure.
    pub fn new(
        at: impl Into<String>,
        kind: Kind,
        promised: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        let (at, promised, found) = (at.into(), promised.into(), found.into());
        Self { at, kind, promised, found, live: Value::Null }
    }

    /// With what the pack would have to say.
    #[must_use]
    pub fn with(mut self, live: impl Into<Value>) -> Self {
        self.live = live.into();
        self
    }

    /// How much it matters.
    #[must_use]
    pub fn class(&self) -> Class {
        self.kind.class()
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, kind, promised, found, .. } = self;
        match kind {
            Kind::NewKey => write!(formatter, "`{at}`: new key, {found}"),
            Kind::KeyGone => write!(formatter, "`{at}`: key gone, was {promised}"),
            Kind::Type | Kind::Body => {
                write!(formatter, "`{at}`: was {promised}, live sends {found}")
            }
            Kind::UndocumentedCode => {
                write!(formatter, "`{at}`: undocumented code {found}, promised is {promised}")
            }
            Kind::EnumValue => {
                write!(formatter, "`{at}`: new word {found}, known is {promised}")
            }
            Kind::Status => write!(formatter, "status: was {promised}, live sends {found}"),
            kind => {
                write!(formatter, "`{at}`: {}: was {promised}, live sends {found}", kind.told())
            }
        }
    }
}
