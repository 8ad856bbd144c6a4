//! How far a run is, on standard error: one line that is written over and over where somebody looks
//! at it, else a line now and then.

use std::io::{IsTerminal as _, Write as _};

use gsp_contract_tests::runner::{Event, Progress, plan::span};

/// Where nobody looks on, a line is written each time so many cases are done.
const EVERY: usize = 100;

/// Tells how far a run is.
pub(crate) struct Shown {
    quiet: bool,
    terminal: bool,
    /// Something stands in the line that is written over.
    drawn: bool,
}

impl Shown {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, terminal: std::io::stderr().is_terminal(), drawn: false }
    }

    /// Takes the line away before something else is printed.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.drawn) {
            write("\r\u{1b}[K");
        }
    }

    pub(crate) fn tell(&mut self, event: &Event<'_>) {
        match event {
            Event::Verdict(verdict, progress) => self.progress(&verdict.case, progress),
            Event::Again { case, why, wait } => {
                let seconds = wait.as_secs_f32();
                self.line(&format!("{case}: {why}; it is asked again in {seconds:.1} s"));
            }
            Event::Ending => {
                self.line(
                    "no more cases are begun; those under way are ended (Ctrl-C again: at once)",
                );
            }
        }
    }

    fn line(&mut self, text: &str) {
        if !self.quiet {
            self.clear();
            write(&format!("{text}\n"));
        }
    }

    fn progress(&mut self, case: &str, progress: &Progress) {
        if self.quiet {
            return;
        }
        let Progress { done, of, failed, skipped, .. } = progress;
        if self.terminal {
            let left = progress.left().filter(|left| left.as_secs() > 0);
            let left = left.map(|left| format!(", {} left", span(left))).unwrap_or_default();
            let failed = if *failed > 0 { format!(", {failed} failed") } else { String::new() };
            // A long line would be broken and could not be written over.
            let line: String =
                format!("{done} of {of}{failed}{left}  {case}").chars().take(78).collect();
            write(&format!("\r\u{1b}[K{line}"));
            self.drawn = true;
        } else if done % EVERY == 0 && done < of {
            write(&format!("{done} of {of} cases, {failed} failed, {skipped} skipped\n"));
        }
    }
}

#[expect(clippy::print_stderr, reason = "how far a run is")]
fn write(text: &str) {
    eprint!("{text}");
    // Nothing can be done for a line that cannot be shown.
    let _ = std::io::stderr().flush();
}
