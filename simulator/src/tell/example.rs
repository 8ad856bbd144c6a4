//! Requests of `contract/requests.toml`, as examples to show and to play.
//!
//! A file that cannot be read gives no examples here: `gspsim check` says what is wrong with it.

use std::{collections::BTreeMap, convert::Infallible};

use serde_json::Value;

use super::request::Request;
use crate::pack::{
    Endpoint, Lookup, Pack,
    contract::{
        Case, ContractFile, SessionOf,
        holes::{self, Hole},
    },
    file::StepFile,
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

    /// The first request that causes this code by itself; one that can be pasted as it is, where
    /// there is one.
    #[must_use]
    pub fn causing(&self, pack: &Pack, code: &str) -> Option<&Case> {
        let causes = |case: &&Case| case.code.as_deref() == Some(code);
        let alone = |case: &&Case| {
            let endpoint = pack.endpoint(&case.endpoint).map(|(_, endpoint)| endpoint);
            endpoint.is_some_and(|endpoint| before(case, endpoint).is_none())
        };
        let mut all = self.of(pack).filter(causes);
        all.clone().find(alone).or_else(|| all.next())
    }

    /// The requests to this endpoint.
    pub fn of_endpoint<'a>(
        &'a self,
        pack: &Pack,
        endpoint: &'a Endpoint,
    ) -> impl Iterator<Item = &'a Case> {
        self.of(pack).filter(|case| case.endpoint == endpoint.name)
    }

    fn of(&self, pack: &Pack) -> impl Iterator<Item = &Case> + Clone {
        self.0.get(&pack.name).into_iter().flatten()
    }
}

/// The request, without credentials; what only a session gives stands in angle brackets.
#[must_use]
pub fn request(case: &Case, endpoint: &Endpoint) -> Request {
    let mut case = case.clone();
    if case.session != SessionOf::Nobody {
        case.bring_session(endpoint);
    }
    let gstin = endpoint.lookup.and_then(Lookup::gstin_field).and_then(|at| {
        let field = endpoint.fields.get(at)?;
        case.brings(field)
    });
    let mut given = |hole: &Hole| -> Result<Value, Infallible> {
        Ok(match hole {
            Hole::Consent(word) if word == "user" => Value::from("SIM_USER"),
            Hole::Consent(word) if word == "state" => {
                gstin.as_deref().and_then(|gstin| gstin.get(..2)).unwrap_or("27").into()
            }
            Hole::Consent(word) => {
                format!("<{}>", holes::meaning(word).unwrap_or("of the session")).into()
            }
            other => format!("<{other}>").into(),
        })
    };
    let Ok(()) = case.fill_holes(&mut given);
    Request {
        method: endpoint.method.clone(),
        pattern: endpoint.path.clone(),
        path: case.path,
        query: case.query,
        headers: case.headers.into_iter().collect(),
        body: case.body,
    }
}

/// What must have happened before a request of this endpoint can be sent, in words; `None` where it
/// can be pasted as it is.
#[must_use]
pub fn before(case: &Case, endpoint: &Endpoint) -> Option<&'static str> {
    let step = endpoint.consent.as_ref()?.step;
    let mut brought = case.clone();
    let alone = case.session == SessionOf::Nobody;
    if !alone {
        brought.bring_session(endpoint);
    }
    // Who it is from can be made up.
    let made = |hole: &Hole| match hole {
        Hole::Consent(word) => !["user", "state", "gstin"].contains(&word.as_str()),
        Hole::Kept(_) | Hole::Unknown(_) => false,
    };
    brought.texts().into_iter().flat_map(holes::in_text).find(made)?;
    let step = if alone { StepFile::RequestOtp } else { step };
    Some(match step {
        StepFile::RequestOtp => {
            "with a key of your own, encrypted under the certificate of `gspsim gstn certificate`; \
             examples/gstn_session.py shows how"
        }
        StepFile::Open => {
            "after an OTP was asked for with the same key (GET /__sim/otp shows it); \
             examples/gstn_session.py shows how"
        }
        StepFile::Refresh | StepFile::Close | StepFile::Use => {
            "in a session that was opened with an OTP; examples/gstn_session.py shows how to come \
             to one"
        }
    })
}
