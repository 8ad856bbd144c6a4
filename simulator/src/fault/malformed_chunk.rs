//! Malformed chunk: a body in chunks, one of which is broken.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Chance;
use crate::model::{
    dice::Dice,
    reply::Delivery,
    wire::{BrokenChunk, End, Framing},
};

/// Sends half of the body as a chunk, breaks the next one, and closes the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct MalformedChunk {
    /// How it is broken.
    pub how: Broken,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

/// How a chunk is broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Broken {
    /// Its size is no number.
    #[default]
    BadSize,
    /// It is shorter than its size says.
    TooShort,
    /// All of the body comes, but the last, empty chunk does not.
    NoLast,
}

impl MalformedChunk {
    #[expect(clippy::unused_self, reason = "every kind is asked in the same way")]
    pub(super) fn told(&self) -> String {
        "in chunks, one of which is broken".to_owned()
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let wire = delivery.wire();
        wire.framing = Framing::Chunks(match self.how {
            Broken::BadSize => BrokenChunk::Size,
            Broken::TooShort => BrokenChunk::Length,
            Broken::NoLast => BrokenChunk::NoLast,
        });
        wire.end = End::Closed;
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        fault::tests::planned,
        model::wire::{BrokenChunk, End, Framing, Wire},
    };

    #[test]
    fn a_chunk_is_broken_in_one_of_three_ways() {
        for (fault, broken) in [
            ("malformed-chunk", BrokenChunk::Size),
            ("malformed-chunk(how=too-short)", BrokenChunk::Length),
            ("malformed-chunk(how=no-last)", BrokenChunk::NoLast),
        ] {
            let framing = Framing::Chunks(broken);
            assert_eq!(planned(fault), Wire { framing, end: End::Closed, ..Wire::default() });
        }
    }
}
