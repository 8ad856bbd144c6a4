//! Tokens, keys and ids: letters and digits that mean nothing to a reader.
//!
//! A stand-in is as long and is made of the same letters, so that it passes where the original did.
//! Numbers are zeros but for their last five digits, hexadecimal ones but for their last eight, a UUID
//! but for its last twelve; all others begin with `SAMPLE`.

use gsp_simulator::model::dice::Dice;

use crate::recording::forms::SHORTEST_HEX;

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const MARK: &str = "SAMPLE";
const UUID: &str = "00000000-0000-4000-8000-";

/// So many letters of an alphabet.
#[must_use]
pub fn fill(dice: &mut Dice, alphabet: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(alphabet[dice.below(alphabet.len())])).collect()
}

/// A stand-in of letters and digits, so long or as long as it takes.
#[must_use]
pub fn plain(dice: &mut Dice, length: usize) -> String {
    let more = length.saturating_sub(MARK.len()).max(4);
    format!("{MARK}{}", fill(dice, LETTERS, more))
}

/// A stand-in for a token.
#[must_use]
pub fn token(original: &str, dice: &mut Dice) -> String {
    if is_uuid(original) {
        let tail = fill(dice, b"0123456789abcdef", 12);
        let new = format!("{UUID}{tail}");
        return if original.bytes().any(|byte| byte.is_ascii_uppercase()) {
            new.to_ascii_uppercase()
        } else {
            new
        };
    }
    if original.bytes().all(|byte| byte.is_ascii_digit()) && original.len() > 3 {
        return mostly_zeros(original.len(), 5, b"0123456789", dice);
    }
    let (head, hex) = hex_of(original);
    if hex.len() >= SHORTEST_HEX {
        let upper = hex.bytes().any(|byte| byte.is_ascii_uppercase());
        let alphabet: &[u8] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        let new = mostly_zeros(hex.len(), 8, alphabet, dice);
        // With no letter in it, it would be taken for a number.
        let letter = char::from(alphabet[10 + dice.below(6)]);
        let (zeros, rest) = new.split_at(hex.len() - tail(hex.len(), 8));
        return format!("{head}{zeros}{letter}{}", &rest[1..]);
    }
    if original.contains('.') && original.len() > 20 {
        let version = |part: &str| matches!(part, "v1" | "v2" | "v3" | "v4" | "local" | "public");
        let parts = original
            .split('.')
            .map(|part| if version(part) { part.to_owned() } else { plain(dice, part.len()) });
        return parts.collect::<Vec<_>>().join(".");
    }
    let body = original.trim_end_matches('=');
    let padding = &original[body.len()..];
    let mut new = plain(dice, body.len());
    if !padding.is_empty() && new.len() == body.len() {
        // Bits that the padding leaves over are zero.
        new.pop();
        new.push('A');
    }
    new + padding
}

/// Whether a text is one of these.
#[must_use]
pub fn is_ours(text: &str) -> bool {
    if is_uuid(text) {
        return text.starts_with(UUID);
    }
    if text.len() > 3 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return is_mostly_zeros(text, 5);
    }
    let (_, hex) = hex_of(text);
    if hex.len() >= SHORTEST_HEX {
        return is_mostly_zeros(hex, 8);
    }
    let version = |part: &&str| !matches!(*part, "v1" | "v2" | "v3" | "v4" | "local" | "public");
    let is_part = |part: &str| {
        let rest = part.trim_end_matches('=').strip_prefix(MARK);
        rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    let mut parts = text.split('.').filter(version).peekable();
    parts.peek().is_some() && parts.all(is_part)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A few capitals that lead to a hexadecimal number, and that number; empty where it is none.
fn hex_of(text: &str) -> (&str, &str) {
    let one_case = |hex: &str| {
        !hex.is_empty()
            && (hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
                || hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')))
    };
    let head =
        text.bytes().take(8).take_while(|byte| byte.is_ascii_uppercase() || b"_-".contains(byte));
    for at in 0..=head.count() {
        if let Some(hex) = text.get(at..).filter(|hex| one_case(hex)) {
            return (&text[..at], hex);
        }
    }
    (text, "")
}

/// So many digits at the end of a number that are not zero.
fn tail(length: usize, most: usize) -> usize {
    most.min(length / 2)
}

fn mostly_zeros(length: usize, most: usize, alphabet: &[u8], dice: &mut Dice) -> String {
    let tail = tail(length, most);
    "0".repeat(length - tail) + &fill(dice, alphabet, tail)
}

fn is_mostly_zeros(text: &str, most: usize) -> bool {
    text.bytes().take(text.len() - tail(text.len(), most)).all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_stand_in_has_the_form_of_its_original() {
        let mut dice = Dice::new(1, 1, b"tokens");
        let mut of = |text: &str| token(text, &mut dice);
        assert!(of("0b0e5a4a-6d9c-4b3e-9a51-1f0c3d2e4b5a").starts_with(UUID));
        let id = of("TID0123456789abcdef0123456789abcdef");
        assert!(id.starts_with("TID000000000000000000000000") && id.len() == 35, "{id}");
        let base64 = of("c2ltLWF0dGVzdHI6c2ltLXNlY3JldA==");
        assert!(
            base64.starts_with(MARK) && base64.ends_with("A==") && base64.len() == 32,
            "{base64}"
        );
        let paseto = of("v4.public.abcdefghijklmnopqrstuvwxyzABCDEFGH");
        assert!(paseto.starts_with("v4.public.SAMPLE"), "{paseto}");
    }

    proptest! {
        #[test]
        fn a_stand_in_is_known_for_one(seed in any::<u64>(), text in "[A-Za-z0-9_-]{1,40}[=]{0,2}|[0-9a-f]{16,64}|TID[0-9a-f]{32}|[0-9]{4,20}|[a-z]{5,30}\\.[a-z]{5,30}\\.[a-z]{1,9}") {
            let new = token(&text, &mut Dice::new(seed, 1, b"tokens"));
            prop_assert!(is_ours(&new), "{} -> {}", text, new);
        }
    }
}
