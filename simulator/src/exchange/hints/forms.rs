//! Values in another form than the tax network's: which form it is, and how it is written right.

use super::shown;
use crate::model::{
    gstin::{Gstin, GstinError},
    period::FinancialYear,
};

/// What is wrong with a text that ought to be a GSTIN; none where it is one.
pub(super) fn gstin(name: &str, text: &str) -> Option<String> {
    let error = text.parse::<Gstin>().err()?;
    let told = shown(text);
    let bare: String = text.chars().filter(|one| !one.is_whitespace() && *one != '-').collect();
    let upper = bare.to_ascii_uppercase();
    if upper.parse::<Gstin>().is_ok() {
        let how = match (bare != text, upper != bare) {
            (true, true) => "has spaces or hyphens and lower case letters",
            (true, false) => "has spaces or hyphens",
            _ => "has lower case letters",
        };
        return Some(format!("`{name}` `{told}` {how}; a GSTIN is written `{upper}`"));
    }
    if let GstinError::CheckCharacter { found, right } = &error {
        let first = &text[..text.len() - found.len_utf8()];
        return Some(format!(
            "`{name}`: the check character of `{told}` is `{found}`, the right one is `{right}`: `{first}{right}`"
        ));
    }
    if let Some(meant) = meant(&upper) {
        return Some(format!("`{name}` `{told}`: {error}; did you mean `{meant}`?"));
    }
    Some(format!("`{name}` `{told}`: {}", ascii(&error)))
}

/// An error's words, fit for a header.
fn ascii(error: &GstinError) -> String {
    error
        .to_string()
        .chars()
        .flat_map(|one| if one.is_ascii() { vec![one] } else { one.escape_default().collect() })
        .collect()
}

/// The GSTIN that comes out when letters and digits that look alike are put in their places.
fn meant(text: &str) -> Option<Gstin> {
    const ALIKE: [(u8, u8); 6] =
        [(b'O', b'0'), (b'I', b'1'), (b'S', b'5'), (b'B', b'8'), (b'Z', b'2'), (b'L', b'1')];
    /// `0` a digit, `A` a letter, `*` either.
    const ORDINARY: &[u8; 15] = b"00AAAAA0000A*Z*";
    let mut bytes: [u8; 15] = text.as_bytes().try_into().ok()?;
    for (byte, class) in bytes.iter_mut().zip(ORDINARY) {
        for (letter, digit) in ALIKE {
            match class {
                b'0' if *byte == letter => *byte = digit,
                b'A' | b'Z' if *byte == digit => *byte = letter,
                _ => {}
            }
        }
    }
    std::str::from_utf8(&bytes).ok()?.parse().ok()
}

/// What is wrong with a text that ought to be a return period; none where it is one.
pub(super) fn period(name: &str, text: &str) -> Option<String> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |text: &str| text.parse().is_ok_and(|month: u8| (1..=12).contains(&month));
    let is_year = |text: &str| text.len() == 4 && text.starts_with("20") && digits(text);
    if text.len() == 6 && digits(text) && is_month(&text[..2]) && is_year(&text[2..]) {
        return None;
    }
    let told = shown(text);
    let (form, month, year) =
        if text.len() == 6 && digits(text) && is_year(&text[..4]) && is_month(&text[4..]) {
            ("YYYYMM", text[4..].to_owned(), &text[..4])
        } else if text.len() == 5 && digits(text) && is_year(&text[1..]) {
            ("MYYYY", format!("0{}", &text[..1]), &text[1..])
        } else {
            let mut parts =
                text.split(|one: char| !one.is_ascii_alphanumeric()).filter(|one| !one.is_empty());
            let (first, second) = match (parts.next(), parts.next(), parts.next()) {
                (Some(first), Some(second), None) => (first, second),
                _ => text.is_char_boundary(3).then(|| text.split_at(3))?,
            };
            match (month_of(first), month_of(second)) {
                (Some(month), _) if is_year(second) => ("a month and a year apart", month, second),
                (_, Some(month)) if is_year(first) => ("a year and a month apart", month, first),
                _ => {
                    return Some(format!(
                        "`{name}` `{told}` is no return period; those are MMYYYY, such as `042025`"
                    ));
                }
            }
        };
    Some(format!("`{name}` `{told}` reads as {form}; a return period is MMYYYY: `{month}{year}`"))
}

/// `04` of `4`, `04`, `Apr` or `april`.
fn month_of(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    if let Ok(number @ 1..=12) = text.parse::<usize>() {
        return (text.len() <= 2).then(|| format!("{number:02}"));
    }
    let start = text.get(..3)?.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| *month == start)?;
    Some(format!("{:02}", at + 1))
}

/// What is wrong with a text that ought to be a financial year; none where it is one.
pub(super) fn financial_year(name: &str, text: &str) -> Option<String> {
    let error = text.parse::<FinancialYear>().err()?;
    let told = shown(text);
    let bare = text.trim().trim_start_matches(|one: char| !one.is_ascii_digit());
    let parts: Vec<&str> =
        bare.split(|one: char| !one.is_ascii_digit()).filter(|one| !one.is_empty()).collect();
    let year = |text: &str| match text.len() {
        4 => text.parse().ok(),
        2 => text.parse().ok().map(|year: i16| 2000 + year),
        _ => None,
    };
    let joined = bare.len() == 6 && bare.bytes().all(|byte| byte.is_ascii_digit());
    let (first, second) = match parts.as_slice() {
        _ if joined => (year(&bare[..4]), year(&bare[4..])),
        [first, second] => (year(first), year(second)),
        [first] => (year(first), None),
        _ => (None, None),
    };
    Some(match (first, second) {
        (Some(first), Some(second)) if second == first + 1 => {
            let right = FinancialYear::starting_in(first);
            format!("`{name}` `{told}`: a financial year is written `{right}`")
        }
        (Some(first), None) => {
            let right = FinancialYear::starting_in(first);
            format!(
                "`{name}` `{told}` is one year; a financial year is written as two: `{right}` from April on"
            )
        }
        _ if told == text => format!("`{name}`: {error}; a financial year is written `2025-26`"),
        _ => format!("`{name}` `{told}`: a financial year is written `2025-26`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gstin_is_put_right_where_that_can_be_done() {
        let told = |text: &str| gstin("gstin", text).unwrap_or_default();
        assert_eq!(told("27AAACS0000A1ZG"), "");
        for (text, says) in [
            ("27AAACS0000A1ZX", "the right one is `G`: `27AAACS0000A1ZG`"),
            ("27aaacs0000a1zg", "has lower case letters; a GSTIN is written `27AAACS0000A1ZG`"),
            (" 27AAACS0000A1ZG", "has spaces or hyphens; a GSTIN is written `27AAACS0000A1ZG`"),
            ("27-aaacs0000a-1zg", "has spaces or hyphens and lower case letters"),
            ("27AAAC50000A1ZG", "did you mean `27AAACS0000A1ZG`?"),
            ("27AAACSOO00A1ZG", "did you mean `27AAACS0000A1ZG`?"),
            ("27AAACS0000A1Z", "a GSTIN has 15 characters, not 14"),
            ("00AAACS0000A1ZG", "not a state code"),
        ] {
            assert!(told(text).contains(says), "{text}: {}", told(text));
        }
    }

    #[test]
    fn a_period_in_another_form_is_recognised() {
        let told = |text: &str| period("ret_period", text).unwrap_or_default();
        assert_eq!(told("042025"), "");
        for text in
            ["202504", "2025-04", "04-2025", "4/2025", "Apr-2025", "april 2025", "Apr2025", "42025"]
        {
            assert!(told(text).contains("MMYYYY: `042025`"), "{text}: {}", told(text));
        }
        for text in ["132025", "soon", "", "2025", "\u{e9}\u{e9}\u{e9}"] {
            assert!(told(text).contains("such as `042025`") || told(text).is_empty(), "{text}");
        }
        assert!(told("202504").contains("reads as YYYYMM"), "{}", told("202504"));
    }

    #[test]
    fn a_financial_year_in_another_form_is_recognised() {
        let told = |text: &str| financial_year("fy", text).unwrap_or_default();
        assert_eq!(told("2024-25"), "");
        for text in ["2024-2025", "24-25", "2024/25", "FY2024-25", "FY 24-25", "202425"] {
            assert!(told(text).contains("is written `2024-25`"), "{text}: {}", told(text));
        }
        assert!(told("2024").contains("as two: `2024-25`"), "{}", told("2024"));
        for text in ["soon", "2024-26", "", "2<\u{fffd}("] {
            assert!(told(text).contains("`2025-26`"), "{text}: {}", told(text));
        }
    }

    #[test]
    fn what_is_told_fits_a_header() {
        for text in [
            "\u{0}\n\r",
            "2\u{e9}AAACS0000A1ZG",
            &"x".repeat(10_000),
            "27AAACS0000A1Z\u{e9}",
            "2<\u{fffd}(",
        ] {
            for told in [gstin("a", text), period("a", text), financial_year("a", text)] {
                let told = told.unwrap_or_default();
                assert!(http::HeaderValue::from_str(&told).is_ok(), "{told:?}");
                assert!(told.bytes().all(|byte| (32..127).contains(&byte)), "{told:?}");
                assert!(told.len() < 300, "{told}");
            }
        }
    }
}
