//! Names and addresses: `Sample` and words that are nobody's.

use gsp_simulator::{
    model::{dice::Dice, gstin::STATES},
    pack::contract::PersonalKind,
};

use super::words::{
    BRANDS, BUILDINGS, CITIES, ENDINGS, LANDMARKS, LOCALITIES, STREETS, TRADES, is_one,
};

const MARK: &str = "Sample";

/// So many tries before a number is added, for there are only so many words.
const PLENTY: u32 = 4;

/// A stand-in for a name or a part of an address, in the case of the original.
#[must_use]
pub fn words(kind: PersonalKind, original: &str, dice: &mut Dice, attempt: u32) -> String {
    let mut one = |list: &[&'static str]| *dice.pick(list);
    let (first, second) = (one(&BRANDS), one(&BRANDS));
    let mut text = match kind {
        PersonalKind::LegalName | PersonalKind::TradeName => {
            let trade = one(&TRADES);
            let end = ending(original).map(|end| format!(" {end}")).unwrap_or_default();
            format!("{MARK} {first} {second} {trade}{end}")
        }
        PersonalKind::PersonName => format!("{MARK} {first} {second}"),
        PersonalKind::BuildingNumber => format!("{MARK} {}", 1 + dice.below(999)),
        PersonalKind::Floor => format!("{MARK} Floor {}", 1 + dice.below(99)),
        PersonalKind::BuildingName => format!("{MARK} {first} {}", one(&BUILDINGS)),
        PersonalKind::Street => format!("{MARK} {first} {}", one(&STREETS)),
        PersonalKind::Locality => format!("{MARK} {first} {}", one(&LOCALITIES)),
        PersonalKind::City => format!("{MARK} {first} {}", one(&CITIES)),
        PersonalKind::District => format!("{MARK} {first} District"),
        PersonalKind::Landmark => format!("{MARK} {first} {}", one(&LANDMARKS)),
        PersonalKind::OfficeName => format!("{MARK} {first} Range {}", 900 + dice.below(100)),
        _ => format!("{MARK} {first} {second} Text"),
    };
    if attempt >= PLENTY {
        text.push_str(&format!(" {}", 1 + dice.below(9_999)));
    }
    text
}

/// A text in the case that another one has: all capitals, all small letters, or as it is.
#[must_use]
pub fn in_the_case_of(original: &str, text: &str) -> String {
    let has = |test: fn(char) -> bool| original.chars().any(test);
    match (has(char::is_uppercase), has(char::is_lowercase)) {
        (true, false) => text.to_uppercase(),
        (false, true) => text.to_lowercase(),
        _ => text.to_owned(),
    }
}

/// Whether a text is nothing but such words.
#[must_use]
pub fn is_ours(text: &str) -> bool {
    let mut words = text.split([' ', '\u{a0}']);
    words.next().is_some_and(|word| word.eq_ignore_ascii_case(MARK)) && words.all(is_one)
}

/// Whether a word may stand behind `Sample`.
#[must_use]
pub fn is_word(word: &str) -> bool {
    is_one(word)
}

/// What tells the sort of firm at the end of its name, as it is written there.
fn ending(name: &str) -> Option<&str> {
    let upper = name.to_ascii_uppercase();
    let upper = upper.trim_end();
    let end = ENDINGS
        .iter()
        .find(|end| upper.strip_suffix(*end).is_some_and(|rest| rest.ends_with(' ')))?;
    name.trim_end().get(upper.len() - end.len()..)
}

/// Whether a text is a state's name, its GST code or its two letters.
#[must_use]
pub fn is_state(text: &str) -> bool {
    let text = text.trim();
    STATES.iter().any(|state| {
        state.name.eq_ignore_ascii_case(text)
            || state.code == text
            || state.letters.eq_ignore_ascii_case(text)
    })
}

/// The code of a tax office that there is none of: the state's letters, where it begins with some,
/// and a number in the nine hundreds.
#[must_use]
pub fn office_code(original: &str, dice: &mut Dice) -> String {
    let letters = original.get(..2).filter(|two| STATES.iter().any(|state| state.letters == *two));
    format!("{}9{:02}", letters.unwrap_or("ZZ"), dice.below(100))
}

/// Whether a text is such a code.
#[must_use]
pub fn is_office_code_of_ours(text: &str) -> bool {
    let Some((letters, number)) = text.split_at_checked(2) else { return false };
    let known = letters == "ZZ" || STATES.iter().any(|state| state.letters == letters);
    known
        && number.len() == 3
        && number.starts_with('9')
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_firm_stays_a_firm_of_its_sort() {
        let mut dice = Dice::new(1, 1, b"names");
        let name = words(PersonalKind::LegalName, "RAMESH FOODS PRIVATE LIMITED", &mut dice, 0);
        let name = in_the_case_of("RAMESH FOODS", &name);
        assert!(name.starts_with("SAMPLE ") && name.ends_with(" PRIVATE LIMITED"), "{name}");
        assert!(is_ours(&name));
    }

    #[test]
    fn a_name_that_begins_as_a_stand_in_does_is_still_somebody_s() {
        assert!(!is_ours("Sample Ramesh Traders"));
        assert!(!is_ours("SAMPLES INDIA LIMITED"));
    }

    #[test]
    fn a_state_is_known_by_name_code_and_letters() {
        assert!(is_state("MAHARASHTRA") && is_state("27") && is_state("MH"));
        assert!(!is_state("Mumbai") && !is_state("28000"));
    }

    proptest! {
        #[test]
        fn stand_ins_are_known_for_ones(seed in any::<u64>(), original in ".{0,30}", attempt in 0..9_u32) {
            use PersonalKind::{BuildingName, BuildingNumber, City, District, Floor, Landmark, LegalName, Locality, Message, OfficeName, PersonName, Street, TradeName};
            for kind in [BuildingName, BuildingNumber, City, District, Floor, Landmark, LegalName, Locality, Message, OfficeName, PersonName, Street, TradeName] {
                let mut dice = Dice::new(seed, 1, b"names");
                let text = in_the_case_of(&original, &words(kind, &original, &mut dice, attempt));
                prop_assert!(is_ours(&text), "{:?} {}", kind, text);
            }
            prop_assert!(is_office_code_of_ours(&office_code(&original, &mut Dice::new(seed, 1, b"codes"))));
        }
    }
}
