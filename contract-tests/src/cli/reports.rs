//! The reports that a command writes: formats, files, and what the terminal is like.

use std::{
    fs,
    io::IsTerminal as _,
    path::{Path, PathBuf},
    str::FromStr,
};

use clap::ValueEnum;
use gsp_contract_tests::{
    coverage::Catalog,
    guard::STATE_FOLDER,
    report::{Terminal, github, html, json, junit},
    run::{LAST_RUN, Run},
};

use super::{Trouble, print};

/// Set by GitHub's runners.
const ON_GITHUB: &str = "GITHUB_ACTIONS";

/// Where nobody says how wide it is.
const WIDTH: usize = 100;

/// A form that a run is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables, and what differs side by side.
    Terminal,
    /// XML for build servers.
    Junit,
    /// All of it, for programs.
    Json,
    /// Annotations for GitHub Actions.
    Github,
    /// One page, for the screen and for paper.
    Html,
}

impl Format {
    /// A run in this form.
    pub(crate) fn tell(
        self,
        run: &Run,
        catalog: &Catalog,
        terminal: Terminal,
    ) -> Result<String, Trouble> {
        let failed = |why: &dyn std::fmt::Display| {
            Trouble::Input(format!("error: the report cannot be written: {why}"))
        };
        match self {
            Self::Terminal => Ok(terminal.whole(run)),
            Self::Junit => junit::report(run).map_err(|error| failed(&error)),
            Self::Json => Ok(format!("{:#}\n", json::report(run))),
            Self::Github => Ok(github::report(run)),
            Self::Html => {
                let covered = catalog.covered(std::slice::from_ref(run), None);
                html::report(run, &covered).map_err(|error| failed(&error))
            }
        }
    }
}

/// A report that is wanted: `junit=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    format: Format,
    file: Option<PathBuf>,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (text, None),
        };
        let format = Format::from_str(name, false).map_err(|_| {
            format!("`{name}` is no report; there are terminal, junit, json, github, html")
        })?;
        match file {
            Some("") => Err(format!("a file's name must follow: `{name}=FILE`")),
            None if format != Format::Github => {
                Err(format!("it is written to a file: `{name}=FILE`"))
            }
            file => Ok(Self { format, file: file.map(PathBuf::from) }),
        }
    }
}

/// Reports besides what is printed.
#[derive(Debug, clap::Args)]
pub(crate) struct Reports {
    /// Writes a report besides: `junit=FILE`, `html=FILE`, `json=FILE`, `terminal=FILE`, or
    /// `github`, whose annotations are printed. May be given several times; on GitHub's runners
    /// (where `GITHUB_ACTIONS` is true) `github` is always among them
    #[arg(long = "report", value_name = "FORMAT[=FILE]")]
    wanted: Vec<Wanted>,
}

impl Reports {
    /// Writes all that are wanted; `quiet` says that standard output is taken by another.
    pub(crate) fn write(&self, run: &Run, catalog: &Catalog, quiet: bool) -> Result<(), Trouble> {
        let mut wanted = self.wanted.clone();
        let on_github = std::env::var_os(ON_GITHUB).is_some_and(|value| value == "true");
        if on_github && !wanted.iter().any(|one| one.format == Format::Github) {
            wanted.push(Wanted { format: Format::Github, file: None });
        }
        for Wanted { format, file } in wanted {
            let text = format.tell(run, catalog, Terminal { width: WIDTH, colour: false })?;
            match file {
                Some(file) => write(&file, &text)?,
                // A runner reads annotations from both.
                None if quiet => super::note(text.trim_end()),
                None => print(&text),
            }
        }
        Ok(())
    }
}

/// Writes a file, and the folders above it.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Trouble> {
    let above = file.parent().filter(|above| !above.as_os_str().is_empty());
    let written = above.map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, text));
    written.map_err(|error| {
        Trouble::Input(format!(
            "error: `{}` cannot be written: {error}\nhint: name a file in a folder that you may write to",
            file.display()
        ))
    })
}

/// Reads a run that was kept.
pub(crate) fn read_run(file: &Path) -> Result<Run, Trouble> {
    Run::read(file).map_err(|error| super::run::trouble(error.into()))
}

/// The last run, unless another is named.
pub(crate) fn last_run() -> PathBuf {
    Path::new(STATE_FOLDER).join(LAST_RUN)
}

/// What standard output is like.
pub(crate) fn terminal() -> Terminal {
    let shown = std::io::stdout().is_terminal();
    let wide = terminal_size::terminal_size().filter(|_| shown);
    Terminal { width: wide.map_or(WIDTH, |(width, _)| usize::from(width.0)), colour: true }
}
