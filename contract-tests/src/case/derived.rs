//! Cases that no written request covers: each outcome and each code that an endpoint can give.
//!
//! Asked for by an account that is refused so, by no credentials at all, or else by `X-Sim-Outcome`
//! on the endpoint's first request.

use std::collections::BTreeSet;

use gsp_simulator::{
    auth::PartCheck,
    pack::{
        Endpoint,
        contract::{self, RequestBody, Sender},
    },
    server::BODY_LIMIT,
};

use super::{Promise, Vendor, written::plan_of};

/// A path that no vendor has.
const NOWHERE: &str = "/nothing/is/here";

impl Vendor<'_> {
    /// What the endpoint can say and no request causes.
    pub(super) fn derived<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        first: &contract::Case,
        requests: &[&contract::Case],
    ) -> Vec<Promise<'a>> {
        let mut promises = Vec::new();
        let mut names: BTreeSet<String> = requests.iter().map(|one| one.name.clone()).collect();
        let mut outcomes: BTreeSet<&str> =
            requests.iter().map(|one| one.outcome.as_str()).collect();
        let mut codes: BTreeSet<&str> = requests
            .iter()
            .filter_map(|one| {
                let known =
                    || Some(self.pack.code_of(plan_of(endpoint, &self.pack, one)?)?.code.as_str());
                one.code.as_deref().or_else(known)
            })
            .collect();
        // Whether some request is sent without credentials.
        let mut natural = requests.iter().any(|request| request.account == Sender::Nobody);
        let mut add = |index: usize, name: String, wish: &str| {
            let name = if names.contains(&name) { format!("{name}-asked-for") } else { name };
            names.insert(name.clone());
            natural |= endpoint.auth_missing == Some(index);
            promises.push(self.asked_for(endpoint, first, index, name, wish));
        };
        for (index, plan) in endpoint.replies.all.iter().enumerate() {
            let code = self.pack.code_of(plan).map(|code| code.code.as_str());
            let outcome = plan.outcome.as_str();
            let is_default = endpoint.replies.by_outcome.get(outcome) == Some(&index);
            if is_default && outcomes.insert(outcome) {
                add(index, outcome.to_owned(), outcome);
                codes.extend(code);
            } else if let Some(code) = code
                && endpoint.replies.by_code.get(code) == Some(&index)
                && codes.insert(code)
            {
                add(index, format!("{outcome}-{code}"), code);
            }
        }
        if let Some(index) = endpoint.auth_missing.filter(|_| !natural && heard(endpoint)) {
            let name = "without-credentials".to_owned();
            promises.push(self.promise(endpoint, index, name, None, None, first.clone()));
        }
        promises
    }

    /// A reply, asked for in the most natural way there is.
    fn asked_for<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        first: &contract::Case,
        index: usize,
        name: String,
        wish: &str,
    ) -> Promise<'a> {
        if heard(endpoint) && endpoint.auth_missing == Some(index) {
            return self.promise(endpoint, index, name, None, None, first.clone());
        }
        // Who is refused gets no token from a login either.
        let scheme = endpoint.scheme.and_then(|index| self.pack.schemes.get(index));
        let by_secret = scheme.is_some_and(|scheme| {
            !scheme.parts.iter().any(|part| matches!(part.check, PartCheck::Issued(_)))
        });
        let refused = endpoint
            .refusals
            .iter()
            .position(|refusal| *refusal == Some(index))
            .filter(|_| heard(endpoint) && by_secret);
        let account = refused.or_else(|| self.account(&first.account));
        let wish = refused.is_none().then(|| wish.to_owned());
        self.promise(endpoint, index, name, wish, account, first.clone())
    }

    fn promise<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        index: usize,
        name: String,
        wish: Option<String>,
        account: Option<usize>,
        asked: contract::Case,
    ) -> Promise<'a> {
        let plan = &endpoint.replies.all[index];
        let code = self.pack.code_of(plan).map(|code| code.code.as_str());
        Promise {
            name,
            outcome: plan.outcome.as_str(),
            code,
            place: self.places.derived(code, Some(&asked)),
            status: plan.status.as_u16(),
            wish,
            account,
            asked: contract::Case {
                source: String::new(),
                payload: None,
                explained: None,
                reading: None,
                seed: None,
                ..asked
            },
        }
    }

    /// What HTTP itself refuses, where the pack has an answer to it: an endpoint, a path, a promise.
    pub(super) fn edges<'a>(&'a self) -> Vec<(&'a Endpoint, String, Promise<'a>)> {
        let Some(first) = self.pack.endpoints.first() else { return Vec::new() };
        let edges = self.pack.edges;
        let mut made = Vec::new();
        let mut add = |at: Option<usize>, name: &str, endpoint: &'a Endpoint, asked: Edge<'_>| {
            let Some(plan) = at.map(|index| &self.pack.replies.all[index]) else { return };
            let code = self.pack.code_of(plan).map(|code| code.code.as_str());
            let promise = Promise {
                name: name.to_owned(),
                outcome: plan.outcome.as_str(),
                code,
                place: self.places.derived(code, self.requests.first()),
                status: plan.status.as_u16(),
                wish: None,
                account: None,
                asked: self.edge(endpoint, &asked),
            };
            made.push((endpoint, asked.path.to_owned(), promise));
        };
        let unknown = Edge { method: "GET", path: NOWHERE, body: RequestBody::None };
        add(edges.unknown_path, "unknown-path", first, unknown);
        let method = Edge { method: "DELETE", path: &first.path, body: RequestBody::None };
        add(edges.wrong_method, "wrong-method", first, method);
        if let Some(endpoint) = self.pack.endpoints.iter().find(|one| one.body.is_some()) {
            let large = Edge {
                method: endpoint.method.as_str(),
                path: &endpoint.path,
                body: RequestBody::Text("x".repeat(BODY_LIMIT + 1)),
            };
            add(edges.body_too_large, "body-too-large", endpoint, large);
        }
        made
    }

    /// What is sent: the path is filled as the endpoint's first request has it.
    fn edge(&self, endpoint: &Endpoint, asked: &Edge<'_>) -> contract::Case {
        let first = self.requests.iter().find(|request| request.endpoint == endpoint.name);
        contract::Case {
            endpoint: endpoint.name.clone(),
            account: Sender::Nobody,
            method: Some(asked.method.to_owned()),
            path: first.map(|request| request.path.clone()).unwrap_or_default(),
            body: asked.body.clone(),
            ..contract::Case::default()
        }
    }
}

/// A request that HTTP itself refuses.
struct Edge<'a> {
    method: &'a str,
    path: &'a str,
    body: RequestBody,
}

/// Whether a call gets as far as its credentials: an endpoint whose very success is a refusal may
/// refuse before.
fn heard(endpoint: &Endpoint) -> bool {
    endpoint.replies.all[endpoint.success].status.as_u16() < 400
}
