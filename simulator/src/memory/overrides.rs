//! Overrides: what a tenant says of taxpayers in place of what the register has.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;

use crate::taxpayers::{Changes, TaxpayerChange};

/// So many taxpayers may be spoken of.
pub const MOST: usize = 10_000;

/// What a tenant says.
#[derive(Debug, Default)]
pub struct Overrides {
    /// `None` while nothing is said.
    said: ArcSwapOption<Changes>,
    /// Held by whoever changes it.
    turn: Mutex<()>,
}

impl Overrides {
    /// All that is said; `None` where that is nothing.
    #[must_use]
    pub fn all(&self) -> Option<Arc<Changes>> {
        self.said.load_full()
    }

    /// Whether nothing is said of anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.said.load().is_none()
    }

    /// What is said of this one.
    #[must_use]
    pub fn of(&self, gstin: &str) -> Option<Arc<TaxpayerChange>> {
        self.said.load().as_ref()?.get(gstin).cloned()
    }

    /// Says something; `make` is given what was said of this one before. False where there is no
    /// room for more.
    ///
    /// # Errors
    ///
    /// As `make`; then what was said before stays.
    pub fn say<E>(
        &self,
        gstin: &str,
        make: impl FnOnce(Option<&TaxpayerChange>) -> Result<TaxpayerChange, E>,
    ) -> Result<bool, E> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.of(gstin);
        let change = make(before.as_deref())?;
        if before.is_some_and(|before| *before == change) {
            return Ok(true);
        }
        let mut said = self.said.load().as_deref().cloned().unwrap_or_default();
        if said.len() >= MOST && !said.contains_key(gstin) {
            return Ok(false);
        }
        said.insert(gstin.to_owned(), Arc::new(change));
        self.said.store(Some(Arc::new(said)));
        Ok(true)
    }

    /// Takes back what is said of this one; false where that is nothing.
    pub fn take_back(&self, gstin: &str) -> bool {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut said = self.said.load().as_deref().cloned().unwrap_or_default();
        let was_there = said.remove(gstin).is_some();
        self.said.store((!said.is_empty()).then(|| Arc::new(said)));
        was_there
    }

    /// Takes all back.
    pub fn clear(&self) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.said.store(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cancelled() -> TaxpayerChange {
        TaxpayerChange { status: Some("Cancelled".to_owned()), ..TaxpayerChange::default() }
    }

    #[test]
    fn what_is_said_holds_until_it_is_taken_back() {
        let overrides = Overrides::default();
        assert!(overrides.is_empty());
        assert_eq!(
            overrides.say("a", |before| Ok::<_, ()>(before.cloned().unwrap_or(cancelled()))),
            Ok(true)
        );
        assert_eq!(overrides.of("a").as_deref(), Some(&cancelled()));
        assert_eq!(overrides.of("b"), None);

        assert_eq!(overrides.say("a", |_| Err("no")), Err("no"));
        assert_eq!(overrides.of("a").as_deref(), Some(&cancelled()), "what was said stays");
        assert!(overrides.take_back("a") && !overrides.take_back("a"));
        assert!(overrides.is_empty(), "nothing said is as if nothing was ever said");
    }

    #[test]
    fn no_more_are_spoken_of_than_there_is_room_for() {
        let overrides = Overrides::default();
        let many: Changes =
            (0..MOST).map(|number| (number.to_string(), Arc::new(cancelled()))).collect();
        overrides.said.store(Some(Arc::new(many)));
        assert_eq!(overrides.say("another", |_| Ok::<_, ()>(cancelled())), Ok(false));
        assert_eq!(overrides.say("0", |_| Ok::<_, ()>(cancelled())), Ok(true));
    }
}
