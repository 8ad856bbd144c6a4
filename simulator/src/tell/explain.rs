//! Explain: one code or outcome, at every vendor that has it, and how to get it here.

use std::sync::Arc;

use serde::Serialize;

use super::{
    ShownReply, Teller, causes,
    credentials::{self, AccountCredentials},
    example, lookups,
};
use crate::{
    magic::{By, MagicRow},
    pack::{Certainty, Endpoint, Layer, Pack, ReplyPlan, Retry, Verified, contract::Sender},
};

/// What a code or outcome is.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// What was asked for.
    pub word: String,
    /// What it means, where it is an outcome.
    pub about: Option<String>,
    /// Each vendor's reading.
    pub readings: Vec<Reading>,
    /// What vendors without the word say in its place, where it is an outcome.
    pub others: Vec<Instead>,
}

/// A code or an answer of one vendor.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    /// The vendor.
    pub vendor: String,
    /// Its code; none where the answer has none.
    pub code: Option<String>,
    /// Our names for it.
    pub outcomes: Vec<String>,
    /// HTTP status.
    pub status: u16,
    /// The vendor's wording; empty where it has none.
    pub message: String,
    /// Endpoints that say it.
    pub endpoints: Vec<String>,
    /// What a live side bore out of it: day, side, endpoint.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verified: Vec<Verified>,
    /// The catalog's entry; none for an answer without a code.
    pub entry: Option<Details>,
    /// How to get it here.
    pub ways: Ways,
    /// What comes.
    pub reply: Option<ShownReply>,
}

/// What the catalog says of a code.
#[derive(Clone, Debug, Serialize)]
pub struct Details {
    /// Who says it.
    pub layer: Layer,
    /// What makes the vendor say it.
    pub cause: String,
    /// What the caller should do.
    pub mend: String,
    /// Whether calling again helps.
    pub retry: Retry,
    /// Where this is written.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// The ways to get a code from the simulator.
#[derive(Clone, Debug, Serialize)]
pub struct Ways {
    /// An account whose calls get it.
    pub account: Option<AccountCredentials>,
    /// A magic GSTIN that gives it.
    pub magic_gstin: Option<String>,
    /// What uses limits, credits or sessions up, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// The header that asks for it.
    pub header: String,
    /// A request that causes it.
    pub request: Option<String>,
    /// What must have happened before that request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_before: Option<&'static str>,
    /// The words of that request, a line each.
    #[serde(skip)]
    pub request_words: Vec<String>,
}

/// What a vendor without the word says.
#[derive(Clone, Debug, Serialize)]
pub struct Instead {
    /// The vendor.
    pub vendor: String,
    /// Its code, or our name where it has none.
    pub says: String,
}

/// Explains a code or an outcome; `None` where no vendor has it.
#[must_use]
pub fn explain(teller: &Teller, word: &str, vendor: Option<&str>) -> Option<Explanation> {
    let packs = teller.packs(vendor)?;
    let about = about(teller, &packs, word);
    let mut readings = Vec::new();
    let mut others = Vec::new();
    for pack in packs {
        let found = readings_of(teller, pack, word);
        if found.is_empty() && about.is_some() {
            let instead = lookups(pack).find_map(|endpoint| {
                let index = teller.world.vocabulary.nearest(&endpoint.replies, word)?;
                endpoint.replies.all.get(index)
            });
            others.extend(instead.map(|plan| {
                Instead {
                    vendor: pack.name.clone(),
                    says: pack
                        .code_of(plan)
                        .map_or_else(|| plan.outcome.to_string(), |code| code.code.clone()),
                }
            }));
        }
        readings.extend(found);
    }
    (!readings.is_empty() || !others.is_empty()).then(|| Explanation {
        word: word.to_owned(),
        about,
        readings,
        others,
    })
}

/// Every word that can be explained.
#[must_use]
pub fn words(teller: &Teller, vendor: Option<&str>) -> Vec<String> {
    let mut words: Vec<String> = teller.world.vocabulary.names().map(str::to_owned).collect();
    for pack in teller.packs(vendor).into_iter().flatten() {
        let (outcomes, codes) = pack.wishes();
        words.extend(outcomes);
        words.extend(codes);
    }
    words.sort();
    words.dedup();
    words
}

/// What an outcome means; a pack's own outcomes explain themselves by their codes.
fn about(teller: &Teller, packs: &[&Arc<Pack>], word: &str) -> Option<String> {
    let is_code = packs.iter().any(|pack| pack.replies.by_code.contains_key(word));
    teller.world.vocabulary.about(word).filter(|_| !is_code).map(str::to_owned)
}

fn readings_of(teller: &Teller, pack: &Arc<Pack>, word: &str) -> Vec<Reading> {
    let is = |code: &str| code.eq_ignore_ascii_case(word);
    let mut rows: Vec<_> =
        pack.catalog.iter().enumerate().filter(|(_, row)| is(&row.code)).collect();
    if rows.is_empty() {
        rows = pack
            .catalog
            .iter()
            .enumerate()
            .filter(|(_, row)| row.outcomes.iter().any(|outcome| outcome.as_str() == word))
            .collect();
    }
    if rows.is_empty() {
        return answers(teller, pack, word);
    }
    rows.into_iter()
        .map(|(index, row)| {
            let can = |endpoint: &&Endpoint| {
                endpoint.replies.all.iter().any(|plan| plan.code == Some(index))
            };
            let endpoints: Vec<_> = pack.endpoints.iter().filter(can).collect();
            let speaker = endpoints.iter().find(|endpoint| endpoint.lookup.is_some());
            let speaker = speaker.or(endpoints.first()).copied();
            Reading {
                vendor: pack.name.clone(),
                code: Some(row.code.clone()),
                outcomes: row.outcomes.iter().map(ToString::to_string).collect(),
                status: row.status,
                message: row.message.clone(),
                endpoints: endpoints.iter().map(|endpoint| endpoint.name.clone()).collect(),
                verified: pack.verified_code(&row.code).cloned().collect(),
                entry: Some(Details {
                    layer: row.layer,
                    cause: row.cause.clone(),
                    mend: row.mend.clone(),
                    retry: row.retry,
                    source: row.source.clone(),
                    certainty: row.certainty,
                }),
                ways: ways(teller, pack, speaker, &row.code, Some(index)),
                reply: speaker.and_then(|endpoint| reply(teller, pack, endpoint, &row.code)),
            }
        })
        .collect()
}

/// An outcome that the vendor answers without a code, or a family of outcomes.
fn answers(teller: &Teller, pack: &Arc<Pack>, word: &str) -> Vec<Reading> {
    let said = |endpoint: &Endpoint| {
        let index = teller.world.vocabulary.strict(&endpoint.replies, word)?;
        endpoint.replies.all.get(index).cloned()
    };
    let speakers: Vec<(&Endpoint, ReplyPlan)> =
        pack.endpoints.iter().filter_map(|endpoint| Some((endpoint, said(endpoint)?))).collect();
    let Some((first, plan)) = speakers.first() else { return Vec::new() };
    if let Some(code) = pack.code_of(plan) {
        return readings_of(teller, pack, &code.code);
    }
    vec![Reading {
        vendor: pack.name.clone(),
        code: None,
        outcomes: vec![plan.outcome.to_string()],
        status: plan.status.as_u16(),
        message: String::new(),
        endpoints: speakers.iter().map(|(endpoint, _)| endpoint.name.clone()).collect(),
        verified: pack
            .verified
            .iter()
            .filter(|row| row.code.is_none() && row.outcome == plan.outcome.as_str())
            .cloned()
            .collect(),
        entry: None,
        ways: ways(teller, pack, Some(first), &plan.outcome.to_string(), None),
        reply: reply(teller, pack, first, word),
    }]
}

fn ways(
    teller: &Teller,
    pack: &Arc<Pack>,
    speaker: Option<&Endpoint>,
    wish: &str,
    code: Option<usize>,
) -> Ways {
    let is_it = |endpoint: &Endpoint, index: usize| {
        endpoint.replies.all.get(index).is_some_and(|plan| match code {
            Some(_) => plan.code == code,
            None => plan.outcome.as_str() == wish,
        })
    };
    let account = speaker.and_then(|endpoint| {
        let refused = |reply: &Option<usize>| reply.is_some_and(|index| is_it(endpoint, index));
        let at = endpoint.refusals.iter().position(refused)?;
        let account = &pack.accounts[at];
        Some(AccountCredentials {
            account: account.name.clone(),
            about: account.about.clone(),
            send: credentials::sent(pack, endpoint.scheme, at, teller.sender()),
            gives: None,
            limits: Vec::new(),
        })
    });
    let gives_it = |row: &&MagicRow| {
        let wanted = row.by == By::Force || row.outcome.value == "not-found" || code.is_none();
        let first = lookups(pack).next().filter(|_| wanted);
        first.is_some_and(|first| {
            let nearest = teller.world.vocabulary.nearest(&first.replies, &row.outcome);
            nearest.is_some_and(|index| is_it(first, index))
        })
    };
    // The one named after the code's own outcome says most plainly what it is for.
    let own = code.and_then(|index| pack.catalog[index].outcomes.first());
    let is_own = |row: &&MagicRow| own.is_some_and(|own| own.as_str() == row.outcome.value);
    let rows = || teller.world.magic.rows().filter(gives_it);
    let magic_gstin = rows().find(is_own).or_else(|| rows().next());
    let magic_gstin = magic_gstin.map(|row| row.gstin.value.clone());
    let (request_words, request_before) =
        cause(teller, pack, speaker, wish, code).unwrap_or_default();
    Ways {
        account,
        magic_gstin,
        causes: code.map(|index| causes::used_up_by(teller, pack, index)).unwrap_or_default(),
        header: format!("X-Sim-Outcome: {wish}"),
        request: Some(request_words.join(" ")).filter(|line| !line.is_empty()),
        request_before,
        request_words,
    }
}

/// A request of the contract that causes a code by itself, and what must have happened before.
fn cause(
    teller: &Teller,
    pack: &Pack,
    speaker: Option<&Endpoint>,
    wish: &str,
    code: Option<usize>,
) -> Option<(Vec<String>, Option<&'static str>)> {
    let url = format!("{}/{}", teller.base_url, pack.name);
    let example = match code {
        Some(_) => teller.examples.causing(pack, wish)?,
        None => teller.examples.success(pack, speaker?).filter(|one| one.outcome == wish)?,
    };
    let (_, endpoint) = pack.endpoint(&example.endpoint)?;
    let mut request = example::request(example, endpoint);
    let sender = match &example.account {
        Sender::First => Some(0),
        Sender::Nobody => None,
        Sender::Account(name) => pack.accounts.iter().position(|known| known.name == *name),
    };
    if let Some(at) = sender {
        request.add_credentials(&credentials::sent(pack, endpoint.scheme, at, teller.sender()));
    }
    Some((request.curl(&url), example::before(example, endpoint)))
}

fn reply(teller: &Teller, pack: &Arc<Pack>, endpoint: &Endpoint, wish: &str) -> Option<ShownReply> {
    let request = teller.request(pack, endpoint, 0);
    teller.play(pack, &request, Some(wish)).ok().map(|exchange| ShownReply::of(&exchange))
}

#[cfg(test)]
mod tests;
