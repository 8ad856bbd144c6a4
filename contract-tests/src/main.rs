//! The `gsp-contract` program: it alone prints and exits.

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, tell};

mod cli;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match Box::pin(Cli::parse().run()).await {
        Ok(code) => code.into(),
        Err(trouble) => tell(&trouble).into(),
    }
}
