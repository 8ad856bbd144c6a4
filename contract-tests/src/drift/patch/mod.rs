//! The change to the pack that a drift proposes, as a patch that somebody reviews.
//!
//! Files of a pack are written by hand, so a change touches the words it is about and nothing else.
//! Where no change can be made mechanically, the file and line are told.

mod apply;
mod body;
mod files;
mod headers;
mod json_text;
mod rows;
mod schema;
mod toml_text;
mod trees;

use std::{collections::BTreeSet, fmt::Write as _};

use gsp_simulator::pack::{ReplyPlan, folder::Folder};
use serde_json::Value;
use similar::TextDiff;

pub use self::apply::{ApplyError, apply};
use self::{files::Files, schema::Change};
use super::{Kind, group::Group};
use crate::case::{Case, EDGES, Suite};

/// A change to a pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// What it does, for people.
    pub words: Vec<String>,
    /// What is left to do by hand: files, lines, what to write.
    pub by_hand: Vec<String>,
    /// The unified diff; empty where nothing can be changed mechanically.
    pub diff: String,
}

/// A setting whose other value is what the live side does.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Reading {
    /// The setting.
    pub setting: String,
    /// Its default.
    pub default: Value,
    /// What fits the live side.
    pub fits: Value,
}

/// The change that would make a pack say what the live side says.
#[must_use]
pub fn propose(folder: &Folder, group: &Group, suite: &Suite, reading: Option<&Reading>) -> Patch {
    let named = |ids: &[String]| -> Vec<&Case> {
        suite.cases.iter().filter(|case| ids.contains(&case.id())).collect()
    };
    let (cases, others) = (named(&group.cases), named(&group.without));
    let files = Files::of(folder);
    let mut maker = Maker { files, group, others, patch: Patch::default() };
    match reading {
        Some(reading) => maker.setting(&reading.setting, &reading.fits),
        None => maker.make(&cases),
    }
    maker.finish()
}

/// Settings that decide what a body writes at a place, and those that decide all of it.
pub(super) fn settings_of(folder: &Folder, vendor: &str, body: &str, at: &str) -> Vec<String> {
    let files = Files::of(folder);
    let pointer = if at.starts_with('/') && at != "/" { at } else { "" };
    let mut names = Vec::new();
    for spot in body::spots(&files, vendor, body, pointer) {
        let text = files.text(&spot.path).unwrap_or_default();
        names.extend(body::settings_in(spot.value.written(&text)));
        if let Some((object, index)) = &spot.member {
            let member = &object.members()[*index];
            names.extend(body::settings_in(&text[member.span.clone()]));
        }
    }
    let whole = files.text(&format!("{vendor}/bodies/{body}.json")).unwrap_or_default();
    let first = json_text::Node::read(&whole);
    for member in first.iter().flat_map(json_text::Node::members) {
        names.extend(body::settings_in(&member.key));
    }
    names
}

struct Maker<'a> {
    files: Files<'a>,
    group: &'a Group,
    /// Cases of the vendor that do not show the drift.
    others: Vec<&'a Case>,
    patch: Patch,
}

/// The reply that a case is answered with.
pub(super) fn plan_of(case: &Case) -> Option<&ReplyPlan> {
    let replies = match case.pack.endpoint(&case.endpoint) {
        Some((_, endpoint)) => &endpoint.replies,
        None if case.endpoint == EDGES => &case.pack.replies,
        None => return None,
    };
    let code = |plan: &&ReplyPlan| {
        case.pack.code_of(plan).map(|code| code.code.as_str()) == case.code.as_deref()
    };
    let mut all = replies.all.iter().filter(code);
    all.find(|plan| plan.outcome.as_str() == case.outcome)
}

impl Maker<'_> {
    fn make(&mut self, cases: &[&Case]) {
        match self.group.drift.kind {
            Kind::Status => self.status(cases),
            Kind::ContentType | Kind::Header => self.header(cases),
            Kind::UndocumentedCode => self.new_code(cases),
            Kind::Code | Kind::Outcome => self.another_code(cases),
            Kind::MessageWording | Kind::MessageStyle | Kind::EnumValue => self.words(cases),
            Kind::Body | Kind::Schema => self.by_hand_in_bodies(cases),
            _ => self.tree(cases),
        }
    }

    /// What a setting is when nobody chooses.
    fn setting(&mut self, name: &str, value: &Value) {
        let path = format!("{}/vendor.toml", self.group.vendor);
        let Some(text) = self.files.text(&path) else { return };
        let at = toml_text::table(&text, &format!("settings.{name}"))
            .and_then(|table| toml_text::value(&text, &table, "default"));
        let Some(span) = at else { return };
        if self.files.replace(&path, span, &value.to_string()) {
            self.patch.words.push(format!("the default of `{name}` becomes {value}"));
        }
    }

    /// The schemas that answers of these cases must satisfy.
    fn schemas(&self, cases: &[&Case]) -> BTreeSet<String> {
        let sealed = |case: &&&Case| {
            let data = case.session.as_ref().map(|session| &session.way.handshake.data);
            data.is_some_and(|data| self.group.drift.at.starts_with(&format!("{data}/")))
        };
        let of = |case: &&Case| match &case.payload {
            Some(payload) if sealed(&case) => Some(payload.path.clone()),
            _ => case.schema.as_ref().map(|schema| schema.path.clone()),
        };
        cases.iter().filter_map(of).collect()
    }

    /// The pointer into a schema: of what is sealed, its own.
    fn pointer_in(&self, path: &str, cases: &[&Case]) -> String {
        let at = &self.group.drift.at;
        let payload = cases
            .iter()
            .find(|case| case.payload.as_ref().is_some_and(|payload| payload.path == path));
        let data = payload.and_then(|case| case.session.as_ref());
        let below = data.and_then(|one| at.strip_prefix(one.way.handshake.data.as_str()));
        below.unwrap_or(at).to_owned()
    }

    fn change_schemas(&mut self, cases: &[&Case], to: &Change<'_>, parent: bool) {
        let mut changed = Vec::new();
        for path in self.schemas(cases) {
            let mut pointer = self.pointer_in(&path, cases);
            if parent {
                pointer.truncate(pointer.rfind('/').unwrap_or_default());
            }
            if schema::change(&mut self.files, &path, &pointer, to) {
                changed.push(self.files.label(&path));
            }
        }
        let told = match changed.as_slice() {
            [] => return,
            [one] => format!("`{one}` allows it"),
            [one, more @ ..] => format!("`{one}` and {} more schemas allow it", more.len()),
        };
        self.patch.words.push(told);
    }

    fn by_hand(&mut self, what: String) {
        if !self.patch.by_hand.contains(&what) {
            self.patch.by_hand.push(what);
        }
    }

    fn finish(mut self) -> Patch {
        let mut diff = String::new();
        for (path, old, new) in self.files.changes() {
            let text = TextDiff::from_lines(old.as_str(), new);
            let unified = text
                .unified_diff()
                .context_radius(3)
                .header(&format!("a/{path}"), &format!("b/{path}"))
                .to_string();
            diff.push_str(&unified);
        }
        self.patch.diff = diff;
        self.patch
    }
}

impl Patch {
    /// The file of the patch: what was seen, what is proposed, what is left, then the diff.
    #[must_use]
    pub fn file(&self, group: &Group, seen: &str) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "# {} ({}), {seen}", group.vendor, group.class.told());
        let _ = writeln!(out, "# {}", group.drift);
        let _ = writeln!(
            out,
            "# seen in {} of the cases, such as {}",
            group.cases.len(),
            group.cases[0]
        );
        let line = |word: &String| word.lines().next().unwrap_or_default().to_owned();
        for word in &self.words {
            let _ = writeln!(out, "# proposed: {}", line(word));
        }
        for word in &self.by_hand {
            let _ = writeln!(out, "# by hand: {}", line(word));
        }
        if self.diff.is_empty() {
            let _ = writeln!(out, "# nothing of it can be changed mechanically");
        } else {
            out.push_str(&self.diff);
        }
        out
    }
}

#[cfg(test)]
mod tests;
