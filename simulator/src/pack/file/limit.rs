//! Limits: how often, how much, and what it costs. Packs declare them, stories and users change them.

use std::{borrow::Cow, fmt};

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Serialize,
    de::{Error, Visitor},
};

use super::Name;
use crate::pack::located::Located;

/// A limit of a vendor: `[[limits]]`. What is counted, for whom, until when, and how it is refused.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LimitFile {
    /// Its name, such as `account-per-second`.
    pub name: Name,
    /// What it is, for people.
    #[serde(default)]
    pub about: String,
    /// The outcome or code of a call that it refuses.
    pub refuse: Name,
    /// Who or what has a count of its own; left out, each account.
    #[serde(default = "each_account")]
    pub of: Vec<LimitOf>,
    /// One more thing that has a count of its own: a text with holes. Where it comes out empty, the
    /// call does not count.
    #[serde(default)]
    pub by: Option<Located<String>>,
    /// Only these endpoints; left out, all that ask for credentials.
    #[serde(default)]
    pub endpoints: Vec<Name>,
    /// When it is looked at.
    #[serde(default)]
    pub at: LimitAt,
    /// What counts; left out, calls.
    #[serde(default = "calls")]
    pub counts: Located<LimitCounts>,
    /// How many there may be, or `"unlimited"`: then only accounts that say a number are limited.
    pub most: Located<Count>,
    /// In which time.
    pub per: Located<LimitPer>,
    /// As a bucket that holds so many and is filled evenly.
    #[serde(default)]
    pub burst: Option<Located<u64>>,
    /// When it is used up, all is refused for so many seconds.
    #[serde(default)]
    pub lock_s: Option<Located<u64>>,
    /// A call that is refused meanwhile begins the time anew.
    #[serde(default)]
    pub lock_renews: bool,
}

fn each_account() -> Vec<LimitOf> {
    vec![LimitOf::Account]
}

fn calls() -> Located<LimitCounts> {
    Located::unwritten(LimitCounts::Calls)
}

/// What an account has of a limit; what is left out is as the limit says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct LimitNumbers {
    /// How many there may be.
    pub most: Option<Count>,
    /// In which time.
    pub per: Option<LimitPer>,
    /// How many the bucket holds.
    pub burst: Option<u64>,
    /// For how long all is refused then, in seconds.
    pub lock_s: Option<u64>,
}

/// Who or what has a count of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LimitOf {
    /// Each account.
    Account,
    /// Each endpoint.
    Endpoint,
    /// Each GSTIN asked about; calls that ask about none do not count.
    Gstin,
    /// Each request: the same values in all fields of an endpoint.
    Request,
}

/// When a limit is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LimitAt {
    /// Before it is known who calls.
    BeforeAuth,
    /// When it is known who calls, before the request is looked at.
    #[default]
    AfterAuth,
    /// When the endpoint's `rules` have nothing against the request.
    AfterRules,
}

/// What counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LimitCounts {
    /// Each call that is let through, as it comes.
    #[default]
    Calls,
    /// Each answer that is another than the endpoint's success.
    Errors,
    /// Answers, by outcome or code: how much each of them counts; others count nothing.
    Answers(IndexMap<String, u64>),
}

/// For how long a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LimitPer {
    /// A second, from the first call on.
    Second,
    /// A minute, from the first call on.
    Minute,
    /// An hour, from the first call on.
    Hour,
    /// A day in India, from midnight to midnight.
    Day,
    /// A month in India.
    Month,
    /// A financial year, from 1 April.
    FinancialYear,
    /// For ever: what is used up stays used up.
    Ever,
    /// So many seconds, from the first call on.
    Seconds(u32),
}

/// How many there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// As many as one likes.
    Unlimited,
    /// So many.
    Most(u64),
}

impl Count {
    /// The number, where there is one.
    #[must_use]
    pub const fn most(self) -> Option<u64> {
        match self {
            Self::Unlimited => None,
            Self::Most(most) => Some(most),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => formatter.write_str("unlimited"),
            Self::Most(most) => most.fmt(formatter),
        }
    }
}

impl Serialize for Count {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unlimited => serializer.serialize_str("unlimited"),
            Self::Most(most) => serializer.serialize_u64(*most),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl Visitor<'_> for Read {
            type Value = Count;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a number of 0 or more, or `unlimited`")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Count, E> {
                Ok(Count::Most(number))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Count, E> {
                u64::try_from(number)
                    .map(Count::Most)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(number), &self))
            }

            // A setting may be either, and a text can say both.
            fn visit_str<E: Error>(self, text: &str) -> Result<Count, E> {
                if text == "unlimited" {
                    return Ok(Count::Unlimited);
                }
                let wrong = || E::invalid_value(serde::de::Unexpected::Str(text), &self);
                text.parse().map(Count::Most).map_err(|_| wrong())
            }
        }

        deserializer.deserialize_any(Read)
    }
}

impl JsonSchema for Count {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "How many there may be, or `unlimited`.",
            "anyOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string", "pattern": "^(unlimited|[0-9]+|\\$.+)$" },
            ],
        })
    }
}

/// A change to the limits: of one that a pack declares, or one more. Stories write it as `[[limit]]`,
/// with names that know their place; the admin API takes it as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", bound(deserialize = "N: Deserialize<'de>"))]
pub struct LimitChange<N = String> {
    /// The limit's name: of one of the vendor's, or a new one.
    pub name: N,
    /// Only at this vendor; left out, at each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<N>,
    /// Only these accounts; left out, all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<N>,
    /// Only these endpoints; left out, all that the limit is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<N>,
    /// The outcome or code of a call that it refuses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refuse: Option<N>,
    /// Who or what has a count of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Vec<LimitOf>>,
    /// When it is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<LimitAt>,
    /// What counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<LimitCounts>,
    /// How many there may be, or `"unlimited"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<Count>,
    /// In which time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<LimitPer>,
    /// How many the bucket holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u64>,
    /// For how long all is refused when it is used up, in seconds.
    #[serde(default, alias = "lock_s", skip_serializing_if = "Option::is_none")]
    pub lock_s: Option<u64>,
    /// Whether a call that is refused meanwhile begins the time anew.
    #[serde(default, alias = "lock_renews", skip_serializing_if = "Option::is_none")]
    pub lock_renews: Option<bool>,
}

impl LimitChange<Name> {
    /// The change without the places of its names.
    #[must_use]
    pub fn plain(&self) -> LimitChange {
        let all = |names: &[Name]| names.iter().map(|name| name.value.clone()).collect();
        let one = |name: &Option<Name>| name.as_ref().map(|name| name.value.clone());
        LimitChange {
            name: self.name.value.clone(),
            vendor: one(&self.vendor),
            accounts: all(&self.accounts),
            endpoints: all(&self.endpoints),
            refuse: one(&self.refuse),
            of: self.of.clone(),
            at: self.at,
            counts: self.counts.clone(),
            most: self.most,
            per: self.per,
            burst: self.burst,
            lock_s: self.lock_s,
            lock_renews: self.lock_renews,
        }
    }
}
