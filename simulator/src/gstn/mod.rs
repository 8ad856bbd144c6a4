//! The GST network's taxpayer session, as far as it is arithmetic: keys, envelopes, and what a
//! client did wrong with them.
//!
//! - [`primitives`]: AES-256-ECB, HMAC-SHA256 and Base64 over whole buffers
//! - [`key`]: 32 bytes that nothing prints
//! - [`sealing`]: Base64 in AES in Base64, in one pass over any amount of JSON
//! - [`envelope`]: sealed responses, requests, one-time passwords and keys; opened again
//! - [`keys`]: the network's own RSA keys and their certificates; [`padding`] of what is under them
//! - [`read`]: opens what a client sent, or says why it cannot
//! - [`diagnose`]: why a value of a client's cannot be opened, in words
//!
//! No session, no clock and no vendor in here: a session is `memory`'s, and who sends what where
//! is in the packs.

pub mod diagnose;
pub mod envelope;
pub mod key;
pub mod keys;
pub mod padding;
pub mod primitives;
pub mod read;
pub mod sealing;

pub use key::Key;
