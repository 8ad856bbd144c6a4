//! Changes to the catalog and to requests: status, messages, words, new codes.

use serde_json::Value;

use super::{Maker, body, plan_of, schema::Change, toml_text};
use crate::{case::Case, drift::Kind};

impl Maker<'_> {
    fn errors(&self) -> String {
        format!("{}/errors.toml", self.group.vendor)
    }

    /// Puts another value into the row of a code; whether it was there.
    fn in_row(&mut self, code: &str, key: &str, old: Option<&str>, new: &str) -> bool {
        let path = self.errors();
        let Some(text) = self.files.text(&path) else { return false };
        let row = toml_text::row(&text, "codes", &[("code", code)]);
        let span = row.and_then(|row| toml_text::value(&text, &row, key));
        match span {
            Some(span) if old.is_none_or(|old| &text[span.clone()] == old) => {
                self.files.replace(&path, span, new)
            }
            _ => false,
        }
    }

    pub(super) fn status(&mut self, cases: &[&Case]) {
        let new = self.group.drift.live.to_string();
        let mut done = false;
        for case in cases {
            let Some(plan) = plan_of(case) else { continue };
            let code = case.pack.code_of(plan);
            if let Some(code) = code
                && code.status == plan.status.as_u16()
                && self.in_row(&code.code, "status", Some(&code.status.to_string()), &new)
            {
                self.patch.words.push(format!("code {} has status {new}", code.code));
                done = true;
            } else if code.is_none_or(|code| code.status.to_string() != new)
                && !self.in_answer(case, "status", &new)
            {
                let (path, line) = self.endpoint_line(case);
                self.by_hand(format!(
                    "{path}:{line}: `answers` of `{}` should give `{}` the status {new}",
                    case.endpoint, case.outcome
                ));
            }
            self.in_request(case, "status", &new);
        }
        if done {
            self.patch.words.push(format!("the cases promise status {new}"));
        }
    }

    /// Puts another value into an endpoint's entry of `answers`: `found = { status = 200 }`.
    fn in_answer(&mut self, case: &Case, key: &str, new: &str) -> bool {
        let path = format!("{}/vendor.toml", self.group.vendor);
        let Some(text) = self.files.text(&path) else { return false };
        let name = format!("name = {}", toml_text::quoted(&case.endpoint));
        let Some(home) = text.find(&format!("[[endpoints]]\n{name}")) else { return false };
        let end = text[home + 1..].find("\n[[endpoints]]").map_or(text.len(), |at| home + 1 + at);
        let Some(answers) = text[home..end].find("[endpoints.answers]").map(|at| home + at) else {
            return false;
        };
        let table = answers..end;
        let Some(entry) = toml_text::value(&text, &table, &case.outcome) else { return false };
        let written = &text[entry.clone()];
        let word = format!("{key} = ");
        let Some(at) = written.find(&word).map(|at| entry.start + at + word.len()) else {
            // A status that it does not name is 200.
            let inner = written.trim_start_matches('{').trim_end_matches('}').trim();
            let new = if inner.is_empty() {
                format!("{{ {key} = {new} }}")
            } else {
                format!("{{ {key} = {new}, {inner} }}")
            };
            return written.starts_with('{') && self.files.replace(&path, entry, &new);
        };
        let length = text[at..].find([',', ' ', '}', '\n']).unwrap_or_default();
        if text[at..].starts_with("\"$") {
            let name: String = text[at + 2..].chars().take_while(|letter| *letter != '"').collect();
            let value = serde_json::from_str(new).unwrap_or_default();
            self.setting(&name, &value);
            return true;
        }
        self.files.replace(&path, at..at + length, new)
    }

    /// Where an endpoint stands in `vendor.toml`.
    fn endpoint_line(&self, case: &Case) -> (String, usize) {
        let path = format!("{}/vendor.toml", self.group.vendor);
        let text = self.files.text(&path).unwrap_or_default();
        let name = format!("[[endpoints]]\nname = {}", toml_text::quoted(&case.endpoint));
        let at = text.find(&name).unwrap_or_default();
        (self.files.label(&path), text[..at].matches('\n').count() + 1)
    }

    /// Puts another value into a case's request, where it says one.
    fn in_request(&mut self, case: &Case, key: &str, new: &str) {
        let path = format!("{}/contract/requests.toml", self.group.vendor);
        let Some(text) = self.files.text(&path) else { return };
        let by_case = [("endpoint", case.endpoint.as_str()), ("case", case.name.as_str())];
        let by_outcome = [("endpoint", case.endpoint.as_str()), ("outcome", case.name.as_str())];
        let row = toml_text::row(&text, "requests", &by_case)
            .or_else(|| toml_text::row(&text, "requests", &by_outcome));
        let Some(row) = row else { return };
        if let Some(span) = toml_text::value(&text, &row, key) {
            self.files.replace(&path, span, new);
        } else if let Some(outcome) = toml_text::value(&text, &row, "outcome") {
            // It has the status of the case that it is like.
            self.files.replace(&path, outcome.end..outcome.end, &format!("\n{key} = {new}"));
        }
    }

    /// Another message, or another word of a list.
    pub(super) fn words(&mut self, cases: &[&Case]) {
        let drift = &self.group.drift;
        let new = drift.live.as_str().unwrap_or_default().to_owned();
        let quoted = toml_text::quoted(&new);
        let old: Option<String> = serde_json::from_str(&drift.promised).ok();
        let is_word = drift.kind == Kind::EnumValue;
        let mut done = false;
        for case in cases {
            let Some(plan) = plan_of(case) else { continue };
            if let (Some(code), Some(old), false) = (&case.code, &old, is_word) {
                let old = toml_text::quoted(old);
                for key in ["message", "reason"] {
                    if self.in_row(code, key, Some(&old), &quoted) {
                        self.patch.words.push(format!("the {key} of code {code} becomes {quoted}"));
                        done = true;
                    }
                }
            }
            for spot in body::spots(&self.files, &case.vendor, &plan.body_name, &drift.at) {
                let text = self.files.text(&spot.path).unwrap_or_default();
                let literal =
                    old.as_ref().filter(|old| spot.value.text(&text).as_ref() == Some(old));
                if literal.is_some() && self.files.replace(&spot.path, spot.value.span, &quoted) {
                    self.patch
                        .words
                        .push(format!("`{}` says {quoted}", self.files.label(&spot.path)));
                    done = true;
                }
            }
        }
        match &old {
            Some(old) if done => self.change_schemas(cases, &Change::Word(old, &new), false),
            _ if is_word => {
                self.change_schemas(cases, &Change::MoreWords(&new), false);
                self.by_hand_in_bodies(cases);
            }
            _ => self.by_hand_in_bodies(cases),
        }
    }

    /// A row for a code that the catalog has not.
    pub(super) fn new_code(&mut self, cases: &[&Case]) {
        let live = &self.group.drift.live;
        let code = live["code"].as_str().unwrap_or_default().to_owned();
        let message = live["message"].as_str().unwrap_or_default().to_owned();
        let Some(case) = cases.first() else { return };
        let path = self.errors();
        let Some(text) = self.files.text(&path) else { return };
        if toml_text::row(&text, "codes", &[("code", &code)]).is_some() {
            return;
        }
        let beside = case
            .code
            .as_deref()
            .and_then(|own| toml_text::row(&text, "codes", &[("code", own)]))
            .or_else(|| toml_text::tables(&text, "codes").pop());
        let Some(beside) = beside else { return };
        let layer =
            toml_text::value(&text, &beside, "layer").map_or("\"vendor\"", |span| &text[span]);
        let row = format!(
            "\n[[codes]]\ncode = {}\noutcomes = [{}]\nstatus = {}\nmessage = {}\nlayer = {layer}\ncause = \"Seen at the live side; no document tells what makes it say so.\"\nmend = \"Unknown; tell it here once it is.\"\nretry = \"never\"\nsource = \"a live run; in no document\"\ncertainty = \"assumed\"\n",
            toml_text::quoted(&code),
            toml_text::quoted(&case.outcome),
            live["status"],
            toml_text::quoted(&message),
        );
        self.files.replace(&path, beside.end..beside.end, &row);
        self.patch
            .words
            .push(format!("the catalog has code {code}; `cause` and `mend` are yours to write"));
    }

    /// Another documented code, or another outcome: what decides is a rule, and those are written by
    /// hand.
    pub(super) fn another_code(&mut self, cases: &[&Case]) {
        let told = match &self.group.drift.live {
            Value::String(outcome) => outcome.clone(),
            live => live["code"].as_str().unwrap_or_default().to_owned(),
        };
        for case in cases.iter().take(MOST_TOLD) {
            let (path, line) = self.endpoint_line(case);
            self.by_hand(format!(
                "{path}:{line}: the rules of `{}` should lead to `{told}` for the request of `{}`",
                case.endpoint,
                case.id()
            ));
        }
    }

    /// What a person has to change in the bodies.
    pub(super) fn by_hand_in_bodies(&mut self, cases: &[&Case]) {
        let drift = self.group.drift.clone();
        for case in cases.iter().take(MOST_TOLD) {
            let Some(plan) = plan_of(case) else { continue };
            let spots = body::spots(&self.files, &case.vendor, &plan.body_name, &drift.at);
            let mut places: Vec<String> = spots
                .iter()
                .map(|spot| self.files.line(&spot.path, spot.value.span.start))
                .collect();
            if places.is_empty() {
                let path = format!("{}/bodies/{}", case.vendor, plan.body_name);
                places.push(self.files.label(&path));
            }
            for place in places {
                self.by_hand(format!("{place}: {drift}"));
            }
        }
    }
}

/// Places of one change that are told at most.
const MOST_TOLD: usize = 5;
