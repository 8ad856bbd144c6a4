//! `gspsim completions`: what a shell needs to complete our words.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Cli, Said};

/// What `completions` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> Said {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "gspsim", &mut out);
    Said::text(String::from_utf8_lossy(&out).into_owned())
}
