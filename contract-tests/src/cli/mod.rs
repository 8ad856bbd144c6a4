//! The command line: a file for each command; here is what they share.

use std::io::Write as _;

use clap::{Parser, Subcommand};
use gsp_contract_tests::{case::Suite, target::TargetError};
use gsp_simulator::{finding::Finding, model::period, pack::folder::Folder, world::Ingredients};
use jiff::{Timestamp, civil::Date};

mod certify;
mod choice;
mod coverage;
mod doctor;
mod drift;
mod fidelity;
mod lint;
mod progress;
mod record;
mod replay;
mod report;
mod reports;
mod run;
mod schema;

/// All was as promised.
pub(crate) const DONE: u8 = 0;
/// Something was not.
pub(crate) const MISMATCHES: u8 = 1;
/// A file or an argument is wrong; clap gives it too.
pub(crate) const WRONG_INPUT: u8 = 2;
/// Nothing answers.
pub(crate) const OUT_OF_REACH: u8 = 3;
/// Somebody pressed Ctrl-C, as shells have it.
pub(crate) const INTERRUPTED: u8 = 130;

/// Runs one contract against the simulator, any address, or a vendor's live sandbox.
#[derive(Debug, Parser)]
#[command(name = "gsp-contract", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::Args>),
    Report(report::Args),
    Coverage(Box<coverage::Args>),
    Certify(Box<certify::Args>),
    Doctor(doctor::Args),
    Drift(drift::Args),
    Fidelity(fidelity::Args),
    Record(record::Args),
    Lint(lint::Args),
    Replay(replay::Args),
    Schema(schema::Args),
}

impl Cli {
    /// Does what is asked; gives the exit code.
    pub(crate) async fn run(self) -> Result<u8, Trouble> {
        match self.command {
            Command::Run(args) => run::run(&args).await,
            Command::Report(args) => report::run(&args),
            Command::Coverage(args) => coverage::run(&args).await,
            Command::Certify(args) => Box::pin(certify::run(&args)).await,
            Command::Doctor(args) => doctor::run(&args),
            Command::Drift(args) => drift::run(&args).await,
            Command::Fidelity(args) => fidelity::run(&args),
            Command::Record(args) => record::run(&args).await,
            Command::Lint(args) => lint::run(&args),
            Command::Replay(args) => replay::run(&args).await,
            Command::Schema(args) => schema::run(&args),
        }
    }
}

/// Why nothing was done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// A file or an argument: the text as it is told, `error:` and `hint:` included.
    Input(String),
    /// The target.
    Target(TargetError),
}

impl From<TargetError> for Trouble {
    fn from(error: TargetError) -> Self {
        Self::Target(error)
    }
}

/// The vendors that a command is about: those in the program, and a folder of one's own.
#[derive(Debug, clap::Args)]
pub(crate) struct Packs {
    /// One more folder of vendors; those in it replace others of their name.
    #[arg(long, value_name = "DIR")]
    pub(crate) fixtures: Option<std::path::PathBuf>,
}

impl Packs {
    /// What the simulator and the suite are made from.
    pub(crate) fn ingredients(&self) -> Result<Ingredients, Trouble> {
        let mut ingredients = Ingredients::default();
        if let Some(path) = &self.fixtures {
            let folder = Folder::read(path).map_err(|error| {
                Trouble::Input(format!(
                    "error: the folder `{}` cannot be read: {error}\nhint: give a folder that is there and that you may read",
                    path.display()
                ))
            })?;
            ingredients.fixtures.push(folder);
        }
        Ok(ingredients)
    }

    /// All cases of all vendors.
    pub(crate) fn suite(&self) -> Result<Suite, Trouble> {
        Suite::load(&self.ingredients()?).map_err(|findings| drawn(&findings))
    }
}

/// The day in India, by the machine's clock.
#[expect(clippy::disallowed_methods, reason = "when a recording was made is the machine's time")]
pub(crate) fn today() -> Date {
    period::ist_date(Timestamp::now().as_millisecond())
}

/// What is wrong with files.
pub(crate) fn drawn(findings: &[Finding]) -> Trouble {
    let drawn: Vec<_> = findings.iter().map(|finding| finding.draw(false)).collect();
    Trouble::Input(drawn.join("\n\n"))
}

/// A vendor that is named must be there.
pub(crate) fn known_vendor(suite: &Suite, name: &str) -> Result<(), Trouble> {
    if suite.world.vendor(name).is_some() {
        return Ok(());
    }
    let names: Vec<_> = suite.world.packs.iter().map(|pack| pack.name.as_str()).collect();
    Err(Trouble::Input(format!(
        "error: there is no vendor `{name}`\nhint: there are: {}",
        names.join(", ")
    )))
}

/// Prints; colours are left out where nobody sees them. Who closed the other end wants no more.
pub(crate) fn print(text: &str) {
    let _ = anstream::stdout().lock().write_all(text.as_bytes());
}

/// Tells something that is no result.
pub(crate) fn note(text: &str) {
    let _ = anstream::stderr().lock().write_all(format!("{text}\n").as_bytes());
}

/// Tells why nothing was tried, and gives the exit code.
#[expect(clippy::print_stderr, reason = "the program's errors")]
pub(crate) fn tell(trouble: &Trouble) -> u8 {
    match trouble {
        Trouble::Input(text) => {
            eprintln!("{text}");
            WRONG_INPUT
        }
        Trouble::Target(error) => {
            eprintln!("error: {error}");
            if let Some(hint) = error.hint() {
                eprintln!("hint: {hint}");
            }
            match error {
                TargetError::Start(_)
                | TargetError::Request(_)
                | TargetError::Refused(_)
                | TargetError::Record(_)
                | TargetError::Lacks { .. }
                | TargetError::Unusable { .. } => WRONG_INPUT,
                TargetError::OutOfReach { .. }
                | TargetError::NoSimulator { .. }
                | TargetError::NoAnswer { .. } => OUT_OF_REACH,
            }
        }
    }
}
