//! Annotations of GitHub Actions: a line each, which the runner shows on the line of the case.
//!
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write as _;

use super::{clean, untried};
use crate::{
    drift::{Class, Drift},
    run::Run,
    verdict::Verdict,
};

/// What is wrong with a run, the worst first: GitHub shows only the first ten of each kind in a
/// step. Skipped cases have none.
#[must_use]
pub fn report(run: &Run) -> String {
    let mut out = String::new();
    let untried = untried(run).len();
    if untried > 0 {
        let told = format!(
            "the run did not come to its end: {untried} of {} cases were not tried",
            run.chosen.len()
        );
        annotate(&mut out, "error", None, "gsp-contract", &told);
    }
    for verdict in run.verdicts.iter().filter(|verdict| !verdict.mismatches.is_empty()) {
        let told = lines(verdict, verdict.mismatches.iter().map(ToString::to_string));
        annotate(&mut out, "error", Some(verdict), &verdict.case, &told);
    }
    for class in Class::ALL {
        for verdict in &run.verdicts {
            let drifts: Vec<&Drift> =
                verdict.drifts.iter().filter(|drift| drift.class() == class).collect();
            if !drifts.is_empty() {
                let title = format!("{}: {} drift", verdict.case, class.told());
                let told = lines(verdict, drifts.iter().map(ToString::to_string));
                annotate(&mut out, command(class), Some(verdict), &title, &told);
            }
        }
    }
    out
}

fn command(class: Class) -> &'static str {
    match class {
        Class::Breaking => "error",
        Class::Additive => "warning",
        Class::Cosmetic => "notice",
    }
}

fn lines(verdict: &Verdict, each: impl Iterator<Item = String>) -> String {
    each.chain([verdict.request.clone()]).collect::<Vec<_>>().join("\n")
}

fn annotate(out: &mut String, command: &str, of: Option<&Verdict>, title: &str, message: &str) {
    let _ = write!(out, "::{command} ");
    if let Some(place) = of.and_then(|verdict| verdict.place.as_ref()) {
        let _ = write!(out, "file={},line={},", property(&place.file), place.line);
    }
    let _ = writeln!(out, "title={}::{}", property(title), data(message));
}

/// What stands behind the second `::`.
fn data(text: &str) -> String {
    clean(&text.replace("\r\n", "\n")).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property: what would end it is escaped besides.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_message_or_a_property_is_escaped() {
        assert_eq!(data("100%\r\n::error::no"), "100%25%0A::error::no");
        assert_eq!(property("a::b, c\n"), "a%3A%3Ab%2C c%0A");
    }
}
