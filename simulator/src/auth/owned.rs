//! Owned credentials: those of a tenant are the accounts' own with the tenant's name behind them,
//! `sim-key--blue`; so a call says whose it is, and no client has to be changed for it.
//!
//! The joint is made of letters that stand in keys, headers, paths, queries and JSON alike, and no
//! tenant's name has it. A secret that is sent in base64 has the name inside; a PASETO has it behind
//! its `jti`.

use std::borrow::Cow;

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{Part, PartCheck, Refusal, encoded};
use crate::pack::file::Encoding;

/// What stands between a credential and the name of the tenant that has it.
pub const JOINT: &str = "--";

/// A credential as a tenant has it.
#[must_use]
pub fn owned_by(value: &str, tenant: Option<&str>) -> String {
    match tenant {
        Some(name) => format!("{value}{JOINT}{name}"),
        None => value.to_owned(),
    }
}

/// The tenant whose name stands behind a text.
#[must_use]
pub fn owner(text: &str) -> Option<&str> {
    text.rsplit_once(JOINT).map(|(_, name)| name).filter(|name| !name.is_empty())
}

/// The text before the joint and this tenant's name; `None` where it is another's, or nobody's.
fn disowned<'text>(text: &'text str, tenant: &str) -> Option<&'text str> {
    text.strip_suffix(tenant)?.strip_suffix(JOINT)
}

impl Part {
    /// The tenant that what a call carries in this place belongs to, by its own words.
    #[must_use]
    pub fn owner(&self, presented: &str) -> Option<String> {
        match &self.check {
            PartCheck::Secret(Encoding::Plain) => owner(presented).map(str::to_owned),
            PartCheck::Secret(Encoding::Base64) => owner(&decoded(presented)?).map(str::to_owned),
            PartCheck::Paseto(verifier) => verifier.owner(presented),
            PartCheck::Issued(_) => None,
        }
    }
}

/// What was in base64, where it is text.
fn decoded(text: &str) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()
}

/// Takes a tenant's name off its secrets, or finds that they have none: in a tenant that was named
/// some other way the accounts' own are right, too. But all secrets of a call are of one kind.
#[derive(Debug, Default)]
pub(super) struct Disowner {
    owned: Option<bool>,
}

impl Disowner {
    /// The account's secret as it would be sent to the default tenant.
    pub(super) fn take<'text>(
        &mut self,
        presented: &'text str,
        encoding: Encoding,
        tenant: &str,
    ) -> Result<Cow<'text, str>, Refusal> {
        let own = match encoding {
            Encoding::Plain => disowned(presented, tenant).map(Cow::Borrowed),
            Encoding::Base64 => decoded(presented)
                .and_then(|text| disowned(&text, tenant).map(|own| encoded(encoding, own)))
                .map(Cow::Owned),
        };
        let is_owned = own.is_some();
        if *self.owned.get_or_insert(is_owned) != is_owned {
            return Err(Refusal::Wrong);
        }
        Ok(own.unwrap_or(Cow::Borrowed(presented)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenants_credential_is_the_accounts_own_with_a_name_behind_it() {
        assert_eq!(owned_by("sim-key", None), "sim-key");
        assert_eq!(owned_by("sim-key", Some("blue")), "sim-key--blue");
        assert_eq!(owner("sim-key--blue"), Some("blue"));
        assert_eq!(owner("sim-key"), None);
        assert_eq!(owner("sim-key--"), None);
        assert_eq!(owner("a--b--c"), Some("c"), "the last one counts");
    }

    #[test]
    fn the_name_comes_off_in_either_writing() {
        for encoding in [Encoding::Plain, Encoding::Base64] {
            let sent = encoded(encoding, "sim:secret--blue");
            let own = Disowner::default().take(&sent, encoding, "blue");
            assert_eq!(own.as_deref(), Ok(&*encoded(encoding, "sim:secret")));

            let other = Disowner::default().take(&sent, encoding, "green");
            assert_eq!(other.as_deref(), Ok(&*sent), "another's name stays");
        }
    }

    #[test]
    fn half_a_tenants_credentials_are_nobodys() {
        let mut disowner = Disowner::default();
        assert!(disowner.take("sim-id", Encoding::Plain, "blue").is_ok());
        let mixed = disowner.take("sim-secret--blue", Encoding::Plain, "blue");
        assert_eq!(mixed, Err(Refusal::Wrong));
    }
}
