//! Changes to headers: of all replies, or of a code's row.

use std::collections::BTreeSet;

use gsp_simulator::pack::Body;

use super::{Maker, plan_of, toml_text};
use crate::{case::Case, drift::Kind};

impl Maker<'_> {
    pub(super) fn header(&mut self, cases: &[&Case]) {
        let drift = &self.group.drift;
        let name = drift.at.strip_prefix("header ").unwrap_or_default().to_owned();
        let new = drift.live.as_str().map(toml_text::quoted);
        let vendor = format!("{}/vendor.toml", self.group.vendor);
        let everywhere = !self
            .others
            .iter()
            .any(|case| plan_of(case).is_some_and(|plan| matches!(*plan.body, Body::Json(_))));
        if drift.kind == Kind::ContentType
            && everywhere
            && let Some(new) = &new
            && self.default_of_replies(&vendor, "content-type", new)
        {
            self.patch.words.push(format!("JSON bodies are sent as {new}"));
            return;
        }
        let mut codes = BTreeSet::new();
        for case in cases {
            match plan_of(case).and_then(|plan| case.pack.code_of(plan)) {
                Some(code) => drop(codes.insert(code.code.clone())),
                None => self.by_hand(format!(
                    "{}: `answers` of `{}` for `{}`: `headers = {{ {name} = … }}`",
                    self.files.label(&vendor),
                    case.endpoint,
                    case.outcome
                )),
            }
        }
        let gone = new.is_none();
        if gone && self.cut_default(&vendor, &name) {
            self.patch.words.push(format!("no reply has the header {name}"));
            return;
        }
        if let Some(new) = &new
            && self.swap_default(&vendor, &name, new)
        {
            self.patch.words.push(format!("every reply has {name}: {new}"));
            return;
        }
        let path = format!("{}/errors.toml", self.group.vendor);
        for code in codes {
            let Some(text) = self.files.text(&path) else { return };
            let Some(row) = toml_text::row(&text, "codes", &[("code", &code)]) else { continue };
            let headers = toml_text::value(&text, &row, "headers");
            match (&new, headers) {
                (Some(new), Some(span)) => {
                    let own = text[span.clone()].trim_end_matches('}').trim_end();
                    let comma = if own.ends_with('{') { " " } else { ", " };
                    let whole = format!("{own}{comma}\"{name}\" = {new} }}");
                    self.files.replace(&path, span, &whole);
                }
                (Some(new), None) => {
                    if let Some(span) = toml_text::value(&text, &row, "message") {
                        let line = format!("\nheaders = {{ \"{name}\" = {new} }}");
                        self.files.replace(&path, span.end..span.end, &line);
                    }
                }
                (None, Some(span)) => {
                    let own = text[span.clone()].to_owned();
                    if let Some(rest) = cut(&own, &name) {
                        self.files.replace(&path, span, &rest);
                    }
                }
                (None, None) => {}
            }
            self.patch.words.push(format!("code {code} comes with or without {name}"));
        }
    }

    /// Puts a value into `[reply]`, where the file has that table.
    fn default_of_replies(&mut self, path: &str, key: &str, new: &str) -> bool {
        let Some(text) = self.files.text(path) else { return false };
        let Some(table) = toml_text::table(&text, "reply") else { return false };
        match toml_text::value(&text, &table, key) {
            Some(span) => self.files.replace(path, span, new),
            None => {
                let head = table.start + text[table.clone()].find('\n').unwrap_or_default() + 1;
                self.files.replace(path, head..head, &format!("{key} = {new}\n"))
            }
        }
    }

    fn reply_headers(&self, path: &str) -> Option<(std::ops::Range<usize>, String)> {
        let text = self.files.text(path)?;
        let table = toml_text::table(&text, "reply")?;
        let span = toml_text::value(&text, &table, "headers")?;
        Some((span.clone(), text[span].to_owned()))
    }

    fn cut_default(&mut self, path: &str, name: &str) -> bool {
        let Some((span, own)) = self.reply_headers(path) else { return false };
        cut(&own, name).is_some_and(|rest| self.files.replace(path, span, &rest))
    }

    fn swap_default(&mut self, path: &str, name: &str, new: &str) -> bool {
        let Some((span, own)) = self.reply_headers(path) else { return false };
        let Some((start, end)) = pair(&own, name) else { return false };
        let whole = format!("{}\"{name}\" = {new}{}", &own[..start], &own[end..]);
        self.files.replace(path, span, &whole)
    }
}

/// Where an inline table has a header: from its name to the end of its value.
fn pair(own: &str, name: &str) -> Option<(usize, usize)> {
    let lower = own.to_ascii_lowercase();
    let start =
        [format!("\"{name}\""), name.to_owned()].iter().find_map(|word| lower.find(word))?;
    let open = start + own[start..].find('=')?;
    let first = open + own[open..].find('"')? + 1;
    let end = first + own[first..].find('"')? + 1;
    Some((start, end))
}

/// An inline table without a header.
fn cut(own: &str, name: &str) -> Option<String> {
    let (start, end) = pair(own, name)?;
    let rest = own[end..].trim_start();
    if let Some(rest) = rest.strip_prefix(',') {
        return Some(format!("{}{}", &own[..start], rest.trim_start()));
    }
    let before = own[..start].trim_end().trim_end_matches(',').trim_end();
    let space = if before.ends_with('{') && rest.starts_with('}') { "" } else { " " };
    Some(format!("{before}{space}{rest}"))
}
