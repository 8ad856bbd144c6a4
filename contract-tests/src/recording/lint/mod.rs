//! Lint: proves that a recording has nothing of anybody, and looks for what seems to be somebody's anywhere.
//!
//! A recording is looked at as if it were made again: whatever would be replaced is an original that
//! survived. In any other file numbers, addresses for mail and telephone, and tokens are looked for by
//! their form. What is found is never told in full, for a log of the build would keep it.
//!
//! - [`allow`]: what is known to be nobody's
//! - [`text`]: one text; [`walk`]: folders; [`recordings`]: recordings

use std::path::{Path, PathBuf};

use gsp_simulator::{finding::Source, world::World};
use jiff::civil::Date;
use serde::Serialize;

pub mod allow;
pub mod recordings;
pub mod text;
pub mod walk;

use self::allow::Allow;
use super::file;

/// A larger file is told of and not read.
pub const LARGEST: u64 = 64 * 1024 * 1024;

/// Something in a file that seems to be somebody's, or a recording that does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// What it is: `gstin`, `pan`, `name` …; `age` and `recording` for what a recording is itself.
    pub what: String,
    /// It in words; no original in full.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

/// What came of looking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What was found, by file and line.
    pub found: Vec<Found>,
    /// Files that were read.
    pub files: usize,
    /// Recordings among them.
    pub recordings: usize,
    /// Files that were not, and why.
    pub skipped: Vec<String>,
    /// Entries of the list of what is known that nothing needed.
    pub unused: Vec<String>,
}

/// What to look with.
#[derive(Debug)]
pub struct Lint<'all> {
    /// What is known of vendors.
    pub world: &'all World,
    /// What is known to be nobody's.
    pub allow: &'all Allow,
    /// The day.
    pub today: Date,
    /// So many days a recording counts.
    pub good_for_days: u32,
}

impl Lint<'_> {
    /// Looks at files and folders.
    #[must_use]
    pub fn look(&self, paths: &[PathBuf]) -> Report {
        let mut report = Report::default();
        for path in paths {
            walk::files(path, &mut report.skipped, &mut |path, text| {
                report.files += 1;
                report.found.extend(self.file(path, text, &mut report.recordings));
            });
        }
        report.found.sort_by(|one, other| {
            (&one.file, one.line, one.column).cmp(&(&other.file, other.line, other.column))
        });
        report.unused = self.allow.unused();
        report
    }

    /// Looks at one file.
    fn file(&self, path: &Path, text: &str, recordings: &mut usize) -> Vec<Found> {
        let mut found = text::look(path, text, self.allow);
        if file::is_recording(text) {
            *recordings += 1;
            let source = Source { path: path.to_owned(), text: text.into() };
            for one in recordings::look(&source, self) {
                let same = |known: &Found| (known.line, known.column) == (one.line, one.column);
                if !found.iter().any(same) {
                    found.push(one);
                }
            }
        }
        found
    }
}

/// Where a byte stands: line and column from 1.
#[must_use]
pub fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
    (line, column)
}

/// So much of an original that whoever knows it knows it again, and nobody else does.
#[must_use]
pub fn masked(original: &str) -> String {
    let count = original.chars().count();
    let shown = if count >= 10 { 2 } else { 1 };
    let start: String = original.chars().take(shown).collect();
    let end: String = original.chars().skip(count.saturating_sub(shown).max(shown)).collect();
    format!("{start}…{end}, {count} characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_original_is_never_told_in_full() {
        assert_eq!(masked("27AAPFU0939F1ZV"), "27…ZV, 15 characters");
        assert_eq!(masked("Ramesh"), "R…h, 6 characters");
        assert_eq!(masked("é"), "é…, 1 characters");
    }

    #[test]
    fn a_place_is_counted_in_characters() {
        assert_eq!(place("é\nüx", "é\nü".len()), (2, 2));
    }
}
