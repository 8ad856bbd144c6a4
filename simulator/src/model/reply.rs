//! What goes back: the vendor's words, and the plan of sending them.

use std::{fmt, io, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};

use super::wire::Wire;

/// No reply waits longer than this: ten minutes.
pub const LONGEST_WAIT: Duration = Duration::from_mins(10);

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
    /// What is sent instead of the reply's body, made while it is sent.
    pub stream: Option<Stream>,
    /// How the bytes go, where they do not go as HTTP wants it.
    pub wire: Option<Box<Wire>>,
    /// What was made to go wrong, by name.
    pub faults: Vec<&'static str>,
}

impl Delivery {
    /// Waits so much longer, up to [`LONGEST_WAIT`].
    pub fn late(&mut self, by: Duration) {
        self.wait = self.wait.saturating_add(by).min(LONGEST_WAIT);
    }

    /// How the bytes go, to be changed.
    pub fn wire(&mut self) -> &mut Wire {
        self.wire.get_or_insert_default()
    }

    /// How long the body is, where that is known before it is sent.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match &self.stream {
            Some(stream) => stream.length,
            None => Some(self.reply.body.len() as u64),
        }
    }
}

impl From<Reply> for Delivery {
    fn from(reply: Reply) -> Self {
        Self { reply, wait: Duration::ZERO, stream: None, wire: None, faults: Vec::new() }
    }
}

/// A body that is too large to be kept: it is written when it is sent, to whoever takes it.
///
/// Writing is heavy work, and waits for its taker; `server` has threads for it.
#[derive(Clone)]
pub struct Stream {
    /// Its length in bytes, where it is known before it is written.
    pub length: Option<u64>,
    /// What it is, in a few words, for the journal.
    pub note: String,
    write: Arc<Writer>,
}

type Writer = dyn Fn(&mut dyn io::Write) -> io::Result<()> + Send + Sync;

impl Stream {
    /// A body that `write` writes, the same bytes each time.
    #[must_use]
    pub fn new(
        length: Option<u64>,
        note: String,
        write: impl Fn(&mut dyn io::Write) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self { length, note, write: Arc::new(write) }
    }

    /// Writes all of it.
    ///
    /// # Errors
    ///
    /// When it cannot be made, or `out` takes no more.
    pub fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        (self.write)(out)
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Stream({})", self.note)
    }
}

impl PartialEq for Stream {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.write, &other.write)
    }
}

impl Eq for Stream {}
