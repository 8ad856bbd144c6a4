//! Reports of a run that does not change, with texts that want to break them.

#[path = "reports/certify.rs"]
mod certify;
#[path = "reports/formats.rs"]
mod formats;
#[path = "reports/program.rs"]
mod program;
#[path = "reports/sample.rs"]
mod sample;
