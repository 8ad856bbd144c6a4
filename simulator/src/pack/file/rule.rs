//! Rules in `vendor.toml`: what the vendor says of a request, in its order.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::Name;
use crate::{model::gstin::GstinForm, pack::located::Located};

/// One thing the vendor looks at; the first rule that fails decides.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleFile {
    /// The field it is about.
    #[serde(default)]
    pub field: Option<Name>,
    /// An expression: the rule is looked at only if it holds.
    #[serde(default)]
    pub when: Option<Located<String>>,
    /// What must be so.
    pub check: Located<CheckFile>,
    /// The outcome or code when it is not so.
    #[serde(rename = "else")]
    pub otherwise: Name,
    /// `{{ reason }}` of the reply; may have holes.
    #[serde(default)]
    pub reason: Option<Located<String>>,
}

/// What a rule asks of its field.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum CheckFile {
    /// It is there and not null.
    Present,
    /// It is there and not empty.
    Filled,
    /// It has this JSON type.
    Type(JsonType),
    /// It is one of these values.
    OneOf(Vec<Value>),
    /// It is a text that this regular expression fits.
    Pattern(String),
    /// It is a text of that many characters.
    Length(LengthFile),
    /// It is a GSTIN, more or less strictly.
    Gstin(GstinCheck),
    /// It is a PAN.
    Pan(PanForm),
    /// It is a financial year, from `first` to the current one.
    FinancialYear(FinancialYearFile),
    /// This expression is true.
    Holds(String),
}

/// How strictly a GSTIN is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GstinCheck {
    /// State 01 to 37, an ordinary PAN, `Z`, the right check character.
    Strict,
    /// Any layout, the right check character.
    Realistic,
    /// Any layout, any check character.
    Pattern,
    /// 15 letters and digits.
    LengthOnly,
    /// Anything.
    Any,
}

impl GstinCheck {
    /// Whether the text passes.
    #[must_use]
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::Strict => GstinForm::Strict.accepts(text),
            Self::Realistic => GstinForm::Realistic.accepts(text),
            Self::Pattern => GstinForm::Pattern.accepts(text),
            Self::LengthOnly => GstinForm::LengthOnly.accepts(text),
            Self::Any => true,
        }
    }
}

/// How strictly a PAN is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PanForm {
    /// Five letters, four digits, a letter.
    Ordinary,
    /// Anything.
    Any,
}

/// A JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JsonType {
    /// A text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// A list.
    List,
    /// An object.
    Object,
    /// Any of them.
    Any,
}

/// Bounds of a text's length, in characters.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LengthFile {
    /// At least.
    #[serde(default)]
    pub min: usize,
    /// At most.
    #[serde(default)]
    pub max: Option<usize>,
}

/// Bounds of a financial year; the last is the current one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FinancialYearFile {
    /// The first year taken, such as `2017-18`.
    pub first: Located<String>,
}
