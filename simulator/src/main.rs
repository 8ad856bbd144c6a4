//! The `gspsim` program.
fn main() {}
