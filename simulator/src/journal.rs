//! The journal: the last exchanges, bounded by count and bytes; credentials are blanked on the way in.

use std::{
    cell::RefCell,
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
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
    kept: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<Kept>,
    bytes: usize,
    /// The newest exchange that left.
    left: u64,
}

/// A call and what became of it, before it is copied into the journal.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'call> {
    /// The request; its number is the header `x-sim-exchange`.
    pub call: &'call Call,
    /// Headers and query values that carry credentials.
    pub secrets: Secrets<'call>,
    /// The vendor; empty where none took the call.
    pub vendor: &'call str,
    /// The endpoint; empty where none took the call.
    pub endpoint: &'call str,
    /// The account's name; empty where it is not known.
    pub account: &'call str,
    /// GSTIN asked about; empty where there is none.
    pub gstin: &'call str,
    /// Our name for the answer.
    pub outcome: &'call str,
    /// The vendor's; empty where it has none.
    pub code: &'call str,
    /// Why this was answered.
    pub via: Via,
    /// What was answered.
    pub reply: &'call Reply,
    /// Time before the first byte, in milliseconds.
    pub wait_ms: u64,
    /// What a developer should know.
    pub hint: &'call str,
}

/// What is blanked on the way in, by name, besides what carries credentials everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Secrets<'pack> {
    /// Headers, in lower case.
    pub headers: &'pack [String],
    /// Query values.
    pub queries: &'pack [String],
}

/// An exchange as kept. All its texts are in one piece of memory, which is taken once and given
/// back once.
#[derive(Clone, Debug)]
struct Kept {
    id: u64,
    at_ms: i64,
    via: Via,
    status: u16,
    wait_ms: u64,
    /// How long the request's body was.
    body_length: usize,
    /// The texts, in the order of [`Part`].
    texts: Box<[u8]>,
    /// Where each of them ends.
    ends: [u32; PARTS],
    reply_body: Bytes,
}

/// Which text of an exchange.
#[derive(Clone, Copy, Debug)]
enum Part {
    Vendor,
    Endpoint,
    Account,
    Gstin,
    Outcome,
    Code,
    Hint,
    Method,
    /// Path and query.
    Target,
    /// Headers of the request, a line each.
    Head,
    /// Headers of the reply, a line each.
    ReplyHead,
    /// Body of the request, or its beginning.
    Body,
}

const PARTS: usize = 12;

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
    pub fn keep(&self, entry: &Entry<'_>) {
        if self.bounds.exchanges == 0 {
            return;
        }
        let entry = Kept::of(entry);
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
        Page { exchanges: entries.iter().map(Kept::record).collect(), next, truncated }
    }

    /// One exchange.
    #[must_use]
    pub fn find(&self, id: u64) -> Option<Record> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entries.iter().find(|entry| entry.id == id).map(Kept::record)
    }

    /// Forgets all.
    pub fn clear(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let last = kept.entries.back().map_or(kept.left, |entry| entry.id);
        *kept = Ring { left: last, ..Ring::default() };
    }

    /// How many exchanges and bytes are kept.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.entries.len(), kept.bytes)
    }
}

/// Path and query; the values of secret ones blanked.
fn write_target(call: &Call, secret_queries: &[String], out: &mut Vec<u8>) {
    out.extend_from_slice(call.path.as_bytes());
    let Some(query) = &call.query else { return };
    for (at, pair) in query.split('&').enumerate() {
        out.push(if at == 0 { b'?' } else { b'&' });
        match pair.split_once('=') {
            Some((name, _)) if secret_queries.iter().any(|one| one == name) => {
                out.extend_from_slice(name.as_bytes());
                out.push(b'=');
                out.extend_from_slice(BLANK.as_bytes());
            }
            _ => out.extend_from_slice(pair.as_bytes()),
        }
    }
}

/// Headers, a line each; the values of secret ones blanked.
fn write_head<'head>(
    headers: impl Iterator<Item = (&'head HeaderName, &'head HeaderValue)>,
    secret: impl Fn(&str) -> bool,
    out: &mut Vec<u8>,
) {
    for (name, value) in headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        let value = if secret(name.as_str()) { BLANK.as_bytes() } else { value.as_bytes() };
        out.extend_from_slice(value);
        out.push(b'\n');
    }
}

thread_local! {
    /// Where texts are put together before their length is known.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Kept {
    fn of(entry: &Entry<'_>) -> Self {
        let Entry { call, secrets, reply, .. } = entry;
        let is_secret = |name: &str| {
            SECRET_HEADERS.contains(&name) || secrets.headers.iter().any(|one| one == name)
        };
        let mut ends = [0; PARTS];
        let texts = SCRATCH.with_borrow_mut(|out| {
            out.clear();
            let mut end = |part: Part, out: &Vec<u8>| {
                ends[part as usize] = u32::try_from(out.len()).unwrap_or(u32::MAX);
            };
            for (part, text) in [
                (Part::Vendor, entry.vendor),
                (Part::Endpoint, entry.endpoint),
                (Part::Account, entry.account),
                (Part::Gstin, entry.gstin),
                (Part::Outcome, entry.outcome),
                (Part::Code, entry.code),
                (Part::Hint, entry.hint),
                (Part::Method, call.method.as_str()),
            ] {
                out.extend_from_slice(text.as_bytes());
                end(part, out);
            }
            write_target(call, secrets.queries, out);
            end(Part::Target, out);
            write_head(call.headers.iter(), is_secret, out);
            end(Part::Head, out);
            write_head(reply.headers.iter().map(|(name, value)| (name, value)), |_| false, out);
            end(Part::ReplyHead, out);
            out.extend_from_slice(&call.body[..call.body.len().min(BODY_LIMIT)]);
            end(Part::Body, out);
            Box::from(out.as_slice())
        });
        Self {
            id: call.number,
            at_ms: call.at_ms,
            via: entry.via,
            status: reply.status.as_u16(),
            wait_ms: entry.wait_ms,
            body_length: call.body.len(),
            texts,
            ends,
            reply_body: reply.body.clone(),
        }
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.texts.len() + self.reply_body.len()
    }

    fn bytes(&self, part: Part) -> &[u8] {
        let at = part as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.texts.get(start as usize..self.ends[at] as usize).unwrap_or_default()
    }

    fn text(&self, part: Part) -> String {
        String::from_utf8_lossy(self.bytes(part)).into_owned()
    }

    fn fits(&self, query: &Query) -> bool {
        let same = |wanted: &Option<String>, part: Part| {
            wanted.as_deref().is_none_or(|wanted| wanted.as_bytes() == self.bytes(part))
        };
        same(&query.vendor, Part::Vendor)
            && same(&query.endpoint, Part::Endpoint)
            && same(&query.outcome, Part::Outcome)
            && same(&query.code, Part::Code)
            && same(&query.gstin, Part::Gstin)
            && query.status.is_none_or(|status| status == self.status)
    }

    fn record(&self) -> Record {
        let at =
            jiff::Timestamp::from_millisecond(self.at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Record {
            id: self.id,
            at: at.to_string(),
            vendor: self.text(Part::Vendor),
            endpoint: self.text(Part::Endpoint),
            account: self.text(Part::Account),
            gstin: self.text(Part::Gstin),
            outcome: self.text(Part::Outcome),
            code: self.text(Part::Code),
            via: self.via,
            wait_ms: self.wait_ms,
            hint: self.text(Part::Hint),
            request: RecordedJson {
                method: self.text(Part::Method),
                target: self.text(Part::Target),
                headers: lines(&self.text(Part::Head)),
                body: self.text(Part::Body),
                body_length: self.body_length,
            },
            reply: ReplyJson {
                status: self.status,
                headers: lines(&self.text(Part::ReplyHead)),
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
    use http::{HeaderMap, Method, StatusCode};

    use super::*;

    fn call(number: u64) -> Call {
        Call {
            number,
            at_ms: 0,
            method: Method::GET,
            path: "/search".into(),
            query: None,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    fn keep(journal: &Journal, call: &Call, secrets: Secrets<'_>, body: usize) {
        let reply =
            Reply { status: StatusCode::OK, headers: Vec::new(), body: vec![b'x'; body].into() };
        journal.keep(&Entry {
            call,
            secrets,
            vendor: "alpha",
            endpoint: "lookup",
            account: "default",
            gstin: "",
            outcome: if call.number.is_multiple_of(2) { "found" } else { "not-found" },
            code: "",
            via: Via::Cause,
            reply: &reply,
            wait_ms: 0,
            hint: "",
        });
    }

    fn ids(page: &Page) -> Vec<u64> {
        page.exchanges.iter().map(|record| record.id).collect()
    }

    #[test]
    fn the_oldest_exchange_leaves_first_and_the_page_says_so() {
        let journal = Journal::new(Bounds { exchanges: 3, bytes: usize::MAX });
        (1..=5).for_each(|id| keep(&journal, &call(id), Secrets::default(), 0));

        let page = journal.page(&Query::default());
        assert_eq!(ids(&page), [3, 4, 5]);
        assert!(page.truncated);
        assert!(!journal.page(&Query { after: Some(2), ..Query::default() }).truncated);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let journal = Journal::new(Bounds { exchanges: 100, bytes: 10_000 });
        (1..=50).for_each(|id| keep(&journal, &call(id), Secrets::default(), 3_000));

        let (count, bytes) = journal.size();
        assert!(bytes <= 10_000, "{bytes}");
        assert!((1..4).contains(&count), "{count}");
    }

    #[test]
    fn a_cursor_goes_through_all_that_fit() {
        let journal = Journal::new(Bounds::default());
        (1..=9).for_each(|id| keep(&journal, &call(id), Secrets::default(), 0));
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
            query: Some("key=hidden&gstin=27".into()),
            headers,
            body: "{}".into(),
            ..call(1)
        };
        let journal = Journal::new(Bounds::default());
        let secrets = Secrets { headers: &["appkey".into()], queries: &["key".into()] };

        keep(&journal, &call, secrets, 0);

        let kept = journal.find(1).expect("it was kept").request;
        let told = |name: &str| {
            let header = kept.headers.iter().find(|(known, _)| known == name);
            header.map(|(_, value)| value.as_str())
        };
        assert_eq!(kept.target, "/search?key=***&gstin=27");
        assert_eq!(told("authorization"), Some("***"));
        assert_eq!(told("appkey"), Some("***"));
        assert_eq!(told("accept"), Some("*/*"));
        assert_eq!((kept.method.as_str(), kept.body.as_str()), ("GET", "{}"));
    }
}
