//! Readings: what a text can be read as. Of many texts in one place only those readings stay that
//! fit them all, so `03-04-2025` beside `25-04-2025` is known to have the day first.

use std::{collections::BTreeSet, fmt, str::FromStr as _};

use gsp_simulator::model::gstin::{Gstin, is_arn, is_pan};

/// What a text can be read as.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// A day: the order of its parts and what stands between them, as `DD-MM-YYYY`.
    Day(String),
    /// A month of a year, as `MMYYYY`.
    Month(String),
    /// A moment, as `YYYY-MM-DDThh:mm:ss`.
    Moment(String),
    /// A financial year: `2026-27`.
    FinancialYear,
    /// A GSTIN; sandboxes have some whose check character is wrong.
    Gstin,
    /// A PAN.
    Pan,
    /// The reference number of something filed.
    Arn,
    /// A UUID.
    Uuid,
    /// So many hex digits.
    Hex(usize),
    /// So many digits.
    Digits(usize),
    /// A number with a fraction.
    Decimal,
    /// JSON, in base64 or as it is.
    Json,
    /// An e-mail address.
    Email,
}

/// Names of months, as they are written out.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A regular taxpayer's GSTIN: `9` is a digit, `A` a letter, `*` either.
const GSTIN: &str = "99AAAAA9999A***";

/// The reference number of something filed.
const ARN: &str = "AA9999999999999";

/// Whether each character is of the layout's kind.
fn has_layout(text: &str, layout: &str) -> bool {
    text.len() == layout.len()
        && text.bytes().zip(layout.bytes()).all(|(byte, kind)| match kind {
            b'9' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            _ => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        })
}

/// Hex digits that are an id and no number.
const SHORTEST_ID: usize = 16;

impl Reading {
    /// All that a text can be read as.
    #[must_use]
    pub fn all(text: &str) -> BTreeSet<Self> {
        let mut all = BTreeSet::new();
        days(text, &mut all);
        months(text, &mut all);
        all.extend(moment(text).map(Self::Moment));
        let bytes = text.as_bytes();
        let digits = !text.is_empty() && bytes.iter().all(u8::is_ascii_digit);
        if digits {
            all.insert(Self::Digits(text.len()));
        } else if text.parse::<f64>().is_ok() && !text.contains(['e', 'E', 'i', 'n', 'N']) {
            all.insert(Self::Decimal);
        }
        let hex = bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let whole = [
            (has_layout(text, GSTIN) || Gstin::from_str(text).is_ok(), Self::Gstin),
            (is_pan(text), Self::Pan),
            (has_layout(text, ARN) || is_arn(text), Self::Arn),
            (is_uuid(text), Self::Uuid),
            (is_financial_year(text), Self::FinancialYear),
            (hex && text.len() >= SHORTEST_ID, Self::Hex(text.len())),
            (is_email(text), Self::Email),
        ];
        all.extend(whole.into_iter().filter_map(|(fits, reading)| fits.then_some(reading)));
        all
    }

    /// Whether a text of that form is a date.
    #[must_use]
    pub fn is_date(&self) -> bool {
        matches!(self, Self::Day(_) | Self::Month(_) | Self::Moment(_))
    }

    /// Whether it says more than that there are digits, which is a matter of values.
    #[must_use]
    pub fn is_form(&self) -> bool {
        !matches!(self, Self::Digits(_) | Self::Decimal)
    }

    /// Whether a few numbers may fit it by chance.
    #[must_use]
    pub fn is_by_chance(&self) -> bool {
        match self {
            Self::Month(pattern) | Self::Day(pattern) => {
                pattern.bytes().all(|byte| byte.is_ascii_uppercase())
            }
            _ => false,
        }
    }
}

/// Parts of a text between signs, and the sign, where there is only one kind.
fn parts(text: &str) -> Option<(Vec<&str>, char)> {
    let sign = text.chars().find(|letter| !letter.is_ascii_alphanumeric())?;
    let parts: Vec<_> = text.split(sign).collect();
    let plain =
        |part: &&str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric());
    parts.iter().all(plain).then_some((parts, sign))
}

fn number(text: &str, length: usize, most: u32) -> bool {
    text.len() == length
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number))
}

fn is_day(text: &str) -> bool {
    number(text, 2, 31)
}

fn is_month(text: &str) -> bool {
    number(text, 2, 12)
}

fn is_year(text: &str) -> bool {
    text.len() == 4
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.starts_with("19") || text.starts_with("20"))
}

fn days(text: &str, all: &mut BTreeSet<Reading>) {
    let whole = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (parts, sign) = match parts(text) {
        Some((parts, sign)) => (parts, sign.to_string()),
        // Without signs the year tells where it stands.
        None if whole => {
            let by_year = [
                (vec![&text[..2], &text[2..4], &text[4..]]),
                vec![&text[..4], &text[4..6], &text[6..]],
            ];
            for parts in by_year {
                day_of(&parts, "", all);
            }
            return;
        }
        None => return,
    };
    day_of(&parts, &sign, all);
}

fn day_of(parts: &[&str], sign: &str, all: &mut BTreeSet<Reading>) {
    let [one, two, three] = parts else { return };
    let mut add = |fits: bool, pattern: [&str; 3]| {
        if fits {
            all.insert(Reading::Day(pattern.join(sign)));
        }
    };
    add(is_day(one) && is_month(two) && is_year(three), ["DD", "MM", "YYYY"]);
    add(is_month(one) && is_day(two) && is_year(three), ["MM", "DD", "YYYY"]);
    add(is_year(one) && is_month(two) && is_day(three), ["YYYY", "MM", "DD"]);
    add(is_year(one) && is_day(two) && is_month(three), ["YYYY", "DD", "MM"]);
    let short = MONTHS.iter().any(|month| month[..3].eq_ignore_ascii_case(two));
    add(is_day(one) && short && is_year(three), ["DD", "Mon", "YYYY"]);
    let long = MONTHS.iter().any(|month| month.len() > 3 && month.eq_ignore_ascii_case(two));
    add(is_day(one) && long && is_year(three), ["DD", "Month", "YYYY"]);
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !sign.is_empty() && two_digits(three) {
        add(is_day(one) && is_month(two), ["DD", "MM", "YY"]);
        add(is_month(one) && is_day(two), ["MM", "DD", "YY"]);
    }
}

fn months(text: &str, all: &mut BTreeSet<Reading>) {
    let mut add = |fits: bool, pattern: String| {
        if fits {
            all.insert(Reading::Month(pattern));
        }
    };
    if text.len() == 6 && text.is_ascii() {
        add(is_month(&text[..2]) && is_year(&text[2..]), "MMYYYY".to_owned());
        add(is_year(&text[..4]) && is_month(&text[4..]), "YYYYMM".to_owned());
    }
    let Some((parts, sign)) = parts(text) else { return };
    let [one, two] = parts.as_slice() else { return };
    add(is_month(one) && is_year(two), format!("MM{sign}YYYY"));
    add(is_year(one) && is_month(two), format!("YYYY{sign}MM"));
    let long = MONTHS.iter().any(|month| month.eq_ignore_ascii_case(one));
    add(long && is_year(two), format!("Month{sign}YYYY"));
    let short = MONTHS.iter().any(|month| month[..3].eq_ignore_ascii_case(one));
    add(short && is_year(two), format!("Mon{sign}YYYY"));
}

/// A day and a time behind it.
fn moment(text: &str) -> Option<String> {
    let (day, time) = text.split_once(['T', ' '])?;
    let mut days_found = BTreeSet::new();
    days(day, &mut days_found);
    let Some(Reading::Day(day_pattern)) = days_found.into_iter().next() else { return None };
    let between = &text[day.len()..=day.len()];
    let time_pattern: String =
        time.chars().map(|letter| if letter.is_ascii_digit() { '9' } else { letter }).collect();
    time_pattern.starts_with("99:99").then(|| {
        let shape = time_pattern.replacen("99:99:99", "hh:mm:ss", 1).replacen("99:99", "hh:mm", 1);
        format!("{day_pattern}{between}{shape}")
    })
}

fn is_financial_year(text: &str) -> bool {
    let Some((first, second)) = text.split_once('-') else { return false };
    let follows = |first: u32, second: u32| (first + 1) % 100 == second;
    is_year(first)
        && second.len() == 2
        && matches!((first.parse(), second.parse()), (Ok(one), Ok(two)) if follows(one, two))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    })
}

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(pattern) | Self::Month(pattern) | Self::Moment(pattern) => {
                formatter.write_str(pattern)
            }
            Self::FinancialYear => formatter.write_str("a financial year"),
            Self::Gstin => formatter.write_str("a GSTIN"),
            Self::Pan => formatter.write_str("a PAN"),
            Self::Arn => formatter.write_str("an ARN"),
            Self::Uuid => formatter.write_str("a UUID"),
            Self::Hex(count) => write!(formatter, "{count} hex digits"),
            Self::Digits(count) => write!(formatter, "{count} digits"),
            Self::Decimal => formatter.write_str("a number with a fraction"),
            Self::Json => formatter.write_str("JSON inside"),
            Self::Email => formatter.write_str("an e-mail address"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        Reading::all(text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_day_is_read_in_every_order_that_fits() {
        assert_eq!(told("25-04-2025"), ["DD-MM-YYYY"]);
        assert_eq!(told("04/25/2025"), ["MM/DD/YYYY"]);
        assert_eq!(told("03-04-2025"), ["DD-MM-YYYY", "MM-DD-YYYY"]);
        assert_eq!(told("2025-04-25"), ["YYYY-MM-DD"]);
        assert_eq!(told("25-Apr-2025"), ["DD-Mon-YYYY"]);
    }

    #[test]
    fn periods_years_and_moments_are_told_apart() {
        assert_eq!(told("102026"), ["MMYYYY", "6 digits"]);
        assert_eq!(told("2026-10"), ["YYYY-MM"]);
        assert_eq!(told("October 2026"), ["Month YYYY"]);
        assert_eq!(told("2026-27"), ["a financial year"]);
        assert_eq!(told("2026-11-21T10:00:00Z"), ["YYYY-MM-DDThh:mm:ssZ"]);
    }

    #[test]
    fn numbers_of_people_and_things_are_known_by_their_layout() {
        assert_eq!(told("27AAACS0000A1ZG"), ["a GSTIN"]);
        assert_eq!(told("27AAACS0000A1ZH"), ["a GSTIN"], "a sandbox may have it");
        assert_eq!(told("27AAACS0000A1Z"), [""; 0]);
        assert_eq!(told("AAACS0000A"), ["a PAN"]);
        assert_eq!(told("0b0e5a4a-6d9c-4b3e-9a51-1f0c3d2e4b5a"), ["a UUID"]);
        assert_eq!(told("Building 12"), [""; 0]);
        assert_eq!(told("422"), ["3 digits"]);
        assert_eq!(told("4.50"), ["a number with a fraction"]);
    }
}
