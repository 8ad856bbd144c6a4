//! Objects: what is the same for every call is joined to runs of ready bytes between the holes.

use super::{Out, Tree};
use crate::render::expression::Scope;

/// An object whose entries are not all ready.
#[derive(Debug)]
pub struct Object {
    entries: Vec<Entry>,
    /// Ready entries behind the last one, with a comma before each.
    tail: Vec<u8>,
}

/// An entry that is filled, with the ready ones before it.
#[derive(Debug)]
struct Entry {
    /// `,"ready":1,"key":`
    lead: Vec<u8>,
    /// So much of that stays where the entry has no value.
    ready: usize,
    tree: Tree,
}

impl Object {
    /// The object with these entries; keys are written as `"key":`.
    pub(super) fn of(entries: Vec<(Vec<u8>, Tree)>) -> Self {
        let mut object = Self { entries: Vec::new(), tail: Vec::new() };
        for (key, tree) in entries {
            let mut lead = std::mem::take(&mut object.tail);
            let ready = lead.len();
            lead.push(b',');
            lead.extend_from_slice(&key);
            if let Tree::Static(bytes) = tree {
                lead.extend_from_slice(&bytes);
                object.tail = lead;
            } else {
                object.entries.push(Entry { lead, ready, tree });
            }
        }
        object
    }

    /// The same with other trees that write the same.
    pub(super) fn map(self, change: impl Fn(Tree) -> Tree) -> Self {
        let entries = self.entries.into_iter();
        let entries = entries.map(|entry| Entry { tree: change(entry.tree), ..entry }).collect();
        Self { entries, ..self }
    }

    /// The trees of the entries that are filled.
    pub(in crate::render) fn trees(&self) -> impl Iterator<Item = &Tree> {
        self.entries.iter().map(|entry| &entry.tree)
    }

    pub(super) fn write(
        &self,
        scope: Scope<'_>,
        out: &mut Out<'_>,
    ) -> Result<bool, minijinja::Error> {
        out.bytes.push(b'{');
        // The first entry that is written leaves its comma out.
        let mut comma = 1;
        for entry in &self.entries {
            let before = out.bytes.len();
            out.bytes.extend_from_slice(&entry.lead[comma..]);
            if entry.tree.write_to(scope, out)? {
                comma = 0;
            } else {
                let ready = entry.ready.saturating_sub(comma);
                out.bytes.truncate(before + ready);
                if ready > 0 {
                    comma = 0;
                }
            }
        }
        out.bytes.extend_from_slice(self.tail.get(comma..).unwrap_or_default());
        out.bytes.push(b'}');
        Ok(true)
    }
}
