//! The recorder: keeps exchanges in a file, each with stand-ins before it is written.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use gsp_simulator::{finding::Source, gstn::Key, world::World};
use jiff::civil::Date;
use thiserror::Error;

use super::{
    exchange::{Raw, Taken},
    file::{self, Recording},
    known::Known,
    scrub::Scrubber,
    standin::Secret,
};
use crate::verdict::Heard;

/// A file grows no larger.
pub const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// What a recording is about.
#[derive(Clone, Debug)]
pub struct About {
    /// The vendor, by its pack's name.
    pub vendor: String,
    /// The host that is asked.
    pub target: String,
    /// The day.
    pub recorded: Date,
}

/// Keeps exchanges in a file.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    vendor: String,
    at_work: Mutex<AtWork>,
}

#[derive(Debug)]
struct AtWork {
    scrubber: Scrubber,
    file: File,
    head: String,
    written: u64,
    kept: Kept,
}

/// What was kept so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Kept {
    /// Exchanges in the file.
    pub exchanges: usize,
    /// Exchanges that came after it was full.
    pub too_many: usize,
    /// What was left out of them, and why.
    pub dropped: Vec<String>,
}

/// Why nothing can be kept.
#[derive(Debug, Error)]
pub enum RecorderError {
    /// There is no such vendor.
    #[error("there is no vendor `{vendor}`")]
    Vendor {
        /// The name.
        vendor: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The file is there already.
    #[error("`{}` is there already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("`{}` cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the file system says.
        source: io::Error,
    },
}

impl RecorderError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Vendor { known, .. } => format!("there are: {}", known.join(", ")),
            Self::Exists { .. } => {
                "a recording has stand-ins of its own and is never added to: name another file, or take this one away".to_owned()
            }
            Self::Write { .. } => "name a file in a folder that you may write to".to_owned(),
        }
    }
}

impl Recorder {
    /// Begins a file, which must not be there yet.
    ///
    /// # Errors
    ///
    /// Where there is no such vendor, or the file cannot be made.
    pub fn begin(world: &World, about: &About, path: &Path) -> Result<Self, RecorderError> {
        Self::begin_with(world, about, path, Secret::random())
    }

    /// The same with a secret that is known, for tests.
    ///
    /// # Errors
    ///
    /// As [`Self::begin`].
    pub fn begin_with(
        world: &World,
        about: &About,
        path: &Path,
        secret: Secret,
    ) -> Result<Self, RecorderError> {
        let known = Known::of(world, &about.vendor).ok_or_else(|| RecorderError::Vendor {
            vendor: about.vendor.clone(),
            known: world.packs.iter().map(|pack| pack.name.clone()).collect(),
        })?;
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => RecorderError::Exists { path: path.to_owned() },
            _ => RecorderError::Write { path: path.to_owned(), source },
        };
        let head = file::head(&about.vendor, &about.target, about.recorded);
        let mut out = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
        out.write_all(head.as_bytes()).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            vendor: about.vendor.clone(),
            at_work: Mutex::new(AtWork {
                scrubber: Scrubber::new(known, secret),
                file: out,
                written: head.len() as u64,
                head,
                kept: Kept::default(),
            }),
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The vendor, by its pack's name.
    #[must_use]
    pub fn vendor(&self) -> &str {
        &self.vendor
    }

    fn at_work(&self) -> MutexGuard<'_, AtWork> {
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client's key is known from now on: what is sealed under sessions that it opens is opened,
    /// replaced and sealed again. Without it sealed parts are left out.
    pub fn add_key(&self, key: Key) {
        self.at_work().scrubber.add_key(key);
    }

    /// Keeps an exchange as the harness heard it, before anything in it was blanked; `base` is the
    /// address under which the vendor's own paths begin.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn keep(&self, heard: &Heard, base: &str) -> Result<(), RecorderError> {
        self.keep_raw(&Raw::of(heard, base))
    }

    /// Keeps an exchange.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn keep_raw(&self, raw: &Raw) -> Result<(), RecorderError> {
        let mut at_work = self.at_work();
        let taken = at_work.scrubber.exchange(raw);
        at_work.scrubber.pseudonyms.take_replaced();
        let text = file::exchange(&taken);
        if at_work.written + text.len() as u64 > LARGEST_FILE {
            at_work.kept.too_many += 1;
            return Ok(());
        }
        let written = at_work.file.write_all(text.as_bytes()).and_then(|()| at_work.file.flush());
        written.map_err(|source| RecorderError::Write { path: self.path.clone(), source })?;
        at_work.written += text.len() as u64;
        at_work.kept.exchanges += 1;
        let number = at_work.kept.exchanges;
        let dropped = taken.dropped.iter().map(|why| format!("exchange {number}, {why}"));
        at_work.kept.dropped.extend(dropped);
        Ok(())
    }

    /// Ends the recording: what was learnt late is looked for in what was written early.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written.
    pub fn finish(&self) -> Result<Kept, RecorderError> {
        let mut at_work = self.at_work();
        let failed = |source| RecorderError::Write { path: self.path.clone(), source };
        let text = fs::read_to_string(&self.path).map_err(failed)?;
        let source = Source { path: self.path.clone(), text: text.as_str().into() };
        let recording = Recording::read(&source).map_err(|findings| {
            let told: Vec<_> = findings.iter().map(ToString::to_string).collect();
            failed(io::Error::other(told.join("; ")))
        })?;
        let mut out = at_work.head.clone();
        for exchange in &recording.exchanges {
            out += &file::exchange(&again(&mut at_work.scrubber, &exchange.value));
        }
        if out != text {
            // Beside it, then in its place: an interruption leaves one of the two whole.
            let beside = self.path.with_extension("tmp");
            fs::write(&beside, &out)
                .and_then(|()| fs::rename(&beside, &self.path))
                .map_err(failed)?;
        }
        Ok(at_work.kept.clone())
    }
}

/// An exchange of a recording, looked at once more.
#[must_use]
pub fn again(scrubber: &mut Scrubber, taken: &Taken) -> Taken {
    let mut next = scrubber.exchange(&taken.as_raw());
    // What was left out the first time stays told.
    let more: Vec<_> =
        next.dropped.iter().filter(|why| !taken.dropped.contains(why)).cloned().collect();
    next.dropped = taken.dropped.iter().cloned().chain(more).collect();
    next
}
