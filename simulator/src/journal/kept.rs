//! Exchanges as kept, and as JSON.

use std::cell::RefCell;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{BLANK, BODY_LIMIT, Entry, SECRET_HEADERS, Via};
use crate::model::call::Call;

/// An exchange as people and machines are told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Record {
    /// Its number: the reply's header `x-sim-exchange`.
    pub id: u64,
    /// The tenant's time when the call came, as RFC 3339.
    pub at: String,
    /// The same in epoch milliseconds.
    #[serde(skip)]
    pub at_ms: i64,
    /// The vendor; empty where none took the call.
    pub vendor: String,
    /// The endpoint; empty where none took the call.
    pub endpoint: String,
    /// The account's name; empty where it is not known.
    pub account: String,
    /// GSTIN asked about; empty where there is none.
    pub gstin: String,
    /// Our name for the answer.
    pub outcome: String,
    /// The vendor's; empty where it has none.
    pub code: String,
    /// Why this was answered.
    pub via: Via,
    /// Time before the first byte, in milliseconds.
    pub wait_ms: u64,
    /// The faults that were put on the reply, by name.
    pub faults: Vec<&'static str>,
    /// What went over the wire in the reply's stead; empty where that was the reply.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub wire: String,
    /// What a developer should know; empty where there is nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// What was asked.
    pub request: RecordedRequest,
    /// What was answered.
    pub reply: RecordedReply,
}

impl Record {
    /// The exchange in a line: what was asked, what was answered.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { request, reply, .. } = self;
        let vendor = if self.vendor.is_empty() { "nobody" } else { &self.vendor };
        let mut out = format!("{vendor} {} {} → {}", request.method, request.target, reply.status);
        for word in [&self.code, &self.outcome] {
            if !word.is_empty() {
                out.push(' ');
                out += word;
            }
        }
        for fault in &self.faults {
            out += ", ";
            out += fault;
        }
        out
    }
}

/// A request as kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecordedRequest {
    /// HTTP method.
    pub method: String,
    /// The vendor's own path, and the query.
    pub target: String,
    /// Headers; credentials blanked.
    pub headers: Vec<(String, String)>,
    /// The body, or its beginning.
    pub body: String,
    /// How long it was.
    pub body_length: usize,
    /// What its sealed part says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<Value>,
}

/// A reply as kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecordedReply {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body, or its beginning.
    pub body: String,
    /// How long it was.
    pub body_length: u64,
    /// What its sealed part says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<Value>,
}

/// An exchange as kept. All its texts are in one piece of memory, which is taken once and given
/// back once.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) id: u64,
    pub(super) at_ms: i64,
    pub(super) via: Via,
    pub(super) status: u16,
    wait_ms: u64,
    /// How long the request's body was.
    body_length: usize,
    /// The texts, in the order of [`Part`].
    texts: Box<[u8]>,
    /// Where each of them ends.
    ends: [u32; PARTS],
    /// What was made to go wrong, by name, and how the bytes went.
    pub(super) faults: Box<[&'static str]>,
    wire: Box<str>,
    /// How long the reply's body was.
    reply_length: u64,
    /// The reply's body, or its beginning.
    pub(super) reply_body: Bytes,
}

/// Which text of an exchange.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
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
    /// What the request's sealed part says.
    Opened,
    /// What the reply's sealed part says.
    ReplyOpened,
}

const PARTS: usize = 14;

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
    pub(super) fn of(entry: &Entry<'_>) -> Self {
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
            for (part, text) in
                [(Part::Opened, entry.opened.0), (Part::ReplyOpened, entry.opened.1)]
            {
                out.extend_from_slice(text.as_bytes());
                end(part, out);
            }
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
            faults: entry.faults.into(),
            wire: entry.wire.into(),
            reply_length: entry.streamed.unwrap_or(reply.body.len() as u64),
            reply_body: match reply.body.get(..BODY_LIMIT) {
                Some(beginning) => Bytes::copy_from_slice(beginning),
                None => reply.body.clone(),
            },
        }
    }

    pub(super) fn size(&self) -> usize {
        let faults = size_of_val(&*self.faults) + self.wire.len();
        size_of::<Self>() + self.texts.len() + self.reply_body.len() + faults
    }

    pub(super) fn bytes(&self, part: Part) -> &[u8] {
        let at = part as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.texts.get(start as usize..self.ends[at] as usize).unwrap_or_default()
    }

    fn text(&self, part: Part) -> String {
        String::from_utf8_lossy(self.bytes(part)).into_owned()
    }

    pub(super) fn record(&self) -> Record {
        let at =
            jiff::Timestamp::from_millisecond(self.at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Record {
            id: self.id,
            at: at.to_string(),
            at_ms: self.at_ms,
            vendor: self.text(Part::Vendor),
            endpoint: self.text(Part::Endpoint),
            account: self.text(Part::Account),
            gstin: self.text(Part::Gstin),
            outcome: self.text(Part::Outcome),
            code: self.text(Part::Code),
            via: self.via,
            wait_ms: self.wait_ms,
            faults: self.faults.to_vec(),
            wire: self.wire.to_string(),
            hint: self.text(Part::Hint),
            request: RecordedRequest {
                method: self.text(Part::Method),
                target: self.text(Part::Target),
                headers: lines(&self.text(Part::Head)),
                body: self.text(Part::Body),
                body_length: self.body_length,
                opened: opened(&self.text(Part::Opened)),
            },
            reply: RecordedReply {
                status: self.status,
                headers: lines(&self.text(Part::ReplyHead)),
                body: String::from_utf8_lossy(&self.reply_body).into_owned(),
                body_length: self.reply_length,
                opened: opened(&self.text(Part::ReplyOpened)),
            },
        }
    }
}

/// What a sealed part says, as JSON where it is that.
fn opened(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| serde_json::from_str(text).unwrap_or_else(|_| text.into()))
}

fn lines(head: &str) -> Vec<(String, String)> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
