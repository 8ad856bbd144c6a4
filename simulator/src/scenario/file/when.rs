//! Which calls a rule is about, as people write it.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Many, TestFile, forms};
use crate::pack::located::Located;

/// Which calls a rule is about; all that is given must fit.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WhenFile {
    /// Names of vendors.
    pub vendor: Many,
    /// Names of endpoints.
    pub endpoint: Many,
    /// HTTP methods.
    pub method: Many,
    /// The GSTINs asked about, as sent.
    pub gstin: Many,
    /// A regular expression for it.
    pub gstin_pattern: Option<Located<String>>,
    /// Personas by name: their GSTINs.
    pub persona: Many,
    /// Tags of personas: the GSTINs of all that have one of them.
    pub tag: Many,
    /// GST codes of states: what the GSTIN begins with.
    pub state_code: Many,
    /// This part of all GSTINs, from 0 to 1: always the same ones, the seed says which.
    pub share: Option<Located<f64>>,
    /// Headers and what they must be.
    pub header: IndexMap<String, Located<TestFile>>,
    /// Parts of the query and what they must be.
    pub query: IndexMap<String, Located<TestFile>>,
    /// Parts of the body and what they must be: a key at its top, or a JSON pointer such as `/data/gstin`.
    pub body: IndexMap<String, Located<TestFile>>,
    /// An expression over the call, such as `request.body.consent == 'N'`.
    pub holds: Option<Located<String>>,
    /// Accounts that call, by their names in the pack.
    pub account: Many,
    /// Tenants that call.
    pub tenant: Many,
    /// Which of the calls that fit: `"1..=2"`, `"3.."`, `5`, counted from 1.
    #[serde(deserialize_with = "forms::word")]
    #[schemars(with = "Option<forms::Word>")]
    pub calls: Option<Located<String>>,
    /// What is counted by itself; left out, the story as a whole.
    pub per: Option<Located<Per>>,
    /// A time of day in India: `"18:00..24:00"`, `"22:00..06:00"`; the end does not belong to it.
    pub time: Option<Located<String>>,
    /// Days of the week in India.
    pub weekday: Vec<Located<WeekdayFile>>,
    /// Days of the month in India: `"20"`, `"18..=20"`, or a list of such.
    pub day: Many,
    /// From then on: a day in India such as `2026-11-20`, or a moment such as `2026-11-20T18:00:00+05:30`.
    pub from: Option<Located<String>>,
    /// Until then, which does not belong to it.
    pub until: Option<Located<String>>,
    /// States of the story.
    pub state: Many,
}

/// What calls are counted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// The story as a whole.
    #[default]
    Scenario,
    /// Each GSTIN asked about.
    Gstin,
    /// Each account that calls.
    Account,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "days need no words")]
pub enum WeekdayFile {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}
