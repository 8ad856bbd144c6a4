//! Keys of the session: 32 bytes that nothing prints.

use std::fmt;

use crate::model::dice::Dice;

use super::primitives::{base64, from_base64};

/// A key of AES-256 and HMAC-SHA256, whichever of the session's keys it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// The next key that the dice give.
    #[must_use]
    pub fn roll(dice: &mut Dice) -> Self {
        let mut bytes = [0; 32];
        for lane in bytes.chunks_exact_mut(8) {
            lane.copy_from_slice(&dice.bits().to_le_bytes());
        }
        Self(bytes)
    }

    /// The key of exactly these bytes; `None` where they are not 32.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads a key as people write one: 44 characters of Base64 (or 43, without the `=`), 64 of
    /// hex, or 32 that are the key themselves, as some clients have it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.len() {
            32 => Self::of(text.as_bytes()),
            64 => Self::of(&from_hex(text)?),
            _ => Self::of(&from_base64(text.as_bytes())?),
        }
    }

    /// The key in Base64, for whoever may know it.
    #[must_use]
    pub fn to_base64(&self) -> String {
        base64(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(..)")
    }
}

/// Bytes written in hex.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// Bytes in hex, lower case.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", Key([65; 32])), "Key(..)");
    }

    #[test]
    fn a_key_is_read_from_base64_hex_and_its_own_32_characters() {
        let key = Key(*b"0123456789abcdef0123456789ABCDEF");

        assert_eq!(Key::read("0123456789abcdef0123456789ABCDEF"), Some(key));
        assert_eq!(Key::read(&key.to_base64()), Some(key));
        assert_eq!(Key::read(key.to_base64().trim_end_matches('=')), Some(key));
        assert_eq!(Key::read(&to_hex(&key.0)), Some(key));
        assert_eq!(Key::read(&to_hex(&key.0).to_uppercase()), Some(key));
        assert_eq!(Key::read("c2hvcnQ="), None);
    }

    #[test]
    fn the_same_dice_give_the_same_key() {
        let roll = |seed| Key::roll(&mut Dice::new(seed, 1, b"key"));

        assert_eq!(roll(1), roll(1));
        assert_ne!(roll(1), roll(2));
    }
}
