//! Contract cases, read from the packs and run against a target.
