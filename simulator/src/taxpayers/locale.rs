//! Names of people, by region, as locales of `fake`.
//!
//! `fake` ships no Indian locale. Each file of `fixtures/nation/names/` becomes one here, cut
//! into words while compiling; a file is one line of given names and one of family names.

use std::ops::Range;

use fake::{
    Fake,
    faker::name::raw::{FirstName, LastName},
    locales::Data,
};

use crate::model::dice::Dice;

/// The names of one region.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    /// The name of its file, as `states.txt` has it.
    pub(super) region: &'static str,
    given: &'static [&'static str],
    family: &'static [&'static str],
    draw_given: fn(&mut Dice) -> &'static str,
    draw_family: fn(&mut Dice) -> &'static str,
    /// A word between given and family name, for regions that have one.
    middle: &'static [&'static str],
}

impl Names {
    /// Any given name of the region.
    pub(super) fn given(&self, dice: &mut Dice) -> &'static str {
        (self.draw_given)(dice)
    }

    /// Any family name of the region.
    pub(super) fn family(&self, dice: &mut Dice) -> &'static str {
        (self.draw_family)(dice)
    }

    /// The word between given and family name; empty in most regions.
    pub(super) fn middle(&self, dice: &mut Dice) -> &'static str {
        if self.middle.is_empty() { "" } else { dice.pick::<&str>(self.middle) }
    }

    /// A given name that begins with `letter`; of the whole nation where the region has none.
    pub(super) fn given_with(&self, letter: u8, dice: &mut Dice) -> &'static str {
        pick_with(self.given, letter, dice)
            .or_else(|| pick_with(EnIn::NAME_FIRST_NAME, letter, dice))
            .unwrap_or_else(|| self.given(dice))
    }

    /// A family name that begins with `letter`; of the whole nation where the region has none.
    pub(super) fn family_with(&self, letter: u8, dice: &mut Dice) -> &'static str {
        pick_with(self.family, letter, dice)
            .or_else(|| pick_with(EnIn::NAME_LAST_NAME, letter, dice))
            .unwrap_or_else(|| self.family(dice))
    }
}

/// One of the words that begin with `letter`, out of words in order.
pub(super) fn pick_with(
    words: &'static [&'static str],
    letter: u8,
    dice: &mut Dice,
) -> Option<&'static str> {
    let range = beginning_with(words, letter);
    (!range.is_empty()).then(|| *dice.pick(&words[range]))
}

fn beginning_with(words: &[&str], letter: u8) -> Range<usize> {
    let first = |word: &&str| word.as_bytes().first().copied().unwrap_or(0);
    let start = words.partition_point(|word| first(word) < letter);
    let end = start + words[start..].partition_point(|word| first(word) == letter);
    start..end
}

/// How many words the line has; words are parted by single blanks.
const fn count_words(text: &str, line: usize) -> usize {
    let (bytes, mut at, mut row, mut count) = (text.as_bytes(), 0, 0, 0);
    while at < bytes.len() {
        let ends_word = bytes[at] == b' ' || bytes[at] == b'\n';
        if ends_word && row == line {
            count += 1;
        }
        if bytes[at] == b'\n' {
            row += 1;
        }
        at += 1;
    }
    count
}

/// The words of the line.
const fn words<const COUNT: usize>(text: &'static str, line: usize) -> [&'static str; COUNT] {
    let bytes = text.as_bytes();
    let mut list = [""; COUNT];
    let (mut at, mut start, mut row, mut count) = (0, 0, 0, 0);
    while at < bytes.len() {
        if bytes[at] == b' ' || bytes[at] == b'\n' {
            if row == line {
                list[count] = text.split_at(start).1.split_at(at - start).0;
                count += 1;
            }
            start = at + 1;
        }
        if bytes[at] == b'\n' {
            row += 1;
        }
        at += 1;
    }
    list
}

macro_rules! regions {
    ($($locale:ident, $region:literal, $middle:expr;)*) => {
        $(
            #[derive(Clone, Copy)]
            struct $locale;

            impl $locale {
                const FILE: &'static str =
                    include_str!(concat!("../../../fixtures/nation/names/", $region, ".txt"));
            }

            impl Data for $locale {
                const NAME_FIRST_NAME: &'static [&'static str] =
                    &words::<{ count_words($locale::FILE, 0) }>($locale::FILE, 0);
                const NAME_LAST_NAME: &'static [&'static str] =
                    &words::<{ count_words($locale::FILE, 1) }>($locale::FILE, 1);
            }
        )*

        /// Every region that has names of its own.
        pub(super) static REGIONS: &[Names] = &[$(
            Names {
                region: $region,
                given: $locale::NAME_FIRST_NAME,
                family: $locale::NAME_LAST_NAME,
                draw_given: |dice| FirstName($locale).fake_with_rng(dice.generator()),
                draw_family: |dice| LastName($locale).fake_with_rng(dice.generator()),
                middle: $middle,
            },
        )*];
    };
}

regions! {
    EnIn, "national", &[];
    HiIn, "hindi", &[];
    BnIn, "bengali", &[];
    GuIn, "gujarati", &[];
    KnIn, "kannada", &[];
    MlIn, "malayalam", &[];
    MrIn, "marathi", &[];
    TaIn, "tamil", &[];
    TeIn, "telugu", &[];
    PaIn, "punjabi", &["Singh", "Singh", "Kaur"];
    OrIn, "odia", &[];
    AsIn, "assamese", &[];
    HillsIn, "hills", &[];
    LaIn, "ladakhi", &[];
    GoaIn, "goan", &[];
    KsIn, "kashmiri", &[];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_names_in_order_and_without_blanks() {
        for names in REGIONS {
            for list in [names.given, names.family] {
                assert!(list.len() >= 40, "{}", names.region);
                assert!(list.is_sorted(), "{}", names.region);
                assert!(
                    list.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_alphabetic())),
                    "{}",
                    names.region
                );
            }
        }
    }

    #[test]
    fn a_name_can_be_had_for_every_letter() {
        let mut dice = Dice::new(1, 1, b"names");
        for names in REGIONS {
            for letter in b'A'..=b'Z' {
                let (given, family) =
                    (names.given_with(letter, &mut dice), names.family_with(letter, &mut dice));
                assert_eq!((given.as_bytes()[0], family.as_bytes()[0]), (letter, letter));
            }
        }
    }

    #[test]
    fn the_fakers_of_a_locale_speak_its_language() {
        let mut dice = Dice::new(1, 1, b"tamil");
        let tamil = REGIONS.iter().find(|names| names.region == "tamil").expect("a region");
        for _ in 0..50 {
            assert!(tamil.given.contains(&tamil.given(&mut dice)));
            assert!(tamil.family.contains(&tamil.family(&mut dice)));
        }
    }
}
