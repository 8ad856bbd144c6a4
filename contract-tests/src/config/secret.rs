//! Secrets: where each is read from, and how they are kept out of what is told.

use std::{borrow::Cow, collections::BTreeSet, env, fmt, fs, path::Path, sync::RwLock};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

/// Where a value is read from when the target is chosen.
#[derive(Clone)]
pub enum SecretFile {
    /// From the environment variable of that name: `{ env = "NAME" }`.
    Env(String),
    /// From a file below the folder of `contract.toml`; blanks around it do not count:
    /// `{ file = "PATH" }`.
    File(String),
    /// As it stands here: refused for what must be secret.
    Text(String),
}

impl fmt::Debug for SecretFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.told())
    }
}

impl<'de> Deserialize<'de> for SecretFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = SecretFile;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("`{ env = \"NAME\" }` or `{ file = \"PATH\" }`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<SecretFile, E> {
                Ok(SecretFile::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SecretFile, A::Error> {
                const KEYS: [&str; 2] = ["env", "file"];
                let mut found = None;
                while let Some(key) = map.next_key::<String>()? {
                    let made = match key.as_str() {
                        "env" => SecretFile::Env(map.next_value()?),
                        "file" => SecretFile::File(map.next_value()?),
                        other => return Err(Error::unknown_field(other, &KEYS)),
                    };
                    if found.replace(made).is_some() {
                        return Err(Error::custom("one of `env` and `file`, not both"));
                    }
                }
                found.ok_or_else(|| Error::custom("`env` or `file` is missing"))
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

impl JsonSchema for SecretFile {
    fn schema_name() -> Cow<'static, str> {
        "SecretFile".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Where a value is read from when the target is chosen. A text stands for itself, where no secret is wanted.",
            "anyOf": [
                {
                    "type": "object",
                    "description": "From the environment variable of that name.",
                    "properties": { "env": { "type": "string" } },
                    "required": ["env"],
                    "additionalProperties": false,
                },
                {
                    "type": "object",
                    "description": "From a file below the folder of contract.toml.",
                    "properties": { "file": { "type": "string" } },
                    "required": ["file"],
                    "additionalProperties": false,
                },
                { "type": "string" },
            ],
        })
    }
}

impl SecretFile {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// What is missing and what to do, without the value.
    pub fn read(&self, folder: &Path) -> Result<SecretString, (String, String)> {
        let text = match self {
            Self::Env(name) => env::var(name).map_err(|_| {
                (
                    format!("the environment has no `{name}`"),
                    format!("export {name}=…, in your shell or your CI's secrets"),
                )
            })?,
            Self::File(file) => {
                let path = folder.join(file);
                fs::read_to_string(&path).map_err(|error| {
                    (
                        format!("`{}` cannot be read: {error}", path.display()),
                        "write the value into that file, and keep it out of the repository"
                            .to_owned(),
                    )
                })?
            }
            Self::Text(text) => text.clone(),
        };
        let text = text.trim();
        if text.is_empty() {
            return Err((format!("{} is empty", self.told()), "put the value there".to_owned()));
        }
        Ok(text.to_owned().into())
    }

    /// Where it is read from, for people.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Env(name) => format!("the variable `{name}`"),
            Self::File(file) => format!("the file `{file}`"),
            Self::Text(_) => "the text in the file".to_owned(),
        }
    }
}

/// What must not be told: credentials, and tokens as they come.
#[derive(Debug, Default)]
pub struct Secrets(RwLock<BTreeSet<Longest>>);

/// Sorted by length, longest first: one that is part of another is blanked last.
#[derive(PartialEq, Eq)]
struct Longest(String);

impl fmt::Debug for Longest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

impl Ord for Longest {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.len().cmp(&self.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Longest {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What stands where a secret stood.
pub(super) const BLANK: &str = "…";

impl Secrets {
    /// Shorter ones are parts of ordinary words.
    const SHORTEST: usize = 4;
    /// More are not kept: a run has a token or two for each login.
    const MOST: usize = 10_000;

    /// Keeps one more.
    pub fn add(&self, secret: &str) {
        if secret.len() >= Self::SHORTEST
            && let Ok(mut all) = self.0.write()
            && all.len() < Self::MOST
        {
            all.insert(Longest(secret.to_owned()));
        }
    }

    /// Keeps one more.
    pub fn add_secret(&self, secret: &SecretString) {
        self.add(secret.expose_secret());
    }

    /// A text without them.
    #[must_use]
    pub fn blank(&self, text: &str) -> String {
        let Ok(all) = self.0.read() else { return BLANK.to_owned() };
        let mut text = text.to_owned();
        for Longest(secret) in all.iter() {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), BLANK);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_blanked_wherever_it_stands_and_never_shown() {
        let secrets = Secrets::default();
        for secret in ["abcd", "abcdefgh", "xyz"] {
            secrets.add(secret);
        }
        assert_eq!(secrets.blank("k=abcdefgh&l=abcd xyz"), "k=…&l=… xyz");
        assert!(!format!("{secrets:?}").contains("abc"));
    }
}
