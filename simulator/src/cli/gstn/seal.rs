//! `gspsim gstn seal`: what the network or a client would send.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use gsp_simulator::{
    bulk::pack::Packing,
    gstn::{
        Key,
        diagnose::is_json,
        envelope,
        key::to_hex,
        keys::Certificate,
        primitives::{base64, sha256},
    },
    model::dice::Dice,
};
use serde_json::{Map, Value, json};

use super::{Failure, Pair, Said, Session, input};

/// Names the stream of random numbers for keys and paddings.
const SEALING: u64 = 0x7365_616c;

/// What can be sealed.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// A response: JSON under a response key, and that under the session key
    Response {
        /// The session key: 32 bytes in Base64 or hex, or @FILE
        #[arg(long, value_name = "KEY")]
        session_key: String,
        /// The response key; one is made where it is left out, by `--seed` and the JSON
        #[arg(long, value_name = "KEY")]
        response_key: Option<String>,
        /// The JSON; - is standard input
        file: PathBuf,
    },
    /// A request: JSON under the session key
    Request {
        /// The session key: 32 bytes in Base64 or hex, or @FILE
        #[arg(long, value_name = "KEY")]
        session_key: String,
        /// The action that goes beside it, such as RETSAVE
        #[arg(long, value_name = "ACTION")]
        action: Option<String>,
        /// The JSON; - is standard input
        file: PathBuf,
    },
    /// A one-time password under the app key
    Otp {
        /// The app key: 32 bytes in Base64 or hex, or @FILE
        #[arg(long, value_name = "KEY")]
        app_key: String,
        /// The digits, @FILE, or - for standard input
        otp: String,
    },
    /// An app key: by RSA as for OTPREQUEST or, with --session-key, by AES as for REFRESHTOKEN
    AppKey {
        /// Seal it for a refresh, under this session key
        #[arg(long, value_name = "KEY", conflicts_with_all = ["own", "number", "certificate"])]
        session_key: Option<String>,
        /// Seal it under this certificate, such as the network's own
        #[arg(long, value_name = "CERT.pem", conflicts_with_all = ["own", "number"])]
        certificate: Option<PathBuf>,
        #[command(flatten)]
        pair: Pair,
        /// The app key: 32 bytes in Base64 or hex, or @FILE
        key: String,
    },
    /// A session key under the app key, as the network answers AUTHTOKEN with
    Sek {
        /// The app key: 32 bytes in Base64 or hex, or @FILE
        #[arg(long, value_name = "KEY")]
        app_key: String,
        /// The session key, likewise
        key: String,
    },
    /// A file of a large return, .tar.gz: JSON under the file key, the one member of a tar
    File {
        /// The file key: 32 bytes in Base64 or hex, or @FILE
        #[arg(long, value_name = "KEY", visible_alias = "key")]
        file_key: String,
        /// What the member is called
        #[arg(long, value_name = "NAME.json", default_value = "returns_R1_b2b_0.json")]
        member: String,
        /// The file to write
        #[arg(long, value_name = "FILE.tar.gz")]
        out: PathBuf,
        /// The JSON; - is standard input
        file: PathBuf,
    },
}

pub(super) fn run(session: &Session, command: &Command) -> Result<Said, Failure> {
    match command {
        Command::Response { session_key, response_key, file } => {
            let session_key = input::key("`--session-key`", session_key)?;
            let json = json_of(file)?;
            let response_key = match response_key {
                Some(text) => input::key("`--response-key`", text)?,
                None => Key::roll(&mut dice(session, &json)),
            };
            let sealed = envelope::seal_response(&response_key, &session_key, &json);
            let (data, rek, hmac) = (sealed.data, sealed.rek, sealed.hmac);
            Ok(Said::json(&json!({"status_cd": "1", "data": data, "rek": rek, "hmac": hmac})))
        }
        Command::Request { session_key, action, file } => {
            let session_key = input::key("`--session-key`", session_key)?;
            let sealed = envelope::seal_request(&session_key, &json_of(file)?);
            let mut body = Map::new();
            body.extend(action.clone().map(|action| ("action".to_owned(), Value::from(action))));
            body.insert("data".to_owned(), sealed.data.into());
            body.insert("hmac".to_owned(), sealed.hmac.into());
            Ok(Said::json(&body))
        }
        Command::Otp { app_key, otp } => {
            let app_key = input::key("`--app-key`", app_key)?;
            let sealed = envelope::seal_otp(&app_key, &input::value(otp)?);
            Ok(one(session, "otp", sealed))
        }
        Command::AppKey { session_key, certificate, pair, key } => {
            let key = input::key("the app key", key)?;
            let sealed = match session_key {
                Some(text) => envelope::wrap_key(&key, &input::key("`--session-key`", text)?),
                None => by_rsa(session, &key, certificate.as_ref(), pair)?,
            };
            Ok(one(session, "app_key", sealed))
        }
        Command::Sek { app_key, key } => {
            let app_key = input::key("`--app-key`", app_key)?;
            let key = input::key("the session key", key)?;
            Ok(one(session, "sek", envelope::wrap_key(&key, &app_key)))
        }
        Command::File { file_key, member, out, file } => {
            let key = input::key("`--file-key`", file_key)?;
            let packing = Packing { key, member: member.clone(), quoted: true, made_at_s: 0 };
            pack(session, &packing, &json_of(file)?, out)
        }
    }
}

/// Writes a file as the network packs one.
fn pack(session: &Session, packing: &Packing, json: &[u8], out: &Path) -> Result<Said, Failure> {
    let mut bytes = Vec::new();
    packing.write(json, &mut bytes).map_err(|error| {
        Failure::new(format!("`{}` cannot be a member's name: {error}", packing.member))
            .hint("a tar takes names of up to 100 bytes")
    })?;
    fs::write(out, &bytes).map_err(|error| {
        Failure::new(format!("cannot write to `{}`: {error}", out.display()))
            .hint("give a file in a folder that may be written to")
    })?;
    let (file, length, hash) = (out.display().to_string(), bytes.len(), to_hex(&sha256(&bytes)));
    Ok(if session.json {
        Said::json(&json!({ "file": file, "length": length, "hash": hash }))
    } else {
        Said::text(format!("{file}: {length} bytes, SHA-256 {hash}\n"))
    })
}

fn by_rsa(
    session: &Session,
    key: &Key,
    certificate: Option<&PathBuf>,
    pair: &Pair,
) -> Result<String, Failure> {
    let certificate = match certificate {
        Some(path) => Certificate::read(&input::file(path)?).map_err(|error| {
            Failure::new(format!("`{}` cannot be used: {error}", path.display()))
                .hint("give a PEM file with `-----BEGIN CERTIFICATE-----`")
        })?,
        None => {
            let (ring, rotations) = pair.ring()?;
            ring.pair(rotations).certificate.clone()
        }
    };
    let sealed = certificate.encrypt(&key.0, &mut dice(session, &key.0));
    sealed.map(|sealed| base64(&sealed)).ok_or_else(|| {
        Failure::new("a key does not fit under this certificate: its RSA key is too short")
            .hint("GSTN's has 2048 bits")
    })
}

/// The dice for sealing this: same seed, same bytes.
fn dice(session: &Session, what: &[u8]) -> Dice {
    Dice::new(session.ingredients.seed, SEALING, &sha256(what))
}

fn json_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut json = input::bytes(path)?;
    json.truncate(json.trim_ascii_end().len());
    if is_json(&json) {
        return Ok(json);
    }
    Err(Failure::new(format!("{} is no JSON object or list", input::name(path)))
        .hint("what is sealed is JSON, such as `{\"gstin\": \"…\", \"ret_period\": \"042025\"}`"))
}

fn one(session: &Session, name: &str, value: String) -> Said {
    if session.json { Said::json(&json!({ name: value })) } else { Said::text(value + "\n") }
}
