//! The outcomes every vendor may speak of, and what is said where a vendor lacks the word.

use indexmap::IndexMap;

use super::{
    Replies,
    file::{OutcomeEntry, OutcomesFile},
};
use crate::finding::{Finding, Source};

/// All outcomes by name.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary(IndexMap<String, OutcomeEntry>);

impl Vocabulary {
    /// Reads `outcomes.toml`.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, and `said-as` that names nothing.
    pub fn read(source: &Source) -> Result<Self, Vec<Finding>> {
        let file: OutcomesFile = toml::from_str(&source.text)
            .map_err(|error| vec![Finding::from_toml(&error).within(source)])?;
        let findings: Vec<_> = file
            .outcomes
            .values()
            .flat_map(|entry| &entry.said_as)
            .filter(|name| !file.outcomes.contains_key(&name.value))
            .map(|name| {
                Finding::new(format!("there is no outcome `{name}`"))
                    .at(name.span.clone())
                    .within(source)
                    .hint("declare it in this file, or mend the name")
            })
            .collect();
        if findings.is_empty() { Ok(Self(file.outcomes)) } else { Err(findings) }
    }

    /// The same words and a pack's own.
    #[must_use]
    pub fn with(&self, own: &IndexMap<String, OutcomeEntry>) -> Self {
        let mut all = self.0.clone();
        all.extend(own.iter().map(|(name, entry)| (name.clone(), entry.clone())));
        Self(all)
    }

    /// Whether there is such an outcome.
    #[must_use]
    pub fn knows(&self, outcome: &str) -> bool {
        self.0.contains_key(outcome)
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What an outcome means.
    #[must_use]
    pub fn about(&self, outcome: &str) -> Option<&str> {
        self.0.get(outcome).map(|entry| entry.about.as_str())
    }

    /// Whether an outcome is about who calls and how often, not about what is asked.
    #[must_use]
    pub fn is_of_account(&self, outcome: &str) -> bool {
        self.0.get(outcome).is_some_and(|entry| entry.of_account)
    }

    /// The reply for a wish taken at its word: an outcome, a code, or a family of outcomes.
    #[must_use]
    pub fn strict(&self, replies: &Replies, wish: &str) -> Option<usize> {
        replies.find(wish).or_else(|| {
            let entry = self.0.get(wish).filter(|entry| entry.family)?;
            entry.said_as.iter().find_map(|other| replies.find(other))
        })
    }

    /// The reply for a wish, or for what a vendor without the word says instead.
    #[must_use]
    pub fn nearest(&self, replies: &Replies, wish: &str) -> Option<usize> {
        let mut queue = vec![wish];
        let mut at = 0;
        while let Some(wish) = queue.get(at).copied() {
            if let Some(found) = replies.find(wish) {
                return Some(found);
            }
            for other in self.0.get(wish).into_iter().flat_map(|entry| &entry.said_as) {
                if !queue.contains(&other.value.as_str()) {
                    queue.push(&other.value);
                }
            }
            at += 1;
        }
        None
    }
}
