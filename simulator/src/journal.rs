//! The journal: the last exchanges, bounded by count and bytes; credentials are blanked on the way in.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use http::HeaderMap;
use serde::Serialize;

use crate::model::{call::Call, reply::Reply};

/// More of a body than this is not kept, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// What stands where a credential stood.
pub const BLANK: &str = "***";

/// Headers that carry credentials everywhere, whatever a pack says.
const SECRET_HEADERS: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "x-api-key"];

/// How much a journal keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Exchanges at the most.
    pub exchanges: usize,
    /// Bytes at the most, all exchanges together.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { exchanges: 1_000, bytes: 16 * 1024 * 1024 }
    }
}

/// The last exchanges of a tenant.
#[derive(Debug)]
pub struct Journal {
    bounds: Bounds,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: VecDeque<Entry>,
    bytes: usize,
    /// The newest exchange that left.
    left: u64,
}

/// A call and what became of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The exchange's number: the header `x-sim-exchange`.
    pub id: u64,
    /// The tenant's clock, in epoch milliseconds.
    pub at_ms: i64,
    /// The vendor; empty where none took the call.
    pub vendor: Box<str>,
    /// The endpoint; empty where none took the call.
    pub endpoint: Box<str>,
    /// The account's name; empty where it is not known.
    pub account: Box<str>,
    /// Method, path, headers and body of the request.
    pub request: Recorded,
    /// GSTIN asked about; empty where there is none.
    pub gstin: Box<str>,
    /// Our name for the answer.
    pub outcome: Box<str>,
    /// The vendor's; empty where it has none.
    pub code: Box<str>,
    /// Why this was answered.
    pub via: Via,
    /// HTTP status of the reply.
    pub status: u16,
    /// Headers of the reply, a line each.
    pub reply_head: Box<str>,
    /// Body of the reply.
    pub reply_body: Bytes,
    /// Time before the first byte, in milliseconds.
    pub wait_ms: u64,
    /// What a developer should know.
    pub hint: Box<str>,
}

/// A request as kept.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Method.
    pub method: Box<str>,
    /// Path and query.
    pub target: Box<str>,
    /// Headers, a line each.
    pub head: Box<str>,
    /// The body, or its beginning.
    pub body: Box<[u8]>,
    /// How long the body was.
    pub body_length: usize,
}

/// Why a call was answered as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// The request asked for it: `X-Sim-Outcome`.
    Header,
    /// A scenario.
    Scenario,
    /// A magic or scripted GSTIN.
    MagicGstin,
    /// The call itself.
    Cause,
    /// No vendor was there to answer.
    Nobody,
}

/// Which exchanges are wanted; all that is given must fit.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Query {
    /// The vendor.
    pub vendor: Option<String>,
    /// The endpoint.
    pub endpoint: Option<String>,
    /// The outcome.
    pub outcome: Option<String>,
    /// The code.
    pub code: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The GSTIN.
    pub gstin: Option<String>,
    /// Only newer ones than this.
    pub after: Option<u64>,
    /// At most so many; default 100.
    pub limit: Option<usize>,
}

/// A page of exchanges, oldest first.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    /// The exchanges.
    pub exchanges: Vec<Record>,
    /// What to give as `after` to go on.
    pub next: u64,
    /// Whether older exchanges than `after` have left the journal.
    pub truncated: bool,
}

/// An exchange as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    id: u64,
    at: String,
    vendor: String,
    endpoint: String,
    account: String,
    gstin: String,
    outcome: String,
    code: String,
    via: Via,
    wait_ms: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    hint: String,
    request: RecordedJson,
    reply: ReplyJson,
}

#[derive(Clone, Debug, Serialize)]
struct RecordedJson {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
    body_length: usize,
}

#[derive(Clone, Debug, Serialize)]
struct ReplyJson {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    body_length: usize,
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, kept: Mutex::default() }
    }

    /// Keeps an exchange; the oldest ones leave when there is no room.
    pub fn keep(&self, entry: Entry) {
        if self.bounds.exchanges == 0 {
            return;
        }
        let size = entry.size();
        let mut gone = Vec::new();
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.bytes += size;
            kept.entries.push_back(entry);
            while kept.entries.len() > self.bounds.exchanges || kept.bytes > self.bounds.bytes {
                let Some(oldest) = kept.entries.pop_front() else { break };
                kept.bytes -= oldest.size();
                kept.left = oldest.id;
                gone.push(oldest);
            }
        }
        // Freed here, where nobody waits for the lock.
        drop(gone);
    }

    /// The exchanges that fit, oldest first.
    #[must_use]
    pub fn page(&self, query: &Query) -> Page {
        let limit = query.limit.unwrap_or(100).min(1_000);
        let after = query.after.unwrap_or(0);
        let (entries, truncated, last) = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let fitting = kept.entries.iter().filter(|entry| entry.id > after && entry.fits(query));
            let entries: Vec<_> = fitting.take(limit).cloned().collect();
            (entries, kept.left > after, kept.entries.back().map_or(after, |entry| entry.id))
        };
        let next = if entries.len() == limit {
            entries.last().map_or(after, |entry| entry.id)
        } else {
            last.max(after)
        };
        Page { exchanges: entries.iter().map(Entry::record).collect(), next, truncated }
    }

    /// One exchange.
    #[must_use]
    pub fn find(&self, id: u64) -> Option<Record> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entries.iter().find(|entry| entry.id == id).map(Entry::record)
    }

    /// Forgets all.
    pub fn clear(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let last = kept.entries.back().map_or(kept.left, |entry| entry.id);
        *kept = Kept { left: last, ..Kept::default() };
    }

    /// How many exchanges and bytes are kept.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.entries.len(), kept.bytes)
    }
}

impl Recorded {
    /// Copies what is kept of a request; credentials are blanked.
    #[must_use]
    pub fn of(call: &Call, secret_headers: &[String], secret_queries: &[String]) -> Self {
        let secret = |name: &str| {
            SECRET_HEADERS.contains(&name) || secret_headers.iter().any(|one| one == name)
        };
        Self {
            method: call.method.as_str().into(),
            target: target(call, secret_queries),
            head: head(&call.headers, secret),
            body: call.body[..call.body.len().min(BODY_LIMIT)].into(),
            body_length: call.body.len(),
        }
    }
}

/// Path and query; the values of secret ones blanked.
fn target(call: &Call, secret_queries: &[String]) -> Box<str> {
    let Some(query) = &call.query else { return call.path.as_str().into() };
    let mut out = String::with_capacity(call.path.len() + query.len() + 1);
    out.push_str(&call.path);
    for (at, pair) in query.split('&').enumerate() {
        out.push(if at == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((name, _)) if secret_queries.iter().any(|one| one == name) => {
                out.push_str(name);
                out.push('=');
                out.push_str(BLANK);
            }
            _ => out.push_str(pair),
        }
    }
    out.into()
}

/// Headers, a line each.
fn head(headers: &HeaderMap, secret: impl Fn(&str) -> bool) -> Box<str> {
    let mut out = String::with_capacity(256);
    for (name, value) in headers {
        out.push_str(name.as_str());
        out.push_str(": ");
        if secret(name.as_str()) {
            out.push_str(BLANK);
        } else {
            out.push_str(&String::from_utf8_lossy(value.as_bytes()));
        }
        out.push('\n');
    }
    out.into()
}

/// Headers of a reply, a line each.
#[must_use]
pub fn reply_head(reply: &Reply) -> Box<str> {
    let mut out = String::with_capacity(64);
    for (name, value) in &reply.headers {
        out.push_str(name.as_str());
        out.push_str(": ");
        out.push_str(&String::from_utf8_lossy(value.as_bytes()));
        out.push('\n');
    }
    out.into()
}

impl Entry {
    fn size(&self) -> usize {
        size_of::<Self>()
            + self.request.target.len()
            + self.request.head.len()
            + self.request.body.len()
            + self.reply_head.len()
            + self.reply_body.len()
            + self.hint.len()
    }

    fn fits(&self, query: &Query) -> bool {
        let same =
            |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        same(&query.vendor, &self.vendor)
            && same(&query.endpoint, &self.endpoint)
            && same(&query.outcome, &self.outcome)
            && same(&query.code, &self.code)
            && same(&query.gstin, &self.gstin)
            && query.status.is_none_or(|status| status == self.status)
    }

    fn record(&self) -> Record {
        let at =
            jiff::Timestamp::from_millisecond(self.at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Record {
            id: self.id,
            at: at.to_string(),
            vendor: self.vendor.to_string(),
            endpoint: self.endpoint.to_string(),
            account: self.account.to_string(),
            gstin: self.gstin.to_string(),
            outcome: self.outcome.to_string(),
            code: self.code.to_string(),
            via: self.via,
            wait_ms: self.wait_ms,
            hint: self.hint.to_string(),
            request: RecordedJson {
                method: self.request.method.to_string(),
                target: self.request.target.to_string(),
                headers: lines(&self.request.head),
                body: String::from_utf8_lossy(&self.request.body).into_owned(),
                body_length: self.request.body_length,
            },
            reply: ReplyJson {
                status: self.status,
                headers: lines(&self.reply_head),
                body: String::from_utf8_lossy(&self.reply_body).into_owned(),
                body_length: self.reply_body.len(),
            },
        }
    }
}

fn lines(head: &str) -> Vec<(String, String)> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;

    fn entry(id: u64, body: usize) -> Entry {
        Entry {
            id,
            at_ms: 0,
            vendor: "alpha".into(),
            endpoint: "lookup".into(),
            account: "default".into(),
            request: Recorded::default(),
            gstin: "".into(),
            outcome: if id.is_multiple_of(2) { "found" } else { "not-found" }.into(),
            code: "".into(),
            via: Via::Cause,
            status: 200,
            reply_head: "".into(),
            reply_body: vec![b'x'; body].into(),
            wait_ms: 0,
            hint: "".into(),
        }
    }

    fn ids(page: &Page) -> Vec<u64> {
        page.exchanges.iter().map(|record| record.id).collect()
    }

    #[test]
    fn the_oldest_exchange_leaves_first_and_the_page_says_so() {
        let journal = Journal::new(Bounds { exchanges: 3, bytes: usize::MAX });
        (1..=5).for_each(|id| journal.keep(entry(id, 0)));

        let page = journal.page(&Query::default());
        assert_eq!(ids(&page), [3, 4, 5]);
        assert!(page.truncated);
        assert!(!journal.page(&Query { after: Some(2), ..Query::default() }).truncated);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let journal = Journal::new(Bounds { exchanges: 100, bytes: 10_000 });
        (1..=50).for_each(|id| journal.keep(entry(id, 3_000)));

        let (count, bytes) = journal.size();
        assert!(bytes <= 10_000, "{bytes}");
        assert!((1..4).contains(&count), "{count}");
    }

    #[test]
    fn a_cursor_goes_through_all_that_fit() {
        let journal = Journal::new(Bounds::default());
        (1..=9).for_each(|id| journal.keep(entry(id, 0)));
        let ask = |after| {
            journal.page(&Query {
                outcome: Some("found".into()),
                after: Some(after),
                limit: Some(3),
                ..Query::default()
            })
        };

        let first = ask(0);
        assert_eq!((ids(&first), first.next), (vec![2, 4, 6], 6));
        let second = ask(first.next);
        assert_eq!((ids(&second), second.next), (vec![8], 9));
    }

    #[test]
    fn credentials_are_blanked_before_anything_is_kept() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Basic c2VjcmV0"));
        headers.insert("appkey", HeaderValue::from_static("hidden"));
        headers.insert("accept", HeaderValue::from_static("*/*"));
        let call = Call {
            number: 1,
            at_ms: 0,
            method: Method::GET,
            path: "/search".into(),
            query: Some("key=hidden&gstin=27".into()),
            headers,
            body: Bytes::new(),
        };

        let kept = Recorded::of(&call, &["appkey".into()], &["key".into()]);

        assert_eq!(&*kept.target, "/search?key=***&gstin=27");
        assert!(kept.head.contains("authorization: ***\n"), "{}", kept.head);
        assert!(kept.head.contains("appkey: ***\n"), "{}", kept.head);
        assert!(kept.head.contains("accept: */*\n"), "{}", kept.head);
    }
}
