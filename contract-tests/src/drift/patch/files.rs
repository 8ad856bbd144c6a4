//! The files of a pack while a change is made to them.

use std::{collections::BTreeMap, ops::Range};

use gsp_simulator::pack::folder::Folder;

/// A pack's files, with what was changed laid over.
#[derive(Clone, Debug)]
pub(super) struct Files<'a> {
    folder: &'a Folder,
    changed: BTreeMap<String, String>,
}

impl<'a> Files<'a> {
    pub(super) fn of(folder: &'a Folder) -> Self {
        Self { folder, changed: BTreeMap::new() }
    }

    /// A file as it is now; paths begin with the vendor's name.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        let changed = self.changed.get(path).cloned();
        changed.or_else(|| Some(self.folder.source(path)?.text.to_string()))
    }

    /// Puts another text in the place of a span; nothing where it says so already.
    pub(super) fn replace(&mut self, path: &str, span: Range<usize>, new: &str) -> bool {
        let Some(mut text) = self.text(path) else { return false };
        if text.get(span.clone()).is_none_or(|old| old == new) {
            return false;
        }
        text.replace_range(span, new);
        self.changed.insert(path.to_owned(), text);
        true
    }

    /// Files that were changed: path, old text, new text.
    pub(super) fn changes(&self) -> Vec<(&str, String, &str)> {
        let old = |path: &String| {
            self.folder.source(path).map(|source| source.text.to_string()).unwrap_or_default()
        };
        let all = self.changed.iter().map(|(path, new)| (path.as_str(), old(path), new.as_str()));
        all.filter(|(_, old, new)| old != new).collect()
    }

    /// How people know a file.
    pub(super) fn label(&self, path: &str) -> String {
        self.folder.label.join(path).display().to_string()
    }

    /// `file:line` of a byte.
    pub(super) fn line(&self, path: &str, at: usize) -> String {
        let text = self.text(path).unwrap_or_default();
        let before = &text[..at.min(text.len())];
        format!("{}:{}", self.label(path), before.matches('\n').count() + 1)
    }
}
