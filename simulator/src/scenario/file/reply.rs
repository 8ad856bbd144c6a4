//! A whole reply, and the recording that it comes from, as people write them.

use indexmap::IndexMap;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::pack::located::Located;

/// So long a recording counts where nothing else is said.
const GOOD_FOR_DAYS: u32 = 90;

/// A whole reply, as it is sent. A body is one of `json` and `text`, or none.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReplyFile {
    /// HTTP status.
    pub status: Located<u16>,
    /// Headers.
    #[serde(default)]
    pub headers: IndexMap<String, Located<String>>,
    /// The body: a text of JSON.
    #[serde(default)]
    pub json: Option<Located<String>>,
    /// The body, where it is no JSON.
    #[serde(default)]
    pub text: Option<Located<String>>,
}

/// The recording that a story was made from. `gspsim check` finds those that are too old.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RecordedFile {
    /// The day, such as `"2026-11-22"`.
    #[schemars(with = "String")]
    pub on: Located<Date>,
    /// So many days it is good for.
    #[serde(default = "good_for_days")]
    pub good_for_days: u32,
}

fn good_for_days() -> u32 {
    GOOD_FOR_DAYS
}
