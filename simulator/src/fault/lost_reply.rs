//! Lost reply: the vendor did and charged what was asked of it, and its answer never arrives.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::{Chance, How, told_how};
use crate::model::{dice::Dice, reply::Delivery, wire::Cut};

/// Does all that the call asks for, then ends the connection without a byte.
///
/// Sessions are open, credits are charged, files are ordered, and the journal has the exchange with the
/// answer that got lost: asking again is asking twice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct LostReply {
    /// How the connection ends.
    pub how: How,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl Default for LostReply {
    fn default() -> Self {
        Self { how: How::Reset, chance: Chance::default() }
    }
}

impl LostReply {
    pub(super) fn told(&self) -> String {
        format!("that is lost: all is done, and the connection is {}", told_how(self.how))
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let wire = delivery.wire();
        wire.cut_at(Cut::BeforeHead);
        wire.end = self.how.into();
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        fault::tests::planned,
        model::wire::{Cut, End, Wire},
    };

    #[test]
    fn the_answer_is_made_and_not_a_byte_of_it_is_sent() {
        let lost = |end| Wire { cut: Some(Cut::BeforeHead), end, ..Wire::default() };

        assert_eq!(planned("lost-reply"), lost(End::Reset));
        assert_eq!(planned("lost-reply(how=close)"), lost(End::Closed));
    }
}
