//! The reply in the vendor's words: bodies are JSON trees whose holes are filled per call.
//!
//! Everything is compiled when a pack is loaded; a call only fills holes. Which names a hole may
//! use is told by [`names`], where their values come from by [`datum`].

mod bound;
pub mod datum;
pub mod direct;
pub mod edit;
pub mod expression;
pub mod filters;
pub mod jinja;
pub mod json;
pub mod limited;
pub mod names;
mod plain;
mod reads;
pub mod scene;
pub mod template;
pub mod tree;

#[cfg(test)]
mod tests;
