//! How a reply goes over the wire where HTTP is broken on purpose: a plan, without a socket.

use std::time::Duration;

use bytes::Bytes;

/// What differs from a reply that is sent as HTTP wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wire {
    /// How fast status line and headers go.
    pub head_pace: Option<Pace>,
    /// How fast the body goes.
    pub body_pace: Option<Pace>,
    /// These bytes are sent, and nothing of the reply.
    pub instead: Option<Bytes>,
    /// What the head says of the body, and how the body is framed.
    pub framing: Framing,
    /// Every header stands in the head twice.
    pub headers_twice: bool,
    /// The head is one that an HTTP library would put right.
    pub by_hand: bool,
    /// The whole reply is sent again behind itself.
    pub reply_twice: bool,
    /// Where sending stops.
    pub cut: Option<Cut>,
    /// What becomes of the connection then.
    pub end: End,
}

/// A speed: a piece, a pause, a piece …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Bytes in a second.
    pub bytes_per_second: u32,
    /// Bytes at a time.
    pub piece: u32,
}

impl Pace {
    /// A speed at which so many pieces are sent in a second; fewer where they would be empty.
    #[must_use]
    pub fn new(bytes_per_second: u32, pieces: u32) -> Self {
        let bytes_per_second = bytes_per_second.max(1);
        Self { bytes_per_second, piece: (bytes_per_second / pieces.max(1)).max(1) }
    }

    /// How long so many bytes take.
    #[must_use]
    pub fn time_of(self, bytes: usize) -> Duration {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(self.bytes_per_second);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// What the head says of the body's length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// The truth.
    #[default]
    True,
    /// So many bytes more than there are.
    Longer(u64),
    /// So many bytes fewer than there are.
    Shorter(u64),
    /// Chunks, one of which is broken.
    Chunks(BrokenChunk),
}

/// How a chunk is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenChunk {
    /// Its size is no number.
    Size,
    /// It is shorter than its size says.
    Length,
    /// There is no last one.
    NoLast,
}

/// Where sending stops; the earlier one comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cut {
    /// Before the first byte.
    BeforeHead,
    /// Behind the head.
    AfterHead,
    /// Behind so many bytes of the body.
    Body(u64),
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// It serves the next request.
    #[default]
    Open,
    /// It is closed, as at the end of a talk.
    Closed,
    /// It is reset: the caller's system reports an error.
    Reset,
    /// Nothing more comes for so long, then it is closed.
    Hangs(Duration),
    /// It is closed or reset as soon as the next request comes.
    UnderNext {
        /// Whether it is reset.
        reset: bool,
    },
}

impl Wire {
    /// Stops there, or earlier where it stops earlier already.
    pub fn cut_at(&mut self, cut: Cut) {
        self.cut = Some(self.cut.map_or(cut, |known| known.min(cut)));
    }

    /// Whether only a hand-written reply can go so, and not one that an HTTP library writes.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        let paced = Self { body_pace: self.body_pace, ..Self::default() };
        *self != paced
    }

    /// What is sent, and what becomes of the connection, in words.
    #[must_use]
    pub fn told(&self) -> String {
        let mut told = match (&self.instead, self.cut) {
            (Some(bytes), _) => format!("{} other bytes", bytes.len()),
            (None, Some(Cut::BeforeHead)) => "nothing".to_owned(),
            (None, Some(Cut::AfterHead)) => "the head".to_owned(),
            (None, Some(Cut::Body(bytes))) => format!("the head and {bytes} bytes of the body"),
            (None, None) => "all".to_owned(),
        };
        let mut and = |what: &str| {
            told.push_str(", ");
            told.push_str(what);
        };
        match self.framing {
            Framing::True => {}
            Framing::Longer(by) => and(&format!("said to be {by} bytes longer")),
            Framing::Shorter(by) => and(&format!("said to be {by} bytes shorter")),
            Framing::Chunks(_) => and("in broken chunks"),
        }
        if self.headers_twice {
            and("headers twice");
        }
        if self.reply_twice {
            and("twice");
        }
        if let Some(pace) = self.head_pace {
            and(&format!("the head at {} bytes a second", pace.bytes_per_second));
        }
        if let Some(pace) = self.body_pace {
            and(&format!("the body at {} bytes a second", pace.bytes_per_second));
        }
        match self.end {
            End::Open => {}
            End::Closed => and("then the connection is closed"),
            End::Reset => and("then the connection is reset"),
            End::Hangs(time) => and(&format!("then nothing for {} ms", time.as_millis())),
            End::UnderNext { reset: false } => and("and the next request finds it closed"),
            End::UnderNext { reset: true } => and("and the next request finds it reset"),
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_sends_at_least_a_byte_at_a_time() {
        assert_eq!(Pace::new(100, 10), Pace { bytes_per_second: 100, piece: 10 });
        assert_eq!(Pace::new(3, 10), Pace { bytes_per_second: 3, piece: 1 });
        assert_eq!(Pace::new(3, 10).time_of(6), Duration::from_secs(2));
    }

    #[test]
    fn of_two_cuts_the_earlier_counts() {
        let mut wire = Wire::default();
        wire.cut_at(Cut::Body(10));
        wire.cut_at(Cut::AfterHead);
        wire.cut_at(Cut::Body(5));

        assert_eq!(wire.cut, Some(Cut::AfterHead));
    }

    #[test]
    fn a_slow_body_is_no_broken_one() {
        let mut wire = Wire { body_pace: Some(Pace::new(10, 1)), ..Wire::default() };
        assert!(!wire.is_broken());

        wire.end = End::Closed;
        assert!(wire.is_broken());
    }

    #[test]
    fn a_plan_is_told_in_words() {
        let lost = Wire { cut: Some(Cut::BeforeHead), end: End::Reset, ..Wire::default() };

        assert_eq!(lost.told(), "nothing, then the connection is reset");
    }
}
