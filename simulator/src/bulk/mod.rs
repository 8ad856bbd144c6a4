//! Large answers: asked for, made in the background, fetched as files.
//!
//! A caller that asks for too much is given a token. What the token stands for is a [`job::Job`]: a
//! function from the number of a part to its JSON. [`pack`] makes a file of a part, [`link`] tells
//! where it can be fetched. No file is ever kept: it is made once to be measured, and once more
//! each time somebody fetches it. `server` has the threads for that.

use crate::model::dice::Dice;

pub mod buffers;
pub mod files;
pub mod job;
pub mod link;
pub mod pack;
pub mod seal;
pub mod seen;
pub mod unpack;

/// What the parts of one file are sealed with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FileKey(pub [u8; 32]);

impl FileKey {
    /// The next key of these dice.
    #[must_use]
    pub fn roll(dice: &mut Dice) -> Self {
        let mut key = [0; 32];
        for lane in key.chunks_exact_mut(8) {
            lane.copy_from_slice(&dice.bits().to_le_bytes());
        }
        Self(key)
    }
}

impl std::fmt::Debug for FileKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("FileKey(…)")
    }
}
