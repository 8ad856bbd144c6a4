//! The network's ciphers over whole buffers: AES-256-ECB with PKCS#7, HMAC-SHA256, Base64.
//!
//! ECB has no place in anything new. It is what the network speaks, and equal blocks show as equal
//! here as they do there.

use aes::{
    Aes256,
    cipher::{Block, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _},
};
use base64_simd::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::key::Key;

/// Bytes of an AES block.
pub const BLOCK: usize = 16;

/// Why bytes are not what AES-256-ECB with PKCS#7 gives.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CipherError {
    /// Not a positive number of blocks.
    #[error("{0} bytes are no whole number of 16-byte blocks")]
    Length(usize),
    /// The last bytes are no PKCS#7 padding: another key, or another mode.
    #[error("the padding does not fit")]
    Padding,
}

/// Encrypts a text of any length.
#[must_use]
pub fn encrypt_ecb(key: &Key, plain: &[u8]) -> Vec<u8> {
    let mut buffer = Vec::with_capacity(plain.len() + BLOCK);
    buffer.extend_from_slice(plain);
    encrypt_ecb_in_place(key, &mut buffer);
    buffer
}

/// Pads and encrypts what is in the buffer; all its blocks at once, as many side by side as the
/// processor can.
pub fn encrypt_ecb_in_place(key: &Key, buffer: &mut Vec<u8>) {
    pad(buffer);
    encrypt_blocks(&cipher(key), buffer);
}

/// Decrypts a text.
///
/// # Errors
///
/// A length that is none, or a padding that does not fit.
pub fn decrypt_ecb(key: &Key, sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
    let mut buffer = sealed.to_vec();
    decrypt_ecb_in_place(key, &mut buffer)?;
    Ok(buffer)
}

/// Decrypts what is in the buffer and takes the padding off.
///
/// # Errors
///
/// As [`decrypt_ecb`]; the buffer is then of no use.
pub fn decrypt_ecb_in_place(key: &Key, buffer: &mut Vec<u8>) -> Result<(), CipherError> {
    if buffer.is_empty() || !buffer.len().is_multiple_of(BLOCK) {
        return Err(CipherError::Length(buffer.len()));
    }
    let (blocks, _) = Block::<Aes256>::slice_as_chunks_mut(buffer);
    cipher(key).decrypt_blocks(blocks);
    let length = unpadded(buffer).ok_or(CipherError::Padding)?;
    buffer.truncate(length);
    Ok(())
}

/// The key made ready.
pub(super) fn cipher(key: &Key) -> Aes256 {
    Aes256::new(&key.0.into())
}

/// Encrypts whole blocks.
pub(super) fn encrypt_blocks(cipher: &Aes256, blocks: &mut [u8]) {
    let (blocks, rest) = Block::<Aes256>::slice_as_chunks_mut(blocks);
    debug_assert!(rest.is_empty(), "the caller pads");
    cipher.encrypt_blocks(blocks);
}

/// Adds PKCS#7 padding: 1 to 16 bytes, each the number of them.
pub(super) fn pad(buffer: &mut Vec<u8>) {
    let more = BLOCK - buffer.len() % BLOCK;
    // At most 16, so it fits.
    buffer.resize(buffer.len() + more, u8::try_from(more).unwrap_or(0));
}

/// The length without PKCS#7 padding, where there is one.
pub(super) fn unpadded(plain: &[u8]) -> Option<usize> {
    let &last = plain.last()?;
    let more = usize::from(last);
    let length = plain.len().checked_sub(more)?;
    let fits = (1..=BLOCK).contains(&more) && plain[length..].iter().all(|byte| *byte == last);
    fits.then_some(length)
}

/// HMAC-SHA256 of a message.
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = mac(key);
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// An HMAC-SHA256 begun.
pub(super) fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("an HMAC takes keys of any length")
}

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Standard Base64 with padding.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode_to_string(bytes)
}

/// Adds standard Base64 with padding to a buffer.
pub fn base64_append(bytes: &[u8], out: &mut Vec<u8>) {
    STANDARD.encode_append(bytes, out);
}

/// Reads standard Base64 as Java's decoders do: line breaks are skipped, padding may be missing.
#[must_use]
pub fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    base64_simd::forgiving_decode_to_vec(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: Key = Key([7; 32]);

    #[test]
    fn equal_blocks_are_equal_when_encrypted() {
        let sealed = encrypt_ecb(&KEY, &[9; 32]);

        assert_eq!(sealed.len(), 48, "a whole block of padding");
        assert_eq!(sealed[..16], sealed[16..32]);
    }

    #[test]
    fn what_is_no_whole_number_of_blocks_is_told_by_its_length() {
        assert_eq!(decrypt_ecb(&KEY, &[0; 17]), Err(CipherError::Length(17)));
        assert_eq!(decrypt_ecb(&KEY, &[]), Err(CipherError::Length(0)));
    }

    #[test]
    fn padding_is_one_to_sixteen_equal_bytes() {
        assert_eq!(unpadded(&[1; 16]), Some(15));
        assert_eq!(unpadded(&[16; 16]), Some(0));
        assert_eq!(unpadded(&[0; 16]), None);
        assert_eq!(unpadded(&[17; 32]), None);
        assert_eq!(unpadded(&[3, 2, 3]), None);
        assert_eq!(unpadded(&[]), None);
    }

    #[test]
    fn base64_is_read_with_line_breaks_and_without_padding() {
        let bytes = Some(b"575757".to_vec());
        assert_eq!(from_base64(b"NTc1NzU3"), bytes);
        assert_eq!(from_base64(b"NTc1\r\nNzU3\n"), bytes);
        assert_eq!(from_base64(b"NTc1NzU"), Some(b"57575".to_vec()));
        assert_eq!(from_base64(b"NTc1NzU="), Some(b"57575".to_vec()));
        assert_eq!(from_base64(b"NTc1Nz-_"), None);
    }

    proptest! {
        #[test]
        fn what_was_encrypted_is_decrypted(
            key in any::<[u8; 32]>(),
            plain in proptest::collection::vec(any::<u8>(), 0..600),
        ) {
            let key = Key(key);
            let sealed = encrypt_ecb(&key, &plain);
            prop_assert_eq!(sealed.len(), (plain.len() / 16 + 1) * 16);
            prop_assert_eq!(decrypt_ecb(&key, &sealed), Ok(plain));
        }
    }
}
