//! Why a request is not sent.

use std::fmt;

use jiff::Timestamp;

use super::{ledger::What, store::LedgerError};

/// Why a request is not sent.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refused {
    /// A cap is reached.
    #[error(
        "the budget of `{target}` for today is used up: {used} of {most} {}{whose}{}; there are more at {}",
        what.plural(),
        room(*what, *needs),
        in_india(*frees)
    )]
    UsedUp {
        /// The target.
        target: String,
        /// What is counted.
        what: What,
        /// Whose count it is.
        whose: Whose,
        /// How many are used, those set aside for requests under way too.
        used: u64,
        /// How many there are.
        most: u64,
        /// How many the request would take at worst.
        needs: u64,
        /// When the next day begins.
        frees: Timestamp,
    },
    /// More GSTINs were asked about than are counted.
    #[error(
        "`{target}` was asked about {most} GSTINs today, and no more are counted; there are more at {}",
        in_india(*frees)
    )]
    TooManyGstins {
        /// The target.
        target: String,
        /// How many are counted.
        most: usize,
        /// When the next day begins.
        frees: Timestamp,
    },
    /// The vendor has asked for a rest.
    #[error("nothing more is sent to `{vendor}`: {why}{}", rest_over(*.until))]
    Held {
        /// The vendor.
        vendor: String,
        /// What it answered, and to what.
        why: String,
        /// Until when it is left alone at least, where it said so.
        until: Option<Timestamp>,
    },
    /// What was used cannot be read or kept, so nothing is sent.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Whose count a cap is on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// The whole target's.
    All,
    /// A vendor's.
    Vendor(String),
    /// A GSTIN's.
    Gstin(String),
}

impl fmt::Display for Whose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Vendor(vendor) => write!(formatter, " to `{vendor}`"),
            Self::Gstin(gstin) => write!(formatter, " about GSTIN {gstin}"),
        }
    }
}

impl Refused {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UsedUp { what, whose, target, .. } => {
                let table = match whose {
                    Whose::All => String::new(),
                    Whose::Vendor(vendor) => format!(".vendors.{vendor}"),
                    Whose::Gstin(_) => ".per-gstin".to_owned(),
                };
                Some(format!(
                    "go on with `--resume` when the day is over in India, or raise `{}` in `[targets.{target}.budget{table}]` if the vendor allows more",
                    what.setting()
                ))
            }
            Self::TooManyGstins { .. } => {
                Some("ask about fewer GSTINs, or go on with `--resume` tomorrow".to_owned())
            }
            Self::Held { .. } => Some(
                "wait until the vendor takes calls again, then go on with `--resume`; a lower `calls-per-second` keeps it from happening"
                    .to_owned(),
            ),
            Self::Ledger(error) => Some(error.hint()),
        }
    }

    /// Whether the file of what was used is the reason: then nothing at all can be sent.
    #[must_use]
    pub fn ledger(&self) -> Option<&LedgerError> {
        match self {
            Self::Ledger(error) => Some(error),
            _ => None,
        }
    }
}

fn room(what: What, needs: u64) -> String {
    match what {
        What::Billable if needs > 1 => format!(", and this request may cost {needs}"),
        _ => String::new(),
    }
}

fn rest_over(until: Option<Timestamp>) -> String {
    until.map(|at| format!("; it takes calls again at {}", in_india(at))).unwrap_or_default()
}

/// A time as clocks in India show it.
#[must_use]
pub fn in_india(at: Timestamp) -> String {
    at.display_with_offset(super::ledger::india()).to_string()
}
