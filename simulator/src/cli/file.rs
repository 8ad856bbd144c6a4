//! `gspsim.toml`: settings of this folder, below flags and environment.

use std::{fs, io, num::NonZeroUsize, path::Path, sync::Arc};

use gsp_simulator::{
    finding::{Finding, Source},
    pack::located::Located,
};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    global::{Color, UnknownChoice},
    serve::{Log, WatchChoice},
};

/// The file's name, in the folder where the program is run.
pub(crate) const FILE_NAME: &str = "gspsim.toml";

/// `gspsim.toml`: what flags say too, under the same names.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct SettingsFile {
    /// Print JSON in place of tables and sentences.
    pub(crate) json: Option<bool>,
    /// Folders with vendors, taxpayers and outcomes, on top of the built-in ones.
    pub(crate) fixtures: Vec<Located<String>>,
    /// Folders with scenarios, on top of the built-in ones.
    pub(crate) scenarios: Vec<Located<String>>,
    /// Seed of everything random.
    pub(crate) seed: Option<u64>,
    /// Who a well-formed GSTIN is that belongs to no persona.
    pub(crate) unknown: Option<UnknownChoice>,
    /// A time at which the clock stands still, RFC 3339.
    pub(crate) now: Option<Located<String>>,
    /// Colours in the output.
    pub(crate) color: Option<Color>,
    /// `serve`: where to listen, such as `127.0.0.1:4777`.
    pub(crate) listen: Option<String>,
    /// `serve`: the port alone; 0 takes a free one.
    pub(crate) port: Option<u16>,
    /// `serve`: ports of their own, by vendor.
    pub(crate) mount: IndexMap<String, u16>,
    /// `serve`: stories to play from the start.
    pub(crate) scenario: Vec<String>,
    /// `serve`: the token that the admin API wants.
    pub(crate) admin_token: Option<String>,
    /// `serve`: a PEM file with a key pair of the tax network.
    pub(crate) gstn_key: Option<String>,
    /// `serve`: HTTPS in place of HTTP.
    pub(crate) tls: Option<bool>,
    /// `serve`: a PEM file with your own certificate.
    pub(crate) tls_cert: Option<String>,
    /// `serve`: a PEM file with its private key.
    pub(crate) tls_key: Option<String>,
    /// `serve`: where to write the authority's certificate.
    pub(crate) tls_ca_out: Option<String>,
    /// `serve`: how many exchanges the journal keeps.
    pub(crate) journal_limit: Option<usize>,
    /// `serve`: a tenant that nobody called for so long ends, such as `15m`, or `never`.
    pub(crate) tenant_ttl: Option<String>,
    /// `serve`: how many tenants there may be.
    pub(crate) tenant_limit: Option<NonZeroUsize>,
    /// `serve`: how folders of fixtures and scenarios are watched.
    pub(crate) watch: Option<WatchChoice>,
    /// `serve`: threads that serve.
    pub(crate) threads: Option<NonZeroUsize>,
    /// `serve`: how much is logged on standard error.
    pub(crate) log: Option<Log>,
    /// Settings of vendors: `[settings.VENDOR]`, then `name = value`.
    #[schemars(with = "IndexMap<String, IndexMap<String, serde_json::Value>>")]
    pub(crate) settings: IndexMap<String, IndexMap<String, toml::Value>>,
}

/// Reads the file, where there is one.
pub(crate) fn read(folder: &Path) -> Result<Option<(Source, SettingsFile)>, Finding> {
    let path = folder.join(FILE_NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Finding::new(format!("cannot read `{FILE_NAME}`: {error}"))),
    };
    let source = Source { path: FILE_NAME.into(), text: Arc::from(text) };
    match toml::from_str(&source.text) {
        Ok(file) => Ok(Some((source, file))),
        Err(error) => Err(Finding::from_toml(&error)
            .within(&source)
            .hint("keys are named as the flags are; `gspsim schema gspsim` lists them")),
    }
}
