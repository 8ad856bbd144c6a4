//! Who was asked about lately, so that asking again is cheap.
//!
//! Telling somebody of the crowd takes 10,000 instructions, remembering 300; all else that the
//! server does for a call takes some 59,000. A table of fixed size, where a newcomer takes the place
//! of an older one.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;

use super::notes::Notes;
use crate::model::taxpayer::Taxpayer;

/// So many places there are, with room for two taxpayers each, of 1 to 2 KB: of 1,000 who are asked
/// about again and again, nearly all stay.
const PLACES: usize = 2_048;

/// And so many in the nation of a single tenant.
const FEW: usize = 8;

type Place = Mutex<[Option<(Date, Arc<Taxpayer>)>; 2]>;

/// The table, and what was written of those in it.
#[derive(Debug)]
pub(super) struct Recent {
    hasher: ahash::RandomState,
    places: Box<[Place]>,
    notes: Notes,
}

impl Default for Recent {
    fn default() -> Self {
        Self::of(PLACES)
    }
}

impl Recent {
    /// A small table.
    pub(super) fn few() -> Self {
        Self::of(FEW)
    }

    fn of(places: usize) -> Self {
        Self {
            hasher: ahash::RandomState::default(),
            places: (0..places).map(|_| Mutex::default()).collect(),
            notes: Notes::of(places),
        }
    }

    /// What was written of who was asked about lately.
    pub(super) fn notes(&self) -> &Notes {
        &self.notes
    }

    /// The taxpayer of a number on a day: remembered, or told and then remembered; and whether it
    /// was remembered.
    pub(super) fn recall(
        &self,
        gstin: &str,
        on: Date,
        tell: impl FnOnce() -> Option<Taxpayer>,
    ) -> Option<(Arc<Taxpayer>, bool)> {
        // The number of places is a power of two.
        let last = self.places.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "the upper bits are not looked at")]
        let place = &self.places[self.hasher.hash_one(gstin) as usize & last];
        let is = |known: &Option<(Date, Arc<Taxpayer>)>| {
            known.as_ref().is_some_and(|(day, taxpayer)| *day == on && taxpayer.gstin == gstin)
        };
        {
            let mut known = place.lock().unwrap_or_else(PoisonError::into_inner);
            // Who is asked about stands in front, and stays longer.
            if !is(&known[0]) && is(&known[1]) {
                known.swap(0, 1);
            }
            if let Some((_, taxpayer)) = known[0].as_ref().filter(|_| is(&known[0])) {
                return Some((Arc::clone(taxpayer), true));
            }
        }
        let taxpayer = Arc::new(tell()?);
        let before = {
            let mut known = place.lock().unwrap_or_else(PoisonError::into_inner);
            known.swap(0, 1);
            known[0].replace((on, Arc::clone(&taxpayer)))
        };
        // Freed here, where nobody waits for the lock.
        drop(before);
        Some((taxpayer, false))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::taxpayers::{Register, Unknown};

    #[test]
    fn who_is_remembered_is_who_was_told() {
        let register = Register::new(1, Vec::new(), Unknown::Somebody);
        for on in [date(2026, 4, 1), date(2019, 1, 1)] {
            for gstin in register.population(3_000, None) {
                let told = register.look_up(gstin.as_str(), on);
                for _ in 0..2 {
                    let recalled = register.recall(gstin.as_str(), on);
                    assert_eq!(recalled.as_deref(), told.as_deref(), "{gstin} on {on}");
                }
            }
        }
    }
}
