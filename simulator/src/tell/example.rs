//! Requests of `contract/requests.toml`, as examples to show and to play.
//!
//! A file that cannot be read gives no examples here: `gspsim check` says what is wrong with it.

use std::collections::BTreeMap;

use super::request::Request;
use crate::pack::{
    Endpoint, Pack,
    contract::{Case, ContractFile},
    folder::Folder,
};

/// The examples of every vendor.
#[derive(Clone, Debug, Default)]
pub struct Examples(BTreeMap<String, Vec<Case>>);

impl Examples {
    /// Reads the requests of all vendors in these folders; a vendor of a later one wins.
    #[must_use]
    pub fn read(fixtures: &[Folder]) -> Self {
        let mut all = BTreeMap::new();
        for folder in fixtures {
            for vendor in folder.vendors() {
                let source = folder.source(&format!("{vendor}/contract/requests.toml"));
                let cases = source
                    .and_then(|source| ContractFile::read(&source).ok()?.cases(&source).ok())
                    .unwrap_or_default();
                all.insert(vendor, cases);
            }
        }
        Self(all)
    }

    /// The first request that makes the endpoint say its success.
    #[must_use]
    pub fn success(&self, pack: &Pack, endpoint: &Endpoint) -> Option<&Case> {
        let outcome = endpoint.replies.all.get(endpoint.success)?.outcome.as_str();
        self.of(pack).find(|case| case.endpoint == endpoint.name && case.outcome == outcome)
    }

    /// The first request that causes this code by itself.
    #[must_use]
    pub fn causing(&self, pack: &Pack, code: &str) -> Option<&Case> {
        self.of(pack).find(|case| case.code.as_deref() == Some(code))
    }

    fn of(&self, pack: &Pack) -> impl Iterator<Item = &Case> {
        self.0.get(&pack.name).into_iter().flatten()
    }
}

/// The request, without credentials.
#[must_use]
pub fn request(case: &Case, endpoint: &Endpoint) -> Request {
    Request {
        method: endpoint.method.clone(),
        pattern: endpoint.path.clone(),
        path: case.path.clone(),
        query: case.query.clone(),
        headers: case.headers.clone().into_iter().collect(),
        body: case.body.clone(),
    }
}
