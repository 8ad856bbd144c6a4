//! `gspsim serve --tls`: what HTTPS is served with.

use std::fs;

use clap::builder::FalseyValueParser;
use gsp_simulator::{Builder, Simulator, server::OwnCertificate};

use super::{Failure, file::SettingsFile, global::Picker};

/// What `serve` takes for TLS.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsArgs {
    /// Serve HTTPS, with a certificate of an authority that is made at the start
    #[arg(long, env = "GSPSIM_TLS", hide_env = true, value_parser = FalseyValueParser::new())]
    tls: bool,
    /// Serve HTTPS with your own certificate: a PEM file, the server's certificate first
    #[arg(long, value_name = "FILE", env = "GSPSIM_TLS_CERT", hide_env = true)]
    tls_cert: Option<String>,
    /// The private key of your certificate: a PEM file
    #[arg(long, value_name = "FILE", env = "GSPSIM_TLS_KEY", hide_env = true)]
    tls_key: Option<String>,
    /// Write the authority's certificate to this file, for clients to trust
    #[arg(long, value_name = "FILE", env = "GSPSIM_TLS_CA_OUT", hide_env = true)]
    tls_ca_out: Option<String>,
}

/// What was chosen for TLS; empty texts are files that nobody named.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    tls: bool,
    cert: String,
    key: String,
    ca_out: String,
}

impl TlsArgs {
    pub(super) fn choose(
        self,
        picker: &mut Picker<'_>,
        file: &SettingsFile,
    ) -> Result<Chosen, Failure> {
        let mut path = |name: &str, given, file: &Option<String>| {
            picker.pick(name, given, file.clone(), String::new(), Clone::clone)
        };
        let cert = path("tls-cert", self.tls_cert, &file.tls_cert);
        let key = path("tls-key", self.tls_key, &file.tls_key);
        let ca_out = path("tls-ca-out", self.tls_ca_out, &file.tls_ca_out);
        let tls = picker.pick("tls", Some(self.tls), file.tls, false, ToString::to_string);
        if cert.is_empty() != key.is_empty() {
            let (there, missing) =
                if key.is_empty() { ("tls-cert", "tls-key") } else { ("tls-key", "tls-cert") };
            return Err(Failure::new(format!("`--{there}` is there and `--{missing}` is not"))
                .hint("a certificate and its private key go together"));
        }
        let tls = tls || !cert.is_empty();
        if !tls && !ca_out.is_empty() {
            return Err(Failure::new("`--tls-ca-out` is there and `--tls` is not")
                .hint("add `--tls`: without it there is no authority"));
        }
        Ok(Chosen { tls, cert, key, ca_out })
    }
}

impl Chosen {
    /// The simulator that is to be, with TLS where that was chosen.
    pub(super) fn apply(&self, builder: Builder) -> Result<Builder, Failure> {
        if self.cert.is_empty() {
            return Ok(if self.tls { builder.tls() } else { builder });
        }
        Ok(builder.tls_with(OwnCertificate { chain: read(&self.cert)?, key: read(&self.key)? }))
    }

    /// Writes the authority's certificate where that was asked for.
    pub(super) fn write(&self, simulator: &Simulator) -> Result<(), Failure> {
        let Some(pem) = simulator.ca_pem().filter(|_| !self.ca_out.is_empty()) else {
            return Ok(());
        };
        fs::write(&self.ca_out, pem).map_err(|error| {
            Failure::new(format!("cannot write `{}`: {error}", self.ca_out))
                .hint("name a file in a folder that is there and that you may write to")
        })
    }
}

fn read(path: &str) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::new(format!("cannot read `{path}`: {error}")).hint("name a PEM file")
    })
}
