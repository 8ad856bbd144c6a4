//! Slow headers: status line and headers come a few bytes at a time.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::{Chance, Rate};
use crate::model::{dice::Dice, reply::Delivery, wire::Pace};

/// So many pieces are sent in a second, each of one byte or a few.
const PIECES: u32 = 20;

/// Sends the head slowly, and the body at once.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SlowHeaders {
    /// Bytes of the head in a second.
    pub bytes_per_second: Rate,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl Default for SlowHeaders {
    fn default() -> Self {
        Self { bytes_per_second: Rate::new(20), chance: Chance::default() }
    }
}

impl SlowHeaders {
    pub(super) fn told(&self) -> String {
        format!("whose headers come slowly, {} bytes a second", self.bytes_per_second.get())
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        delivery.wire().head_pace = Some(Pace::new(self.bytes_per_second.get(), PIECES));
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        fault::tests::planned,
        model::wire::{Pace, Wire},
    };

    #[test]
    fn the_head_comes_slowly_and_all_else_is_as_ever() {
        let pace = Pace { bytes_per_second: 20, piece: 1 };

        assert_eq!(planned("slow-headers"), Wire { head_pace: Some(pace), ..Wire::default() });
        let fast = Pace { bytes_per_second: 200, piece: 10 };
        assert_eq!(planned("slow-headers(bytes-per-second=200)").head_pace, Some(fast));
    }
}
