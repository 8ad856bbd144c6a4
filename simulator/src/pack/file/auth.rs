//! Auth and accounts in `vendor.toml`: how a caller shows who it is.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{LimitNumbers, Name};
use crate::pack::located::Located;

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
    /// Limit → what this account has of it.
    #[serde(default)]
    pub limits: IndexMap<String, Located<LimitNumbers>>,
    /// Facts for expressions: `account.facts.…`.
    #[serde(default)]
    pub facts: serde_json::Map<String, Value>,
    /// What `gspsim token` adds to its tokens.
    #[serde(default)]
    pub claims: serde_json::Map<String, Value>,
}
