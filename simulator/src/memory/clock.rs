//! The tenant's clock: the wall's time, or one that was set, stopped, or runs at another speed.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// How a clock begins.
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

/// The fastest a clock may run: a year in half a minute.
pub const FASTEST: f64 = 1_000_000.0;

/// Tells the time of a tenant, and can be set.
#[derive(Debug)]
pub struct Timepiece(Mutex<Hands>);

#[derive(Clone, Copy, Debug)]
struct Hands {
    /// The tenant's time at `wall_ms`; both in epoch milliseconds.
    at_ms: i64,
    wall_ms: i64,
    /// Seconds of the tenant's in a second of the wall's; 0 stands still.
    scale: f64,
    /// Whether it tells the wall's time.
    is_wall: bool,
}

impl Timepiece {
    /// A clock that begins so.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self(Mutex::new(Hands::of(clock)))
    }

    /// Begins anew.
    pub fn begin(&self, clock: Clock) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Hands::of(clock);
    }

    fn hands(&self) -> Hands {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Now, in epoch milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.hands().now_ms()
    }

    /// Whether it stands still.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.hands().scale == 0.0
    }

    /// Whether it tells another time than the machine's.
    #[must_use]
    pub fn is_set(&self) -> bool {
        !self.hands().is_wall
    }

    /// Seconds of the tenant's in a second of the wall's.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.hands().scale
    }

    /// Sets the time.
    pub fn set(&self, at_ms: i64) {
        self.change(|hands| hands.at_ms = at_ms);
    }

    /// Moves the time on; back where it is negative.
    pub fn advance(&self, by_ms: i64) {
        self.change(|hands| hands.at_ms = hands.at_ms.saturating_add(by_ms));
    }

    /// Lets it run so fast; 0 stops it. Between 0 and [`FASTEST`].
    pub fn run(&self, scale: f64) {
        self.change(|hands| hands.scale = scale.clamp(0.0, FASTEST));
    }

    /// Back to the machine's time.
    pub fn reset(&self) {
        self.begin(Clock::Wall);
    }

    fn change(&self, act: impl FnOnce(&mut Hands)) {
        let mut hands = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = hands.now_ms();
        *hands = Hands { at_ms: now, wall_ms: wall_ms(), scale: hands.scale, is_wall: false };
        act(&mut hands);
    }
}

impl Hands {
    fn of(clock: Clock) -> Self {
        match clock {
            Clock::Wall => Self { at_ms: 0, wall_ms: 0, scale: 1.0, is_wall: true },
            Clock::Frozen(at_ms) => Self { at_ms, wall_ms: 0, scale: 0.0, is_wall: false },
        }
    }

    fn now_ms(self) -> i64 {
        if self.is_wall {
            return wall_ms();
        }
        if self.scale == 0.0 {
            return self.at_ms;
        }
        let passed = wall_ms().saturating_sub(self.wall_ms);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "milliseconds of a run of this program are far below 2^53"
        )]
        let scaled = (passed as f64 * self.scale) as i64;
        self.at_ms.saturating_add(scaled)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
fn wall_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_it_is_moved() {
        let clock = Timepiece::new(Clock::Frozen(1_000));
        assert_eq!((clock.now_ms(), clock.is_frozen()), (1_000, true));

        clock.advance(500);
        assert_eq!(clock.now_ms(), 1_500);
        clock.set(7);
        assert_eq!(clock.now_ms(), 7);
    }

    #[test]
    fn a_clock_that_was_set_goes_on_running() {
        let clock = Timepiece::new(Clock::Wall);
        assert!(!clock.is_set());

        clock.set(1_000);
        assert!(clock.is_set() && !clock.is_frozen());
        assert!((1_000..60_000).contains(&clock.now_ms()));
    }

    #[test]
    fn a_clock_goes_back_to_the_walls_time() {
        let clock = Timepiece::new(Clock::Frozen(1_000));
        clock.reset();
        assert!(!clock.is_set() && clock.now_ms() > 1_000_000);
    }
}
