//! What a run against a live side has shown to be so, as packs keep it: `verified.toml`, and the
//! certainty column of `SOURCES.md`.

use std::collections::BTreeMap;

use gsp_simulator::pack::file::VerifiedFile;
use serde::Serialize;
use serde_json::Value;

use super::reading::Settled;
use crate::{case::EDGES, verdict::Verdict};

/// A statement that a run bore out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The endpoint that was asked.
    pub endpoint: String,
    /// What it said in the end.
    pub outcome: String,
    /// The vendor's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The setting whose value was borne out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// That value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The day.
    pub on: String,
    /// The side that was asked.
    pub target: String,
}

/// What a statement is about.
type Key = (String, String, Option<String>, Option<String>);

impl Row {
    fn key(&self) -> Key {
        let Self { endpoint, outcome, code, setting, .. } = self.clone();
        (endpoint, outcome, code, setting)
    }
}

/// What the cases of a vendor that passed have shown: an outcome or code at an endpoint, and the
/// readings they rely on.
#[must_use]
pub fn rows(
    vendor: &str,
    verdicts: &[&Verdict],
    settled: &[Settled],
    on: &str,
    target: &str,
) -> Vec<Row> {
    let mut rows: BTreeMap<Key, Row> = BTreeMap::new();
    let passed = verdicts.iter().filter(|verdict| {
        verdict.vendor == vendor && verdict.passed() && verdict.endpoint != EDGES
    });
    for verdict in passed {
        let Some(promised) = &verdict.promised else { continue };
        let mut row = Row {
            endpoint: verdict.endpoint.clone(),
            outcome: promised.outcome.clone(),
            code: promised.code.clone(),
            setting: None,
            value: None,
            on: on.to_owned(),
            target: target.to_owned(),
        };
        rows.insert(row.key(), row.clone());
        if let Some(one) = settled.iter().find(|one| one.case == verdict.case && one.holds()) {
            row.setting = Some(one.setting.clone());
            row.value = Some(one.default.clone());
            rows.insert(row.key(), row);
        }
    }
    rows.into_values().collect()
}

/// The file with these rows: what it says of other things stays, what it says of the same is
/// renewed.
///
/// # Errors
///
/// What is wrong with the file as it is.
pub fn written(old: Option<&str>, rows: &[Row]) -> Result<String, String> {
    const HEAD: &str = "# What runs against a live side have shown to be so; written by `gsp-contract drift --verify`.\n";
    let file: VerifiedFile =
        toml::from_str(old.unwrap_or_default()).map_err(|error| error.to_string())?;
    let mut all: BTreeMap<Key, Row> = BTreeMap::new();
    for row in file.verified {
        let row = Row {
            endpoint: row.endpoint.value,
            outcome: row.outcome.value,
            code: row.code.map(|code| code.value),
            setting: row.setting.map(|setting| setting.value),
            value: row.value,
            on: row.on.value,
            target: row.target,
        };
        all.insert(row.key(), row);
    }
    all.extend(rows.iter().map(|row| (row.key(), row.clone())));
    let mut out = HEAD.to_owned();
    for row in all.values() {
        out.push_str("\n[[verified]]\n");
        let mut line = |key: &str, value: &Value| out.push_str(&format!("{key} = {value}\n"));
        line("endpoint", &row.endpoint.clone().into());
        line("outcome", &row.outcome.clone().into());
        for (key, value) in [("code", &row.code), ("setting", &row.setting)] {
            if let Some(value) = value {
                line(key, &value.clone().into());
            }
        }
        if let Some(value) = &row.value {
            line("value", value);
        }
        line("on", &row.on.clone().into());
        line("target", &row.target.clone().into());
    }
    Ok(out)
}

/// `SOURCES.md` with `verified on DATE` where a row of a table with a certainty column names one
/// verified code or setting, and no other.
#[must_use]
pub fn in_sources(text: &str, rows: &[Row]) -> String {
    let mut column: Option<usize> = None;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let cells = cells(line);
        if cells.is_empty() {
            column = None;
        } else if let Some(at) = cells.iter().position(|cell| cell.trim() == "certainty") {
            column = Some(at);
        } else if let Some(at) = column
            && let Some(row) = named(line, rows)
            && let Some(cell) = cells.get(at)
            && !cell.trim().starts_with("---")
        {
            let plain = cell.trim();
            let base = plain.split("; verified on ").next().unwrap_or(plain);
            let new = format!(" {base}; verified on {} ", row.on);
            let mut parts = cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
            parts[at] = new;
            out.push('|');
            for part in &parts {
                out.push_str(part);
                out.push('|');
            }
            out.push('\n');
            continue;
        }
        out.push_str(line);
    }
    out
}

/// The cells of a line of a table; none of any other line.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.trim_end().strip_prefix('|').and_then(|rest| rest.strip_suffix('|'));
    inner.map(|inner| inner.split('|').collect()).unwrap_or_default()
}

/// The one code or setting that a line names and that was verified; none where it names more.
fn named<'rows>(line: &str, rows: &'rows [Row]) -> Option<&'rows Row> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    let words: Vec<&str> = line.split(|letter| !is_word(letter)).collect();
    let mut found: Option<&Row> = None;
    for row in rows {
        let name = row.setting.as_deref().or(row.code.as_deref());
        let Some(name) = name.filter(|name| words.contains(name)) else { continue };
        let other = found.and_then(|one| one.setting.as_deref().or(one.code.as_deref()));
        if other.is_some_and(|other| other != name) {
            return None;
        }
        found = Some(row);
    }
    // A line that lists several codes says more than one of them proves.
    let codes =
        words.iter().filter(|word| word.len() >= 3 && word.bytes().all(|b| b.is_ascii_digit()));
    if codes.count() > 1 { None } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: Option<&str>, setting: Option<&str>) -> Row {
        Row {
            endpoint: "verify".to_owned(),
            outcome: "found".to_owned(),
            code: code.map(str::to_owned),
            setting: setting.map(str::to_owned),
            value: None,
            on: "2026-11-22".to_owned(),
            target: "sandbox".to_owned(),
        }
    }

    #[test]
    fn rows_are_renewed_and_others_stay() {
        let old = written(None, &[row(Some("1"), None), row(None, Some("s"))]).expect("sound");
        let later = Row { on: "2027-01-02".to_owned(), ..row(Some("1"), None) };
        let new = written(Some(&old), &[later]).expect("sound");
        assert_eq!(new.matches("[[verified]]").count(), 2);
        assert!(new.contains("on = \"2027-01-02\"") && new.contains("setting = \"s\""), "{new}");
        assert!(written(Some("verifie = 1"), &[]).is_err());
    }

    #[test]
    fn a_source_that_names_one_verified_thing_says_so() {
        let text = "| statement | certainty |\n|---|---|\n| code `4001` is a bad GSTIN | assumed |\n| 4001, 4005 | documented |\n\n| other | reading |\n|---|---|\n| 4001 | x |\n";
        let told = in_sources(text, &[row(Some("4001"), None)]);
        assert!(told.contains("| code `4001` is a bad GSTIN | assumed; verified on 2026-11-22 |"));
        assert!(told.contains("| 4001, 4005 | documented |\n") && told.contains("| 4001 | x |\n"));
        assert_eq!(in_sources(&told, &[row(Some("4001"), None)]), told, "once");
    }
}
