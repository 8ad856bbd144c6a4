//! Close without reply: the connection ends as if the talk were over, and not a byte came.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Chance;
use crate::model::{
    dice::Dice,
    reply::Delivery,
    wire::{Cut, End},
};

/// Closes the connection in place of a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CloseWithoutReply {
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl CloseWithoutReply {
    #[expect(clippy::unused_self, reason = "every kind is asked in the same way")]
    pub(super) fn told(&self) -> String {
        "that never comes, the connection is closed".to_owned()
    }

    #[expect(clippy::unused_self, reason = "every kind is asked in the same way")]
    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let wire = delivery.wire();
        wire.cut_at(Cut::BeforeHead);
        wire.end = End::Closed;
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        fault::tests::planned,
        model::wire::{Cut, End, Wire},
    };

    #[test]
    fn not_a_byte_is_sent() {
        let closed =
            Wire { cut: Some(Cut::BeforeHead), end: End::Closed, ..Wire::default() };

        assert_eq!(planned("close-without-reply"), closed);
    }
}
