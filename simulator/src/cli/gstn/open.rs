//! `gspsim gstn open`: what is inside, or why nobody can tell.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use gsp_simulator::{
    bulk::unpack,
    gstn::{
        Key,
        diagnose::{Diagnosis, Fault, Inside, KeyName, Known, Thing, is_json, not_json},
        envelope::Sealed,
        key::to_hex,
        primitives::sha256,
        read::{self, RefreshKey},
    },
};
use serde_json::{Value, json};

use super::{
    super::Exit,
    Failure, Pair, Said, Session,
    input::{self, Keys, needs},
};

/// So many characters of what came to light stand in a message; `--json` has all of them.
const SHOWN: usize = 2_000;

/// What can be opened.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// A response; needs --session-key
    Response {
        #[command(flatten)]
        keys: Keys,
        /// The response as it came, {"data": …, "rek": …, "hmac": …}; - is standard input
        file: PathBuf,
    },
    /// A request; needs --session-key
    Request {
        #[command(flatten)]
        keys: Keys,
        /// The request as it was sent, {"data": …, "hmac": …}; - is standard input
        file: PathBuf,
    },
    /// A one-time password; needs --app-key
    Otp {
        #[command(flatten)]
        keys: Keys,
        /// The value of `otp`, @FILE, or - for standard input
        value: String,
    },
    /// An app key: of OTPREQUEST or, with --session-key, of REFRESHTOKEN
    AppKey {
        #[command(flatten)]
        pair: Pair,
        #[command(flatten)]
        keys: Keys,
        /// The value of `app_key`, @FILE, or - for standard input
        value: String,
    },
    /// A session key, as the network answers AUTHTOKEN with; needs --app-key
    Sek {
        #[command(flatten)]
        keys: Keys,
        /// The value of `sek`, @FILE, or - for standard input
        value: String,
    },
    /// A downloaded file of a large return, .tar.gz; prints the JSON in it
    File {
        /// The key that came with its link, `ek`: 32 bytes in Base64 or hex, or @FILE
        #[arg(long, value_name = "KEY", visible_alias = "key")]
        file_key: String,
        /// The hash that came with its link: it must be the file's SHA-256
        #[arg(long, value_name = "HEX")]
        hash: Option<String>,
        /// The file as it was downloaded; - is standard input
        file: PathBuf,
    },
}

pub(super) fn run(session: &Session, command: &Command) -> Result<Said, Failure> {
    let opened = match command {
        Command::Response { keys, file } => with(keys, KeyName::SessionKey, |known| {
            let sealed = sealed(file)?;
            Ok(read::response(known, &sealed).and_then(text))
        }),
        Command::Request { keys, file } => with(keys, KeyName::SessionKey, |known| {
            let sealed = sealed(file)?;
            Ok(read::request(known, &sealed.data, Some(&sealed.hmac)).and_then(text))
        }),
        Command::Otp { keys, value } => {
            with(keys, KeyName::AppKey, |known| Ok(read::otp(known, &input::value(value)?)))
        }
        Command::Sek { keys, value } => with(keys, KeyName::AppKey, |known| {
            let key = read::wrapped_key(Thing::Sek, known, &input::value(value)?);
            Ok(key.map(|key| key.to_base64()))
        }),
        Command::AppKey { pair, keys, value } => {
            let (ring, rotations) = pair.ring()?;
            let value = input::value(value)?;
            if keys.has(KeyName::SessionKey) {
                with(keys, KeyName::SessionKey, |known| {
                    let key = read::refresh_key(known, (&ring, rotations), &value);
                    Ok(key.and_then(refresh_text))
                })
            } else {
                Ok(read::app_key(&ring, rotations, &value).map(|key: Key| key.to_base64()))
            }
        }
        Command::File { file_key, hash, file } => {
            let key = input::key("`--file-key`", file_key)?;
            let content = content(file, hash.as_deref())?;
            Ok(read::file(&Known::alone(KeyName::FileKey, key), &content).and_then(text))
        }
    };
    tell(session, opened?)
}

/// Does something with the key that a command needs, the others beside it.
fn with<T>(
    keys: &Keys,
    name: KeyName,
    open: impl FnOnce(&Known<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let others = keys.all()?;
    let key = others.iter().find(|(found, _)| *found == name).map(|(_, key)| *key);
    let known = Known { name, key: key.ok_or_else(|| needs(name))?, others: &others };
    open(&known)
}

/// The sealed content of a downloaded file.
fn content(file: &Path, hash: Option<&str>) -> Result<String, Failure> {
    let (name, bytes) = (input::name(file), input::bytes(file)?);
    let mismatch = |message: String, hint: &str| {
        let mut failure = Failure::new(message).hint(hint);
        failure.exit = Exit::Mismatch;
        failure
    };
    let found = to_hex(&sha256(&bytes));
    if let Some(hash) = hash.filter(|hash| !hash.trim().eq_ignore_ascii_case(&found)) {
        let message = format!("{name} has another hash: {found}, and not {hash}");
        return Err(mismatch(message, "download it again; it was cut off, or is another part"));
    }
    let member = unpack::member(&bytes).map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        let cause = cause.unwrap_or_default();
        mismatch(format!("{name} cannot be opened: {error}{cause}"), error.hint())
    });
    member.map(|(_, content)| content)
}

/// The parts of a body as it went over the wire.
fn sealed(file: &Path) -> Result<Sealed, Failure> {
    let name = input::name(file);
    let body: Value = serde_json::from_str(&input::file(file)?).map_err(|error| {
        Failure::new(format!("{name} is no JSON: {error}"))
            .hint("give the whole body as it went over the wire, `{\"data\": \"…\", …}`")
    })?;
    if body.get("data").is_none() {
        let message = match body.get("error") {
            Some(error) => format!("{name} is a refusal, nothing is sealed in it: {error}"),
            None => format!("there is no `data` in {name}"),
        };
        return Err(Failure::new(message).hint("a sealed body has `data` and `hmac`"));
    }
    let part = |key: &str| match &body[key] {
        Value::String(text) => Ok(text.clone()),
        Value::Null => Ok(String::new()),
        _ => Err(Failure::new(format!("`{key}` in {name} is no text, so it is not sealed"))
            .hint("a sealed body's `data` is a text in Base64")),
    };
    Ok(Sealed { data: part("data")?, rek: part("rek")?, hmac: part("hmac")? })
}

/// JSON that came to light, as text.
fn text(json: Vec<u8>) -> Result<String, Diagnosis> {
    if !is_json(&json) {
        return Err(not_json(&json));
    }
    String::from_utf8(json).map_err(|error| not_json(error.as_bytes()))
}

/// A refresh's key as the network documents it; the other ways are told as what they are.
fn refresh_text(key: RefreshKey) -> Result<String, Diagnosis> {
    let fault = match key {
        RefreshKey::New(key) | RefreshKey::Old(key) => return Ok(key.to_base64()),
        RefreshKey::ByRsa(_) => Fault::RsaForAes(256, KeyName::SessionKey),
        RefreshKey::DoubleBase64(_) => Fault::KeyLength { found: 44, inside: Inside::Base64Key },
    };
    Err(Diagnosis { thing: Thing::RefreshKey, fault, opened: None })
}

fn tell(session: &Session, opened: Result<String, Diagnosis>) -> Result<Said, Failure> {
    let shown = |text: &str| {
        let json = is_json(text.as_bytes()).then(|| serde_json::from_str(text).ok());
        json.flatten().unwrap_or_else(|| Value::from(text))
    };
    match opened {
        Ok(text) if session.json => Ok(Said::json(&json!({
            "opened": shown(&text),
            "thing": null,
            "diagnosis": null,
            "hint": null,
        }))),
        Ok(text) => Ok(Said::text(text + "\n")),
        Err(told) if session.json => {
            let opened = told.opened.as_deref();
            Ok(Said::json(&json!({
                "opened": opened.map(shown),
                "thing": told.thing.to_string().replace('`', ""),
                "diagnosis": told.to_string(),
                "hint": told.hint(),
            }))
            .ending(Exit::Mismatch))
        }
        Err(told) => {
            let mut message = told.to_string();
            if let Some(opened) = &told.opened {
                message += "\nopened: ";
                message.extend(opened.chars().take(SHOWN));
                message += if opened.chars().count() > SHOWN { " …" } else { "" };
            }
            let mut failure = Failure::new(message).hint(told.hint());
            failure.exit = Exit::Mismatch;
            Err(failure)
        }
    }
}
