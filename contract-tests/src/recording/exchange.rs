//! Exchanges: one as it was heard, and one as it is written.

use std::fmt;

use gsp_simulator::pack::contract::RequestBody;
use jiff::Timestamp;

use super::scrub::{boundary, encode};
use crate::verdict::Heard;

/// A request and its answer as they were: nothing of it may reach a file, so nothing prints it.
#[derive(Clone)]
pub struct Raw {
    /// HTTP method.
    pub method: String,
    /// The vendor's own path, as sent.
    pub path: String,
    /// The query as sent.
    pub query: Option<String>,
    /// Headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// When it was sent.
    pub at: Timestamp,
    /// How long the answer took, in milliseconds.
    pub took_ms: u64,
    /// The answer; none where none came.
    pub reply: Option<RawReply>,
}

/// An answer as it was.
#[derive(Clone)]
pub struct RawReply {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Raw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Raw").field("method", &self.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for RawReply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RawReply").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Raw {
    /// An exchange as the harness hears it, before anything is blanked; `base` is the address under which
    /// the vendor's own paths begin.
    #[must_use]
    pub fn of(heard: &Heard, base: &str) -> Self {
        let base = base.trim_end_matches('/');
        let target = heard.url.strip_prefix(base).unwrap_or_else(|| {
            let rest = heard.url.split_once("://").map_or(heard.url.as_str(), |(_, rest)| rest);
            rest.find('/').map_or("/", |at| &rest[at..])
        });
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        let path = if path.is_empty() { "/" } else { path };
        let lower = |headers: &[(String, String)]| {
            headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect()
        };
        Self {
            method: heard.method.clone(),
            path: path.to_owned(),
            query,
            headers: lower(&heard.headers),
            body: heard.body.clone().into_bytes(),
            at: heard.at,
            took_ms: heard.took_ms,
            reply: heard.reply.as_ref().map(|reply| RawReply {
                status: reply.status,
                headers: lower(&reply.headers),
                body: reply.body.clone().into_bytes(),
            }),
        }
    }
}

impl Raw {
    /// The same with what was carried in fact: what is heard shows forms as people read them, and
    /// bytes that are no text not at all.
    #[must_use]
    pub fn carrying(mut self, body: &RequestBody, answer: Option<&[u8]>) -> Self {
        let content_type = self.headers.iter().find(|(name, _)| name == "content-type");
        let content_type = content_type.map(|(_, value)| value.as_str()).unwrap_or_default();
        match body {
            RequestBody::Form(pairs) => {
                let all: Vec<_> = pairs
                    .iter()
                    .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
                    .collect();
                self.body = all.join("&").into_bytes();
            }
            RequestBody::Multipart(pairs) => {
                let boundary = boundary(content_type);
                let part = |(name, value): (&String, &String)| {
                    format!(
                        "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                    )
                };
                let all: String = pairs.iter().map(part).collect();
                self.body = format!("{all}--{boundary}--\r\n").into_bytes();
            }
            _ => {}
        }
        if let (Some(reply), Some(answer)) = (&mut self.reply, answer) {
            reply.body = answer.to_vec();
        }
        self
    }
}

/// What a message carries, as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    #[default]
    None,
    /// JSON, laid out for readers.
    Json(String),
    /// Any other text.
    Text(String),
}

impl Body {
    /// The text that is sent.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::None => "",
            Self::Json(text) | Self::Text(text) => text,
        }
    }
}

/// A request and its answer with stand-ins in the place of all that is somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// When it was sent.
    pub at: Timestamp,
    /// How long the answer took, in milliseconds.
    pub took_ms: u64,
    /// HTTP method.
    pub method: String,
    /// The vendor's own path.
    pub path: String,
    /// The query.
    pub query: Option<String>,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// The answer; none where none came.
    pub reply: Option<TakenReply>,
    /// What was left out and why.
    pub dropped: Vec<String>,
}

/// An answer with stand-ins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenReply {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

impl Taken {
    /// The same, as if it were heard: for stand-ins to be looked for in it.
    #[must_use]
    pub fn as_raw(&self) -> Raw {
        Raw {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: self.body.text().as_bytes().to_vec(),
            at: self.at,
            took_ms: self.took_ms,
            reply: self.reply.as_ref().map(|reply| RawReply {
                status: reply.status,
                headers: reply.headers.clone(),
                body: reply.body.text().as_bytes().to_vec(),
            }),
        }
    }
}
