//! Numbers: GSTIN, PAN, ARN, telephone numbers, PINs, numbers of documents.

use gsp_simulator::model::{
    dice::Dice,
    gstin::{check_character, state},
};

use super::tokens::fill;

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &[u8] = b"0123456789";

/// GST began in 2017: nobody has a number of a year before.
const FIRST_YEAR: u8 = 17;

/// A PAN that nobody has: its serial is `0000`. The fourth letter, which tells who holds it, stays.
#[must_use]
pub fn pan(original: &str, dice: &mut Dice) -> String {
    let kind = original.get(3..4).unwrap_or("C");
    let (first, more) = (fill(dice, LETTERS, 3), fill(dice, LETTERS, 2));
    format!("{first}{kind}{}0000{}", &more[..1], &more[1..])
}

/// A GSTIN that nobody has. The state, what is registered and which of the PAN's registrations it is
/// stay; `pan` stands in for the PAN in it.
#[must_use]
pub fn gstin(original: &str, pan: &str, dice: &mut Dice) -> String {
    let upper = original.to_ascii_uppercase();
    let (state, body, marks) = (&upper[..2], &upper[2..12], &upper[12..14]);
    let first_14 = match &upper[12..14] {
        "NR" | "OS" | "UN" | "ON" => {
            // A year before the tax began, then the country, then any serial.
            let year = dice.below(usize::from(FIRST_YEAR));
            format!("{state}{year:02}{}{}{marks}", &body[2..5], fill(dice, DIGITS, 5))
        }
        _ if body.as_bytes()[4].is_ascii_digit() => {
            // A department without a PAN, or a deductor with one of another form: a digit checks the
            // first, so one of 26 letters gives it.
            let letters = fill(dice, LETTERS, 3);
            let kind = &body[3..4];
            let is_checked = |first: &String| {
                let check = check_character(first.as_bytes());
                marks.ends_with('D') || check.is_some_and(|check| check.is_ascii_digit())
            };
            let begin = dice.below(26);
            let choices = (0..26).map(|step| {
                let last = char::from(LETTERS[(begin + step) % 26]);
                format!("{state}{letters}{kind}00000{last}{marks}")
            });
            let all: Vec<_> = choices.collect();
            all.iter().find(|first| is_checked(first)).or(all.first()).cloned().unwrap_or_default()
        }
        _ => format!("{state}{pan}{marks}"),
    };
    let right = |first: &str| check_character(first.as_bytes()).map_or('0', char::from);
    let check = right(&first_14);
    // A number with a wrong check character was meant to be refused, and so is its stand-in.
    if upper.ends_with(right(&upper[..14])) {
        format!("{first_14}{check}")
    } else {
        format!("{first_14}{}", if check == 'A' { 'B' } else { 'A' })
    }
}

/// An ARN that nobody has: its serial is `000000`, its state and period are as they were. Where all of
/// these are taken the year is one before the tax began.
#[must_use]
pub fn arn(original: &str, dice: &mut Dice, attempt: u32) -> String {
    let upper = original.to_ascii_uppercase();
    let prefix = fill(dice, LETTERS, 2);
    let first_14 = if attempt < 200 {
        format!("{prefix}{}000000", &upper[2..8])
    } else {
        let year = dice.below(usize::from(FIRST_YEAR));
        format!("{prefix}{}{year:02}{}", &upper[2..6], fill(dice, DIGITS, 6))
    };
    let check = check_character(first_14.as_bytes()).map_or('0', char::from);
    format!("{first_14}{check}")
}

/// A telephone number that nobody has: it begins with five zeros. What stands before it stays, and so do
/// blanks and dashes.
#[must_use]
pub fn phone(original: &str, dice: &mut Dice) -> String {
    let digits = original.bytes().filter(u8::is_ascii_digit).count();
    let new = format!("00000{}", fill(dice, DIGITS, 5));
    let mut new = new.bytes();
    let mut left = digits;
    original
        .chars()
        .map(|letter| {
            if !letter.is_ascii_digit() {
                return letter;
            }
            left -= 1;
            if left < 10 { new.next().map_or('0', char::from) } else { letter }
        })
        .collect()
}

/// The PIN of no post office, where the original is: only the last three digits tell one.
#[must_use]
pub fn pin(original: &str) -> String {
    format!("{}000", &original[..3])
}

/// Whether a text is six digits that may be a PIN.
#[must_use]
pub fn is_pin(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
}

/// An address of the internet that is kept for documents (RFC 5737).
#[must_use]
pub fn internet(dice: &mut Dice) -> String {
    format!("203.0.113.{}", 1 + dice.below(254))
}

/// Whether an address is kept for documents, or is this machine's.
#[must_use]
pub fn is_internet_of_ours(address: std::net::Ipv4Addr) -> bool {
    address.is_documentation() || address.is_loopback() || address.is_unspecified()
}

/// The number of an invoice or another document.
#[must_use]
pub fn document(dice: &mut Dice) -> String {
    format!("SAMPLE-{}", fill(dice, b"0123456789ABCDEF", 6))
}

/// A whole number of so many digits that nobody's is: a 1 and mostly zeros.
#[must_use]
pub fn whole(digits: usize, dice: &mut Dice) -> i64 {
    let tail = 10_i64.pow(u32::try_from(digits.saturating_sub(1) / 2).unwrap_or(0).min(8));
    let head = 10_i64.pow(u32::try_from(digits.saturating_sub(1)).unwrap_or(0).min(17));
    head + i64::try_from(dice.below(usize::try_from(tail).unwrap_or(1))).unwrap_or(0)
}

/// Whether a whole number is one of these.
#[must_use]
pub fn is_whole_of_ours(number: i64) -> bool {
    let text = number.to_string();
    let zeros = text.len().saturating_sub(1).div_ceil(2);
    text.starts_with('1') && text[1..].bytes().take(zeros).all(|byte| byte == b'0')
}

pub(super) fn is_pan_of_ours(text: &str) -> bool {
    text.get(5..9) == Some("0000")
}

/// Whatever its check character: nobody has it.
pub(super) fn is_gstin_of_ours(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let bytes = upper.as_bytes();
    if bytes.len() != 15 || !upper.is_ascii() {
        return false;
    }
    match &upper[12..14] {
        "NR" | "OS" | "UN" | "ON" => is_early(&upper[2..4]) || &upper[7..12] == "00000",
        _ if bytes[6].is_ascii_digit() => &upper[6..11] == "00000",
        _ => &upper[7..11] == "0000",
    }
}

pub(super) fn is_arn_of_ours(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let bytes = upper.as_bytes();
    bytes.len() == 15
        && check_character(&bytes[..14]) == Some(bytes[14])
        && state(&upper[2..4]).is_some()
        && (&upper[8..14] == "000000" || is_early(&upper[6..8]))
}

fn is_early(year: &str) -> bool {
    year.parse::<u8>().is_ok_and(|year| year < FIRST_YEAR)
}

pub(super) fn is_phone_of_ours(text: &str) -> bool {
    let digits: Vec<_> = text.bytes().filter(u8::is_ascii_digit).collect();
    digits.len() >= 10 && digits[digits.len() - 10..].starts_with(b"00000")
}

/// Whether a text is the number of a document of ours.
#[must_use]
pub fn is_document_of_ours(text: &str) -> bool {
    text.strip_prefix("SAMPLE-").is_some_and(|rest| {
        rest.len() == 6 && rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
    })
}

#[cfg(test)]
mod tests {
    use gsp_simulator::model::gstin::{Gstin, is_arn, is_pan};
    use proptest::prelude::*;

    use super::*;

    fn dice(seed: u64) -> Dice {
        Dice::new(seed, 1, b"numbers")
    }

    #[test]
    fn each_sort_of_registration_stays_one_of_its_sort() {
        for original in [
            "27AAPFU0939F1ZV",
            "06AAACH1234K1C",
            "19AAAGW1234L1D",
            "19CALB12345A1D",
            "2917SGP29001NR",
            "9917USA29002OS",
            "0717UNO00112UN",
        ] {
            let original: Gstin = Gstin::complete(&original[..14]).expect("it has the layout");
            let pan = pan(original.as_str().get(2..12).expect("15 characters"), &mut dice(1));
            let other = gstin(original.as_str(), &pan, &mut dice(2));
            let read: Gstin = other.parse().expect("the check character is right");
            assert_eq!(read.kind(), original.kind(), "{original} {other}");
            assert_eq!(read.state_code(), original.state_code());
            assert_eq!(read.entity(), original.entity());
            assert!(is_gstin_of_ours(&other), "{other}");
            assert!(!is_gstin_of_ours(original.as_str()), "{original}");
        }
        let department = ('A'..='Z')
            .find_map(|last| Gstin::complete(&format!("27MUMG12345{last}1Z")).ok())
            .expect("one of 26 has a digit to check it");
        let other = gstin(department.as_str(), "", &mut dice(3));
        assert_eq!(other.parse::<Gstin>().map(|one| one.kind()), Ok(department.kind()));
        assert!(is_gstin_of_ours(&other));
    }

    #[test]
    fn a_number_for_calling_keeps_what_stands_before_it() {
        assert!(phone("+91 98765-43210", &mut dice(1)).starts_with("+91 00000-"));
        assert!(is_phone_of_ours(&phone("09876543210", &mut dice(1))));
        assert!(!is_phone_of_ours("9876543210"));
    }

    #[test]
    fn a_pin_stays_in_its_state_and_at_no_post_office() {
        assert_eq!(pin("400069"), "400000");
    }

    proptest! {
        #[test]
        fn stand_ins_are_ours_and_right(seed in any::<u64>(), original in "[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{3}[1-9][A-Z]") {
            let other = pan(&original, &mut dice(seed));
            prop_assert!(is_pan(&other) && is_pan_of_ours(&other) && !is_pan_of_ours(&original));
            prop_assert_eq!(&other[3..4], &original[3..4]);
            let arn = arn("AA270425123456W", &mut dice(seed), 0);
            prop_assert!(is_arn(&arn) && is_arn_of_ours(&arn));
            prop_assert_eq!(&arn[2..8], "270425");
            for digits in 2..16 {
                let whole = whole(digits, &mut dice(seed));
                prop_assert!(is_whole_of_ours(whole) && whole.to_string().len() == digits, "{}", whole);
            }
        }
    }
}
