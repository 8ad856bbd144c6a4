//! Drip: the body comes a few bytes at a time, so that no single read takes long.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::{Chance, Rate};
use crate::model::{dice::Dice, reply::Delivery, wire::Pace};

/// So many pieces are sent in a second, each of one byte or a few.
const PIECES: u32 = 50;

/// Sends the head at once and the body drop by drop.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Drip {
    /// Bytes of the body in a second.
    pub bytes_per_second: Rate,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl Default for Drip {
    fn default() -> Self {
        Self { bytes_per_second: Rate::new(100), chance: Chance::default() }
    }
}

impl Drip {
    pub(super) fn told(&self) -> String {
        format!("whose body drips, {} bytes a second", self.bytes_per_second.get())
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        delivery.wire().body_pace = Some(Pace::new(self.bytes_per_second.get(), PIECES));
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        fault::tests::planned,
        model::wire::{Pace, Wire},
    };

    #[test]
    fn the_body_drips_and_all_else_is_as_ever() {
        let pace = Pace { bytes_per_second: 100, piece: 2 };

        assert_eq!(planned("drip"), Wire { body_pace: Some(pace), ..Wire::default() });
        let slow = Pace { bytes_per_second: 7, piece: 1 };
        assert_eq!(planned("drip(bytes-per-second=7)").body_pace, Some(slow));
    }
}
