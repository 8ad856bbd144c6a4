//! The nation: magic GSTINs and personas agree on who is somebody.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::files::at_word;
use crate::{
    finding::Finding,
    magic::{By, Magic},
    pack::vocabulary::Vocabulary,
    taxpayers::Persona,
    world::{self, Ingredients},
};

/// Magic GSTINs that force an outcome over a persona, or rely on one that is not there.
pub(super) fn check(
    ingredients: &Ingredients,
    vocabulary: &Vocabulary,
    personas: &[Persona],
) -> Vec<Finding> {
    let mut findings = twice(ingredients);
    let Some(source) = world::last_source(&ingredients.fixtures, "taxpayers/magic.toml") else {
        return findings;
    };
    let Ok(magic) = Magic::read(&source, vocabulary) else { return findings };
    let known: BTreeSet<_> = personas.iter().map(|persona| persona.gstin.as_str()).collect();
    for row in magic.rows() {
        let (message, hint) = match (row.by, known.contains(row.gstin.value.as_str())) {
            (By::Force, true) => (
                format!("`{}` is a persona, whom nobody would ever see", row.gstin),
                "say `by = \"persona\"` where the persona itself brings the outcome about, or take \
                 another number",
            ),
            (By::Persona, false) => (
                format!("no persona is behind `{}`", row.gstin),
                "add its file to fixtures/taxpayers, or take `by` out to force the outcome",
            ),
            _ => continue,
        };
        findings.push(Finding::new(message).at(row.gstin.span.clone()).within(&source).hint(hint));
    }
    findings
}

/// Two files of one folder about the same number; another folder may well replace a persona.
fn twice(ingredients: &Ingredients) -> Vec<Finding> {
    let mut findings = Vec::new();
    for folder in &ingredients.fixtures {
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for name in folder.below("taxpayers/") {
            let Some(source) = folder.source(&format!("taxpayers/{name}")) else { continue };
            let Ok(Value::Object(persona)) = serde_json::from_str(&source.text) else { continue };
            let Some(gstin) = persona.get("gstin").and_then(Value::as_str) else { continue };
            if let Some(other) = seen.insert(gstin.to_owned(), name.to_owned()) {
                let finding =
                    Finding::new(format!("`{gstin}` is the persona of `{other}` already"))
                        .hint("the later one would win; give it another number");
                findings.push(at_word(finding, gstin, &[source]));
            }
        }
    }
    findings
}
