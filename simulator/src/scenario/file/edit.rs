//! What becomes of a reply's JSON, as people write it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use super::Many;
use crate::pack::located::Located;
pub use crate::render::edit::JsonType;

/// One change of a reply's JSON, such as `{ remove = "/data/lgnm" }`.
///
/// A pointer is a JSON pointer in which `*` is every member or item and `**` any number of steps, so
/// `/**/gstin` is every `gstin` there is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum EditFile {
    /// A JSON merge patch (RFC 7396). TOML has no null: to take a member away, say `remove`.
    Merge(ObjectFile),
    /// A JSON Patch (RFC 6902); all of it or, where one operation fails, nothing.
    Patch(Vec<Located<OperationFile>>),
    /// Members or items that are taken away.
    Remove(Many),
    /// Values that become null.
    Null(Many),
    /// A value that gets another type.
    Retype(RetypeFile),
    /// A member that nobody knows, or another value for one that is there.
    Add(AddFile),
    /// A member that is written twice: JSON with a key too many.
    RepeatKey(RepeatFile),
    /// Wherever the GSTIN asked about is said, or its PAN, this one is, or its PAN.
    OtherGstin(Located<String>),
}

/// An object.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct ObjectFile(pub serde_json::Map<String, Value>);

impl JsonSchema for ObjectFile {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Object".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

/// A value that gets another type.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RetypeFile {
    /// Where it is.
    pub at: Many,
    /// What it becomes.
    pub to: JsonType,
}

/// A member that is added.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddFile {
    /// Where; with `*` or `**` in it only where it is already.
    pub at: Located<String>,
    /// What.
    pub value: Value,
}

/// A member that is written twice.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RepeatFile {
    /// Where it is.
    pub at: Located<String>,
    /// The second value; left out, the first one again.
    pub value: Option<Value>,
}

/// One operation of a JSON Patch.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OperationFile {
    /// What is done.
    pub op: OperationKind,
    /// Where: a JSON pointer.
    pub path: Located<String>,
    /// From where, for `move` and `copy`.
    pub from: Option<Located<String>>,
    /// What, for `add`, `replace` and `test`.
    pub value: Option<Value>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "RFC 6902 tells them")]
pub enum OperationKind {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}
