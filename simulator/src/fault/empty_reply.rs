//! Empty reply: status and headers are right, and the body has no byte.

use bytes::Bytes;
use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Chance;
use crate::model::{dice::Dice, reply::Delivery};

/// Sends the head with `content-length: 0`; for no byte at all there is `close-without-reply`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct EmptyReply {
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl EmptyReply {
    #[expect(clippy::unused_self, reason = "every kind is asked in the same way")]
    pub(super) fn told(&self) -> String {
        "without a body".to_owned()
    }

    #[expect(clippy::unused_self, reason = "every kind is asked in the same way")]
    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        delivery.reply.body = Bytes::new();
        delivery.stream = None;
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::tests::{apply, plain};

    #[test]
    fn the_head_stays_and_the_body_goes() {
        let delivery = apply("empty-reply", plain());

        assert!(delivery.reply.body.is_empty());
        assert_eq!(delivery.reply.status, plain().reply.status);
        assert_eq!(delivery.reply.headers, plain().reply.headers);
    }
}
