//! How many there must be.

use std::fmt;

/// How many exchanges there must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Whatever.
    Any,
    /// So many.
    Exactly(u64),
    /// So many or more.
    AtLeast(u64),
    /// So many or fewer.
    AtMost(u64),
    /// The least, the most.
    Between(u64, u64),
    /// None.
    Never,
}

/// What a number is to a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// It fits, and however many more there were, it would.
    Surely,
    /// It fits; a few more might not.
    SoFar,
    /// Too few.
    TooFew,
    /// Too many.
    TooMany,
}

impl Count {
    fn bounds(self) -> (u64, Option<u64>) {
        match self {
            Self::Any => (0, None),
            Self::Exactly(number) => (number, Some(number)),
            Self::AtLeast(number) => (number, None),
            Self::AtMost(number) => (0, Some(number)),
            Self::Between(least, most) => (least, Some(most)),
            Self::Never => (0, Some(0)),
        }
    }

    pub(super) fn held(self, counted: u64) -> Held {
        let (least, most) = self.bounds();
        match most {
            Some(most) if counted > most => Held::TooMany,
            _ if counted < least => Held::TooFew,
            Some(_) => Held::SoFar,
            None => Held::Surely,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => write!(formatter, "any number"),
            Self::Exactly(number) => write!(formatter, "exactly {number}"),
            Self::AtLeast(number) => write!(formatter, "at least {number}"),
            Self::AtMost(number) => write!(formatter, "at most {number}"),
            Self::Between(least, most) => write!(formatter, "between {least} and {most}"),
            Self::Never => write!(formatter, "none"),
        }
    }
}
