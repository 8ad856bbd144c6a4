//! PEM: labelled Base64 between lines of dashes; what stands around the blocks does not count.

use crate::gstn::primitives::{base64, from_base64};

/// The label of a certificate.
pub(super) const CERTIFICATE: &str = "CERTIFICATE";

/// A block of a PEM file.
#[derive(Debug)]
pub(super) struct Block<'text> {
    /// Such as `PRIVATE KEY`.
    pub(super) label: &'text str,
    /// What was encoded; `None` where it is no Base64.
    pub(super) der: Option<Vec<u8>>,
    /// Whether its head says that it is encrypted, as old private keys do.
    pub(super) encrypted: bool,
}

/// The blocks of a text, in order.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, body)) = after.split_once("-----") else { break };
        let Some((body, more)) = body.split_once("-----END ") else { break };
        // Head lines have a colon, which Base64 has not.
        let base64: String = body.lines().filter(|line| !line.contains(':')).collect();
        found.push(Block {
            label,
            der: from_base64(base64.as_bytes()),
            encrypted: body.contains("ENCRYPTED"),
        });
        rest = more;
    }
    found
}

/// A block as text.
pub(super) fn write(label: &str, der: &[u8]) -> String {
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in base64(der).as_bytes().chunks(64) {
        out.extend(line.iter().copied().map(char::from));
        out.push('\n');
    }
    out + &format!("-----END {label}-----\n")
}
