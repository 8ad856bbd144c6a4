//! Drift: what a live side does otherwise is found and told, and nothing is invented.

#[path = "drift/invented.rs"]
mod invented;
