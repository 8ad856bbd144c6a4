//! X.509, as far as it matters here: whose key, since when, until when, and the key itself.

use rsa::{
    Pkcs1v15Encrypt, RsaPublicKey,
    pkcs8::{
        DecodePublicKey as _, ObjectIdentifier,
        der::{
            self, Decode as _, Encode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _,
            asn1::{AnyRef, GeneralizedTime, UtcTime},
        },
    },
    traits::PublicKeyParts as _,
};

use super::{KeyFileError, pem};
use crate::{gstn::primitives::sha256, model::dice::Dice};

/// How the version is marked, where there is one.
const VERSION: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };

/// Short names of the parts of a subject.
const NAMES: [(ObjectIdentifier, &str); 7] = [
    (ObjectIdentifier::new_unwrap("2.5.4.3"), "CN"),
    (ObjectIdentifier::new_unwrap("2.5.4.6"), "C"),
    (ObjectIdentifier::new_unwrap("2.5.4.7"), "L"),
    (ObjectIdentifier::new_unwrap("2.5.4.8"), "ST"),
    (ObjectIdentifier::new_unwrap("2.5.4.10"), "O"),
    (ObjectIdentifier::new_unwrap("2.5.4.11"), "OU"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1"), "emailAddress"),
];

/// A certificate of an RSA key.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Whose it is, such as `C=IN, O=alpha, CN=beta`.
    pub subject: String,
    /// The first second of its validity, since the epoch.
    pub not_before_s: u64,
    /// The last one.
    pub not_after_s: u64,
    der: Vec<u8>,
    public_key_der: Vec<u8>,
    pub(super) public_key: RsaPublicKey,
}

impl Certificate {
    /// Reads the first certificate of a PEM file.
    ///
    /// # Errors
    ///
    /// None there, or none of an RSA key.
    pub fn read(text: &str) -> Result<Self, KeyFileError> {
        let blocks = pem::blocks(text);
        let block = blocks.iter().find(|block| block.label == pem::CERTIFICATE);
        let der = block.ok_or(KeyFileError::NoCertificate)?.der.as_deref().unwrap_or_default();
        Self::of(der).ok_or(KeyFileError::Certificate)
    }

    /// The certificate of these bytes; `None` where they are none, or it is of another kind of key.
    pub(super) fn of(der: &[u8]) -> Option<Self> {
        let whole = AnyRef::from_der(der).ok()?;
        let signed = children(children(whole.value()).ok()?.first()?.value()).ok()?;
        // The version may be left out; what follows stands in a fixed order.
        let first = usize::from(signed.first()?.tag() == VERSION);
        let [_serial, _algorithm, _issuer, validity, subject, public_key, ..] =
            signed.get(first..)?
        else {
            return None;
        };
        let times = children(validity.value()).ok()?;
        let public_key_der = public_key.to_der().ok()?;
        Some(Self {
            subject: subject_text(*subject).ok()?,
            not_before_s: seconds(*times.first()?)?,
            not_after_s: seconds(*times.get(1)?)?,
            public_key: RsaPublicKey::from_public_key_der(&public_key_der).ok()?,
            der: der.to_vec(),
            public_key_der,
        })
    }

    /// The certificate as PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        pem::write(pem::CERTIFICATE, &self.der)
    }

    /// Its public key as PEM, in the form that OpenSSL calls `PUBLIC KEY`.
    #[must_use]
    pub fn public_key_pem(&self) -> String {
        pem::write("PUBLIC KEY", &self.public_key_der)
    }

    /// SHA-256 of the certificate, written as `openssl x509 -fingerprint -sha256` does.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let pairs = sha256(&self.der).map(|byte| format!("{byte:02X}"));
        pairs.join(":")
    }

    /// How long its key is.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.public_key.n().bits()
    }

    /// How long what is encrypted under it is, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.public_key.size()
    }

    /// Encrypts a few bytes as the network wants them: RSA with PKCS#1 v1.5 padding.
    ///
    /// `None` where there are more bytes than the key can take.
    #[must_use]
    pub fn encrypt(&self, plain: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
        self.public_key.encrypt(dice.generator(), Pkcs1v15Encrypt, plain).ok()
    }
}

/// What stands in a sequence or a set, one after the other.
fn children(value: &[u8]) -> der::Result<Vec<AnyRef<'_>>> {
    let mut reader = SliceReader::new(value)?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        found.push(AnyRef::decode(&mut reader)?);
    }
    Ok(found)
}

/// `C=IN, O=alpha, CN=beta`.
fn subject_text(subject: AnyRef<'_>) -> der::Result<String> {
    let mut parts = Vec::new();
    for set in children(subject.value())? {
        for pair in children(set.value())? {
            if let [kind, value] = children(pair.value())?[..] {
                let kind: ObjectIdentifier = kind.decode_as()?;
                let name = NAMES.iter().find(|(known, _)| *known == kind);
                let name = name.map_or_else(|| kind.to_string(), |(_, name)| (*name).to_owned());
                parts.push(format!("{name}={}", String::from_utf8_lossy(value.value())));
            }
        }
    }
    Ok(parts.join(", "))
}

fn seconds(time: AnyRef<'_>) -> Option<u64> {
    let since_epoch = match time.tag() {
        Tag::UtcTime => time.decode_as::<UtcTime>().ok()?.to_unix_duration(),
        _ => time.decode_as::<GeneralizedTime>().ok()?.to_unix_duration(),
    };
    Some(since_epoch.as_secs())
}
