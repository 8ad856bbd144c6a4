//! The network's certificates: what clients encrypt their app keys under.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::gstn::keys::KeyRing;

/// A certificate, with all that a client may want of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ShownCertificate {
    /// Which it is; the first is 1.
    pub number: usize,
    /// How many there are: a rotation brings the next, after the last comes the first.
    pub of: usize,
    /// Whether a user brought it.
    pub own: bool,
    /// Whose it is.
    pub subject: String,
    /// Since when it is valid.
    pub not_before: String,
    /// Until when it is valid.
    pub not_after: String,
    /// How long its key is.
    pub bits: u32,
    /// SHA-256 of it, as OpenSSL writes it.
    pub fingerprint_sha256: String,
    /// The certificate as PEM.
    pub certificate: String,
    /// Its public key as PEM.
    pub public_key: String,
}

/// The certificate that serves after so many rotations.
#[must_use]
pub fn certificate(ring: &KeyRing, rotations: usize) -> ShownCertificate {
    let pair = ring.pair(rotations);
    let certificate = &pair.certificate;
    let moment = |seconds: u64| {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX).to_string()
    };
    ShownCertificate {
        number: rotations % ring.len() + 1,
        of: ring.len(),
        own: pair.own,
        subject: certificate.subject.clone(),
        not_before: moment(certificate.not_before_s),
        not_after: moment(certificate.not_after_s),
        bits: certificate.bits(),
        fingerprint_sha256: certificate.fingerprint(),
        certificate: certificate.pem(),
        public_key: certificate.public_key_pem(),
    }
}
