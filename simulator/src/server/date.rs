//! The header `Date`: the tenant's time on what a vendor says, the machine's on what is ours.
//!
//! hyper writes none, so that none is the machine's where the tenant's clock tells another.

use std::cell::RefCell;

use http::HeaderValue;

use crate::memory::clock::Clock;

thread_local! {
    /// The last second that was written, and how.
    static LAST: RefCell<(i64, HeaderValue)> =
        const { RefCell::new((0, HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))) };
}

/// The machine's time as HTTP writes it.
pub(super) fn of_machine() -> HeaderValue {
    of(Clock::Wall.now_ms())
}

/// A moment as HTTP writes it.
pub(super) fn of(at_ms: i64) -> HeaderValue {
    let second = at_ms.div_euclid(1000);
    LAST.with_borrow_mut(|(last, text)| {
        if *last != second {
            let moment = jiff::Timestamp::from_second(second).unwrap_or_default();
            let written = moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            if let Ok(value) = HeaderValue::from_str(&written) {
                (*last, *text) = (second, value);
            }
        }
        text.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_http_wants_it() {
        assert_eq!(of(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(of(1_795_235_400_999), "Sat, 21 Nov 2026 04:30:00 GMT");
        assert_eq!(of(1_795_235_401_000), "Sat, 21 Nov 2026 04:30:01 GMT");
        assert_eq!(of(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
    }
}
