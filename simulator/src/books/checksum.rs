//! Checksums: SHA-256 over a short canonical text.

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

/// A text on its way to its checksum; words are kept apart by `|`.
#[derive(Clone, Debug)]
pub(crate) struct Checksum {
    hasher: Sha256,
    buffer: [u8; 256],
    length: usize,
}

impl Checksum {
    /// Begins with a word.
    pub(crate) fn of(word: &str) -> Self {
        let mut new = Self::nothing();
        new.raw(word.as_bytes());
        new
    }

    /// Begins with nothing: an empty section's checksum, if nothing follows.
    pub(crate) fn nothing() -> Self {
        Self { hasher: Sha256::new(), buffer: [0; 256], length: 0 }
    }

    pub(crate) fn word(&mut self, word: &str) {
        self.raw(b"|");
        self.raw(word.as_bytes());
    }

    pub(crate) fn number(&mut self, number: i64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut left = number.unsigned_abs();
        while left > 0 || at == digits.len() {
            at -= 1;
            digits[at] = b'0' + u8::try_from(left % 10).unwrap_or(0);
            left /= 10;
        }
        self.raw(if number < 0 { b"|-" } else { b"|" });
        self.raw(&digits[at..]);
    }

    pub(crate) fn day(&mut self, day: Date) {
        let number =
            i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day());
        self.number(number);
    }

    /// Bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        if self.length + bytes.len() > self.buffer.len() {
            self.hasher.update(&self.buffer[..self.length]);
            self.length = 0;
        }
        if bytes.len() > self.buffer.len() {
            self.hasher.update(bytes);
            return;
        }
        self.buffer[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    /// The checksum, 64 hex digits.
    pub(crate) fn hex(mut self) -> String {
        self.hasher.update(&self.buffer[..self.length]);
        let mut text = vec![0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.hasher.finalize()) {
            let digit = |four: u8| b"0123456789abcdef"[usize::from(four & 15)];
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte)]);
        }
        String::from_utf8(text).expect("hex digits are ASCII")
    }
}

/// The checksum of many, in their order.
pub(crate) fn of_all<'a>(checksums: impl IntoIterator<Item = &'a str>) -> String {
    let mut all = Checksum::nothing();
    checksums.into_iter().for_each(|one| all.raw(one.as_bytes()));
    all.hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_the_checksum_that_all_empty_sections_have() {
        assert_eq!(of_all([]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_text_is_hashed_as_one_however_long() {
        let long = "x".repeat(300);
        let mut parts = Checksum::of("a");
        parts.number(-12);
        parts.word(&long);
        assert_eq!(parts.hex(), of_all([format!("a|-12|{long}").as_str()]));
    }
}
