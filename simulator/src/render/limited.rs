//! A limit as expressions see it.

use crate::model::told::{self, Kind::Scalar, told};

/// The limit that refused a call, or of which least is left to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limited {
    /// Its name.
    pub name: String,
    /// How much there is at the most.
    pub most: u64,
    /// How much is used, this call counted.
    pub used: u64,
    /// How much is left.
    pub left: u64,
    /// When there is more, in epoch milliseconds; `None`: never by itself.
    pub resets_at_ms: Option<i64>,
    /// When it was looked at, in epoch milliseconds.
    pub at_ms: i64,
    /// Whether it refused the call.
    pub refused: bool,
}

fn number(number: u64) -> told::Part<'static> {
    told::Part::Count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A moment, or what is still to wait until it; missing where it never comes.
fn moment(moment: Option<i64>) -> told::Part<'static> {
    moment.map_or(told::Part::Missing, told::Part::Count)
}

told! { Limited, LIMIT, it => {
    "name": Scalar => told::Part::Text(&it.name),
    "most": Scalar => number(it.most),
    "used": Scalar => number(it.used),
    "remaining": Scalar => number(it.left),
    // Seconds, the last one begun.
    "reset_s": Scalar => moment(it.resets_at_ms.map(|ms| {
        let left_ms = ms.saturating_sub(it.at_ms).max(0);
        left_ms / 1_000 + i64::from(left_ms % 1_000 > 0)
    })),
    // Epoch milliseconds.
    "reset_at": Scalar => moment(it.resets_at_ms),
    "refused": Scalar => told::Part::Flag(it.refused),
} }
