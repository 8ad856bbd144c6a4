//! The acknowledgement reference number (ARN) of a filed return or an application.

use super::{check_character, state};

/// Writes an ARN with its check character.
///
/// Shape: `prefix` (two capital letters), state code, month and last two digits of the year of
/// the tax period, a serial of six digits, check character. A serial beyond six digits wraps.
#[must_use]
pub fn make_arn(prefix: &str, state_code: &str, month: u8, year: i16, serial: u32) -> String {
    let mut arn = String::with_capacity(15);
    arn.push_str(prefix);
    arn.push_str(state_code);
    push_digits(&mut arn, u32::from(month), 2);
    push_digits(&mut arn, u32::from(year.rem_euclid(100).unsigned_abs()), 2);
    push_digits(&mut arn, serial, 6);
    if let Some(check) = check_character(arn.as_bytes()) {
        arn.push(char::from(check));
    }
    arn
}

/// Appends the last `count` digits of `number`.
fn push_digits(text: &mut String, number: u32, count: u32) {
    for place in (0..count).rev() {
        let digit = number / 10_u32.pow(place) % 10;
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

/// Whether a text has an ARN's layout, a known state code and the right check character.
#[must_use]
pub fn is_arn(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 15
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..14].iter().all(u8::is_ascii_digit)
        && state(&text[2..4]).is_some()
        && matches!(&bytes[4..6], [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2'])
        && check_character(&bytes[..14]) == Some(bytes[14])
}
