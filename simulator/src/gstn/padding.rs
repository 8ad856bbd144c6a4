//! What stands around a text before RSA takes it: PKCS#1 v1.5, OAEP, or nothing.
//!
//! The `rsa` crate answers a wrong padding with made-up bytes, so that nobody learns from it.
//! Here learning from it is the purpose, and the keys protect nothing: so paddings are read here.

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// A padding that is not the network's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oaep {
    /// SHA-1 all through, as most libraries have it unless told otherwise.
    Sha1,
    /// SHA-256 all through.
    Sha256,
    /// SHA-256 with a mask by SHA-1, as Java's `OAEPWithSHA-256AndMGF1Padding` is.
    Sha256MaskedBySha1,
}

impl Oaep {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha256MaskedBySha1];

    /// The text within this padding.
    pub(super) fn text(self, padded: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Sha1 => oaep::<Sha1, Sha1>(padded),
            Self::Sha256 => oaep::<Sha256, Sha256>(padded),
            Self::Sha256MaskedBySha1 => oaep::<Sha256, Sha1>(padded),
        }
    }
}

/// The text within PKCS#1 v1.5 padding: `00 02`, at least eight bytes that are not zero, `00`.
pub(super) fn pkcs1(padded: &[u8]) -> Option<&[u8]> {
    let rest = padded.strip_prefix(&[0, 2])?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    (end >= 8).then(|| &rest[end + 1..])
}

/// The text without padding: what is left when leading zeros are gone, where these are many.
pub(super) fn none(padded: &[u8]) -> Option<&[u8]> {
    let start = padded.iter().position(|byte| *byte != 0).unwrap_or(padded.len());
    (start >= padded.len() / 2).then(|| &padded[start..])
}

/// The text within OAEP with an empty label.
fn oaep<Hash: Digest, Mask: Digest>(padded: &[u8]) -> Option<Vec<u8>> {
    let size = <Hash as Digest>::output_size();
    let (first, rest) = padded.split_first()?;
    if *first != 0 || rest.len() < 2 * size + 1 {
        return None;
    }
    let (seed, block) = rest.split_at(size);
    let mut seed = seed.to_vec();
    let mut block = block.to_vec();
    mask::<Mask>(&block, &mut seed);
    mask::<Mask>(&seed, &mut block);
    let (label, text) = block.split_at(size);
    let start = text.iter().position(|byte| *byte != 0)?;
    (label == Hash::digest([]).as_slice() && text[start] == 1).then(|| text[start + 1..].to_vec())
}

/// MGF1: takes the mask that `seed` makes from, or puts it on, `bytes`.
fn mask<Hash: Digest>(seed: &[u8], bytes: &mut [u8]) {
    for (count, part) in (0_u32..).zip(bytes.chunks_mut(<Hash as Digest>::output_size())) {
        let stream = Hash::new().chain_update(seed).chain_update(count.to_be_bytes()).finalize();
        for (byte, mask) in part.iter_mut().zip(stream) {
            *byte ^= mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pkcs1_wants_eight_random_bytes_and_a_zero() {
        let padded = |random: usize| [&[0, 2][..], &vec![9; random], &[0, 1, 2, 3]].concat();

        assert_eq!(pkcs1(&padded(8)), Some(&[1, 2, 3][..]));
        assert_eq!(pkcs1(&padded(7)), None);
        assert_eq!(pkcs1(&[0, 2, 9, 9, 9, 9, 9, 9, 9, 9]), None);
        assert_eq!(pkcs1(&[0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 0, 1]), None);
    }

    #[test]
    fn a_text_without_padding_stands_behind_zeros() {
        let mut padded = vec![0; 256];
        padded[224..].fill(7);

        assert_eq!(none(&padded), Some(&[7; 32][..]));
        assert_eq!(none(&[7; 256]), None);
    }
}
