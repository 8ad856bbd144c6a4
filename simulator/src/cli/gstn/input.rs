//! What the commands read: files, values, keys.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use gsp_simulator::gstn::{Key, diagnose::KeyName};

use super::Failure;

/// Stands for standard input.
const STDIN: &str = "-";

/// What people know a file by.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new(STDIN) {
        return "standard input".to_owned();
    }
    format!("`{}`", path.display())
}

/// A file's text; `-` is standard input.
pub(super) fn file(path: &Path) -> Result<String, Failure> {
    let bytes = bytes(path)?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::new(format!("{} is no text", name(path)))
            .hint("give a text file in UTF-8, such as JSON, Base64 or PEM")
    })
}

/// A file's bytes; `-` is standard input.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if path == Path::new(STDIN) {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    read.map_err(|error| {
        Failure::new(format!("cannot read {}: {error}", name(path)))
            .hint("give a file that is there and that you may read, or `-` for standard input")
    })
}

/// A value: the text itself, `@FILE`, or `-` for standard input. A line's end at its end is not
/// part of it.
pub(super) fn value(text: &str) -> Result<String, Failure> {
    let read = match text.strip_prefix('@') {
        Some(path) => file(Path::new(path))?,
        None if text == STDIN => file(Path::new(STDIN))?,
        None => text.to_owned(),
    };
    Ok(read.trim_end_matches(['\r', '\n']).to_owned())
}

/// A key, and why it is none; `from` says what it was given as.
pub(super) fn key(from: &str, text: &str) -> Result<Key, Failure> {
    if let Some(path) = text.strip_prefix('@') {
        let bytes = bytes(Path::new(path))?;
        if let Some(key) = Key::of(&bytes) {
            return Ok(key);
        }
        let text = String::from_utf8_lossy(&bytes);
        return Key::read(text.trim()).ok_or_else(|| no_key(from, "what that file holds"));
    }
    Key::read(text.trim()).ok_or_else(|| {
        no_key(from, &format!("a text of {} characters", text.trim().chars().count()))
    })
}

fn no_key(from: &str, what: &str) -> Failure {
    Failure::new(format!("{from}: {what} is no key of 32 bytes")).hint(KEY_FORMS)
}

const KEY_FORMS: &str = "write 44 characters of Base64, 64 of hex, 32 that are the key themselves, \
                         or `@FILE`; `openssl rand -base64 32` makes one";

/// Keys of a session. Each command needs one of them; others help to name a mistake.
#[derive(Debug, clap::Args)]
pub(super) struct Keys {
    /// The app key: 32 bytes in Base64 or hex, or @FILE
    #[arg(long = "app-key", value_name = "KEY")]
    app: Option<String>,
    /// The session key, that of `sek`
    #[arg(long = "session-key", value_name = "KEY")]
    session: Option<String>,
    /// The app key that a refresh replaced
    #[arg(long = "old-app-key", value_name = "KEY")]
    old_app: Option<String>,
    /// The session key that a refresh replaced
    #[arg(long = "old-session-key", value_name = "KEY")]
    old_session: Option<String>,
}

impl Keys {
    /// The keys that were given, by name and flag.
    pub(super) fn all(&self) -> Result<Vec<(KeyName, Key)>, Failure> {
        let given = [
            (KeyName::AppKey, &self.app),
            (KeyName::SessionKey, &self.session),
            (KeyName::OldAppKey, &self.old_app),
            (KeyName::OldSessionKey, &self.old_session),
        ];
        given
            .into_iter()
            .filter_map(|(name, text)| Some((name, text.as_deref()?)))
            .map(|(name, text)| Ok((name, key(&format!("`{}`", flag(name)), text)?)))
            .collect()
    }

    /// Whether this one was given.
    pub(super) fn has(&self, name: KeyName) -> bool {
        match name {
            KeyName::AppKey => self.app.is_some(),
            _ => self.session.is_some(),
        }
    }
}

/// The flag that gives this key.
pub(super) fn flag(name: KeyName) -> &'static str {
    match name {
        KeyName::AppKey => "--app-key",
        KeyName::SessionKey => "--session-key",
        KeyName::OldAppKey => "--old-app-key",
        KeyName::OldSessionKey => "--old-session-key",
        KeyName::ResponseKey => "--response-key",
        KeyName::FileKey => "--file-key",
        KeyName::MisopenedSessionKey => "",
    }
}

/// What is said where a command lacks its key.
pub(super) fn needs(name: KeyName) -> Failure {
    Failure::new(format!("this needs {name}: `{} KEY`", flag(name))).hint(KEY_FORMS)
}
