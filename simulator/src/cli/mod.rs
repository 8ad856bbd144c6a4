//! The command line: each command in its file gives back what is to be said; `main` alone prints.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use gsp_simulator::{
    finding::Finding,
    pack::Pack,
    render::expression::closest,
    tell::{DEFAULT_URL, Teller, example::Examples},
    world::World,
};
use serde::Serialize;

use self::{
    global::{Global, Session},
    paint::{error_label, hint_label},
};

/// Adds to a text what `format!` would make.
macro_rules! say {
    ($out:expr, $($words:tt)*) => {{
        use std::fmt::Write as _;
        // A text takes whatever it is given.
        let _ = write!($out, $($words)*);
    }};
}

mod books;
mod catalog;
mod check;
mod completions;
mod credentials;
mod explain;
mod file;
pub(crate) mod global;
mod gstin;
mod gstn;
mod magic;
mod openapi;
pub(crate) mod paint;
mod population;
mod remote;
mod scenario;
mod schema;
pub(crate) mod serve;
mod set;
mod tail;
mod taxpayer;
mod tls;
mod token;
mod verify;

/// Plays GST Suvidha Providers and GSTIN-verification vendors from files.
///
/// Exit codes: 0 done, 1 mismatches found, 2 a file or an argument is wrong, 3 the target is out
/// of reach. Settings come from flags, then `GSPSIM_…` in the environment, then `gspsim.toml`.
#[derive(Debug, Parser)]
#[command(name = "gspsim", version, propagate_version = true, subcommand_required = true)]
#[command(arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the vendors over HTTP
    Serve(serve::Args),
    /// Read every pack and scenario and show what is wrong with them
    Check,
    /// Say what a code or an outcome means, what to do, and how to get it here
    Explain(explain::Args),
    /// List every code of every vendor
    Catalog(catalog::Args),
    /// List the magic GSTINs: each gives one outcome at every vendor
    Magic(magic::Args),
    /// Show what to send to be let in, or to be refused
    Credentials(credentials::Args),
    /// Mint a PASETO token for a vendor that takes them
    Token(token::Args),
    /// Show who a GSTIN or a persona is, or what a vendor says of it
    Taxpayer(taxpayer::Args),
    /// Make, check and take apart GSTINs
    Gstin(gstin::Args),
    /// Keys and envelopes of the GST network's taxpayer session: make them, open them
    Gstn(gstn::Args),
    /// List members of the declared population
    Population(population::Args),
    /// List and tell the stories that can be played, or begin a new one
    Scenario(scenario::Args),
    /// Show a running simulator's calls as they come, a line each
    Tail(tail::Args),
    /// Say whether a running simulator received what is expected
    Verify(verify::Args),
    /// Show vendors as OpenAPI documents
    Openapi(openapi::Args),
    /// Print JSON Schemas of the files people write, for editors
    Schema(schema::Args),
    /// Print completions for a shell
    Completions(completions::Args),
}

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Mismatches found.
    Mismatch = 1,
    /// A file or an argument is wrong.
    Wrong = 2,
    /// The target is out of reach.
    OutOfReach = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What a command says on standard output.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) exit: Exit,
}

impl Said {
    /// A text for people.
    pub(crate) fn text(text: String) -> Self {
        Self { text, exit: Exit::Done }
    }

    /// A value for machines.
    pub(crate) fn json(value: &impl Serialize) -> Self {
        let text = serde_json::to_string_pretty(value)
            .unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"));
        Self { text: text + "\n", exit: Exit::Done }
    }

    /// The same, ending so.
    pub(crate) fn ending(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}

/// Why a command cannot do what it is told.
#[derive(Debug)]
pub(crate) struct Failure {
    message: Option<String>,
    hint: Option<String>,
    findings: Vec<Finding>,
    pub(crate) exit: Exit,
}

impl Failure {
    /// An argument is wrong.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), hint: None, findings: Vec::new(), exit: Exit::Wrong }
    }

    /// The same, with what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Files are wrong.
    pub(crate) fn findings(findings: Vec<Finding>) -> Self {
        Self { message: None, hint: None, findings, exit: Exit::Wrong }
    }

    /// The failure for people, styled.
    pub(crate) fn draw(&self) -> String {
        let mut out = String::new();
        for finding in &self.findings {
            out += &finding.draw(true);
            out += "\n\n";
        }
        if let Some(message) = &self.message {
            say!(out, "{} {message}\n", error_label());
        }
        if let Some(hint) = &self.hint {
            say!(out, "{} {hint}\n", hint_label());
        }
        out
    }
}

/// What goes on after a command has said its first words.
pub(crate) enum Running {
    /// A simulator that serves.
    Serving(serve::Serving),
    /// Somebody who reads along.
    Tail(tail::Tail),
}

impl Running {
    /// Goes on to its end; `put` says a piece of text, and whether anybody still listens.
    pub(crate) fn finish(self, put: &mut impl FnMut(&str) -> bool) -> Result<Exit, Failure> {
        match self {
            Self::Serving(serving) => Ok(serving.wait()),
            Self::Tail(tail) => tail.follow(put),
        }
    }
}

/// Runs a command; some go on after they have said their first words.
pub(crate) fn run(session: &Session, command: Command) -> Result<(Said, Option<Running>), Failure> {
    if !matches!(command, Command::Serve(_) | Command::Scenario(_)) {
        session.nothing_loose()?;
    }
    let said = match command {
        Command::Serve(args) => {
            let (said, serving) = serve::run(session, args)?;
            return Ok((said, serving.map(Running::Serving)));
        }
        Command::Tail(args) => {
            let (said, tail) = tail::run(session, &args)?;
            return Ok((said, Some(Running::Tail(tail))));
        }
        Command::Verify(args) => verify::run(session, &args)?,
        Command::Check => check::run(session),
        Command::Explain(args) => explain::run(session, &args)?,
        Command::Catalog(args) => catalog::run(session, &args)?,
        Command::Magic(args) => magic::run(session, &args)?,
        Command::Credentials(args) => credentials::run(session, &args)?,
        Command::Token(args) => token::run(session, &args)?,
        Command::Taxpayer(args) => taxpayer::run(session, &args)?,
        Command::Gstin(args) => gstin::run(session, &args)?,
        Command::Gstn(args) => gstn::run(session, &args)?,
        Command::Population(args) => population::run(session, &args)?,
        Command::Scenario(args) => scenario::run(session, &args)?,
        Command::Openapi(args) => openapi::run(session, &args)?,
        Command::Schema(args) => schema::run(session, &args)?,
        Command::Completions(args) => completions::run(&args),
    };
    Ok((said, None))
}

/// A world with what is needed to tell of it.
pub(crate) struct Told {
    pub(crate) world: World,
    examples: Examples,
    at_ms: i64,
    tenant: Option<String>,
}

impl Told {
    /// Loads the session's world.
    pub(crate) fn load(session: &Session) -> Result<Self, Failure> {
        let world = World::load(&session.ingredients).map_err(Failure::findings)?;
        Ok(Self {
            world,
            examples: Examples::read(&session.ingredients.fixtures),
            at_ms: session.clock.now_ms(),
            tenant: None,
        })
    }

    pub(crate) fn teller(&self) -> Teller<'_> {
        Teller {
            world: &self.world,
            examples: &self.examples,
            base_url: DEFAULT_URL,
            at_ms: self.at_ms,
            tenant: self.tenant.as_deref(),
        }
    }

    /// Tells a tenant, not the default one.
    pub(crate) fn to(self, tenant: Option<String>) -> Self {
        Self { tenant, ..self }
    }

    /// Why there is no such vendor.
    pub(crate) fn no_vendor(&self, name: &str) -> Failure {
        let names: Vec<_> = self.world.packs.iter().map(|pack| pack.name.clone()).collect();
        Failure::new(format!("there is no vendor `{name}`")).hint(closest(name, &names))
    }

    /// The vendor of that name.
    pub(crate) fn vendor(&self, name: &str) -> Result<&std::sync::Arc<Pack>, Failure> {
        self.world.vendor(name).ok_or_else(|| self.no_vendor(name))
    }
}

/// `1 code`, `2 codes`.
pub(crate) fn counted(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}
