//! The files of a pack as people write them: `vendor.toml`, `errors.toml`, `outcomes.toml`.
//!
//! Structs that know all their fields; what types cannot say is checked in [`super::compile`].

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::located::Located;
use crate::model::gstin::GstinForm;

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

/// How a caller shows who it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AuthFile {
    /// The outcome or code when a part is not there.
    pub missing: Name,
    /// The outcome or code when no account has what is there.
    pub wrong: Name,
    /// One to five parts; all must fit the same account.
    pub parts: Vec<AuthPartFile>,
}

/// One credential of a call.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AuthPartFile {
    /// The accounts' word for it.
    pub name: Name,
    /// Where it stands.
    pub place: AuthPlace,
    /// The word before it, in any case, such as `Bearer`.
    #[serde(default)]
    pub scheme: Option<String>,
    /// How the account's value is written when sent.
    #[serde(default)]
    pub encoding: Encoding,
    /// How it is checked.
    #[serde(default)]
    pub check: AuthCheckFile,
}

/// Where a credential stands in a call.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum AuthPlace {
    /// In this header.
    Header(String),
    /// In this value of the query.
    Query(String),
    /// In this part of the path.
    Path(String),
    /// In this top-level key of the body.
    Body(String),
}

/// How an account's value is written when sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// As it is.
    #[default]
    Plain,
    /// In base64.
    Base64,
}

/// How a credential is checked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum AuthCheckFile {
    /// It equals the account's value.
    #[default]
    Secret,
    /// A login endpoint gave it.
    Issued(IssuedFile),
    /// It is a PASETO v4 token.
    Paseto(Box<PasetoFile>),
}

/// A token that a login endpoint gave.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IssuedFile {
    /// The name that the login endpoint's `issues` has.
    pub session: Name,
    /// The outcome or code when its life is over.
    pub expired: Name,
}

/// Rules for PASETO v4 tokens.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PasetoFile {
    /// Signed or encrypted.
    pub purpose: PasetoPurpose,
    /// Ed25519 seed, 64 hex digits.
    pub signing_seed: Located<String>,
    /// Symmetric key, 64 hex digits.
    pub local_key: Located<String>,
    /// What `iss` must be.
    #[serde(default)]
    pub issuer: Option<String>,
    /// What `aud` must be.
    #[serde(default)]
    pub audience: Option<String>,
    /// Clock skew allowed, in seconds.
    #[serde(default)]
    pub leeway_s: i64,
    /// The claim that names the account.
    #[serde(default = "subject_claim")]
    pub account_claim: String,
    /// Which footers are taken.
    #[serde(default)]
    pub footer: PasetoFooter,
    /// The implicit assertion both sides know.
    #[serde(default)]
    pub implicit_assertion: String,
    /// What a token made by `gspsim token` says.
    pub mint: PasetoMint,
}

fn subject_claim() -> String {
    "sub".to_owned()
}

/// What a PASETO token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PasetoPurpose {
    /// Signed, readable: `v4.public.`.
    Public,
    /// Encrypted: `v4.local.`.
    Local,
}

/// Which footers a token may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PasetoFooter {
    /// Any.
    Any,
    /// No footer.
    None,
    /// None, or JSON whose `kid` is our key's PASERK id.
    #[default]
    OwnKeyId,
}

/// What a token made by `gspsim token` says.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PasetoMint {
    /// Its life in seconds.
    pub life_s: i64,
    /// Its claims besides `iat`, `nbf` and `exp`.
    pub claims: serde_json::Map<String, Value>,
}

/// Somebody who may call.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AccountFile {
    /// Its name, such as `default`.
    pub name: Name,
    /// What is particular about it.
    #[serde(default)]
    pub about: String,
    /// A value for each auth part.
    #[serde(default)]
    pub credentials: IndexMap<String, Located<String>>,
    /// The outcome or code that each of its calls gets.
    #[serde(default)]
    pub refused: Option<Name>,
    /// Facts for expressions: `account.facts.…`.
    #[serde(default)]
    pub facts: serde_json::Map<String, Value>,
    /// What `gspsim token` adds to its tokens.
    #[serde(default)]
    pub claims: serde_json::Map<String, Value>,
}

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
    /// No vendor has it itself; it stands for the first of `said-as` that the vendor has.
    #[serde(default)]
    pub family: bool,
}
