//! Nations of other seeds than the world's: made when they are asked for, forgotten when they are many.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use ahash::AHashMap;

use super::Register;

/// So many are kept; the one that was made first goes first, and is made anew when asked for.
const LIMIT: usize = 1_024;

/// The nations of other seeds.
#[derive(Debug, Default)]
pub struct Others(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    by_seed: AHashMap<u64, Arc<Register>>,
    order: VecDeque<u64>,
}

impl Others {
    /// The nation of a seed, with the personas of this one.
    #[must_use]
    pub fn of_seed(&self, seed: u64, like: &Register) -> Arc<Register> {
        let known = |kept: &Kept| kept.by_seed.get(&seed).cloned();
        if let Some(register) = known(&self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            return register;
        }
        let register = Arc::new(like.reseeded(seed));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have been faster.
        if let Some(register) = known(&kept) {
            return register;
        }
        let mut gone = None;
        if kept.order.len() >= LIMIT
            && let Some(oldest) = kept.order.pop_front()
        {
            gone = kept.by_seed.remove(&oldest);
        }
        kept.order.push_back(seed);
        kept.by_seed.insert(seed, Arc::clone(&register));
        drop(kept);
        // Freed here, where nobody waits for the lock.
        drop(gone);
        register
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::taxpayers::{Unknown, read_persona};

    #[test]
    fn a_nation_of_another_seed_is_as_if_it_were_the_worlds() {
        let text = r#"{"gstin": "27AAACS0000A1ZG", "legal_name": "SAMPLE FOODS"}"#;
        let persona = read_persona("sample.json", text).expect("it is a persona");
        let world = Register::new(1, vec![persona.clone()], Unknown::Somebody);
        let other = Others::default().of_seed(7, &world);
        let alone = Register::new(7, vec![persona], Unknown::Somebody);

        let on = date(2026, 11, 21);
        let numbers = alone.population(300, None).map(|gstin| gstin.to_string());
        for gstin in numbers.chain(["27AAACS0000A1ZG".to_owned()]) {
            assert_eq!(other.look_up(&gstin, on), alone.look_up(&gstin, on), "{gstin}");
            assert_eq!(other.recall(&gstin, on), alone.recall(&gstin, on), "{gstin}");
            assert_eq!(other.seat_of(&gstin), alone.seat_of(&gstin), "{gstin}");
        }
        assert_eq!(other.operators(), alone.operators());
        let somebody = world.population(1, None).next().expect("there is one").to_string();
        assert_ne!(other.look_up(&somebody, on), world.look_up(&somebody, on));
    }

    #[test]
    fn no_more_nations_are_kept_than_there_is_room_for() {
        let world = Register::new(1, Vec::new(), Unknown::Somebody);
        let others = Others::default();
        let first = others.of_seed(2, &world);
        assert!(Arc::ptr_eq(&first, &others.of_seed(2, &world)));
        for seed in 3..3 + LIMIT as u64 {
            let _ = others.of_seed(seed, &world);
        }
        assert!(!Arc::ptr_eq(&first, &others.of_seed(2, &world)));
    }
}
