//! A request, read to the end.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};

/// A request that belongs to a vendor, with the time and number its tenant gave it.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Its place in the tenant's order: 1, 2, 3 …
    pub number: u64,
    /// The tenant's clock when it came, in epoch milliseconds.
    pub at_ms: i64,
    /// HTTP method.
    pub method: Method,
    /// The vendor's own path, without the mount and without the query; percent-encoded as sent.
    pub path: String,
    /// The query as sent, without `?`.
    pub query: Option<String>,
    /// All headers; names in lower case.
    pub headers: HeaderMap,
    /// The body as sent.
    pub body: Bytes,
    /// That the tenant whose credentials it carries is no more, in words; where it is so.
    pub ended: Option<Arc<str>>,
}

impl Call {
    /// The text of a header, where it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
