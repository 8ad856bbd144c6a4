//! What is known to be nobody's: `--allow FILE`.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use gsp_simulator::{
    finding::{Finding, Source},
    pack::located::Located,
    render::expression::closest,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a finding may be called.
const WORDS: [&str; 7] = ["gstin", "pan", "arn", "email", "phone", "token", "key"];

/// The file: what lint may pass over, each with the reason.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AllowFile {
    /// One after the other.
    pub allow: Vec<Located<EntryFile>>,
}

/// Something that is nobody's. Either `text`, or `path` and `what`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EntryFile {
    /// This very text.
    #[serde(default)]
    pub text: Option<String>,
    /// Files, from the folder of this file on; `*` is any part of a name, `**` any number of folders.
    #[serde(default)]
    pub path: Option<String>,
    /// What may be there: gstin, pan, arn, email, phone, token, key.
    #[serde(default)]
    pub what: Vec<Located<String>>,
    /// Why it is nobody's.
    pub reason: String,
}

/// What is known to be nobody's.
#[derive(Debug, Default)]
pub struct Allow {
    folder: PathBuf,
    entries: Vec<EntryFile>,
    used: RefCell<BTreeSet<usize>>,
}

impl Allow {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn read(source: &Source) -> Result<Self, Vec<Finding>> {
        let file: AllowFile = toml::from_str(&source.text)
            .map_err(|error| vec![Finding::from_toml(&error).within(source)])?;
        let mut findings = Vec::new();
        for entry in &file.allow {
            if entry.text.is_none() && entry.path.is_none() {
                findings.push(
                    Finding::new("an entry that names nothing")
                        .at(entry.span.clone())
                        .hint("give it a `text`, or a `path` and `what` may be there"),
                );
            }
            if entry.path.is_some() && entry.text.is_none() && entry.what.is_empty() {
                findings.push(
                    Finding::new("files in which anything may be")
                        .at(entry.span.clone())
                        .hint("say `what` may be there, such as [\"arn\"]"),
                );
            }
            if entry.reason.trim().is_empty() {
                let finding = Finding::new("an entry without a reason").at(entry.span.clone());
                findings.push(finding.hint("say why it is nobody's"));
            }
            for word in &entry.what {
                if !WORDS.contains(&word.value.as_str()) {
                    let known: Vec<_> = WORDS.map(str::to_owned).to_vec();
                    findings.push(
                        Finding::new(format!("nothing is called `{word}`"))
                            .at(word.span.clone())
                            .hint(closest(&word.value, &known)),
                    );
                }
            }
        }
        if !findings.is_empty() {
            return Err(findings.into_iter().map(|finding| finding.within(source)).collect());
        }
        let folder = match source.path.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        Ok(Self {
            folder: std::path::absolute(&folder).unwrap_or(folder),
            entries: file.allow.into_iter().map(|entry| entry.value).collect(),
            used: RefCell::default(),
        })
    }

    /// Whether something that was found in a file is nobody's.
    #[must_use]
    pub fn covers(&self, path: &Path, what: &str, text: &str) -> bool {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let below = absolute.strip_prefix(&self.folder).unwrap_or(&absolute);
        let parts: Vec<_> = below
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        let fits = |entry: &EntryFile| {
            entry.text.as_ref().is_none_or(|one| one.eq_ignore_ascii_case(text))
                && (entry.what.is_empty() || entry.what.iter().any(|one| one.value == what))
                && entry.path.as_ref().is_none_or(|pattern| {
                    let pattern: Vec<_> = pattern.split('/').collect();
                    fits_path(&pattern, &parts)
                })
        };
        let found = self.entries.iter().position(fits);
        if let Some(index) = found {
            self.used.borrow_mut().insert(index);
        }
        found.is_some()
    }

    /// Entries that nothing needed so far.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        let used = self.used.borrow();
        let idle = self.entries.iter().enumerate().filter(|(index, _)| !used.contains(index));
        idle.map(|(_, entry)| {
            let name = entry.text.as_ref().or(entry.path.as_ref());
            name.cloned().unwrap_or_default()
        })
        .collect()
    }
}

fn fits_path(pattern: &[&str], parts: &[String]) -> bool {
    match pattern.split_first() {
        None => parts.is_empty(),
        Some((&"**", rest)) => (0..=parts.len()).any(|skipped| fits_path(rest, &parts[skipped..])),
        Some((first, rest)) => parts
            .split_first()
            .is_some_and(|(part, more)| fits_name(first, part) && fits_path(rest, more)),
    }
}

/// `*` is any part of a name.
fn fits_name(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| fits_name(after, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Allow, Vec<String>> {
        let source = Source { path: "/repository/lint.toml".into(), text: text.into() };
        Allow::read(&source).map_err(|all| all.iter().map(|one| one.draw(false)).collect())
    }

    #[test]
    fn a_text_is_allowed_everywhere_and_a_path_for_what_it_names() {
        let allow = read(
            "[[allow]]\ntext = \"36AAJCPXXXXA1ZQ\"\nreason = \"a vendor's sample\"\n\
             [[allow]]\npath = \"a/**/*.snap\"\nwhat = [\"arn\"]\nreason = \"made up\"\n",
        )
        .expect("it is right");
        let covers = |path: &str, what: &str, text: &str| allow.covers(Path::new(path), what, text);
        assert!(covers("/elsewhere/x.md", "gstin", "36AAJCPXXXXA1ZQ"));
        assert_eq!(allow.unused(), ["a/**/*.snap"]);
        assert!(covers("/repository/a/b/c/x.snap", "arn", "anything"));
        assert!(covers("/repository/a/x.snap", "arn", "anything"));
        assert!(!covers("/repository/a/x.snap", "pan", "anything"));
        assert!(!covers("/repository/b/x.snap", "arn", "anything"));
        assert_eq!(allow.unused(), [""; 0]);
    }

    #[test]
    fn what_is_wrong_is_told_at_once_with_its_place() {
        let told = read(
            "[[allow]]\npath = \"a\"\nwhat = [\"arm\"]\nreason = \"\"\n[[allow]]\nreason = \"x\"\n",
        )
        .expect_err("three things are wrong")
        .join("\n");
        for text in [
            "an entry without a reason",
            "nothing is called `arm`",
            "did you mean `arn`?",
            "an entry that names nothing",
            "lint.toml:3:9",
        ] {
            assert!(told.contains(text), "{text}\n{told}");
        }
        let told = read("[[allow]]\ntxt = \"a\"\nreason = \"x\"\n")
            .expect_err("an unknown key")
            .join("\n");
        assert!(told.contains("unknown field `txt`"), "{told}");
    }
}
