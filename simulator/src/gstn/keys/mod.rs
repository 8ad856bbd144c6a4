//! The network's own keys: RSA pairs with their certificates, in the order in which they serve.
//!
//! Two pairs come with the program, `fixtures/gstn/1.pem` and `2.pem`: the second is what a
//! rotation brings. Everybody has them, so they protect nothing; their subject says so. A user's
//! own pair goes before them.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use rsa::{
    BoxedUint, RsaPrivateKey,
    hazmat::rsa_decrypt,
    pkcs1::DecodeRsaPrivateKey as _,
    pkcs8::{DecodePrivateKey as _, ObjectIdentifier, PrivateKeyInfoRef},
    traits::PublicKeyParts as _,
};
use thiserror::Error;

use super::padding;

mod certificate;
mod pem;
#[cfg(test)]
mod tests;

pub use certificate::Certificate;

/// How the network's files call RSA.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// Shorter keys are refused: the network's own has so many bits, and clients count on it.
const LEAST_BITS: u32 = 2_048;

/// The pairs of the program, read once.
static BUILT_IN: LazyLock<[Arc<Pair>; 2]> = LazyLock::new(|| {
    [
        include_str!("../../../../fixtures/gstn/1.pem"),
        include_str!("../../../../fixtures/gstn/2.pem"),
    ]
    .map(|text| {
        let pair = Pair::read(text).expect("a test reads both files");
        Arc::new(Pair { own: false, ..pair })
    })
});

/// A private key and its certificate.
#[derive(Clone)]
pub struct Pair {
    /// The certificate, for everybody.
    pub certificate: Certificate,
    /// Whether a user brought it.
    pub own: bool,
    private: RsaPrivateKey,
}

impl fmt::Debug for Pair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Pair").field(&self.certificate.subject).finish()
    }
}

/// Why a file is no pair.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum KeyFileError {
    /// No block of PEM at all.
    #[error("it is no PEM file: no line begins with `-----BEGIN`")]
    NotPem,
    /// No private key among its blocks.
    #[error("there is no private key in it")]
    NoPrivateKey,
    /// Its private key wants a passphrase.
    #[error("its private key is encrypted")]
    Encrypted,
    /// Its private key is of another kind.
    #[error("its private key is no RSA key")]
    NotRsa,
    /// Its private key cannot be read.
    #[error("its private key is damaged")]
    PrivateKey,
    /// Its private key is short.
    #[error("its private key has {0} bits; the network's has {LEAST_BITS}")]
    TooShort(u32),
    /// No certificate among its blocks.
    #[error("there is no certificate in it")]
    NoCertificate,
    /// Its certificate cannot be read.
    #[error("its certificate is damaged, or of a key that is no RSA key")]
    Certificate,
    /// Key and certificate are of two pairs.
    #[error("its private key and its certificate do not belong together")]
    Strangers,
}

impl KeyFileError {
    /// What to do next, for the file of that name.
    #[must_use]
    pub fn hint(&self, file: &str) -> String {
        let certify = format!(
            "`openssl req -x509 -key {file} -subj /CN=mine -days 3650 >> {file}` makes one and \
             adds it"
        );
        match self {
            Self::NoCertificate => certify,
            Self::Strangers => format!("take the certificate out, then {certify}"),
            Self::Encrypted => {
                format!(
                    "`openssl pkey -in {file} -out plain.pem` takes the passphrase off; then add \
                     the certificate to it"
                )
            }
            _ => "`openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=mine -days 3650 -keyout \
                  own.pem >> own.pem` makes a key and its certificate"
                .to_owned(),
        }
    }
}

impl Pair {
    /// Reads a PEM file with a private key (PKCS#8 or PKCS#1) and its certificate.
    ///
    /// # Errors
    ///
    /// The first thing that is missing or does not fit.
    pub fn read(text: &str) -> Result<Self, KeyFileError> {
        let blocks = pem::blocks(text);
        if blocks.is_empty() {
            return Err(KeyFileError::NotPem);
        }
        let key = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY"));
        let private = private_key(key.ok_or(KeyFileError::NoPrivateKey)?)?;
        let mut certificates =
            blocks.iter().filter(|block| block.label == pem::CERTIFICATE).peekable();
        if certificates.peek().is_none() {
            return Err(KeyFileError::NoCertificate);
        }
        let mut refusal = KeyFileError::Certificate;
        for block in certificates {
            match block.der.as_deref().and_then(Certificate::of) {
                Some(certificate) if certificate.public_key == *private.as_public_key() => {
                    return Ok(Self { certificate, own: true, private });
                }
                Some(_) => refusal = KeyFileError::Strangers,
                None => {}
            }
        }
        Err(refusal)
    }

    /// Decrypts with PKCS#1 v1.5 padding; `None` where it is not encrypted so under this key.
    #[must_use]
    pub fn decrypt(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        padding::pkcs1(&self.decrypt_raw(sealed)?).map(<[u8]>::to_vec)
    }

    /// What was put through RSA, padding and all. `None` where it is not as long as the key.
    pub(super) fn decrypt_raw(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        if sealed.len() != self.private.size() {
            return None;
        }
        let precision = self.private.n().as_ref().bits_precision();
        let number = BoxedUint::from_be_slice(sealed, precision).ok()?;
        let none: Option<&mut rand::rngs::ChaCha8Rng> = None;
        let plain = rsa_decrypt(none, &self.private, &number).ok()?.to_be_bytes();
        Some(plain.into_vec())
    }
}

fn private_key(block: &pem::Block<'_>) -> Result<RsaPrivateKey, KeyFileError> {
    if block.encrypted || block.label == "ENCRYPTED PRIVATE KEY" {
        return Err(KeyFileError::Encrypted);
    }
    let der = block.der.as_deref().ok_or(KeyFileError::PrivateKey)?;
    let key = match block.label {
        "RSA PRIVATE KEY" => RsaPrivateKey::from_pkcs1_der(der).ok(),
        "PRIVATE KEY" => match PrivateKeyInfoRef::try_from(der) {
            Ok(info) if info.algorithm.oid != RSA => return Err(KeyFileError::NotRsa),
            _ => RsaPrivateKey::from_pkcs8_der(der).ok(),
        },
        _ => return Err(KeyFileError::NotRsa),
    };
    let key = key.ok_or(KeyFileError::PrivateKey)?;
    match key.n().bits() {
        bits if bits < LEAST_BITS => Err(KeyFileError::TooShort(bits)),
        _ => Ok(key),
    }
}

/// The network's pairs, in the order in which they serve.
#[derive(Clone, Debug)]
pub struct KeyRing {
    pairs: Vec<Arc<Pair>>,
}

impl Default for KeyRing {
    fn default() -> Self {
        Self::built_in()
    }
}

impl KeyRing {
    /// The pairs that come with the program.
    #[must_use]
    pub fn built_in() -> Self {
        Self { pairs: BUILT_IN.to_vec() }
    }

    /// A user's own pair, then those of the program.
    ///
    /// # Errors
    ///
    /// As [`Pair::read`].
    pub fn with_own(text: &str) -> Result<Self, KeyFileError> {
        let mut ring = Self::built_in();
        ring.pairs.insert(0, Arc::new(Pair::read(text)?));
        Ok(ring)
    }

    /// The pair that serves after so many rotations; after the last comes the first again.
    #[must_use]
    pub fn pair(&self, rotations: usize) -> &Pair {
        &self.pairs[rotations % self.pairs.len()]
    }

    /// Decrypts with the pair that serves after so many rotations.
    #[must_use]
    pub fn decrypt(&self, rotations: usize, sealed: &[u8]) -> Option<Vec<u8>> {
        self.pair(rotations).decrypt(sealed)
    }

    /// All pairs.
    pub fn pairs(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().map(|pair| &**pair)
    }

    /// How many there are; never none.
    #[expect(clippy::len_without_is_empty, reason = "a ring is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }
}
