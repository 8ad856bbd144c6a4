//! Certificates, made at the start: an authority of ours, a good one, and one for each thing that can
//! be wrong with one.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;

/// A certificate lives so long, in days: what browsers still take.
const LIFE: i64 = 397;

/// Who is named by the certificate for another host.
const SOMEBODY_ELSE: &str = "somebody-else.example";

/// Why TLS cannot be served.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// A certificate of ours cannot be made.
    #[error("no certificate can be made")]
    Making(#[from] rcgen::Error),
    /// A certificate of ours cannot be served.
    #[error("the certificate made here cannot be served")]
    Ours(#[source] rustls::Error),
    /// The user's certificate cannot be read.
    #[error("the certificate cannot be read: {0}")]
    Chain(String),
    /// The user's key cannot be read.
    #[error("the private key cannot be read: {0}")]
    Key(String),
    /// The key does not belong to the certificate.
    #[error("certificate and key cannot be served together")]
    Mismatch(#[source] rustls::Error),
}

impl CertificateError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Making(_) | Self::Ours(_) => return None,
            Self::Chain(_) => "give a PEM file with `BEGIN CERTIFICATE`, the server's own first",
            Self::Key(_) => "give a PEM file with `BEGIN PRIVATE KEY`, without a password",
            Self::Mismatch(_) => "give the key that the certificate was made for",
        };
        Some(hint.to_owned())
    }
}

/// All certificates, and the one key that all but the authorities share.
pub(super) struct Issued {
    pub(super) ca_pem: String,
    pub(super) key: PrivateKeyDer<'static>,
    pub(super) good: CertificateDer<'static>,
    pub(super) expired: CertificateDer<'static>,
    pub(super) wrong_host: CertificateDer<'static>,
    pub(super) self_signed: CertificateDer<'static>,
    pub(super) unknown_ca: CertificateDer<'static>,
}

impl Issued {
    /// Makes them for these names; what clients hold them against is their own machine's time.
    pub(super) fn now(names: Vec<String>, now_ms: i64) -> Result<Self, rcgen::Error> {
        let ca = authority("gspsim test authority", now_ms)?;
        let stranger = authority("nobody's authority", now_ms)?;
        let key = KeyPair::generate()?;
        let good = leaf(names.clone(), now_ms, 0..LIFE)?;
        let signed = |params: &CertificateParams, by: &Issuer<'_, KeyPair>| {
            params.signed_by(&key, by).map(|certificate| certificate.der().clone())
        };
        Ok(Self {
            ca_pem: ca.0,
            good: signed(&good, &ca.1)?,
            expired: signed(&leaf(names, now_ms, -90..0)?, &ca.1)?,
            wrong_host: signed(&leaf(vec![SOMEBODY_ELSE.to_owned()], now_ms, 0..LIFE)?, &ca.1)?,
            self_signed: good.self_signed(&key)?.der().clone(),
            unknown_ca: signed(&good, &stranger.1)?,
            key: PrivateKeyDer::try_from(key.serialize_der())
                .map_err(|_| rcgen::Error::CouldNotParseKeyPair)?,
        })
    }
}

/// An authority's certificate as PEM, and what it signs with.
fn authority(name: &str, now_ms: i64) -> Result<(String, Issuer<'static, KeyPair>), rcgen::Error> {
    let key = KeyPair::generate()?;
    // Each start has an authority of another name: to who trusts the last one, this one is unknown.
    let mark = key.public_key_raw().iter().rev().take(4);
    let name = mark.fold(format!("{name} "), |name, byte| format!("{name}{byte:02x}"));
    let mut params = params(&name, Vec::new(), now_ms, 0..LIFE)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let pem = params.self_signed(&key)?.pem();
    Ok((pem, Issuer::new(params, key)))
}

fn leaf(
    names: Vec<String>,
    now_ms: i64,
    days: std::ops::Range<i64>,
) -> Result<CertificateParams, rcgen::Error> {
    let name = names.first().cloned().unwrap_or_default();
    let mut params = params(&name, names, now_ms, days)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// A certificate that begins and ends so many days from yesterday.
fn params(
    name: &str,
    names: Vec<String>,
    now_ms: i64,
    days: std::ops::Range<i64>,
) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let day = |days: i64| {
        // From yesterday on: a client's clock may go behind ours.
        let at_ms = now_ms.saturating_add((days - 1).saturating_mul(86_400_000));
        let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
        let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let part = |part: i8| u8::try_from(part).unwrap_or(1);
        date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()))
    };
    (params.not_before, params.not_after) = (day(days.start), day(days.end));
    Ok(params)
}
