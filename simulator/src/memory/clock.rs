//! The tenant's clock: the wall's time, or one that was set, stopped, or runs at another speed.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

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

/// The earliest time a clock can be set to: 1970-01-01T00:00:00Z.
pub const EARLIEST_MS: i64 = 0;

/// The latest: 9998-12-31T23:59:59Z; what is a year ahead of it can still be written.
pub const LATEST_MS: i64 = 253_370_764_799_000;

/// What is changed of a clock, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Adjustment {
    /// Back to the machine's time.
    pub wall: bool,
    /// Another time, in epoch milliseconds.
    pub set_ms: Option<i64>,
    /// So much later.
    pub advance_ms: Option<i64>,
    /// Seconds of its own in a second of the machine's.
    pub scale: Option<f64>,
}

/// Tells the time of a tenant, and can be set.
#[derive(Debug)]
pub struct Timepiece {
    hands: Mutex<Hands>,
    /// Whether it tells the machine's time: most do, and are read without a lock.
    is_wall: AtomicBool,
}

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
        let hands = Hands::of(clock);
        Self { hands: Mutex::new(hands), is_wall: AtomicBool::new(hands.is_wall) }
    }

    /// Begins anew.
    pub fn begin(&self, clock: Clock) {
        self.put(&mut self.lock(), Hands::of(clock));
    }

    fn hands(&self) -> Hands {
        if self.is_wall.load(Ordering::Acquire) { Hands::WALL } else { *self.lock() }
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
        self.put(&mut self.lock(), Hands::WALL);
    }

    /// Makes several changes at once, or none: false where the time would be one that it cannot
    /// tell, before [`EARLIEST_MS`] or after [`LATEST_MS`].
    #[must_use]
    pub fn adjust(&self, adjustment: &Adjustment) -> bool {
        let mut hands = self.lock();
        let mut next = if adjustment.wall { Hands::WALL } else { *hands };
        if let Some(at_ms) = adjustment.set_ms {
            next = Hands { at_ms, ..next.set() };
        }
        if let Some(by_ms) = adjustment.advance_ms {
            let set = next.set();
            next = Hands { at_ms: set.at_ms.saturating_add(by_ms), ..set };
        }
        if let Some(scale) = adjustment.scale {
            next = Hands { scale: scale.clamp(0.0, FASTEST), ..next.set() };
        }
        let fits = (EARLIEST_MS..=LATEST_MS).contains(&next.now_ms());
        if fits {
            self.put(&mut hands, next);
        }
        fits
    }

    fn lock(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, hands: &mut Hands, next: Hands) {
        *hands = next;
        self.is_wall.store(next.is_wall, Ordering::Release);
    }

    fn change(&self, act: impl FnOnce(&mut Hands)) {
        let mut hands = self.lock();
        let mut next = hands.set();
        act(&mut next);
        self.put(&mut hands, next);
    }
}

impl Hands {
    fn of(clock: Clock) -> Self {
        match clock {
            Clock::Wall => Self::WALL,
            Clock::Frozen(at_ms) => Self { at_ms, wall_ms: 0, scale: 0.0, is_wall: false },
        }
    }

    /// The machine's time.
    const WALL: Self = Self { at_ms: 0, wall_ms: 0, scale: 1.0, is_wall: true };

    /// The same time, told by a clock that was set.
    fn set(self) -> Self {
        Self { at_ms: self.now_ms(), wall_ms: wall_ms(), scale: self.scale, is_wall: false }
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
    fn changes_are_made_together_or_not_at_all() {
        let clock = Timepiece::new(Clock::Frozen(1_000));
        let later =
            Adjustment { set_ms: Some(5_000), advance_ms: Some(500), ..Adjustment::default() };
        assert!(clock.adjust(&later));
        assert_eq!((clock.now_ms(), clock.is_frozen()), (5_500, true));

        let beyond = Adjustment {
            set_ms: Some(7),
            scale: Some(60.0),
            advance_ms: Some(i64::MAX),
            wall: false,
        };
        assert!(!clock.adjust(&beyond));
        assert_eq!((clock.now_ms(), clock.is_frozen()), (5_500, true), "nothing of it was done");
        assert!(
            !clock.adjust(&Adjustment { set_ms: Some(EARLIEST_MS - 1), ..Adjustment::default() })
        );

        let ahead = Adjustment { wall: true, advance_ms: Some(60_000), ..Adjustment::default() };
        assert!(clock.adjust(&ahead) && clock.is_set() && !clock.is_frozen());
        assert!(clock.now_ms() > wall_ms());
    }

    #[test]
    fn a_clock_goes_back_to_the_walls_time() {
        let clock = Timepiece::new(Clock::Frozen(1_000));
        clock.reset();
        assert!(!clock.is_set() && clock.now_ms() > 1_000_000);
    }
}
