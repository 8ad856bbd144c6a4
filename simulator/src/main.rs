//! The `gspsim` program: reads what it is told, runs one command, prints what it says.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anstream::{AutoStream, ColorChoice};
use clap::{CommandFactory as _, FromArgMatches as _, error::ErrorKind};

use crate::cli::{
    Cli, Exit, Failure, Said,
    global::{Color, Session},
};

mod cli;

fn main() -> ExitCode {
    let matches = match Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return refused(&error),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let color = cli.global.color.unwrap_or_default();
    let session = match Session::new(cli.global, &matches) {
        Ok(session) => session,
        Err(failure) => return failed(&failure, color),
    };
    let color = session.color;
    match cli::run(&session, cli.command) {
        Ok((Said { text, exit }, running)) => {
            let mut stream = AutoStream::new(io::stdout().lock(), choice(color, &io::stdout()));
            let mut say = |text: &str| put(&mut stream, text);
            say(&text);
            match running.map_or(Ok(exit), |running| running.finish(&mut say)) {
                Ok(exit) => exit.into(),
                Err(failure) => failed(&failure, color),
            }
        }
        Err(failure) => failed(&failure, color),
    }
}

/// What clap says of the arguments.
fn refused(error: &clap::Error) -> ExitCode {
    let text = with_hints(&error.render().ansi().to_string());
    let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if asked_for {
        put(AutoStream::auto(io::stdout().lock()), &text);
        return Exit::Done.into();
    }
    put(AutoStream::auto(io::stderr().lock()), &text);
    Exit::Wrong.into()
}

/// Clap's `tip`, below a blank line and indented, becomes a `hint` as ours are.
fn with_hints(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let plain = anstream::adapter::strip_str(line).to_string();
        if let Some(tip) = plain.trim_start().strip_prefix("tip:") {
            out.truncate(out.trim_end_matches('\n').len());
            out = format!("{out}\n{}{tip}\n", cli::paint::hint_label());
        } else {
            out += line;
            out.push('\n');
        }
    }
    out
}

fn failed(failure: &Failure, color: Color) -> ExitCode {
    put(AutoStream::new(io::stderr().lock(), choice(color, &io::stderr())), &failure.draw());
    failure.exit.into()
}

fn choice(color: Color, stream: &impl anstream::stream::RawStream) -> ColorChoice {
    match color {
        Color::Auto => AutoStream::choice(stream),
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}

/// Writes all of it, and says whether that went well. Whoever reads may have gone, as `head` does:
/// that is no trouble of ours.
fn put(mut stream: impl Write, text: &str) -> bool {
    stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).is_ok()
}
