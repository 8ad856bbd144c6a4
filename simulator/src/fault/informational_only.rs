//! Informational only: the server says that it is at work, and nothing follows.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};

use super::settings::{Chance, Millis};
use crate::model::{dice::Dice, reply::Delivery, wire::End};

/// Sends a 1xx and no reply behind it; the connection stays open, ten minutes at the most.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct InformationalOnly {
    /// 100, 102 or 103.
    #[serde(deserialize_with = "read_status")]
    pub status: u16,
    /// How long it stays open, in milliseconds.
    pub for_ms: Millis,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

fn read_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(deserializer)?;
    match line_of(status) {
        Some(_) => Ok(status),
        None => Err(D::Error::custom(format!("{status} is none of 100, 102 and 103"))),
    }
}

/// The status line. 101 is none of them: it changes the protocol.
fn line_of(status: u16) -> Option<&'static [u8]> {
    match status {
        100 => Some(b"HTTP/1.1 100 Continue\r\n\r\n"),
        102 => Some(b"HTTP/1.1 102 Processing\r\n\r\n"),
        103 => Some(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        _ => None,
    }
}

impl Default for InformationalOnly {
    fn default() -> Self {
        Self { status: 100, for_ms: Millis::longest(), chance: Chance::default() }
    }
}

impl InformationalOnly {
    pub(super) fn told(&self) -> String {
        format!("of a {} and nothing more", self.status)
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let wire = delivery.wire();
        wire.instead = Some(line_of(self.status).unwrap_or_default().into());
        wire.end = End::Hangs(self.for_ms.time());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fault::{Fault, tests::planned};

    #[test]
    fn a_status_line_and_silence() {
        let wire = planned("informational-only(status=103,for-ms=9)");

        assert_eq!(wire.instead.as_deref(), Some(&b"HTTP/1.1 103 Early Hints\r\n\r\n"[..]));
        assert_eq!(wire.end, End::Hangs(Duration::from_millis(9)));
        assert!(planned("informational-only").instead.expect("some").starts_with(b"HTTP/1.1 100 "));
        assert!(Fault::parse("informational-only(status=101)").is_err());
    }
}
