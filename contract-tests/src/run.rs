//! A run: what was asked of whom, and what came of it. Reports are made from this alone.
//!
//! It is written to a file as it goes, so that one that was interrupted can be taken up again and
//! every report can be made later, without asking anybody again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{target::Strictness, verdict::Verdict};

/// The form of the file; another one is refused.
pub const FORMAT: u32 = 1;

/// What came of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// [`FORMAT`].
    pub format: u32,
    /// The version of the program that ran.
    pub program: String,
    /// Who was asked.
    pub target: Asked,
    /// How closely answers were compared.
    pub compared: Strictness,
    /// When it began, by the machine's clock.
    pub began: Timestamp,
    /// When it ended; none while it is under way, or where it was interrupted.
    pub ended: Option<Timestamp>,
    /// Cases that were chosen: `vendor::endpoint::case`, in the order they are told.
    pub chosen: Vec<String>,
    /// What is said of each that was tried or skipped so far.
    pub verdicts: Vec<Verdict>,
    /// Those of them that were skipped for now, since the budget was used up or the vendor wanted a
    /// rest: `--resume` tries them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub put_off: Vec<String>,
    /// Cases that were asked more than once: why each time but the last was not enough.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub asked_again: BTreeMap<String, Vec<String>>,
}

/// Who was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// `embedded`, an address, or the name in `contract.toml`.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Vendor → base address.
    pub addresses: BTreeMap<String, String>,
}

/// What a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A simulator in this process.
    Embedded,
    /// A simulator at an address: its admin API is used.
    Simulator,
    /// A vendor: nothing of ours is there.
    Live,
}
