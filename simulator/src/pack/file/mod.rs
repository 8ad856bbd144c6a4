//! The files of a pack as people write them: `vendor.toml`, `errors.toml`, `outcomes.toml`.
//!
//! Structs that know all their fields; what types cannot say is checked in [`super::compile`].

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::located::Located;

mod auth;
mod bulk;
mod catalog;
mod consent;
mod endpoint;
mod limit;
mod rule;
mod verified;

pub use self::{
    auth::{
        AccountFile, AuthCheckFile, AuthFile, AuthPartFile, AuthPlace, Encoding, IssuedFile,
        PasetoFile, PasetoFooter, PasetoMint, PasetoPurpose,
    },
    bulk::{BulkFile, BulkStepFile, BulkStepKind},
    catalog::{Certainty, CodeFile, ErrorsFile, Layer, Retry},
    consent::{BooksFile, ConsentFile, ConsentStepFile, RefreshKeyFile, ReturnFile, StepFile},
    endpoint::{
        AnswerFile, BodyFile, EndpointFile, FieldFile, FieldPlace, IssuesFile, LookupFile, Media,
        Normalize, OneOrMany, ReadAs, SelectFile, TokenForm,
    },
    limit::{Count, LimitAt, LimitChange, LimitCounts, LimitFile, LimitNumbers, LimitOf, LimitPer},
    rule::{CheckFile, FinancialYearFile, GstinCheck, JsonType, LengthFile, PanForm, RuleFile},
    verified::{VerifiedFile, VerifiedRow},
};

/// A name that another part of the pack defines: an outcome, a code, a body, a field.
pub type Name = Located<String>;

/// `fixtures/<vendor>/vendor.toml`: how a vendor is reached and what it answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VendorFile {
    /// The vendor's product, for people.
    pub title: String,
    /// One sentence on what is imitated.
    #[serde(default)]
    pub about: String,
    /// Real host names: a call with such a `Host` header belongs here.
    #[serde(default)]
    pub hosts: Vec<Name>,
    /// Defaults of all replies.
    #[serde(default)]
    pub reply: ReplyDefaults,
    /// What HTTP itself refuses, as outcome or code.
    #[serde(default)]
    pub edges: Edges,
    /// What a user may choose.
    #[serde(default)]
    pub settings: IndexMap<String, Setting>,
    /// Outcomes that only this vendor has.
    #[serde(default)]
    pub outcomes: IndexMap<String, OutcomeEntry>,
    /// Auth schemes by name; endpoints use `default` unless they say otherwise.
    #[serde(default)]
    pub auth: IndexMap<String, AuthFile>,
    /// Sessions that a taxpayer opens with a one-time password.
    #[serde(default)]
    pub consents: IndexMap<String, ConsentFile>,
    /// Files that large answers come as.
    #[serde(default)]
    pub files: IndexMap<String, BulkFile>,
    /// How often one may call, how much, and what it costs.
    #[serde(default)]
    pub limits: Vec<LimitFile>,
    /// Who may call, and who is refused how.
    #[serde(default)]
    pub accounts: Vec<AccountFile>,
    /// The vendor's operations.
    pub endpoints: Vec<EndpointFile>,
    /// GSTINs that give an outcome before any format check.
    #[serde(default)]
    pub scripted: Vec<ScriptedFile>,
    /// Value maps for the filter `mapped`.
    #[serde(default)]
    pub maps: IndexMap<String, IndexMap<String, String>>,
}

/// Defaults of all replies of a vendor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ReplyDefaults {
    /// Content type of JSON bodies.
    pub content_type: String,
    /// Headers sent with every reply; values may have holes.
    pub headers: IndexMap<String, Located<String>>,
    /// The body of codes that name none of their own.
    pub error_body: Option<Name>,
}

impl Default for ReplyDefaults {
    fn default() -> Self {
        Self {
            content_type: "application/json".to_owned(),
            headers: IndexMap::new(),
            error_body: None,
        }
    }
}

/// What HTTP itself refuses, as outcome or code; left out, a plain HTTP answer.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Edges {
    /// No such path.
    pub unknown_path: Option<Name>,
    /// The path is known, the method is not.
    pub wrong_method: Option<Name>,
    /// The body is larger than what is taken.
    pub body_too_large: Option<Name>,
}

/// A choice the pack leaves to its user.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setting {
    /// What it decides.
    pub about: String,
    /// The reading taken unless the user says otherwise.
    pub default: Value,
    /// The allowed values; left out, any of the default's type.
    #[serde(default)]
    pub choices: Vec<Value>,
    /// Where the choice comes from.
    #[serde(default)]
    pub source: String,
}

/// A GSTIN that gives an outcome before any format check.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScriptedFile {
    /// Exactly this text.
    #[serde(default)]
    pub gstin: Option<Name>,
    /// Any text that this regular expression fits.
    #[serde(default)]
    pub pattern: Option<Located<String>>,
    /// Outcome or code.
    pub outcome: Name,
    /// Why.
    #[serde(default)]
    pub about: String,
}

/// `fixtures/outcomes.toml`: the outcomes every vendor may speak of.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct OutcomesFile {
    /// By name.
    pub outcomes: IndexMap<String, OutcomeEntry>,
}

/// One outcome.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OutcomeEntry {
    /// What it means.
    pub about: String,
    /// What a vendor without a word for it says instead, tried in order.
    #[serde(default)]
    pub said_as: Vec<Name>,
    /// It is about who calls and how often, not about what is asked.
    #[serde(default)]
    pub of_account: bool,
    /// No vendor has it itself; it stands for the first of `said-as` that the vendor has.
    #[serde(default)]
    pub family: bool,
}
