//! The widest set of cases that a budget allows: each answer that a vendor can give, once.
//!
//! An answer is an endpoint, an outcome and a code. First comes the success of each endpoint, then each
//! code once, then each outcome once, then whatever is left; so a small budget shows the most.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{
    case::Case,
    guard::{LedgerError, Left, Whose},
    runner::{Chosen, Manner, plan::Plan},
    target::Target,
};

/// An answer that no case is tried for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The case that would have shown it.
    pub case: String,
    /// Why it was not tried.
    pub why: String,
}

/// What is tried, and what is not.
#[derive(Debug)]
pub struct Choice<'suite> {
    /// What is tried.
    pub cases: Vec<&'suite Case>,
    /// What is not.
    pub left_out: Vec<LeftOut>,
}

/// What a case takes, or what there is left of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Amounts {
    calls: u64,
    errors: u64,
    billable: u64,
}

impl Amounts {
    fn left(left: &Left) -> Self {
        let rest =
            |most: Option<u64>, used: u64| most.map_or(u64::MAX, |most| most.saturating_sub(used));
        Self {
            calls: rest(left.calls, left.used.calls),
            errors: rest(left.errors, left.used.errors),
            billable: rest(left.billable, left.used.billable),
        }
    }

    /// What of it is not enough.
    fn short_of(self, needed: Self) -> Option<&'static str> {
        if needed.calls > self.calls {
            Some("calls")
        } else if needed.errors > self.errors {
            Some("errors")
        } else {
            (needed.billable > self.billable).then_some("billable calls")
        }
    }

    fn take(&mut self, needed: Self) {
        self.calls = self.calls.saturating_sub(needed.calls);
        self.errors = self.errors.saturating_sub(needed.errors);
        self.billable = self.billable.saturating_sub(needed.billable);
    }
}

/// Chooses among cases; `most` is how many may be tried.
///
/// # Errors
///
/// When what was used of the budget cannot be read.
pub fn widest<'suite>(
    cases: &[&'suite Case],
    target: &Target,
    most: Option<usize>,
) -> Result<Choice<'suite>, LedgerError> {
    let mut answers: IndexMap<_, Vec<&Case>> = IndexMap::new();
    for case in cases {
        let answer = (&case.vendor, &case.endpoint, &case.outcome, &case.code);
        answers.entry(answer).or_default().push(case);
    }
    let mut left_out = Vec::new();
    let mut feasible = Vec::new();
    for mut same in answers.into_values() {
        // What causes an answer by itself shows more than what asks for it.
        same.sort_by_key(|case| {
            (case.wish.is_some(), case.session.is_some(), case.source.is_empty())
        });
        let obstacle = same.first().and_then(|case| case.obstacle(target));
        match same.iter().find(|case| case.obstacle(target).is_none()) {
            Some(case) => feasible.push(*case),
            None => left_out.extend(
                same.first().zip(obstacle).map(|(case, why)| LeftOut { case: case.id(), why }),
            ),
        }
    }
    let mut budget = Budget::of(target, most)?;
    let mut chosen = Vec::new();
    for case in by_worth(&feasible) {
        match budget.admit(case, target)? {
            None => chosen.push(case),
            Some(why) => left_out.push(LeftOut { case: case.id(), why }),
        }
    }
    Ok(Choice { cases: chosen, left_out })
}

/// The cases, those that show the most first.
fn by_worth<'suite>(cases: &[&'suite Case]) -> Vec<&'suite Case> {
    let mut codes = BTreeSet::new();
    let mut outcomes = BTreeSet::new();
    let mut ranked: Vec<(u8, &Case)> = Vec::with_capacity(cases.len());
    let (successes, others): (Vec<&Case>, Vec<&Case>) =
        cases.iter().partition(|case| case.is_success());
    for case in successes.into_iter().chain(others) {
        let new_code = case.code.as_ref().is_some_and(|code| codes.insert((&case.vendor, code)));
        let new_outcome = outcomes.insert((&case.vendor, &case.outcome));
        let rank = match (case.is_success(), new_code, new_outcome) {
            (true, ..) => 0,
            (_, true, _) => 1,
            (_, _, true) => 2,
            _ => 3,
        };
        ranked.push((rank, case));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, case)| case).collect()
}

impl Case {
    /// Whether its answer is what its endpoint is for.
    fn is_success(&self) -> bool {
        self.pack.endpoint(&self.endpoint).is_some_and(|(_, endpoint)| {
            let success = endpoint.replies.all.get(endpoint.success);
            success.is_some_and(|plan| plan.outcome.as_str() == self.outcome)
        })
    }
}

/// What there is left, of all and of each vendor.
struct Budget {
    cases: usize,
    all: Option<Amounts>,
    vendors: BTreeMap<String, Option<Amounts>>,
}

impl Budget {
    fn of(target: &Target, most: Option<usize>) -> Result<Self, LedgerError> {
        let all = target.guard().map(|guard| guard.left(&Whose::All)).transpose()?;
        Ok(Self {
            cases: most.unwrap_or(usize::MAX),
            all: all.as_ref().map(Amounts::left),
            vendors: BTreeMap::new(),
        })
    }

    /// Takes what a case needs; says why that cannot be.
    fn admit(&mut self, case: &Case, target: &Target) -> Result<Option<String>, LedgerError> {
        if self.cases == 0 {
            return Ok(Some("there were to be no more cases (`--most`)".to_owned()));
        }
        if let Some(guard) = target.guard() {
            let needed = needed(case, target)?;
            let own = match self.vendors.get(&case.vendor) {
                Some(own) => *own,
                None => Some(Amounts::left(&guard.left(&Whose::Vendor(case.vendor.clone()))?)),
            };
            for left in [self.all, own].into_iter().flatten() {
                if let Some(what) = left.short_of(needed) {
                    return Ok(Some(format!("today's budget has no {what} left for it")));
                }
            }
            let taken = |left: Option<Amounts>| {
                left.map(|mut left| {
                    left.take(needed);
                    left
                })
            };
            self.all = taken(self.all);
            self.vendors.insert(case.vendor.clone(), taken(own));
        }
        self.cases -= 1;
        Ok(None)
    }
}

/// What a case takes at a target.
fn needed(case: &Case, target: &Target) -> Result<Amounts, LedgerError> {
    let chosen = Chosen { cases: vec![case], flows: Vec::new() };
    let plan = Plan::of(&chosen, target, Manner::default(), &|_| false)?;
    let sum = |of: fn(&crate::runner::plan::OfVendor) -> u64| plan.vendors.iter().map(of).sum();
    Ok(Amounts {
        calls: sum(|one| one.calls),
        errors: sum(|one| one.errors),
        billable: sum(|one| one.billable),
    })
}
