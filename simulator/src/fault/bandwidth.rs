//! Bandwidth: the whole reply comes no faster than a slow line would carry it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::{Chance, Rate};
use crate::model::{dice::Dice, reply::Delivery, wire::Pace};

/// So many pieces are sent in a second: large ones, as packets are.
const PIECES: u32 = 10;

/// Sends head and body at a steady speed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Bandwidth {
    /// Bytes in a second.
    pub bytes_per_second: Rate,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl Default for Bandwidth {
    fn default() -> Self {
        Self { bytes_per_second: Rate::new(10_000), chance: Chance::default() }
    }
}

impl Bandwidth {
    pub(super) fn told(&self) -> String {
        format!("over a line of {} bytes a second", self.bytes_per_second.get())
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let pace = Some(Pace::new(self.bytes_per_second.get(), PIECES));
        let wire = delivery.wire();
        (wire.head_pace, wire.body_pace) = (pace, pace);
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        fault::tests::planned,
        model::wire::{Pace, Wire},
    };

    #[test]
    fn head_and_body_share_the_line() {
        let pace = Some(Pace { bytes_per_second: 10_000, piece: 1_000 });

        let slow = Wire { head_pace: pace, body_pace: pace, ..Wire::default() };
        assert_eq!(planned("bandwidth"), slow);
    }
}
