//! Why a target cannot be asked.

use gsp_simulator::StartError;
use thiserror::Error;

use crate::{
    case::request::RequestError, config::Lack, guard::Refused, recording::recorder::RecorderError,
};

/// Why a target cannot be asked.
#[derive(Debug, Error)]
pub enum TargetError {
    /// It does not answer.
    #[error("nothing answers at {url}: {why}")]
    OutOfReach {
        /// The address.
        url: String,
        /// What the network says.
        why: String,
    },
    /// Something answers, but no simulator.
    #[error("what answers at {url} is no simulator")]
    NoSimulator {
        /// The address.
        url: String,
    },
    /// It took the request, and no answer came, or only a part of one.
    #[error("no answer came from {url}: {why}")]
    NoAnswer {
        /// The address.
        url: String,
        /// What the network says.
        why: String,
    },
    /// The budget does not allow the request.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The recording cannot be kept.
    #[error(transparent)]
    Record(#[from] RecorderError),
    /// It lacks what a call needs.
    #[error("target `{name}` lacks something: {}", .lacks.iter().map(|lack| lack.what.as_str()).collect::<Vec<_>>().join("; "))]
    Lacks {
        /// Its name.
        name: String,
        /// What.
        lacks: Vec<Lack>,
    },
    /// A file that it names cannot be used.
    #[error("{what} cannot be used: {why}")]
    Unusable {
        /// What it is.
        what: String,
        /// Why.
        why: String,
    },
    /// The embedded one does not start.
    #[error("the embedded simulator does not start")]
    Start(#[from] StartError),
    /// The request cannot be made.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl TargetError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::OutOfReach { .. } => {
                Some("start one with `gspsim serve`, take `--target embedded`, or look at the address, the proxy and the network".to_owned())
            }
            Self::NoSimulator { .. } => {
                Some("give the address that `gspsim serve` prints, without a path; a vendor's own side is a target of contract.toml".to_owned())
            }
            Self::NoAnswer { .. } => None,
            Self::Refused(refused) => refused.hint(),
            Self::Record(error) => Some(error.hint()),
            Self::Lacks { name, .. } => Some(format!("`gsp-contract doctor --target {name}` tells what and how")),
            Self::Unusable { .. } => Some("docs/targets.md tells its form".to_owned()),
            Self::Start(error) => error.hint(),
            Self::Request(_) => None,
        }
    }
}
