//! What goes back: the vendor's words, and the plan of sending them.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};

/// Status, headers and body, as the vendor would say them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Any number from 100 to 999.
    pub status: StatusCode,
    /// Headers in the order in which they are sent.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body; may be empty.
    pub body: Bytes,
}

/// How a reply is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What is sent.
    pub reply: Reply,
    /// Time before the first byte.
    pub wait: Duration,
}

impl From<Reply> for Delivery {
    fn from(reply: Reply) -> Self {
        Self { reply, wait: Duration::ZERO }
    }
}
