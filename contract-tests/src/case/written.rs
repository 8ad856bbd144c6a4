//! Cases that stand in `contract/requests.toml`.

use gsp_simulator::pack::{
    Endpoint, Pack, ReplyPlan,
    contract::{self, Sender},
};

use super::{Promise, Vendor};

impl Vendor<'_> {
    /// The promises of the requests, as they are written.
    pub(super) fn written<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        requests: &[&'a contract::Case],
    ) -> Vec<Promise<'a>> {
        requests
            .iter()
            .map(|request| {
                let plan = plan_of(endpoint, &self.pack, request);
                let code = request.code.as_deref();
                Promise {
                    name: request.name.clone(),
                    outcome: &request.outcome,
                    code: code.or_else(|| Some(self.pack.code_of(plan?)?.code.as_str())),
                    status: request
                        .status
                        .or_else(|| Some(plan?.status.as_u16()))
                        .unwrap_or_default(),
                    wish: None,
                    account: self.account(&request.account),
                    asked: (*request).clone(),
                    place: self.places.request(request),
                }
            })
            .collect()
    }

    /// The index of the account that a request is sent by.
    pub(super) fn account(&self, sender: &Sender) -> Option<usize> {
        account_of(&self.pack, sender)
    }
}

/// The index of the account that a request is sent by.
pub(super) fn account_of(pack: &Pack, sender: &Sender) -> Option<usize> {
    match sender {
        Sender::First => (!pack.accounts.is_empty()).then_some(0),
        Sender::Nobody => None,
        Sender::Account(name) => pack.accounts.iter().position(|account| account.name == *name),
    }
}

/// The reply that a request should get, where its outcome and code are the endpoint's.
pub(super) fn plan_of<'a>(
    endpoint: &'a Endpoint,
    pack: &Pack,
    request: &contract::Case,
) -> Option<&'a ReplyPlan> {
    let replies = &endpoint.replies;
    let fits = |plan: &&ReplyPlan| {
        plan.outcome.as_str() == request.outcome
            && request
                .code
                .as_deref()
                .is_none_or(|code| pack.code_of(plan).is_some_and(|known| known.code == code))
    };
    let default = replies.by_outcome.get(request.outcome.as_str());
    default.map(|index| &replies.all[*index]).filter(fits).or_else(|| replies.all.iter().find(fits))
}
