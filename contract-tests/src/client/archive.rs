//! A file of a large answer: a tar.gz, in it one text that is sealed under a key of its own.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use serde_json::Value;

use super::crypto::{decrypt, from_base64, hex, sha256};
use crate::mismatch::Mismatch;

/// A file that was opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Archive {
    /// The name of what is in it.
    pub member: String,
    /// What that says.
    pub json: Value,
}

/// Checks a file's hash and opens it with a key in Base64.
///
/// # Errors
///
/// Where it is not packed or sealed as the network promises.
pub fn open(
    bytes: &[u8],
    hash: &str,
    wrong_hash: bool,
    key: &str,
) -> Result<Archive, Box<Mismatch>> {
    let wrong =
        |at: &str, promised: &str, found: String| Err(Box::new(Mismatch::new(at, promised, found)));
    let own = hex(&sha256(bytes));
    if (own == hash) == wrong_hash {
        let promised = if wrong_hash { "a hash that is wrong" } else { "the hash that was told" };
        return wrong("file", promised, format!("{own} of the file, {hash} told"));
    }
    let Some(key) = from_base64(key).and_then(|key| key.try_into().ok()) else {
        return wrong("file key", "32 bytes in base64", key.to_owned());
    };
    let (member, text) = match first_json(bytes) {
        Ok(Some(found)) => found,
        Ok(None) => return wrong("file", "a member whose name ends in .json", "none".to_owned()),
        Err(error) => return wrong("file", "a tar.gz", error.to_string()),
    };
    let at = format!("file {member}");
    let sealed = text.trim().trim_matches('"');
    let Some(inner) = from_base64(sealed).and_then(|bytes| decrypt(&key, &bytes)) else {
        return wrong(&at, "base64 of AES-256-ECB under the file's key", cut(&text));
    };
    let json = String::from_utf8(inner)
        .ok()
        .and_then(|inner| from_base64(&inner))
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    match json {
        Some(json) => Ok(Archive { member, json }),
        None => wrong(&at, "base64 of JSON, encrypted", cut(&text)),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The first member whose name ends in `.json`.
fn first_json(bytes: &[u8]) -> std::io::Result<Option<(String, String)>> {
    let mut archive = tar::Archive::new(MultiGzDecoder::new(bytes));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.display().to_string();
        if entry.path()?.extension().is_some_and(|ending| ending == "json") {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            return Ok(Some((name, text)));
        }
    }
    Ok(None)
}
