//! What a setting touches: what hangs on none need not be rehearsed again when one is chosen.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use toml::de::{DeTable, DeValue};

use super::files::PackFiles;
use crate::pack::{BulkStep, Endpoint, Pack, ReplyPlan, compile::Bodies};

/// Parts of `vendor.toml` that say which reply is given, and change none.
const CHOOSE: &[&str] = &["about", "auth", "edges", "hosts", "outcomes", "scripted", "title"];
/// Parts of an endpoint that do the same.
const CHOOSE_HERE: &[&str] = &["after-lookup", "before-auth", "rules", "select", "title"];
/// Parts of an answer that can be seen in its plan.
const SEEN: &[&str] = &["body", "code", "status"];

/// The places of a pack's settings.
pub(super) struct Places<'check> {
    files: &'check PackFiles<'check>,
    table: DeTable<'check>,
    /// Body → its text with all parts.
    texts: RefCell<HashMap<String, String>>,
}

/// What one setting touches.
pub(super) struct Touched<'check> {
    places: &'check Places<'check>,
    setting: &'check str,
    before: &'check Pack,
    all: bool,
    endpoints: Vec<Reach>,
}

/// How far a setting reaches into an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// To some of its answers at most, as their plans and bodies show.
    Answers,
    /// To its rules.
    Rules,
    /// To anything.
    Anything,
}

impl<'check> Places<'check> {
    /// Reads them; `None` where the file cannot be read, as the loader has told.
    pub(super) fn read(files: &'check PackFiles<'check>) -> Option<Self> {
        let table = DeTable::parse(&files.vendor.text).ok()?.into_inner();
        Some(Self { files, table, texts: RefCell::default() })
    }

    /// What a setting touches, compared with the pack as it was rehearsed.
    pub(super) fn touched(&'check self, setting: &'check str) -> Touched<'check> {
        let shared = self.table.iter().filter(|(key, _)| {
            let key = key.get_ref().as_ref();
            key != "settings" && key != "endpoints" && !CHOOSE.contains(&key)
        });
        let errors = self.files.errors.as_ref();
        let all = shared.into_iter().any(|(_, node)| names(node.get_ref(), setting))
            || errors.is_some_and(|source| mentions(&source.text, setting));
        let endpoints = self.table.get("endpoints").and_then(|node| node.get_ref().as_array());
        let endpoints = endpoints.into_iter().flat_map(|list| list.iter());
        let reach =
            |node: &DeValue<'_>| node.as_table().map_or(Reach::Anything, |one| reach(one, setting));
        Touched {
            places: self,
            setting,
            before: self.files.pack,
            all,
            endpoints: endpoints.map(|node| reach(node.get_ref())).collect(),
        }
    }

    /// Whether a body or one of its parts hangs on the setting.
    fn body_mentions(&self, name: &str, setting: &str) -> bool {
        if let Some(text) = self.texts.borrow().get(name) {
            return mentions(text, setting);
        }
        let sources = self.files.body_and_parts(name);
        let text = sources.into_iter().map(|source| source.text).collect::<Vec<_>>().join("\n");
        let found = mentions(&text, setting);
        self.texts.borrow_mut().insert(name.to_owned(), text);
        found
    }
}

impl Touched<'_> {
    fn reach(&self, index: usize) -> Reach {
        if self.all {
            return Reach::Anything;
        }
        self.endpoints.get(index).copied().unwrap_or(Reach::Anything)
    }

    /// Whether the endpoint's rules hang on the setting.
    pub(super) fn rules(&self, index: usize) -> bool {
        self.reach(index) >= Reach::Rules
    }

    /// The bodies that the setting leaves as they are.
    pub(super) fn bodies_left(&self) -> Bodies {
        let own = self.before.endpoints.iter().enumerate();
        let own = own.map(|(index, endpoint)| (Some(index), &endpoint.replies));
        let all = own.chain([(None, &self.before.replies)]);
        let plans = all.flat_map(|(at, replies)| replies.all.iter().map(move |plan| (at, plan)));
        let said = plans.map(|(at, plan)| (at, &plan.body_name, &plan.body));
        let in_files = self.before.endpoints.iter().enumerate().filter_map(|(index, endpoint)| {
            let Some(BulkStep::Queue(queue)) = &endpoint.bulk else { return None };
            Some((Some(index), &queue.contents_name, &queue.contents))
        });
        said.chain(in_files)
            .filter(|(at, name, _)| match at {
                Some(index) => !self.body(*index, name),
                None => !self.all && !self.places.body_mentions(name, self.setting),
            })
            .map(|(at, name, body)| ((at, name.clone()), Some(Arc::clone(body))))
            .collect()
    }

    /// Whether a body that the endpoint itself names does.
    pub(super) fn body(&self, index: usize, name: &str) -> bool {
        self.reach(index) == Reach::Anything || self.places.body_mentions(name, self.setting)
    }

    /// Whether a reply does, or was not among the endpoint's before.
    pub(super) fn reply(&self, index: usize, endpoint: &Endpoint, reply: usize) -> bool {
        let plan = &endpoint.replies.all[reply];
        if self.body(index, &plan.body_name) {
            return true;
        }
        // What is said where all goes well may come with a token or a session.
        let Some(before) = self.before.endpoints.get(index) else { return true };
        let is_success = |endpoint: &Endpoint, at| endpoint.success == at;
        let known = before.replies.all.iter().enumerate().any(|(at, known)| {
            same(known, plan) && is_success(before, at) == is_success(endpoint, reply)
        });
        !known
    }
}

fn same(one: &ReplyPlan, other: &ReplyPlan) -> bool {
    let key = |plan: &ReplyPlan| (plan.code, plan.status);
    key(one) == key(other) && one.outcome == other.outcome && one.body_name == other.body_name
}

fn reach(endpoint: &DeTable<'_>, setting: &str) -> Reach {
    let parts = endpoint.iter().map(|(key, node)| {
        let (key, node) = (key.get_ref().as_ref(), node.get_ref());
        match node.as_table() {
            Some(answers) if key == "answers" => {
                let hidden = answers.iter().any(|(_, answer)| {
                    answer.get_ref().as_table().is_none_or(|answer| {
                        let mut parts = answer.iter();
                        parts.any(|(key, node)| {
                            !SEEN.contains(&key.get_ref().as_ref())
                                && names(node.get_ref(), setting)
                        })
                    })
                });
                if hidden { Reach::Anything } else { Reach::Answers }
            }
            _ if !names(node, setting) => Reach::Answers,
            _ if CHOOSE_HERE.contains(&key) => Reach::Rules,
            _ => Reach::Anything,
        }
    });
    parts.max().unwrap_or(Reach::Answers)
}

/// Whether a value is the setting's, or has an expression that asks for it.
fn names(node: &DeValue<'_>, setting: &str) -> bool {
    match node {
        DeValue::String(text) => text.strip_prefix('$') == Some(setting) || mentions(text, setting),
        DeValue::Array(list) => list.iter().any(|item| names(item.get_ref(), setting)),
        DeValue::Table(table) => table.iter().any(|(_, item)| names(item.get_ref(), setting)),
        _ => false,
    }
}

/// Whether an expression in a text asks for the setting, or for one that the text does not tell.
fn mentions(text: &str, setting: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    text.match_indices("settings").any(|(at, word)| {
        let rest = &text[at + word.len()..];
        match rest.strip_prefix('.') {
            Some(name) => name.strip_prefix(setting).is_some_and(|rest| !goes_on(rest)),
            None => !goes_on(rest),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_mentioned_by_its_whole_name_or_by_a_name_that_is_worked_out() {
        for (text, expected) in [
            ("{{ settings.case }}", true),
            ("{% if settings.case == 'upper' %}", true),
            ("settings.case_of_keys", false),
            ("settings.other", false),
            ("settings[name]", true),
            ("{{ taxpayer.settingsless }}", false),
            ("{{ settings }}", true),
        ] {
            assert_eq!(mentions(text, "case"), expected, "{text}");
        }
    }

    #[test]
    fn a_setting_reaches_as_far_as_the_part_that_names_it() {
        for (text, expected) in [
            ("path = '/x'", Reach::Answers),
            ("answers = { found = { status = '$case' } }", Reach::Answers),
            ("answers = { found = { headers = { x = '$case' } } }", Reach::Anything),
            ("rules = [{ check = 'present', else = '$case' }]", Reach::Rules),
            ("rules = [{ when = 'settings.case', else = 'a' }]", Reach::Rules),
            ("fields = { a = { in = '$case' } }", Reach::Anything),
            ("fields = { a = { in = '$cases' } }", Reach::Answers),
        ] {
            let table = DeTable::parse(text).expect("TOML");
            assert_eq!(reach(table.get_ref(), "case"), expected, "{text}");
        }
    }
}
