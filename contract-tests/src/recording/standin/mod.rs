//! Stand-ins: what is written in the place of something that is somebody's.
//!
//! Each is valid where it is used (check characters right, states and kinds kept), can be nobody's, and
//! shows by its form that it is ours: so a recording that is made a recording of again stays as it is,
//! and `lint` can tell. What each looks like is in `docs/recordings.md`.
//!
//! - [`numbers`]: GSTIN, PAN, ARN, telephone numbers, PINs
//! - [`names`]: names and addresses
//! - [`tokens`]: keys, ids, tokens

use gsp_simulator::model::dice::Dice;

use super::forms::Form;
use crate::client::crypto;

pub mod names;
pub mod numbers;
pub mod tokens;
mod words;

/// What makes the stand-ins of one recording; it is never written.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// One that nobody knows.
    #[must_use]
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// One that is known, for tests.
    #[must_use]
    pub fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Dice that only this secret and this original give; another `attempt` gives others.
    #[must_use]
    pub fn dice(&self, family: &str, original: &str, attempt: u32) -> Dice {
        let message =
            [family.as_bytes(), &[0], &attempt.to_be_bytes(), original.as_bytes()].concat();
        let mac = crypto::hmac(&self.0, &message);
        let seed = mac.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        Dice::new(seed, u64::from(attempt), &mac)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// Whether something of a form is a stand-in.
#[must_use]
pub fn is_ours(form: Form, text: &str) -> bool {
    match form {
        Form::Gstin => numbers::is_gstin_of_ours(text),
        Form::Pan => numbers::is_pan_of_ours(text),
        Form::Arn => numbers::is_arn_of_ours(text),
        Form::Phone => numbers::is_phone_of_ours(text),
        Form::Email => is_email(text),
        Form::Uuid | Form::Token | Form::Hex => tokens::is_ours(text),
    }
}

/// A mail address as recordings have them.
fn is_email(text: &str) -> bool {
    let local = text.strip_prefix("sample-").and_then(|rest| rest.strip_suffix("@example.com"));
    local
        .is_some_and(|local| local.len() == 8 && local.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A mail address at a name that is kept for examples: whoever it names, nobody has it.
#[must_use]
pub fn is_email_of_ours(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(_, domain)| is_host_of_ours(domain))
}

/// A host name that is kept for examples (RFC 2606).
#[must_use]
pub fn is_host_of_ours(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let of = |name: &str| host == name || host.ends_with(&format!(".{name}"));
    ["example.com", "example.net", "example.org", "example", "invalid", "test", "localhost"]
        .into_iter()
        .any(of)
}

/// A mail address.
#[must_use]
pub fn email(dice: &mut Dice) -> String {
    format!("sample-{}@example.com", tokens::fill(dice, b"0123456789abcdef", 8))
}

/// Where files are in a recording.
const FILES: &str = "https://files.example.com/";

/// The address of a file.
#[must_use]
pub fn link(dice: &mut Dice) -> String {
    format!("{FILES}{}", tokens::plain(dice, 24))
}

/// Whether an address is one of these.
#[must_use]
pub fn is_link_of_ours(text: &str) -> bool {
    text.strip_prefix(FILES).is_some_and(tokens::is_ours)
}
