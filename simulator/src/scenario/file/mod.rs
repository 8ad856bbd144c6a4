//! Scenario files as people write them: `scenarios/*.toml`.
//!
//! Any value but names and `include` may be, or have in it, `${name}`: the value of a parameter.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    fault::{Fault, tls::TlsFault},
    pack::{
        file::{LimitChange, Name},
        located::Located,
    },
};

mod edit;
mod forms;
mod reply;
mod taxpayer;
mod when;

pub use self::{
    edit::{AddFile, EditFile, JsonType, OperationFile, OperationKind, RepeatFile, RetypeFile},
    forms::{AnswerFile, AnswerForm, Many, TestFile, TestForm},
    reply::{RecordedFile, ReplyFile},
    taxpayer::{DayFile, FrequencyFile, PlaceChanges, StatusFile, TaxpayerChanges},
    when::{Per, WeekdayFile, WhenFile},
};

/// A story: the first rule that fits a call decides it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ScenarioFile {
    /// Its name: the file's, without `.toml`.
    pub name: Located<String>,
    /// What it tells, in a sentence.
    pub about: String,
    /// Whom it hurts.
    #[serde(default)]
    pub hurts: String,
    /// What a good client does.
    #[serde(default)]
    pub client: String,
    /// The recording that it was made from, where it was.
    #[serde(default)]
    pub recorded: Option<RecordedFile>,
    /// Stories whose rules come after the ones here; a rule of the same name takes the place of theirs.
    #[serde(default)]
    pub include: Vec<Located<String>>,
    /// What whoever plays it may choose; `${name}` stands for the value.
    #[serde(default)]
    pub parameters: IndexMap<String, ParameterFile>,
    /// The state it begins in; `start` unless said otherwise.
    #[serde(default)]
    pub state: Option<Located<String>>,
    /// How sessions by consent differ while it is played.
    #[serde(default)]
    pub consent: ConsentChanges,
    /// How large answers differ while it is played.
    #[serde(default)]
    pub files: FileChanges,
    /// How TLS differs while it is played, where it is served.
    #[serde(default)]
    pub tls: TlsFile,
    /// How limits differ while it is played, and limits of its own.
    #[serde(default, rename = "limit")]
    pub limits: Vec<LimitChange<Name>>,
    /// Its lines, in order.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Located<RuleFile>>,
}

/// How TLS differs while a story is played; only where `gspsim serve --tls` serves it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TlsFile {
    /// What is wrong with each handshake.
    pub fault: Option<TlsFault>,
    /// Only for connections to this vendor: to its real host name, or to the port it has for itself.
    pub vendor: Option<Located<String>>,
}

/// Something about a story that whoever plays it may choose.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ParameterFile {
    /// Its value where nobody chose one; any choice is of the same type.
    pub default: Located<Value>,
    /// What it decides.
    #[serde(default)]
    pub about: String,
    /// What it may be; left out, anything of the type.
    #[serde(default)]
    pub choices: Vec<Value>,
}

/// One line of a story.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleFile {
    /// A name, so that a story which includes this one can put a rule in its place.
    #[serde(default)]
    pub name: Option<Located<String>>,
    /// Which calls it is about; left out, all.
    #[serde(default)]
    pub when: WhenFile,
    /// How likely it is, from 0 to 1; left out, certain.
    #[serde(default)]
    pub chance: Option<Located<f64>>,
    /// What is answered: an outcome or code, a list of them for one call after the other, or a table
    /// of them with weights; `as-ever` is what the call causes. Left out, `as-ever`.
    #[serde(default)]
    pub answer: Option<AnswerFile>,
    /// What comes after the last of a list.
    #[serde(default)]
    pub at_end: Option<Located<AtEnd>>,
    /// The whole reply, word for word; `answer`, where it is there too, is then its name in the
    /// journal.
    #[serde(default)]
    pub reply: Option<Located<ReplyFile>>,
    /// What becomes of the reply's JSON, in order.
    #[serde(default)]
    pub edits: Vec<Located<EditFile>>,
    /// What goes wrong on the way.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// The state that the story is in from then on.
    #[serde(default)]
    pub then_state: Option<Located<String>>,
    /// What changes about limits, before the call is answered; it lasts, whatever becomes of the story.
    #[serde(default)]
    pub limits: Vec<LimitChange<Name>>,
    /// What changes about the taxpayer asked about, before the call is answered; it lasts.
    #[serde(default)]
    pub taxpayer: Option<Located<TaxpayerChanges>>,
    /// Later rules are looked at as well, and what they say is added; no second answer is.
    #[serde(default)]
    pub go_on: bool,
}

/// What comes after the last answer of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AtEnd {
    /// The last one again and again.
    #[default]
    Stay,
    /// The first one, and so on.
    Again,
    /// The rule is over: later rules are looked at.
    Over,
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

impl ConsentChanges {
    /// The same, and what another story says where this one says nothing.
    #[must_use]
    pub fn over(self, other: &Self) -> Self {
        Self {
            otp_late_s: self.otp_late_s.or(other.otp_late_s),
            otp_lost: self.otp_lost || other.otp_lost,
            otp_life_s: self.otp_life_s.or(other.otp_life_s),
            token_life_s: self.token_life_s.or(other.token_life_s),
            window_min: self.window_min.or(other.window_min),
            most: self.most.or(other.most),
            certificate_rotated: self.certificate_rotated || other.certificate_rotated,
        }
    }
}

impl FileChanges {
    /// The same, and what another story says where this one says nothing.
    #[must_use]
    pub fn over(self, other: &Self) -> Self {
        Self { wait_s: self.wait_s.or(other.wait_s), life_s: self.life_s.or(other.life_s) }
    }
}
