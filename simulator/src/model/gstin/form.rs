//! Layouts: which character may stand where, and how strictly a reader looks.

use super::{GstinError, GstinKind, check_character, state};

/// How strictly a reader checks a GSTIN. Lower case never passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GstinForm {
    /// State 01 to 37, an ordinary PAN, entity number, `Z`, the right check character.
    Strict,
    /// Any [`GstinKind`] with a known state code and the right check character.
    Realistic,
    /// Any 15 digits and letters.
    LengthOnly,
    /// As `Realistic`, but any check character will do.
    Pattern,
}

impl GstinForm {
    /// Whether a reader of this strictness takes the text for a GSTIN.
    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        let Ok(bytes) = <&[u8; 15]>::try_from(text.as_bytes()) else { return false };
        match self {
            Self::Strict => is_strict(bytes),
            Self::Realistic => fits_layout(bytes) && has_right_check(bytes),
            Self::LengthOnly => {
                bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            }
            Self::Pattern => fits_layout(bytes),
        }
    }
}

/// Whether a text has a PAN's layout: five letters, four digits, a letter.
#[must_use]
pub fn is_pan(text: &str) -> bool {
    <&[u8; 10]>::try_from(text.as_bytes()).is_ok_and(|bytes| fits(bytes, PAN))
}

pub(super) fn is_capital_or_digit(character: char) -> bool {
    character.is_ascii_uppercase() || character.is_ascii_digit()
}

fn is_strict(bytes: &[u8; 15]) -> bool {
    matches!(&bytes[..2], [b'0', b'1'..=b'9'] | [b'1' | b'2', b'0'..=b'9'] | [b'3', b'0'..=b'7'])
        && fits(&bytes[2..12], PAN)
        && matches!(bytes[12], b'1'..=b'9' | b'A'..=b'Z')
        && bytes[13] == b'Z'
        && has_right_check(bytes)
}

fn has_right_check(bytes: &[u8; 15]) -> bool {
    check_character(&bytes[..14]) == Some(bytes[14])
}

fn fits_layout(bytes: &[u8; 15]) -> bool {
    let kind = kind_by_marks(bytes);
    bytes[..2].iter().all(u8::is_ascii_digit)
        && has_known_state(bytes, kind)
        && fits(&bytes[2..], layout(kind))
}

fn has_known_state(bytes: &[u8; 15], kind: GstinKind) -> bool {
    let known = std::str::from_utf8(&bytes[..2]).ok().and_then(state).is_some();
    known && (kind != GstinKind::OnlineServices || bytes.starts_with(b"99"))
}

/// What may stand in one place.
#[derive(Clone, Copy)]
enum Class {
    Digit,
    Letter,
    Either,
    /// `1` to `9`, `A` to `Z`.
    Entity,
    /// `Z`, `1` to `9`, `A`, `B`, `D` to `J`: the type letter as the portal's pattern has it.
    Ordinary,
    Only(u8),
    /// `U` or `O`.
    Notified,
}

impl Class {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Letter => byte.is_ascii_uppercase(),
            Self::Either => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::Entity => matches!(byte, b'1'..=b'9' | b'A'..=b'Z'),
            Self::Ordinary => matches!(byte, b'Z' | b'1'..=b'9' | b'A' | b'B' | b'D'..=b'J'),
            Self::Only(one) => byte == one,
            Self::Notified => matches!(byte, b'U' | b'O'),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Digit => "a digit",
            Self::Letter => "a letter",
            Self::Either => "a digit or a letter",
            Self::Entity => "`1` to `9` or `A` to `Z`",
            Self::Ordinary => "`Z`",
            Self::Only(b'C') => "`C`",
            Self::Only(b'D') => "`D`",
            Self::Only(_) => "its mark",
            Self::Notified => "`U` or `O`",
        }
    }
}

use Class::{Digit, Either, Entity, Letter, Notified, Only, Ordinary};

const PAN: &[Class] = &[Letter, Letter, Letter, Letter, Letter, Digit, Digit, Digit, Digit, Letter];

/// Characters 3 to 15 of each kind.
const ORDINARY: &[Class] = &[
    Letter, Letter, Letter, Letter, Letter, Digit, Digit, Digit, Digit, Letter, Entity, Ordinary,
    Either,
];
const GOVERNMENT: &[Class] = &[
    Letter,
    Letter,
    Letter,
    Letter,
    Digit,
    Digit,
    Digit,
    Digit,
    Digit,
    Letter,
    Digit,
    Only(b'Z'),
    Digit,
];
const DEDUCTOR: &[Class] = &[
    Letter,
    Letter,
    Letter,
    Letter,
    Either,
    Digit,
    Digit,
    Digit,
    Digit,
    Letter,
    Entity,
    Only(b'D'),
    Either,
];
const COLLECTOR: &[Class] = &[
    Letter,
    Letter,
    Letter,
    Letter,
    Either,
    Digit,
    Digit,
    Digit,
    Digit,
    Letter,
    Entity,
    Only(b'C'),
    Either,
];
const NON_RESIDENT: &[Class] = &[
    Digit,
    Digit,
    Letter,
    Letter,
    Letter,
    Digit,
    Digit,
    Digit,
    Digit,
    Digit,
    Only(b'N'),
    Only(b'R'),
    Either,
];
const ONLINE: &[Class] = &[
    Digit,
    Digit,
    Letter,
    Letter,
    Letter,
    Digit,
    Digit,
    Digit,
    Digit,
    Digit,
    Only(b'O'),
    Only(b'S'),
    Either,
];
const EMBASSY: &[Class] = &[
    Digit,
    Digit,
    Letter,
    Letter,
    Letter,
    Digit,
    Digit,
    Digit,
    Digit,
    Digit,
    Notified,
    Only(b'N'),
    Either,
];

fn layout(kind: GstinKind) -> &'static [Class] {
    match kind {
        GstinKind::Ordinary => ORDINARY,
        GstinKind::GovernmentDepartment => GOVERNMENT,
        GstinKind::TaxDeductor => DEDUCTOR,
        GstinKind::TaxCollector => COLLECTOR,
        GstinKind::NonResident => NON_RESIDENT,
        GstinKind::OnlineServices => ONLINE,
        GstinKind::Embassy => EMBASSY,
    }
}

fn fits(bytes: &[u8], layout: &[Class]) -> bool {
    bytes.iter().zip(layout).all(|(byte, class)| class.has(*byte))
}

/// The kind that characters 7, 13 and 14 point to, whatever the others are.
pub(super) fn kind_by_marks(bytes: &[u8; 15]) -> GstinKind {
    match (bytes[12], bytes[13]) {
        (b'N', b'R') => GstinKind::NonResident,
        (b'O', b'S') => GstinKind::OnlineServices,
        (b'U' | b'O', b'N') => GstinKind::Embassy,
        (_, b'D') => GstinKind::TaxDeductor,
        (_, b'C') => GstinKind::TaxCollector,
        (_, b'Z') if bytes[6].is_ascii_digit() => GstinKind::GovernmentDepartment,
        _ => GstinKind::Ordinary,
    }
}

/// The first thing that does not fit, from left to right; the check character last.
pub(super) fn first_misfit(bytes: &[u8; 15]) -> Option<GstinError> {
    let strange = |byte: &u8| !is_capital_or_digit(char::from(*byte));
    if let Some(index) = bytes.iter().position(strange) {
        return Some(GstinError::Character {
            position: index + 1,
            found: char::from(bytes[index]),
        });
    }
    let kind = kind_by_marks(bytes);
    if !has_known_state(bytes, kind) {
        return Some(GstinError::StateCode { found: super::text_of(&bytes[..2]).to_owned() });
    }
    let misfit = |(byte, class): (&u8, &Class)| !class.has(*byte);
    if let Some(index) = bytes[2..].iter().zip(layout(kind)).position(misfit) {
        return Some(GstinError::Layout {
            position: index + 3,
            found: char::from(bytes[index + 2]),
            place: place_name(kind, index + 2),
            expected: layout(kind)[index].expected(),
        });
    }
    let right = check_character(&bytes[..14])?;
    (right != bytes[14]).then(|| GstinError::CheckCharacter {
        found: char::from(bytes[14]),
        right: char::from(right),
    })
}

/// What the part around this index (from 0) is called in a GSTIN of this kind.
pub(super) fn place_name(kind: GstinKind, index: usize) -> &'static str {
    let foreign =
        matches!(kind, GstinKind::NonResident | GstinKind::OnlineServices | GstinKind::Embassy);
    match (index, foreign) {
        (..2, _) => "the state code",
        (2..4, true) => "the year of registration",
        (4..7, true) => "the country code",
        (7..12, true) => "the serial number",
        (12..14, true) => "the kind's mark",
        (2..12, false) => match kind {
            GstinKind::GovernmentDepartment => "the department's number",
            GstinKind::TaxDeductor => "the PAN or TAN",
            _ => "the PAN",
        },
        (12, false) => "the entity number",
        (13, false) => "the type letter",
        _ => "the check character",
    }
}
