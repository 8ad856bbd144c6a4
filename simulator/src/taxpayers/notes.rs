//! What was written of who was asked about lately, so that it need not be written again.
//!
//! Most of a found body is a function of the taxpayer and the day. A table of fixed size, where what
//! is read stays longest; what is written in it, and what that hangs on besides, is for others to say.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::model::taxpayer::Taxpayer;

/// A longer note is not kept, in bytes.
const LONGEST: usize = 4 * 1024;

/// The table.
#[derive(Debug)]
pub(crate) struct Notes(Box<[Mutex<[Option<Note>; 2]>]>);

/// What a note is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'call> {
    /// Who; a taxpayer that is told anew, for another day or by another register, is another one.
    pub(crate) taxpayer: &'call Arc<Taxpayer>,
    /// What is written: a number that nothing else has.
    pub(crate) what: u64,
    /// What else it hangs on.
    pub(crate) inputs: &'call [u8],
}

#[derive(Debug)]
struct Note {
    taxpayer: Arc<Taxpayer>,
    what: u64,
    inputs: Box<[u8]>,
    /// Nothing where that is what was written.
    text: Option<Bytes>,
}

impl Notes {
    /// A table of so many places, a power of two, with room for two notes each.
    pub(super) fn of(places: usize) -> Self {
        Self((0..places).map(|_| Mutex::default()).collect())
    }

    /// What was written about that, where it is known.
    #[expect(clippy::option_option, reason = "nothing known is another thing than nothing written")]
    pub(crate) fn find(&self, about: &About<'_>) -> Option<Option<Bytes>> {
        let mut place = self.place(about).lock().unwrap_or_else(PoisonError::into_inner);
        let at = place.iter().position(|note| note.as_ref().is_some_and(|note| note.is(about)))?;
        if at > 0 {
            place.swap(0, at);
        }
        Some(place[0].as_ref()?.text.clone())
    }

    /// Notes what was written; the one of its place that was not read for longer leaves.
    pub(crate) fn keep(&self, about: &About<'_>, text: Option<&[u8]>) {
        if text.is_some_and(|text| text.len() > LONGEST) {
            return;
        }
        let note = Note {
            taxpayer: Arc::clone(about.taxpayer),
            what: about.what,
            inputs: about.inputs.into(),
            text: text.map(Bytes::copy_from_slice),
        };
        let before = {
            let mut place = self.place(about).lock().unwrap_or_else(PoisonError::into_inner);
            place.swap(0, 1);
            place[0].replace(note)
        };
        // Freed here, where nobody waits for the lock.
        drop(before);
    }

    fn place(&self, about: &About<'_>) -> &Mutex<[Option<Note>; 2]> {
        let who = Arc::as_ptr(about.taxpayer).addr() as u64;
        let mixed = (who ^ about.what.rotate_left(40)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let at = (mixed >> 32) as usize;
        &self.0[at & (self.0.len() - 1)]
    }
}

impl Note {
    fn is(&self, about: &About<'_>) -> bool {
        Arc::ptr_eq(&self.taxpayer, about.taxpayer)
            && self.what == about.what
            && *self.inputs == *about.inputs
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::taxpayers::{Register, Unknown};

    #[test]
    fn a_note_is_found_by_all_that_it_hangs_on() {
        let register = Register::new(1, Vec::new(), Unknown::Somebody);
        let [one, other] = ["27AAACS0000A1ZG", "27AAACS0001A1ZE"]
            .map(|text| Arc::new(register.stand_in(text, date(2026, 4, 1))));
        let notes = Notes::of(16);
        let about = About { taxpayer: &one, what: 7, inputs: b"a" };

        assert_eq!(notes.find(&about), None);
        notes.keep(&about, Some(b"text"));
        assert_eq!(notes.find(&about), Some(Some(Bytes::from_static(b"text"))));
        for stranger in [
            About { taxpayer: &other, ..about },
            About { what: 8, ..about },
            About { inputs: b"b", ..about },
        ] {
            assert_eq!(notes.find(&stranger), None);
        }

        let nothing = About { what: 8, ..about };
        notes.keep(&nothing, None);
        assert_eq!(notes.find(&nothing), Some(None));
        let long = About { what: 9, ..about };
        notes.keep(&long, Some(&[b'x'; LONGEST + 1]));
        assert_eq!(notes.find(&long), None);
    }

    #[test]
    fn what_is_read_stays_when_others_come() {
        let register = Register::new(1, Vec::new(), Unknown::Somebody);
        let taxpayer = Arc::new(register.stand_in("27AAACS0000A1ZG", date(2026, 4, 1)));
        let notes = Notes::of(16);
        let read = About { taxpayer: &taxpayer, what: 0, inputs: b"" };
        notes.keep(&read, Some(b"read"));

        for number in 0..10_000_u64 {
            notes.keep(&About { inputs: &number.to_le_bytes(), ..read }, Some(b"other"));
            assert!(notes.find(&read).is_some(), "after {number}");
        }
    }
}
