//! Check: what is wrong with packs, personas and stories beyond what loading them finds.
//!
//! One file a subject. Each gives findings with file, place and hint; nothing is sent, nothing is
//! written, so a check may look at any folder.

mod files;
mod flows;
mod leftovers;
mod nation;
mod promises;
mod rehearsal;
pub(crate) mod requests;
pub(crate) mod sample;
pub mod schema;
mod seals;
mod sessions;
mod stories;
mod touched;
mod variants;
mod wiring;

#[cfg(test)]
mod tests;

use std::{collections::HashSet, sync::Arc};

use self::files::PackFiles;
use super::vocabulary::Vocabulary;
use crate::{
    finding::Finding,
    scenario::Library,
    taxpayers::Register,
    world::{self, Ingredients, World},
};

/// What to do where a file cannot be read at all.
const FORMAT: &str =
    "docs/pack-format.md tells what may stand here, `gspsim schema` tells an editor";

/// And where that is a story's.
const STORY_FORMAT: &str =
    "docs/scenarios.md tells what may stand here, `gspsim schema scenario` tells an editor";

/// All that is wrong with what a world would be made from, in the order of its vendors.
///
/// A file that cannot be read hides what would be wrong behind it; all else is looked at.
#[must_use]
pub fn check(ingredients: &Ingredients) -> Vec<Finding> {
    let mut findings = World::load(ingredients).err().unwrap_or_default();
    // What cannot be read was told of by the loader.
    let mut told = Vec::new();
    let vocabulary = world::last_source(&ingredients.fixtures, "outcomes.toml")
        .and_then(|source| Vocabulary::read(&source).ok())
        .unwrap_or_default();
    let personas = world::personas(&ingredients.fixtures, &mut told);
    let magic = nation::check(ingredients, &vocabulary, &personas);
    let cast = stories::cast(&personas);
    let register = Arc::new(Register::new(ingredients.seed, personas, ingredients.unknown));
    let packs = world::packs(ingredients, &vocabulary, &mut told);
    let files: Vec<_> = world::homes(&ingredients.fixtures)
        .into_iter()
        .filter_map(|(name, folder)| {
            let pack = packs.iter().find(|pack| pack.name == name)?;
            PackFiles::read(folder, pack, ingredients.settings.get(&name))
        })
        .collect();
    let scenarios = stories::names(ingredients);
    for pack in &files {
        let contract = requests::read(pack, &scenarios, &mut findings);
        let cases = &contract.cases;
        rehearsal::check(pack, &register, cases, &mut findings);
        promises::check(pack, &register, &contract, &mut findings);
        wiring::check(pack, &mut findings);
        leftovers::check(pack, &mut findings);
        wiring::declared_in_vain(pack, &mut findings);
        variants::check(pack, ingredients, &vocabulary, &register, cases, &mut findings);
    }
    leftovers::shared_hosts(&files, &mut findings);
    findings.extend(magic);
    findings.extend(stories::check(ingredients, &packs, &vocabulary, &cast));

    let library = Library::of(&ingredients.scenarios);
    for finding in &mut findings {
        let of_story = finding.source.as_ref().is_some_and(|source| library.has(&source.path));
        let format = if of_story { STORY_FORMAT } else { FORMAT };
        finding.hint.get_or_insert_with(|| format.to_owned());
    }
    let mut seen = HashSet::new();
    findings.retain(|finding| {
        let path = finding.source.as_ref().map(|source| source.path.clone());
        seen.insert((path, finding.span.clone(), finding.message.clone()))
    });
    findings
}
