//! Plain forms: days, years and figures, which say nothing of anybody.

use jiff::civil::Date;

/// GST began then; a day before it may be somebody's birthday.
const FIRST_YEAR: i16 = 2017;
const LAST_YEAR: i16 = 2099;

/// A whole number of seconds or milliseconds since 1970, in these years.
#[must_use]
pub fn is_epoch(number: i64) -> bool {
    (1_498_867_200..4_102_444_800).contains(&number)
        || (1_498_867_200_000..4_102_444_800_000).contains(&number)
}

/// A day or a moment since GST began, however it is written.
#[must_use]
pub fn is_day(text: &str) -> bool {
    let text = text.trim();
    if text.len() > 40 || !text.is_ascii() {
        return false;
    }
    let day = text.get(..10).is_some_and(|day| {
        let in_order = |order: [usize; 3]| {
            let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
            let [year, month, date] =
                order.map(|at| parts.get(at).and_then(|part| part.parse::<i16>().ok()));
            is_date(year, month, date)
        };
        [[0, 1, 2], [2, 1, 0], [2, 0, 1]].into_iter().any(in_order)
    });
    if day {
        // A time of day may follow, and nothing else.
        return text[10..].bytes().all(|byte| byte.is_ascii_digit() || b"T :.+-Z".contains(&byte))
            && text.len() <= 35;
    }
    is_named_day(text)
        || text.parse::<jiff::Timestamp>().is_ok()
        || jiff::fmt::rfc2822::parse(text).is_ok()
}

fn is_date(year: Option<i16>, month: Option<i16>, day: Option<i16>) -> bool {
    let (Some(year), Some(month), Some(day)) = (year, month, day) else { return false };
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else { return false };
    (FIRST_YEAR..=LAST_YEAR).contains(&year) && Date::new(year, month, day).is_ok()
}

/// `22-Nov-26`, `Nov-26`, `22-Nov-2026`.
fn is_named_day(text: &str) -> bool {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let parts: Vec<&str> = text.split(['-', ' ', '/']).collect();
    let is_month = |part: &str| MONTHS.contains(&part.to_ascii_lowercase().as_str());
    let number = |part: &str| part.parse::<i16>().ok();
    let is_late = |year: &str| match (year.len(), number(year)) {
        (2, Some(year)) => (FIRST_YEAR - 2000..50).contains(&year),
        (4, Some(year)) => year >= FIRST_YEAR,
        _ => false,
    };
    match parts.as_slice() {
        [month, year] => is_month(month) && is_late(year),
        [day, month, year] => {
            number(day).is_some_and(|day| (1..=31).contains(&day))
                && is_month(month)
                && is_late(year)
        }
        _ => false,
    }
}

/// A return's period: `042025`.
#[must_use]
pub fn is_period(text: &str) -> bool {
    text.len() == 6
        && text.is_ascii()
        && text[..2].parse().is_ok_and(|month: i16| (1..=12).contains(&month))
        && text[2..].parse().is_ok_and(|year: i16| (FIRST_YEAR..=LAST_YEAR).contains(&year))
}

/// A financial year, `2025-26`, or a version, `v1.3`.
#[must_use]
pub fn is_year(text: &str) -> bool {
    let two = |from: &str, to: &str| {
        from.len() == 4 && to.len() == 2 && from.parse::<u16>().is_ok() && to.parse::<u16>().is_ok()
    };
    let version = text.strip_prefix('v').unwrap_or_default();
    text.split_once('-').is_some_and(|(from, to)| two(from, to))
        || (!version.is_empty()
            && version.len() <= 5
            && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// A figure of few digits, with or without a fraction.
#[must_use]
pub fn is_figure(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction) && whole.len() <= 5 && fraction.len() <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_since_gst_began_are_plain_and_birthdays_are_not() {
        for day in [
            "2026-11-22",
            "22/11/2026",
            "22-11-2026",
            "11-22-2026",
            "22-Nov-26",
            "Nov-26",
            "2026-11-22T10:00:00Z",
            "2026-11-22 10:00:00",
            "Sun, 22 Nov 2026 07:00:30 GMT",
        ] {
            assert!(is_day(day), "{day}");
        }
        for day in
            ["1984-05-12", "12/05/1984", "12-May-84", "2026-11-22 Ramesh", "2026-13-22", "400069"]
        {
            assert!(!is_day(day), "{day}");
        }
    }

    #[test]
    fn a_pin_is_no_figure_and_no_period() {
        assert!(
            is_figure("12345") && is_figure("-0.75") && is_period("042025") && is_year("2025-26")
        );
        assert!(!is_figure("400069") && !is_figure("19.113645") && !is_period("400069"));
        assert!(is_epoch(1_763_699_400_123) && !is_epoch(9_876_543_210));
    }
}
