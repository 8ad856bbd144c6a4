//! Faults of TLS: what goes wrong before any request. A connection chooses before it says whose it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is wrong with a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TlsFault {
    /// The certificate ended yesterday.
    Expired,
    /// The certificate is for another name.
    WrongHost,
    /// The certificate vouches for itself.
    SelfSigned,
    /// The certificate is of an authority that nobody knows.
    UnknownCa,
    /// The connection is closed behind the client's first words.
    HandshakeAbort,
    /// The server speaks TLS 1.0 and nothing newer.
    OldProtocol,
}

impl TlsFault {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Expired,
        Self::WrongHost,
        Self::SelfSigned,
        Self::UnknownCa,
        Self::HandshakeAbort,
        Self::OldProtocol,
    ];

    /// Its name in files, requests and host names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::WrongHost => "wrong-host",
            Self::SelfSigned => "self-signed",
            Self::UnknownCa => "unknown-ca",
            Self::HandshakeAbort => "handshake-abort",
            Self::OldProtocol => "old-protocol",
        }
    }

    /// The host name that always has it: `expired.localhost`.
    #[must_use]
    pub fn host(self) -> String {
        format!("{}.localhost", self.name())
    }

    /// The fault of a host name.
    #[must_use]
    pub fn of_host(host: &str) -> Option<Self> {
        let (name, domain) = host.split_once('.')?;
        let found = || Self::ALL.into_iter().find(|fault| fault.name().eq_ignore_ascii_case(name));
        domain.eq_ignore_ascii_case("localhost").then(found)?
    }

    /// What it is, as a sentence.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Expired => "the certificate expired yesterday",
            Self::WrongHost => "the certificate is for another host",
            Self::SelfSigned => "the certificate is self-signed",
            Self::UnknownCa => "the certificate is of an unknown authority",
            Self::HandshakeAbort => "TLS handshakes are broken off",
            Self::OldProtocol => "the server speaks TLS 1.0 only",
        }
    }
}

/// How TLS differs; only where `gspsim serve --tls` serves it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TlsChanges {
    /// What is wrong with each handshake.
    pub fault: Option<TlsFault>,
    /// Only for connections to this vendor: to its real host name, or to the port it has for itself.
    pub vendor: Option<String>,
}

impl TlsChanges {
    /// The fault of a connection to a vendor, where it is known that it is one.
    #[must_use]
    pub fn fault_of(&self, vendor: Option<&str>) -> Option<TlsFault> {
        self.fault.filter(|_| self.vendor.is_none() || self.vendor.as_deref() == vendor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_host_name() {
        for fault in TlsFault::ALL {
            assert_eq!(TlsFault::of_host(&fault.host()), Some(fault));
            let json = serde_json::to_value(fault).expect("it is a text");
            assert_eq!(json, fault.name());
        }
        for other in
            ["localhost", "expired", "expired.test", "fine.localhost", "x.expired.localhost"]
        {
            assert_eq!(TlsFault::of_host(other), None, "{other}");
        }
    }

    #[test]
    fn a_fault_may_be_one_vendors_alone() {
        let all = TlsChanges { fault: Some(TlsFault::Expired), vendor: None };
        let one = TlsChanges { vendor: Some("alpha".to_owned()), ..all.clone() };

        assert_eq!(all.fault_of(None), all.fault);
        assert_eq!(one.fault_of(Some("alpha")), one.fault);
        assert_eq!((one.fault_of(None), one.fault_of(Some("beta"))), (None, None));
    }
}
