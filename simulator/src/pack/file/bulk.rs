//! Large answers: asked for once, fetched as files later.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Name;
use crate::pack::located::Located;

/// A kind of file that a large answer comes as: `[files.NAME]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BulkFile {
    /// How many records go into one file.
    pub per_file: Located<u64>,
    /// How long the files take to be ready, in seconds of the tenant's clock.
    pub wait_s: i64,
    /// How long they can be fetched once they are ready, in seconds.
    pub life_s: i64,
    /// The path that a file is fetched by; begins with plain text and may have holes, `{{ part.number }}` among them.
    pub link: Located<String>,
    /// The query parameter that vouches for a link.
    pub signature: String,
    /// The query parameter that says until when a link can be used, in epoch seconds.
    pub expires: String,
    /// What the one member of a file's tar is called; ends in `.json`, may have holes.
    pub member: Located<String>,
    /// Whether the sealed content stands in double quotes.
    #[serde(default = "yes")]
    pub quoted: bool,
    /// Fields that must say the same where the file is asked for and where its details are.
    #[serde(default)]
    pub owner: Vec<Name>,
}

fn yes() -> bool {
    true
}

/// What an endpoint does with such files.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BulkStepFile {
    /// The kind of file.
    pub of: Name,
    /// What is done.
    pub step: BulkStepKind,
    /// `queue`: an expression that says how many records the plain answer has.
    #[serde(default)]
    pub count: Option<Located<String>>,
    /// `queue`: with more records than this, the answer is `file-queued`.
    #[serde(default)]
    pub over: Option<u64>,
    /// `queue`: the body that is the content of a file, told of its records only.
    #[serde(default)]
    pub contents: Option<Name>,
    /// `details`: the field with the token.
    #[serde(default)]
    pub token: Option<Name>,
    /// `fetch`: the field with the link; left out, the link is this call's own path and query.
    #[serde(default)]
    pub link: Option<Name>,
}

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BulkStepKind {
    /// A large answer is asked for: a token is given instead.
    Queue,
    /// The token is asked about: links, hashes and the key, once they are ready.
    Details,
    /// A link is followed.
    Fetch,
}
