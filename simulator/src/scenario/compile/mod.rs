//! From files to a [`Scenario`]: names checked against the packs, all findings at once.

use std::{ops::Range, sync::Arc};

use ahash::AHashMap;

use super::{
    Desk, Effects, Rule, Scenario,
    answer::{AS_EVER, Answer, Answers},
    file::{AnswerFile, AnswerForm, EditFile, Many, RuleFile, TlsFile},
    gather::{Gathered, GatheredRule, Library, gather},
    parameters::Values,
    tell,
};
use crate::{
    fault::tls::TlsChanges,
    finding::{Finding, Source},
    model::reply::Reply,
    pack::{Endpoint, Pack, file::LimitChange, limits, located::Located, vocabulary::Vocabulary},
    render::{edit::Edits, expression::closest},
    taxpayers::Persona,
};

mod edits;
mod reply;
mod when;

/// Where a story begins that does not say so.
pub(super) const START: &str = "start";

/// What stories are held against.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'world> {
    /// The vendors.
    pub packs: &'world [Arc<Pack>],
    /// The outcomes' words.
    pub vocabulary: &'world Vocabulary,
    /// The personas.
    pub cast: &'world Cast,
}

/// Personas, as stories name them.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    /// Name → GSTIN.
    pub names: Vec<(String, String)>,
    /// Tag → GSTINs.
    pub tags: Vec<(String, Vec<String>)>,
}

impl Cast {
    /// All that stories need to know of the personas.
    #[must_use]
    pub fn of<'all>(personas: impl Iterator<Item = &'all Persona>) -> Self {
        let mut cast = Self::default();
        for persona in personas {
            cast.names.push((persona.name.clone(), persona.gstin.clone()));
            for tag in &persona.tags {
                match cast.tags.iter_mut().find(|(name, _)| name == tag) {
                    Some((_, gstins)) => gstins.push(persona.gstin.clone()),
                    None => cast.tags.push((tag.clone(), vec![persona.gstin.clone()])),
                }
            }
        }
        cast
    }
}

/// What a story says of TLS, where its vendor is one.
fn tls(file: TlsFile, packs: &[Arc<Pack>]) -> Result<TlsChanges, Finding> {
    if let Some(vendor) = &file.vendor
        && !packs.iter().any(|pack| pack.name == vendor.value)
    {
        let names: Vec<_> = packs.iter().map(|pack| pack.name.clone()).collect();
        let finding = Finding::new(format!("there is no vendor `{vendor}`"));
        return Err(finding.at(vendor.span.clone()).hint(closest(vendor, &names)));
    }
    Ok(TlsChanges { fault: file.fault, vendor: file.vendor.map(|vendor| vendor.value) })
}

/// Reads and compiles a story, with the values that somebody chose for its parameters.
///
/// # Errors
///
/// All that is wrong with it.
pub fn load(
    library: &Library,
    name: &str,
    chosen: &Values,
    stage: Stage<'_>,
) -> Result<Scenario, Vec<Finding>> {
    compile(gather(library, name, chosen)?, chosen, stage)
}

/// Compiles a story that was put together.
pub(super) fn compile(
    gathered: Gathered,
    chosen: &Values,
    stage: Stage<'_>,
) -> Result<Scenario, Vec<Finding>> {
    let states = states(&gathered);
    let mut findings = Vec::new();
    let rules: Vec<_> = gathered
        .rules
        .iter()
        .map(|gathered_rule| {
            let mut compiler = Compiler {
                stage,
                story: &gathered.name,
                states: &states,
                source: &gathered_rule.source,
                findings: &mut findings,
            };
            compiler.rule(gathered_rule)
        })
        .collect();
    for (changes, source) in &gathered.limits {
        let found = limits::check(changes, stage.packs, stage.vocabulary);
        findings.extend(found.into_iter().map(|finding| finding.within(source)));
    }
    let tls =
        gathered.tls.map(|(file, source)| tls(file, stage.packs).map_err(|it| it.within(&source)));
    let tls = tls.transpose().unwrap_or_else(|finding| {
        findings.push(finding);
        None
    });
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut by_gstin: AHashMap<String, Vec<usize>> = AHashMap::new();
    let mut others = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        match &rule.when.gstins {
            None => others.push(index),
            Some(gstins) => {
                for gstin in gstins {
                    let known = by_gstin.entry(gstin.clone()).or_default();
                    if known.last() != Some(&index) {
                        known.push(index);
                    }
                }
            }
        }
    }
    let tells_replies = rules.iter().any(|rule| rule.effects.reply.is_some());
    Ok(Scenario {
        tells_replies,
        desks: desks(&rules, &others, stage.packs),
        name: gathered.name,
        about: gathered.about,
        hurts: gathered.hurts,
        client: gathered.client,
        include: gathered.include,
        parameters: gathered.parameters,
        chosen: chosen.clone(),
        consent: gathered.consent,
        files: gathered.files,
        tls: tls.unwrap_or_default(),
        // Of two changes of one limit the later one counts: a story's own come last.
        limits: gathered
            .limits
            .iter()
            .rev()
            .flat_map(|(changes, _)| changes.iter().map(LimitChange::plain))
            .collect(),
        rules,
        states,
        begins: 0,
        by_gstin,
        others: others.into(),
    })
}

/// All states: the one it begins in, then those that rules name.
fn states(gathered: &Gathered) -> Vec<String> {
    let begins = gathered.state.as_ref().map_or(START, |(state, _)| state.value.as_str());
    let mut states = vec![begins.to_owned()];
    for gathered in &gathered.rules {
        let then = gathered.rule.then_state.iter().map(|state| state.value.as_str());
        for state in gathered.rule.when.state.texts().chain(then) {
            if !states.iter().any(|known| known == state) {
                states.push(state.to_owned());
            }
        }
    }
    states
}

/// The rules that the calls of each endpoint are held against; equal lists are one.
fn desks(rules: &[Rule], others: &[usize], packs: &[Arc<Pack>]) -> Vec<Desk> {
    let mut lists: AHashMap<Vec<usize>, Arc<[usize]>> = AHashMap::new();
    let mut list_of = |pack: &Pack, endpoint: &Endpoint| {
        let named = |names: &[String], name: &str| {
            names.is_empty() || names.iter().any(|known| known == name)
        };
        let fits = |index: &usize| {
            let when = &rules[*index].when;
            named(&when.vendors, &pack.name)
                && named(&when.endpoints, &endpoint.name)
                && (when.methods.is_empty() || when.methods.contains(&endpoint.method))
        };
        let list: Vec<usize> = others.iter().copied().filter(fits).collect();
        Arc::clone(lists.entry(list).or_insert_with_key(|list| list.as_slice().into()))
    };
    packs
        .iter()
        .map(|pack| Desk {
            vendor: pack.name.clone(),
            endpoints: pack
                .endpoints
                .iter()
                .map(|endpoint| (endpoint.name.clone(), list_of(pack, endpoint)))
                .collect(),
        })
        .collect()
}

/// Compiles the rules of one file.
struct Compiler<'story> {
    stage: Stage<'story>,
    story: &'story str,
    states: &'story [String],
    source: &'story Source,
    findings: &'story mut Vec<Finding>,
}

impl Compiler<'_> {
    fn find(&mut self, message: impl Into<String>, span: &Range<usize>, hint: impl Into<String>) {
        let finding = Finding::new(message).at(span.clone()).hint(hint).within(self.source);
        self.findings.push(finding);
    }

    fn rule(&mut self, gathered: &GatheredRule) -> Rule {
        let file = &gathered.rule;
        let calls = file.when.calls.as_ref().and_then(|text| self.calls(text));
        self.part(file.chance.as_ref(), "a chance");
        let when = self.when(&file.when);
        if let Some(answer) = &file.answer {
            self.answer(answer, file);
        }
        if let (Some(at_end), false) = (&file.at_end, is_sequence(file)) {
            self.find(
                "only a list of answers has an end",
                &at_end.span,
                "make `answer` a list, or take `at-end` out",
            );
        }
        let edits = self.edits(&file.edits);
        let reply = self.reply(file);
        let limits = limits::check(&file.limits, self.stage.packs, self.stage.vocabulary);
        self.findings.extend(limits.into_iter().map(|finding| finding.within(self.source)));
        let index_of = |name: &str| self.states.iter().position(|known| known == name);
        Rule {
            name: file.name.as_ref().map(|name| name.value.clone()),
            when,
            calls,
            per: file.when.per.as_ref().map(|per| per.value).unwrap_or_default(),
            chance: file.chance.as_ref().map(|chance| chance.value),
            answers: answers(file),
            effects: Effects {
                edits,
                reply,
                faults: file.faults.clone(),
                then_state: file.then_state.as_ref().and_then(|state| index_of(state)),
                limits: file.limits.iter().map(LimitChange::plain).collect(),
                taxpayer: file.taxpayer.as_ref().map(|changes| changes.value.clone()),
            },
            go_on: file.go_on,
            print: gathered.print,
            told: tell::rule(file),
        }
    }

    /// A part of a whole.
    fn part(&mut self, part: Option<&Located<f64>>, what: &str) {
        if let Some(part) = part
            && !(0.0..=1.0).contains(&part.value)
        {
            self.find(format!("{what} of {part}"), &part.span, "from 0 to 1");
        }
    }

    fn edits(&mut self, files: &[Located<EditFile>]) -> Option<Arc<Edits>> {
        let mut list = Vec::new();
        for file in files {
            match edits::compile(&file.value) {
                Ok(edits) => list.extend(edits),
                Err(wrong) => {
                    for (message, span, hint) in wrong {
                        self.find(message, &span.unwrap_or_else(|| file.span.clone()), hint);
                    }
                }
            }
        }
        let story = self.story.to_owned();
        (!list.is_empty()).then(|| Arc::new(Edits { story, list }))
    }

    fn reply(&mut self, file: &RuleFile) -> Option<Arc<Reply>> {
        match reply::compile(&file.reply.as_ref()?.value, file) {
            Ok(reply) => Some(Arc::new(reply)),
            Err(wrong) => {
                for (message, span, hint) in wrong {
                    self.find(message, &span, hint);
                }
                None
            }
        }
    }

    /// An answer is an outcome, or a code of a vendor that the rule is about.
    fn answer(&mut self, answer: &AnswerFile, file: &RuleFile) {
        match &answer.0.value {
            AnswerForm::Sequence(list) if list.is_empty() => {
                self.find("a list without an answer", &answer.0.span, "name one, or leave it out");
            }
            AnswerForm::Weighted(list) => {
                let sum = list.iter().try_fold(0_u64, |sum, (_, weight)| sum.checked_add(*weight));
                if sum.is_none_or(|sum| sum == 0 || usize::try_from(sum).is_err()) {
                    self.find(
                        "weights that choose nothing",
                        &answer.0.span,
                        "whole numbers of which at least one is more than 0, such as \
                         { found = 9, upstream-unavailable = 1 }",
                    );
                }
            }
            _ => {}
        }
        let when = &file.when;
        for word in answer.words() {
            if word.value == AS_EVER || self.stage.vocabulary.knows(word.value) {
                continue;
            }
            let packs: Vec<_> = about(self.stage.packs, &when.vendor).collect();
            let said = packs.iter().any(|pack| {
                endpoints(pack, &when.endpoint).any(|one| one.replies.find(word.value).is_some())
            });
            if said || packs.is_empty() {
                continue;
            }
            let mut names: Vec<String> = self.stage.vocabulary.names().map(str::to_owned).collect();
            names.extend(packs.iter().flat_map(|pack| pack.wishes().1));
            let who = match when.vendor.0.as_slice() {
                [] => "no vendor says".to_owned(),
                [one] => format!("`{one}` never says"),
                _ => "none of the vendors says".to_owned(),
            };
            let hint = closest(word.value, &names);
            self.find(
                format!("`{}` is no outcome, and {who} it as a code", word.value),
                &word.span,
                hint,
            );
        }
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

/// The vendors that a rule is about.
pub(super) fn about<'world>(
    packs: &'world [Arc<Pack>],
    vendors: &Many,
) -> impl Iterator<Item = &'world Arc<Pack>> {
    packs.iter().filter(|pack| vendors.is_empty() || vendors.texts().any(|name| name == pack.name))
}

/// The endpoints of a vendor that a rule is about.
pub(super) fn endpoints<'pack>(
    pack: &'pack Pack,
    names: &Many,
) -> impl Iterator<Item = &'pack Endpoint> {
    pack.endpoints
        .iter()
        .filter(|one| names.is_empty() || names.texts().any(|name| name == one.name))
}

fn is_sequence(file: &RuleFile) -> bool {
    let form = file.answer.as_ref().map(|answer| &answer.0.value);
    matches!(form, Some(AnswerForm::Sequence(_)))
}

fn answers(file: &RuleFile) -> Answers {
    match file.answer.as_ref().map(|answer| &answer.0.value) {
        None => Answers::One(Answer::AsEver),
        Some(AnswerForm::One(text)) => Answers::One(Answers::word(text)),
        Some(AnswerForm::Sequence(list)) => {
            let list = list.iter().map(|text| Answers::word(text)).collect();
            Answers::Sequence(list, file.at_end.as_ref().map(|end| end.value).unwrap_or_default())
        }
        Some(AnswerForm::Weighted(list)) => {
            let mut sum = 0_usize;
            let weighted = list.iter().map(|(text, weight)| {
                sum = sum.saturating_add(usize::try_from(*weight).unwrap_or(usize::MAX));
                (sum, Answers::word(text))
            });
            Answers::Weighted(weighted.collect())
        }
    }
}

/// Reads `1..=2`, `1..3`, `3..`, `..=2` or `5`; calls are counted from 1.
pub(super) fn read_calls(text: &str) -> Option<(u64, u64)> {
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
