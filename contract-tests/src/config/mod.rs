//! `contract.toml`: whom the program may ask, and how.
//!
//! No secret stands in it: each is the name of an environment variable or of a file. They are read
//! when a target is chosen, kept as [`secrecy::SecretString`], and blanked wherever a request or an
//! answer is told.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use gsp_simulator::finding::{Finding, Source};

mod file;
mod given;
mod secret;
#[cfg(test)]
mod tests;

pub use self::{
    file::{
        CertificateFile, ConfigFile, KindFile, OtpFile, SessionFile, TargetFile, TlsFile,
        VendorFile,
    },
    given::{Given, GivenSession, GivenVendor, Lack},
    secret::{SecretFile, Secrets},
};

/// The file's name, where no other is given.
pub const FILE_NAME: &str = "contract.toml";

/// Names another file.
pub const FILE_VARIABLE: &str = "GSP_CONTRACT_CONFIG";

/// The file, and where it lies: names of files in it are below its folder.
#[derive(Clone, Debug)]
pub struct Config {
    /// What it says.
    pub file: ConfigFile,
    /// The folder it lies in.
    pub folder: PathBuf,
    /// Its path, as the user would name it.
    pub path: PathBuf,
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, drawn at its place.
    pub fn read(path: &Path) -> Result<Self, Vec<Finding>> {
        let text = fs::read_to_string(path).map_err(|error| {
            let message = format!("`{}` cannot be read: {error}", path.display());
            vec![Finding::new(message).hint(
                "name the file with `--config FILE`; docs/targets.md tells what stands in it",
            )]
        })?;
        Self::parse(path, &text)
    }

    /// Reads the file's text.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Vec<Finding>> {
        let source = Source { path: path.to_owned(), text: Arc::from(text) };
        let file: ConfigFile = toml::from_str(text)
            .map_err(|error| vec![Finding::from_toml(&error).within(&source)])?;
        let findings = file.findings(&source);
        if !findings.is_empty() {
            return Err(findings);
        }
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { file, folder, path: path.to_owned() })
    }

    /// The names of its targets, in the order of the file.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.file.targets.keys().cloned().collect()
    }
}
