//! The one source of randomness: a stream that a seed and a purpose fix for ever.

use rand::{Rng, RngExt, SeedableRng, rngs::ChaCha8Rng};

/// A stream of random numbers: same seed, same purpose, same key, same numbers.
#[derive(Debug)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// Opens the stream that `seed` and `purpose` name for `key`, such as a GSTIN's bytes.
    #[must_use]
    pub fn new(seed: u64, purpose: u64, key: &[u8]) -> Self {
        Self(ChaCha8Rng::from_seed(stretch(seed, purpose, key)))
    }

    /// The generator itself, for `fake` and `rand`.
    pub fn generator(&mut self) -> &mut ChaCha8Rng {
        &mut self.0
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { self.0.random_range(0..bound) }
    }

    /// One of `choices`, each as likely as the others.
    ///
    /// # Panics
    ///
    /// When `choices` is empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// True `percent` times out of a hundred.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// True with the given chance, between 0 and 1.
    pub fn chance(&mut self, chance: f64) -> bool {
        self.0.random::<f64>() < chance
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to 1, 1 not included.
    pub fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// A number of the standard normal distribution: around 0, two in three within 1.
    pub fn normal(&mut self) -> f64 {
        // Box and Muller's way; the logarithm's argument is never 0.
        let (one, other) = (1.0 - self.unit(), self.unit());
        (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
    }
}

/// A short stream for one of very many things: cheap to open, good for a dozen numbers.
#[derive(Clone, Copy, Debug)]
pub struct QuickDice(u64);

impl QuickDice {
    /// Opens the stream that `seed` and `purpose` name.
    #[must_use]
    pub fn new(seed: u64, purpose: u64) -> Self {
        Self(mix(seed ^ mix(purpose.wrapping_add(0x9E37_79B9_7F4A_7C15))))
    }

    /// A stream of its own for `key`; the same whatever was drawn from this one's copies.
    #[must_use]
    pub fn fork(self, key: u64) -> Self {
        Self(mix(self.0 ^ mix(key.wrapping_add(0x9E37_79B9_7F4A_7C15))))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// True `percent` times out of a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Spreads seed, purpose and key over 32 bytes; any change in any of them changes all.
fn stretch(seed: u64, purpose: u64, key: &[u8]) -> [u8; 32] {
    let mut state = mix(seed ^ mix(purpose.wrapping_add(0x9E37_79B9_7F4A_7C15)));
    for chunk in key.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        state = mix(state ^ u64::from_le_bytes(word)).wrapping_add(chunk.len() as u64);
    }
    let mut out = [0; 32];
    for lane in out.chunks_exact_mut(8) {
        state = mix(state.wrapping_add(0x9E37_79B9_7F4A_7C15));
        lane.copy_from_slice(&state.to_le_bytes());
    }
    out
}

/// The finaliser of `SplitMix64`: a bijection that spreads every bit.
fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_purpose_and_key_give_the_same_numbers() {
        let draw = |seed, purpose, key: &[u8]| Dice::new(seed, purpose, key).bits();

        assert_eq!(draw(1, 2, b"abc"), draw(1, 2, b"abc"));
        assert_ne!(draw(1, 2, b"abc"), draw(2, 2, b"abc"));
        assert_ne!(draw(1, 2, b"abc"), draw(1, 3, b"abc"));
        assert_ne!(draw(1, 2, b"abc"), draw(1, 2, b"abd"));
        assert_ne!(draw(1, 2, b"abc"), draw(1, 2, b"abc\0"));
    }

    #[test]
    fn the_numbers_of_a_seed_never_change_between_releases() {
        assert_eq!(Dice::new(42, 7, b"27AAACS0000A1ZG").bits(), 670_183_924_538_639_225);
    }

    #[test]
    fn a_quick_stream_spreads_over_its_range() {
        let mut seen = [0_u32; 10];
        for key in 0..10_000 {
            let below = QuickDice::new(42, 7).fork(key).below(10);
            seen[usize::try_from(below).expect("below ten")] += 1;
        }
        assert!(seen.iter().all(|count| (800..1_200).contains(count)), "{seen:?}");
    }
}
