//! What ships: every code that is about accounts is met by its cause, and the README says how.

use std::{collections::BTreeSet, sync::Arc};

use gsp_simulator::{
    Simulator,
    pack::{Endpoint, Pack, contract::RequestBody},
    tell::{
        Teller,
        causes::{self, Cause, CauseRow},
        example::Examples,
        request::Request as Shown,
    },
};
use serde_json::json;

use super::vendor::{NOBODY, clock, put};
use crate::common::{NOW, Reply, Request, WORLD, call, record, simulator};

fn told<T>(tell: impl FnOnce(&Teller<'_>) -> T) -> T {
    let examples = Examples::read(&WORLD.fixtures);
    let now: jiff::Timestamp = NOW.parse().expect("the tests' time is a time");
    tell(&Teller {
        world: &WORLD,
        examples: &examples,
        base_url: "",
        tenant: None,
        at_ms: now.as_millisecond(),
    })
}

fn rows() -> Vec<CauseRow> {
    told(|teller| causes::causes(teller, None).expect("all vendors are there"))
}

/// A request that is shown, to be sent.
fn sent(vendor: &str, shown: &Shown) -> Request {
    let target = format!("/{vendor}{}", shown.target());
    let mut request = Request::new(shown.method.as_str(), &target);
    for (name, value) in &shown.headers {
        request = request.and(name, value);
    }
    match &shown.body {
        RequestBody::None => request,
        RequestBody::Json(json) => request.json(json.to_string()),
        other => panic!("no such body is needed here: {other:?}"),
    }
}

/// What a request of an account that is let in looks like.
fn plain(row: &CauseRow, account: &str) -> Request {
    let pack = WORLD.vendor(&row.vendor).expect("it is there");
    let at = pack.accounts.iter().position(|known| known.name == account).expect("it is there");
    let refuses = |endpoint: &&Endpoint| {
        let reply = endpoint.refusals.get(at).copied().flatten();
        let plan = reply.and_then(|reply| endpoint.replies.all.get(reply));
        let simple = endpoint.consent.is_none() && endpoint.bulk.is_none();
        let code = plan.and_then(|plan| pack.code_of(plan));
        simple && (at == 0 || code.is_some_and(|code| code.code == row.code))
    };
    let with_scheme = |endpoint: &&Endpoint| endpoint.scheme.is_some();
    let endpoint = pack.endpoints.iter().filter(with_scheme).find(refuses).expect("one is simple");
    sent(&row.vendor, &told(|teller| teller.request(pack, endpoint, at)))
}

fn has_code(reply: &Reply, simulator: &Simulator, row: &CauseRow) -> bool {
    let record = record(simulator, reply);
    assert_eq!(record["via"], "cause", "{}: {record}", row.told);
    record["code"] == row.code.as_str()
}

#[tokio::test]
async fn every_code_about_accounts_is_met_by_each_of_its_causes() {
    let mut limits = 0;
    for row in rows() {
        let simulator = simulator().await;
        let what = format!("{} {}: {}", row.vendor, row.code, row.told);
        match &row.cause {
            Cause::Limit(by) => {
                limits += 1;
                let pack = WORLD.vendor(&row.vendor).expect("it is there");
                let shown = told(|teller| causes::request(teller, pack, by));
                let request = sent(&row.vendor, &shown.unwrap_or_else(|| panic!("{what}")));
                for number in 1..=by.calls {
                    let reply = call(&simulator, &request).await;
                    assert!(!has_code(&reply, &simulator, &row), "{what}: call {number} already");
                    assert_eq!(
                        record(&simulator, &reply)["outcome"],
                        by.answers.as_str(),
                        "{what}"
                    );
                }
                let reply = call(&simulator, &request).await;
                assert!(has_code(&reply, &simulator, &row), "{what}: {reply:?}");
                assert_eq!(reply.status, row.status, "{what}");
                let hint = record(&simulator, &reply)["hint"].clone();
                let hint = hint.as_str().unwrap_or_default();
                assert!(hint.contains(&format!("limit `{}`", by.limit)), "{what}: {hint}");
            }
            Cause::Account { account } => {
                let reply = call(&simulator, &plain(&row, account)).await;
                assert!(has_code(&reply, &simulator, &row), "{what}: {reply:?}");
            }
            Cause::NoCredentials | Cause::WrongCredentials => {
                let pack = WORLD.vendor(&row.vendor).expect("it is there");
                let request = plain(&row, &pack.accounts[0].name);
                let request = match row.cause {
                    Cause::NoCredentials => without(request, &pack.secret_headers),
                    _ => spoilt(request, &pack.secret_headers),
                };
                let reply = call(&simulator, &request).await;
                assert!(has_code(&reply, &simulator, &row), "{what}: {reply:?}");
            }
            // A login needs the keys of a client: the contract suite has one, and plays these as
            // flows and cases.
            Cause::Sessions { .. } | Cause::Request { .. } => {}
        }
    }
    assert!(limits > 8, "most vendors limit how often one may call");
}

fn without(mut request: Request, secrets: &[String]) -> Request {
    request.headers.retain(|(name, _)| !secrets.contains(&name.to_ascii_lowercase()));
    request
}

fn spoilt(mut request: Request, secrets: &[String]) -> Request {
    for (name, value) in &mut request.headers {
        if secrets.contains(&name.to_ascii_lowercase()) {
            value.truncate(value.len() - 4);
            value.extend(b"AAAA");
        }
    }
    request
}

#[test]
fn every_code_about_accounts_has_a_cause() {
    let rows = rows();
    let known: BTreeSet<_> = rows.iter().map(|row| (&*row.vendor, &*row.code)).collect();
    let of = |pack: &'static Arc<Pack>| {
        causes::codes(pack).map(|(_, code)| (pack.name.as_str(), code.code.as_str()))
    };
    let missing: Vec<_> =
        WORLD.packs.iter().flat_map(of).filter(|code| !known.contains(code)).collect();
    assert_eq!(missing, Vec::new(), "codes that only `X-Sim-Outcome` gives");
    assert!(known.len() > 20, "{known:?}");
}

#[test]
fn the_readme_has_the_table_of_causes() {
    let readme = include_str!("../../../../README.md");
    let table = causes::markdown(&rows());
    assert!(
        readme.contains(&table),
        "README.md is behind; put the table of `gspsim catalog --causes --markdown` there:\n{table}"
    );
}

#[tokio::test]
async fn the_network_locks_a_gstin_out_after_too_many_errors() {
    let simulator = simulator().await;
    let begun = put(&simulator, "/__sim/scenarios/gstn-lock-out", json!({})).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    let fewer = json!({ "name": "gstn-errors", "most": 5 });
    assert_eq!(put(&simulator, "/__sim/limits", fewer).await.status, 200);
    let mut locked = 0;
    for natural in crate::common::lookups(&WORLD) {
        // A vendor of limits has a word that is close enough.
        if WORLD.vocabulary.nearest(&natural.endpoint().replies, "locked-out").is_none() {
            continue;
        }
        locked += 1;
        call(&simulator, &Request::new("DELETE", "/__sim/limits")).await;
        clock(&simulator, json!({ "now": NOW })).await;
        let nobody = natural.about(NOBODY).request();
        let mut outcomes = Vec::new();
        for _ in 0..6 {
            let reply = call(&simulator, &nobody).await;
            outcomes.push(record(&simulator, &reply)["hint"].as_str().unwrap_or("").to_owned());
        }
        let (last, before) = outcomes.split_last().expect("six");
        let name = natural.name();
        assert!(last.starts_with(&format!("limit `gstn-errors` of `{NOBODY}`")), "{name}: {last}");
        assert!(before.iter().all(|hint| !hint.contains("gstn-errors")), "{name}: {before:?}");
        clock(&simulator, json!({ "now": "2026-11-22T00:00:00+05:30" })).await;
        let reply = call(&simulator, &nobody).await;
        let hint = record(&simulator, &reply)["hint"].as_str().unwrap_or("").to_owned();
        assert!(!hint.contains("gstn-errors"), "{name}: {hint}");
    }
    assert!(locked > 4, "most vendors have a word for it");
}
