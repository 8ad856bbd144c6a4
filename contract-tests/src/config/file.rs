//! What `contract.toml` may hold.

use gsp_simulator::{
    finding::{Finding, Source},
    pack::located::Located,
};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::secret::SecretFile;
use crate::guard::Budget;

/// A value that is read from elsewhere, and where that is said.
type Secret = Located<SecretFile>;

/// `contract.toml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ConfigFile {
    /// Whom one may ask, by name: `gsp-contract run --target NAME`.
    pub targets: IndexMap<String, TargetFile>,
}

/// `[targets.NAME]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TargetFile {
    /// What it is, for people.
    pub about: String,
    /// A vendor's own side, or a simulator.
    pub kind: KindFile,
    /// Where every vendor is, each below its name; for a simulator.
    pub url: Option<Located<String>>,
    /// The vendors that are there.
    pub vendors: IndexMap<String, VendorFile>,
    /// Whom HTTPS trusts, and as whom it shows itself.
    pub tls: TlsFile,
    /// The proxy that every call goes through; it may have a password.
    pub proxy: Option<Secret>,
    /// How long an answer may take, in seconds.
    pub timeout_s: Option<u64>,
    /// How long a connection may take, in seconds.
    pub connect_timeout_s: Option<u64>,
    /// How often a call is sent again where the catalog says that this may help, or where no answer
    /// came and asking again changes nothing.
    pub retries: Option<u32>,
    /// How many cases may be under way at a time.
    pub parallel: Option<usize>,
    /// What may be spent on it: calls, errors and what is billed, a day; and how fast.
    pub budget: Option<Budget>,
    /// Role → GSTIN to ask about: a persona's name (`cancelled`, `composition`) or an outcome
    /// (`found`, `not-found`).
    pub gstins: IndexMap<String, Located<String>>,
    /// Period of the cases → period to ask about: `"2025-26" = "2024-25"`, `"032026" = "102024"`.
    pub periods: IndexMap<String, Located<String>>,
    /// Any other text of the cases → what stands for it here.
    pub replace: IndexMap<String, Secret>,
}

/// What is at a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KindFile {
    /// A vendor's own side: nothing of ours is there.
    #[default]
    Live,
    /// A simulator: its admin API is used too.
    Simulator,
}

/// `[targets.NAME.vendors.VENDOR]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct VendorFile {
    /// What stands before the pack's paths: `https://api.example.test`.
    pub url: Option<Located<String>>,
    /// Auth part → value, for the account that is answered: names as `gspsim credentials` and the
    /// pack's `[[accounts]]` have them. A signed token is given whole.
    pub credentials: IndexMap<String, Secret>,
    /// The same for other accounts of the pack: those that are refused.
    pub accounts: IndexMap<String, IndexMap<String, Secret>>,
    /// Headers that every call carries besides.
    pub headers: IndexMap<String, Secret>,
    /// As in the target; these come first.
    pub gstins: IndexMap<String, Located<String>>,
    /// As in the target; these come first.
    pub periods: IndexMap<String, Located<String>>,
    /// As in the target; these come first.
    pub replace: IndexMap<String, Secret>,
    /// Sessions that a taxpayer consents to, by their kind in the pack.
    pub sessions: IndexMap<String, SessionFile>,
}

/// `[targets.NAME.vendors.VENDOR.sessions.KIND]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SessionFile {
    /// The user's name.
    pub user: Option<Secret>,
    /// The state code; left out, that of the GSTIN.
    pub state: Option<Located<String>>,
    /// How one comes by the one-time password.
    pub otp: Option<OtpFile>,
    /// The network's public certificate.
    pub certificate: Option<CertificateFile>,
}

/// How one comes by a one-time password.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OtpFile {
    /// It is always this one: sandboxes have such.
    Env(Located<String>),
    /// It is always the one in this file.
    File(Located<String>),
    /// This program prints it; `GSP_OTP_USER` and `GSP_OTP_STATE` tell whose.
    Command(Vec<String>),
    /// Whoever sits there is asked.
    Ask(bool),
}

/// Where a network's public certificate is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateFile {
    /// A PEM file, below the folder of `contract.toml`.
    File(Located<String>),
}

/// `[targets.NAME.tls]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TlsFile {
    /// One more authority to trust: a PEM file below the folder of `contract.toml`.
    pub ca: Option<Located<String>>,
    /// The certificate and key that we show: a PEM file with both.
    pub identity: Option<Secret>,
}

impl ConfigFile {
    /// What is wrong with it beyond its form.
    #[must_use]
    pub(super) fn findings(&self, source: &Source) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (name, target) in &self.targets {
            let mut find = |message: String, place: Option<&Located<String>>, hint: &str| {
                let finding = Finding::new(message).hint(hint);
                let placed = match place {
                    Some(place) => finding.at(place.span.clone()).within(source),
                    None => finding,
                };
                findings.push(placed);
            };
            if matches!(name.as_str(), "embedded") || name.contains(['/', ':']) {
                let message = format!("no target can be named `{name}`");
                find(
                    message,
                    None,
                    "take a word such as `uat`; `embedded` and addresses are taken",
                );
            }
            if target.kind == KindFile::Live && target.url.is_some() {
                let hint = "give each vendor its own: [targets.NAME.vendors.VENDOR] url = \"…\"; or say `kind = \"simulator\"`";
                let message = format!("`{name}` is live, so one address cannot serve all vendors");
                find(message, target.url.as_ref(), hint);
            }
            let urls = target.vendors.values().filter_map(|vendor| vendor.url.as_ref());
            for url in urls.chain(&target.url) {
                let sound = url.starts_with("https://") || url.starts_with("http://");
                if !sound || url.contains('@') || url.contains('?') {
                    let message = format!("`{url}` is no address to begin with");
                    find(
                        message,
                        Some(url),
                        "write https://host, a port and a path if need be, and no credentials",
                    );
                }
            }
            for vendor in target.vendors.values() {
                let own = vendor.credentials.values();
                let all = own.chain(vendor.accounts.values().flat_map(IndexMap::values));
                for secret in all.chain(vendor.headers.values()) {
                    if let SecretFile::Text(_) = secret.value {
                        // Its line is not drawn: it may be a secret.
                        let line = 1 + source.text[..secret.span.start].matches('\n').count();
                        let message = format!(
                            "{}:{line}: a credential stands in the file itself",
                            source.path.display()
                        );
                        find(
                            message,
                            None,
                            "write `{ env = \"NAME\" }` or `{ file = \"PATH\" }`; if the file was shared, change the credential",
                        );
                    }
                }
            }
        }
        findings
    }
}
