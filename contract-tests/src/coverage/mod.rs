//! Coverage of the catalog: which of a vendor's codes contract runs have tried, and which the
//! user's own client has met at a simulator.

use std::collections::{BTreeMap, BTreeSet};

use gsp_simulator::{
    tell::{DEFAULT_URL, Teller, example::Examples, explain},
    world::Ingredients,
};
use serde::{Deserialize, Serialize};

use crate::{case::Suite, drift, run::Run, verdict::Verdict};

pub mod told;

/// Every code of every vendor.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// The vendors, in their order.
    pub vendors: Vec<VendorCatalog>,
    /// A flow's case → the codes that its answers have.
    flows: BTreeMap<String, BTreeSet<String>>,
}

/// Every code of a vendor.
#[derive(Clone, Debug)]
pub struct VendorCatalog {
    /// The vendor.
    pub vendor: String,
    /// Its codes, in the order of its documents.
    pub codes: Vec<Listed>,
}

/// A code of a catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The vendor's word.
    pub code: String,
    /// Ours.
    pub outcomes: Vec<String>,
    /// HTTP status.
    pub status: u16,
    /// The vendor's wording.
    pub message: String,
}

/// How a client is brought to meet a code at the simulator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ways {
    /// A GSTIN that gives it.
    pub magic_gstin: Option<String>,
    /// An account whose calls get it.
    pub account: Option<String>,
    /// The header that asks for it.
    pub header: String,
}

impl Catalog {
    /// The catalog of a suite's vendors.
    #[must_use]
    pub fn of(suite: &Suite) -> Self {
        let vendors = suite.world.packs.iter().map(|pack| VendorCatalog {
            vendor: pack.name.clone(),
            codes: pack
                .catalog
                .iter()
                .map(|code| Listed {
                    code: code.code.clone(),
                    outcomes: code.outcomes.iter().map(ToString::to_string).collect(),
                    status: code.status,
                    message: code.message.clone(),
                })
                .collect(),
        });
        let flows = suite
            .flows
            .iter()
            .map(|flow| (flow.id(), flow.codes().map(str::to_owned).collect()))
            .collect();
        Self { vendors: vendors.collect(), flows }
    }

    /// The codes that came in a case as they were promised; what else differed does not matter.
    fn came<'a>(&'a self, verdict: &'a Verdict) -> Vec<&'a str> {
        let is_another =
            |at: &str| matches!(at, "status" | "outcome" | "code" | "journal" | "session");
        let drifted = |kind: drift::Kind| {
            matches!(
                kind,
                drift::Kind::Status
                    | drift::Kind::Outcome
                    | drift::Kind::Code
                    | drift::Kind::UndocumentedCode
            )
        };
        let other = verdict.skipped.is_some()
            || verdict.mismatches.iter().any(|mismatch| is_another(&mismatch.at))
            || verdict.drifts.iter().any(|drift| drifted(drift.kind));
        if other {
            return Vec::new();
        }
        match (&verdict.promised, self.flows.get(&verdict.case)) {
            (Some(promised), _) => promised.code.as_deref().into_iter().collect(),
            // A flow that went wrong somewhere says nothing of the answers behind that.
            (None, Some(codes)) if verdict.mismatches.is_empty() => {
                codes.iter().map(String::as_str).collect()
            }
            (None, _) => Vec::new(),
        }
    }

    /// Joins the catalog with what runs have tried and what a client has met.
    #[must_use]
    pub fn covered(&self, runs: &[Run], client: Option<&Met>) -> Vec<Covered> {
        let mut cases: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
        for verdict in runs.iter().flat_map(|run| &run.verdicts) {
            for code in self.came(verdict) {
                cases.entry((&verdict.vendor, code)).or_default().push(verdict.case.clone());
            }
        }
        let each = self.vendors.iter().map(|vendor| {
            let client = client.map(|met| met.of(&vendor.vendor));
            let codes = vendor.codes.iter().map(|listed| {
                let tried = cases.get(&(vendor.vendor.as_str(), listed.code.as_str()));
                CodeCovered {
                    listed: listed.clone(),
                    client: client
                        .as_ref()
                        .map(|met| met.get(listed.code.as_str()).copied().unwrap_or(0)),
                    cases: (!runs.is_empty()).then(|| tried.cloned().unwrap_or_default()),
                    ways: None,
                }
            });
            Covered::new(&vendor.vendor, codes.collect())
        });
        each.collect()
    }
}

/// A vendor's catalog, and what of it was covered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// The vendor.
    pub vendor: String,
    /// What the client has met; none where nobody was asked.
    pub client: Option<Share>,
    /// What runs have tried; none where there is no run.
    pub runs: Option<Share>,
    /// Each code, in the order of the vendor's documents.
    pub codes: Vec<CodeCovered>,
}

/// A code, and who has come across it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodeCovered {
    /// The code.
    #[serde(flatten)]
    pub listed: Listed,
    /// How often the client has met it; none where nobody was asked.
    pub client: Option<u64>,
    /// Cases whose answer it was; none where there is no run.
    pub cases: Option<Vec<String>>,
    /// How the client is brought to meet it; only of what it has not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ways: Option<Ways>,
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many were met.
    pub met: usize,
    /// How many there are.
    pub of: usize,
}

impl Share {
    /// In hundredths, rounded down: only all of them are 100.
    #[must_use]
    pub fn percent(self) -> usize {
        (self.met * 100).checked_div(self.of).unwrap_or(100)
    }
}

impl CodeCovered {
    /// Whether the client has met it, or where no client was asked, a run has.
    #[must_use]
    pub fn is_met(&self) -> bool {
        match (self.client, &self.cases) {
            (Some(calls), _) => calls > 0,
            (None, Some(cases)) => !cases.is_empty(),
            (None, None) => false,
        }
    }
}

impl Covered {
    fn new(vendor: &str, codes: Vec<CodeCovered>) -> Self {
        let of = codes.len();
        let share = |met: fn(&CodeCovered) -> Option<bool>| {
            let known: Option<Vec<bool>> = codes.iter().map(met).collect();
            known.map(|all| Share { met: all.into_iter().filter(|met| *met).count(), of })
        };
        Self {
            vendor: vendor.to_owned(),
            client: share(|code| code.client.map(|calls| calls > 0)),
            runs: share(|code| code.cases.as_ref().map(|cases| !cases.is_empty())),
            codes,
        }
    }

    /// The share that counts: the client's where there is one, else that of the runs.
    #[must_use]
    pub fn share(&self) -> Share {
        self.client.or(self.runs).unwrap_or(Share { met: 0, of: self.codes.len() })
    }

    /// Says of each code that was not met how to meet it.
    pub fn show_ways(&mut self, suite: &Suite, ingredients: &Ingredients) {
        let examples = Examples::read(&ingredients.fixtures);
        let teller = Teller {
            world: &suite.world,
            examples: &examples,
            base_url: DEFAULT_URL,
            // No way that is shown hangs on the time.
            at_ms: 0,
            tenant: None,
        };
        for code in self.codes.iter_mut().filter(|code| !code.is_met()) {
            let found = explain::explain(&teller, &code.listed.code, Some(&self.vendor));
            let same =
                |reading: &explain::Reading| reading.code.as_ref() == Some(&code.listed.code);
            let reading = found.and_then(|found| found.readings.into_iter().find(same));
            code.ways = reading.map(|reading| Ways {
                magic_gstin: reading.ways.magic_gstin,
                account: reading.ways.account.map(|account| account.account),
                header: reading.ways.header,
            });
        }
    }
}

/// What a client has met, as the simulator's `/__sim/coverage` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Met {
    /// Each vendor.
    pub vendors: Vec<VendorMet>,
}

/// What it has met of a vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct VendorMet {
    /// The vendor.
    pub vendor: String,
    /// Its codes.
    pub codes: CodesMet,
}

/// How often each code was met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct CodesMet {
    /// Code → calls.
    pub calls: BTreeMap<String, u64>,
}

impl Met {
    /// Adds what another has met.
    pub fn add(&mut self, other: Self) {
        for theirs in other.vendors {
            let at = self.vendors.iter().position(|own| own.vendor == theirs.vendor);
            let Some(own) = at.and_then(|at| self.vendors.get_mut(at)) else {
                self.vendors.push(theirs);
                continue;
            };
            for (code, calls) in theirs.codes.calls {
                *own.codes.calls.entry(code).or_default() += calls;
            }
        }
    }

    fn of(&self, vendor: &str) -> BTreeMap<&str, u64> {
        let own = self.vendors.iter().filter(|one| one.vendor == vendor);
        own.flat_map(|one| one.codes.calls.iter().map(|(code, calls)| (code.as_str(), *calls)))
            .collect()
    }
}

#[cfg(test)]
mod tests;
