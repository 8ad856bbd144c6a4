//! Recordings: nothing in them may be an original, and they may not be too old.

use gsp_simulator::finding::{Finding, Source};

use super::{Found, Lint, masked, place};
use crate::recording::{
    file::Recording, hosts, known::Known, recorder::again, scrub::Scrubber, standin::Secret,
};

/// What is wrong with a recording.
#[must_use]
pub fn look(source: &Source, lint: &Lint<'_>) -> Vec<Found> {
    let recording = match Recording::read(source) {
        Ok(recording) => recording,
        Err(findings) => {
            return findings.iter().map(|finding| told(source, finding, "recording")).collect();
        }
    };
    let mut all = Vec::new();
    if let Some(finding) = recording.too_old(lint.today, lint.good_for_days) {
        all.push(told(source, &finding, "age"));
    }
    let vendor = &recording.head.vendor;
    let Some(known) = Known::of(lint.world, vendor) else {
        let finding = Finding::new(format!("there is no vendor `{vendor}`"))
            .at(vendor.span.clone())
            .hint("give the folder with its pack by `--fixtures`");
        all.push(told(source, &finding, "recording"));
        return all;
    };
    let target = &recording.head.target;
    if !hosts::is_here(target) && !known.pack.hosts.contains(target) {
        let finding = Finding::new(format!("`{target}` is no host of `{vendor}`"))
            .hint("keep the host's name alone: an address may lead to somebody");
        all.push(told(source, &finding, "recording"));
    }
    let mut scrubber = Scrubber::new(known, Secret::random());
    for (at, exchange) in recording.exchanges.iter().enumerate() {
        // A table's place is that of its header alone.
        let end = recording.exchanges.get(at + 1).map_or(source.text.len(), |next| next.span.start);
        let next = again(&mut scrubber, &exchange.value);
        let replaced = scrubber.pseudonyms.take_replaced();
        let mut places = Vec::new();
        for (original, what) in &replaced {
            // An original that is sealed or encoded stands nowhere by itself.
            let at = find(&source.text, exchange.span.start..end, original);
            let at = at.unwrap_or(exchange.span.start);
            if !places.contains(&at) {
                places.push(at);
                all.push(survived(source, at, what, original));
            }
        }
        if replaced.is_empty() && next != exchange.value {
            let message = "an exchange that is not as it would be written";
            let finding = Finding::new(message)
                .at(exchange.span.start..exchange.span.start)
                .hint("record it anew; a recording is not written by hand");
            all.push(told(source, &finding, "recording"));
        }
    }
    all
}

fn survived(source: &Source, at: usize, what: &str, original: &str) -> Found {
    let (line, column) = place(&source.text, at);
    Found {
        file: source.path.display().to_string(),
        line,
        column,
        what: "original".to_owned(),
        message: format!("{what} that is no stand-in ({})", masked(original)),
        hint: "do not commit it; record it anew, or put a stand-in in its place".to_owned(),
    }
}

fn told(source: &Source, finding: &Finding, what: &str) -> Found {
    let finding = finding.clone().within(source);
    let (line, column) = finding.line_and_column().unwrap_or((1, 1));
    Found {
        file: source.path.display().to_string(),
        line,
        column,
        what: what.to_owned(),
        message: finding.message,
        hint: finding.hint.unwrap_or_default(),
    }
}

/// Where an original stands, whatever its case.
fn find(text: &str, span: std::ops::Range<usize>, original: &str) -> Option<usize> {
    let part = text.get(span.clone())?;
    let at = part.find(original).or_else(|| {
        // Only ASCII: the length of the rest stays.
        part.to_ascii_lowercase().find(&original.to_ascii_lowercase())
    });
    at.map(|at| span.start + at)
}
