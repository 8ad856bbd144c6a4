//! From a file to a [`Scenario`]: names checked against the packs, all findings at once.

use std::{fmt::Write as _, ops::Range, str::FromStr, sync::Arc};

use ahash::AHashMap;
use http::{HeaderName, Method};
use regex_lite::Regex;

use super::{
    Rule, Scenario, When,
    file::{RuleFile, ScenarioFile, WhenFile},
};
use crate::{
    finding::{Finding, Source},
    pack::{Pack, file::LimitChange, limits, located::Located, vocabulary::Vocabulary},
    render::{
        expression::{Expression, closest},
        names::Known,
    },
};

/// Reads and compiles a story.
///
/// # Errors
///
/// All that is wrong with it.
pub fn load(
    source: &Source,
    packs: &[Arc<Pack>],
    vocabulary: &Vocabulary,
) -> Result<Scenario, Vec<Finding>> {
    let file: ScenarioFile = toml::from_str(&source.text)
        .map_err(|error| vec![Finding::from_toml(&error).within(source)])?;
    let mut compiler = Compiler { packs, vocabulary, findings: Vec::new() };
    let stem = source.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    if stem.as_deref().is_some_and(|stem| stem != file.name.value) {
        compiler.find(
            format!("the story is called `{}`, its file is not", file.name),
            &file.name.span,
            "give both the same name",
        );
    }
    let rules: Vec<_> = file.rules.iter().map(|rule| compiler.rule(rule)).collect();
    compiler.findings.extend(limits::check(&file.limits, packs, vocabulary));
    let mut by_gstin: AHashMap<String, Vec<usize>> = AHashMap::new();
    let mut others = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        match &rule.when.gstin {
            Some(gstin) => by_gstin.entry(gstin.clone()).or_default().push(index),
            None => others.push(index),
        }
    }
    if compiler.findings.is_empty() {
        Ok(Scenario {
            name: file.name.value,
            about: file.about,
            consent: file.consent,
            files: file.files,
            limits: file.limits.iter().map(LimitChange::plain).collect(),
            rules,
            by_gstin,
            others,
        })
    } else {
        Err(compiler.findings.into_iter().map(|finding| finding.within(source)).collect())
    }
}

struct Compiler<'world> {
    packs: &'world [Arc<Pack>],
    vocabulary: &'world Vocabulary,
    findings: Vec<Finding>,
}

impl Compiler<'_> {
    fn find(&mut self, message: String, span: &Range<usize>, hint: impl Into<String>) {
        self.findings.push(Finding::new(message).at(span.clone()).hint(hint));
    }

    fn rule(&mut self, file: &RuleFile) -> Rule {
        let calls = file.when.calls.as_ref().and_then(|text| self.calls(text));
        if let Some(chance) = &file.chance
            && !(0.0..=1.0).contains(&chance.value)
        {
            self.find(format!("a chance of {chance}"), &chance.span, "from 0 to 1");
        }
        if let Some(answer) = &file.answer {
            self.answer(answer, &file.when);
        }
        Rule {
            when: self.when(&file.when),
            calls,
            chance: file.chance.as_ref().map(|chance| chance.value),
            answer: file.answer.as_ref().map(|answer| answer.value.clone()),
            faults: file.faults.clone(),
            told: tell(file),
        }
    }

    fn when(&mut self, file: &WhenFile) -> When {
        let mut when = When {
            vendor: file.vendor.as_ref().map(|name| name.value.clone()),
            endpoint: file.endpoint.as_ref().map(|name| name.value.clone()),
            gstin: file.gstin.as_ref().map(|gstin| gstin.value.clone()),
            ..When::default()
        };
        let pack = self.vendor(file);
        if let (Some(pack), Some(endpoint)) = (&pack, &file.endpoint)
            && pack.endpoint(&endpoint.value).is_none()
        {
            let names: Vec<_> = pack.endpoints.iter().map(|one| one.name.clone()).collect();
            self.find(
                format!("`{}` has no endpoint `{endpoint}`", pack.name),
                &endpoint.span,
                closest(endpoint, &names),
            );
        }
        if let Some(pattern) = &file.gstin_pattern {
            match Regex::new(pattern) {
                Ok(regex) => when.gstin_pattern = Some(regex),
                Err(error) => self.find(
                    format!("this is no regular expression: {error}"),
                    &pattern.span,
                    "look-around and back-references are not there",
                ),
            }
        }
        if let Some(method) = &file.method {
            match Method::from_bytes(method.as_bytes()) {
                Ok(method) => when.method = Some(method),
                Err(_) => self.find(
                    format!("`{method}` is no HTTP method"),
                    &method.span,
                    "such as GET or POST",
                ),
            }
        }
        for (name, value) in &file.header {
            match HeaderName::from_str(name) {
                Ok(name) => when.headers.push((name, value.value.clone())),
                Err(_) => {
                    self.find(
                        format!("`{name}` is no header name"),
                        &value.span,
                        "letters and `-`",
                    );
                }
            }
        }
        if let Some(holds) = &file.holds {
            let fields: Vec<&str> = pack
                .iter()
                .flat_map(|pack| &pack.endpoints)
                .chain(
                    self.packs.iter().filter(|_| pack.is_none()).flat_map(|pack| &pack.endpoints),
                )
                .flat_map(|endpoint| endpoint.fields.iter().map(|field| field.name.as_str()))
                .collect();
            let known = Known { fields, settings: Vec::new(), bound: Vec::new() };
            match Expression::compile(holds, &crate::render::expression::Lexicon::default(), &known)
            {
                Ok((expression, _)) => when.holds = Some(expression),
                Err(error) => {
                    let hint = error.hint.unwrap_or_default();
                    self.find(error.message, &holds.span, hint);
                }
            }
        }
        when
    }

    fn vendor(&mut self, file: &WhenFile) -> Option<Arc<Pack>> {
        let name = file.vendor.as_ref()?;
        let found = self.packs.iter().find(|pack| pack.name == name.value).cloned();
        if found.is_none() {
            let names: Vec<_> = self.packs.iter().map(|pack| pack.name.clone()).collect();
            self.find(format!("there is no vendor `{name}`"), &name.span, closest(name, &names));
        }
        found
    }

    /// An answer is an outcome, or a code of the vendor that the rule names, or of any.
    fn answer(&mut self, answer: &Located<String>, when: &WhenFile) {
        if self.vocabulary.knows(answer) {
            return;
        }
        let packs: Vec<_> = self
            .packs
            .iter()
            .filter(|pack| when.vendor.as_ref().is_none_or(|name| name.value == pack.name))
            .cloned()
            .collect();
        let said = packs.iter().any(|pack| {
            pack.endpoints
                .iter()
                .filter(|one| when.endpoint.as_ref().is_none_or(|name| name.value == one.name))
                .any(|one| one.replies.find(answer).is_some())
        });
        if said || packs.is_empty() {
            return;
        }
        let mut names: Vec<String> = self.vocabulary.names().map(str::to_owned).collect();
        names.extend(packs.iter().flat_map(|pack| pack.wishes().1));
        let who =
            when.vendor.as_ref().map_or("no vendor".to_owned(), |name| format!("`{name}` never"));
        self.find(
            format!("`{answer}` is no outcome, and {who} says it as a code"),
            &answer.span,
            closest(answer, &names),
        );
    }

    fn calls(&mut self, text: &Located<String>) -> Option<(u64, u64)> {
        let range = read_calls(text);
        if range.is_none() {
            self.find(
                format!("`{text}` is no range of calls"),
                &text.span,
                "such as \"1..=2\", \"3..\" or \"5\", counted from 1",
            );
        }
        range
    }
}

/// Reads `1..=2`, `1..3`, `3..`, `..=2` or `5`; calls are counted from 1.
fn read_calls(text: &str) -> Option<(u64, u64)> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let (from, to) = match text.split_once("..") {
        None => {
            let only = number(text)?;
            (only, only)
        }
        Some((from, to)) => {
            let from = if from.trim().is_empty() { 1 } else { number(from)? };
            let to = match to.trim() {
                "" => u64::MAX,
                to => match to.strip_prefix('=') {
                    Some(to) => number(to)?,
                    None => number(to)?.checked_sub(1)?,
                },
            };
            (from, to)
        }
    };
    (from >= 1 && from <= to).then_some((from, to))
}

/// The rule as a sentence.
fn tell(file: &RuleFile) -> String {
    let when = &file.when;
    let mut line = String::from("a call");
    if let Some(vendor) = &when.vendor {
        let _ = write!(line, " to {vendor}");
    }
    if let Some(endpoint) = &when.endpoint {
        let _ = write!(line, " ({endpoint})");
    }
    if let Some(method) = &when.method {
        let _ = write!(line, " by {method}");
    }
    if let Some(gstin) = &when.gstin {
        let _ = write!(line, " about {gstin}");
    }
    if let Some(pattern) = &when.gstin_pattern {
        let _ = write!(line, " about a GSTIN like {pattern}");
    }
    for (name, value) in &when.header {
        let _ = write!(line, " with {name}: {value}");
    }
    if let Some(holds) = &when.holds {
        let _ = write!(line, " for which {holds}");
    }
    if let Some(calls) = &when.calls {
        let _ = write!(line, ", number {calls} of its kind");
    }
    match &file.answer {
        Some(answer) => {
            let _ = write!(line, ", is answered `{answer}`");
        }
        None => line.push_str(", is answered as ever"),
    }
    for fault in &file.faults {
        let _ = write!(line, ", {}", fault.told());
    }
    if let Some(chance) = &file.chance {
        let _ = write!(line, ", {} times out of 100", chance.value * 100.0);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::read_calls;

    #[test]
    fn ranges_of_calls_are_read_as_rust_writes_them() {
        assert_eq!(read_calls("1..=2"), Some((1, 2)));
        assert_eq!(read_calls("1..3"), Some((1, 2)));
        assert_eq!(read_calls("3.."), Some((3, u64::MAX)));
        assert_eq!(read_calls("..=4"), Some((1, 4)));
        assert_eq!(read_calls("5"), Some((5, 5)));
        for wrong in ["0", "0..=2", "3..=2", "1..1", "a", "", "1...2"] {
            assert_eq!(read_calls(wrong), None, "{wrong}");
        }
    }
}
