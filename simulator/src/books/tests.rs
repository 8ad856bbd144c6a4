//! What must be true of all books together.

use std::sync::Arc;

use crate::{
    pack::folder::Folder,
    taxpayers::{Register, Unknown, read_persona},
};

/// The nation with the shipped personas.
pub(super) fn nation() -> Arc<Register> {
    let fixtures = Folder::embedded_fixtures();
    let names: Vec<_> =
        fixtures.below("taxpayers/").filter(|name| Folder::has_ending(name, "json")).collect();
    let personas = names
        .into_iter()
        .map(|name| {
            let source = fixtures.source(&format!("taxpayers/{name}")).expect("it was listed");
            read_persona(name, &source.text).expect("the shipped personas are sound")
        })
        .collect();
    Arc::new(Register::new(1, personas, Unknown::Somebody))
}
