//! Evidence: what a client sent to a vendor and what came, in order of time, for whoever grants
//! access to the vendor's production side.
//!
//! Exchanges stand as they went over the wire, with credentials blanked before anything was kept. Each
//! has a hash, and a chain over all of them; one more hash is over the whole, and told at the end.
//!
//! - [`choose`]: the widest set of cases that a budget allows
//! - [`page`]: the evidence for people, with itself inside for programs

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    client::crypto::{hex, sha256},
    report::{Counts, Standing},
    run::{Asked, Run},
    verdict::{Heard, Promised, Verdict},
};

pub mod choose;
pub mod page;

pub use choose::LeftOut;

/// The form of evidence.
pub const FORMAT: u32 = 1;

/// What was sent and what came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// [`FORMAT`].
    pub evidence: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// Who was asked.
    pub target: Asked,
    /// When it began, by the machine's clock.
    pub began: jiff::Timestamp,
    /// When it ended; none where it was interrupted.
    pub ended: Option<jiff::Timestamp>,
    /// Each case, in order of time.
    pub cases: Vec<Tried>,
    /// Each exchange, in order of time.
    pub exchanges: Vec<Sealed>,
    /// Answers that no case was tried for, and why.
    pub left_out: Vec<LeftOut>,
    /// The last link of the chain.
    pub chain: String,
    /// SHA-256 of all this as compact JSON, with this text empty.
    pub total: String,
}

/// A case that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// `vendor::endpoint::case`.
    pub case: String,
    /// The request in a line.
    pub request: String,
    /// What is promised of the answer.
    pub promised: Option<Promised>,
    /// `passed`, `failed`, `drifted` or `skipped`.
    pub verdict: String,
    /// What was otherwise than promised, or why it was not tried.
    pub differs: Vec<String>,
    /// When it began.
    pub at: jiff::Timestamp,
    /// The numbers of its exchanges; the last one is its own, those before lead to it.
    pub exchanges: Vec<usize>,
}

/// An exchange with its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Its number, from 1.
    pub number: usize,
    /// The case that it belongs to.
    pub case: String,
    /// What was sent and what came.
    pub exchange: Heard,
    /// SHA-256 of the exchange as compact JSON.
    pub sha256: String,
    /// SHA-256 of the chain's link before this one and of the exchange's hash, both in hex.
    pub chain: String,
}

/// What is wrong with evidence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    /// It is none.
    #[error("it is no evidence: {0}")]
    None(String),
    /// An exchange is another than it was.
    #[error("exchange {0} is not what was written: its SHA-256 is another")]
    Exchange(usize),
    /// One is missing, or stands elsewhere.
    #[error("exchange {0} does not follow the one before it: one was taken out, put in or moved")]
    Chain(usize),
    /// Something else is another.
    #[error("something beside the exchanges is not what was written: the total SHA-256 is another")]
    Total,
    /// There is more in it than what the hashes are of.
    #[error("there is something in it that the hashes are not of")]
    More,
    /// The page shows something else.
    #[error("the page shows something else than the evidence inside it")]
    Page,
}

impl Evidence {
    /// The evidence of a run; cases that were skipped are told with the reason.
    #[must_use]
    pub fn of(run: &Run, left_out: Vec<LeftOut>) -> Self {
        let mut heard: Vec<(&str, &Heard)> = run
            .verdicts
            .iter()
            .flat_map(|verdict| verdict.exchanges.iter().map(|heard| (&*verdict.case, heard)))
            .collect();
        heard.sort_by_key(|(_, heard)| heard.at);
        let mut exchanges: Vec<Sealed> = Vec::with_capacity(heard.len());
        let mut chain = String::new();
        for (index, (case, heard)) in heard.into_iter().enumerate() {
            let sha256 = hash(heard);
            chain = link(&chain, &sha256);
            exchanges.push(Sealed {
                number: index + 1,
                case: case.to_owned(),
                exchange: heard.clone(),
                sha256,
                chain: chain.clone(),
            });
        }
        let mut cases: Vec<_> = run.verdicts.iter().map(|one| tried(one, &exchanges)).collect();
        cases.sort_by_key(|case| case.at);
        let mut target = run.target.clone();
        // Nobody asked the others.
        target.addresses.retain(|vendor, _| run.verdicts.iter().any(|one| one.vendor == *vendor));
        let mut evidence = Self {
            evidence: FORMAT,
            program: run.program.clone(),
            target,
            began: run.began,
            ended: run.ended,
            cases,
            exchanges,
            left_out,
            chain,
            total: String::new(),
        };
        evidence.total = hash(&evidence);
        evidence
    }

    /// How many cases went how.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let count =
            |wanted: Standing| self.cases.iter().filter(|one| one.verdict == wanted.word()).count();
        Counts {
            passed: count(Standing::Passed),
            failed: count(Standing::Failed),
            drifted: count(Standing::Drifted),
            skipped: count(Standing::Skipped),
        }
    }

    /// The evidence for programs.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads evidence, JSON or a page, and holds it against its hashes.
    ///
    /// # Errors
    ///
    /// The first thing that is not as it was written.
    pub fn check(text: &str) -> Result<Self, Forged> {
        let is_page = !text.trim_start().starts_with('{');
        let inside = if is_page { page::inside(text) } else { Some(text) };
        let inside = inside.ok_or_else(|| Forged::None("nothing of ours is in it".to_owned()))?;
        let none = |error: serde_json::Error| Forged::None(error.to_string());
        let whole: Value = serde_json::from_str(inside).map_err(none)?;
        let evidence: Self = serde_json::from_value(whole.clone()).map_err(none)?;
        if evidence.evidence != FORMAT {
            return Err(Forged::None(format!("its form is {}, not {FORMAT}", evidence.evidence)));
        }
        let mut chain = String::new();
        for (index, sealed) in evidence.exchanges.iter().enumerate() {
            if hash(&sealed.exchange) != sealed.sha256 {
                return Err(Forged::Exchange(sealed.number));
            }
            chain = link(&chain, &sealed.sha256);
            if chain != sealed.chain || sealed.number != index + 1 {
                return Err(Forged::Chain(sealed.number));
            }
        }
        let mut blank = evidence.clone();
        blank.total.clear();
        if hash(&blank) != evidence.total || evidence.chain != chain {
            return Err(Forged::Total);
        }
        if serde_json::to_value(&evidence).map_err(none)? != whole {
            return Err(Forged::More);
        }
        // Another version may write its page otherwise.
        let same_program = evidence.program == env!("CARGO_PKG_VERSION");
        if is_page && same_program && page::page(&evidence).ok().as_deref() != Some(text) {
            return Err(Forged::Page);
        }
        Ok(evidence)
    }
}

fn tried(verdict: &Verdict, exchanges: &[Sealed]) -> Tried {
    let own = exchanges.iter().filter(|sealed| sealed.case == verdict.case);
    let differs = verdict.mismatches.iter().map(ToString::to_string);
    let differs = differs.chain(verdict.drifts.iter().map(ToString::to_string));
    Tried {
        case: verdict.case.clone(),
        request: verdict.request.clone(),
        promised: verdict.promised.clone(),
        verdict: Standing::of(verdict).word().to_owned(),
        differs: differs.chain(verdict.skipped.clone()).collect(),
        at: verdict.exchanges.first().map_or(verdict.at, |heard| heard.at),
        exchanges: own.map(|sealed| sealed.number).collect(),
    }
}

/// SHA-256 of a value as compact JSON, in hex.
fn hash(value: &impl Serialize) -> String {
    hex(&sha256(&serde_json::to_vec(value).unwrap_or_default()))
}

fn link(before: &str, sha256_of_it: &str) -> String {
    hex(&sha256(format!("{before}{sha256_of_it}").as_bytes()))
}

#[cfg(test)]
mod tests;
