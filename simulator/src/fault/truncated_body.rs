//! Truncated body: the head is right, and the connection ends in the middle of the body.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Chance;
use crate::model::{
    dice::Dice,
    reply::Delivery,
    wire::{Cut, End},
};

/// Sends a beginning of the body, and closes the connection; an empty body cannot be cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TruncatedBody {
    /// So many bytes are sent; left out, half of them. At least the last one is missing.
    pub keep_bytes: Option<u64>,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

/// So much is kept of a body whose length nobody knows before it is sent.
const UNKNOWN: u64 = 1_024;

impl TruncatedBody {
    #[expect(clippy::unused_self, reason = "every kind is asked in the same way")]
    pub(super) fn told(&self) -> String {
        "that is cut off in the middle of its body".to_owned()
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let keep = match delivery.length() {
            None => self.keep_bytes.unwrap_or(UNKNOWN),
            Some(0) => return,
            Some(length) => self.keep_bytes.unwrap_or(length / 2).min(length - 1),
        };
        let wire = delivery.wire();
        wire.cut_at(Cut::Body(keep));
        wire.end = End::Closed;
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use crate::{
        fault::tests::{apply, plain, planned},
        model::wire::{Cut, End, Wire},
    };

    #[test]
    fn at_least_the_last_byte_is_missing() {
        let length = plain().reply.body.len() as u64;
        let cut = |keep| Wire { cut: Some(Cut::Body(keep)), end: End::Closed, ..Wire::default() };

        assert_eq!(planned("truncated-body"), cut(length / 2));
        assert_eq!(planned("truncated-body(keep-bytes=3)"), cut(3));
        assert_eq!(planned("truncated-body(keep-bytes=100000)"), cut(length - 1));
    }

    #[test]
    fn an_empty_body_cannot_be_cut() {
        let mut empty = plain();
        empty.reply.body = Bytes::new();

        assert_eq!(apply("truncated-body", empty).wire, None);
    }
}
