//! Scenario files as people write them: `scenarios/*.toml`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    fault::Fault,
    pack::{
        file::{LimitChange, Name},
        located::Located,
    },
};

/// A story: the first rule that fits a call decides it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScenarioFile {
    /// Its name: the file's, without `.toml`.
    pub name: Located<String>,
    /// What it tells, and whom it hurts.
    pub about: String,
    /// How sessions by consent differ while it is played.
    #[serde(default)]
    pub consent: ConsentChanges,
    /// How large answers differ while it is played.
    #[serde(default)]
    pub files: FileChanges,
    /// How limits differ while it is played, and limits of its own.
    #[serde(default, rename = "limit")]
    pub limits: Vec<LimitChange<Name>>,
    /// Its lines, in order.
    #[serde(default, rename = "rule")]
    pub rules: Vec<RuleFile>,
}

/// One line of a story.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleFile {
    /// Which calls it is about; left out, all.
    #[serde(default)]
    pub when: WhenFile,
    /// How likely it is, from 0 to 1; left out, certain.
    #[serde(default)]
    pub chance: Option<Located<f64>>,
    /// The outcome or code that is answered; left out, what the call causes.
    #[serde(default)]
    pub answer: Option<Located<String>>,
    /// What goes wrong on the way.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// Which calls a rule is about; all that is given must fit.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WhenFile {
    /// The vendor's name.
    pub vendor: Option<Located<String>>,
    /// The endpoint's name.
    pub endpoint: Option<Located<String>>,
    /// The GSTIN asked about.
    pub gstin: Option<Located<String>>,
    /// A regular expression for it.
    pub gstin_pattern: Option<Located<String>>,
    /// HTTP method.
    pub method: Option<Located<String>>,
    /// Headers and what they must be.
    pub header: IndexMap<String, Located<String>>,
    /// An expression over the call, such as `request.body.consent == 'N'`.
    pub holds: Option<Located<String>>,
    /// Which of the calls that fit: `"1..=2"`, `"3.."`, `"5"`.
    pub calls: Option<Located<String>>,
}

/// How sessions that taxpayers consent to differ while a story is played, at every vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ConsentChanges {
    /// OTPs arrive so much later, in seconds.
    pub otp_late_s: Option<i64>,
    /// OTPs never arrive.
    pub otp_lost: bool,
    /// How long an OTP can be used, in seconds.
    pub otp_life_s: Option<i64>,
    /// How long a token can be used, in seconds.
    pub token_life_s: Option<i64>,
    /// How long the taxpayer allows access, in minutes; 0: not at all.
    pub window_min: Option<i64>,
    /// How many sessions a user may have at once.
    pub most: Option<usize>,
    /// The network has the next key pair: what is encrypted with the public key of before cannot be read.
    pub certificate_rotated: bool,
}

/// How large answers differ while a story is played, at every vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct FileChanges {
    /// Until a file is ready, in seconds.
    pub wait_s: Option<i64>,
    /// How long it can be fetched then, in seconds.
    pub life_s: Option<i64>,
}
