//! BOM: a byte order mark stands before the body.

use bytes::Bytes;
use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Chance;
use crate::model::{dice::Dice, reply::Delivery};

/// U+FEFF in UTF-8, which JSON does not allow and many parsers refuse.
const MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Sends UTF-8's byte order mark before the body; a file that is made while it is sent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Bom {
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

impl Bom {
    #[expect(clippy::unused_self, reason = "every kind is asked in the same way")]
    pub(super) fn told(&self) -> String {
        "that begins with a byte order mark".to_owned()
    }

    #[expect(clippy::unused_self, reason = "every kind is asked in the same way")]
    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let marked = [&MARK, &*delivery.reply.body].concat();
        delivery.reply.body = Bytes::from(marked);
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::tests::{apply, plain};

    #[test]
    fn three_bytes_stand_before_the_body() {
        let marked = apply("bom", plain()).reply.body;

        assert_eq!(marked[..4], *b"\xEF\xBB\xBF{");
        assert_eq!(marked[3..], plain().reply.body);
    }
}
