//! Which exchanges are wanted: filters, a cursor, an order.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{
    Via,
    kept::{Kept, Part},
};

/// So many exchanges are on a page unless said otherwise.
pub const PAGE: usize = 100;

/// And so many at the most.
pub const LONGEST_PAGE: usize = 1_000;

/// Which exchanges are wanted; all that is given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Query {
    /// The vendor; empty: where none took the call.
    pub vendor: Option<String>,
    /// The endpoint; empty: where none took the call.
    pub endpoint: Option<String>,
    /// The outcome.
    pub outcome: Option<String>,
    /// The code.
    pub code: Option<String>,
    /// The HTTP status, or a class of them such as `4xx`.
    pub status: Option<Statuses>,
    /// The GSTIN.
    pub gstin: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// What decided the answer.
    pub via: Option<Via>,
    /// The HTTP method.
    pub method: Option<String>,
    /// The tenant's time when it came: this or later.
    pub since: Option<Moment>,
    /// The tenant's time when it came: before this.
    pub until: Option<Moment>,
    /// What stands in the address, in a body, or in what a sealed part says.
    pub text: Option<String>,
    /// What was made to go wrong: a fault's name, `any` or `none`.
    pub fault: Option<String>,
    /// Only those with a hint, or only those without.
    pub hinted: Option<bool>,
    /// Only those after this one, in the order that is asked for.
    pub after: Option<u64>,
    /// At most so many; [`PAGE`] unless said otherwise, [`LONGEST_PAGE`] at the most.
    pub limit: Option<usize>,
    /// Which comes first.
    pub order: Order,
}

/// Which exchange comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The one that was kept first.
    #[default]
    Oldest,
    /// The one that was kept last.
    Newest,
}

/// One HTTP status, or a class of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statuses {
    /// Just this one.
    One(u16),
    /// All that begin with this digit.
    Class(u16),
}

impl Statuses {
    /// Whether a status is one of them.
    #[must_use]
    pub fn contain(self, status: u16) -> bool {
        match self {
            Self::One(one) => one == status,
            Self::Class(class) => status / 100 == class,
        }
    }
}

impl From<u16> for Statuses {
    fn from(status: u16) -> Self {
        Self::One(status)
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(status) => write!(formatter, "{status}"),
            Self::Class(class) => write!(formatter, "{class}xx"),
        }
    }
}

impl Serialize for Statuses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(status) => serializer.serialize_u16(*status),
            Self::Class(_) => serializer.collect_str(self),
        }
    }
}

impl JsonSchema for Statuses {
    fn schema_name() -> Cow<'static, str> {
        "Statuses".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An HTTP status, or a class of them.",
            "anyOf": [
                { "type": "integer", "minimum": 100, "maximum": 999 },
                { "type": "string", "pattern": "^([1-9]xx|[1-9][0-9]{2})$" },
            ],
        })
    }
}

impl FromStr for Statuses {
    type Err = String;

    /// Reads `429` or `4xx`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no HTTP status; write one as `429`, a class as `4xx`");
        let class = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"));
        match class {
            Some(class) => match class.parse() {
                Ok(class @ 1..=9) => Ok(Self::Class(class)),
                _ => Err(wrong()),
            },
            None => match text.parse() {
                Ok(status @ 100..=999) => Ok(Self::One(status)),
                _ => Err(wrong()),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Statuses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl de::Visitor<'_> for Reader {
            type Value = Statuses;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an HTTP status such as 429 or \"4xx\"")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Statuses, E> {
                number.to_string().parse().map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Statuses, E> {
                number.to_string().parse().map_err(E::custom)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Statuses, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A time of the tenant's, in epoch milliseconds; written as RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A time of the tenant's, as RFC 3339.",
            "type": "string",
            "format": "date-time",
        })
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read: Result<jiff::Timestamp, _> = text.parse();
        read.map(|moment| Self(moment.as_millisecond())).map_err(|error| {
            let example =
                "write it as 2026-11-21T10:00:00+05:30, in an address with %2B for the plus";
            de::Error::custom(format!("`{text}` is no time ({error}); {example}"))
        })
    }
}

/// Whether these are the faults that are meant: one by its name, `any`, or `none`.
#[must_use]
pub fn has_fault(meant: &str, faults: &[&str]) -> bool {
    match meant {
        "any" => !faults.is_empty(),
        "none" => faults.is_empty(),
        name => faults.contains(&name),
    }
}

impl Query {
    /// Whether an exchange is wanted, but for [`Self::text`]: that is looked for where nobody waits.
    pub(super) fn fits(&self, kept: &Kept) -> bool {
        let same = |wanted: &Option<String>, part: Part| {
            wanted.as_deref().is_none_or(|wanted| wanted.as_bytes() == kept.bytes(part))
        };
        let method =
            |wanted: &String| wanted.as_bytes().eq_ignore_ascii_case(kept.bytes(Part::Method));
        same(&self.vendor, Part::Vendor)
            && same(&self.endpoint, Part::Endpoint)
            && same(&self.outcome, Part::Outcome)
            && same(&self.code, Part::Code)
            && same(&self.gstin, Part::Gstin)
            && same(&self.account, Part::Account)
            && self.method.as_ref().is_none_or(method)
            && self.status.is_none_or(|statuses| statuses.contain(kept.status))
            && self.via.is_none_or(|via| via == kept.via)
            && self.since.is_none_or(|since| kept.at_ms >= since.0)
            && self.until.is_none_or(|until| kept.at_ms < until.0)
            && self.fault.as_deref().is_none_or(|fault| has_fault(fault, &kept.faults))
            && self.hinted.is_none_or(|hinted| hinted != kept.bytes(Part::Hint).is_empty())
    }

    /// Whether the text that is looked for is there.
    pub(super) fn reads(&self, kept: &Kept) -> bool {
        let Some(text) = self.text.as_deref() else { return true };
        let parts = [Part::Target, Part::Body, Part::Opened, Part::ReplyOpened];
        let mut texts = parts.iter().map(|part| kept.bytes(*part)).chain([&*kept.reply_body]);
        texts.any(|bytes| String::from_utf8_lossy(bytes).contains(text))
    }
}
