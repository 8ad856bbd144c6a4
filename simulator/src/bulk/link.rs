//! Links that vouch for themselves: a signature over path and end, as web servers check it.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use thiserror::Error;

use crate::{
    gstn::{Key, primitives::hmac_sha256},
    model::dice::Dice,
};

/// What a tenant signs its links with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkKey(Key);

/// Why a link is no good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LinkFault {
    /// Its time is over.
    #[error("the link has expired")]
    Expired,
    /// Its signature does not fit its path and its end.
    #[error("the link's signature does not fit it")]
    Tampered,
}

/// What the dice are for.
const LINKS: u64 = 0x11_4B5;

impl LinkKey {
    /// The key of a tenant: a function of seed and name.
    #[must_use]
    pub fn new(seed: u64, tenant: &str) -> Self {
        Self(Key::roll(&mut Dice::new(seed, LINKS, tenant.as_bytes())))
    }

    /// The signature of a path that may be read until `expires_s`: 22 characters of base64url.
    #[must_use]
    pub fn sign(&self, path: &str, expires_s: i64) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.tag(path, expires_s))
    }

    /// Whether a link is good at this time, in epoch milliseconds.
    ///
    /// # Errors
    ///
    /// A link that was tampered with says so, whether it has expired or not.
    pub fn check(
        &self,
        path: &str,
        expires: &str,
        signature: &str,
        at_ms: i64,
    ) -> Result<(), LinkFault> {
        let expires_s: i64 = expires.parse().map_err(|_| LinkFault::Tampered)?;
        // Compared as text: decoding would let several texts stand for one signature.
        if self.sign(path, expires_s) != signature || expires_s.to_string() != expires {
            return Err(LinkFault::Tampered);
        }
        if at_ms >= expires_s.saturating_mul(1000) {
            return Err(LinkFault::Expired);
        }
        Ok(())
    }

    /// As long as an MD5 sum, which is what such a parameter is usually called.
    fn tag(&self, path: &str, expires_s: i64) -> [u8; 16] {
        let whole = hmac_sha256(&self.0.0, format!("{expires_s} {path}").as_bytes());
        std::array::from_fn(|at| whole[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/returns/16042025/R1/00ff/returns_16042025_R1_27AAACS0000A1ZG_b2b_0.tar.gz";

    #[test]
    fn a_link_is_good_until_it_expires() {
        let key = LinkKey::new(1, "default");
        let signature = key.sign(PATH, 1_000);

        assert_eq!(signature.len(), 22);
        assert_eq!(key.check(PATH, "1000", &signature, 999_999), Ok(()));
        assert_eq!(key.check(PATH, "1000", &signature, 1_000_000), Err(LinkFault::Expired));
    }

    #[test]
    fn a_change_of_path_end_or_signature_is_seen() {
        let key = LinkKey::new(1, "default");
        let signature = key.sign(PATH, 1_000);
        let tampered = |path: &str, expires: &str, signature: &str| {
            assert_eq!(key.check(path, expires, signature, 0), Err(LinkFault::Tampered));
        };

        tampered(&PATH.replace("b2b_0", "b2b_1"), "1000", &signature);
        tampered(PATH, "9999", &signature);
        tampered(PATH, "+1000", &signature);
        tampered(PATH, "01000", &signature);
        tampered(PATH, "soon", &signature);
        tampered(PATH, "1000", &signature[..21]);
        tampered(PATH, "1000", "");
    }

    #[test]
    fn another_seed_or_tenant_signs_otherwise() {
        let sign = |seed, tenant| LinkKey::new(seed, tenant).sign(PATH, 1_000);
        assert_eq!(sign(1, "default"), sign(1, "default"));
        assert_ne!(sign(1, "default"), sign(2, "default"));
        assert_ne!(sign(1, "default"), sign(1, "another"));
    }
}
