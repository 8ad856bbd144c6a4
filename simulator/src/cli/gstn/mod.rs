//! `gspsim gstn`: what travels in a session with the GST network, made and opened outside one.

use std::path::PathBuf;

use clap::Subcommand;
use gsp_simulator::gstn::keys::KeyRing;

use super::{Failure, Said, global::Session};

mod certificate;
mod input;
mod open;
mod seal;

/// What `gstn` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the certificate under which clients encrypt their app key
    Certificate(certificate::Args),
    /// Seal as the network, or a client of it, does
    #[command(subcommand)]
    Seal(seal::Command),
    /// Open what was sealed, or say why it cannot be opened; ends with 1 then
    #[command(subcommand)]
    Open(open::Command),
}

/// Which pair of keys.
#[derive(Debug, clap::Args)]
struct Pair {
    /// Your own private key and certificate in one PEM file; it goes before the built-in pairs
    #[arg(long, value_name = "KEY.pem")]
    own: Option<PathBuf>,
    /// Which pair: 1 serves at first, a rotation brings the next
    #[arg(long, value_name = "N", default_value_t = 1)]
    number: usize,
}

impl Pair {
    /// The pairs, and after how many rotations the chosen one serves.
    fn ring(&self) -> Result<(KeyRing, usize), Failure> {
        let ring = match &self.own {
            None => KeyRing::built_in(),
            Some(path) => {
                let text = input::file(path)?;
                let file = path.display().to_string();
                KeyRing::with_own(&text).map_err(|error| {
                    Failure::new(format!("`{file}` cannot be used as GSTN's key: {error}"))
                        .hint(error.hint(&file))
                })?
            }
        };
        match self.number.checked_sub(1).filter(|index| *index < ring.len()) {
            Some(index) => Ok((ring, index)),
            None => {
                let message = format!("there is no certificate number {}", self.number);
                let hint = format!("there are {}, counted from 1", ring.len());
                Err(Failure::new(message).hint(hint))
            }
        }
    }
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    match &args.command {
        Command::Certificate(args) => certificate::run(session, args),
        Command::Seal(command) => seal::run(session, command),
        Command::Open(command) => open::run(session, command),
    }
}
