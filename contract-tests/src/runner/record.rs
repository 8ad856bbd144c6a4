//! The file of a run, written as the run goes on: each verdict is in it as soon as it is there.
//!
//! While the run is under way, the file is the run without verdicts, then a line for each verdict. At
//! the end it is written anew, as a whole. `Run::read` reads both, so a run that was killed is there
//! too.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::{
    run::{Line, Run, RunFileError},
    verdict::Verdict,
};

/// Keeps what comes of a run.
#[derive(Debug)]
pub struct Record {
    path: Option<PathBuf>,
    lines: Option<File>,
    run: Run,
}

impl Record {
    /// A record without a file.
    #[must_use]
    pub fn unkept(run: Run) -> Self {
        Self { path: None, lines: None, run }
    }

    /// Begins a file; what was there is replaced.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn begin(path: &Path, run: Run) -> Result<Self, RunFileError> {
        let mut record = Self { path: Some(path.to_owned()), lines: None, run };
        record.write_begun()?;
        Ok(record)
    }

    /// Takes up the run of a file, where it is of the same target and choice; what was put off is to be
    /// tried now.
    ///
    /// # Errors
    ///
    /// When there is none, it is of something else, or it cannot be written.
    pub fn resume(path: &Path, run: Run) -> Result<Self, RunFileError> {
        let record = Self::look(path, run)?;
        Self::begin(path, record.run)
    }

    /// The same, and nothing is written.
    ///
    /// # Errors
    ///
    /// When there is none, or it is of something else.
    pub fn look(path: &Path, run: Run) -> Result<Self, RunFileError> {
        let mut before = Run::read(path)?;
        let other = |what, before: String, now: String| RunFileError::Other {
            path: path.to_owned(),
            what,
            before,
            now,
        };
        if !before.target.same(&run.target) {
            return Err(other("target", before.target.told(), run.target.told()));
        }
        if before.compared != run.compared {
            let told = |run: &Run| format!("{:?}", run.compared).to_lowercase();
            return Err(other("way of comparing", told(&before), told(&run)));
        }
        if before.chosen != run.chosen {
            let told = |run: &Run| match run.chosen.as_slice() {
                [] => "nothing".to_owned(),
                [only] => only.clone(),
                [first, .., last] => format!("{} cases, {first} to {last}", run.chosen.len()),
            };
            return Err(other("choice", told(&before), told(&run)));
        }
        let put_off: BTreeSet<String> = std::mem::take(&mut before.put_off).into_iter().collect();
        before.verdicts.retain(|verdict| !put_off.contains(&verdict.case));
        let run = Run {
            verdicts: before.verdicts,
            asked_again: before.asked_again,
            began: before.began,
            ..run
        };
        Ok(Self::unkept(run))
    }

    /// The run so far.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The cases that have a verdict.
    #[must_use]
    pub fn known(&self) -> BTreeSet<String> {
        self.run.verdicts.iter().map(|verdict| verdict.case.clone()).collect()
    }

    /// Keeps a verdict.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn push(
        &mut self,
        verdict: Verdict,
        put_off: bool,
        asked_again: Vec<String>,
    ) -> Result<(), RunFileError> {
        let line = Line { verdict, put_off, asked_again };
        if let (Some(file), Some(path)) = (&mut self.lines, &self.path) {
            let mut text = serde_json::to_string(&line)
                .map_err(|error| RunFileError::written(path, error.into()))?;
            text.push('\n');
            // In one piece, so that a run that is killed leaves whole lines.
            file.write_all(text.as_bytes()).map_err(|error| RunFileError::written(path, error))?;
        }
        self.run.add(line);
        Ok(())
    }

    /// Writes the whole; `ended` says whether all cases had their turn.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn end(&mut self, ended: bool) -> Result<(), RunFileError> {
        self.run.ended = ended.then(now);
        self.run.sort();
        self.lines = None;
        match &self.path {
            Some(path) => self.run.write(path),
            None => Ok(()),
        }
    }

    fn write_begun(&mut self) -> Result<(), RunFileError> {
        let Some(path) = &self.path else { return Ok(()) };
        let written = |error| RunFileError::written(path, error);
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(written)?;
        }
        self.run.write(path)?;
        let mut lines = OpenOptions::new().append(true).open(path).map_err(written)?;
        lines.write_all(b"\n").map_err(written)?;
        self.lines = Some(lines);
        Ok(())
    }
}

/// Now, by the machine's clock.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "when somebody ran something is the machine's time")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
