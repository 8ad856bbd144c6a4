//! Hosts: who may be asked. The packs' own, and this machine; nobody else, whatever a client or an answer
//! says.

use std::net::IpAddr;

use gsp_simulator::world::World;
use reqwest::Url;
use thiserror::Error;

/// The hosts that may be asked.
#[derive(Clone, Debug)]
pub struct Hosts(Vec<String>);

/// Why an address is not asked.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum HostError {
    /// It is none.
    #[error("`{0}` is no address of a vendor")]
    Address(String),
    /// Its host is nobody's that may be asked.
    #[error("`{host}` is the host of no vendor: nothing was sent there")]
    Stranger {
        /// The host.
        host: String,
        /// Those that may be asked.
        known: Vec<String>,
    },
    /// Keys would travel in the open.
    #[error("`{0}` is asked without TLS: nothing was sent there")]
    Open(String),
}

impl HostError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Address(_) => {
                "write it whole, such as https://api.example.com or http://127.0.0.1:4777/vendor"
                    .to_owned()
            }
            Self::Stranger { known, .. } => format!(
                "add it to `hosts` in the vendor's pack where it is the vendor's; asked may be: {} and this machine (127.0.0.1, ::1, localhost)",
                known.join(", ")
            ),
            Self::Open(_) => "write https:// before the host".to_owned(),
        }
    }
}

impl Hosts {
    /// The hosts of all packs.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let all = world.packs.iter().flat_map(|pack| &pack.hosts);
        Self(all.map(|host| host.to_ascii_lowercase()).collect())
    }

    /// An address that may be asked.
    ///
    /// # Errors
    ///
    /// Where it is none, or may not be.
    pub fn check(&self, text: &str) -> Result<Url, HostError> {
        let url = Url::parse(text).map_err(|_| HostError::Address(text.to_owned()))?;
        self.check_url(&url)?;
        Ok(url)
    }

    /// Whether an address may be asked.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn check_url(&self, url: &Url) -> Result<(), HostError> {
        let told = || url.to_string();
        let host = url.host_str().ok_or_else(|| HostError::Address(told()))?.to_ascii_lowercase();
        // A name in front of the host is no part of an address that anybody should write.
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HostError::Address(format!("{}://…@{host}", url.scheme())));
        }
        let here = is_here(&host);
        match url.scheme() {
            "https" => {}
            "http" if here => {}
            "http" => return Err(HostError::Open(host)),
            _ => return Err(HostError::Address(told())),
        }
        if here || self.0.contains(&host) {
            return Ok(());
        }
        Err(HostError::Stranger { host, known: self.0.clone() })
    }
}

/// Whether a host is this machine.
#[must_use]
pub fn is_here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Hosts {
        Hosts(vec!["api.attestr.com".to_owned()])
    }

    #[test]
    fn the_packs_hosts_and_this_machine_may_be_asked() {
        for url in [
            "https://api.attestr.com",
            "https://API.ATTESTR.COM:443/api",
            "http://127.0.0.1:4777/attestr",
            "http://[::1]:1/",
            "http://localhost:80",
            "https://localhost",
        ] {
            assert!(hosts().check(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn nobody_else_may_however_it_is_written() {
        for url in [
            "https://evil.example.com",
            "https://api.attestr.com.evil.org",
            "https://xapi.attestr.com",
            "https://api.attestr.com@evil.org/",
            "http://api.attestr.com/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest",
            "ftp://api.attestr.com/",
            "file:///etc/passwd",
            "api.attestr.com",
            "https://127.0.0.1.evil.org/",
            "https://localhost.evil.org/",
        ] {
            assert!(hosts().check(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_stranger_is_named_and_the_next_step_told() {
        let error = hosts().check("https://evil.example.com/a").expect_err("a stranger");
        assert_eq!(
            error.to_string(),
            "`evil.example.com` is the host of no vendor: nothing was sent there"
        );
        assert!(error.hint().contains("api.attestr.com and this machine"), "{}", error.hint());
    }
}
