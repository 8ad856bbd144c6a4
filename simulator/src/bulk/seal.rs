//! The sealed content of a file: JSON in base64, under AES-256 in ECB mode, in base64 again.
//!
//! A piece of 36 bytes of JSON is 48 of base64, three blocks of AES and 64 characters in the end, so
//! a long text is sealed piece by piece and nothing is carried from one to the next.

use std::io::{self, Write};

use aes::{
    Aes256,
    cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _, array::Array},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use thiserror::Error;

use super::FileKey;

const BLOCK: usize = 16;

/// So much JSON is sealed at once, in bytes; what comes out is a third longer twice over.
const PIECE: usize = 36 * 1024;

/// Why a sealed content cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// The outer base64 is none.
    #[error("the content is no base64")]
    Outer,
    /// The number of bytes fits no cipher text.
    #[error("the cipher text has {0} bytes, which are no whole blocks of 16")]
    Blocks(usize),
    /// The padding is wrong: another key, most likely.
    #[error("the content does not open with this key")]
    Key,
    /// The inner base64 is none.
    #[error("what the key opens is no base64")]
    Inner,
}

impl SealError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Outer => "the member holds base64, in double quotes or without them",
            Self::Blocks(_) => "the file is cut off, or something was changed on its way",
            Self::Key => "each token has a key of its own: the `ek` beside the links of this file",
            Self::Inner => "the key opens the base64 of the JSON, not the JSON itself",
        }
    }
}

/// How long the sealed content of so much JSON is, in bytes.
#[must_use]
pub const fn sealed_length(json: u64) -> u64 {
    let inner = json.div_ceil(3) * 4;
    let padded = (inner / BLOCK as u64 + 1) * BLOCK as u64;
    padded.div_ceil(3) * 4
}

/// Writes the sealed content, some 64 KiB at a time.
///
/// # Errors
///
/// What `out` says.
pub fn seal(key: &FileKey, json: &[u8], out: &mut impl Write) -> io::Result<()> {
    let cipher = Aes256::new(&Array::from(key.0));
    let mut inner = vec![0; PIECE / 3 * 4 + 2 * BLOCK];
    let mut outer = vec![0; inner.len().div_ceil(3) * 4];
    let whole = json.len() / PIECE * PIECE;
    for piece in json[..whole].chunks(PIECE) {
        let length = encode(piece, &mut inner);
        encrypt(&cipher, &mut inner[..length]);
        let length = encode(&inner[..length], &mut outer);
        out.write_all(&outer[..length])?;
    }
    let mut length = encode(&json[whole..], &mut inner);
    let padding = BLOCK - length % BLOCK;
    inner[length..length + padding].fill(u8::try_from(padding).unwrap_or_default());
    length += padding;
    encrypt(&cipher, &mut inner[..length]);
    let length = encode(&inner[..length], &mut outer);
    out.write_all(&outer[..length])
}

fn encode(bytes: &[u8], into: &mut [u8]) -> usize {
    BASE64_STANDARD.encode_slice(bytes, into).expect("there is room for a third more")
}

fn encrypt(cipher: &Aes256, bytes: &mut [u8]) {
    let (blocks, _) = Array::slice_as_chunks_mut(bytes);
    cipher.encrypt_blocks(blocks);
}

/// Opens a sealed content, in double quotes or without them.
///
/// # Errors
///
/// The first layer that does not open.
pub fn open(key: &FileKey, content: &[u8]) -> Result<Vec<u8>, SealError> {
    let content = content.trim_ascii();
    let content = content.strip_prefix(b"\"").unwrap_or(content);
    let content = content.strip_suffix(b"\"").unwrap_or(content);
    let mut inner = BASE64_STANDARD.decode(content).map_err(|_| SealError::Outer)?;
    let (blocks, rest) = Array::slice_as_chunks_mut(&mut inner);
    if blocks.is_empty() || !rest.is_empty() {
        return Err(SealError::Blocks(inner.len()));
    }
    Aes256::new(&Array::from(key.0)).decrypt_blocks(blocks);
    let padding = usize::from(*inner.last().unwrap_or(&0));
    let length = inner.len().saturating_sub(padding);
    let sound = (1..=BLOCK).contains(&padding)
        && inner[length..].iter().all(|byte| usize::from(*byte) == padding);
    if !sound {
        return Err(SealError::Key);
    }
    inner.truncate(length);
    BASE64_STANDARD.decode(inner).map_err(|_| SealError::Inner)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The bytes 60, 61 … 7f, hexadecimal.
    fn key() -> FileKey {
        FileKey(std::array::from_fn(|at| 0x60 + u8::try_from(at).unwrap_or_default()))
    }

    fn sealed(json: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        seal(&key(), json, &mut out).expect("a vector takes all");
        out
    }

    #[test]
    fn the_content_is_what_openssl_makes() {
        let json = br#"{"gstin":"29ZZZCF0001Q1ZY","ret_period":"042025"}"#;
        let expected = "h1WV3Rp5NM6AQOHoyEvtH+jiC3/z/8UKL+yQilmrepb6WInl5OYKD+F45b6m5oTR60dDAUfy\
                        MOFvl871T5kzhSTfE2MwNX+pCzFIm/clumY=";
        assert_eq!(String::from_utf8_lossy(&sealed(json)), expected);
    }

    #[test]
    fn quotes_around_the_content_do_not_matter() {
        let quoted = [b"\"", sealed(b"{}").as_slice(), b"\"\n"].concat();
        assert_eq!(open(&key(), &quoted), Ok(b"{}".to_vec()));
    }

    #[test]
    fn each_layer_says_that_it_is_the_one_that_does_not_open() {
        assert_eq!(open(&key(), b"{}"), Err(SealError::Outer));
        assert_eq!(open(&key(), b"AAAA"), Err(SealError::Blocks(3)));
        assert_eq!(open(&key(), b""), Err(SealError::Blocks(0)));
        assert_eq!(open(&FileKey([7; 32]), &sealed(b"{}")), Err(SealError::Key));
        let mut raw = *b"{\"b2b\":[]}\x06\x06\x06\x06\x06\x06";
        encrypt(&Aes256::new(&Array::from(key().0)), &mut raw);
        assert_eq!(open(&key(), BASE64_STANDARD.encode(raw).as_bytes()), Err(SealError::Inner));
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_and_is_as_long_as_foretold(
            length in prop_oneof![0..200_usize, PIECE - 40..PIECE + 40, 2 * PIECE - 9..2 * PIECE + 9],
            first in any::<u8>(),
        ) {
            let step = |at: usize| first.wrapping_add(u8::try_from(at % 251).unwrap_or(0));
            let json: Vec<u8> = (0..length).map(step).collect();
            let sealed = sealed(&json);
            prop_assert_eq!(sealed.len() as u64, sealed_length(json.len() as u64));
            prop_assert_eq!(open(&key(), &sealed), Ok(json));
        }
    }
}
