//! Stories: what is wrong with them beyond what loading them finds.

use std::sync::Arc;

use crate::{
    finding::Finding,
    pack::{Pack, vocabulary::Vocabulary},
    scenario::{
        Library,
        compile::{Cast, Stage},
    },
    taxpayers::Persona,
    world::Ingredients,
};

/// Looks at every story that can be read.
pub(super) fn check(
    ingredients: &Ingredients,
    packs: &[Arc<Pack>],
    vocabulary: &Vocabulary,
    cast: &Cast,
) -> Vec<Finding> {
    let library = Library::of(&ingredients.scenarios);
    let stage = Stage { packs, vocabulary, cast };
    let names = library.names();
    names.flat_map(|name| crate::scenario::check::check(&library, name, stage)).collect()
}

/// What stories need to know of the personas.
pub(super) fn cast(personas: &[Persona]) -> Cast {
    Cast::of(personas.iter())
}

/// The names of all stories that can be read.
pub(super) fn names(ingredients: &Ingredients) -> Vec<String> {
    Library::of(&ingredients.scenarios).names().map(str::to_owned).collect()
}
