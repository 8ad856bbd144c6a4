//! The tenant's clock: the wall's time, or a time that stands still.

use jiff::Timestamp;

/// Tells the time of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The machine's time.
    Wall,
    /// Always this time, in epoch milliseconds.
    Frozen(i64),
}

impl Clock {
    /// Now, in epoch milliseconds.
    #[must_use]
    pub fn now_ms(self) -> i64 {
        match self {
            Self::Wall => wall_ms(),
            Self::Frozen(at_ms) => at_ms,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
fn wall_ms() -> i64 {
    Timestamp::now().as_millisecond()
}
