//! What must be true of everybody in the register.

mod consistency;
mod filing;
mod personas;

use std::collections::{HashMap, HashSet};

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::model::{
    dice::Dice,
    gstin::{GstinForm, GstinKind, STATES, is_arn},
};
use crate::pack::folder::Folder;

/// A day on which all news of the crowd is known.
const TODAY: Date = date(2026, 11, 21);

fn register(unknown: Unknown) -> Register {
    Register::new(1, shipped_personas(), unknown)
}

/// The personas of `fixtures/taxpayers/`.
fn shipped_personas() -> Vec<Persona> {
    let fixtures = Folder::embedded_fixtures();
    let names: Vec<_> =
        fixtures.below("taxpayers/").filter(|name| Folder::has_ending(name, "json")).collect();
    names
        .into_iter()
        .map(|name| {
            let source = fixtures.source(&format!("taxpayers/{name}")).expect("it was listed");
            read_persona(name, &source.text).expect("the shipped personas are sound")
        })
        .collect()
}

/// A valid GSTIN of any kind; the same for the same number.
fn any_gstin(number: u64) -> Gstin {
    let mut dice = Dice::new(99, 1, &number.to_le_bytes());
    let pattern: &str = match dice.below(20) {
        0 => "aaaannnnna1D",
        1 => "aaaaxnnnnaeC",
        2 => "nnSGPnnnnnNR",
        3 => "nnUSAnnnnnUN",
        4 => "nnUNOnnnnnUN",
        5 => "nnDEUnnnnnON",
        6 => "nnIRLnnnnnOS",
        7 => "aaaannnnna1Z",
        8 => "aaaxannnna1D",
        _ => "aaahannnnaeZ",
    };
    let state = match pattern {
        "nnIRLnnnnnOS" => "99",
        _ => dice.pick(&STATES).code,
    };
    loop {
        let mut first_14 = state.to_owned();
        for place in pattern.chars() {
            first_14.push(match place {
                'a' => char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[dice.below(26)]),
                'h' => *dice.pick(&['P', 'P', 'C', 'C', 'H', 'F', 'A', 'T', 'B', 'L', 'J', 'G']),
                'n' => char::from(b"0123456789"[dice.below(10)]),
                'x' => *dice.pick(&['A', 'M', 'Z']),
                'e' => *dice.pick(&['1', '2', '9', 'A', 'Z']),
                other => other,
            });
        }
        // A government department's number is valid only with a digit to check it.
        if let Ok(gstin) = Gstin::complete(&first_14) {
            return gstin;
        }
    }
}

#[test]
fn the_same_seed_and_number_give_the_same_taxpayer() {
    let (one, two) = (register(Unknown::Somebody), register(Unknown::Somebody));
    let other = Register::new(2, Vec::new(), Unknown::Somebody);
    let mut differ = 0;
    for number in 0..500 {
        let gstin = any_gstin(number);
        let taxpayer = one.look_up(gstin.as_str(), TODAY);
        assert!(taxpayer.is_some(), "{gstin}");
        assert_eq!(taxpayer, two.look_up(gstin.as_str(), TODAY));
        assert_eq!(taxpayer, one.look_up(gstin.as_str(), date(2026, 1, 1)), "{gstin}");
        assert_eq!(taxpayer, one.look_up(gstin.as_str(), date(2031, 5, 5)), "{gstin}");
        differ += usize::from(taxpayer != other.look_up(gstin.as_str(), TODAY));
    }
    assert!(differ > 490, "another seed is another nation");
}

/// Guards against upgrades of `fake` and `rand` that change what a seed gives.
#[test]
fn three_taxpayers_of_seed_one_never_change() {
    let register = Register::new(1, Vec::new(), Unknown::Somebody);
    let told = ["27AAACX0000A1ZG", "03ABCPG0000K1ZM", "33AABFM0000H2Z7"].map(|text| {
        let gstin = Gstin::complete(&text[..14]).expect("the layout fits");
        let taxpayer = register.look_up(gstin.as_str(), TODAY).expect("somebody");
        let last = register.last_filing(&taxpayer, TODAY).expect("a filing");
        format!(
            "{} | {} | {} | {} | {} | {} | {} {} {} | {} {} {}",
            taxpayer.legal_name,
            taxpayer.trade_name,
            taxpayer.taxpayer_type,
            taxpayer.status,
            taxpayer.registered_on,
            taxpayer.members.join(", "),
            taxpayer.principal_place.building_number,
            taxpayer.principal_place.locality,
            taxpayer.principal_place.pin,
            last.return_type,
            last.filed_on,
            last.arn
        )
    });
    assert_eq!(
        told,
        [
            "XYLEM CONSULTANTS PRIVATE LIMITED | XYLEM CONSULTANTS | \
             Regular | Active | 2017-07-01 | DEVENDRA PANDEY, LATA THAKUR \
             | Shop 9 Kingaon 413523 | IFF 2026-11-12 AA271026380315B",
            "SARITA GOYAL | FALGUNI ADVERTISING | \
             Regular | Active | 2017-07-01 | SARITA GOYAL \
             | Shed 114 Maholi Kalan 148021 | GSTR3B 2026-10-20 AA0309265078911",
            "MOTI FOODS LLP | MOTI FOODS LLP | \
             Regular | Active | 2017-07-01 | HARMINDER KAUR SOHAL, RAMANDEEP SINGH UPPAL \
             | Shop 41 Coonoor 643102 | IFF 2026-11-12 AA331026811430W",
        ]
    );
}

#[test]
fn a_text_that_is_no_gstin_is_nobody_but_has_a_stand_in() {
    let register = register(Unknown::Somebody);
    for text in ["", "URP", "22AAAAA0000A1Z5", "27aaacx0000a1zg", "नमस्ते", "96AAACX0000A1ZA"]
    {
        assert_eq!(register.look_up(text, TODAY), None, "{text}");
        let somebody = register.stand_in(text, TODAY);
        assert_eq!(somebody.gstin, text);
        assert!(!somebody.legal_name.is_empty() && !somebody.natures.is_empty(), "{text}");
    }
    assert_eq!(register.stand_in("22AAAAA0000A1Z5", TODAY).pan, "AAAAA0000A");
    assert_eq!(register.stand_in("22AAAAA0000A1Z5", TODAY).state_name, "Chhattisgarh");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_at_all_has_a_stand_in_with_filings(text in any::<String>()) {
        let register = Register::new(3, Vec::new(), Unknown::Somebody);
        let somebody = register.stand_in(&text, TODAY);
        prop_assert_eq!(&somebody.gstin, text.as_str());
        prop_assert_eq!(&somebody, &register.stand_in(&text, TODAY));
        let filings = register.filings(&somebody, TODAY);
        prop_assert!(filings.iter().all(|filing| is_arn(&filing.arn)));
        prop_assert_eq!(filings.first().cloned(), register.last_filing(&somebody, TODAY));
        let _ = (register.look_up(&text, TODAY), register.of_pan(&text, TODAY));
    }
}

#[test]
fn the_stand_in_of_somebody_is_that_very_taxpayer() {
    let register = register(Unknown::Somebody);
    let sibling = Gstin::complete("33AAACS0000A1Z").expect("the layout fits");
    let numbers = (0..200).map(any_gstin).chain(register.population(50, None)).chain([sibling]);
    for gstin in numbers {
        let found = register.look_up(gstin.as_str(), TODAY).expect("somebody");
        assert_eq!(register.stand_in(gstin.as_str(), TODAY), *found);
    }
}

#[test]
fn nobody_of_the_crowd_is_registered_in_the_future() {
    let register = register(Unknown::Somebody);
    for number in 0..500 {
        let gstin = any_gstin(number);
        let later = register.look_up(gstin.as_str(), TODAY).expect("somebody").into_owned();
        let before = later.registered_on.yesterday().expect("a day before");
        assert_eq!(register.look_up(gstin.as_str(), before), None);
        let then = register.look_up(gstin.as_str(), later.registered_on).expect("registered");
        assert!(then.updated_on <= later.registered_on, "{gstin}: news from the future");
        assert!(then.cancelled_on.is_none_or(|day| day <= later.registered_on));
        assert_eq!(
            (&then.legal_name, &then.principal_place),
            (&later.legal_name, &later.principal_place)
        );
    }
}

#[test]
fn all_registrations_of_a_pan_share_its_holder() {
    let register = register(Unknown::Somebody);
    let mut counts = HashMap::new();
    for gstin in register.population(400, None).filter(|gstin| gstin.kind() == GstinKind::Ordinary)
    {
        let pan = gstin.pan().expect("an ordinary number has a PAN");
        let all = register.of_pan(pan, TODAY);
        *counts.entry(all.len()).or_insert(0) += 1;
        assert!((1..=4).contains(&all.len()), "{pan}: {}", all.len());
        assert!(all.is_sorted_by(|one, other| one.gstin < other.gstin));
        assert!(all.iter().any(|one| one.gstin == gstin.as_str()), "{gstin} lives at its home");
        for one in &all {
            assert_eq!(register.look_up(&one.gstin, TODAY).as_deref(), Some(one));
            assert_eq!(one.pan, pan);
            assert_eq!(
                (&one.legal_name, &one.constitution, &one.members, &one.core_business),
                (&all[0].legal_name, &all[0].constitution, &all[0].members, &all[0].core_business)
            );
        }
    }
    assert!(counts.len() >= 3, "one registration for most, more for some: {counts:?}");
    assert_eq!(register.of_pan("no PAN", TODAY), []);
}

#[test]
fn the_population_is_valid_unique_and_in_its_state() {
    let register = register(Unknown::Somebody);
    let members: Vec<Gstin> = register.population(20_000, None).collect();
    assert_eq!(members.iter().collect::<HashSet<_>>().len(), 20_000);
    let mut kinds = HashSet::new();
    for member in &members {
        kinds.insert(member.kind());
        assert!(GstinForm::Realistic.accepts(member.as_str()));
        assert_eq!(&member.as_str()[7..11], "0000", "nobody real has this serial");
    }
    assert!(kinds.len() >= 6, "{kinds:?}");
    for state in STATES {
        let own: Vec<Gstin> = register.population(5, Some(state.code)).collect();
        assert_eq!(own.len(), 5, "{}", state.code);
        assert!(own.iter().all(|member| member.state_code() == state.code));
    }
    assert_eq!(register.population(5, Some("96")).count(), 0);
}

#[test]
fn without_strangers_only_personas_and_the_population_are_there() {
    let register = register(Unknown::NotFound);
    for state in [None, Some("27"), Some("31"), Some("28"), Some("99")] {
        for member in register.population(300, state) {
            let taxpayer = register.look_up(member.as_str(), TODAY).expect("declared");
            assert!(
                !is_pan(&taxpayer.pan)
                    || !register.of_pan(&taxpayer.pan, TODAY).is_empty()
                    || state.is_some()
            );
        }
    }
    let strangers = (0..2_000)
        .filter(|number| register.look_up(any_gstin(*number).as_str(), TODAY).is_some())
        .count();
    assert_eq!(strangers, 0);
    assert!(register.look_up("27AAACS0000A1ZG", TODAY).is_some(), "a persona");
}

#[test]
fn a_taxpayer_is_found_by_part_of_the_legal_name() {
    let register = register(Unknown::Somebody);
    let found = register.by_legal_name("sahyadri", 10, TODAY);
    assert_eq!(found.first().map(|one| one.gstin.as_ref()), Some("27AAACS0000A1ZG"));
    assert!(found.len() <= 10);
    assert!(found.iter().all(|one| one.legal_name.contains("SAHYADRI")));
    assert_eq!(register.by_legal_name("no such name", 10, TODAY), []);
    assert_eq!(register.by_legal_name("limited", 7, TODAY).len(), 7);
}
