//! Credentials: what each account sends, and what it gets for it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::Teller;
use crate::{
    auth::{Part, PartCheck, encoded, owned::owned_by},
    pack::{Account, Pack, file::AuthPlace},
};

/// The accounts of one vendor.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VendorCredentials {
    /// The vendor.
    pub vendor: String,
    /// Its product.
    pub title: String,
    /// Where it is mounted.
    pub base_url: String,
    /// Who may call; the first one is the default.
    pub accounts: Vec<AccountCredentials>,
    /// A first call to paste.
    pub curl: String,
    /// The words of that call, a line each.
    #[serde(skip)]
    pub curl_words: Vec<String>,
}

/// One account.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AccountCredentials {
    /// Its name.
    pub account: String,
    /// What is particular about it.
    pub about: String,
    /// What its calls carry.
    pub send: Vec<Sent>,
    /// What its calls get, where they are refused.
    pub gives: Option<Gives>,
    /// How often it may call, how much: limit and words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Allowed>,
}

/// What an account may have of a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Allowed {
    /// The limit.
    pub limit: String,
    /// How much, in words.
    pub told: String,
}

/// One credential as it is sent.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Sent {
    /// `header`, `query`, `path` or `body`.
    pub place: &'static str,
    /// Its name there.
    pub name: String,
    /// Its value, ready; none where a login endpoint gives it.
    pub value: Option<String>,
    /// Whether it is a token made just now: `gspsim token` makes more.
    pub minted: bool,
    /// The endpoint that gives it, where one does.
    pub issued_by: Option<String>,
}

/// What an account gets.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Gives {
    /// Our name.
    pub outcome: String,
    /// The vendor's, where it has one.
    pub code: Option<String>,
    /// HTTP status.
    pub status: u16,
}

/// The credentials of a vendor, or of all; `None` where there is no such vendor.
#[must_use]
pub fn credentials(teller: &Teller, vendor: Option<&str>) -> Option<Vec<VendorCredentials>> {
    let packs = teller.packs(vendor)?;
    Some(packs.into_iter().map(|pack| of_vendor(teller, pack)).collect())
}

fn of_vendor(teller: &Teller, pack: &Arc<Pack>) -> VendorCredentials {
    let base_url = format!("{}/{}", teller.base_url, pack.name);
    let curl_words = pack
        .endpoints
        .first()
        .map(|endpoint| teller.request(pack, endpoint, 0).curl(&base_url))
        .unwrap_or_default();
    let scheme = first_scheme(pack);
    let accounts = pack.accounts.iter().enumerate().map(|(index, account)| AccountCredentials {
        account: account.name.clone(),
        about: account.about.clone(),
        send: sent(pack, scheme, index, teller.sender()),
        gives: gives(pack, index).or_else(|| causes(teller, pack, index)),
        limits: allowed(pack, index),
    });
    VendorCredentials {
        vendor: pack.name.clone(),
        title: pack.title.clone(),
        base_url,
        accounts: accounts.collect(),
        curl: curl_words.join(" "),
        curl_words,
    }
}

/// What an account may have of the limits that are in force for it.
#[must_use]
pub fn allowed(pack: &Pack, account: usize) -> Vec<Allowed> {
    let limits = pack.limits.iter().filter_map(|limit| {
        let terms = limit.terms(Some(account));
        terms.most.map(|_| Allowed { limit: limit.name.clone(), told: terms.told() })
    });
    limits.collect()
}

/// The scheme of the first endpoint that has one.
fn first_scheme(pack: &Pack) -> Option<usize> {
    pack.endpoints.iter().find_map(|endpoint| endpoint.scheme)
}

/// What refuses an account's calls, at the first endpoint where something does.
fn gives(pack: &Pack, account: usize) -> Option<Gives> {
    let plan = pack.endpoints.iter().find_map(|endpoint| {
        let index = endpoint.refusals.get(account).copied().flatten()?;
        endpoint.replies.all.get(index)
    })?;
    Some(Gives {
        outcome: plan.outcome.to_string(),
        code: pack.code_of(plan).map(|code| code.code.clone()),
        status: plan.status.as_u16(),
    })
}

/// What an account's first call gets where that is not the success: nothing refuses the account
/// as such, but a rule turns it down.
fn causes(teller: &Teller, pack: &Arc<Pack>, account: usize) -> Option<Gives> {
    let endpoint = pack.endpoints.first()?;
    let request = teller.request(pack, endpoint, account);
    let exchange = teller.play(pack, &request, None).ok()?;
    let success = endpoint.replies.all.get(endpoint.success)?;
    (exchange.outcome != success.outcome).then(|| Gives {
        outcome: exchange.outcome.to_string(),
        code: Some(exchange.code).filter(|code| !code.is_empty()),
        status: exchange.delivery.reply.status.as_u16(),
    })
}

/// Whose credentials are told, and when: a tenant's are its own, and tokens are minted at that time.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'name> {
    /// The tenant; `None`: the default one.
    pub tenant: Option<&'name str>,
    /// The time, in epoch milliseconds.
    pub at_ms: i64,
}

impl From<i64> for Sender<'_> {
    fn from(at_ms: i64) -> Self {
        Self { tenant: None, at_ms }
    }
}

/// What an account sends under a scheme.
#[must_use]
pub fn sent<'name>(
    pack: &Pack,
    scheme: Option<usize>,
    account: usize,
    sender: impl Into<Sender<'name>>,
) -> Vec<Sent> {
    let Sender { tenant, at_ms } = sender.into();
    let (Some(scheme), Some(account)) =
        (scheme.and_then(|index| pack.schemes.get(index)), pack.accounts.get(account))
    else {
        return Vec::new();
    };
    let parts = scheme.parts.iter().map(|part| {
        let own = account.credentials.iter().find(|(name, _)| *name == part.name);
        let value = match &part.check {
            PartCheck::Secret(encoding) => {
                own.map(|(_, value)| encoded(*encoding, &owned_by(value, tenant)))
            }
            PartCheck::Paseto(verifier) => {
                verifier.mint_for(tenant, at_ms, None, claims(account)).ok()
            }
            PartCheck::Issued(_) => None,
        };
        let issued_by = match &part.check {
            PartCheck::Issued(session) => pack
                .endpoints
                .iter()
                .find(|endpoint| {
                    endpoint.issues.as_ref().is_some_and(|issues| issues.session == *session)
                })
                .map(|endpoint| endpoint.name.clone()),
            _ => None,
        };
        let (place, name) = match &part.place {
            AuthPlace::Header(name) => ("header", name),
            AuthPlace::Query(name) => ("query", name),
            AuthPlace::Path(name) => ("path", name),
            AuthPlace::Body(name) => ("body", name),
        };
        // Header names are kept in lower case; the account's word is often the same in its own.
        let name = if name.eq_ignore_ascii_case(&part.name) { &part.name } else { name };
        Sent {
            place,
            name: name.clone(),
            value: value.map(|value| with_word(part, &value)),
            minted: matches!(part.check, PartCheck::Paseto(_)),
            issued_by,
        }
    });
    parts.collect()
}

/// What an account's tokens claim.
fn claims(account: &Account) -> Vec<(String, serde_json::Value)> {
    account.claims.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A credential with the word before it, such as `Bearer`.
#[must_use]
pub fn with_word(part: &Part, value: &str) -> String {
    match &part.word {
        Some(word) => format!("{word} {value}"),
        None => value.to_owned(),
    }
}
