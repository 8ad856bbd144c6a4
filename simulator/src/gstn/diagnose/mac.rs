//! HMACs that are made in another way than the network's.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::{Diagnosis, Fault, KeyName, Known, Thing, wire};
use crate::gstn::{
    key::{from_hex, to_hex},
    primitives::from_base64,
};

/// What the HMAC is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The JSON's Base64, as it should be.
    Inner,
    /// The JSON.
    Json,
    /// The encrypted bytes.
    Sealed,
    /// The text of `data`.
    Data,
}

/// What it is keyed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacKey {
    /// The bytes of a key.
    Bytes(KeyName),
    /// The Base64 of a key.
    Base64Text(KeyName),
    /// The hex of a key.
    HexText(KeyName),
    /// Nothing: it is a mere hash.
    None,
}

/// Which hash it is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256, as it should be.
    Sha256,
    /// SHA-1.
    Sha1,
    /// SHA-512.
    Sha512,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// In Base64, as it should be.
    Base64,
    /// In Base64 for URLs.
    UrlBase64,
    /// In hex.
    Hex,
    /// In Base64 of its hex.
    Base64OfHex,
}

/// A way to make an HMAC that is not the network's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacFault {
    /// What it is over.
    pub over: Over,
    /// What it is keyed with.
    pub key: MacKey,
    /// What it ought to be keyed with.
    pub wanted: KeyName,
    /// Which hash it is made with.
    pub hash: Hash,
    /// How it is written.
    pub written: Written,
}

impl fmt::Display for MacFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut found = Vec::new();
        let mut right = Vec::new();
        let mut differ = |is: String, ought: String| {
            found.push(is);
            right.push(ought);
        };
        match self.over {
            Over::Inner => {}
            Over::Json => differ("over the JSON".into(), "over its Base64".into()),
            Over::Sealed => {
                differ("over the encrypted bytes".into(), "over the JSON's Base64".into());
            }
            Over::Data => differ("over `data`".into(), "over the JSON's Base64".into()),
        }
        let wanted = self.wanted;
        match self.key {
            MacKey::Bytes(key) if key == wanted => {}
            MacKey::Bytes(key) => differ(format!("keyed with {key}"), format!("with {wanted}")),
            MacKey::Base64Text(key) => {
                differ(format!("keyed with the Base64 of {key}"), "with its 32 bytes".into());
            }
            MacKey::HexText(key) => {
                differ(format!("keyed with the hex of {key}"), "with its 32 bytes".into());
            }
            MacKey::None => differ("a hash without a key".into(), format!("keyed with {wanted}")),
        }
        match self.hash {
            Hash::Sha256 => {}
            Hash::Sha1 => differ("made with SHA-1".into(), "with SHA-256".into()),
            Hash::Sha512 => differ("made with SHA-512".into(), "with SHA-256".into()),
        }
        match self.written {
            Written::Base64 => {}
            Written::UrlBase64 => {
                differ("written in Base64 for URLs".into(), "in standard Base64".into());
            }
            Written::Hex => differ("written in hex".into(), "in Base64".into()),
            Written::Base64OfHex => {
                differ("the Base64 of its hex".into(), "the Base64 of its bytes".into());
            }
        }
        write!(formatter, "is {}; GSTN's is {}", found.join(", "), right.join(", "))
    }
}

/// What an HMAC may be over.
pub(super) struct Parts<'body> {
    pub(super) json: &'body [u8],
    pub(super) inner: &'body [u8],
    pub(super) sealed: &'body [u8],
    pub(super) data: &'body str,
}

/// Why an HMAC does not fit a body that opens.
pub(super) fn fault(known: &Known<'_>, parts: &Parts<'_>, text: &str) -> Diagnosis {
    let diagnosis = |fault| Diagnosis::new(Thing::Hmac, fault);
    let text = text.trim();
    if text.is_empty() {
        return diagnosis(Fault::Empty);
    }
    let readings = readings(text);
    if readings.is_empty() {
        let fault = wire::bytes(text).err();
        return diagnosis(fault.unwrap_or(Fault::MacUnknown(known.name)));
    }
    for (written, bytes) in readings {
        let hash = match bytes.len() {
            20 => Hash::Sha1,
            32 => Hash::Sha256,
            64 => Hash::Sha512,
            _ => continue,
        };
        if let Some((over, key)) = made_from(known, parts, hash, &bytes) {
            let wanted = known.name;
            return diagnosis(Fault::Mac(MacFault { over, key, wanted, hash, written }));
        }
    }
    diagnosis(Fault::MacUnknown(known.name))
}

/// The bytes that a text may stand for.
fn readings(text: &str) -> Vec<(Written, Vec<u8>)> {
    let mut found = Vec::new();
    if let Some(bytes) = from_hex(text) {
        found.push((Written::Hex, bytes));
    }
    if let Some(bytes) = from_base64(text.as_bytes()) {
        if let Some(inner) = str::from_utf8(&bytes).ok().and_then(from_hex) {
            found.push((Written::Base64OfHex, inner));
        }
        found.push((Written::Base64, bytes));
    } else if let Some(bytes) = from_base64(text.replace('-', "+").replace('_', "/").as_bytes()) {
        found.push((Written::UrlBase64, bytes));
    }
    found
}

fn made_from(
    known: &Known<'_>,
    parts: &Parts<'_>,
    hash: Hash,
    wanted: &[u8],
) -> Option<(Over, MacKey)> {
    let messages = [
        (Over::Inner, parts.inner),
        (Over::Json, parts.json),
        (Over::Sealed, parts.sealed),
        (Over::Data, parts.data.as_bytes()),
    ];
    let mut keys = Vec::new();
    for (name, key) in known.all() {
        keys.push((MacKey::Bytes(name), key.0.to_vec()));
        keys.push((MacKey::Base64Text(name), key.to_base64().into_bytes()));
        keys.push((MacKey::HexText(name), to_hex(&key.0).into_bytes()));
    }
    keys.iter()
        .map(|(name, bytes)| (*name, Some(&bytes[..])))
        .chain([(MacKey::None, None)])
        .find_map(|(key, bytes)| {
            let made = messages.iter().find(|(_, message)| digest(hash, bytes, message) == wanted);
            made.map(|(over, _)| (*over, key))
        })
}

fn digest(hash: Hash, key: Option<&[u8]>, message: &[u8]) -> Vec<u8> {
    macro_rules! with {
        ($hash:ty) => {
            match key {
                Some(key) => {
                    let mut mac = Hmac::<$hash>::new_from_slice(key)
                        .expect("an HMAC takes keys of any length");
                    mac.update(message);
                    mac.finalize().into_bytes().to_vec()
                }
                None => <$hash>::digest(message).to_vec(),
            }
        };
    }
    match hash {
        Hash::Sha256 => with!(Sha256),
        Hash::Sha1 => with!(Sha1),
        Hash::Sha512 => with!(Sha512),
    }
}
