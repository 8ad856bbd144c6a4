//! Ways of encrypting that are not the network's, tried one after the other.

use aes::{
    Aes128, Aes192, Aes256,
    cipher::{Array, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _},
};

use super::{KeyName, Known};
use crate::gstn::{
    key::{Key, to_hex},
    primitives::{BLOCK, unpadded},
};

/// How blocks were put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Each block alone, the last one padded as it should be.
    Ecb,
    /// Each block alone, the last one filled up with zeros.
    EcbZeros,
    /// A chain that begins with zeros.
    CbcZeros,
    /// A chain that begins with its own first block.
    CbcInFront,
    /// A chain that begins with the key's first 16 bytes.
    CbcKey,
    /// GCM: 12 bytes in front, a tag of 16 behind.
    Gcm,
}

impl Mode {
    const ALL: [Self; 6] =
        [Self::Ecb, Self::CbcZeros, Self::CbcInFront, Self::CbcKey, Self::Gcm, Self::EcbZeros];

    /// Undoes it; `None` where lengths or padding do not fit.
    fn undo(self, aes: &Aes, key: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let padded = |plain: Vec<u8>| Some(plain[..unpadded(&plain)?].to_vec());
        match self {
            Self::Ecb => padded(aes.blocks(sealed)?),
            Self::EcbZeros => {
                let plain = aes.blocks(sealed)?;
                let end = plain.iter().rposition(|byte| *byte != 0)? + 1;
                Some(plain[..end].to_vec())
            }
            Self::CbcZeros => padded(aes.chain(&[0; BLOCK], sealed)?),
            Self::CbcInFront => {
                let (first, rest) = sealed.split_at_checked(BLOCK)?;
                padded(aes.chain(first, rest)?)
            }
            Self::CbcKey => padded(aes.chain(key.get(..BLOCK)?, sealed)?),
            Self::Gcm => {
                let (nonce, rest) = sealed.split_at_checked(12)?;
                Some(aes.counted(nonce, &rest[..rest.len().checked_sub(16)?]))
            }
        }
    }
}

/// What was taken for the key's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Its 32 bytes, as it should be.
    Bytes,
    /// The first half of them, as AES-128 takes.
    Half,
    /// The first 32 characters of its Base64: libraries cut longer keys off without a word.
    Base64Text,
    /// The first 32 characters of its hex, likewise.
    HexText,
}

impl Reading {
    const ALL: [Self; 4] = [Self::Bytes, Self::Half, Self::Base64Text, Self::HexText];

    fn of(self, key: &Key) -> Vec<u8> {
        match self {
            Self::Bytes => key.0.to_vec(),
            Self::Half => key.0[..16].to_vec(),
            Self::Base64Text => key.to_base64().into_bytes()[..32].to_vec(),
            Self::HexText => to_hex(&key.0).into_bytes()[..32].to_vec(),
        }
    }
}

/// A way that opens.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) key: KeyName,
    pub(super) reading: Reading,
    pub(super) mode: Mode,
    pub(super) plain: Vec<u8>,
}

/// The first way that gives something of which `is_it` holds. The right key comes first, then the
/// others; of each, the right way comes first.
pub(super) fn first(
    known: &Known<'_>,
    sealed: &[u8],
    is_it: impl Fn(&[u8]) -> bool,
) -> Option<Found> {
    known.all().find_map(|(name, key)| {
        Reading::ALL.into_iter().find_map(|reading| {
            let bytes = reading.of(key);
            let aes = Aes::of(&bytes)?;
            Mode::ALL.into_iter().find_map(|mode| {
                let plain = mode.undo(&aes, &bytes, sealed).filter(|plain| is_it(plain))?;
                Some(Found { key: name, reading, mode, plain })
            })
        })
    })
}

/// What comes out of whole blocks, whatever the padding; cut off or filled up to a key.
pub(super) fn undone(key: &Key, sealed: &[u8]) -> Key {
    let plain = Aes::of(&key.0).and_then(|aes| aes.blocks(sealed)).unwrap_or_default();
    let mut made = Key([0; 32]);
    made.0.iter_mut().zip(plain).for_each(|(byte, plain)| *byte = plain);
    made
}

/// AES with a key of any length that there is.
enum Aes {
    Short(Box<Aes128>),
    Middle(Box<Aes192>),
    Long(Box<Aes256>),
}

impl Aes {
    fn of(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Some(Self::Short(Box::new(Aes128::new_from_slice(key).ok()?))),
            24 => Some(Self::Middle(Box::new(Aes192::new_from_slice(key).ok()?))),
            32 => Some(Self::Long(Box::new(Aes256::new_from_slice(key).ok()?))),
            _ => None,
        }
    }

    /// Decrypts whole blocks.
    fn blocks(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        if sealed.is_empty() || !sealed.len().is_multiple_of(BLOCK) {
            return None;
        }
        let mut plain = sealed.to_vec();
        let (blocks, _) = Array::slice_as_chunks_mut(&mut plain);
        match self {
            Self::Short(aes) => aes.decrypt_blocks(blocks),
            Self::Middle(aes) => aes.decrypt_blocks(blocks),
            Self::Long(aes) => aes.decrypt_blocks(blocks),
        }
        Some(plain)
    }

    /// Decrypts a chain that begins with `start`.
    fn chain(&self, start: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let mut plain = self.blocks(sealed)?;
        let before = start.iter().chain(sealed);
        for (byte, before) in plain.iter_mut().zip(before) {
            *byte ^= before;
        }
        Some(plain)
    }

    /// Decrypts GCM's counted blocks; the tag is not looked at.
    fn counted(&self, nonce: &[u8], sealed: &[u8]) -> Vec<u8> {
        let mut plain = sealed.to_vec();
        // The count 1 makes the tag.
        for (count, part) in (2_u32..).zip(plain.chunks_mut(BLOCK)) {
            let mut block = Array::default();
            block[..12].copy_from_slice(nonce);
            block[12..].copy_from_slice(&count.to_be_bytes());
            match self {
                Self::Short(aes) => aes.encrypt_block(&mut block),
                Self::Middle(aes) => aes.encrypt_block(&mut block),
                Self::Long(aes) => aes.encrypt_block(&mut block),
            }
            for (byte, mask) in part.iter_mut().zip(block) {
                *byte ^= mask;
            }
        }
        plain
    }
}
