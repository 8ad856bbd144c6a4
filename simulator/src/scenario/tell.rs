//! Tell: a story in sentences, for people and for machines.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{
    Playing, Scenario,
    answer::AS_EVER,
    compile::read_calls,
    file::{
        AnswerForm, AtEnd, ConsentChanges, EditFile, FileChanges, Many, Per, RuleFile,
        TaxpayerChanges, TestFile, TestForm, WhenFile,
    },
    parameters::Parameter,
};
use crate::{
    fault::{Fault, tls::TlsChanges},
    pack::file::LimitChange,
};

/// A story as machines are told of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Told<'story> {
    name: &'story str,
    about: &'story str,
    hurts: &'story str,
    client: &'story str,
    include: &'story [String],
    parameters: &'story [Parameter],
    /// Whether it is being played.
    active: bool,
    /// The state it is in, or begins in; none where it has one only.
    state: Option<&'story str>,
    states: &'story [String],
    /// What is so for as long as it is played.
    throughout: Vec<String>,
    rules: Vec<ToldRule<'story>>,
}

/// A rule as machines are told of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ToldRule<'story> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'story str>,
    told: &'story str,
    /// Calls that fitted it, where the story is being played.
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<u64>,
}

impl Scenario {
    /// The rules, as sentences.
    pub fn told(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.told.as_str())
    }

    /// The names of its states, where it has more than one; the first is the one it begins in.
    #[must_use]
    pub fn states(&self) -> &[String] {
        if self.states.len() > 1 { &self.states } else { &[] }
    }

    /// What is so for as long as it is played, as sentences.
    #[must_use]
    pub fn throughout(&self) -> Vec<String> {
        let mut lines = Vec::new();
        consent(&self.consent, &mut lines);
        files(&self.files, &mut lines);
        lines.extend(tls(&self.tls));
        lines.extend(self.limits.iter().map(limit));
        lines
    }

    /// All of it; with its progress where it is being played.
    #[must_use]
    pub fn record<'story>(&'story self, playing: Option<&'story Playing>) -> Told<'story> {
        let counts = playing.map(Playing::counts);
        let states = self.states();
        Told {
            name: &self.name,
            about: &self.about,
            hurts: &self.hurts,
            client: &self.client,
            include: &self.include,
            parameters: &self.parameters,
            active: playing.is_some(),
            state: states.first().map(|begins| playing.map_or(begins.as_str(), Playing::state)),
            states,
            throughout: self.throughout(),
            rules: self
                .rules
                .iter()
                .enumerate()
                .map(|(at, rule)| ToldRule {
                    name: rule.name.as_deref(),
                    told: &rule.told,
                    calls: counts.as_ref().and_then(|counts| counts.get(at).copied()),
                })
                .collect(),
        }
    }
}

/// All stories as Markdown: what each tells, whom it hurts, what a good client does.
pub fn markdown<'story>(stories: impl Iterator<Item = &'story Scenario>) -> String {
    let mut out = String::new();
    for story in stories {
        let _ = write!(out, "### {}\n\n{}.\n\n", story.name, story.about.trim_end_matches('.'));
        for (title, text) in [("Hurts", &story.hurts), ("A good client", &story.client)] {
            if !text.is_empty() {
                let _ = writeln!(out, "- **{title}:** {}.", text.trim_end_matches('.'));
            }
        }
        for parameter in &story.parameters {
            let Parameter { name, default, about, .. } = parameter;
            let _ = writeln!(out, "- `--set {}.{name}={default}`: {about}", story.name);
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The rule as a sentence.
pub(super) fn rule(file: &RuleFile) -> String {
    let mut line = String::from("a call");
    when(&file.when, &mut line);
    if let Some(chance) = &file.chance {
        let _ = write!(line, ", {} times out of 100", round(chance.value * 100.0));
    }
    let answered = answer(file);
    let mut acts = match (&file.reply, answered) {
        (Some(reply), _) => {
            vec![format!("is answered word for word, with HTTP {}", reply.value.status)]
        }
        (None, Some(answered)) => vec![answered],
        (None, None) => vec!["is answered as ever".to_owned()],
    };
    acts.extend(file.edits.iter().map(|edit| tell_edit(&edit.value)));
    acts.extend(file.faults.iter().map(Fault::told));
    acts.extend(
        file.limits.iter().map(|change| format!("from then on {}", limit(&change.plain()))),
    );
    if let Some(changes) = &file.taxpayer {
        acts.push(taxpayer(&changes.value));
    }
    if let Some(state) = &file.then_state {
        acts.push(format!("the story is in the state `{state}` then"));
    }
    let comma = if line == "a call" { "" } else { "," };
    let _ = write!(line, "{comma} {}", acts.join("; "));
    if file.go_on {
        line.push_str("; later rules are looked at as well");
    }
    line
}

fn when(when: &WhenFile, line: &mut String) {
    let mut add = |words: &str, names: &Many| {
        if !names.is_empty() {
            let _ = write!(line, "{words}{}", list(names.texts(), "or"));
        }
    };
    add(" to ", &when.vendor);
    add(" at ", &when.endpoint);
    add(" by ", &when.method);
    add(" about ", &when.gstin);
    add(" about the persona ", &when.persona);
    add(" about a persona with the tag ", &when.tag);
    add(" about a GSTIN of the state ", &when.state_code);
    add(" of the account ", &when.account);
    add(" of the tenant ", &when.tenant);
    if let Some(pattern) = &when.gstin_pattern {
        let _ = write!(line, " about a GSTIN like {pattern}");
    }
    if let Some(share) = &when.share {
        let _ = write!(
            line,
            " about one of {} in 100 GSTINs, always the same",
            round(share.value * 100.0)
        );
    }
    for (name, test) in &when.header {
        let _ = write!(line, " with the header {name}{}", tell_test(&test.value));
    }
    for (name, test) in &when.query {
        let _ = write!(line, " with {name}{} in the query", tell_test(&test.value));
    }
    for (name, test) in &when.body {
        let _ = write!(line, " with {name}{} in the body", tell_test(&test.value));
    }
    if let Some(holds) = &when.holds {
        let _ = write!(line, " for which {holds}");
    }
    if !when.state.is_empty() {
        let _ = write!(line, ", in the state {}", list(when.state.texts(), "or"));
    }
    if let Some(time) = &when.time {
        let between = match time.split_once("..") {
            Some((from, to)) => format!("from {from} until {}", to.trim_start_matches('=')),
            None => time.value.clone(),
        };
        let _ = write!(line, ", {between} in India");
    }
    if !when.weekday.is_empty() {
        let days: Vec<_> = when.weekday.iter().map(|day| format!("{:?}", day.value)).collect();
        let _ = write!(line, ", on a {}", list(days.iter().map(String::as_str), "or"));
    }
    if !when.day.is_empty() {
        let days: Vec<_> = when.day.texts().map(|text| text.replace("..=", " to ")).collect();
        let days = list(days.iter().map(String::as_str), "or");
        let _ = write!(line, ", on day {days} of the month");
    }
    if let Some(from) = &when.from {
        let _ = write!(line, ", from {from} on");
    }
    if let Some(until) = &when.until {
        let _ = write!(line, ", until {until}");
    }
    calls(when, line);
}

fn calls(when: &WhenFile, line: &mut String) {
    let Some(calls) = &when.calls else { return };
    let number = match read_calls(calls) {
        Some((1, 1)) => "the first".to_owned(),
        Some((from, to)) if from == to => format!("number {from}"),
        Some((1, u64::MAX)) => return,
        Some((from, u64::MAX)) => format!("from number {from} on"),
        Some((1, to)) => format!("one of the first {to}"),
        Some((from, to)) => format!("one of numbers {from} to {to}"),
        None => format!("number {calls}"),
    };
    let of = match when.per.as_ref().map(|per| per.value).unwrap_or_default() {
        Per::Scenario => "of its kind",
        Per::Gstin => "of its kind about its GSTIN",
        Per::Account => "of its kind of its account",
    };
    let _ = write!(line, ", {number} {of}");
}

/// What is answered, where that is not what the call causes.
fn answer(file: &RuleFile) -> Option<String> {
    let word = |text: &str| {
        if text == AS_EVER { "as ever".to_owned() } else { format!("`{text}`") }
    };
    Some(match &file.answer.as_ref()?.0.value {
        AnswerForm::One(text) => format!("is answered {}", word(text)),
        AnswerForm::Sequence(list) => {
            let words: Vec<_> = list.iter().map(|text| word(text)).collect();
            let of = match file.when.per.as_ref().map(|per| per.value).unwrap_or_default() {
                Per::Scenario => "",
                Per::Gstin => ", for each GSTIN",
                Per::Account => ", for each account",
            };
            let end = match file.at_end.as_ref().map(|end| end.value).unwrap_or_default() {
                AtEnd::Stay => ", which stays",
                AtEnd::Again => ", and so on from the first",
                AtEnd::Over => ", and then the rule is over",
            };
            format!("is answered {}{end}{of}", words.join(", then "))
        }
        AnswerForm::Weighted(list) => {
            let all: u64 = list.iter().map(|(_, weight)| weight).sum();
            let words = list
                .iter()
                .filter(|(_, weight)| *weight > 0)
                .map(|(text, weight)| format!("{} {weight} times out of {all}", word(text)));
            format!("is answered {}", words.collect::<Vec<_>>().join(", "))
        }
    })
}

fn tell_edit(edit: &EditFile) -> String {
    match edit {
        EditFile::Merge(object) => {
            format!("{} is merged into the reply", Value::Object(object.0.clone()))
        }
        EditFile::Patch(operations) => {
            format!(
                "a JSON Patch of {} is made to the reply",
                counted(operations.len(), "operation")
            )
        }
        EditFile::Remove(at) => format!("{} is taken out of the reply", list(at.texts(), "and")),
        EditFile::Null(at) => format!("{} is null", list(at.texts(), "and")),
        EditFile::Retype(retype) => {
            let to = match retype.to {
                super::file::JsonType::String => "a text",
                super::file::JsonType::Number => "a number",
                super::file::JsonType::Boolean => "true or false",
                super::file::JsonType::Array => "a list",
                super::file::JsonType::Object => "an object",
            };
            format!("{} is {to}", list(retype.at.texts(), "and"))
        }
        EditFile::Add(add) => format!("{} is {}", add.at, add.value),
        EditFile::RepeatKey(repeat) => format!("{} is there twice", repeat.at),
        EditFile::OtherGstin(text) => format!("the reply says {text} for the GSTIN asked about"),
    }
}

fn taxpayer(changes: &TaxpayerChanges) -> String {
    let facts = serde_json::to_value(changes).unwrap_or_default();
    let words: Vec<_> = facts
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("{} {value}", name.replace('_', " "))
        })
        .collect();
    format!("from then on the taxpayer has {}", words.join(", "))
}

fn tell_test(test: &TestFile) -> String {
    match test {
        TestFile::Is(value) => format!(" {value}"),
        TestFile::Form(TestForm { is, one_of, like, present }) => {
            let mut words = String::new();
            if let Some(value) = is {
                let _ = write!(words, " {value}");
            }
            if let Some(values) = one_of {
                let values: Vec<_> = values.iter().map(Value::to_string).collect();
                let _ = write!(words, " {}", list(values.iter().map(String::as_str), "or"));
            }
            if let Some(pattern) = like {
                let _ = write!(words, " like {pattern}");
            }
            match present {
                Some(true) => words.push_str(" there"),
                Some(false) => words.push_str(" not there"),
                None => {}
            }
            words
        }
    }
}

/// A change of a limit, such as `the limit per-minute of alpha: most 5, per minute`.
fn limit(change: &LimitChange) -> String {
    let facts = serde_json::to_value(change).unwrap_or_default();
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut words = Vec::new();
    let mut of = String::new();
    for (name, value) in facts.as_object().into_iter().flatten() {
        match name.as_str() {
            "name" => {}
            "vendor" => of = format!(" of {}", plain(value)),
            _ => words.push(format!("{} {}", name.replace('-', " "), plain(value))),
        }
    }
    let name = facts.get("name").map(plain).unwrap_or_default();
    format!("the limit {name}{of}: {}", words.join(", "))
}

fn consent(changes: &ConsentChanges, lines: &mut Vec<String>) {
    let mut add = |line: Option<String>| lines.extend(line);
    add(changes.otp_late_s.map(|s| format!("OTPs arrive {s} seconds after they were asked for")));
    add(changes.otp_lost.then(|| "OTPs never arrive".to_owned()));
    add(changes.otp_life_s.map(|s| format!("an OTP can be used for {s} seconds")));
    add(changes.token_life_s.map(|s| format!("a token can be used for {s} seconds")));
    add(changes.window_min.map(|minutes| match minutes {
        0 => "no taxpayer allows API access".to_owned(),
        _ => format!("taxpayers allow access for {minutes} minutes"),
    }));
    add(changes.most.map(|most| format!("a user may have {} at once", counted(most, "session"))));
    add(changes.certificate_rotated.then(|| "the network has the next key pair".to_owned()));
}

fn files(changes: &FileChanges, lines: &mut Vec<String>) {
    lines.extend(
        changes.wait_s.map(|s| format!("files are ready {s} seconds after they were asked for")),
    );
    lines.extend(changes.life_s.map(|s| format!("files can be fetched for {s} seconds")));
}

fn tls(changes: &TlsChanges) -> Option<String> {
    let told = changes.fault?.told();
    Some(match &changes.vendor {
        Some(vendor) => format!("where TLS is served, {told} at {vendor}"),
        None => format!("where TLS is served, {told}"),
    })
}

/// `a`, `a or b`, `a, b or c`.
fn list<'text>(texts: impl Iterator<Item = &'text str>, word: &str) -> String {
    let mut texts: Vec<_> = texts.collect();
    match texts.pop() {
        None => String::new(),
        Some(last) if texts.is_empty() => last.to_owned(),
        Some(last) => format!("{} {word} {last}", texts.join(", ")),
    }
}

fn counted(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}

/// A number without the noise behind its digits: 30.000000000000004 is 30.
fn round(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}
