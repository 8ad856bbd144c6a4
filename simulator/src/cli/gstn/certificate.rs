//! `gspsim gstn certificate`: what clients encrypt their app key under.

use std::{fs, path::PathBuf};

use gsp_simulator::tell::certificate::certificate;

use super::{Failure, Pair, Said, Session};

/// What `gstn certificate` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print the public key alone, without the certificate around it
    #[arg(long)]
    public_key: bool,
    #[command(flatten)]
    pair: Pair,
    /// Write it into this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let (ring, rotations) = args.pair.ring()?;
    let shown = certificate(&ring, rotations);
    let pem = if args.public_key { &shown.public_key } else { &shown.certificate };
    if let Some(path) = &args.out {
        fs::write(path, pem).map_err(|error| {
            Failure::new(format!("cannot write to `{}`: {error}", path.display()))
                .hint("give a file in a folder that may be written to")
        })?;
    }
    Ok(match &args.out {
        _ if session.json => Said::json(&shown),
        None => Said::text(pem.clone()),
        Some(path) => {
            let (file, subject, until) = (path.display(), &shown.subject, &shown.not_after);
            Said::text(format!("{file}: {subject}, valid until {until}\n"))
        }
    })
}
