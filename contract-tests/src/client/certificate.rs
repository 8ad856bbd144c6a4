//! The network's certificate: a public key in X.509 or by itself, in PEM.

use rsa::{RsaPublicKey, pkcs8::DecodePublicKey as _};

use super::crypto::from_base64;

/// The public key of a certificate; also one that stands by itself.
///
/// # Errors
///
/// What is wrong with the text, in words.
pub fn public_key(pem: &str) -> Result<RsaPublicKey, String> {
    let (label, der) = block(pem).ok_or("it is no PEM")?;
    let der = from_base64(&der).ok_or("its PEM is no Base64")?;
    let key = match label.as_str() {
        "CERTIFICATE" => subject_key(&der).ok_or("it is no X.509 certificate")?,
        "PUBLIC KEY" => &der,
        other => return Err(format!("it is a {other}, no certificate")),
    };
    RsaPublicKey::from_public_key_der(key)
        .map_err(|error| format!("its key is no RSA key: {error}"))
}

/// The first block of a PEM text: its label and its Base64.
fn block(pem: &str) -> Option<(String, String)> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    Some((label.to_owned(), body.split_whitespace().collect()))
}

/// The tag of a certificate's version, which may be left out.
const VERSION: u8 = 0xa0;

/// `SubjectPublicKeyInfo` of a certificate: the seventh part of what is signed, the sixth where the
/// version is left out.
fn subject_key(der: &[u8]) -> Option<&[u8]> {
    let certificate = Part::read(der)?;
    let mut signed = Part::read(certificate.inside)?.inside;
    let first = Part::read(signed)?;
    let before = if first.tag == VERSION { 6 } else { 5 };
    for _ in 0..before {
        signed = Part::read(signed)?.rest;
    }
    let length = signed.len() - Part::read(signed)?.rest.len();
    Some(&signed[..length])
}

/// One tag, length and value of DER.
struct Part<'der> {
    tag: u8,
    inside: &'der [u8],
    rest: &'der [u8],
}

impl<'der> Part<'der> {
    fn read(der: &'der [u8]) -> Option<Self> {
        let (&[tag, first], rest) = der.split_first_chunk::<2>()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = bytes.iter().try_fold(0_usize, |length, byte| {
                length.checked_mul(256)?.checked_add(usize::from(*byte))
            })?;
            (length, rest)
        };
        let (inside, rest) = rest.split_at_checked(length)?;
        Some(Self { tag, inside, rest })
    }
}
