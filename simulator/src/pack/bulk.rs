//! Large answers of a pack, ready to be played.

use std::sync::Arc;

use super::Body;
use crate::render::{expression::Expression, template::Template};

/// A kind of file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkKind {
    /// Its name in the pack.
    pub name: String,
    /// Records in one file; at least 1.
    pub per_file: u64,
    /// Until it is ready, in milliseconds.
    pub wait_ms: i64,
    /// How long it can be fetched then, in milliseconds.
    pub life_ms: i64,
    /// What every link of it begins with.
    pub lead: String,
    /// The query parameter with the signature.
    pub signature: String,
    /// The query parameter with the end.
    pub expires: String,
    /// Whether the content stands in double quotes.
    pub quoted: bool,
    /// Fields by which its owner is known.
    pub owner: Vec<String>,
}

/// What an endpoint does with such files; numbers are indices: of the kind, of fields, of replies.
#[derive(Debug)]
pub enum BulkStep {
    /// A large answer is asked for.
    Queue(Queue),
    /// A token is asked about.
    Details {
        /// The kind of file.
        kind: usize,
        /// The field with the token.
        token: usize,
        /// The reply before it is ready.
        pending: usize,
        /// The reply where it came to nothing.
        failed: usize,
        /// The reply to a token that stands for nothing.
        unknown: usize,
    },
    /// A link is followed.
    Fetch {
        /// The kind of file.
        kind: usize,
        /// The field with the link; none: it is the call's own.
        link: Option<usize>,
        /// The reply where its time is over.
        expired: usize,
        /// The reply where its signature does not fit.
        refused: usize,
        /// The reply where there is no such file.
        unknown: usize,
    },
}

/// What is asked for, and when it is too large.
#[derive(Debug)]
pub struct Queue {
    /// The kind of file.
    pub kind: usize,
    /// How many records the plain answer has.
    pub count: Expression,
    /// With more than this it is too large.
    pub over: u64,
    /// The content of a file.
    pub contents: Arc<Body>,
    /// The content's name, for findings.
    pub contents_name: String,
    /// The path of a link.
    pub link: Arc<Template>,
    /// The name of a file's member.
    pub member: Arc<Template>,
    /// The reply that gives the token.
    pub reply: usize,
}

impl BulkStep {
    /// The kind of file.
    #[must_use]
    pub const fn kind(&self) -> usize {
        match self {
            Self::Queue(queue) => queue.kind,
            Self::Details { kind, .. } | Self::Fetch { kind, .. } => *kind,
        }
    }
}
