//! Check: rules that never decide a call, and what else a story says in vain.

use std::ops::Range;

use http::Method;
use jiff::civil::Date;
use regex_lite::Regex;

use super::{
    answer::AS_EVER,
    calendar::read_moment,
    compile::{START, Stage, about, endpoints},
    file::{AnswerFile, AnswerForm, Many, Per, RuleFile, TestFile, WhenFile},
    gather::{Gathered, GatheredRule, Library, gather},
    parameters::Values,
};
use crate::{
    finding::Finding,
    pack::{Lookup, Pack, located::Located},
    render::expression::closest,
};

/// What is wrong with a story that can be read, beyond what loading it finds.
#[must_use]
pub fn check(library: &Library, name: &str, stage: Stage<'_>) -> Vec<Finding> {
    // What cannot be read was told of by the loader.
    let Ok(story) = gather(library, name, &Values::new()) else { return Vec::new() };
    let mut findings = Vec::new();
    for (at, one) in story.rules.iter().enumerate() {
        let mut find = |span: Option<Range<usize>>, message: String, hint: &str| {
            let span = span.unwrap_or_else(|| place(one));
            findings.push(Finding::new(message).at(span).within(&one.source).hint(hint));
        };
        let earlier = &story.rules[..at];
        if let Some(earlier) = earlier.iter().position(|other| takes_all(&other.rule, &one.rule)) {
            find(
                None,
                format!("rule {} never gets a call: rule {} takes them all", at + 1, earlier + 1),
                "put it first, or give the earlier one `calls`, a `chance` or a narrower `when`",
            );
        }
        never(&one.rule, &mut find);
        counts(&one.rule, &mut find);
        numbers(&one.rule, stage, &mut find);
        methods(&one.rule, stage, &mut find);
        words(&one.rule, stage, &mut find);
    }
    findings.extend(states(&story));
    if let Some(source) = library.get(name) {
        for parameter in &story.unused {
            let header = format!("[parameters.{parameter}]");
            let span = source.text.find(&header).map(|start| start..start + header.len());
            let finding = Finding::new(format!("nothing uses the parameter `{parameter}`"))
                .at(span.unwrap_or(0..0))
                .hint(format!("write `${{{parameter}}}` where its value belongs, or take it out"));
            findings.push(finding.within(source));
        }
    }
    findings
}

/// Stories that were made from recordings which are too old on a day: what the vendor said then may
/// not be what it says now.
#[must_use]
pub fn too_old(library: &Library, today: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in library.names() {
        // What cannot be read was told of by the loader; what is included is told of by itself.
        let Ok(story) = gather(library, name, &Values::new()) else { continue };
        for (recorded, source) in story.recorded {
            if library.get(name).is_none_or(|own| own.path != source.path) {
                continue;
            }
            let days = (today - recorded.on.value).get_days();
            if i64::from(days) <= i64::from(recorded.good_for_days) {
                continue;
            }
            let message = format!(
                "`{name}` was recorded {days} days ago and is good for {}",
                recorded.good_for_days
            );
            findings.push(
                Finding::new(message).at(recorded.on.span).within(&source).hint(
                    "record it anew, or let `good-for-days` be more where that is known to do",
                ),
            );
        }
    }
    findings
}

/// Takes what is wrong with a rule: where, unless the whole rule is meant; what; what to do.
type Find<'find> = dyn FnMut(Option<Range<usize>>, String, &str) + 'find;

/// What can be so at no time.
fn never(rule: &RuleFile, find: &mut Find<'_>) {
    for (part, what) in [(&rule.chance, "chance"), (&rule.when.share, "share")] {
        if let Some(part) = part.as_ref().filter(|part| part.value <= 0.0) {
            find(
                Some(part.span.clone()),
                format!("with a {what} of {part} the rule never decides a call"),
                "more than 0, up to 1; or take the rule out",
            );
        }
    }
    let moment = |text: &Option<Located<String>>| read_moment(text.as_ref()?);
    if let (Some(from), Some(until)) = (moment(&rule.when.from), moment(&rule.when.until))
        && from >= until
    {
        let span = rule.when.until.as_ref().map(|until| until.span.clone());
        find(
            span,
            "the window is over before it begins".to_owned(),
            "let `until` be later than `from`",
        );
    }
    let pattern = rule.when.gstin_pattern.as_ref().and_then(|text| Regex::new(text).ok());
    for gstin in &rule.when.gstin.0 {
        let codes = &rule.when.state_code;
        let of_state = codes.is_empty() || codes.texts().any(|code| gstin.starts_with(code));
        if !of_state || pattern.as_ref().is_some_and(|pattern| !pattern.is_match(gstin)) {
            find(
                Some(gstin.span.clone()),
                format!("`{gstin}` does not fit what else the rule says of GSTINs"),
                "take it out, or the pattern or state code",
            );
        }
    }
}

/// Counting for nothing.
fn counts(rule: &RuleFile, find: &mut Find<'_>) {
    let form = rule.answer.as_ref().map(|answer| &answer.0.value);
    let counted = rule.when.calls.is_some() || matches!(form, Some(AnswerForm::Sequence(_)));
    if let Some(per) = rule.when.per.as_ref().filter(|_| !counted) {
        find(
            Some(per.span.clone()),
            "nothing is counted here".to_owned(),
            "`per` goes with `calls` or with a list of answers",
        );
    }
    if rule.at_end.is_some()
        && let Some(AnswerForm::Sequence(list)) = form
        && list.len() == 1
        && rule.at_end.as_ref().is_some_and(|end| end.value != super::file::AtEnd::Over)
    {
        let span = rule.at_end.as_ref().map(|end| end.span.clone());
        find(
            span,
            "a list of one is always at its end".to_owned(),
            "add answers, or say just the one",
        );
    }
}

/// Whether a rule asks about the GSTIN of a call.
fn asks_gstin(when: &WhenFile) -> Option<Range<usize>> {
    let first = |many: &Many| many.0.first().map(|text| text.span.clone());
    let per = when.per.as_ref().filter(|per| per.value == Per::Gstin);
    first(&when.gstin)
        .or_else(|| first(&when.persona))
        .or_else(|| first(&when.tag))
        .or_else(|| first(&when.state_code))
        .or_else(|| when.gstin_pattern.as_ref().map(|text| text.span.clone()))
        .or_else(|| when.share.as_ref().map(|share| share.span.clone()))
        .or_else(|| per.map(|per| per.span.clone()))
}

/// A GSTIN at endpoints that are asked about none.
fn numbers(rule: &RuleFile, stage: Stage<'_>, find: &mut Find<'_>) {
    let span = asks_gstin(&rule.when)
        .or_else(|| rule.taxpayer.as_ref().map(|changes| changes.span.clone()));
    let Some(span) = span else { return };
    let mut all = places(rule, stage);
    if all.clone().next().is_some()
        && all.all(|(_, one)| one.lookup.and_then(Lookup::gstin_field).is_none())
    {
        find(
            Some(span),
            "calls that the rule is about ask about no GSTIN".to_owned(),
            "name an endpoint that is asked about one; `holds` can look at other fields",
        );
    }
}

/// Endpoints that the rule is about.
fn places<'all>(
    rule: &'all RuleFile,
    stage: Stage<'all>,
) -> impl Iterator<Item = (&'all Pack, &'all crate::pack::Endpoint)> + Clone {
    let packs: Vec<_> = about(stage.packs, &rule.when.vendor).collect();
    packs
        .into_iter()
        .flat_map(|pack| endpoints(pack, &rule.when.endpoint).map(move |one| (&**pack, one)))
        .collect::<Vec<_>>()
        .into_iter()
}

/// A method that no endpoint of the rule takes.
fn methods(rule: &RuleFile, stage: Stage<'_>, find: &mut Find<'_>) {
    for method in &rule.when.method.0 {
        let mut all = places(rule, stage);
        let Ok(wanted) = Method::from_bytes(method.as_bytes()) else { continue };
        if all.clone().next().is_some() && all.all(|(_, one)| one.method != wanted) {
            let mut names: Vec<_> =
                places(rule, stage).map(|(_, one)| one.method.to_string()).collect();
            names.sort();
            names.dedup();
            find(
                Some(method.span.clone()),
                format!("no call that the rule is about comes by {method}"),
                &format!("they come by {}", names.join(", ")),
            );
        }
    }
}

/// An outcome that the vendors named have no word for, nor one that stands in for it.
fn words(rule: &RuleFile, stage: Stage<'_>, find: &mut Find<'_>) {
    let Some(answer) = &rule.answer else { return };
    if rule.when.vendor.is_empty() {
        return;
    }
    for word in answer.words().filter(|word| word.value != AS_EVER) {
        let mut all = places(rule, stage);
        let silent = |(pack, one): (&Pack, &crate::pack::Endpoint)| {
            stage.vocabulary.nearest(&one.replies, word.value).is_none()
                && pack.replies.find(word.value).is_none()
        };
        if all.clone().next().is_some() && all.all(silent) {
            let vendors: Vec<_> =
                rule.when.vendor.texts().map(|name| format!("`{name}`")).collect();
            let mut near: Vec<_> = places(rule, stage)
                .flat_map(|(_, one)| one.replies.by_outcome.keys().map(ToString::to_string))
                .collect();
            near.sort();
            near.dedup();
            find(
                Some(word.span.clone()),
                format!(
                    "{} cannot say `{}` there: the call would be answered as ever",
                    vendors.join(" and "),
                    word.value
                ),
                &closest(word.value, &near),
            );
        }
    }
}

/// States that the story never comes to.
fn states(story: &Gathered) -> Vec<Finding> {
    let begins = story.state.as_ref().map_or(START, |(state, _)| state.value.as_str());
    let mut reached = vec![begins];
    loop {
        let before = reached.len();
        for one in &story.rules {
            let from = &one.rule.when.state;
            let can = from.is_empty() || from.texts().any(|state| reached.contains(&state));
            if let Some(then) = one.rule.then_state.as_ref().filter(|_| can)
                && !reached.contains(&then.as_str())
            {
                reached.push(then);
            }
        }
        if reached.len() == before {
            break;
        }
    }
    let names: Vec<_> = reached.iter().map(|name| (*name).to_owned()).collect();
    let mut findings = Vec::new();
    for one in &story.rules {
        for state in one.rule.when.state.0.iter().filter(|state| !names.contains(&state.value)) {
            findings.push(
                Finding::new(format!("the story never comes to the state `{state}`"))
                    .at(state.span.clone())
                    .within(&one.source)
                    .hint(format!(
                        "a rule with `then-state` brings it there; {}",
                        closest(state, &names)
                    )),
            );
        }
    }
    findings
}

/// Whether every call that fits `later` is decided by `earlier`.
fn takes_all(earlier: &RuleFile, later: &RuleFile) -> bool {
    let (one, other) = (&earlier.when, &later.when);
    let form = earlier.answer.as_ref().map(|answer| &answer.0.value);
    let over = earlier.at_end.as_ref().is_some_and(|end| end.value == super::file::AtEnd::Over);
    let always = earlier.chance.as_ref().is_none_or(|chance| chance.value >= 1.0)
        && !(over && matches!(form, Some(AnswerForm::Sequence(_))))
        && !earlier.go_on
        // A rule that leaves a state does so once.
        && (earlier.then_state.is_none() || one.state.is_empty());
    always
        && one.calls.is_none()
        && wider(&one.vendor, &other.vendor)
        && wider(&one.endpoint, &other.endpoint)
        && wider(&one.method, &other.method)
        && wider_numbers(one, other)
        && wider(&one.account, &other.account)
        && wider(&one.tenant, &other.tenant)
        && wider(&one.state, &other.state)
        && wider(&one.day, &other.day)
        && (one.weekday.is_empty()
            || (!other.weekday.is_empty()
                && other
                    .weekday
                    .iter()
                    .all(|day| one.weekday.iter().any(|it| it.value == day.value))))
        && same(one.time.as_ref(), other.time.as_ref())
        && same(one.from.as_ref(), other.from.as_ref())
        && same(one.until.as_ref(), other.until.as_ref())
        && same(one.holds.as_ref(), other.holds.as_ref())
        && tests(&one.header, &other.header)
        && tests(&one.query, &other.query)
        && tests(&one.body, &other.body)
}

/// Whether what one says takes in all that the other says.
fn wider(one: &Many, other: &Many) -> bool {
    one.is_empty()
        || (!other.is_empty() && other.texts().all(|text| one.texts().any(|known| known == text)))
}

fn same(one: Option<&Located<String>>, other: Option<&Located<String>>) -> bool {
    one.is_none_or(|one| other.is_some_and(|other| one.value == other.value))
}

fn tests(
    one: &indexmap::IndexMap<String, Located<TestFile>>,
    other: &indexmap::IndexMap<String, Located<TestFile>>,
) -> bool {
    one.iter().all(|(name, test)| {
        other.iter().any(|(known, known_test)| {
            known.eq_ignore_ascii_case(name) && known_test.value == test.value
        })
    })
}

fn wider_numbers(one: &WhenFile, other: &WhenFile) -> bool {
    let names = |when: &WhenFile| {
        !(when.gstin.is_empty() && when.persona.is_empty() && when.tag.is_empty())
    };
    let numbers = !names(one)
        || (names(other)
            && wider_or_empty(&one.gstin, &other.gstin)
            && wider_or_empty(&one.persona, &other.persona)
            && wider_or_empty(&one.tag, &other.tag));
    let shares = match (&one.share, &other.share) {
        (None, _) => true,
        (Some(one), Some(other)) => one.value >= other.value,
        (Some(one), None) => one.value >= 1.0,
    };
    let fit = |fits: &dyn Fn(&str) -> bool| {
        !other.gstin.is_empty()
            && other.persona.is_empty()
            && other.tag.is_empty()
            && other.gstin.texts().all(fits)
    };
    let states = wider(&one.state_code, &other.state_code)
        || fit(&|gstin| one.state_code.texts().any(|code| gstin.starts_with(code)));
    let pattern = one.gstin_pattern.as_ref();
    let patterns = same(pattern, other.gstin_pattern.as_ref())
        || pattern
            .and_then(|pattern| Regex::new(pattern).ok())
            .is_some_and(|pattern| fit(&|gstin| pattern.is_match(gstin)));
    numbers && shares && states && patterns
}

/// Whether one names all that the other does.
fn wider_or_empty(one: &Many, other: &Many) -> bool {
    other.texts().all(|text| one.texts().any(|known| known == text))
}

/// The first thing that a rule says.
fn place(gathered: &GatheredRule) -> Range<usize> {
    let rule = &gathered.rule;
    let when = &rule.when;
    let one = |text: &Option<Located<String>>| text.as_ref().map(|text| text.span.clone());
    let many = |many: &Many| many.0.first().map(|text| text.span.clone());
    let test = |tests: &indexmap::IndexMap<String, Located<TestFile>>| {
        tests.values().next().map(|test| test.span.clone())
    };
    let answer = |answer: &AnswerFile| answer.0.span.clone();
    [
        many(&when.vendor),
        many(&when.endpoint),
        many(&when.method),
        many(&when.gstin),
        one(&when.gstin_pattern),
        many(&when.persona),
        many(&when.tag),
        many(&when.state_code),
        test(&when.header),
        test(&when.query),
        test(&when.body),
        one(&when.holds),
        many(&when.account),
        many(&when.tenant),
        one(&when.calls),
        one(&when.time),
        many(&when.day),
        one(&when.from),
        one(&when.until),
        many(&when.state),
        rule.answer.as_ref().map(answer),
    ]
    .into_iter()
    .flatten()
    .min_by_key(|span| span.start)
    .unwrap_or_else(|| gathered.span.clone())
}
