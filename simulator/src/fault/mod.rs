//! Faults: what can go wrong with a reply between the vendor and its caller.
//!
//! One file a kind. A fault edits the [`Delivery`], a plan; `server` carries the plan out. So a
//! fault has no clock and no socket, and its tests need none.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::reply::Delivery;

pub mod latency;

/// One fault with its settings, as scenario files write it: `{ latency = { delay-ms = 800 } }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Fault {
    /// Waits before the first byte.
    Latency(latency::Latency),
}

impl Fault {
    /// The delivery with this fault in it.
    #[must_use]
    pub fn apply(self, delivery: Delivery) -> Delivery {
        match self {
            Self::Latency(latency) => latency.apply(delivery),
        }
    }
}
