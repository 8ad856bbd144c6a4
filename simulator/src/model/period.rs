//! Financial years, quarters and return periods, and the Indian date of an instant.

use std::{fmt, str::FromStr};

use jiff::civil::{Date, date};
use thiserror::Error;

/// The first day of GST.
pub const GST_BEGAN: Date = date(2017, 7, 1);

/// A financial year: 1 April to 31 March.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FinancialYear(i16);

/// Why a text is not a financial year.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FinancialYearError {
    /// Not four digits, a hyphen, two digits.
    #[error("`{found}` does not read like `2025-26`")]
    Shape {
        /// The text.
        found: String,
    },
    /// The second year does not follow the first.
    #[error("after `{start}-` comes `{right:02}`")]
    NotTheNextYear {
        /// The first year.
        start: i16,
        /// The two digits that would fit.
        right: i16,
    },
}

impl FinancialYear {
    /// The first financial year of GST, which begins in July.
    pub const FIRST: Self = Self(2017);

    /// The financial year that begins on 1 April of `year`.
    #[must_use]
    pub const fn starting_in(year: i16) -> Self {
        Self(year)
    }

    /// The financial year a day is in.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self(if day.month() >= 4 { day.year() } else { day.year() - 1 })
    }

    /// The calendar year it begins in.
    #[must_use]
    pub const fn start_year(self) -> i16 {
        self.0
    }

    /// 1 April.
    #[must_use]
    pub fn first_day(self) -> Date {
        date(self.0, 4, 1)
    }

    /// 31 March.
    #[must_use]
    pub fn last_day(self) -> Date {
        date(self.0 + 1, 3, 31)
    }

    /// Whether the day is in this year.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        Self::of(day) == self
    }

    /// The month that names the whole year: its March.
    #[must_use]
    pub fn annual_period(self) -> Month {
        Month { year: self.0 + 1, month: 3 }
    }

    /// The months that GST returns of this year are for, oldest first: twelve, nine in 2017-18.
    #[must_use]
    pub fn months(self) -> impl DoubleEndedIterator<Item = Month> {
        let first = if self == Self::FIRST { 3 } else { 0 };
        let april = Month { year: self.0, month: 4 };
        (first..if self < Self::FIRST { 0 } else { 12 }).map(move |count| april.plus(count))
    }
}

impl fmt::Display for FinancialYear {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.0, (self.0 + 1).rem_euclid(100))
    }
}

impl FromStr for FinancialYear {
    type Err = FinancialYearError;

    /// Reads `2025-26`; whether GST was there then is not asked.
    ///
    /// # Errors
    ///
    /// Where the shape is another (`18-19`, `2018-2019`), or the years do not follow each other
    /// (`2018-20`).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = || FinancialYearError::Shape { found: text.to_owned() };
        let bytes = text.as_bytes();
        if bytes.len() != 7 || bytes[4] != b'-' {
            return Err(shape());
        }
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_i16, |sum, digit| {
                digit.is_ascii_digit().then(|| sum * 10 + i16::from(digit - b'0'))
            })
        };
        let start = number(&bytes[..4]).ok_or_else(shape)?;
        let end = number(&bytes[5..]).ok_or_else(shape)?;
        let right = (start + 1) % 100;
        if end != right || start == 9999 {
            return Err(FinancialYearError::NotTheNextYear { start, right });
        }
        Ok(Self(start))
    }
}

/// A month of a year, the measure of return periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// The year, such as 2025.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Month {
    /// The month a day is in.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// `count` months later, or earlier where it is negative.
    #[must_use]
    pub fn plus(self, count: i32) -> Self {
        Self::from_index(self.index() + count)
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        date(self.year, self.month, 1)
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// The `day`-th of this month.
    ///
    /// # Panics
    ///
    /// Where the month has no such day.
    #[must_use]
    pub fn day(self, day: i8) -> Date {
        date(self.year, self.month, day)
    }

    /// The last month of the quarter it is in: June, September, December or March.
    #[must_use]
    pub fn quarter_end(self) -> Self {
        self.plus(2 - (self.index().rem_euclid(3)))
    }

    /// The quarter of the financial year it is in, 1 (April to June) to 4.
    #[must_use]
    pub fn quarter(self) -> u8 {
        match self.month {
            4..=6 => 1,
            7..=9 => 2,
            10..=12 => 3,
            _ => 4,
        }
    }

    /// Whether a quarter ends with it.
    #[must_use]
    pub fn ends_quarter(self) -> bool {
        self.month % 3 == 0
    }

    /// The financial year it is in.
    #[must_use]
    pub fn financial_year(self) -> FinancialYear {
        FinancialYear::of(self.first_day())
    }

    /// Months since January of year 0; a plain count to reckon with.
    #[must_use]
    pub fn index(self) -> i32 {
        i32::from(self.year) * 12 + i32::from(self.month) - 1
    }

    fn from_index(index: i32) -> Self {
        let year = i16::try_from(index.div_euclid(12)).unwrap_or(i16::MAX);
        let month = i8::try_from(index.rem_euclid(12)).unwrap_or(0) + 1;
        Self { year, month }
    }
}

impl fmt::Display for Month {
    /// As GSTN writes a return period: `MMYYYY`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}{:04}", self.month, self.year)
    }
}

impl FromStr for Month {
    type Err = MonthError;

    /// Reads `MMYYYY`.
    ///
    /// # Errors
    ///
    /// Where there are not six digits, or no such month.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || MonthError(text.to_owned());
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(error());
        }
        let (month, year) = text.split_at(2);
        let month = month.parse().map_err(|_| error())?;
        let year = year.parse().map_err(|_| error())?;
        if (1..=12).contains(&month) { Ok(Self { year, month }) } else { Err(error()) }
    }
}

/// A text that is no return period.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` does not read like `042025`, a month and its year")]
pub struct MonthError(String);

/// By how much clocks in India are ahead of UTC, in milliseconds.
const OFFSET_MS: i64 = (5 * 60 + 30) * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// When a day begins in India, in milliseconds since 1970.
#[must_use]
pub fn ist_midnight_ms(day: Date) -> i64 {
    let days = (day - date(1970, 1, 1)).get_days();
    i64::from(days) * DAY_MS - OFFSET_MS
}

/// The date in India (UTC+05:30) at an instant, given in milliseconds since 1970.
///
/// India has had one offset and no summer time for all of GST. Instants before the year 1 or
/// after 9998 answer with the nearest date in that range.
#[must_use]
pub fn ist_date(epoch_ms: i64) -> Date {
    let (earliest, latest) = (date(1, 1, 1), date(9998, 12, 31));
    let days = epoch_ms.saturating_add(OFFSET_MS).div_euclid(DAY_MS).clamp(-719_162, 2_932_531);
    date(1970, 1, 1)
        .checked_add(jiff::Span::new().days(days))
        .map_or(if days < 0 { earliest } else { latest }, |day| day.clamp(earliest, latest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_in_india_begins_half_past_six_in_the_evening_of_greenwich() {
        let midnight = ist_midnight_ms(date(2026, 11, 22));
        assert_eq!(midnight, 1_795_285_800_000, "2026-11-21T18:30:00Z");
        assert_eq!(ist_date(midnight), date(2026, 11, 22));
        assert_eq!(ist_date(midnight - 1), date(2026, 11, 21));
        assert_eq!(ist_date(ist_midnight_ms(date(1947, 8, 15))), date(1947, 8, 15));
    }

    #[test]
    fn a_financial_year_reads_like_2025_26() {
        let year: FinancialYear = "2025-26".parse().expect("a financial year");
        assert_eq!(year.start_year(), 2025);
        assert_eq!(year.to_string(), "2025-26");
        assert_eq!(
            "1999-00".parse::<FinancialYear>().map(|year| year.to_string()).as_deref(),
            Ok("1999-00")
        );
    }

    #[test]
    fn other_ways_of_writing_a_year_are_refused() {
        assert_eq!(
            "2018-20".parse::<FinancialYear>(),
            Err(FinancialYearError::NotTheNextYear { start: 2018, right: 19 })
        );
        for text in
            ["18-19", "2018-2019", "2018-1", "2018/19", "2018-19 ", "", "２０１8-19", "+018-19"]
        {
            assert!(
                matches!(text.parse::<FinancialYear>(), Err(FinancialYearError::Shape { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn a_financial_year_begins_on_the_first_of_april() {
        assert_eq!(FinancialYear::of(date(2027, 3, 31)).to_string(), "2026-27");
        assert_eq!(FinancialYear::of(date(2027, 4, 1)).to_string(), "2027-28");
    }

    #[test]
    fn the_first_year_of_gst_has_nine_months() {
        let months: Vec<String> =
            FinancialYear::FIRST.months().map(|month| month.to_string()).collect();
        assert_eq!(months.len(), 9);
        assert_eq!((months[0].as_str(), months[8].as_str()), ("072017", "032018"));
        assert_eq!(FinancialYear::starting_in(2025).months().count(), 12);
        assert_eq!(FinancialYear::starting_in(2016).months().count(), 0);
    }

    #[test]
    fn the_last_month_names_a_quarter() {
        let ends = |month| Month { year: 2025, month }.quarter_end().to_string();
        assert_eq!([4, 5, 6, 7, 12].map(ends), ["062025", "062025", "062025", "092025", "122025"]);
        assert_eq!(ends(1), "032025");
    }

    #[test]
    fn the_indian_day_begins_five_and_a_half_hours_early() {
        // 2026-11-21 18:29:59.999 and 18:30 UTC.
        assert_eq!(ist_date(1_795_285_799_999), date(2026, 11, 21));
        assert_eq!(ist_date(1_795_285_800_000), date(2026, 11, 22));
        assert_eq!(ist_date(0), date(1970, 1, 1));
        assert_eq!(ist_date(i64::MAX), date(9998, 12, 31));
        assert_eq!(ist_date(i64::MIN), date(1, 1, 1));
    }

    proptest! {
        #[test]
        fn every_year_round_trips(start in 1900_i16..2100) {
            let year = FinancialYear::starting_in(start);
            prop_assert_eq!(year.to_string().parse::<FinancialYear>(), Ok(year));
            prop_assert!(year.contains(year.first_day()) && year.contains(year.last_day()));
        }

        #[test]
        fn months_count_on(start in 24_000_i32..25_000, count in -200_i32..200) {
            let month = Month::from_index(start);
            prop_assert_eq!(month.plus(count).index(), start + count);
            prop_assert_eq!(month.plus(count).plus(-count), month);
        }
    }
}
