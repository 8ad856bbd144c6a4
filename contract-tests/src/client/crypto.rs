//! A client's own crypto, written from the network's description and not from the simulator's code:
//! what both sides get wrong alike would otherwise be right.

use std::fmt::Write as _;

use aes::{
    Aes256,
    cipher::{Array, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _},
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hmac::{Hmac, Mac as _};
use rand::{SeedableRng as _, rngs::ChaCha8Rng};
use rsa::{
    BoxedUint, Oaep, Pkcs1v15Encrypt, RsaPublicKey,
    hazmat::rsa_encrypt,
    traits::{PaddingScheme as _, PublicKeyParts as _},
};
use sha2::{Digest as _, Sha256};

/// 32 bytes for AES-256 and HMAC-SHA256.
pub type Key = [u8; 32];

const BLOCK: usize = 16;

/// Base64 that is written with `=` and read with or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How a text is padded before RSA takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// PKCS#1 v1.5 for encryption: the network's.
    Pkcs1,
    /// PKCS#1 v1.5 as signatures have it: block type 1.
    Pkcs1OfSignatures,
    /// OAEP with SHA-1.
    Oaep,
    /// OAEP with SHA-256.
    OaepSha256,
    /// None.
    None,
}

/// Standard Base64.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Reads Base64.
#[must_use]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.trim()).ok()
}

/// Bytes in hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// AES-256-ECB with PKCS#7.
#[must_use]
pub fn encrypt(key: &Key, plain: &[u8]) -> Vec<u8> {
    let cipher = Aes256::new(&(*key).into());
    let mut out = padded(plain);
    for block in out.chunks_exact_mut(BLOCK) {
        if let Ok(block) = <&mut Array<u8, _>>::try_from(block) {
            cipher.encrypt_block(block);
        }
    }
    out
}

/// AES-256-CBC with PKCS#7 and the key's first bytes as vector: what many libraries do unless told
/// otherwise.
#[must_use]
pub fn encrypt_cbc(key: &Key, plain: &[u8]) -> Vec<u8> {
    let cipher = Aes256::new(&(*key).into());
    let mut out = padded(plain);
    let mut before = [0; BLOCK];
    before.copy_from_slice(&key[..BLOCK]);
    for block in out.chunks_exact_mut(BLOCK) {
        for (byte, mask) in block.iter_mut().zip(before) {
            *byte ^= mask;
        }
        if let Ok(block) = <&mut Array<u8, _>>::try_from(&mut *block) {
            cipher.encrypt_block(block);
        }
        before.copy_from_slice(block);
    }
    out
}

/// Opens AES-256-ECB with PKCS#7; `None` where the key or the length is another.
#[must_use]
pub fn decrypt(key: &Key, sealed: &[u8]) -> Option<Vec<u8>> {
    if sealed.is_empty() || !sealed.len().is_multiple_of(BLOCK) {
        return None;
    }
    let cipher = Aes256::new(&(*key).into());
    let mut out = sealed.to_vec();
    for block in out.chunks_exact_mut(BLOCK) {
        cipher.decrypt_block(<&mut Array<u8, _>>::try_from(block).ok()?);
    }
    let padding = *out.last()?;
    let length = out.len().checked_sub(padding.into())?;
    let fits = (1..=16).contains(&padding) && out[length..].iter().all(|byte| *byte == padding);
    out.truncate(length);
    fits.then_some(out)
}

fn padded(plain: &[u8]) -> Vec<u8> {
    let more = BLOCK - plain.len() % BLOCK;
    let mut out = plain.to_vec();
    out.resize(plain.len() + more, u8::try_from(more).unwrap_or_default());
    out
}

/// HMAC-SHA256.
#[must_use]
pub fn hmac(key: &Key, message: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Key {
    Sha256::digest(bytes).into()
}

/// Encrypts with a public key; `seed` makes the padding, so that the same call gives the same
/// bytes.
#[must_use]
pub fn rsa(key: &RsaPublicKey, padding: Padding, plain: &[u8], seed: u64) -> Option<Vec<u8>> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let raw = |padded: &[u8]| {
        let number = BoxedUint::from_be_slice(padded, key.n_bits_precision()).ok()?;
        let bytes = rsa_encrypt(key, &number).ok()?.to_be_bytes();
        let size = key.size();
        let bytes = &bytes[bytes.len().checked_sub(size)?..];
        Some(bytes.to_vec())
    };
    match padding {
        Padding::Pkcs1 => Pkcs1v15Encrypt.encrypt(&mut dice, key, plain).ok(),
        Padding::Oaep => Oaep::<sha1::Sha1>::new().encrypt(&mut dice, key, plain).ok(),
        Padding::OaepSha256 => Oaep::<Sha256>::new().encrypt(&mut dice, key, plain).ok(),
        Padding::None => raw(plain),
        Padding::Pkcs1OfSignatures => {
            let filling = key.size().checked_sub(plain.len() + 3)?;
            raw(&[&[0, 1][..], &vec![0xff; filling], &[0], plain].concat())
        }
    }
}
