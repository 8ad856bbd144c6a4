//! The personas that are compiled in.

use super::{Persona, PersonaError, read_persona};

/// Name and text of each file under `fixtures/taxpayers/`.
pub const BUILT_IN_PERSONAS: &[(&str, &str)] = &[];

/// The personas of `fixtures/taxpayers/`.
///
/// # Errors
///
/// Where a file is no persona, which a test of this crate rules out.
pub fn built_in_personas() -> Result<Vec<Persona>, PersonaError> {
    BUILT_IN_PERSONAS.iter().map(|(file, text)| read_persona(file, text)).collect()
}
