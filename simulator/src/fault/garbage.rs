//! Garbage: bytes that are no HTTP.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Chance;
use crate::model::{dice::Dice, reply::Delivery, wire::End};

/// Sends random bytes in place of the reply, and closes the connection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Garbage {
    /// So many; 65,535 at the most.
    pub bytes: u16,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl Default for Garbage {
    fn default() -> Self {
        Self { bytes: 256, chance: Chance::default() }
    }
}

impl Garbage {
    pub(super) fn told(&self) -> String {
        format!("of {} bytes that are no HTTP", self.bytes)
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, dice: &mut Dice) {
        let mut bytes: Vec<u8> = (0..self.bytes).map(|_| dice.bits().to_le_bytes()[0]).collect();
        // Nobody takes it for the beginning of a status line.
        if let Some(first) = bytes.first_mut() {
            *first |= 0x80;
        }
        let wire = delivery.wire();
        wire.instead = Some(bytes.into());
        wire.end = End::Closed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{
        Fault,
        tests::{plain, planned},
    };

    #[test]
    fn the_dice_say_which_bytes_come() {
        let garbage = Fault::parse("garbage(bytes=32)").expect("it is one");
        let bytes = |seed| {
            let delivery = garbage.apply(plain(), &mut Dice::new(seed, 2, b""));
            delivery.wire.and_then(|wire| wire.instead).expect("there are some")
        };

        assert_eq!(bytes(1).len(), 32);
        assert!(bytes(1)[0] >= 0x80, "no text begins so");
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
        assert_eq!(planned("garbage").end, End::Closed);
    }
}
