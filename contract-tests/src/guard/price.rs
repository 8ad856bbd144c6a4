//! What an answer costs, whether it is an error, and whether the vendor wants a rest: by the pack.
//!
//! A live vendor tells no outcome. What it said is found by status and by its code, where the body
//! has one; where several replies are possible, the dearest counts.

use std::sync::Arc;

use gsp_simulator::pack::{
    Endpoint, Pack, Retry,
    file::{LimitCounts, LimitOf, LimitPer},
    limits::Limit,
};

use super::Came;

/// A vendor's prices.
#[derive(Clone, Debug)]
pub(super) struct Prices {
    pack: Arc<Pack>,
    /// Whether some limit of the pack says what something costs.
    known: bool,
}

/// What an answer means for the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) price: u64,
    pub(super) error: bool,
    /// The catalog says that nothing helps before a limit begins anew.
    pub(super) exhausted: bool,
}

impl Prices {
    pub(super) fn new(pack: Arc<Pack>) -> Self {
        let known = pack.limits.iter().any(is_price);
        Self { pack, known }
    }

    /// The most that a request to this endpoint can cost.
    pub(super) fn worst(&self, endpoint: &str) -> u64 {
        // What HTTP itself refuses belongs to no endpoint.
        let Some((_, endpoint)) = self.pack.endpoint(endpoint) else { return 1 };
        if !self.known {
            return 1;
        }
        self.limits(endpoint)
            .map(|limit| limit.terms(Some(0)).heaviest(&self.pack, endpoint))
            .max()
            .unwrap_or_default()
    }

    /// What a reply of an endpoint costs.
    pub(super) fn of_reply(&self, endpoint: &Endpoint, index: usize) -> u64 {
        if !self.known {
            let status = endpoint.replies.all.get(index).map(|plan| plan.status.as_u16());
            return u64::from(status.is_some_and(|status| status < 400));
        }
        self.limits(endpoint)
            .map(|limit| {
                let terms = limit.terms(Some(0));
                match terms.counts {
                    LimitCounts::Answers(_) => terms.weight(&self.pack, endpoint, index),
                    // A call of a plan is used up whatever is answered.
                    LimitCounts::Calls | LimitCounts::Errors => 1,
                }
            })
            .max()
            .unwrap_or_default()
    }

    /// What an answer means.
    pub(super) fn meaning(&self, endpoint: &str, came: &Came<'_>) -> Meaning {
        let worst = self.worst(endpoint);
        let Some(status) = came.status else {
            // Nobody knows what the vendor has done.
            return Meaning { price: worst, error: true, exhausted: false };
        };
        let Some((_, endpoint)) = self.pack.endpoint(endpoint) else {
            return unknown(came.status);
        };
        let replies = self.replies(endpoint, status, came);
        let price = if replies.is_empty() {
            worst
        } else {
            replies.iter().map(|index| self.of_reply(endpoint, *index)).max().unwrap_or(worst)
        };
        let codes: Vec<_> = replies
            .iter()
            .filter_map(|index| self.pack.code_of(&endpoint.replies.all[*index]))
            .collect();
        let refused = !replies.is_empty()
            && codes.len() == replies.len()
            && !replies.contains(&endpoint.success);
        let exhausted = refused && codes.iter().all(|code| code.retry == Retry::AfterReset);
        Meaning { price, error: status >= 400 || refused, exhausted }
    }

    /// Whether the catalog says that asking again after a while helps.
    pub(super) fn passes(&self, endpoint: &str, came: &Came<'_>) -> bool {
        let (Some(status), Some((_, endpoint))) = (came.status, self.pack.endpoint(endpoint))
        else {
            return false;
        };
        let replies = self.replies(endpoint, status, came);
        !replies.is_empty()
            && replies.iter().all(|index| {
                let code = self.pack.code_of(&endpoint.replies.all[*index]);
                code.is_some_and(|code| code.retry == Retry::Backoff)
            })
    }

    /// The replies that an answer can be: by what is known of it, else by status and code.
    fn replies(&self, endpoint: &Endpoint, status: u16, came: &Came<'_>) -> Vec<usize> {
        let all = || endpoint.replies.all.iter().enumerate();
        let code_of = |index: &usize| {
            self.pack.code_of(&endpoint.replies.all[*index]).map(|code| code.code.as_str())
        };
        if let Some(outcome) = came.outcome.filter(|outcome| !outcome.is_empty()) {
            let code = came.code.filter(|code| !code.is_empty());
            return all()
                .filter(|(_, plan)| plan.outcome.as_str() == outcome)
                .map(|(index, _)| index)
                .filter(|index| code.is_none_or(|code| code_of(index) == Some(code)))
                .collect();
        }
        let by_status: Vec<usize> = all()
            .filter(|(_, plan)| plan.status.as_u16() == status)
            .map(|(index, _)| index)
            .collect();
        let told = |code: &str| came.code == Some(code);
        let by_code: Vec<usize> =
            by_status.iter().copied().filter(|index| code_of(index).is_some_and(told)).collect();
        if !by_code.is_empty() {
            return by_code;
        }
        // Where another reply of the same status would have told its code, it is none of those.
        if status < 400 {
            let plain = by_status.iter().copied().filter(|index| code_of(index).is_none());
            let plain: Vec<_> = plain.collect();
            if !plain.is_empty() {
                return plain;
            }
        }
        by_status
    }

    /// The limits at an endpoint that say what something costs.
    fn limits<'a>(&'a self, endpoint: &'a Endpoint) -> impl Iterator<Item = &'a Limit> {
        let uses = endpoint.limits.uses.iter();
        uses.filter_map(|one| self.pack.limits.get(one.limit)).filter(|limit| is_price(limit))
    }
}

/// What an answer of a vendor without a pack means.
pub(super) fn unknown(status: Option<u16>) -> Meaning {
    let error = status.is_none_or(|status| status >= 400);
    let price = u64::from(status.is_none_or(|status| status < 400));
    Meaning { price, error, exhausted: false }
}

/// Whether a limit is about what was bought: answers with prices, or the calls of a plan. One about
/// single GSTINs or requests keeps from asking the same again.
fn is_price(limit: &Limit) -> bool {
    let terms = &limit.terms;
    let of_one = terms.each(LimitOf::Gstin) || terms.each(LimitOf::Request);
    let bought = matches!(terms.per, LimitPer::Month | LimitPer::FinancialYear | LimitPer::Ever);
    match terms.counts {
        LimitCounts::Answers(_) => !of_one,
        LimitCounts::Calls => !of_one && bought,
        LimitCounts::Errors => false,
    }
}
