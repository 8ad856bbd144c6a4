//! A second `gspsim` in a process of its own, over TLS, with packs and credentials of its own: it
//! stands for a vendor's live side.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
};

use serde_json::Value;
use tempfile::TempDir;

/// Where the repository is.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository")
}

/// The simulator's program: beside the harness', made where it is not there yet.
pub(crate) fn gspsim() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let harness = Path::new(env!("CARGO_BIN_EXE_gsp-contract"));
        let program = harness.with_file_name(format!("gspsim{}", env::consts::EXE_SUFFIX));
        // Made anew where it is older than its sources; cargo knows.
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let made = Command::new(cargo)
            .args(["build", "--quiet", "--locked", "-p", "gsp-simulator", "--bin", "gspsim"])
            .current_dir(repository())
            .status();
        assert!(made.is_ok_and(|status| status.success()), "the simulator can be built");
        program
    })
}

/// What the live side is to be.
#[derive(Debug, Default)]
pub(crate) struct Setting {
    edits: Vec<(String, String, String)>,
    arguments: Vec<String>,
}

/// A live side under way; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Second {
    process: Child,
    /// `https://127.0.0.1:PORT`
    pub(crate) url: String,
    /// The folder of its packs, its authority, and whatever a test puts there.
    pub(crate) folder: TempDir,
}

/// The credentials of the live side: vendor, auth part, what the pack says, what stands there.
pub(crate) const CREDENTIALS: [(&str, &str, &str, &str); 6] = [
    ("finagg", "key", "sim-finagg-key", "live-finagg-key-5121"),
    ("attestr", "token", "sim-attestr:sim-secret", "live-attestr:live-secret-7730"),
    ("hyperverge", "appId", "\"sim-app\"", "\"live-app-40\""),
    ("hyperverge", "appKey", "sim-app-key", "live-app-key-9917"),
    ("accuauth", "id", "\"sim-id\"", "\"live-id-18\""),
    ("accuauth", "secret", "\"sim-secret\"", "\"live-secret-66\""),
];

impl Setting {
    /// The shipped packs, under credentials of their own.
    pub(crate) fn new() -> Self {
        let mut setting = Self::default();
        for (vendor, _, from, to) in CREDENTIALS {
            setting = setting.edit(&format!("{vendor}/vendor.toml"), from, to);
        }
        setting
    }

    /// Replaces a text everywhere in a file below `fixtures/`; it must be there.
    #[must_use]
    pub(crate) fn edit(mut self, file: &str, from: &str, to: &str) -> Self {
        self.edits.push((file.to_owned(), from.to_owned(), to.to_owned()));
        self
    }

    /// One more argument of `gspsim serve`.
    #[must_use]
    pub(crate) fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Writes the packs with their edits, and serves them with a seed of their own.
    pub(crate) fn start(self) -> Second {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let packs = folder.path().join("packs");
        copy(&repository().join("fixtures"), &packs);
        for (file, from, to) in &self.edits {
            let path = packs.join(file);
            let text = fs::read_to_string(&path).expect("the file is there");
            assert!(text.contains(from.as_str()), "`{file}` has `{from}`");
            fs::write(&path, text.replace(from.as_str(), to)).expect("it can be written");
        }
        let mut process = Command::new(gspsim())
            .args(["serve", "--json", "--port", "0", "--seed", "40", "--tls", "--tls-ca-out"])
            .arg(folder.path().join("ca.pem"))
            .arg("--fixtures")
            .arg(&packs)
            .args(&self.arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the simulator starts");
        let mut line = String::new();
        let out = process.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("it prints");
        let told: Value = serde_json::from_str(&line).unwrap_or_default();
        let url = told["url"].as_str().map(str::to_owned);
        let url = url.unwrap_or_else(|| panic!("it listens: {line}"));
        Second { process, url, folder }
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The name of the variable that holds a credential.
pub(crate) fn variable(vendor: &str, part: &str) -> String {
    format!("LIVE_{vendor}_{part}").to_ascii_uppercase()
}

impl Second {
    /// `contract.toml` for this live side under the name `uat`, with these lines more in
    /// `[targets.uat]`; the GSTINs are those of the live side's own population.
    pub(crate) fn config(&self, more: &str) -> PathBuf {
        let mut text = format!(
            "[targets.uat]\nabout = \"A second simulator\"\ntls.ca = \"ca.pem\"\n{more}\n[targets.uat.gstins]\n"
        );
        for (role, gstin) in self.gstins() {
            text.push_str(&format!("{role} = \"{gstin}\"\n"));
        }
        text.push_str("[targets.uat.replace]\norg_abc123 = \"org_abc123\"\n");
        for vendor in ["finagg", "attestr", "hyperverge", "hms", "accuauth"] {
            text.push_str(&format!(
                "[targets.uat.vendors.{vendor}]\nurl = \"{}/{vendor}\"\n",
                self.url
            ));
            text.push_str(&format!("[targets.uat.vendors.{vendor}.credentials]\n"));
            for part in CREDENTIALS.iter().filter(|row| row.0 == vendor).map(|row| row.1) {
                let name = variable(vendor, part);
                text.push_str(&format!("{part} = {{ env = \"{name}\" }}\n"));
            }
            if vendor == "hms" {
                text.push_str("token = { file = \"hms-token\" }\n");
            }
        }
        text.push_str(
            "[targets.uat.vendors.finagg.sessions.taxpayer]\nuser = { env = \"LIVE_USER\" }\ncertificate = { file = \"network.pem\" }\n",
        );
        text.push_str(&format!(
            "otp = {{ command = [\"{}\", \"--desk\"] }}\n",
            self.folder.path().join("otp.sh").display()
        ));
        self.keep("hms-token", &self.token());
        self.keep("network.pem", &self.fetch("/__sim/gstn/certificate"));
        self.otp_script();
        let path = self.folder.path().join("contract.toml");
        fs::write(&path, text).expect("it can be written");
        path
    }

    /// Writes a file into the folder.
    pub(crate) fn keep(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("it can be written");
    }

    /// A program that looks into the live side's desk, as a person looks at a telephone.
    fn otp_script(&self) {
        let script = format!(
            "#!/bin/sh\ncurl -sS --cacert '{}' '{}/__sim/otp' | python3 -c \"\nimport json, os, sys\nfor one in json.load(sys.stdin)['otps']:\n    if one['user'] == os.environ['GSP_OTP_USER'] and one['state'] == os.environ['GSP_OTP_STATE']:\n        print(one['otp'])\n        break\n\"\n",
            self.folder.path().join("ca.pem").display(),
            self.url,
        );
        self.keep("otp.sh", &script);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = self.folder.path().join("otp.sh");
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
        }
    }

    /// A signed token of this side.
    fn token(&self) -> String {
        let output = self.simulator(&["token", "hms", "--org", "org_abc123", "--ttl", "1d"]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// `gspsim` with this side's packs and seed.
    pub(crate) fn simulator(&self, arguments: &[&str]) -> Output {
        let output = Command::new(gspsim())
            .args(arguments)
            .args(["--seed", "40", "--fixtures"])
            .arg(self.folder.path().join("packs"))
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Role → GSTIN of somebody on this side who is no persona.
    fn gstins(&self) -> Vec<(&'static str, String)> {
        let output = self.simulator(&["population", "--count", "400", "--json"]);
        let all: Vec<Value> = serde_json::from_slice(&output.stdout).expect("it is JSON");
        let first = |fits: &dyn Fn(&Value) -> bool| {
            let found = all.iter().find(|one| fits(one)).expect("somebody is so");
            found["gstin"].as_str().expect("a text").to_owned()
        };
        let is = |status: &'static str, kind: &'static str| {
            first(&move |one: &Value| {
                let early = one["registered_on"].as_str().is_some_and(|on| on < "2018");
                one["status"] == status && one["taxpayer_type"] == kind && early
            })
        };
        vec![
            ("found", is("Active", "Regular")),
            ("cancelled", is("Cancelled", "Regular")),
            ("suspended", is("Suspended", "Regular")),
            ("composition", is("Active", "Composition")),
            ("not-found", "30AAAFG0000W1ZQ".to_owned()),
        ]
    }

    /// What stands at a path.
    pub(crate) fn fetch(&self, path: &str) -> String {
        self.fetch_with("GET", path)
    }

    /// What a request with another method gives.
    pub(crate) fn fetch_with(&self, method: &str, path: &str) -> String {
        let output = Command::new("curl")
            .args(["-sS", "--fail-with-body", "-X", method, "--cacert"])
            .arg(self.folder.path().join("ca.pem"))
            .arg(format!("{}{path}", self.url))
            .output()
            .expect("curl is there");
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a text")
    }

    /// The journal of the live side, oldest first.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let json: Value =
            serde_json::from_str(&self.fetch("/__sim/journal?limit=1000")).expect("it is JSON");
        json["exchanges"].as_array().cloned().unwrap_or_default()
    }

    /// `gsp-contract` with the credentials in its environment, in this side's folder.
    pub(crate) fn contract(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gsp-contract"));
        command.args(arguments).current_dir(self.folder.path());
        for (vendor, part, _, value) in CREDENTIALS {
            command.env(variable(vendor, part), value.trim_matches('"'));
        }
        command.env("LIVE_USER", "LIVE_USER_1");
        command
    }
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let target = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("it can be copied");
        }
    }
}
