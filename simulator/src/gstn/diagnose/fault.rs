//! What can be wrong with a value, each with its sentence; the value's name goes before it.

use std::fmt;

use thiserror::Error;

use super::{KeyName, MacFault, Mode, Reading};
use crate::gstn::padding::Oaep;

/// What is wrong with a value.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is there.
    #[error("is missing or empty")]
    Empty,
    /// A character that Base64 has not; places count from 1.
    #[error("is no Base64: its character {place} is `{character}`")]
    NotBase64 {
        /// The character.
        character: char,
        /// Where.
        place: usize,
    },
    /// One character is left over.
    #[error("is no Base64: {0} characters are no whole number of bytes; it was cut off")]
    CutOff(usize),
    /// The alphabet for URLs.
    #[error("is Base64 for URLs, with `-` and `_`; GSTN's is the standard one, with `+` and `/`")]
    UrlBase64,
    /// A form's or a query's decoder was at work.
    #[error("has spaces in its Base64: each was a `+` until something read the text as a form")]
    Spaces,
    /// A form's or a query's encoder was at work.
    #[error("is percent-encoded (`%2B`, `%3D`); in JSON, Base64 stands as it is")]
    PercentEncoded,
    /// Hex.
    #[error("is written in hex; GSTN's is Base64")]
    Hex,
    /// Encoded twice.
    #[error("is Base64 of Base64; encode the encrypted bytes once")]
    DoubleBase64,
    /// The value itself.
    #[error("was sent plain; it must be encrypted, then Base64")]
    Plain,
    /// The value itself, in Base64.
    #[error("is Base64 of the plain value; it must be encrypted first")]
    PlainBase64,

    /// Some bytes that are no RSA output of the certificate's key.
    #[error("is {found} bytes, {}; RSA under the certificate gives {wanted}", BareKey(*.found))]
    RsaLength {
        /// So many.
        found: usize,
        /// So many ought to be.
        wanted: usize,
    },
    /// Encrypted for the certificate before this one.
    #[error(
        "is encrypted under the certificate of before the rotation (`{0}`); fetch the present one"
    )]
    OldCertificate(String),
    /// Encrypted for another certificate of ours.
    #[error("is encrypted under another certificate of this simulator (`{0}`)")]
    OtherCertificate(String),
    /// Another padding.
    #[error("was padded with OAEP ({}); GSTN's padding is PKCS#1 v1.5", oaep_word(*.0))]
    Oaep(Oaep),
    /// No padding.
    #[error("was put through RSA without padding; GSTN's padding is PKCS#1 v1.5")]
    RsaUnpadded,
    /// No key of ours opens it.
    #[error(
        "opens with no private key of this simulator: it is encrypted under another certificate, \
         such as GSTN's own, or was changed on the way"
    )]
    RsaUnknown,

    /// Some bytes that are no AES output.
    #[error("is {0} bytes, no whole number of 16-byte AES blocks")]
    BlockLength(usize),
    /// RSA where AES belongs.
    #[error("is {0} bytes, as RSA gives; here it is encrypted with AES under {1}")]
    RsaForAes(usize, KeyName),
    /// A key with nothing around it.
    #[error("is 32 bytes: a key unencrypted, or encrypted without padding; with padding it has 48")]
    KeyUnpadded,
    /// The right key in another mode.
    #[error("is encrypted with {}; GSTN's is AES-256-ECB with PKCS#7 padding", mode_word(*.0))]
    Mode(Mode),
    /// The right key, its bytes misread.
    #[error("is encrypted with {}; the key is its 32 bytes", reading_word(*.reading, *.key))]
    Reading {
        /// What was taken for the key.
        reading: Reading,
        /// Which key.
        key: KeyName,
    },
    /// Another key.
    #[error("is encrypted with {found}; it must be {wanted}{}", why(*.found))]
    WrongKey {
        /// That key.
        found: KeyName,
        /// The right one.
        wanted: KeyName,
    },
    /// No known key and way opens it.
    #[error(
        "does not open with {0}: it is encrypted with another key, or not with AES-256-ECB and \
         PKCS#7 padding"
    )]
    AesUnknown(KeyName),

    /// It opens, but there is no key inside.
    #[error("opens to {found} bytes{}; a key is 32 bytes", after_comma(.inside))]
    KeyLength {
        /// So many.
        found: usize,
        /// What they look like.
        inside: Inside,
    },
    /// It opens, but to no OTP.
    #[error("opens to {0}; it must open to the OTP's digits alone")]
    NotDigits(Inside),
    /// It opens, but to the JSON.
    #[error("has the JSON itself under AES; GSTN puts its Base64 there")]
    JsonUnderAes,
    /// It opens, but there is no Base64 inside.
    #[error("opens to something that is neither Base64 nor JSON; under AES there is Base64(JSON)")]
    NotBase64Inside,
    /// It opens, but there is no JSON inside.
    #[error("opens, but what its inner Base64 holds is no JSON")]
    NotJson,
    /// The HMAC is made in another way.
    #[error("{0}")]
    Mac(MacFault),
    /// The HMAC is made in no known way.
    #[error("does not fit: it is not HMAC-SHA256 of the JSON's Base64 under {0}")]
    MacUnknown(KeyName),
}

impl Fault {
    /// What to do in code, where there is something to say besides the recipe.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Oaep(_) | Self::RsaUnpadded => Some(
                "Python `padding.PKCS1v15()`, Java `RSA/ECB/PKCS1Padding`, .NET \
                 `RSAEncryptionPadding.Pkcs1`, PHP `OPENSSL_PKCS1_PADDING`, Node \
                 `RSA_PKCS1_PADDING`",
            ),
            Self::Mode(_) => Some(
                "Python `modes.ECB()` and `PKCS7(128)`, Java `AES/ECB/PKCS5Padding`, .NET \
                 `CipherMode.ECB`, PHP and Node `aes-256-ecb`",
            ),
            Self::RsaUnknown | Self::OldCertificate(_) | Self::OtherCertificate(_) => Some(
                "encrypt under the certificate of `gspsim gstn certificate`, or of \
                 `/__sim/gstn/certificate` where it has been rotated",
            ),
            Self::Reading { .. } => {
                Some("decode the key's Base64 or hex before it goes into the cipher")
            }
            Self::UrlBase64 => Some(
                "Python `b64encode`, Java `Base64.getEncoder()`, not the url-safe variant of them",
            ),
            Self::KeyLength { inside: Inside::Base64Key | Inside::HexKey, .. } => {
                Some("encrypt the key's 32 bytes, not their Base64 or hex")
            }
            Self::JsonUnderAes => Some("encrypt Base64(JSON), and take the HMAC over the same"),
            _ => None,
        }
    }
}

/// What so many bytes are likely to be, where RSA output belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BareKey(pub usize);

impl fmt::Display for BareKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            32 => formatter.write_str("the key itself, unencrypted"),
            44 | 64 => formatter.write_str("the key's text, unencrypted"),
            48 => formatter.write_str("as a key under AES has"),
            128 | 256 | 384 | 512 => {
                write!(formatter, "as RSA under a key of {} bits gives", self.0 * 8)
            }
            found if found % 16 == 0 && found < 128 => formatter.write_str("perhaps AES output"),
            _ => formatter.write_str("neither RSA output nor a key"),
        }
    }
}

/// What was found inside, where something else belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inside {
    /// The Base64 of a key.
    Base64Key,
    /// The hex of a key.
    HexKey,
    /// A key of AES-128 or AES-192, of so many bits.
    ShortKey(usize),
    /// The UUID of a key's 32 hex digits, with its hyphens.
    Uuid,
    /// A key in quotes.
    QuotedKey,
    /// The digits in Base64.
    Base64Digits,
    /// The digits in quotes.
    QuotedDigits,
    /// The digits with spaces or a line's end.
    SpacedDigits,
    /// The digits in UTF-16.
    WideDigits,
    /// Something else.
    Other,
}

impl fmt::Display for Inside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Base64Key => "the Base64 of a key: encrypt the bytes, not their Base64",
            Self::HexKey => "the hex of a key: encrypt the bytes, not their hex",
            Self::ShortKey(bits) => {
                return write!(formatter, "a key of AES-{bits}: GSTN's is AES-256");
            }
            Self::Uuid => "a UUID with its hyphens",
            Self::QuotedKey => "a key in quotes",
            Self::Base64Digits => "the Base64 of digits",
            Self::QuotedDigits => "digits in quotes",
            Self::SpacedDigits => "digits with a space or a line's end",
            Self::WideDigits => "digits in UTF-16",
            Self::Other => "something else",
        };
        formatter.write_str(words)
    }
}

/// What was found inside, where that is known.
fn after_comma(inside: &Inside) -> String {
    match inside {
        Inside::Other => String::new(),
        known => format!(", {known}"),
    }
}

fn oaep_word(oaep: Oaep) -> &'static str {
    match oaep {
        Oaep::Sha1 => "SHA-1",
        Oaep::Sha256 => "SHA-256",
        Oaep::Sha256MaskedBySha1 => "SHA-256 with MGF1 by SHA-1",
    }
}

fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Ecb => "AES-ECB",
        Mode::EcbZeros => "AES-ECB and zeros for padding",
        Mode::CbcZeros => "AES-CBC and an IV of zeros",
        Mode::CbcInFront => "AES-CBC, its IV in front",
        Mode::CbcKey => "AES-CBC and the key's first 16 bytes for an IV",
        Mode::Gcm => "AES-GCM",
    }
}

fn reading_word(reading: Reading, key: KeyName) -> String {
    match reading {
        Reading::Bytes => key.to_string(),
        Reading::Half => format!("AES-128 under the first 16 bytes of {key}"),
        Reading::Base64Text => format!("the first 32 characters of the Base64 of {key}"),
        Reading::HexText => format!("the first 32 characters of the hex of {key}"),
    }
}

/// How a client comes to have such a key.
fn why(key: KeyName) -> &'static str {
    match key {
        KeyName::OldSessionKey => {
            ": the refresh's `sek` was not opened, or opened with the key of before the refresh"
        }
        KeyName::MisopenedSessionKey => ": open it with the app key that the refresh sent",
        _ => "",
    }
}
