//! Values that faults' settings are made of; each refuses what cannot be.

use std::{borrow::Cow, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};

use crate::model::{
    dice::Dice,
    reply::LONGEST_WAIT,
    wire::{Cut, End},
};

/// How likely a fault is, from 0 to 1; certain where nothing is said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance(f64);

// It is never NaN: reading refuses what is not from 0 to 1.
impl Eq for Chance {}

impl Default for Chance {
    fn default() -> Self {
        Self(1.0)
    }
}

impl Chance {
    /// Whether it happens this time; a certain one throws no dice.
    pub(super) fn holds(self, dice: &mut Dice) -> bool {
        self.0 >= 1.0 || dice.chance(self.0)
    }

    /// In words, with a blank before; nothing where it is certain.
    pub(super) fn told(self) -> String {
        if self.0 >= 1.0 { String::new() } else { format!(" {} times out of 100", self.0 * 100.0) }
    }
}

impl<'de> Deserialize<'de> for Chance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let chance = f64::deserialize(deserializer)?;
        if (0.0..=1.0).contains(&chance) {
            return Ok(Self(chance));
        }
        Err(D::Error::custom(format!("a chance of {chance}; it is from 0 to 1")))
    }
}

impl JsonSchema for Chance {
    fn schema_name() -> Cow<'static, str> {
        "Chance".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": 1, "default": 1 })
    }
}

/// A time, in milliseconds; ten minutes at the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(u64);

/// As long as anything may take.
const LONGEST: Millis = Millis(LONGEST_WAIT.as_secs() * 1_000);

impl Millis {
    /// So many.
    ///
    /// # Errors
    ///
    /// When they are more than ten minutes.
    pub fn new(millis: u64) -> Result<Self, String> {
        if millis <= LONGEST.0 {
            return Ok(Self(millis));
        }
        Err(format!("{millis} ms is too long; ten minutes, {} ms, is the most", LONGEST.0))
    }

    pub(super) const fn longest() -> Self {
        LONGEST
    }

    /// As a number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// As a time.
    #[must_use]
    pub fn time(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Millis {
    fn schema_name() -> Cow<'static, str> {
        "Milliseconds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": LONGEST.0 })
    }
}

/// A speed, in bytes a second; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(u32);

impl Rate {
    pub(super) const fn new(bytes_per_second: u32) -> Self {
        Self(bytes_per_second)
    }

    /// As a number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            0 => Err(D::Error::custom("no bytes a second is no speed; `hang` sends nothing")),
            rate => Ok(Self(rate)),
        }
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "BytesPerSecond".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": u32::MAX })
    }
}

/// Where sending stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// Before the first byte.
    #[default]
    BeforeHeaders,
    /// Behind the headers, before the body.
    AfterHeaders,
}

/// Where sending stops: behind so many bytes of the body where they are given.
pub(super) fn cut(at: At, after_bytes: Option<u64>) -> Cut {
    match (after_bytes, at) {
        (Some(bytes), _) => Cut::Body(bytes),
        (None, At::BeforeHeaders) => Cut::BeforeHead,
        (None, At::AfterHeaders) => Cut::AfterHead,
    }
}

/// Where sending stops, in words.
pub(super) fn told_cut(at: At, after_bytes: Option<u64>) -> String {
    match cut(at, after_bytes) {
        Cut::BeforeHead => "before the headers".to_owned(),
        Cut::AfterHead => "after the headers".to_owned(),
        Cut::Body(bytes) => format!("after {bytes} bytes of the body"),
    }
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It is closed: the caller reads an end.
    Close,
    /// It is reset: the caller's system reports an error.
    Reset,
}

impl From<How> for End {
    fn from(how: How) -> Self {
        match how {
            How::Close => Self::Closed,
            How::Reset => Self::Reset,
        }
    }
}

/// How a connection ends, in words.
pub(super) fn told_how(how: How) -> &'static str {
    match how {
        How::Close => "closed",
        How::Reset => "reset",
    }
}
