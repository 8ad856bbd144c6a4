//! What live runs have shown, held against the names of the pack.

use jiff::civil::Date;

use super::Compiler;
use crate::{
    finding::Finding,
    pack::{Endpoint, SettingNote, Verified, file::VerifiedFile},
    render::expression::closest,
};

impl Compiler<'_> {
    /// Reads `verified.toml`, where there is one.
    pub(super) fn verified(&self, endpoints: &[Endpoint], notes: &[SettingNote]) -> Vec<Verified> {
        let path = format!("{}/verified.toml", self.name);
        let Some(source) = self.fixtures.source(&path) else { return Vec::new() };
        let file: VerifiedFile = match toml::from_str(&source.text) {
            Ok(file) => file,
            Err(error) => {
                self.find(Finding::from_toml(&error), &source);
                return Vec::new();
            }
        };
        let mut verified = Vec::with_capacity(file.verified.len());
        for row in file.verified {
            let find = |message: String, span: std::ops::Range<usize>, hint: String| {
                self.find(Finding::new(message).at(span).hint(hint), &source);
            };
            let on = row.on.parse::<Date>();
            if on.is_err() {
                let hint = "write it as 2026-11-22".to_owned();
                find(format!("`{}` is no day", row.on), row.on.span.clone(), hint);
            }
            let named = endpoints.iter().find(|one| one.name == row.endpoint.value);
            if named.is_none() {
                let names: Vec<_> = endpoints.iter().map(|one| one.name.clone()).collect();
                let message = format!("`{}` has no endpoint `{}`", self.name, row.endpoint);
                find(message, row.endpoint.span.clone(), closest(&row.endpoint, &names));
            }
            if let Some(endpoint) = named {
                let all = &endpoint.replies.all;
                if !all.iter().any(|plan| plan.outcome.as_str() == row.outcome.value) {
                    let names: Vec<_> = all.iter().map(|plan| plan.outcome.to_string()).collect();
                    let message = format!("`{}` never says `{}`", endpoint.name, row.outcome);
                    find(message, row.outcome.span.clone(), closest(&row.outcome, &names));
                }
            }
            if let Some(code) = &row.code
                && !self.errors.codes.iter().any(|one| one.code.value == code.value)
            {
                let codes: Vec<_> =
                    self.errors.codes.iter().map(|one| one.code.value.clone()).collect();
                let message = format!("there is no code `{code}`");
                find(message, code.span.clone(), closest(code, &codes));
            }
            if let Some(setting) = &row.setting
                && !notes.iter().any(|note| note.name == setting.value)
            {
                let names: Vec<_> = notes.iter().map(|note| note.name.clone()).collect();
                let message = format!("`{}` has no setting `{setting}`", self.name);
                find(message, setting.span.clone(), closest(setting, &names));
            }
            let Ok(on) = on else { continue };
            verified.push(Verified {
                endpoint: row.endpoint.value,
                outcome: row.outcome.value,
                code: row.code.map(|code| code.value),
                setting: row.setting.map(|setting| setting.value),
                value: row.value,
                on: on.to_string(),
                target: row.target,
            });
        }
        verified
    }
}
