//! `verified.toml`: what runs against a live side have shown to be so.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::Name;
use crate::pack::located::Located;

/// `fixtures/<vendor>/verified.toml`: what runs against a live side have shown to be so. Written by
/// `gsp-contract drift --verify`, after somebody has looked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct VerifiedFile {
    /// Each statement, with the day and the side that bore it out.
    pub verified: Vec<VerifiedRow>,
}

/// A statement that a live side bore out.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VerifiedRow {
    /// The endpoint that was asked.
    pub endpoint: Name,
    /// What it said in the end.
    pub outcome: Name,
    /// The vendor's code, where the answer is one.
    #[serde(default)]
    pub code: Option<Name>,
    /// The setting whose value was borne out, where the case relied on one.
    #[serde(default)]
    pub setting: Option<Name>,
    /// That value; when it is no longer the setting's default, the row says nothing of it.
    #[serde(default)]
    pub value: Option<Value>,
    /// The day: `2026-11-22`.
    pub on: Located<String>,
    /// The side that was asked, by the name it has in `contract.toml`.
    pub target: String,
}
