//! A run: what was asked of whom, and what came of it. Reports are made from this alone.
//!
//! It is written to a file as it goes, so that one that was interrupted can be taken up again and
//! every report can be made later, without asking anybody again.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{target::Strictness, verdict::Verdict};

/// The form of the file; another one is refused.
pub const FORMAT: u32 = 1;

/// The file of the last run, below [`crate::guard::STATE_FOLDER`].
pub const LAST_RUN: &str = "last-run.json";

/// No file of a run is larger.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// What came of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// [`FORMAT`].
    pub format: u32,
    /// The version of the program that ran.
    pub program: String,
    /// Who was asked.
    pub target: Asked,
    /// How closely answers were compared.
    pub compared: Strictness,
    /// When it began, by the machine's clock.
    pub began: Timestamp,
    /// When it ended; none while it is under way, or where it was interrupted.
    pub ended: Option<Timestamp>,
    /// Cases that were chosen: `vendor::endpoint::case`, in the order they are told.
    pub chosen: Vec<String>,
    /// What is said of each that was tried or skipped so far.
    pub verdicts: Vec<Verdict>,
    /// Those of them that were skipped for now, since the budget was used up or the vendor wanted a
    /// rest: `--resume` tries them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub put_off: Vec<String>,
    /// Cases that were asked more than once: why each time but the last was not enough.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub asked_again: BTreeMap<String, Vec<String>>,
}

/// Who was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// `embedded`, an address, or the name in `contract.toml`.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Vendor → base address.
    pub addresses: BTreeMap<String, String>,
}

/// What a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A simulator in this process.
    Embedded,
    /// A simulator at an address: its admin API is used.
    Simulator,
    /// A vendor: nothing of ours is there.
    Live,
}

/// One verdict, as the file has it while the run is under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) verdict: Verdict,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) put_off: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) asked_again: Vec<String>,
}

/// Why the file of a run cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RunFileError {
    /// There is none.
    #[error("there is no run at `{}`", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read or written.
    #[error("the file of the run `{}` cannot be {doing}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// It is no run, or a damaged one.
    #[error("`{}` is not the file of a run: {why}", path.display())]
    NoRun {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// It was written by another version.
    #[error("`{}` has format {found}, and this program reads {FORMAT}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
    },
    /// It is of another target or choice.
    #[error("the run at `{}` is of another {what}: {before}, and now it is {now}", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What is another one.
        what: &'static str,
        /// What it was.
        before: String,
        /// What it is.
        now: String,
    },
}

impl RunFileError {
    pub(crate) fn written(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), doing: "written", source }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { .. } => {
                "`gsp-contract run` writes it; name another file if it is elsewhere".to_owned()
            }
            Self::Io { doing: "written", .. } => {
                "name a file that may be written with `--out FILE`".to_owned()
            }
            Self::Io { .. } => "name a file that may be read".to_owned(),
            Self::NoRun { .. } | Self::Format { .. } => {
                "run again: `gsp-contract run` writes it anew".to_owned()
            }
            Self::Other { .. } => {
                "give the arguments of that run, or leave `--resume` out to begin a new one"
                    .to_owned()
            }
        }
    }
}

impl Asked {
    /// Whether it is the same one. An embedded simulator is at another port each time.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        let somewhere = self.kind != Kind::Embedded;
        self.name == other.name
            && self.kind == other.kind
            && (!somewhere || self.addresses == other.addresses)
    }

    /// Its name and what it is.
    #[must_use]
    pub fn told(&self) -> String {
        let kind = match self.kind {
            Kind::Embedded => return self.name.clone(),
            Kind::Simulator => "a simulator",
            Kind::Live => "live",
        };
        let addresses: Vec<_> = self.addresses.values().map(String::as_str).collect();
        format!("{} ({kind}: {})", self.name, addresses.join(", "))
    }
}

impl Run {
    /// Reads a file, also that of a run that is under way or was killed.
    ///
    /// # Errors
    ///
    /// When there is none, or it is none of this form.
    pub fn read(path: &Path) -> Result<Self, RunFileError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => RunFileError::Missing { path: path.to_owned() },
            _ => RunFileError::Io { path: path.to_owned(), doing: "read", source },
        };
        let wrong = |why: String| RunFileError::NoRun { path: path.to_owned(), why };
        let size = fs::metadata(path).map_err(failed)?.len();
        if size > LARGEST {
            return Err(wrong(format!("it has {size} bytes")));
        }
        let bytes = fs::read(path).map_err(failed)?;
        Self::parse(&bytes).map_err(|why| match why {
            Unread::Format(found) => RunFileError::Format { path: path.to_owned(), found },
            Unread::Text(error) => wrong(error.to_string()),
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, Unread> {
        /// What all forms have.
        #[derive(Deserialize)]
        struct Form {
            format: u64,
        }
        let mut forms = serde_json::Deserializer::from_slice(bytes).into_iter::<Form>();
        let form = forms.next().ok_or_else(|| Unread::Text(nothing()))?.map_err(Unread::Text)?;
        if form.format != u64::from(FORMAT) {
            return Err(Unread::Format(form.format));
        }
        let mut heads = serde_json::Deserializer::from_slice(bytes).into_iter::<Self>();
        let mut run = heads.next().ok_or_else(|| Unread::Text(nothing()))?.map_err(Unread::Text)?;
        let rest = bytes.get(heads.byte_offset()..).unwrap_or_default();
        let mut lines = rest.split(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match serde_json::from_slice::<Line>(line) {
                Ok(line) => run.add(line),
                // It was killed while it wrote this one.
                Err(_) if lines.peek().is_none() => break,
                Err(error) => return Err(Unread::Text(error)),
            }
        }
        run.sort();
        Ok(run)
    }

    /// Writes the file: whole or not at all.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), RunFileError> {
        let written = |error| RunFileError::written(path, error);
        let text = serde_json::to_string_pretty(self).map_err(|error| written(error.into()))?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let fresh = path.with_file_name(name);
        let go = || {
            let mut file = fs::File::create(&fresh)?;
            file.write_all(text.as_bytes())?;
            drop(file);
            fs::rename(&fresh, path)
        };
        go().map_err(|error| {
            let _ = fs::remove_file(&fresh);
            written(error)
        })
    }

    /// Adds what is said of a case.
    pub(crate) fn add(&mut self, line: Line) {
        let Line { verdict, put_off, asked_again } = line;
        let case = verdict.case.clone();
        self.put_off.retain(|known| *known != case);
        if put_off {
            self.put_off.push(case.clone());
        }
        self.asked_again.remove(&case);
        if !asked_again.is_empty() {
            self.asked_again.insert(case, asked_again);
        }
        self.verdicts.push(verdict);
    }

    /// Puts verdicts into the order of the cases.
    pub(crate) fn sort(&mut self) {
        let places: BTreeMap<&str, usize> =
            self.chosen.iter().enumerate().map(|(index, id)| (id.as_str(), index)).collect();
        let place = |case: &str| places.get(case).copied().unwrap_or(usize::MAX);
        self.verdicts.sort_by_key(|verdict| place(&verdict.case));
        self.put_off.sort_by_key(|case| place(case));
    }
}

/// Why bytes are no run.
enum Unread {
    Format(u64),
    Text(serde_json::Error),
}

fn nothing() -> serde_json::Error {
    serde::de::Error::custom("it is empty")
}
