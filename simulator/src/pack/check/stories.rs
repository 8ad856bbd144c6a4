//! Stories: rules that never get a call, because an earlier one takes them all.

use regex_lite::Regex;

use crate::{
    finding::Finding,
    pack::{folder::Folder, located::Located},
    scenario::file::{RuleFile, ScenarioFile, WhenFile},
    world::Ingredients,
};

/// Looks for such rules in every story.
pub(super) fn check(ingredients: &Ingredients) -> Vec<Finding> {
    let mut findings = Vec::new();
    for folder in &ingredients.scenarios {
        for name in folder.below("") {
            if name.strip_suffix(".toml").is_none() {
                continue;
            }
            let Some(source) = folder.source(name) else { continue };
            // What cannot be read was told of by the loader.
            let Ok(story) = toml::from_str::<ScenarioFile>(&source.text) else { continue };
            for (at, rule) in story.rules.iter().enumerate() {
                let earlier = story.rules[..at].iter().position(|other| takes_all(other, rule));
                let Some(earlier) = earlier else { continue };
                let finding = Finding::new(format!(
                    "rule {} never gets a call: rule {} takes them all",
                    at + 1,
                    earlier + 1
                ))
                .hint("put it first, or give the earlier one `calls`, a `chance` or a narrower `when`");
                let span = place(rule).unwrap_or_else(|| header(&source.text, at));
                findings.push(finding.at(span).within(&source));
            }
        }
    }
    findings
}

/// The names of all stories that can be read.
pub(super) fn names(ingredients: &Ingredients) -> Vec<String> {
    let sources = ingredients.scenarios.iter().flat_map(|folder| {
        let files = folder.below("").filter(|name| Folder::has_ending(name, "toml"));
        files.filter_map(|name| folder.source(name))
    });
    sources
        .filter_map(|source| toml::from_str::<ScenarioFile>(&source.text).ok())
        .map(|story| story.name.value)
        .collect()
}

/// Whether every call that fits `later` is decided by `earlier`.
fn takes_all(earlier: &RuleFile, later: &RuleFile) -> bool {
    let (one, other) = (&earlier.when, &later.when);
    let always = earlier.chance.as_ref().is_none_or(|chance| chance.value >= 1.0);
    always
        && one.calls.is_none()
        && wider(one.vendor.as_ref(), other.vendor.as_ref())
        && wider(one.endpoint.as_ref(), other.endpoint.as_ref())
        && wider(one.gstin.as_ref(), other.gstin.as_ref())
        && wider_pattern(one, other)
        && wider(one.method.as_ref(), other.method.as_ref())
        && wider(one.holds.as_ref(), other.holds.as_ref())
        && one.header.iter().all(|(name, value)| {
            other.header.iter().any(|(known, known_value)| {
                known.eq_ignore_ascii_case(name) && known_value.value == value.value
            })
        })
}

fn wider(one: Option<&Located<String>>, other: Option<&Located<String>>) -> bool {
    one.is_none_or(|one| other.is_some_and(|other| one.value == other.value))
}

fn wider_pattern(one: &WhenFile, other: &WhenFile) -> bool {
    let Some(pattern) = &one.gstin_pattern else { return true };
    wider(Some(pattern), other.gstin_pattern.as_ref())
        || other
            .gstin
            .as_ref()
            .is_some_and(|gstin| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(gstin)))
}

/// The first thing that a rule says.
fn place(rule: &RuleFile) -> Option<std::ops::Range<usize>> {
    let when = &rule.when;
    let said = [
        &when.vendor,
        &when.endpoint,
        &when.gstin,
        &when.gstin_pattern,
        &when.method,
        &when.holds,
        &when.calls,
        &rule.answer,
    ];
    said.into_iter().flatten().map(|located| located.span.clone()).min_by_key(|span| span.start)
}

/// Where the rule's table begins.
fn header(text: &str, at: usize) -> std::ops::Range<usize> {
    const HEADER: &str = "[[rule]]";
    let start = text.match_indices(HEADER).nth(at).map_or(0, |(start, _)| start);
    start..(start + HEADER.len()).min(text.len())
}
