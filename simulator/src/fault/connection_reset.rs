//! Connection reset: the caller's system reports that the other side broke the connection off.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::{At, Chance, cut, told_cut};
use crate::model::{dice::Dice, reply::Delivery, wire::End};

/// Resets the connection (TCP's RST): before the headers, after them, or in the body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ConnectionReset {
    /// Where.
    pub at: At,
    /// Behind so many bytes of the body; counts more than `at`.
    pub after_bytes: Option<u64>,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl ConnectionReset {
    pub(super) fn told(&self) -> String {
        format!("whose connection is reset {}", told_cut(self.at, self.after_bytes))
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let wire = delivery.wire();
        wire.cut_at(cut(self.at, self.after_bytes));
        wire.end = End::Reset;
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        fault::tests::planned,
        model::wire::{Cut, End, Wire},
    };

    #[test]
    fn the_connection_is_reset_where_it_is_told() {
        let reset = |cut| Wire { cut: Some(cut), end: End::Reset, ..Wire::default() };

        assert_eq!(planned("connection-reset"), reset(Cut::BeforeHead));
        assert_eq!(planned("connection-reset(at=after-headers)"), reset(Cut::AfterHead));
        assert_eq!(planned("connection-reset(after-bytes=9)"), reset(Cut::Body(9)));
    }
}
