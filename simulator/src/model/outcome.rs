//! Outcomes: what a vendor says in the end, by our name.

use std::{borrow::Borrow, fmt, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a vendor says in the end, such as `not-found`, whatever code and status it says it with.
///
/// The words are listed in `fixtures/outcomes.toml`; a pack may declare more.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Outcome(Arc<str>);

impl Outcome {
    /// The taxpayer is there.
    pub const FOUND: &'static str = "found";
    /// Well formed, but nobody.
    pub const NOT_FOUND: &'static str = "not-found";

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Outcome {
    fn from(name: &str) -> Self {
        Self(Arc::from(name))
    }
}

impl Borrow<str> for Outcome {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}
