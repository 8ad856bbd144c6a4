//! Limits in words.

use super::Terms;
use crate::pack::file::{LimitCounts, LimitPer};

impl Terms {
    /// How many there may be, such as `5 calls a minute`.
    #[must_use]
    pub fn told(&self) -> String {
        let Some(most) = self.most else { return "as many as one likes".to_owned() };
        let (one, more) = match &self.counts {
            LimitCounts::Calls => ("call", "calls"),
            LimitCounts::Errors => ("error", "errors"),
            LimitCounts::Answers(_) => ("counted answer", "counted answers"),
        };
        let what = if most == 1 { one } else { more };
        let burst = self.burst.map(|burst| format!(" in bursts of {burst}")).unwrap_or_default();
        let lock = self.lock_s.map(|lock| format!(", then none for {lock} s")).unwrap_or_default();
        format!("{most} {what}{}{burst}{lock}", self.per_told())
    }

    fn per_told(&self) -> String {
        match self.per {
            LimitPer::Second => " a second".to_owned(),
            LimitPer::Minute => " a minute".to_owned(),
            LimitPer::Hour => " an hour".to_owned(),
            LimitPer::Day => " a day in India".to_owned(),
            LimitPer::Month => " a month".to_owned(),
            LimitPer::FinancialYear => " a financial year".to_owned(),
            LimitPer::Ever => " in all".to_owned(),
            LimitPer::Seconds(seconds) => format!(" in {seconds} seconds"),
        }
    }

    /// When the call that is refused comes, such as ` within a minute`.
    #[must_use]
    pub fn within(&self) -> String {
        match self.per {
            _ if self.burst.is_some() => " at once".to_owned(),
            LimitPer::Second => " within a second".to_owned(),
            LimitPer::Minute => " within a minute".to_owned(),
            LimitPer::Hour => " within an hour".to_owned(),
            LimitPer::Day => " in a day (Indian time)".to_owned(),
            LimitPer::Month => " in a month (Indian time)".to_owned(),
            LimitPer::FinancialYear => " in a financial year".to_owned(),
            LimitPer::Ever => String::new(),
            LimitPer::Seconds(seconds) => format!(" within {seconds} seconds"),
        }
    }
}

/// `1st`, `2nd`, `11th` …
#[must_use]
pub fn ordinal(number: u64) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_counted_as_people_do() {
        let told = |number| ordinal(number);
        assert_eq!([1, 2, 3, 4].map(told), ["1st", "2nd", "3rd", "4th"]);
        assert_eq!([11, 12, 13, 21, 61].map(told), ["11th", "12th", "13th", "21st", "61st"]);
        assert_eq!([101, 111, 20_001].map(told), ["101st", "111th", "20001st"]);
    }

    #[test]
    fn a_limit_is_told_in_a_few_words() {
        let minute = Terms { most: Some(5), per: LimitPer::Minute, ..Terms::default() };
        assert_eq!(minute.told(), "5 calls a minute");
        let bucket = Terms { per: LimitPer::Second, burst: Some(9), ..minute.clone() };
        assert_eq!(bucket.told(), "5 calls a second in bursts of 9");
        let lock = Terms {
            most: Some(1),
            counts: LimitCounts::Errors,
            per: LimitPer::Day,
            lock_s: Some(60),
            ..minute
        };
        assert_eq!(lock.told(), "1 error a day in India, then none for 60 s");
        assert_eq!(Terms::default().told(), "as many as one likes");
    }
}
