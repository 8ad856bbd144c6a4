//! Keep-alive closed: the reply is right, and the next request on the connection finds it closed.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::{Chance, How, told_how};
use crate::model::{dice::Dice, reply::Delivery, wire::End};

/// Keeps the connection as if it could be used again, and ends it when the next request comes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct KeepAliveClosed {
    /// How it ends.
    pub how: How,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl Default for KeepAliveClosed {
    fn default() -> Self {
        Self { how: How::Close, chance: Chance::default() }
    }
}

impl KeepAliveClosed {
    pub(super) fn told(&self) -> String {
        format!("whose connection is {} under the next request", told_how(self.how))
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        delivery.wire().end = End::UnderNext { reset: self.how == How::Reset };
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        fault::tests::planned,
        model::wire::{End, Wire},
    };

    #[test]
    fn the_reply_is_whole_and_the_next_one_is_not() {
        for (fault, reset) in [("keep-alive-closed", false), ("keep-alive-closed(how=reset)", true)]
        {
            let end = End::UnderNext { reset };
            assert_eq!(planned(fault), Wire { end, ..Wire::default() });
        }
    }
}
