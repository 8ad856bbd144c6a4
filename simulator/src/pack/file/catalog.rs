//! `errors.toml`: the catalog.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Name;
use crate::pack::located::Located;

/// `fixtures/<vendor>/errors.toml`: the catalog.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ErrorsFile {
    /// Every code, in the order of the vendor's documents.
    pub codes: Vec<CodeFile>,
}

/// One code of a vendor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CodeFile {
    /// The vendor's own word.
    pub code: Name,
    /// Ours; the first row with an outcome is its default.
    pub outcomes: Vec<Name>,
    /// HTTP status, 100 to 999.
    pub status: Located<u16>,
    /// The vendor's wording.
    #[serde(default)]
    pub message: String,
    /// A detail, for bodies that have one; may have holes.
    #[serde(default)]
    pub reason: Option<Located<String>>,
    /// The detail where one of the outcomes has another one; may have holes.
    #[serde(default)]
    pub reasons: IndexMap<String, Located<String>>,
    /// The body; default `<endpoint>/<outcome>` where that is, else the pack's error body.
    #[serde(default)]
    pub body: Option<Name>,
    /// More headers; values may have holes.
    #[serde(default)]
    pub headers: IndexMap<String, Located<String>>,
    /// Only these endpoints have it; empty: all.
    #[serde(default)]
    pub endpoints: Vec<Name>,
    /// Who says it.
    pub layer: Layer,
    /// What makes the vendor say it.
    pub cause: String,
    /// What the caller should do.
    pub mend: String,
    /// Whether calling again helps.
    pub retry: Retry,
    /// Where this is written.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// Who says a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The request is wrong.
    Client,
    /// The vendor.
    Vendor,
    /// What lies behind the vendor.
    Upstream,
}

/// Whether calling again helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// Never.
    Never,
    /// After the request or the account was mended.
    AfterFix,
    /// After a while, longer each time.
    Backoff,
    /// When the limit begins anew.
    AfterReset,
}

/// How sure a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// The vendor's page for this API says so.
    Documented,
    /// Another page of the vendor, or of one like it, says so.
    VendorDoc,
    /// Public client code shows it.
    ClientCode,
    /// Our reading.
    Assumed,
}
