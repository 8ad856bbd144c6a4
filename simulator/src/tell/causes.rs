//! Causes: for each code that is about the account, what brings it about without asking for it.
//!
//! Made from what packs declare: accounts that are refused, limits that accounts have numbers for,
//! sessions, credentials, and requests of the contract.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use serde::Serialize;

use super::{Teller, credentials, example, request::Request};
use crate::pack::{
    Code, Endpoint, Pack,
    contract::{Case, Sender},
    file::{LimitCounts, LimitNumbers, LimitOf, StepFile},
    limits::{Limit, Terms, ordinal},
};

/// A code that is about the account, and one cause of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CauseRow {
    /// The vendor.
    pub vendor: String,
    /// Its code.
    pub code: String,
    /// HTTP status.
    pub status: u16,
    /// Our names for it that are about the account.
    pub outcomes: Vec<String>,
    /// What brings it about.
    pub cause: Cause,
    /// The same in words.
    pub told: String,
}

/// What brings a code about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// One call more than the account may make.
    Limit(ByLimit),
    /// Any call of an account that is refused.
    Account {
        /// The account.
        account: String,
    },
    /// A call without credentials.
    NoCredentials,
    /// A call with credentials that nobody has.
    WrongCredentials,
    /// One login more than a user may have sessions.
    Sessions {
        /// So many may live at once.
        most: usize,
    },
    /// A request of the contract.
    Request {
        /// Its endpoint.
        endpoint: String,
        /// Its case.
        case: String,
    },
}

/// The calls that use a limit up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ByLimit {
    /// The account that makes them.
    pub account: String,
    /// The limit.
    pub limit: String,
    /// The endpoint.
    pub endpoint: String,
    /// What each of them is answered.
    pub answers: String,
    /// So many are answered so; the next one is refused.
    pub calls: u64,
}

/// The causes of all codes that are about accounts; `None` where there is no such vendor.
#[must_use]
pub fn causes(teller: &Teller<'_>, vendor: Option<&str>) -> Option<Vec<CauseRow>> {
    Some(teller.packs(vendor)?.into_iter().flat_map(|pack| of_vendor(teller, pack)).collect())
}

/// The codes of a vendor that are about accounts.
pub fn codes(pack: &Pack) -> impl Iterator<Item = (usize, &Code)> {
    pack.catalog.iter().enumerate().filter(|(_, code)| !code.of_account.is_empty())
}

fn of_vendor(teller: &Teller<'_>, pack: &Arc<Pack>) -> Vec<CauseRow> {
    let mut rows = Vec::new();
    for (index, code) in codes(pack) {
        let row = |(cause, told)| CauseRow {
            vendor: pack.name.clone(),
            code: code.code.clone(),
            status: code.status,
            outcomes: code.of_account.iter().map(ToString::to_string).collect(),
            cause,
            told,
        };
        let mut found: Vec<(Cause, String)> = by_limits(teller, pack, index);
        found.extend(by_account(pack, index));
        found.extend(by_credentials(pack, index));
        found.extend(by_sessions(pack, index));
        if found.is_empty() {
            found.extend(by_request(teller, pack, code));
        }
        rows.extend(found.into_iter().map(row));
    }
    rows
}

/// What uses something up until the vendor answers with this code, in words: limits and sessions.
#[must_use]
pub fn used_up_by(teller: &Teller<'_>, pack: &Arc<Pack>, code: usize) -> Vec<String> {
    let rows = by_limits(teller, pack, code).into_iter().chain(by_sessions(pack, code));
    rows.map(|(_, told)| told).collect()
}

fn is_code(endpoint: &Endpoint, reply: Option<usize>, code: usize) -> bool {
    reply
        .and_then(|index| endpoint.replies.all.get(index))
        .is_some_and(|one| one.code == Some(code))
}

fn by_limits(teller: &Teller<'_>, pack: &Arc<Pack>, code: usize) -> Vec<(Cause, String)> {
    let mut rows = Vec::new();
    for (at, limit) in pack.limits.iter().enumerate() {
        let Some(endpoint) = speaker(pack, at, code) else { continue };
        for (index, account) in pack.accounts.iter().enumerate() {
            // What all have is told of the first.
            let own = limit.numbers.get(index).is_some_and(|own| *own != LimitNumbers::default());
            if !own && index > 0 {
                continue;
            }
            let terms = limit.terms(Some(index));
            let Some((answers, calls)) = used_up(teller, pack, endpoint, &terms) else { continue };
            let by = ByLimit {
                account: account.name.clone(),
                limit: limit.name.clone(),
                endpoint: endpoint.name.clone(),
                answers,
                calls,
            };
            let told = tell(&by, limit, &terms);
            rows.push((Cause::Limit(by), told));
        }
    }
    rows
}

/// An endpoint where a limit refuses with the code, as simple as there is one.
fn speaker(pack: &Pack, limit: usize, code: usize) -> Option<&Endpoint> {
    let says = |endpoint: &&Endpoint| {
        let uses = &endpoint.limits.uses;
        uses.iter().any(|one| one.limit == limit && is_code(endpoint, Some(one.reply), code))
    };
    let mut all = pack.endpoints.iter().filter(says);
    let simple = |endpoint: &&Endpoint| {
        endpoint.consent.is_none() && endpoint.bulk.is_none() && endpoint.lookup.is_some()
    };
    all.clone().find(simple).or_else(|| all.next())
}

/// What uses a limit up: an answer, and how many of it are given before the next call is refused.
fn used_up(
    teller: &Teller<'_>,
    pack: &Pack,
    endpoint: &Endpoint,
    terms: &Terms,
) -> Option<(String, u64)> {
    let most = terms.most?;
    let success = endpoint.replies.all.get(endpoint.success)?.outcome.to_string();
    if terms.counts == LimitCounts::Calls {
        return Some((success, terms.burst.unwrap_or(most)));
    }
    let heaviest = terms.heaviest(pack, endpoint);
    let weight_of = |outcome: &str| {
        let reply = endpoint.replies.find(outcome)?;
        Some(terms.weight(pack, endpoint, reply)).filter(|weight| *weight > 0)
    };
    let caused = teller.examples.of_endpoint(pack, endpoint).map(|case| case.outcome.clone());
    let (answers, weight) = std::iter::once(success)
        .chain(caused)
        .find_map(|outcome| weight_of(&outcome).map(|weight| (outcome, weight)))?;
    Some((answers, most.checked_sub(heaviest).map_or(0, |left| left / weight + 1)))
}

fn tell(by: &ByLimit, limit: &Limit, terms: &Terms) -> String {
    let mut told = format!("the {} ", ordinal(by.calls + 1));
    told += if terms.each(LimitOf::Request) { "same call" } else { "call" };
    if terms.each(LimitOf::Endpoint) {
        told += " to one endpoint";
    }
    if terms.each(LimitOf::Gstin) {
        told += " about one GSTIN";
    }
    let _ = write!(told, "{} with account `{}`", terms.within(), by.account);
    if terms.counts != LimitCounts::Calls {
        let _ = write!(told, ", when those before were answered `{}`", by.answers);
    }
    let _ = write!(told, " (limit `{}`)", limit.name);
    told
}

fn by_account(pack: &Pack, code: usize) -> Vec<(Cause, String)> {
    let refused = |index: usize| {
        pack.endpoints.iter().any(|endpoint| {
            is_code(endpoint, endpoint.refusals.get(index).copied().flatten(), code)
        })
    };
    let accounts = pack.accounts.iter().enumerate().filter(|(index, _)| refused(*index));
    accounts
        .map(|(_, account)| {
            let told = format!("any call with account `{}`", account.name);
            (Cause::Account { account: account.name.clone() }, told)
        })
        .collect()
}

fn by_credentials(pack: &Pack, code: usize) -> Vec<(Cause, String)> {
    // Where the first endpoint is one that anybody may call, the next one tells.
    let Some(endpoint) = pack.endpoints.iter().find(|endpoint| endpoint.scheme.is_some()) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    if is_code(endpoint, endpoint.auth_missing, code) {
        rows.push((Cause::NoCredentials, "a call without credentials".to_owned()));
    }
    if is_code(endpoint, endpoint.auth_wrong, code) {
        let told = "a call with credentials that nobody has".to_owned();
        rows.push((Cause::WrongCredentials, told));
    }
    rows
}

fn by_sessions(pack: &Pack, code: usize) -> Option<(Cause, String)> {
    let (endpoint, step) = pack.endpoints.iter().find_map(|endpoint| {
        let step = endpoint.consent.as_ref().filter(|step| step.step == StepFile::Open)?;
        let reply = step.refusals.get("too-many-sessions").copied();
        is_code(endpoint, reply, code).then_some((endpoint, step))
    })?;
    let most = pack.consents[step.kind].policy.most;
    let told = format!(
        "the {} login of one user at `{}` while the others live",
        ordinal(u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1)),
        endpoint.name,
    );
    Some((Cause::Sessions { most }, told))
}

fn by_request(teller: &Teller<'_>, pack: &Pack, code: &Code) -> Option<(Cause, String)> {
    let case = teller.examples.causing(pack, &code.code)?;
    let (_, endpoint) = pack.endpoint(&case.endpoint)?;
    let before = match (example::before(case, endpoint), endpoint.consent.as_ref()) {
        (Some(_), Some(step)) if step.step == StepFile::Use => ", in a session",
        (Some(_), _) => ", with a client's own keys",
        (None, _) => "",
    };
    let told = format!("the request `{}::{}`{before}", case.endpoint, case.name);
    Some((Cause::Request { endpoint: case.endpoint.clone(), case: case.name.clone() }, told))
}

/// The request that an account sends again and again until a limit refuses it.
#[must_use]
pub fn request(teller: &Teller<'_>, pack: &Pack, by: &ByLimit) -> Option<Request> {
    let (_, endpoint) = pack.endpoint(&by.endpoint)?;
    let account = pack.accounts.iter().position(|account| account.name == by.account)?;
    let success = endpoint.replies.all.get(endpoint.success)?.outcome.as_str();
    if by.answers == success {
        return Some(teller.request(pack, endpoint, account));
    }
    // Nobody's request would not be counted; whose else it is, does not matter.
    let fits = |case: &&Case| {
        case.outcome == by.answers
            && case.account != Sender::Nobody
            && example::before(case, endpoint).is_none()
    };
    let case = teller.examples.of_endpoint(pack, endpoint).find(fits)?;
    let mut request = example::request(case, endpoint);
    request.add_credentials(&credentials::sent(pack, endpoint.scheme, account, teller.at_ms));
    Some(request)
}

/// The table as Markdown, a row for each cause.
#[must_use]
pub fn markdown(rows: &[CauseRow]) -> String {
    let mut out =
        String::from("| vendor | code | HTTP | outcome | cause |\n|---|---|---|---|---|\n");
    let mut seen = BTreeSet::new();
    for row in rows {
        let first = seen.insert((&row.vendor, &row.code));
        let cell = |text: String| if first { text } else { String::new() };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            cell(row.vendor.clone()),
            cell(format!("`{}`", row.code)),
            cell(row.status.to_string()),
            cell(row.outcomes.join(", ")),
            row.told,
        );
    }
    out
}
