use proptest::prelude::*;

use super::*;

const PERSONAS: [&str; 26] = [
    "27AAACS0000A1ZG",
    "27AAACS0000A2ZF",
    "09AAACN0000B1ZH",
    "29AAAFK0000C1ZA",
    "07AAAPD0000E1ZY",
    "33AAATT0000F1ZD",
    "24AAAHG0000H1ZA",
    "36AAACT0000J1ZX",
    "23AAAAM0000S1ZX",
    "32AAABK0000R1Z0",
    "08AAALR0000Q1Z1",
    "37AAAJA0000T1ZF",
    "27AAAFS0000P1ZF",
    "38AAACL0000M1ZV",
    "97AAACO0000N1ZM",
    "27AAACI0000Z1ZB",
    "06AAACH0000K1CL",
    "19AAAGW0000L1DN",
    "9917SGP00000OS8",
    "2917SGP00000NRI",
    "0717UNO00000UN9",
    "0717USA00000UND",
    "09AAACV0000X1Z0",
    "29AAACB0000G1ZH",
    "18AAACG0000U1ZM",
    "30AAAFG0000W1ZQ",
];

fn read(text: &str) -> Result<Gstin, GstinError> {
    text.parse()
}

#[test]
fn every_made_up_persona_has_a_right_check_character() {
    for text in PERSONAS {
        assert_eq!(read(text).map(|gstin| gstin.to_string()), Ok(text.to_owned()));
        assert!(GstinForm::Realistic.accepts(text), "{text}");
    }
}

#[test]
fn published_numbers_that_fail_the_check_are_told_the_right_character() {
    for (text, right) in [
        ("27AAICB3918J1CT", 'S'),
        ("27AAICA3919J1CT", 'S'),
        ("05ABNTY3290P8ZB", 'A'),
        ("18AIBCB5518L1ZR", '2'),
        ("22AAAAA0000A1Z5", 'C'),
    ] {
        let found = char::from(text.as_bytes()[14]);
        assert_eq!(read(text), Err(GstinError::CheckCharacter { found, right }), "{text}");
        assert!(GstinForm::Pattern.accepts(text));
        assert!(!GstinForm::Realistic.accepts(text));
    }
    assert_eq!(check_character(b"00AAAAA0000A1Z"), Some(b'I'));
    assert_eq!(check_character(b"36AAJCPXXXXA1Z"), Some(b'R'));
    assert!(GstinForm::Strict.accepts("27AAPFU0939F1ZV"));
}

#[test]
fn the_first_misfit_from_the_left_is_the_one_told() {
    let layout = |position, found, place, expected| {
        Err(GstinError::Layout { position, found, place, expected })
    };
    assert_eq!(read(""), Err(GstinError::Length { found: 0 }));
    assert_eq!(read("27AAACS0000A1Z"), Err(GstinError::Length { found: 14 }));
    assert_eq!(read("27aAACS0000A1ZG"), Err(GstinError::Character { position: 3, found: 'a' }));
    assert_eq!(read("27AAACS0000A1Zé"), Err(GstinError::Character { position: 15, found: 'é' }));
    assert_eq!(read("00AAAAA0000A1ZT"), Err(GstinError::StateCode { found: "00".into() }));
    assert_eq!(read("96AAAAA0000A1ZT"), Err(GstinError::StateCode { found: "96".into() }));
    assert_eq!(read("36AAJCPXXXXA1ZQ"), layout(8, 'X', "the PAN", "a digit"));
    assert_eq!(read("27AA1CS0000A1ZG"), layout(5, '1', "the PAN", "a letter"));
    assert_eq!(
        read("27AAACS0000A0ZG"),
        layout(13, '0', "the entity number", "`1` to `9` or `A` to `Z`")
    );
    assert_eq!(read("27AAACS0000A1XG"), layout(14, 'X', "the type letter", "`Z`"));
    assert_eq!(read("27AAACS0000A1ZH"), Err(GstinError::CheckCharacter { found: 'H', right: 'G' }));
    assert_eq!(
        read("2717SGP00000OS8"),
        Err(GstinError::StateCode { found: "27".into() }),
        "online services are registered with the centre only"
    );
}

#[test]
fn each_kind_knows_its_parts() {
    use GstinKind::{
        Embassy, GovernmentDepartment, NonResident, OnlineServices, Ordinary, TaxCollector,
        TaxDeductor,
    };
    for (text, kind, pan, entity) in [
        ("27AAACS0000A2ZF", Ordinary, Some("AAACS0000A"), Some('2')),
        ("06AAACH0000K1CL", TaxCollector, Some("AAACH0000K"), Some('1')),
        ("19AAAGW0000L1DN", TaxDeductor, Some("AAAGW0000L"), Some('1')),
        ("9917SGP00000OS8", OnlineServices, None, None),
        ("2917SGP00000NRI", NonResident, None, None),
        ("0717UNO00000UN9", Embassy, None, None),
    ] {
        let gstin = read(text).expect("a persona");
        assert_eq!((gstin.kind(), gstin.pan(), gstin.entity()), (kind, pan, entity), "{text}");
        assert_eq!(gstin.state_code(), &text[..2]);
    }
    let department = ('A'..='Z')
        .find_map(|last| Gstin::complete(&format!("27MUMG00001{last}1Z")).ok())
        .expect("one of 26 has a digit to check it");
    assert_eq!((department.kind(), department.pan()), (GovernmentDepartment, None));
}

#[test]
fn forms_differ_in_what_they_let_pass() {
    let table = [
        // text, strict, realistic, pattern, length only
        ("27AAACS0000A1ZG", true, true, true, true),
        ("27AAACS0000A1ZH", false, false, true, true),
        ("38AAACL0000M1ZV", false, true, true, true),
        ("97AAACO0000N1ZM", false, true, true, true),
        ("06AAACH0000K1CL", false, true, true, true),
        ("9917SGP00000OS8", false, true, true, true),
        ("36AAJCPXXXXA1ZQ", false, false, false, true),
        ("27aaacs0000a1zg", false, false, false, false),
        ("27AAACS0000A1Z", false, false, false, false),
        ("URP", false, false, false, false),
    ];
    for (text, strict, realistic, pattern, length) in table {
        assert_eq!(GstinForm::Strict.accepts(text), strict, "strict: {text}");
        assert_eq!(GstinForm::Realistic.accepts(text), realistic, "realistic: {text}");
        assert_eq!(GstinForm::Pattern.accepts(text), pattern, "pattern: {text}");
        assert_eq!(GstinForm::LengthOnly.accepts(text), length, "length only: {text}");
    }
}

#[test]
fn arns_have_a_period_and_the_gstin_s_check_character() {
    for (arn, state, month, year, serial) in [
        ("AA2704250000014", "27", 4, 2025, 1),
        ("AA2704250000022", "27", 4, 2025, 2),
        ("AA270525000003Y", "27", 5, 2025, 3),
        ("AB270625000004S", "27", 6, 2025, 4),
        ("AA270326000005W", "27", 3, 2026, 5),
        ("AA290625000006M", "29", 6, 2025, 6),
        ("AA091219000008K", "09", 12, 2019, 8),
        ("AA270818000009B", "27", 8, 2018, 9),
        ("AA3303260000136", "33", 3, 2026, 13),
    ] {
        assert!(is_arn(arn), "{arn}");
        assert_eq!(make_arn(&arn[..2], state, month, year, serial), arn);
    }
    assert!(!is_arn("AA2713250000014"), "there is no month 13");
    assert!(!is_arn("AA2704250000015"), "a wrong check character");
    assert!(!is_arn("AA270425000001é"));
}

#[test]
fn a_pan_is_five_letters_four_digits_a_letter() {
    assert!(is_pan("AAACS0000A"));
    assert!(!is_pan("AAACS0000"));
    assert!(!is_pan("aAACS0000A"));
    assert!(!is_pan("AAAC00000A"));
}

#[test]
fn an_anatomy_names_each_part_and_its_own_fault() {
    let parts = anatomy("27AAACS0000A1ZG");
    let meanings: Vec<&str> = parts.iter().map(|part| part.meaning.as_str()).collect();
    assert_eq!(
        meanings,
        [
            "state code of Maharashtra",
            "PAN of a company",
            "registration number 1 of this PAN in this state",
            "type letter, an ordinary registration",
            "check character",
        ]
    );
    assert!(parts.iter().all(|part| part.fault.is_none()));

    let faults: Vec<bool> =
        anatomy("96AAACX00X0A0ZG").iter().map(|part| part.fault.is_some()).collect();
    assert_eq!(faults, [true, true, true, false, true]);

    let short = anatomy("27AAACS");
    assert_eq!(short.len(), 1);
    assert_eq!(short[0].fault.as_deref(), Some("a GSTIN has 15 characters, not 7"));
}

#[test]
fn the_parts_of_an_anatomy_join_to_the_text() {
    for text in PERSONAS {
        let parts = anatomy(text);
        let joined: String = parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(joined, text);
        assert!(parts.iter().all(|part| part.fault.is_none()), "{text}");
    }
}

/// Fifteen characters of a kind, but for a check character that may have to be a digit.
fn any_first_14() -> impl Strategy<Value = String> {
    let state = proptest::sample::select(STATES.map(|state| state.code).to_vec());
    let rest = prop_oneof![
        "[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z",
        "[A-Z]{4}[A-Z0-9][0-9]{4}[A-Z][1-9A-Z]D",
        "[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]C",
        "[0-9]{2}[A-Z]{3}[0-9]{5}NR",
        "[0-9]{2}[A-Z]{3}[0-9]{5}[UO]N",
    ];
    (state, rest).prop_map(|(state, rest)| format!("{state}{rest}"))
}

proptest! {
    #[test]
    fn every_valid_number_round_trips(first_14 in any_first_14()) {
        let gstin = Gstin::complete(&first_14).expect("the layout fits");
        prop_assert_eq!(gstin.as_str().parse::<Gstin>(), Ok(gstin));
        prop_assert!(gstin.as_str().starts_with(&first_14));
        prop_assert!(GstinForm::Realistic.accepts(gstin.as_str()));
    }

    #[test]
    fn every_change_of_one_character_is_detected(
        first_14 in any_first_14(),
        index in 0_usize..15,
        other in "[0-9A-Z]",
    ) {
        let gstin = Gstin::complete(&first_14).expect("the layout fits");
        let mut changed = gstin.to_string();
        changed.replace_range(index..=index, &other);
        prop_assert_eq!(changed.parse::<Gstin>().is_ok(), changed == gstin.as_str());
    }

    #[test]
    fn every_swap_of_neighbours_is_detected_but_of_0_and_z(
        first_14 in any_first_14(),
        index in 0_usize..14,
    ) {
        let gstin = Gstin::complete(&first_14).expect("the layout fits");
        let mut bytes = gstin.as_str().as_bytes().to_vec();
        bytes.swap(index, index + 1);
        let swapped = String::from_utf8(bytes).expect("still ASCII");
        let pair = &gstin.as_str()[index..index + 2];
        let same = swapped == gstin.as_str() || matches!(pair, "0Z" | "Z0");
        prop_assert!(same || swapped.parse::<Gstin>().is_err());
    }

    #[test]
    fn realistic_accepts_what_parses_and_nothing_else(text in "[0-9A-Za-z]{14,16}") {
        prop_assert_eq!(GstinForm::Realistic.accepts(&text), text.parse::<Gstin>().is_ok());
    }

    #[test]
    fn no_text_at_all_makes_a_reader_panic(text in any::<String>()) {
        let _ = text.parse::<Gstin>();
        let _ = anatomy(&text);
        prop_assert!(!is_arn(&text) || text.len() == 15);
    }
}
