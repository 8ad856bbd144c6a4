//! Hang: sending stops, and the connection stays open.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::{At, Chance, Millis, cut, told_cut};
use crate::model::{dice::Dice, reply::Delivery, wire::End};

/// Sends nothing more, and keeps the connection open: for ten minutes, then it is closed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Hang {
    /// Where it stops.
    pub at: At,
    /// Behind so many bytes of the body; counts more than `at`.
    pub after_bytes: Option<u64>,
    /// How long, in milliseconds; ten minutes at the most.
    pub for_ms: Millis,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl Default for Hang {
    fn default() -> Self {
        Self {
            at: At::default(),
            after_bytes: None,
            for_ms: Millis::longest(),
            chance: Chance::default(),
        }
    }
}

impl Hang {
    pub(super) fn told(&self) -> String {
        let at = told_cut(self.at, self.after_bytes);
        format!("that hangs {at} for {} ms", self.for_ms.get())
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let wire = delivery.wire();
        wire.cut_at(cut(self.at, self.after_bytes));
        wire.end = End::Hangs(self.for_ms.time());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::{
        fault::tests::planned,
        model::wire::{Cut, End, Wire},
    };

    #[test]
    fn a_hang_stops_where_it_is_told_and_is_bounded() {
        let ten_minutes = End::Hangs(Duration::from_mins(10));

        assert_eq!(
            planned("hang"),
            Wire { cut: Some(Cut::BeforeHead), end: ten_minutes, ..Wire::default() }
        );
        assert_eq!(
            planned("hang(at=after-headers,for-ms=50)"),
            Wire {
                cut: Some(Cut::AfterHead),
                end: End::Hangs(Duration::from_millis(50)),
                ..Wire::default()
            }
        );
        assert_eq!(planned("hang(after-bytes=7)").cut, Some(Cut::Body(7)));
    }
}
