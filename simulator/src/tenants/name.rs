//! Names of tenants: they stand in paths, headers and credentials as they are.

use thiserror::Error;

use super::DEFAULT;
use crate::auth::owned::JOINT;

/// No name is longer, in letters.
pub const LONGEST: usize = 64;

/// Why a name is none that a tenant may have.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NameError {
    /// Empty, or too long.
    #[error("a tenant's name has 1 to {LONGEST} letters")]
    Length,
    /// A letter that would have to be escaped somewhere.
    #[error("`{0}` cannot stand in a tenant's name")]
    Letter(char),
    /// Something other than a letter or digit at one end.
    #[error("a tenant's name begins and ends with a letter or digit")]
    Ends,
    /// What stands before the name in a credential.
    #[error("`{JOINT}` cannot stand in a tenant's name")]
    Joint,
    /// The one that is always there.
    #[error("the tenant `{DEFAULT}` is always there")]
    Default,
}

/// A name that a tenant may have.
///
/// # Errors
///
/// What is wrong with it.
pub fn checked(name: &str) -> Result<&str, NameError> {
    if name.is_empty() || name.len() > LONGEST {
        return Err(NameError::Length);
    }
    let stands = |letter: &char| letter.is_ascii_alphanumeric() || "-_.".contains(*letter);
    if let Some(letter) = name.chars().find(|letter| !stands(letter)) {
        return Err(NameError::Letter(letter));
    }
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    if !is_end(name.as_bytes().first()) || !is_end(name.as_bytes().last()) {
        return Err(NameError::Ends);
    }
    if name.contains(JOINT) {
        return Err(NameError::Joint);
    }
    if name == DEFAULT {
        return Err(NameError::Default);
    }
    Ok(name)
}

/// A name for a tenant that was given none.
pub(super) fn made_up(number: u64) -> String {
    format!("t{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_stand_anywhere_as_it_is() {
        for fine in ["blue", "t1", "Blue_2.worker-3", "a", &"x".repeat(LONGEST)] {
            assert_eq!(checked(fine), Ok(fine));
        }
        for (wrong, why) in [
            ("", NameError::Length),
            (&*"x".repeat(LONGEST + 1), NameError::Length),
            ("two words", NameError::Letter(' ')),
            ("blue/green", NameError::Letter('/')),
            ("blau\u{e9}", NameError::Letter('\u{e9}')),
            ("-blue", NameError::Ends),
            ("blue.", NameError::Ends),
            ("blue--green", NameError::Joint),
            ("default", NameError::Default),
        ] {
            assert_eq!(checked(wrong), Err(why), "{wrong}");
        }
    }
}
