//! Checksums, as GSTN gives every document one.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// SHA-256 of a text, in hex.
#[must_use]
pub(super) fn of(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// SHA-256 of many checksums, one after the other; that of nothing where there are none.
#[must_use]
pub(super) fn of_all<'a>(checksums: impl Iterator<Item = &'a str>) -> String {
    let mut sum = Sha256::new();
    checksums.for_each(|checksum| sum.update(checksum.as_bytes()));
    hex(&sum.finalize())
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
