//! A GSTIN taken apart for a reader.

use std::ops::Range;

use super::{
    Gstin, GstinError, GstinKind, check_character,
    form::{kind_by_marks, place_name},
    state,
};

/// One part of a text that is, or ought to be, a GSTIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it stands, in characters counted from 0.
    pub range: Range<usize>,
    /// Its characters.
    pub text: String,
    /// What it says.
    pub meaning: String,
    /// What is wrong with it, if anything.
    pub fault: Option<String>,
}

/// Takes a text apart as a GSTIN, from left to right; every part says its own fault.
///
/// A text that does not have 15 characters is one part.
#[must_use]
pub fn anatomy(text: &str) -> Vec<Part> {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() != 15 || !text.is_ascii() {
        let fault = text.parse::<Gstin>().err().map(|error| error.to_string());
        return vec![Part {
            range: 0..characters.len(),
            text: text.to_owned(),
            meaning: "not the shape of a GSTIN".to_owned(),
            fault,
        }];
    }
    let mut bytes = [0; 15];
    bytes.copy_from_slice(text.as_bytes());
    let kind = kind_by_marks(&bytes);
    let ranges: &[Range<usize>] = match kind {
        GstinKind::NonResident | GstinKind::OnlineServices | GstinKind::Embassy => {
            &[0..2, 2..4, 4..7, 7..12, 12..14, 14..15]
        }
        _ => &[0..2, 2..12, 12..13, 13..14, 14..15],
    };
    ranges.iter().map(|range| part(text, &bytes, kind, range.clone())).collect()
}

fn part(text: &str, bytes: &[u8; 15], kind: GstinKind, range: Range<usize>) -> Part {
    let own = &text[range.clone()];
    Part {
        text: own.to_owned(),
        meaning: meaning(own, kind, range.start),
        fault: fault(bytes, kind, &range),
        range,
    }
}

fn meaning(own: &str, kind: GstinKind, start: usize) -> String {
    let place = place_name(kind, start);
    match place {
        "the state code" => state(own).map_or_else(
            || "state code".to_owned(),
            |state| format!("state code of {}", state.name),
        ),
        "the PAN" => format!("PAN of {}", holder(own)),
        "the PAN or TAN" => "PAN or TAN of the deductor".to_owned(),
        "the entity number" => {
            let count = own.chars().next().and_then(|digit| digit.to_digit(36)).unwrap_or(0);
            format!("registration number {count} of this PAN in this state")
        }
        "the type letter" | "the kind's mark" => format!("{}, {}", &place[4..], kind_name(kind)),
        "the year of registration" => format!("registered in the year 20{own}"),
        _ => place[4..].to_owned(),
    }
}

/// Who holds a PAN, by its fourth letter.
fn holder(pan: &str) -> &'static str {
    match pan.as_bytes().get(3) {
        Some(b'P') => "an individual",
        Some(b'C') => "a company",
        Some(b'H') => "a Hindu undivided family",
        Some(b'F') => "a firm or LLP",
        Some(b'A') => "an association of persons",
        Some(b'T') => "a trust",
        Some(b'B') => "a body of individuals",
        Some(b'L') => "a local authority",
        Some(b'J') => "an artificial juridical person",
        Some(b'G') => "a government body",
        _ => "an unknown kind of holder",
    }
}

fn kind_name(kind: GstinKind) -> &'static str {
    match kind {
        GstinKind::Ordinary => "an ordinary registration",
        GstinKind::GovernmentDepartment => "a government department",
        GstinKind::TaxDeductor => "a tax deductor (TDS)",
        GstinKind::TaxCollector => "a tax collector (TCS)",
        GstinKind::NonResident => "a non-resident taxable person",
        GstinKind::OnlineServices => "online services from abroad (OIDAR)",
        GstinKind::Embassy => "a UN body, embassy or other notified person (UIN)",
    }
}

/// What is wrong inside `range`, with all that stands elsewhere taken as it is.
fn fault(bytes: &[u8; 15], kind: GstinKind, range: &Range<usize>) -> Option<String> {
    // A copy that fits everywhere else shows this part's fault as the first one.
    let mut trial = sound(kind);
    if range.start < 14 {
        trial[range.clone()].copy_from_slice(&bytes[range.clone()]);
        let error = super::form::first_misfit(&trial)?;
        return match error {
            GstinError::CheckCharacter { .. } => None,
            error => Some(error.to_string()),
        };
    }
    let right = check_character(&bytes[..14])?;
    (right != bytes[14]).then(|| {
        GstinError::CheckCharacter { found: char::from(bytes[14]), right: char::from(right) }
            .to_string()
    })
}

/// A GSTIN of this kind that fits but for its check character.
fn sound(kind: GstinKind) -> [u8; 15] {
    *match kind {
        GstinKind::Ordinary => b"27AAACS0000A1Z0",
        GstinKind::GovernmentDepartment => b"27AAAA00000A1Z0",
        GstinKind::TaxDeductor => b"27AAACS0000A1D0",
        GstinKind::TaxCollector => b"27AAACS0000A1C0",
        GstinKind::NonResident => b"2717SGP00000NR0",
        GstinKind::OnlineServices => b"9917SGP00000OS0",
        GstinKind::Embassy => b"0717UNO00000UN0",
    }
}
