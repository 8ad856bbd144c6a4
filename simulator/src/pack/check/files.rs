//! The files of a pack, for findings that must name a place in them.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use serde_json::Value;

use crate::{
    finding::{Finding, Source},
    pack::{
        Pack, compile,
        file::{ErrorsFile, VendorFile},
        folder::Folder,
    },
};

/// A pack and the files it was made from.
pub(super) struct PackFiles<'folder> {
    pub(super) folder: &'folder Folder,
    pub(super) pack: &'folder Arc<Pack>,
    pub(super) vendor: Source,
    pub(super) vendor_file: VendorFile,
    pub(super) errors: Option<Source>,
    pub(super) errors_file: ErrorsFile,
}

impl<'folder> PackFiles<'folder> {
    /// The files; `None` where the loader could not read them either.
    pub(super) fn read(
        folder: &'folder Folder,
        pack: &'folder Arc<Pack>,
        chosen: Option<&BTreeMap<String, String>>,
    ) -> Option<Self> {
        let vendor = folder.source(&format!("{}/vendor.toml", pack.name))?;
        let errors = folder.source(&format!("{}/errors.toml", pack.name));
        let (vendor_file, _) = compile::read_vendor(&pack.name, &vendor, chosen).ok()?;
        let errors_file = match &errors {
            Some(source) => toml::from_str(&source.text).ok()?,
            None => ErrorsFile::default(),
        };
        Some(Self { folder, pack, vendor, vendor_file, errors, errors_file })
    }

    /// A file of the pack by its path below the pack's folder.
    pub(super) fn source(&self, path: &str) -> Option<Source> {
        self.folder.source(&format!("{}/{path}", self.pack.name))
    }

    /// The paths of the pack's files below `prefix`, without it.
    pub(super) fn below(&self, prefix: &str) -> Vec<String> {
        let prefix = format!("{}/{prefix}", self.pack.name);
        self.folder.below(&prefix).map(str::to_owned).collect()
    }

    /// A body's file by its name.
    pub(super) fn body(&self, name: &str) -> Option<Source> {
        ["json", "html", "txt"]
            .iter()
            .find_map(|ending| self.source(&format!("bodies/{name}.{ending}")))
    }

    /// A body's file and those of the parts that it includes.
    pub(super) fn body_and_parts(&self, name: &str) -> Vec<Source> {
        let mut names = vec![name.to_owned()];
        let mut sources = Vec::new();
        let mut at = 0;
        while let Some(source) = names.get(at).map(|name| self.body(name)) {
            if let Some(source) = source {
                for part in included(&source.text) {
                    if !names.contains(&part) {
                        names.push(part);
                    }
                }
                sources.push(source);
            }
            at += 1;
        }
        sources
    }

    /// All files in which an expression may stand.
    pub(super) fn all_texts(&self) -> Vec<Source> {
        let bodies = self.below("bodies/");
        std::iter::once(self.vendor.clone())
            .chain(self.errors.clone())
            .chain(bodies.iter().filter_map(|path| self.source(&format!("bodies/{path}"))))
            .collect()
    }
}

/// The bodies that a body includes, by name.
pub(super) fn included(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for piece in text.split("{%").skip(1) {
        let Some((directive, _)) = piece.split_once("%}") else { continue };
        if let Some(name) = directive.trim().strip_prefix("include") {
            let name = name.trim().replace('\\', "");
            names.push(name.trim_matches(['\'', '"']).to_owned());
        }
    }
    names
}

/// A finding at the first place of `word` in these files; without a place where it is in none.
pub(super) fn at_word(finding: Finding, word: &str, sources: &[Source]) -> Finding {
    for source in sources {
        if let Some(span) = place_of(word, &source.text) {
            return finding.at(span).within(source);
        }
    }
    match sources.first() {
        Some(source) => finding.within(source),
        None => finding,
    }
}

/// A finding at the last of these keys: each is looked for behind the one before it, in the same
/// file or in the first of the others that has it.
pub(super) fn at_keys(finding: Finding, keys: &[String], sources: &[Source]) -> Finding {
    let mut best = None;
    let (mut file, mut from) = (0, 0);
    for key in keys {
        let word = Value::from(key.as_str()).to_string();
        let here = sources
            .get(file)
            .and_then(|source| Some((file, source.text[from..].find(&word)? + from)));
        let found = here.or_else(|| {
            let mut texts = sources.iter().enumerate();
            texts.find_map(|(at, source)| Some((at, source.text.find(&word)?)))
        });
        let Some((at, start)) = found else { continue };
        best = Some((at, start..start + word.len()));
        (file, from) = (at, start + word.len());
    }
    match (best, sources.first()) {
        (Some((at, span)), _) => finding.at(span).within(&sources[at]),
        (None, Some(source)) => finding.within(source),
        (None, None) => finding,
    }
}

/// Where a word stands in a text, as it is or as JSON writes it.
fn place_of(word: &str, text: &str) -> Option<Range<usize>> {
    let escaped = Value::from(word).to_string();
    let escaped = &escaped[1..escaped.len() - 1];
    let find = |word: &str| text.find(word).map(|start| start..start + word.len());
    find(word).or_else(|| find(escaped))
}
