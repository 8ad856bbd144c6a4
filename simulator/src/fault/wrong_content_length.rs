//! Wrong content length: the head announces more than there is, or less.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Chance;
use crate::model::{
    dice::Dice,
    reply::Delivery,
    wire::{End, Framing},
};

/// Announces another length than the body has.
///
/// Said to be longer, the body ends with the connection before all has come. Said to be shorter, what
/// is left of it lies in front of the next reply on the same connection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrongContentLength {
    /// What the head says.
    pub says: Says,
    /// By so many bytes.
    pub by_bytes: u32,
    /// Whether the connection stays open; left out, it does where the length is too short.
    pub keep_open: Option<bool>,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

/// Too much or too little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// More than there is.
    #[default]
    Long,
    /// Less than there is.
    Short,
}

impl Default for WrongContentLength {
    fn default() -> Self {
        Self { says: Says::Long, by_bytes: 10, keep_open: None, chance: Chance::default() }
    }
}

impl WrongContentLength {
    pub(super) fn told(&self) -> String {
        let says = match self.says {
            Says::Long => "longer",
            Says::Short => "shorter",
        };
        format!("that says to be {} bytes {says} than it is", self.by_bytes)
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let by = u64::from(self.by_bytes.max(1));
        let wire = delivery.wire();
        wire.framing = match self.says {
            Says::Long => Framing::Longer(by),
            Says::Short => Framing::Shorter(by),
        };
        if !self.keep_open.unwrap_or(self.says == Says::Short) {
            wire.end = End::Closed;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        fault::tests::planned,
        model::wire::{End, Framing, Wire},
    };

    #[test]
    fn a_length_is_too_long_or_too_short() {
        let says = |framing, end| Wire { framing, end, ..Wire::default() };

        assert_eq!(planned("wrong-content-length"), says(Framing::Longer(10), End::Closed));
        assert_eq!(
            planned("wrong-content-length(says=short, by-bytes=3)"),
            says(Framing::Shorter(3), End::Open)
        );
        assert_eq!(planned("wrong-content-length(keep-open=true)").end, End::Open);
        assert_eq!(planned("wrong-content-length(says=short,keep-open=false)").end, End::Closed);
    }
}
