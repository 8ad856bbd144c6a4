//! Limits: names resolved, numbers that cannot be, and what each of them means at each endpoint.

use std::ops::Range;

use super::Compiler;
use crate::{
    pack::{
        Endpoint, Replies,
        file::{
            Count, EndpointFile, LimitAt, LimitCounts, LimitFile, LimitNumbers, LimitOf, LimitPer,
            Name,
        },
        limits::{AtEndpoint, Limit, LimitUse, Terms, wrong_bucket},
        located::Located,
    },
    render::expression::closest,
};

impl Compiler<'_> {
    pub(super) fn limits(&self) -> Vec<Limit> {
        let names: Vec<_> = self.file.limits.iter().map(|limit| limit.name.value.clone()).collect();
        for account in &self.file.accounts {
            for (name, numbers) in &account.limits {
                let Some(limit) = self.file.limits.iter().find(|limit| limit.name.value == *name)
                else {
                    self.find_in_vendor(
                        format!("account `{}` has `{name}`, which is no limit", account.name),
                        &numbers.span,
                        closest(name, &names),
                    );
                    continue;
                };
                self.numbers(limit, numbers);
            }
        }
        self.file.limits.iter().map(|limit| self.limit(limit)).collect()
    }

    fn limit(&self, file: &LimitFile) -> Limit {
        self.time(*file.per, &file.per.span);
        self.bucket(file.burst.as_ref(), *file.per, &file.counts);
        if let Some(lock_s) = file.lock_s.as_ref().filter(|seconds| seconds.value == 0) {
            self.find_in_vendor(
                format!("limit `{}` locks for no time at all", file.name),
                &lock_s.span,
                "give it a second at least, or take the key out",
            );
        }
        if file.lock_renews && file.lock_s.is_none() {
            self.find_in_vendor(
                format!("limit `{}` renews a lock that it has not", file.name),
                &file.name.span,
                "add `lock-s = …`, or take `lock-renews` out",
            );
        }
        let knows_account = file.of.contains(&LimitOf::Account);
        if file.at == LimitAt::BeforeAuth && knows_account {
            self.find_in_vendor(
                format!("limit `{}` is looked at before anybody knows the account", file.name),
                &file.name.span,
                "say who else has a count of its own in `of`, or take `at` out",
            );
        }
        Limit {
            name: file.name.value.clone(),
            about: file.about.clone(),
            refuse: file.refuse.value.clone(),
            endpoints: file.endpoints.iter().map(|name| name.value.clone()).collect(),
            terms: Terms {
                of: file.of.clone(),
                at: file.at,
                counts: file.counts.value.clone(),
                most: file.most.most(),
                per: *file.per,
                burst: file.burst.as_ref().map(|burst| burst.value),
                lock_s: file.lock_s.as_ref().map(|seconds| seconds.value),
                lock_renews: file.lock_renews,
            },
            numbers: self
                .file
                .accounts
                .iter()
                .map(|account| {
                    account.limits.get(&file.name.value).map(|own| own.value).unwrap_or_default()
                })
                .collect(),
        }
    }

    fn numbers(&self, limit: &LimitFile, own: &Located<LimitNumbers>) {
        let per = own.per.unwrap_or(*limit.per);
        self.time(per, &own.span);
        let burst = own.burst.map(|value| Located { value, span: own.span.clone() });
        self.bucket(burst.as_ref(), per, &limit.counts);
        if own.value == LimitNumbers::default() {
            self.find_in_vendor(
                format!("this account has nothing of its own of the limit `{}`", limit.name),
                &own.span,
                "give it a number, such as `{ most = 5 }`, or take the entry out",
            );
        }
    }

    fn time(&self, per: LimitPer, span: &Range<usize>) {
        if per == LimitPer::Seconds(0) {
            self.find_in_vendor(
                "no time at all is no time to count in".to_owned(),
                span,
                "a second at least",
            );
        }
    }

    fn bucket(&self, burst: Option<&Located<u64>>, per: LimitPer, counts: &LimitCounts) {
        let Some(burst) = burst else { return };
        if let Some((message, hint)) = wrong_bucket(Some(burst.value), per, counts) {
            self.find_in_vendor(message.to_owned(), &burst.span, hint);
        }
    }

    /// The limits at an endpoint.
    pub(super) fn limits_at(
        &self,
        index: usize,
        limits: &[Limit],
        replies: &Replies,
    ) -> AtEndpoint {
        let endpoint = &self.file.endpoints[index];
        let uses = self.file.limits.iter().enumerate();
        let uses =
            uses.filter_map(|(at, limit)| self.limit_at(index, endpoint, at, limit, replies));
        AtEndpoint::new(uses.collect(), limits, self.file.accounts.len())
    }

    fn limit_at(
        &self,
        index: usize,
        endpoint: &EndpointFile,
        at: usize,
        limit: &LimitFile,
        replies: &Replies,
    ) -> Option<LimitUse> {
        let named = limit.endpoints.iter().any(|name| name.value == endpoint.name.value);
        let source = &self.vendor_source;
        let reply = if named {
            self.reply(replies, &limit.refuse, source)?
        } else if limit.endpoints.is_empty() && endpoint.auth.value != "none" {
            self.vocabulary.strict(replies, &limit.refuse)?
        } else {
            return None;
        };
        let by = limit.by.as_ref();
        let by = by.and_then(|by| self.template(by, source, &self.known(Some(index))));
        Some(LimitUse { limit: at, reply, by })
    }

    /// What of limits can be told only when all endpoints are known.
    pub(super) fn check_limits(&self, endpoints: &[Endpoint]) {
        let names: Vec<_> =
            self.file.endpoints.iter().map(|endpoint| endpoint.name.value.clone()).collect();
        for (at, limit) in self.file.limits.iter().enumerate() {
            for endpoint in limit.endpoints.iter().filter(|name| !names.contains(&name.value)) {
                self.find_in_vendor(
                    format!("there is no endpoint `{endpoint}`"),
                    &endpoint.span,
                    closest(endpoint, &names),
                );
            }
            let here: Vec<&Replies> = endpoints
                .iter()
                .filter(|endpoint| endpoint.limits.uses.iter().any(|one| one.limit == at))
                .map(|endpoint| &endpoint.replies)
                .collect();
            if here.is_empty() && limit.endpoints.is_empty() {
                self.nowhere(&limit.refuse);
            }
            if let LimitCounts::Answers(weights) = &limit.counts.value {
                self.weights(limit, weights.iter().map(|(name, n)| (name.as_str(), *n)), &here);
            }
        }
    }

    fn nowhere(&self, refuse: &Name) {
        if self.broken.borrow().contains(&refuse.value) {
            return;
        }
        let mut names: Vec<String> = self.vocabulary.names().map(str::to_owned).collect();
        names.extend(self.errors.codes.iter().map(|row| row.code.value.clone()));
        self.find_in_vendor(
            format!("no endpoint that asks for credentials says `{refuse}`"),
            &refuse.span,
            if self.vocabulary.knows(refuse) {
                "add a row with this outcome to errors.toml, or name the endpoints".to_owned()
            } else {
                closest(refuse, &names)
            },
        );
    }

    fn weights<'file>(
        &self,
        limit: &LimitFile,
        weights: impl Iterator<Item = (&'file str, u64)>,
        here: &[&Replies],
    ) {
        let mut sum = 0_u64;
        for (name, weight) in weights {
            sum = sum.saturating_add(weight);
            if here.is_empty() || here.iter().any(|replies| replies.find(name).is_some()) {
                continue;
            }
            let mut names: Vec<String> = here
                .iter()
                .flat_map(|replies| {
                    let outcomes = replies.by_outcome.keys().map(ToString::to_string);
                    outcomes.chain(replies.by_code.keys().cloned())
                })
                .collect();
            names.sort();
            names.dedup();
            self.find_in_vendor(
                format!("limit `{}` counts `{name}`, which nothing answers here", limit.name),
                &limit.counts.span,
                closest(name, &names),
            );
        }
        if sum == 0 && limit.most.value != Count::Unlimited {
            self.find_in_vendor(
                format!("nothing counts for the limit `{}`", limit.name),
                &limit.counts.span,
                "say how much an answer counts: `counts = { answers = { found = 1 } }`",
            );
        }
    }
}
