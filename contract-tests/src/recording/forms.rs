//! Forms: what a text looks like by itself, wherever it stands.
//!
//! Numbers of taxpayers, addresses for mail and telephone, tokens. [`find`] finds them in the middle of
//! other text; whether one is somebody's or a stand-in of ours is [`super::standin`]'s to say.

use std::ops::Range;

use gsp_simulator::model::gstin::{GstinForm, is_arn, is_pan};

/// What something looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// A GSTIN or UIN; its check character may be wrong.
    Gstin,
    /// A PAN.
    Pan,
    /// An ARN.
    Arn,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A UUID.
    Uuid,
    /// A JSON Web Token or a PASETO.
    Token,
    /// A long run of hexadecimal digits.
    Hex,
}

impl Form {
    /// Its name, with an article.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Gstin => "a GSTIN",
            Self::Pan => "a PAN",
            Self::Arn => "an ARN",
            Self::Email => "an e-mail address",
            Self::Phone => "a telephone number",
            Self::Uuid => "a UUID",
            Self::Token => "a token",
            Self::Hex => "a long hexadecimal number",
        }
    }

    /// Its name, as files have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Gstin => "gstin",
            Self::Pan => "pan",
            Self::Arn => "arn",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Uuid => "uuid",
            Self::Token => "token",
            Self::Hex => "hex",
        }
    }
}

/// Something found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it looks like.
    pub form: Form,
    /// Its bytes.
    pub span: Range<usize>,
}

/// A hexadecimal number of fewer digits may be anything.
pub const SHORTEST_HEX: usize = 16;

/// All that a text has in it, from left to right, none within another.
#[must_use]
pub fn find(text: &str) -> Vec<Found> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !is_inside(bytes[at]) && bytes[at] != b'+' {
            at += 1;
            continue;
        }
        match one_at(text, at) {
            Some(one) => {
                at = one.span.end;
                found.push(one);
            }
            // On to the next word; inside one, a number may be hidden.
            None => at += 1,
        }
    }
    found
}

/// The form of a whole text, where it has one.
#[must_use]
pub fn of(text: &str) -> Option<Form> {
    match find(text).as_slice() {
        [one] if one.span == (0..text.len()) => Some(one.form),
        _ => None,
    }
}

fn is_inside(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn one_at(text: &str, at: usize) -> Option<Found> {
    let bytes = text.as_bytes();
    let begins = at == 0 || !is_inside(bytes[at - 1]);
    let found = |form, end| Some(Found { form, span: at..end });
    if begins {
        if let Some(end) = email(text, at) {
            return found(Form::Email, end);
        }
        if let Some(end) = token(text, at) {
            return found(Form::Token, end);
        }
        if text.get(at..at + 36).is_some_and(is_uuid)
            && bytes.get(at + 36).is_none_or(|byte| !is_inside(*byte))
        {
            return found(Form::Uuid, at + 36);
        }
        if let Some(end) = phone(text, at) {
            return found(Form::Phone, end);
        }
    }
    if let Some((form, length)) = number(text, at, begins) {
        return found(form, at + length);
    }
    let previous = at.checked_sub(1).map(|before| bytes[before]);
    let is_lower = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_upper = |byte: u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
    for hex in [is_lower as fn(u8) -> bool, is_upper] {
        // Each run is looked at where it begins, so that a long text costs no more than its length.
        if hex(bytes[at]) && !previous.is_some_and(hex) {
            let length = bytes[at..].iter().take_while(|byte| hex(**byte)).count();
            if length >= SHORTEST_HEX {
                return found(Form::Hex, at + length);
            }
        }
    }
    None
}

/// A taxpayer's number or an ARN, and its length.
fn number(text: &str, at: usize, begins: bool) -> Option<(Form, usize)> {
    let bytes = &text.as_bytes()[at..];
    let all = |range: std::ops::Range<usize>, fits: fn(&u8) -> bool| {
        bytes.get(range).is_some_and(|part| part.iter().all(fits))
    };
    let ends = |length: usize| bytes.get(length).is_none_or(|byte| !is_inside(*byte));
    let upper = |length: usize| text.get(at..at + length).map(str::to_ascii_uppercase);
    if all(0..2, u8::is_ascii_digit) && all(2..15, u8::is_ascii_alphanumeric) {
        // In the middle of a longer word its check character must be right, else much would be one.
        let whole = begins && ends(15);
        let strictness = if whole { GstinForm::Pattern } else { GstinForm::Realistic };
        return upper(15).filter(|text| strictness.accepts(text)).map(|_| (Form::Gstin, 15));
    }
    if all(0..2, u8::is_ascii_alphabetic) && all(2..14, u8::is_ascii_digit) {
        let whole = begins && ends(15);
        let is_one = |text: &String| is_arn(text) || (whole && looks_like_arn(text));
        return upper(15).filter(is_one).map(|_| (Form::Arn, 15));
    }
    let is_pan_here = all(0..5, u8::is_ascii_alphabetic)
        && all(5..9, u8::is_ascii_digit)
        && (all(0..5, u8::is_ascii_uppercase) || all(0..5, u8::is_ascii_lowercase))
        && (begins || !text.as_bytes()[at - 1].is_ascii_uppercase())
        && bytes.get(10).is_none_or(|next| !next.is_ascii_digit());
    let kind = |text: &String| is_pan_of_a_kind(text);
    is_pan_here.then(|| upper(10).filter(kind)).flatten().map(|_| (Form::Pan, 10))
}

/// A PAN whose fourth letter is one of those that tell who holds it.
fn is_pan_of_a_kind(text: &str) -> bool {
    is_pan(text) && text.as_bytes().get(3).is_some_and(|byte| b"ABCEFGHJKLPT".contains(byte))
}

/// The layout of an ARN, whatever its check character.
fn looks_like_arn(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 15
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..14].iter().all(u8::is_ascii_digit)
        && gsp_simulator::model::gstin::state(&text[2..4]).is_some()
        && matches!(&bytes[4..6], [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2'])
}

fn is_uuid(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

fn email(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let local = |byte: u8| is_inside(byte) || b"._%+-".contains(&byte);
    let before = at.checked_sub(1).map(|before| bytes[before]);
    if before.is_some_and(local) {
        return None;
    }
    let mut end = at;
    while bytes.get(end).is_some_and(|byte| local(*byte)) {
        end += 1;
    }
    if bytes.get(end) != Some(&b'@') {
        return None;
    }
    let start = end + 1;
    end = start;
    while bytes.get(end).is_some_and(|byte| is_inside(*byte) || b".-".contains(byte)) {
        end += 1;
    }
    while end > start && b".-".contains(&bytes[end - 1]) {
        end -= 1;
    }
    let domain = &text[start..end];
    let (_, top) = domain.rsplit_once('.')?;
    (top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(end)
}

fn token(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let part = |byte: u8| is_inside(byte) || b"_-.".contains(&byte);
    if at.checked_sub(1).is_some_and(|before| part(text.as_bytes()[before])) {
        return None;
    }
    let length = rest.bytes().position(|byte| !part(byte)).unwrap_or(rest.len());
    let whole = rest[..length].trim_end_matches('.');
    let parts: Vec<_> = whole.split('.').collect();
    let jwt = parts.len() == 3
        && parts[..2].iter().all(|part| part.starts_with("eyJ") && part.len() > 8)
        && parts[2].len() >= 16;
    let paseto = parts.len() >= 3
        && matches!(parts[0], "v1" | "v2" | "v3" | "v4")
        && matches!(parts[1], "local" | "public")
        && parts[2].len() >= 32;
    (jwt || paseto).then_some(at + whole.len())
}

/// Ten digits of a mobile number, or of a landline with its area code, with what may stand before.
fn phone(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let before = at.checked_sub(1).map(|before| bytes[before]);
    if before.is_some_and(|byte| b"._-+".contains(&byte)) {
        return None;
    }
    let mut digits = Vec::new();
    let mut end = at;
    let plus = bytes[at] == b'+';
    let mut next = if plus { at + 1 } else { at };
    let mut groups = 1;
    while let Some(byte) = bytes.get(next) {
        if byte.is_ascii_digit() {
            digits.push(*byte);
            end = next + 1;
        } else if !b" -".contains(byte) || next != end {
            break;
        } else {
            groups += 1;
        }
        if digits.len() > 13 || groups > 4 {
            return None;
        }
        next += 1;
    }
    // Letters or a fraction behind: part of something else.
    let part_of_more = bytes.get(end).is_some_and(|byte| {
        is_inside(*byte)
            || *byte == b'_'
            || (*byte == b'.' && bytes.get(end + 1).is_some_and(u8::is_ascii_digit))
    });
    if part_of_more {
        return None;
    }
    let mobile = |rest: &[u8]| rest.len() == 10 && rest[0] >= b'6';
    let fits = match digits.as_slice() {
        all if mobile(all) && !plus => true,
        [b'0', rest @ ..] if mobile(rest) && !plus => true,
        // A landline is one only where its form says so: `022-23456789`.
        [b'0', rest @ ..] if rest.len() == 10 && !plus => groups > 1,
        [b'9', b'1', rest @ ..] => rest.len() == 10 && (plus || mobile(rest)),
        _ => false,
    };
    fits.then_some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Vec<(Form, &str)> {
        find(text).into_iter().map(|found| (found.form, &text[found.span])).collect()
    }

    #[test]
    fn numbers_are_found_in_the_middle_of_a_sentence() {
        assert_eq!(
            told("GSTIN 27AAPFU0939F1ZV (PAN AAPFU0939F) of a.b+c@firm.co.in, +91 98765 43210."),
            [
                (Form::Gstin, "27AAPFU0939F1ZV"),
                (Form::Pan, "AAPFU0939F"),
                (Form::Email, "a.b+c@firm.co.in"),
                (Form::Phone, "+91 98765 43210"),
            ]
        );
        assert_eq!(told("x-27AAPFU0939F1ZV-y"), [(Form::Gstin, "27AAPFU0939F1ZV")]);
        assert_eq!(told("REF27AAPFU0939F1ZV00"), [(Form::Gstin, "27AAPFU0939F1ZV")]);
        assert_eq!(told("27aapfu0939f1zv"), [(Form::Gstin, "27aapfu0939f1zv")]);
        assert_eq!(told("ARN AA270425123456W"), [(Form::Arn, "AA270425123456W")]);
    }

    #[test]
    fn tokens_are_found_and_what_leads_to_them_stays() {
        let uuid = "0b0e5a4a-6d9c-4b3e-9a51-1f0c3d2e4b5a";
        assert_eq!(told(&format!("id={uuid};")), [(Form::Uuid, uuid)]);
        assert_eq!(
            told("TID0123456789abcdef0123456789abcdef"),
            [(Form::Hex, "0123456789abcdef0123456789abcdef")]
        );
        let jwt =
            ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJzb21lYm9keSJ9", "c2lnbmF0dXJlLXNpZw"].join(".");
        assert_eq!(told(&format!("Bearer {jwt}")), [(Form::Token, jwt.as_str())]);
    }

    #[test]
    fn amounts_days_and_words_are_none() {
        for text in [
            "1763699400123",
            "9876543210.50",
            "2026-11-22T10:00:00Z",
            "22/11/2026",
            "042025",
            "GSTR3B",
            "Private Limited Company",
            "0.9876543210",
            "code_9876543210_x",
            "27",
        ] {
            assert_eq!(told(text), [], "{text}");
        }
    }

    #[test]
    fn a_text_of_a_million_letters_takes_no_longer_than_it_must() {
        for part in ["A", "a.", "1 ", "0", "eyJ-", "x@", "12A"] {
            let long = part.repeat(1_000_000 / part.len());
            assert!(find(&long).len() <= 1, "{part}");
        }
    }

    proptest! {
        #[test]
        fn what_is_found_is_in_order_and_apart(text in any::<String>()) {
            let mut end = 0;
            for found in find(&text) {
                prop_assert!(found.span.start >= end && found.span.end <= text.len());
                prop_assert!(text.get(found.span.clone()).is_some());
                end = found.span.end;
            }
        }
    }
}
