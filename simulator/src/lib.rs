//! Plays GST Suvidha Providers and GSTIN-verification vendors from files.

pub mod model;
pub mod taxpayers;
