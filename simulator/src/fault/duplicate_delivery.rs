//! Duplicate delivery: the reply comes twice.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Chance;
use crate::model::{dice::Dice, reply::Delivery};

/// Sends the whole reply again behind itself: a client that uses the connection again takes the second
/// one for the answer to its next request. A file that is made while it is sent comes once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct DuplicateDelivery {
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl DuplicateDelivery {
    #[expect(clippy::unused_self, reason = "every kind is asked in the same way")]
    pub(super) fn told(&self) -> String {
        "that comes twice".to_owned()
    }

    #[expect(clippy::unused_self, reason = "every kind is asked in the same way")]
    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        delivery.wire().reply_twice = true;
    }
}

#[cfg(test)]
mod tests {
    use crate::{fault::tests::planned, model::wire::Wire};

    #[test]
    fn the_connection_stays_for_the_next_request() {
        let twice = Wire { reply_twice: true, ..Wire::default() };

        assert_eq!(planned("duplicate-delivery"), twice);
    }
}
