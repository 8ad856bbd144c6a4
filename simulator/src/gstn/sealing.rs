//! Base64 in AES in Base64, with an HMAC over the inner Base64: one pass, whatever the amount.
//!
//! A turn takes so much JSON that its Base64 is whole AES blocks and these are whole groups of the
//! outer Base64. What a turn works on stays in the processor's cache, and nothing grows with the
//! amount but what the caller keeps.

use aes::Aes256;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::{
    key::Key,
    primitives::{base64_append, cipher, encrypt_blocks, mac, pad},
};

/// JSON of one turn: 36 bytes are 48 characters are 3 blocks are 64 characters.
const TURN: usize = 36 * 512;

/// Seals JSON as it comes.
pub struct Sealer {
    cipher: Aes256,
    mac: Option<Hmac<Sha256>>,
    /// JSON that does not fill a turn yet.
    held: Vec<u8>,
    /// The turn's inner Base64, and then its cipher text.
    inner: Vec<u8>,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sealer").finish_non_exhaustive()
    }
}

impl Sealer {
    /// Begins a text that an HMAC under the same key goes with.
    #[must_use]
    pub fn with_mac(key: &Key) -> Self {
        Self { mac: Some(mac(&key.0)), ..Self::without_mac(key) }
    }

    /// Begins a text without one, as in the files of large returns.
    #[must_use]
    pub fn without_mac(key: &Key) -> Self {
        Self { cipher: cipher(key), mac: None, held: Vec::new(), inner: Vec::new() }
    }

    /// Takes more JSON, and adds to `out` what is sealed of it.
    pub fn push(&mut self, mut json: &[u8], out: &mut Vec<u8>) {
        if !self.held.is_empty() {
            let wanted = json.len().min(TURN - self.held.len());
            self.held.extend_from_slice(&json[..wanted]);
            json = &json[wanted..];
            if self.held.len() == TURN {
                let held = std::mem::take(&mut self.held);
                self.turn(&held, out);
                self.held = held;
                self.held.clear();
            }
        }
        let mut turns = json.chunks_exact(TURN);
        for turn in turns.by_ref() {
            self.turn(turn, out);
        }
        self.held.extend_from_slice(turns.remainder());
    }

    /// Adds to `out` what is left, and gives the HMAC; zeros where there is none.
    pub fn finish(mut self, out: &mut Vec<u8>) -> [u8; 32] {
        self.inner.clear();
        base64_append(&self.held, &mut self.inner);
        if let Some(mac) = &mut self.mac {
            mac.update(&self.inner);
        }
        pad(&mut self.inner);
        encrypt_blocks(&self.cipher, &mut self.inner);
        base64_append(&self.inner, out);
        self.mac.map_or([0; 32], |mac| mac.finalize().into_bytes().into())
    }

    fn turn(&mut self, json: &[u8], out: &mut Vec<u8>) {
        self.inner.clear();
        base64_append(json, &mut self.inner);
        if let Some(mac) = &mut self.mac {
            mac.update(&self.inner);
        }
        encrypt_blocks(&self.cipher, &mut self.inner);
        base64_append(&self.inner, out);
    }
}

/// How long the sealed text of so much JSON is, in bytes.
#[must_use]
pub fn sealed_length(json: usize) -> usize {
    let inner = json.div_ceil(3) * 4;
    let blocks = (inner / 16 + 1) * 16;
    blocks.div_ceil(3) * 4
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gstn::primitives::{base64, encrypt_ecb, hmac_sha256};

    const KEY: Key = Key([3; 32]);

    fn in_pieces(json: &[u8], piece: usize) -> (Vec<u8>, [u8; 32]) {
        let mut out = Vec::new();
        let mut sealer = Sealer::with_mac(&KEY);
        for piece in json.chunks(piece) {
            sealer.push(piece, &mut out);
        }
        let mac = sealer.finish(&mut out);
        (out, mac)
    }

    fn by_the_book(json: &[u8]) -> (Vec<u8>, [u8; 32]) {
        let inner = base64(json);
        let sealed = base64(&encrypt_ecb(&KEY, inner.as_bytes()));
        (sealed.into_bytes(), hmac_sha256(&KEY.0, inner.as_bytes()))
    }

    #[test]
    fn nothing_is_sealed_as_one_block_of_padding() {
        assert_eq!(in_pieces(b"", 1), by_the_book(b""));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn pieces_seal_as_the_whole_does(
            length in prop_oneof![0..200_usize, TURN - 2..TURN + 2, TURN * 2 - 2..TURN * 3],
            piece in prop_oneof![1..50_usize, 1_000..50_000_usize],
        ) {
            let json: Vec<u8> = (0..=250_u8).cycle().take(length).collect();
            let (sealed, mac) = in_pieces(&json, piece);
            prop_assert_eq!(sealed.len(), sealed_length(length));
            prop_assert_eq!((sealed, mac), by_the_book(&json));
        }
    }
}
