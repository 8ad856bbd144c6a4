//! Filters of ours: dates in every vendor's form, value maps.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};

/// A date or time form such as `DD-MM-YYYY` or `YYYY-MM-DD HH:mm:ss`, ready to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateForm(Vec<Token>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Day,
    Month,
    MonthName,
    Year,
    ShortYear,
    Hour,
    HalfHour,
    Minute,
    Second,
    Millisecond,
    Meridiem,
    Literal(char),
}

const WORDS: [(&str, Token); 11] = [
    ("YYYY", Token::Year),
    ("SSS", Token::Millisecond),
    ("Mon", Token::MonthName),
    ("YY", Token::ShortYear),
    ("MM", Token::Month),
    ("DD", Token::Day),
    ("HH", Token::Hour),
    ("hh", Token::HalfHour),
    ("mm", Token::Minute),
    ("ss", Token::Second),
    ("A", Token::Meridiem),
];

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl DateForm {
    /// Reads a form: `DD MM YYYY YY Mon HH hh mm ss SSS A`; anything else stands for itself.
    #[must_use]
    pub fn new(form: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = form;
        while let Some(letter) = rest.chars().next() {
            match WORDS.iter().find(|(word, _)| rest.starts_with(word)) {
                Some((word, token)) => {
                    tokens.push(token.clone());
                    rest = &rest[word.len()..];
                }
                None => {
                    tokens.push(Token::Literal(letter));
                    rest = &rest[letter.len_utf8()..];
                }
            }
        }
        Self(tokens)
    }

    /// Whether what it writes never needs an escape in JSON.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.0.iter().all(|token| match token {
            Token::Literal(letter) => letter.is_ascii_graphic() && !matches!(letter, '"' | '\\'),
            _ => true,
        })
    }

    /// Writes a day.
    pub fn write_day(&self, day: Date, out: &mut String) {
        let mut bytes = Vec::with_capacity(24);
        self.write_day_bytes(day, &mut bytes);
        out.push_str(&String::from_utf8_lossy(&bytes));
    }

    /// Writes a day, as bytes.
    pub fn write_day_bytes(&self, day: Date, out: &mut Vec<u8>) {
        self.write(day.to_datetime(jiff::civil::Time::midnight()), out);
    }

    /// Writes a moment as clocks in India show it.
    pub fn write_moment(&self, epoch_ms: i64, out: &mut String) {
        let mut bytes = Vec::with_capacity(32);
        self.write(in_india(epoch_ms), &mut bytes);
        out.push_str(&String::from_utf8_lossy(&bytes));
    }

    fn write(&self, moment: DateTime, out: &mut Vec<u8>) {
        for token in &self.0 {
            match token {
                Token::Day => two(i64::from(moment.day()), out),
                Token::Month => two(i64::from(moment.month()), out),
                Token::MonthName => {
                    let month = usize::try_from(moment.month() - 1).unwrap_or_default();
                    out.extend_from_slice(MONTHS[month].as_bytes());
                }
                Token::Year => {
                    two(i64::from(moment.year()) / 100, out);
                    two(i64::from(moment.year()) % 100, out);
                }
                Token::ShortYear => two(i64::from(moment.year()) % 100, out),
                Token::Hour => two(i64::from(moment.hour()), out),
                Token::HalfHour => two(i64::from((moment.hour() + 11) % 12 + 1), out),
                Token::Minute => two(i64::from(moment.minute()), out),
                Token::Second => two(i64::from(moment.second()), out),
                Token::Millisecond => {
                    let thousandth = i64::from(moment.millisecond());
                    out.push(digit(thousandth / 100));
                    two(thousandth % 100, out);
                }
                Token::Meridiem => {
                    out.extend_from_slice(if moment.hour() < 12 { b"AM" } else { b"PM" });
                }
                Token::Literal(letter) => {
                    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
    }
}

fn two(number: i64, out: &mut Vec<u8>) {
    let number = u8::try_from(number % 100).unwrap_or_default();
    out.extend_from_slice(&[b'0' + number / 10, b'0' + number % 10]);
}

fn digit(number: i64) -> u8 {
    b'0' + u8::try_from(number % 10).unwrap_or_default()
}

/// A moment as clocks in India show it: UTC + 5:30, all year.
#[must_use]
pub fn in_india(epoch_ms: i64) -> DateTime {
    let moment = Timestamp::from_millisecond(epoch_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.to_zoned(indian_time()).datetime()
}

/// When a day begins in India, in epoch milliseconds.
#[must_use]
pub fn beginning_of(day: Date) -> i64 {
    let begins = day.to_zoned(indian_time());
    begins.map_or(0, |begins| begins.timestamp().as_millisecond())
}

fn indian_time() -> TimeZone {
    TimeZone::fixed(Offset::constant(5).saturating_add(jiff::Span::new().minutes(30)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn day(form: &str) -> String {
        let mut out = String::new();
        DateForm::new(form).write_day(date(2019, 8, 27), &mut out);
        out
    }

    #[test]
    fn each_vendors_form_of_a_day_can_be_written() {
        assert_eq!(day("DD-MM-YYYY"), "27-08-2019");
        assert_eq!(day("MM-DD-YYYY"), "08-27-2019");
        assert_eq!(day("DD/MM/YYYY"), "27/08/2019");
        assert_eq!(day("YYYY-MM-DD"), "2019-08-27");
        assert_eq!(day("DD-Mon-YY"), "27-Aug-19");
        assert_eq!(day("MMYYYY"), "082019");
    }

    #[test]
    fn a_moment_is_told_in_indian_time() {
        let mut out = String::new();
        DateForm::new("DD/MM/YYYY hh:mm:ss.SSS A").write_moment(1_795_219_200_007, &mut out);
        assert_eq!(out, "21/11/2026 05:30:00.007 AM");
    }

    #[test]
    fn a_day_begins_at_midnight_in_india() {
        let begins = beginning_of(date(2017, 7, 1));
        assert_eq!(begins, 1_498_847_400_000);
        assert_eq!(in_india(begins), date(2017, 7, 1).at(0, 0, 0, 0));
    }
}
