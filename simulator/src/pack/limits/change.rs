//! Changes to limits: what is wrong with one, and what is in force with them.

use std::{borrow::Cow, sync::Arc};

use super::{Terms, wrong_bucket};
use crate::{
    finding::Finding,
    pack::{
        Endpoint, Pack,
        file::{LimitAt, LimitChange, LimitCounts, LimitOf, LimitPer, Name},
        vocabulary::Vocabulary,
    },
    render::{expression::closest, template::Template},
};

/// What is wrong with a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The key that it is about.
    pub key: &'static str,
    /// Which of its values, where it is a list.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

/// All that is wrong with the changes of a story.
#[must_use]
pub fn check(
    changes: &[LimitChange<Name>],
    packs: &[Arc<Pack>],
    vocabulary: &Vocabulary,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let plain: Vec<LimitChange> = changes.iter().map(LimitChange::plain).collect();
    for (at, change) in changes.iter().enumerate() {
        for wrong in wrong(&plain[at], packs, vocabulary, &plain[..at]) {
            let named = match wrong.key {
                "vendor" => change.vendor.as_ref(),
                "accounts" => change.accounts.get(wrong.at),
                "endpoints" => change.endpoints.get(wrong.at),
                "refuse" => change.refuse.as_ref(),
                _ => None,
            };
            let span = named.unwrap_or(&change.name).span.clone();
            findings.push(Finding::new(wrong.message).at(span).hint(wrong.hint));
        }
    }
    findings
}

/// All that is wrong with a change, when these hold already: they may have made limits of their own.
#[must_use]
pub fn wrong(
    change: &LimitChange,
    packs: &[Arc<Pack>],
    vocabulary: &Vocabulary,
    before: &[LimitChange],
) -> Vec<Wrong> {
    let mut all = Vec::new();
    let mut find = |key, at, message: String, hint: String| {
        all.push(Wrong { key, at, message, hint });
    };
    let concerned =
        |pack: &&Arc<Pack>| change.vendor.as_ref().is_none_or(|vendor| *vendor == pack.name);
    let packs_here: Vec<&Arc<Pack>> = packs.iter().filter(concerned).collect();
    if let (Some(vendor), true) = (&change.vendor, packs_here.is_empty()) {
        let names: Vec<_> = packs.iter().map(|pack| pack.name.clone()).collect();
        find("vendor", 0, format!("there is no vendor `{vendor}`"), closest(vendor, &names));
        return all;
    }
    let accounts: Vec<String> =
        names(packs_here.iter().flat_map(|pack| &pack.accounts).map(|account| &account.name));
    for (at, name) in change.accounts.iter().enumerate().filter(|(_, one)| !accounts.contains(one))
    {
        find("accounts", at, format!("there is no account `{name}`"), closest(name, &accounts));
    }
    let endpoints: Vec<String> =
        names(packs_here.iter().flat_map(|pack| &pack.endpoints).map(|endpoint| &endpoint.name));
    for (at, name) in
        change.endpoints.iter().enumerate().filter(|(_, one)| !endpoints.contains(one))
    {
        find("endpoints", at, format!("there is no endpoint `{name}`"), closest(name, &endpoints));
    }
    if let Some(refuse) = &change.refuse
        && !vocabulary.knows(refuse)
        && !packs_here.iter().any(|pack| pack.replies.find(refuse).is_some())
    {
        let mut words: Vec<String> = vocabulary.names().map(str::to_owned).collect();
        words.extend(packs_here.iter().flat_map(|pack| pack.wishes().1));
        let message = format!("`{refuse}` is no outcome, and nobody here says it as a code");
        find("refuse", 0, message, closest(refuse, &words));
    }
    let declared = packs_here.iter().flat_map(|pack| &pack.limits).map(|limit| &limit.name);
    let made = before.iter().filter(|one| one.refuse.is_some()).map(|one| &one.name);
    let limits: Vec<String> = names(declared.chain(made));
    let is_new = !limits.contains(&change.name);
    if is_new {
        let has = |key| match key {
            "refuse" => change.refuse.is_some(),
            "most" => change.most.is_some(),
            _ => change.per.is_some(),
        };
        let missing: Vec<_> = ["refuse", "most", "per"]
            .into_iter()
            .filter(|key| !has(key))
            .map(|key| format!("`{key}`"))
            .collect();
        if !missing.is_empty() {
            let near =
                if limits.is_empty() { String::new() } else { closest(&change.name, &limits) };
            find(
                "name",
                0,
                format!("there is no limit `{}`", change.name),
                format!("{near}; one of its own needs {}", missing.join(" and "))
                    .trim_start_matches("; ")
                    .to_owned(),
            );
        }
    } else if changes_nothing(change) {
        find(
            "name",
            0,
            format!("this changes nothing of the limit `{}`", change.name),
            "say what is otherwise, such as `most = 5`".to_owned(),
        );
    }
    let concerns_limit = packs_here.iter().flat_map(|pack| &pack.limits);
    let mut outcomes: Vec<Terms> = concerns_limit
        .filter(|limit| limit.name == change.name)
        .map(|limit| limit.terms.clone())
        .collect();
    if outcomes.is_empty() {
        let mut made = Terms::default();
        for one in before.iter().filter(|one| one.name == change.name) {
            made.change(one);
        }
        outcomes.push(made);
    }
    for mut terms in outcomes {
        terms.change(change);
        if let Some((key, message, hint)) = wrong_terms(&terms, change) {
            find(key, 0, message, hint);
            break;
        }
    }
    all
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut names: Vec<String> = names.cloned().collect();
    names.sort();
    names.dedup();
    names
}

fn changes_nothing(change: &LimitChange) -> bool {
    let LimitChange { refuse, of, at, counts, most, per, burst, lock_s, lock_renews, .. } = change;
    refuse.is_none()
        && of.is_none()
        && at.is_none()
        && counts.is_none()
        && most.is_none()
        && per.is_none()
        && burst.is_none()
        && lock_s.is_none()
        && lock_renews.is_none()
}

fn wrong_terms(terms: &Terms, change: &LimitChange) -> Option<(&'static str, String, String)> {
    if terms.per == LimitPer::Seconds(0) {
        let hint = "a second at least".to_owned();
        return Some(("per", "no time at all is no time to count in".to_owned(), hint));
    }
    if let Some((message, hint)) = wrong_bucket(terms.burst, terms.per, &terms.counts) {
        let key = if change.burst.is_some() { "burst" } else { "per" };
        return Some((key, message.to_owned(), hint.to_owned()));
    }
    if terms.lock_s == Some(0) {
        let hint = "give it a second at least, or take the key out".to_owned();
        return Some(("lock-s", "a lock of no time at all".to_owned(), hint));
    }
    if terms.at == LimitAt::BeforeAuth && terms.each(LimitOf::Account) {
        let message = "before anybody knows the account, none can have a count of its own";
        let hint = "say who else has one in `of`, such as `of = [\"endpoint\"]`".to_owned();
        return Some(("at", message.to_owned(), hint));
    }
    if let LimitCounts::Answers(weights) = &terms.counts
        && weights.values().all(|weight| *weight == 0)
    {
        let hint = "say how much an answer counts: `{ answers = { found = 1 } }`".to_owned();
        return Some(("counts", "nothing counts".to_owned(), hint));
    }
    None
}

/// A limit as it is for one call.
#[derive(Clone, Debug)]
pub struct Force<'call> {
    /// Its name.
    pub name: &'call str,
    /// How it refuses.
    pub refuse: Refuse<'call>,
    /// What it is like.
    pub terms: Cow<'call, Terms>,
    /// One more thing that has a count of its own.
    pub by: Option<&'call Template>,
}

/// How a limit refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refuse<'call> {
    /// With this reply of the endpoint.
    Reply(usize),
    /// With what is said for this outcome or code.
    Word(&'call str),
}

/// The limits as they are for one call, those without a number among them.
#[must_use]
pub fn in_force<'call>(
    pack: &'call Pack,
    endpoint: &'call Endpoint,
    account: Option<usize>,
    changes: &[&'call LimitChange],
) -> Vec<Force<'call>> {
    let name = account.and_then(|index| Some(pack.accounts.get(index)?.name.as_str()));
    let fits = |change: &LimitChange| {
        change.vendor.as_ref().is_none_or(|vendor| *vendor == pack.name)
            && (change.accounts.is_empty()
                || change.accounts.iter().any(|known| Some(known.as_str()) == name))
            && (change.endpoints.is_empty() || change.endpoints.contains(&endpoint.name))
    };
    let mut all: Vec<Force<'call>> = endpoint
        .limits
        .uses
        .iter()
        .map(|one| {
            let limit = &pack.limits[one.limit];
            Force {
                name: &limit.name,
                refuse: Refuse::Reply(one.reply),
                terms: limit.terms(account),
                by: one.by.as_ref(),
            }
        })
        .collect();
    for &change in changes.iter().filter(|change| fits(change)) {
        let known = all.iter_mut().find(|force| force.name == change.name);
        let force = if let Some(force) = known {
            force
        } else if pack.limits.iter().any(|limit| limit.name == change.name)
            || (change.endpoints.is_empty() && endpoint.scheme.is_none())
        {
            // It is for other endpoints.
            continue;
        } else {
            let Some(refuse) = &change.refuse else { continue };
            all.push(Force {
                name: &change.name,
                refuse: Refuse::Word(refuse),
                terms: Cow::Owned(Terms::default()),
                by: None,
            });
            let Some(made) = all.last_mut() else { continue };
            made
        };
        force.terms.to_mut().change(change);
        if let Some(refuse) = &change.refuse {
            force.refuse = Refuse::Word(refuse);
        }
    }
    all
}
