//! A file opened again: what its reader has to do.

use std::io::{self, Read as _};

use flate2::read::GzDecoder;
use thiserror::Error;

use crate::gstn::{
    Key,
    envelope::{OpenError, open_file},
};

/// No member longer than this is read, in bytes: 256 MiB.
const LIMIT: u64 = 256 * 1024 * 1024;

/// Why a file cannot be opened.
#[derive(Debug, Error)]
pub enum UnpackError {
    /// It is JSON: an error where a file was expected.
    #[error("this is JSON, no gzip'd tar")]
    Json,
    /// It is no gzip'd tar, or cut off.
    #[error("this cannot be read as a gzip'd tar")]
    Archive(#[source] io::Error),
    /// No member ends in `.json`.
    #[error("no member of the tar ends in `.json`")]
    NoMember,
    /// Too much to read.
    #[error("the member is longer than {LIMIT} bytes")]
    TooLong,
    /// The content does not open.
    #[error("`{member}` cannot be opened: {source}")]
    Seal {
        /// The member's name.
        member: String,
        /// Why.
        source: OpenError,
    },
}

impl UnpackError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Json => "look at it: it is what the server said instead of sending the file",
            Self::Archive(_) => "compare its SHA-256 with the `hash` beside its link",
            Self::NoMember => "give a file as it was downloaded",
            Self::TooLong => "give a file as it was downloaded",
            Self::Seal { source, .. } => match source {
                OpenError::Inner => "the key opens the base64 of the JSON, not the JSON itself",
                OpenError::Cipher(_) => {
                    "each token has a key of its own: the `ek` beside the links of this file"
                }
                _ => "the member holds base64, in double quotes or without them",
            },
        }
    }
}

/// The first member that ends in `.json` of a file as downloaded: its name and its sealed content.
///
/// # Errors
///
/// Why there is none.
pub fn member(file: &[u8]) -> Result<(String, String), UnpackError> {
    if file.trim_ascii_start().starts_with(b"{") {
        return Err(UnpackError::Json);
    }
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    for entry in archive.entries().map_err(UnpackError::Archive)? {
        let mut entry = entry.map_err(UnpackError::Archive)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !name.to_ascii_lowercase().ends_with(".json") {
            continue;
        }
        if entry.size() > LIMIT {
            return Err(UnpackError::TooLong);
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(UnpackError::Archive)?;
        return Ok((name, String::from_utf8_lossy(&content).into_owned()));
    }
    Err(UnpackError::NoMember)
}

/// The JSON of a file as downloaded.
///
/// # Errors
///
/// The first layer that does not open.
pub fn unpack(key: &Key, file: &[u8]) -> Result<Vec<u8>, UnpackError> {
    let (member, content) = member(file)?;
    open_file(key, &content).map_err(|source| UnpackError::Seal { member, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk::pack::Packing;

    fn packed(member: &str) -> Vec<u8> {
        let packing =
            Packing { key: Key([9; 32]), member: member.to_owned(), quoted: true, made_at_s: 0 };
        let mut out = Vec::new();
        packing.write(br#"{"b2b":[]}"#, &mut out).expect("a vector takes all");
        out
    }

    #[test]
    fn a_file_gives_its_json_back() {
        let json = unpack(&Key([9; 32]), &packed("a.json")).expect("it opens");
        assert_eq!(json, br#"{"b2b":[]}"#);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told() {
        let told = |key: u8, file: &[u8]| {
            unpack(&Key([key; 32]), file).expect_err("it is wrong").to_string()
        };
        let file = packed("a.json");

        assert_eq!(told(9, b"{\"status_cd\":\"0\"}"), "this is JSON, no gzip'd tar");
        assert_eq!(told(9, &file[..file.len() / 2]), "this cannot be read as a gzip'd tar");
        assert_eq!(told(9, &packed("a.csv")), "no member of the tar ends in `.json`");
        assert_eq!(
            told(8, &file),
            "`a.json` cannot be opened: AES-256-ECB does not open it: the padding does not fit"
        );
    }
}
