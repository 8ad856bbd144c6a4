//! A target of the file, with its secrets read: what a run uses.

use std::{collections::BTreeMap, fs, time::Duration};

use gsp_simulator::{
    auth::PartCheck,
    pack::{Account, Pack, located::Located},
    render::expression::closest,
    world::World,
};
use indexmap::IndexMap;
use secrecy::SecretString;

use crate::guard::Budget;

use super::{CertificateFile, Config, KindFile, OtpFile, SecretFile, TargetFile, VendorFile};

/// Something that a target lacks.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Lack {
    /// The vendor; none where it concerns the whole target.
    pub vendor: Option<String>,
    /// What is missing.
    pub what: String,
    /// What to do.
    pub next: String,
}

/// A target, its secrets read.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// What is there.
    pub kind: KindFile,
    /// Where a simulator is.
    pub url: Option<String>,
    /// The vendors that are there.
    pub vendors: BTreeMap<String, GivenVendor>,
    /// More authorities to trust, in PEM.
    pub ca: Option<Vec<u8>>,
    /// Certificate and key that we show, in PEM.
    pub identity: Option<SecretString>,
    /// The proxy.
    pub proxy: Option<SecretString>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How often a call may be sent again.
    pub retries: u32,
    /// How many cases may be under way at a time.
    pub parallel: usize,
    /// What may be spent.
    pub budget: Option<Budget>,
}

/// A vendor at a target.
#[derive(Clone, Debug, Default)]
pub struct GivenVendor {
    /// What stands before the pack's paths.
    pub url: String,
    /// Account → auth part → value.
    pub accounts: BTreeMap<String, BTreeMap<String, SecretString>>,
    /// Headers that every call carries besides.
    pub headers: Vec<(String, SecretString)>,
    /// Role → GSTIN.
    pub gstins: BTreeMap<String, String>,
    /// Text of the cases → what stands for it: periods, and what the user said.
    pub replace: BTreeMap<String, String>,
    /// Sessions by kind.
    pub sessions: BTreeMap<String, GivenSession>,
    /// What is not to be told, besides credentials.
    pub secret: Vec<SecretString>,
}

/// A session that a taxpayer consents to.
#[derive(Clone, Debug, Default)]
pub struct GivenSession {
    /// The user's name.
    pub user: Option<SecretString>,
    /// The state code.
    pub state: Option<String>,
    /// How one comes by the OTP.
    pub otp: Option<OtpFile>,
    /// The network's certificate in PEM.
    pub certificate: Option<String>,
}

impl Config {
    /// A target by name, its secrets read; and all that it lacks.
    ///
    /// # Errors
    ///
    /// When there is none of that name: what to tell.
    pub fn given(&self, name: &str, world: &World) -> Result<(Given, Vec<Lack>), String> {
        let Some(file) = self.file.targets.get(name) else {
            let names = self.names();
            let hint = if names.is_empty() {
                "it has no targets; docs/targets.md shows one".to_owned()
            } else {
                closest(name, &names)
            };
            return Err(format!(
                "error: `{}` has no target `{name}`\nhint: {hint}",
                self.path.display()
            ));
        };
        let mut reader = Reader { config: self, lacks: Vec::new(), vendor: None };
        let given = reader.target(name, file, world);
        Ok((given, reader.lacks))
    }
}

struct Reader<'a> {
    config: &'a Config,
    lacks: Vec<Lack>,
    vendor: Option<String>,
}

impl Reader<'_> {
    fn lack(&mut self, what: String, next: String) {
        self.lacks.push(Lack { vendor: self.vendor.clone(), what, next });
    }

    fn secret(&mut self, about: &str, file: &SecretFile) -> Option<SecretString> {
        match file.read(&self.config.folder) {
            Ok(secret) => Some(secret),
            Err((what, next)) => {
                self.lack(format!("{about}: {what}"), next);
                None
            }
        }
    }

    fn bytes(&mut self, about: &str, name: &str) -> Option<Vec<u8>> {
        let path = self.config.folder.join(name);
        match fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                let what = format!("{about}: `{}` cannot be read: {error}", path.display());
                self.lack(what, "put the PEM file there".to_owned());
                None
            }
        }
    }

    fn target(&mut self, name: &str, file: &TargetFile, world: &World) -> Given {
        let mut vendors = BTreeMap::new();
        for (vendor, own) in &file.vendors {
            self.vendor = Some(vendor.clone());
            let Some(pack) = world.vendor(vendor) else {
                let names: Vec<_> = world.packs.iter().map(|pack| pack.name.clone()).collect();
                self.lack(format!("there is no pack `{vendor}`"), closest(vendor, &names));
                continue;
            };
            let mut given = self.own(own, pack);
            self.shared(file, &mut given);
            if let Some(url) = own.url.as_ref() {
                url.trim_end_matches('/').clone_into(&mut given.url);
            } else if let Some(url) = &file.url {
                given.url = format!("{}/{vendor}", url.trim_end_matches('/'));
            } else {
                self.lack(
                    "no address".to_owned(),
                    format!("[targets.{name}.vendors.{vendor}] url = \"https://…\""),
                );
            }
            if file.kind == KindFile::Live {
                self.credentials(name, pack, &given);
                self.sessions(name, pack, &given);
            }
            vendors.insert(vendor.clone(), given);
        }
        self.vendor = None;
        match file.kind {
            KindFile::Live if file.vendors.is_empty() => {
                self.lack(
                    "no vendor".to_owned(),
                    format!("[targets.{name}.vendors.VENDOR] with url and credentials"),
                );
            }
            KindFile::Simulator if file.url.is_none() => {
                self.lack(
                    "no address".to_owned(),
                    format!("[targets.{name}] url = \"http://127.0.0.1:4777\""),
                );
            }
            _ => {}
        }
        let live = file.kind == KindFile::Live;
        Given {
            name: name.to_owned(),
            kind: file.kind,
            url: file.url.as_ref().map(|url| url.trim_end_matches('/').to_owned()),
            vendors,
            ca: file.tls.ca.as_ref().and_then(|ca| self.bytes("tls.ca", ca)),
            identity: file.tls.identity.as_ref().and_then(|own| self.secret("tls.identity", own)),
            proxy: file.proxy.as_ref().and_then(|proxy| self.secret("proxy", proxy)),
            timeout: Duration::from_secs(file.timeout_s.unwrap_or(30)),
            connect_timeout: Duration::from_secs(file.connect_timeout_s.unwrap_or(10)),
            retries: file.retries.unwrap_or(if live { 2 } else { 0 }),
            parallel: file.parallel.unwrap_or(1).max(1),
            budget: file.budget.clone(),
        }
    }

    /// What a vendor's own table says.
    fn own(&mut self, file: &VendorFile, pack: &Pack) -> GivenVendor {
        let mut given = GivenVendor::default();
        let mut accounts = Vec::new();
        if let Some(first) = pack.accounts.first() {
            accounts.push((first.name.clone(), &file.credentials));
        }
        accounts.extend(file.accounts.iter().map(|(name, own)| (name.clone(), own)));
        for (account, parts) in accounts {
            if !pack.accounts.iter().any(|known| known.name == account) {
                let names: Vec<_> = pack.accounts.iter().map(|known| known.name.clone()).collect();
                self.lack(
                    format!("the pack has no account `{account}`"),
                    closest(&account, &names),
                );
                continue;
            }
            let mut own = BTreeMap::new();
            for (part, secret) in parts {
                let names = parts_of(pack);
                if !names.contains(part) {
                    self.lack(format!("no auth part is called `{part}`"), closest(part, &names));
                } else if let Some(value) = self.secret(&format!("credentials.{part}"), secret) {
                    own.insert(part.clone(), value);
                }
            }
            given.accounts.insert(account, own);
        }
        for (name, secret) in &file.headers {
            if let Some(value) = self.secret(&format!("headers.{name}"), secret) {
                given.headers.push((name.clone(), value));
            }
        }
        self.replace(&file.replace, &mut given);
        for (role, gstin) in &file.gstins {
            given.gstins.insert(role.clone(), gstin.value.clone());
        }
        for (from, to) in &file.periods {
            given.replace.insert(from.clone(), to.value.clone());
        }
        for (kind, session) in &file.sessions {
            let certificate =
                session.certificate.as_ref().and_then(|CertificateFile::File(path)| {
                    let bytes = self.bytes(&format!("sessions.{kind}.certificate"), path)?;
                    Some(String::from_utf8_lossy(&bytes).into_owned())
                });
            let about = format!("sessions.{kind}.user");
            let user = session.user.as_ref().and_then(|user| self.secret(&about, user));
            let state = session.state.as_ref().map(|state| state.value.clone());
            let own = GivenSession { user, state, otp: session.otp.clone(), certificate };
            given.sessions.insert(kind.clone(), own);
        }
        given
    }

    /// What the target's table says for all of its vendors, where the vendor's own does not.
    fn shared(&mut self, file: &TargetFile, given: &mut GivenVendor) {
        self.replace(&file.replace, given);
        for (role, gstin) in &file.gstins {
            given.gstins.entry(role.clone()).or_insert_with(|| gstin.value.clone());
        }
        for (from, to) in &file.periods {
            given.replace.entry(from.clone()).or_insert_with(|| to.value.clone());
        }
    }

    fn replace(&mut self, all: &IndexMap<String, Located<SecretFile>>, given: &mut GivenVendor) {
        use secrecy::ExposeSecret as _;
        for (from, to) in all {
            let about = format!("replace.{from}");
            let Some(value) = self.secret(&about, to) else { continue };
            given.replace.entry(from.clone()).or_insert_with(|| value.expose_secret().to_owned());
            if !matches!(to.value, SecretFile::Text(_)) {
                given.secret.push(value);
            }
        }
    }

    /// What the account that is answered lacks.
    fn credentials(&mut self, name: &str, pack: &Pack, given: &GivenVendor) {
        let Some(Account { name: account, credentials, .. }) = pack.accounts.first() else {
            return;
        };
        let own = given.accounts.get(account);
        for (part, _) in credentials {
            if own.is_none_or(|own| !own.contains_key(part)) {
                // What is named but cannot be read has been told.
                let told = self.lacks.iter().any(|lack| {
                    lack.vendor.as_deref() == Some(&pack.name)
                        && lack.what.starts_with(&format!("credentials.{part}:"))
                });
                if !told {
                    self.lack(
                        format!("no credential `{part}`"),
                        format!(
                            "[targets.{name}.vendors.{}.credentials] {part} = {{ env = \"NAME\" }}",
                            pack.name
                        ),
                    );
                }
            }
        }
    }

    /// What sessions lack; without a table for a kind its cases are skipped.
    fn sessions(&mut self, name: &str, pack: &Pack, given: &GivenVendor) {
        let kinds: Vec<_> = pack.consents.iter().map(|kind| kind.name.clone()).collect();
        for (kind, session) in &given.sessions {
            let table = format!("[targets.{name}.vendors.{}.sessions.{kind}]", pack.name);
            if !kinds.contains(kind) {
                self.lack(format!("the pack has no session `{kind}`"), closest(kind, &kinds));
                continue;
            }
            if session.user.is_none() {
                self.lack(
                    format!("session `{kind}`: no user"),
                    format!("{table} user = {{ env = \"NAME\" }}"),
                );
            }
            if session.otp.is_none() {
                self.lack(format!("session `{kind}`: no way to its OTP"), format!("{table} otp = {{ command = [\"…\"] }}, {{ env = \"NAME\" }} or {{ ask = true }}"));
            }
            if session.certificate.is_none() {
                self.lack(
                    format!("session `{kind}`: no certificate"),
                    format!("{table} certificate = {{ file = \"network.pem\" }}"),
                );
            }
        }
    }
}

/// The names of a pack's auth parts that somebody must give.
fn parts_of(pack: &Pack) -> Vec<String> {
    let parts = pack.schemes.iter().flat_map(|scheme| &scheme.parts);
    let given = parts.filter(|part| !matches!(part.check, PartCheck::Issued(_)));
    let mut names: Vec<_> = given.map(|part| part.name.clone()).collect();
    names.dedup();
    names
}
