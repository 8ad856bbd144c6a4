//! `gspsim serve`: the vendors over HTTP.

use super::{Exit, Failure, global::Session};

/// What `serve` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Serves until it is told to stop.
#[expect(clippy::unused_async, reason = "serving waits for calls")]
pub(crate) async fn run(_session: &Session, _args: Args) -> Result<Exit, Failure> {
    Err(Failure::new("this build cannot serve"))
}
