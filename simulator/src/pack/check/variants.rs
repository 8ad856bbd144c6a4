//! Variants: what a user may choose must not break the pack.

use std::sync::Arc;

use serde_json::Value;

use super::{files::PackFiles, rehearsal, touched::Places};
use crate::{
    finding::Finding,
    pack::{compile, contract::Case, vocabulary::Vocabulary},
    taxpayers::Register,
    world::Ingredients,
};

/// Loads the pack once for each choice that is not taken now, and rehearses what hangs on it.
pub(super) fn check(
    files: &PackFiles<'_>,
    ingredients: &Ingredients,
    vocabulary: &Vocabulary,
    register: &Arc<Register>,
    cases: &[Case],
    findings: &mut Vec<Finding>,
) {
    let Some(places) = Places::read(files) else { return };
    for note in &files.pack.setting_notes {
        let touched = places.touched(&note.name);
        for choice in note.choices.iter().filter(|choice| **choice != note.value) {
            let text = match choice {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let mut settings = ingredients.settings.clone();
            settings
                .entry(files.pack.name.clone())
                .or_default()
                .insert(note.name.clone(), text.clone());
            let mut wrong = Vec::new();
            let (folder, name) = (files.folder, &files.pack.name);
            let known = touched.bodies_left();
            match compile::load_beside(folder, name, vocabulary, &settings, known) {
                Err(more) => wrong = more,
                Ok(pack) => {
                    let pack = Arc::new(pack);
                    rehearsal::check_touched(files, &pack, &touched, (register, cases), &mut wrong);
                }
            }
            // What is wrong whatever is chosen was told of already.
            wrong.retain(|finding| !findings.iter().any(|told| same(told, finding)));
            findings.extend(wrong.into_iter().map(|mut finding| {
                finding.message = format!("with {} = {text}: {}", note.name, finding.message);
                finding
            }));
        }
    }
}

fn same(one: &Finding, other: &Finding) -> bool {
    one.message == other.message
        && one.span == other.span
        && one.source.as_ref().map(|source| &source.path)
            == other.source.as_ref().map(|source| &source.path)
}
