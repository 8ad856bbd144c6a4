//! Who was asked about lately, so that asking again is cheap.
//!
//! Telling somebody of the crowd takes 10,000 instructions, remembering 300; all else that the
//! server does for a call takes some 59,000. A table of fixed size, where a newcomer takes the place
//! of an older one.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;

use crate::model::taxpayer::Taxpayer;

/// So many are remembered at the most, 1 to 2 KB each; of 1,000 that are asked about again and
/// again four out of five have a place of their own.
const PLACES: usize = 4_096;

/// And so many in the nation of a single tenant.
const FEW: usize = 16;

type Place = Mutex<Option<(Date, Arc<Taxpayer>)>>;

/// The table.
#[derive(Debug)]
pub(super) struct Recent {
    hasher: ahash::RandomState,
    places: Box<[Place]>,
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
        }
    }

    /// The taxpayer of a number on a day: remembered, or told and then remembered.
    pub(super) fn recall(
        &self,
        gstin: &str,
        on: Date,
        tell: impl FnOnce() -> Option<Taxpayer>,
    ) -> Option<Arc<Taxpayer>> {
        // The number of places is a power of two.
        let last = self.places.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "the upper bits are not looked at")]
        let place = &self.places[self.hasher.hash_one(gstin) as usize & last];
        if let Some((day, taxpayer)) = &*place.lock().unwrap_or_else(PoisonError::into_inner)
            && *day == on
            && taxpayer.gstin == gstin
        {
            return Some(Arc::clone(taxpayer));
        }
        let taxpayer = Arc::new(tell()?);
        let before = place
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace((on, Arc::clone(&taxpayer)));
        // Freed here, where nobody waits for the lock.
        drop(before);
        Some(taxpayer)
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
