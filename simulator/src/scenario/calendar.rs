//! When a rule counts: times of day, days and moments, all as clocks in India show them.

use jiff::{Timestamp, civil::Weekday};

use crate::render::filters::{beginning_of, in_india};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// When a rule counts; all that is given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calendar {
    /// From a minute of the day until before another; over midnight where it is the later one.
    pub(crate) time: Option<(u16, u16)>,
    /// Days of the week; empty: all.
    pub(crate) weekdays: Vec<Weekday>,
    /// Days of the month, from and to; empty: all.
    pub(crate) days: Vec<(i8, i8)>,
    /// From this moment on, in epoch milliseconds.
    pub(crate) from_ms: Option<i64>,
    /// Until before this one.
    pub(crate) until_ms: Option<i64>,
}

impl Calendar {
    /// Whether a moment, in epoch milliseconds, is in it.
    pub(crate) fn has(&self, at_ms: i64) -> bool {
        if self.from_ms.is_some_and(|from| at_ms < from)
            || self.until_ms.is_some_and(|until| at_ms >= until)
        {
            return false;
        }
        if self.time.is_none() && self.weekdays.is_empty() && self.days.is_empty() {
            return true;
        }
        let now = in_india(at_ms);
        let minute = now.hour().unsigned_abs().into();
        let minute = u16::saturating_mul(minute, 60) + u16::from(now.minute().unsigned_abs());
        let in_time = self.time.is_none_or(|(from, to)| {
            if from < to { (from..to).contains(&minute) } else { minute >= from || minute < to }
        });
        in_time
            && (self.weekdays.is_empty() || self.weekdays.contains(&now.weekday()))
            && (self.days.is_empty()
                || self.days.iter().any(|(from, to)| (*from..=*to).contains(&now.day())))
    }
}

/// Reads `18:00..23:30` or `22:00..=06:00`, where the last minute belongs to it.
pub(super) fn read_time(text: &str) -> Option<(u16, u16)> {
    let minute = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let digits = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(hour) || !digits(minute) {
            return None;
        }
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (minute < 60).then_some(hour * 60 + minute).filter(|minute| *minute <= DAY)
    };
    let (from, to) = text.split_once("..")?;
    let from = minute(from)?;
    let to = match to.strip_prefix('=') {
        Some(to) => minute(to)?.checked_add(1)?,
        None => minute(to)?,
    };
    (from < DAY && from != to && to <= DAY).then_some((from, to))
}

/// Reads `20`, `18..=20` or `18..21` as days of the month.
pub(super) fn read_days(text: &str) -> Option<(i8, i8)> {
    let day = |text: &str| text.trim().parse::<i8>().ok().filter(|day| (1..=31).contains(day));
    let (from, to) = match text.split_once("..") {
        None => {
            let only = day(text)?;
            (only, only)
        }
        Some((from, to)) => {
            let from = day(from)?;
            let to = match to.trim().strip_prefix('=') {
                Some(to) => day(to)?,
                None => to.trim().parse::<i8>().ok().filter(|to| (2..=32).contains(to))? - 1,
            };
            (from, to)
        }
    };
    (from <= to).then_some((from, to))
}

/// Reads a moment, or a day in India as the moment in which it begins.
pub(super) fn read_moment(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_millisecond());
    }
    text.parse().ok().map(beginning_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("it is a moment").as_millisecond()
    }

    #[test]
    fn times_of_day_are_read_and_the_end_does_not_belong_to_them() {
        assert_eq!(read_time("18:00..23:30"), Some((1080, 1410)));
        assert_eq!(read_time("18:00..=23:59"), Some((1080, 1440)));
        assert_eq!(read_time("00:00..24:00"), Some((0, 1440)));
        assert_eq!(read_time("22:00..06:00"), Some((1320, 360)));
        for wrong in
            ["18:00", "18..19", "18:00..18:00", "24:00..01:00", "18:60..19:00", "8:00..9:00"]
        {
            assert_eq!(read_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn days_of_the_month_are_read() {
        assert_eq!(read_days("20"), Some((20, 20)));
        assert_eq!(read_days("18..=20"), Some((18, 20)));
        assert_eq!(read_days("18..21"), Some((18, 20)));
        for wrong in ["0", "32", "20..=18", "20..20", "x", ""] {
            assert_eq!(read_days(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_india() {
        assert_eq!(read_moment("2026-11-20"), Some(at("2026-11-19T18:30:00Z")));
        assert_eq!(read_moment("2026-11-20T18:00:00+05:30"), Some(at("2026-11-20T12:30:00Z")));
        assert_eq!(read_moment("tomorrow"), None);
    }

    #[test]
    fn the_evening_of_the_due_date_is_told_from_all_other_times() {
        let evening =
            Calendar { time: Some((1080, 1440)), days: vec![(20, 20)], ..Calendar::default() };
        assert!(evening.has(at("2026-11-20T18:00:00+05:30")));
        assert!(evening.has(at("2026-11-20T23:59:59+05:30")));
        assert!(!evening.has(at("2026-11-20T17:59:59+05:30")));
        assert!(!evening.has(at("2026-11-21T00:00:00+05:30")));
        assert!(!evening.has(at("2026-11-20T23:00:00Z")), "that is the 21st in India");
    }

    #[test]
    fn a_night_goes_over_midnight() {
        let night = Calendar { time: Some((1320, 360)), ..Calendar::default() };
        assert!(night.has(at("2026-11-20T22:00:00+05:30")));
        assert!(night.has(at("2026-11-20T05:59:00+05:30")));
        assert!(!night.has(at("2026-11-20T06:00:00+05:30")));
        assert!(!night.has(at("2026-11-20T21:59:00+05:30")));
    }

    #[test]
    fn a_sunday_and_a_window_are_told() {
        let sunday = Calendar { weekdays: vec![Weekday::Sunday], ..Calendar::default() };
        assert!(sunday.has(at("2026-11-22T10:00:00+05:30")));
        assert!(!sunday.has(at("2026-11-23T00:00:00+05:30")));
        let window = Calendar {
            from_ms: read_moment("2026-11-20"),
            until_ms: read_moment("2026-11-21"),
            ..Calendar::default()
        };
        assert!(window.has(at("2026-11-20T00:00:00+05:30")));
        assert!(!window.has(at("2026-11-21T00:00:00+05:30")));
        assert!(!window.has(at("2026-11-19T23:59:59+05:30")));
    }
}
