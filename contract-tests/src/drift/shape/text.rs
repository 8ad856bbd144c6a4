//! Texts: what all of them can be read as, and how an empty one is written.

use std::collections::BTreeSet;

use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_STANDARD_NO_PAD};
use serde_json::Value;

use super::{Shape, join, reading::Reading};

/// No more different words are kept of a place than these.
const MOST_WORDS: usize = 12;
/// No longer ones either; messages are shorter.
const LONGEST_WORD: usize = 300;

/// Texts that were seen in a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// Some was `""`.
    pub empty: bool,
    /// Words that stand for nothing, such as `NA`.
    pub fillers: BTreeSet<String>,
    /// What each of the others can be read as; none where there was no other.
    pub readings: Option<BTreeSet<Reading>>,
    /// The words themselves; none where there were many.
    pub words: Option<BTreeSet<String>>,
    /// JSON inside: in base64, or as it is.
    pub inside: Option<Box<Shape>>,
}

/// Whether a word stands for nothing.
#[must_use]
pub fn is_filler(text: &str) -> bool {
    let plain = text.trim().to_ascii_lowercase();
    ["na", "n/a", "n.a.", "nil", "null", "none", "-", "--"].contains(&plain.as_str())
}

impl Text {
    /// The form of one text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut own = Self { words: Some(BTreeSet::new()), ..Self::default() };
        if text.trim().is_empty() {
            own.empty = true;
            return own;
        }
        if is_filler(text) {
            own.fillers.insert(text.to_owned());
            return own;
        }
        let inside = inside(text);
        let mut readings = Reading::all(text);
        if inside.is_some() {
            readings.insert(Reading::Json);
        }
        own.inside = inside.map(|json| Box::new(Shape::of(&json)));
        own.readings = Some(readings);
        own.words = (text.len() <= LONGEST_WORD).then(|| BTreeSet::from([text.to_owned()]));
        own
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.empty |= other.empty;
        self.fillers.extend(other.fillers.iter().cloned());
        join(&mut self.readings, other.readings.as_ref(), |own, other| {
            own.retain(|reading| other.contains(reading));
        });
        self.words = match (self.words.take(), &other.words) {
            (Some(own), Some(other)) => {
                let all: BTreeSet<_> = own.union(other).cloned().collect();
                (all.len() <= MOST_WORDS).then_some(all)
            }
            _ => None,
        };
        join(&mut self.inside, other.inside.as_ref(), |own, other| own.merge(other));
    }

    /// The shortest word that was seen, to tell people.
    #[must_use]
    pub fn sample(&self) -> Option<&str> {
        let words = self.words.as_ref()?;
        words.iter().min_by_key(|word| word.len()).map(String::as_str)
    }

    /// What every text that was seen can be read as, where that is a form.
    ///
    /// A few numbers may look like months by chance: of what is digits only, some are needed.
    #[must_use]
    pub fn form(&self) -> Vec<&Reading> {
        const FEW: usize = 3;
        let many = self.words.as_ref().is_none_or(|words| words.len() >= FEW);
        let readings = self.readings.iter().flatten();
        readings.filter(|one| one.is_form() && (many || !one.is_by_chance())).collect()
    }
}

/// The JSON object or list inside a text.
#[must_use]
pub(super) fn inside(text: &str) -> Option<Value> {
    const SHORTEST: usize = 8;
    let parsed = |bytes: &[u8]| {
        let json: Value = serde_json::from_slice(bytes).ok()?;
        (json.is_object() || json.is_array()).then_some(json)
    };
    if text.starts_with(['{', '[']) {
        return parsed(text.as_bytes());
    }
    if text.len() < SHORTEST {
        return None;
    }
    let bytes = BASE64_STANDARD.decode(text).or_else(|_| BASE64_STANDARD_NO_PAD.decode(text));
    parsed(&bytes.ok()?)
}
