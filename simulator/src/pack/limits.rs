//! Limits of a pack, ready to be looked at: terms by account, and what they mean at each endpoint.

use std::borrow::Cow;

use super::{
    Endpoint, Pack,
    file::{Count, LimitAt, LimitChange, LimitCounts, LimitNumbers, LimitOf, LimitPer},
};
use crate::{
    memory::limits::{Lock, Per, Rule},
    render::template::Template,
};

mod change;
mod words;

pub use self::{
    change::{Force, Refuse, Wrong, check, in_force, wrong},
    words::ordinal,
};

/// A limit of a vendor.
#[derive(Clone, Debug)]
pub struct Limit {
    /// Its name.
    pub name: String,
    /// What it is, for people.
    pub about: String,
    /// The outcome or code of a call that it refuses.
    pub refuse: String,
    /// Only these endpoints; empty: all that ask for credentials and can say so.
    pub endpoints: Vec<String>,
    /// What it is like.
    pub terms: Terms,
    /// For each account, what it has of its own.
    pub numbers: Vec<LimitNumbers>,
}

/// What a limit is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Who or what has a count of its own.
    pub of: Vec<LimitOf>,
    /// When it is looked at.
    pub at: LimitAt,
    /// What counts.
    pub counts: LimitCounts,
    /// How many there may be; `None`: as many as one likes.
    pub most: Option<u64>,
    /// In which time.
    pub per: LimitPer,
    /// How many the bucket holds.
    pub burst: Option<u64>,
    /// When it is used up, all is refused for so many seconds.
    pub lock_s: Option<u64>,
    /// A call that is refused meanwhile begins the time anew.
    pub lock_renews: bool,
}

/// The limits at one endpoint.
#[derive(Debug, Default)]
pub struct AtEndpoint {
    /// Each of them, in the pack's order.
    pub uses: Vec<LimitUse>,
    /// For each account, whether any of them is in force; the last one is nobody.
    in_force: Vec<bool>,
}

/// A limit at an endpoint.
#[derive(Debug)]
pub struct LimitUse {
    /// Index of the limit.
    pub limit: usize,
    /// Index of the reply that refuses.
    pub reply: usize,
    /// One more thing that has a count of its own.
    pub by: Option<Template>,
}

/// Of a limit that only a change makes: for each account, without a number, for ever.
impl Default for Terms {
    fn default() -> Self {
        Self {
            of: vec![LimitOf::Account],
            at: LimitAt::default(),
            counts: LimitCounts::default(),
            most: None,
            per: LimitPer::Ever,
            burst: None,
            lock_s: None,
            lock_renews: false,
        }
    }
}

impl Terms {
    /// The terms with an account's own numbers.
    #[must_use]
    pub fn with(&self, own: LimitNumbers) -> Cow<'_, Self> {
        if own == LimitNumbers::default() {
            return Cow::Borrowed(self);
        }
        let mut terms = self.clone();
        terms.set(own.most, own.per, own.burst, own.lock_s);
        Cow::Owned(terms)
    }

    /// Changes them.
    pub fn change(&mut self, change: &LimitChange) {
        self.set(change.most, change.per, change.burst, change.lock_s);
        if let Some(of) = &change.of {
            self.of.clone_from(of);
        }
        if let Some(counts) = &change.counts {
            self.counts.clone_from(counts);
        }
        self.at = change.at.unwrap_or(self.at);
        self.lock_renews = change.lock_renews.unwrap_or(self.lock_renews);
    }

    fn set(
        &mut self,
        most: Option<Count>,
        per: Option<LimitPer>,
        burst: Option<u64>,
        lock_s: Option<u64>,
    ) {
        if let Some(most) = most {
            self.most = most.most();
        }
        self.per = per.unwrap_or(self.per);
        self.burst = burst.or(self.burst);
        self.lock_s = lock_s.or(self.lock_s);
    }

    /// What the meters go by; `None` where there may be as many as one likes.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        let lock = self.lock_s.map(|seconds| Lock {
            ms: i64::try_from(seconds).unwrap_or(i64::MAX / 1000).saturating_mul(1000),
            renews: self.lock_renews,
            when_full: self.counts != LimitCounts::Calls,
        });
        Some(Rule { most: self.most?, per: span(self.per), burst: self.burst, lock })
    }

    /// Whether each of these has a count of its own.
    #[must_use]
    pub fn each(&self, of: LimitOf) -> bool {
        self.of.contains(&of)
    }

    /// How much an answer counts, once it is known.
    #[must_use]
    pub fn weight(&self, pack: &Pack, endpoint: &Endpoint, reply: usize) -> u64 {
        match &self.counts {
            LimitCounts::Calls => 0,
            LimitCounts::Errors => u64::from(reply != endpoint.success),
            LimitCounts::Answers(weights) => {
                let Some(plan) = endpoint.replies.all.get(reply) else { return 0 };
                let by_code = || weights.get(&pack.code_of(plan)?.code);
                weights.get(plan.outcome.as_str()).or_else(by_code).copied().unwrap_or_default()
            }
        }
    }

    /// The most that an answer of the endpoint can count: so much must be left beforehand.
    #[must_use]
    pub fn heaviest(&self, pack: &Pack, endpoint: &Endpoint) -> u64 {
        match &self.counts {
            LimitCounts::Calls | LimitCounts::Errors => 1,
            LimitCounts::Answers(_) => (0..endpoint.replies.all.len())
                .map(|reply| self.weight(pack, endpoint, reply))
                .max()
                .unwrap_or_default(),
        }
    }
}

/// Why there can be no such bucket, and what to do.
#[must_use]
pub fn wrong_bucket(
    burst: Option<u64>,
    per: LimitPer,
    counts: &LimitCounts,
) -> Option<(&'static str, &'static str)> {
    let burst = burst?;
    if burst == 0 {
        return Some(("a bucket that holds nothing lets nothing through", "1 at least"));
    }
    if matches!(span(per), Per::Day | Per::Month | Per::FinancialYear | Per::Ever) {
        return Some((
            "a bucket is filled by the second, the minute or the hour",
            "take `burst` out, or say `per = \"second\"`",
        ));
    }
    (*counts != LimitCounts::Calls)
        .then_some(("a bucket takes calls, not answers", "take `burst` out, or `counts`"))
}

/// The span of time that the meters know.
#[must_use]
pub fn span(per: LimitPer) -> Per {
    match per {
        LimitPer::Second => Per::Ms(1_000),
        LimitPer::Minute => Per::Ms(60_000),
        LimitPer::Hour => Per::Ms(3_600_000),
        LimitPer::Seconds(seconds) => Per::Ms(i64::from(seconds.max(1)) * 1_000),
        LimitPer::Day => Per::Day,
        LimitPer::Month => Per::Month,
        LimitPer::FinancialYear => Per::FinancialYear,
        LimitPer::Ever => Per::Ever,
    }
}

impl Limit {
    /// What it is like for an account.
    #[must_use]
    pub fn terms(&self, account: Option<usize>) -> Cow<'_, Terms> {
        let own = account.and_then(|index| self.numbers.get(index));
        self.terms.with(own.copied().unwrap_or_default())
    }
}

impl AtEndpoint {
    /// These limits, where the pack has so many accounts.
    #[must_use]
    pub fn new(uses: Vec<LimitUse>, limits: &[Limit], accounts: usize) -> Self {
        let any = |account| uses.iter().any(|one| limits[one.limit].terms(account).most.is_some());
        let in_force = (0..accounts).map(Some).chain([None]).map(any).collect();
        Self { uses, in_force }
    }

    /// Whether the pack limits this account here at all.
    #[must_use]
    pub fn any(&self, account: Option<usize>) -> bool {
        let nobody = self.in_force.len().saturating_sub(1);
        self.in_force.get(account.unwrap_or(nobody)).copied().unwrap_or_default()
    }
}
