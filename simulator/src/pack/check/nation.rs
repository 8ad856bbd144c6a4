//! The nation: magic GSTINs and personas agree on who is somebody.

use std::collections::BTreeSet;

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
    let Some(source) = world::last_source(&ingredients.fixtures, "taxpayers/magic.toml") else {
        return Vec::new();
    };
    let Ok(magic) = Magic::read(&source, vocabulary) else { return Vec::new() };
    let known: BTreeSet<_> = personas.iter().map(|persona| persona.gstin.as_str()).collect();
    let mut findings = Vec::new();
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
