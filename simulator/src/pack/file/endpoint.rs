//! Endpoints in `vendor.toml`: what a call must be like, and what it is answered.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BooksFile, BulkStepFile, ConsentStepFile, Name, RuleFile};
use crate::pack::located::Located;

/// One operation of a vendor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EndpointFile {
    /// Its name, such as `verify-gstin`.
    pub name: Name,
    /// What it does, for people.
    #[serde(default)]
    pub title: String,
    /// HTTP method.
    pub method: Located<String>,
    /// Path below the vendor's root; `{name}` is one segment.
    pub path: Located<String>,
    /// What else a call must have to belong here.
    #[serde(default)]
    pub select: SelectFile,
    /// The auth scheme; `none` asks for nothing.
    #[serde(default = "default_auth")]
    pub auth: Name,
    /// How the body is read; left out, it is not.
    #[serde(default)]
    pub body: Option<BodyFile>,
    /// What the request brings.
    #[serde(default)]
    pub fields: IndexMap<String, FieldFile>,
    /// Rules looked at before auth.
    #[serde(default)]
    pub before_auth: Vec<RuleFile>,
    /// Rules looked at after auth.
    #[serde(default)]
    pub rules: Vec<RuleFile>,
    /// Who is asked about.
    #[serde(default)]
    pub lookup: Option<Located<LookupFile>>,
    /// Rules looked at when it is known who is asked about.
    #[serde(default)]
    pub after_lookup: Vec<RuleFile>,
    /// The outcome when nothing is against it.
    #[serde(default = "found")]
    pub success: Name,
    /// Outcomes that are answers, not codes.
    #[serde(default)]
    pub answers: IndexMap<String, AnswerFile>,
    /// A token that this endpoint gives.
    #[serde(default)]
    pub issues: Option<IssuesFile>,
    /// What it does with a session that a taxpayer consents to.
    #[serde(default)]
    pub consent: Option<ConsentStepFile>,
    /// The books it opens.
    #[serde(default)]
    pub books: Option<BooksFile>,
    /// What it does with large answers.
    #[serde(default)]
    pub file: Option<BulkStepFile>,
}

fn default_auth() -> Name {
    Located::unwritten("default".to_owned())
}

fn found() -> Name {
    Located::unwritten("found".to_owned())
}

/// What a call must have, besides method and path, to belong to an endpoint.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SelectFile {
    /// Values of the query.
    pub query: IndexMap<String, OneOrMany>,
    /// Headers.
    pub header: IndexMap<String, OneOrMany>,
    /// Parts of the path.
    pub path: IndexMap<String, OneOrMany>,
    /// Top-level keys of the body.
    pub body: IndexMap<String, OneOrMany>,
    /// Top-level keys of the body, or where it lacks them, values of the query.
    pub anywhere: IndexMap<String, OneOrMany>,
}

/// One text, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// Just this one.
    One(String),
    /// Any of these.
    Many(Vec<String>),
}

impl OneOrMany {
    /// The texts.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// How a body is read.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BodyFile {
    /// Content types taken; the first also serves calls without one.
    pub accepts: Vec<Media>,
    /// The outcome or code of a body that cannot be read.
    pub unreadable: Name,
    /// The outcome or code of another content type; left out, the body is tried all the same.
    #[serde(default)]
    pub wrong_type: Option<Name>,
    /// `{{ reason }}` of a body that cannot be read; may have holes.
    #[serde(default)]
    pub reason: Option<Name>,
}

/// A kind of body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Media {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/form-data`, text parts.
    Multipart,
}

/// A value that the request brings.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FieldFile {
    /// Where it stands.
    #[serde(rename = "in")]
    pub place: FieldPlace,
    /// Its name there, or a JSON pointer into the body; left out, the field's own name.
    #[serde(default)]
    pub key: Option<String>,
    /// Other names that it may have there, tried in order.
    #[serde(default)]
    pub also: Vec<String>,
    /// Turns texts such as `"true"` and `"12"` into values.
    #[serde(default)]
    pub read: Option<ReadAs>,
    /// What is done to a text before it is looked at.
    #[serde(default)]
    pub normalize: Vec<Normalize>,
}

/// Where a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldPlace {
    /// In the body.
    Body,
    /// In the query.
    Query,
    /// In the body, or where that lacks it, in the query.
    Anywhere,
    /// In the path.
    Path,
    /// In a header.
    Header,
}

/// What texts are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReadAs {
    /// `true`, `false`, `yes`, `no` in any case become booleans.
    Boolean,
    /// Digits become numbers.
    Number,
    /// Values stay what they are.
    AsIs,
}

/// What is done to a text before it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// White space at both ends is dropped.
    Trim,
    /// Letters become capitals.
    Upper,
    /// Nothing: for settings.
    AsIs,
}

/// Who is asked about: the field, by kind.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct LookupFile {
    /// The field with a GSTIN.
    pub gstin: Option<Name>,
    /// The field with a PAN.
    pub pan: Option<Name>,
    /// The field with a part of a legal name.
    pub legal_name: Option<Name>,
    /// The most taxpayers found.
    pub limit: Option<usize>,
}

/// How an outcome is answered.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AnswerFile {
    /// HTTP status, 100 to 999; default 200, or the code's.
    pub status: Option<Located<u16>>,
    /// The body; default `<endpoint>/<outcome>`, or the code's.
    pub body: Option<Name>,
    /// More headers; values may have holes.
    pub headers: IndexMap<String, Located<String>>,
    /// The row of `errors.toml` that this answer is.
    pub code: Option<Name>,
    /// `{{ reason }}`, where no rule gives one; default the code's. May have holes.
    pub reason: Option<Name>,
}

/// A token that an endpoint gives.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IssuesFile {
    /// The session's name, for auth parts.
    pub session: String,
    /// Its life in seconds.
    pub life_s: i64,
    /// How the token looks.
    #[serde(default)]
    pub form: TokenForm,
}

/// How an issued token looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TokenForm {
    /// 40 letters and digits.
    #[default]
    Opaque,
    /// A UUID.
    Uuid,
    /// Three base64url parts, the middle one with `sub`, `iat` and `exp`.
    Jwt,
}
