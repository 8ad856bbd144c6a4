//! Latency: the reply comes late.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::reply::Delivery;

/// No reply waits longer than this, in milliseconds: ten minutes.
pub const LONGEST_MS: u64 = 600_000;

/// Waits `delay-ms` before the first byte; ten minutes at the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Latency {
    /// Milliseconds, up to 600,000.
    pub delay_ms: u64,
}

impl Latency {
    pub(super) fn apply(self, delivery: Delivery) -> Delivery {
        let wait = delivery.wait + Duration::from_millis(self.delay_ms.min(LONGEST_MS));
        Delivery { wait, ..delivery }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::StatusCode;

    use super::*;
    use crate::model::reply::Reply;

    #[test]
    fn two_latencies_add_up() {
        let late = Latency { delay_ms: 800 };
        let reply = Reply { status: StatusCode::OK, headers: Vec::new(), body: Bytes::new() };

        let delivery = late.apply(late.apply(reply.clone().into()));

        assert_eq!(delivery.wait, Duration::from_millis(1_600));
        assert_eq!(delivery.reply, reply, "latency leaves the words alone");
    }
}
