//! An answer held against all that is promised of it.

use std::time::Instant;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    case::{Case, request::RequestError},
    drift::Drift,
    mismatch::Mismatch,
    runner::record,
    schema::Inside,
    snapshot::{self, Shown},
    target::{Answer, Target, TargetError},
};

/// What is said of a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// `vendor::endpoint::case`.
    pub case: String,
    /// The vendor.
    pub vendor: String,
    /// The endpoint; `flows` for a flow, `edges` for what HTTP itself refuses.
    pub endpoint: String,
    /// What is promised of the answer; none for a flow.
    pub promised: Option<Promised>,
    /// The request in a line.
    pub request: String,
    /// The file and line where the case is written, or what it is derived from.
    pub place: Option<Place>,
    /// The vendor's document that it follows from; empty where it follows from the pack.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// What was otherwise than promised.
    pub mismatches: Vec<Mismatch>,
    /// Where a live side has departed from the pack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drifts: Vec<Drift>,
    /// Why it was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// When it began, by the machine's clock.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What was sent and what came, credentials blanked; the last one is the case's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Heard>,
}

/// What is promised of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promised {
    /// HTTP status.
    pub status: u16,
    /// What the vendor says in the end, by our name.
    pub outcome: String,
    /// The vendor's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, as the user would name it: `fixtures/attestr/contract/requests.toml`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// A request and its answer, as files and reports have them: credentials are blanked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// HTTP method.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Headers that were sent.
    pub headers: Vec<(String, String)>,
    /// The body that was sent; empty where there was none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// When it was sent.
    pub at: Timestamp,
    /// How long the answer took, in milliseconds.
    pub took_ms: u64,
    /// The answer; none where none came.
    pub reply: Option<Reply>,
}

/// An answer, as files and reports have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers that came.
    pub headers: Vec<(String, String)>,
    /// The body; bytes that are no text are told by their hash.
    pub body: String,
}

impl Verdict {
    /// What is said of a case before it is tried.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        Self {
            case: case.id(),
            vendor: case.vendor.clone(),
            endpoint: case.endpoint.clone(),
            promised: Some(Promised {
                status: case.status,
                outcome: case.outcome.clone(),
                code: case.code.clone(),
            }),
            request: case.told(),
            place: case.place.clone(),
            source: case.source.clone(),
            mismatches: Vec::new(),
            drifts: Vec::new(),
            skipped: None,
            at: record::now(),
            took_ms: 0,
            exchanges: Vec::new(),
        }
    }

    /// Whether the case was tried and all was as promised.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.mismatches.is_empty() && self.drifts.is_empty() && self.skipped.is_none()
    }

    /// Whether it was tried and something was otherwise.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.skipped.is_none() && !self.passed()
    }
}

/// Holds an answer against status, outcome, code, volatile values and schema.
///
/// Gives what is otherwise, and the answer as snapshots have it.
#[must_use]
pub fn judge(case: &Case, answer: &Answer) -> (Vec<Mismatch>, String) {
    let mut mismatches = Vec::new();
    if answer.status != case.status {
        mismatches.push(Mismatch::new(
            "status",
            case.status.to_string(),
            answer.status.to_string(),
        ));
    }
    if let Some(exchange) = &answer.exchange {
        if exchange.outcome != case.outcome {
            mismatches.push(Mismatch::new("outcome", &case.outcome, &exchange.outcome));
        }
        let code = case.code.as_deref().unwrap_or_default();
        if exchange.code != code {
            let told =
                |code: &str| if code.is_empty() { "none".to_owned() } else { code.to_owned() };
            mismatches.push(Mismatch::new("code", told(code), told(&exchange.code)));
        }
    } else {
        mismatches.push(Mismatch::new("journal", "the exchange", "none"));
    }
    let mut body = match parsed(answer) {
        Ok(body) => body,
        Err(mismatch) => {
            mismatches.push(mismatch);
            None
        }
    };
    let mut insides = Vec::new();
    if let Some(schema) = &case.schema {
        let text = || Value::from(String::from_utf8_lossy(&answer.body).into_owned());
        let (more, found) = schema.check(&body.clone().unwrap_or_else(text));
        mismatches.extend(more);
        insides = found;
    }
    mismatches.extend(answer.wrong.iter().cloned());
    let (more, mut opened) = sealed(case, answer);
    mismatches.extend(more);
    if let Some(body) = &mut body {
        mismatches.extend(case.volatile.hide(body, answer.moment_ms));
    }
    for inside in insides.iter_mut().chain(&mut opened) {
        let Inside { json, pointer } = inside;
        mismatches.extend(case.volatile.hide_within(json, pointer, answer.moment_ms));
    }
    let sealed = case.session.as_ref().map(|session| session.way.sealed_pointers());
    let shown = Shown {
        body: body.as_ref(),
        insides: &insides,
        opened: opened.as_ref(),
        sealed: &sealed.unwrap_or_default(),
    };
    (mismatches, snapshot::show(answer, &shown))
}

/// Holds what was sealed in an answer against its promise, and what the journal says of the
/// exchange against its own.
fn sealed(case: &Case, answer: &Answer) -> (Vec<Mismatch>, Option<Inside>) {
    let mut mismatches = Vec::new();
    if let Some(wanted) = &case.asked.explained {
        let hint = answer.exchange.as_ref().map_or("", |exchange| exchange.hint.as_str());
        if !hint.contains(wanted.as_str()) {
            mismatches.push(Mismatch::new(
                "journal hint",
                format!("{wanted:?}"),
                format!("{hint:?}"),
            ));
        }
    }
    match (&answer.opened, &case.payload) {
        (Some(opened), Some(schema)) => {
            mismatches.extend(schema.check_within(&opened.json, &opened.pointer));
        }
        (Some(opened), None) => {
            let promised = "a schema in contract/payloads/ for what is sealed";
            mismatches.push(Mismatch::new(&opened.pointer, promised, "none"));
        }
        (None, Some(_)) if case.asked.payload.is_some() && answer.wrong.is_empty() => {
            let at = case.session.as_ref().map_or("body", |session| &session.way.handshake.data);
            mismatches.push(Mismatch::new(at, "something sealed", "nothing"));
        }
        (None, _) => {}
    }
    (mismatches, answer.opened.clone())
}

/// The body as JSON; `None` where it does not claim to be any.
fn parsed(answer: &Answer) -> Result<Option<Value>, Mismatch> {
    let content_type = answer.headers.iter().find(|(name, _)| name == "content-type");
    if !content_type.is_some_and(|(_, value)| value.contains("json")) {
        return Ok(None);
    }
    serde_json::from_slice(&answer.body)
        .map(Some)
        .map_err(|error| Mismatch::new("body", "JSON", error.to_string()))
}

/// Tries a case: asks, judges, holds the answer against the reviewed one.
///
/// # Errors
///
/// When the target is out of reach, or the budget does not allow a request.
pub async fn try_case(case: &Case, target: &Target) -> Result<Verdict, TargetError> {
    let mut verdict = Verdict::of(case);
    verdict.skipped = case.obstacle(target);
    if verdict.skipped.is_some() {
        return Ok(verdict);
    }
    verdict.request = target.adapted(case)?.told();
    let begun = Instant::now();
    let answer = target.ask(case).await;
    verdict.took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let answer = match answer {
        Ok(answer) => answer,
        Err(TargetError::Request(RequestError::Session(why))) => {
            verdict.mismatches.push(Mismatch::new("session", "one", why));
            return Ok(verdict);
        }
        Err(TargetError::Request(why)) => {
            verdict.skipped = Some(why.to_string());
            return Ok(verdict);
        }
        Err(TargetError::NoAnswer { why, .. }) => {
            verdict.mismatches.push(Mismatch::new("answer", "one", why));
            return Ok(verdict);
        }
        Err(error) => return Err(error),
    };
    if answer.exchange.as_ref().is_some_and(|exchange| exchange.vendor.is_empty()) {
        verdict.skipped = Some("the target does not play this vendor".to_owned());
        return Ok(verdict);
    }
    if let Some(expected) = target.expected() {
        verdict.mismatches.extend(answer.wrong.iter().cloned());
        verdict.drifts = Box::pin(expected.compare(case, &answer)).await?;
        return Ok(verdict);
    }
    let (mismatches, shown) = judge(case, &answer);
    verdict.mismatches = mismatches;
    verdict.mismatches.extend(reviewed(case, &shown, target));
    Ok(verdict)
}

/// Holds an answer against its snapshot. A vendor from a folder of one's own has no snapshots.
fn reviewed(case: &Case, shown: &str, target: &Target) -> Vec<Mismatch> {
    let folder = snapshot::folder();
    if !folder.join(&case.vendor).is_dir() {
        return Vec::new();
    }
    let path = snapshot::path_of(case);
    match snapshot::read(&folder.join(&path)) {
        Ok(Some(reviewed)) => {
            let loose = case.loose(target);
            snapshot::compare(&reviewed, shown, target.strictness(), &loose)
        }
        Ok(None) => vec![Mismatch::new("snapshot", path.display().to_string(), "none")],
        Err(error) => {
            vec![Mismatch::new("snapshot", path.display().to_string(), error.to_string())]
        }
    }
}
