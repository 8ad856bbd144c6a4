//! Magic GSTINs: numbers that nobody has, each giving one outcome at every vendor that has a word for it.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    finding::{Finding, Source},
    model::gstin::Gstin,
    pack::{located::Located, vocabulary::Vocabulary},
};

/// `fixtures/taxpayers/magic.toml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct MagicFile {
    /// The table, in the order in which it is printed.
    pub magic: Vec<MagicRow>,
}

/// One magic GSTIN.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MagicRow {
    /// The number.
    pub gstin: Located<String>,
    /// What it gives.
    pub outcome: Located<String>,
    /// Left out: the outcome is forced. `persona`: it comes by itself, since that taxpayer is so.
    #[serde(default)]
    pub by: By,
    /// For people.
    #[serde(default)]
    pub about: String,
}

/// How a magic GSTIN works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The outcome is forced, whatever the request is like.
    #[default]
    Force,
    /// A persona is behind it, so the vendor says it by itself.
    Persona,
}

/// The table, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct Magic(IndexMap<String, MagicRow, ahash::RandomState>);

impl Magic {
    /// Reads `magic.toml`.
    ///
    /// # Errors
    ///
    /// Numbers that are no GSTIN or could be real, outcomes that are not there.
    pub fn read(source: &Source, vocabulary: &Vocabulary) -> Result<Self, Vec<Finding>> {
        let file: MagicFile = toml::from_str(&source.text)
            .map_err(|error| vec![Finding::from_toml(&error).within(source)])?;
        let mut findings = Vec::new();
        let mut rows = IndexMap::default();
        for row in file.magic {
            let mut find = |message: String, located: &Located<String>, hint: &str| {
                findings
                    .push(Finding::new(message).at(located.span.clone()).hint(hint).within(source));
            };
            match row.gstin.parse::<Gstin>() {
                Err(error) => {
                    find(error.to_string(), &row.gstin, "`gspsim gstin new` makes one that fits");
                }
                Ok(gstin) if gstin.pan().is_some_and(|pan| &pan[5..9] != "0000") => find(
                    format!("`{gstin}` could be somebody's"),
                    &row.gstin,
                    "its PAN must carry the serial 0000, which nobody has",
                ),
                Ok(_) => {}
            }
            if !vocabulary.knows(&row.outcome) {
                find(
                    format!("there is no outcome `{}`", row.outcome),
                    &row.outcome,
                    "outcomes are listed in fixtures/outcomes.toml",
                );
            }
            if let Some(other) = rows.insert(row.gstin.value.clone(), row) {
                let MagicRow { gstin, .. } = other;
                find(format!("`{gstin}` is there twice"), &gstin, "take one of them out");
            }
        }
        if findings.is_empty() { Ok(Self(rows)) } else { Err(findings) }
    }

    /// The outcome this number forces.
    #[must_use]
    pub fn forced(&self, gstin: &str) -> Option<&str> {
        self.0.get(gstin).filter(|row| row.by == By::Force).map(|row| row.outcome.value.as_str())
    }

    /// All rows, in their order.
    pub fn rows(&self) -> impl Iterator<Item = &MagicRow> {
        self.0.values()
    }
}
