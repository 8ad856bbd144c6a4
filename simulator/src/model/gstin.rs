//! GSTIN, PAN and ARN: layouts and check characters.
//!
//! Knows what the characters of a number say, and nothing of who holds it. Layouts, state codes
//! and the check character are GSTN's public ones; the sources are in `fixtures/nation/SOURCES.md`.

mod anatomy;
mod arn;
mod check;
mod form;
mod state;

use std::{fmt, str::FromStr};

use thiserror::Error;

pub use self::{
    anatomy::{Part, anatomy},
    arn::{is_arn, make_arn},
    check::check_character,
    form::{GstinForm, is_pan},
    state::{STATES, State, state},
};

/// The number a taxpayer is registered under, with a layout and a check character that fit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gstin([u8; 15]);

/// An active taxpayer's, to speak of where nobody else is; its PAN's serial belongs to nobody.
pub const EXAMPLE: &str = "27AAACS0000A1ZG";

/// What sort of registration a GSTIN's layout tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GstinKind {
    /// State, PAN, entity number, `Z`: nearly every taxpayer.
    Ordinary,
    /// A government department without a PAN.
    GovernmentDepartment,
    /// Deducts tax at source (TDS); type letter `D`.
    TaxDeductor,
    /// Collects tax at source (TCS), an e-commerce operator; type letter `C`.
    TaxCollector,
    /// A non-resident taxable person; `NR`.
    NonResident,
    /// Sells online services from abroad (OIDAR); state code 99, `OS`.
    OnlineServices,
    /// A unique identity number (UIN) of a UN body, an embassy or another notified person;
    /// `UN` or `ON`.
    Embassy,
}

/// Why a text is not a GSTIN: the first thing that does not fit, from left to right.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GstinError {
    /// Not 15 characters.
    #[error("a GSTIN has 15 characters, not {found}")]
    Length {
        /// How many characters there are.
        found: usize,
    },
    /// A character that no GSTIN has.
    #[error("character {position} is `{found}`, where a GSTIN has a digit or a capital letter")]
    Character {
        /// Its place, counted from 1.
        position: usize,
        /// The character.
        found: char,
    },
    /// The first two characters are no state's.
    #[error("`{found}` is not a state code of a GSTIN")]
    StateCode {
        /// The first two characters.
        found: String,
    },
    /// A digit for a letter, or a letter for a digit.
    #[error("character {position} is `{found}`, where {place} has {expected}")]
    Layout {
        /// Its place, counted from 1.
        position: usize,
        /// The character.
        found: char,
        /// The part it belongs to.
        place: &'static str,
        /// What would fit.
        expected: &'static str,
    },
    /// All fits but the last character.
    #[error("the check character is `{found}`, the right one is `{right}`")]
    CheckCharacter {
        /// The last character.
        found: char,
        /// What it ought to be.
        right: char,
    },
}

impl Gstin {
    /// The GSTIN that begins with these 14 characters.
    ///
    /// # Errors
    ///
    /// As [`Gstin::from_str`]; the check character is right by making.
    pub fn complete(first_14: &str) -> Result<Self, GstinError> {
        let right = check_character(first_14.as_bytes()).map_or('0', char::from);
        format!("{first_14}{right}").parse()
    }

    /// All 15 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        text_of(&self.0)
    }

    /// What sort of registration this is.
    #[must_use]
    pub fn kind(&self) -> GstinKind {
        form::kind_by_marks(&self.0)
    }

    /// The state code, two digits.
    #[must_use]
    pub fn state_code(&self) -> &str {
        text_of(&self.0[..2])
    }

    /// The PAN, where characters 3 to 12 are one.
    #[must_use]
    pub fn pan(&self) -> Option<&str> {
        matches!(
            self.kind(),
            GstinKind::Ordinary | GstinKind::TaxDeductor | GstinKind::TaxCollector
        )
        .then(|| text_of(&self.0[2..12]))
        .filter(|pan| is_pan(pan))
    }

    /// Which registration of this PAN in this state: `1` to `9`, then `A` to `Z`.
    /// `None` where the layout has no such place.
    #[must_use]
    pub fn entity(&self) -> Option<char> {
        (!matches!(
            self.kind(),
            GstinKind::NonResident | GstinKind::OnlineServices | GstinKind::Embassy
        ))
        .then(|| char::from(self.0[12]))
    }
}

/// A GSTIN's bytes are ASCII, so this never falls back.
fn text_of(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

impl fmt::Display for Gstin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for Gstin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Gstin({self})")
    }
}

impl AsRef<str> for Gstin {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl FromStr for Gstin {
    type Err = GstinError;

    /// Reads a GSTIN of any kind, such as `27AAACS0000A1ZG`.
    ///
    /// Shape: 15 ASCII characters: state code (2 digits), PAN (5 letters, 4 digits, 1 letter),
    /// entity number (1), type letter (1), check character (base 36). The special kinds have
    /// other contents between the state code and the check character; see [`GstinKind`].
    ///
    /// # Errors
    ///
    /// The first thing that does not fit, from left to right; the check character last.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes: &[u8; 15] = text
            .as_bytes()
            .try_into()
            .ok()
            .filter(|_| text.is_ascii())
            .ok_or_else(|| GstinError::Length { found: text.chars().count() })
            .or_else(|error| strange_character(text).map_or(Err(error), Err))?;
        match form::first_misfit(bytes) {
            None => Ok(Self(*bytes)),
            Some(error) => Err(error),
        }
    }
}

/// In a text of 15 characters that are more than 15 bytes: the first that is not ASCII.
fn strange_character(text: &str) -> Option<GstinError> {
    (text.chars().count() == 15).then_some(())?;
    let (index, found) =
        text.chars().enumerate().find(|(_, found)| !form::is_capital_or_digit(*found))?;
    Some(GstinError::Character { position: index + 1, found })
}

#[cfg(test)]
mod tests;
