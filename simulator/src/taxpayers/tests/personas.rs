//! The hand-written ones, and what is refused in a file.

use super::*;
use crate::model::{
    period::FinancialYear,
    taxpayer::{Place, Taxpayer},
};

fn persona(gstin: &str) -> Taxpayer {
    register(Unknown::NotFound).look_up(gstin, TODAY).expect("a persona").into_owned()
}

/// The persona's places must be in the state, and its facts agree, unless a vendor says otherwise.
#[test]
fn every_persona_is_sound() {
    let register = register(Unknown::NotFound);
    let mut numbers = HashSet::new();
    for persona in register.personas() {
        let gstin = persona.gstin.as_str();
        assert!(numbers.insert(gstin), "{gstin} twice");
        assert!(!persona.about.is_empty() && !persona.tags.is_empty(), "{gstin}");
        let found = register.look_up(gstin, TODAY);
        assert_eq!(found.is_none(), persona.absent, "{gstin}");
        let Some(taxpayer) = found.filter(|_| !persona.documented_example) else { continue };
        let place = &taxpayer.principal_place;
        assert_eq!(place.state, taxpayer.state_name, "{gstin}");
        let places = [place].into_iter().chain(&taxpayer.additional_places);
        for Place { district, pin, natures, .. } in places {
            let region = nation().region(&taxpayer.state_code).expect("a state");
            assert!(pin.is_empty() || region.has_pin(pin), "{gstin}: {pin}");
            assert!(natures.iter().all(|nature| taxpayer.natures.contains(nature)), "{gstin}");
            assert!(
                region.spots.is_empty()
                    || region.spots.iter().any(|spot| nation().place(*spot).0.name == *district),
                "{gstin}: {district}"
            );
        }
        if let Some(last) = register.last_filing(&taxpayer, TODAY) {
            let stopped = taxpayer.status != "Active";
            assert_eq!(last.filed_on < date(2026, 1, 1), stopped, "{gstin}: {last:?}");
        }
        let letter = taxpayer.pan.as_bytes().get(3);
        let holder = match taxpayer.constitution.as_ref() {
            "Proprietorship" => b'P',
            "Hindu Undivided Family" => b'H',
            "Partnership" | "Limited Liability Partnership" => b'F',
            constitution if constitution.ends_with("Limited Company") => b'C',
            _ => continue,
        };
        assert_eq!(letter, Some(&holder), "{gstin}");
    }
    assert_eq!(numbers.len(), 33);
    assert_eq!(
        register.persona("cancelled").map(|one| one.gstin.as_str()),
        Some("09AAACV0000X1Z0")
    );
}

#[test]
fn the_taxpayer_of_the_samples_has_the_samples_values() {
    let one = persona("27AAACS0000A1ZG");
    assert_eq!(one.legal_name, "SAMPLE SAHYADRI FOODS PRIVATE LIMITED");
    assert_eq!(one.trade_name, "SAHYADRI SNACKS");
    assert_eq!(one.pan, "AAACS0000A");
    assert_eq!(one.state_jurisdiction.name, "ANDHERI EAST_601");
    assert_eq!(one.state_jurisdiction.code, "MH0601");
    assert_eq!(one.central_jurisdiction.name, "RANGE-IV");
    assert_eq!(one.central_jurisdiction.code, "VX0204");
    assert_eq!(one.members, ["SAMPLE DIRECTOR ONE", "SAMPLE DIRECTOR TWO"]);
    assert_eq!(
        one.natures,
        ["Factory / Manufacturing", "Supplier of Services", "Warehouse / Depot"]
    );
    assert_eq!((one.registered_on, one.updated_on), (date(2017, 7, 1), date(2024, 12, 19)));
    assert_eq!(one.principal_place.pin, "400069");
    assert_eq!(one.additional_places.len(), 1);
    assert_eq!(one.additional_places[0].pin, "421302");
    assert!(one.einvoice && one.principal_place.latitude.is_empty());

    let register = register(Unknown::Somebody);
    let last = register.last_filing(&one, TODAY).expect("files every month");
    assert_eq!((last.return_type.as_ref(), last.filed_on), ("GSTR3B", date(2026, 11, 20)));
    let april: Vec<_> = register
        .filings_of_year(&one, FinancialYear::starting_in(2025), TODAY)
        .into_iter()
        .filter(|filing| (filing.period_month, filing.period_year) == (4, 2025))
        .map(|filing| (filing.return_type, filing.filed_on, filing.arn))
        .collect();
    assert_eq!(
        april,
        [
            ("GSTR3B".into(), date(2025, 5, 20), "AA2704250000014".into()),
            ("GSTR1".into(), date(2025, 5, 11), "AA2704250000022".into()),
        ]
    );
}

#[test]
fn documented_examples_answer_with_their_values() {
    let hotel = persona("27AAPFU0939F1ZV");
    assert_eq!(
        (hotel.legal_name.as_ref(), hotel.trade_name.as_ref()),
        ("SUNRISE HOSPITALITY PVT LTD", "Hotel Sunrise")
    );
    let last = register(Unknown::Somebody).last_filing(&hotel, TODAY).expect("one filing");
    assert_eq!((last.return_type.as_ref(), last.filed_on), ("GSTR3B", date(2026, 1, 10)));

    let masked = persona("36AAJCPXXXXA1ZQ");
    assert_eq!(masked.pan, "AHBHJ5367H");
    assert_eq!(masked.principal_place, Place::default());
    assert!(masked.natures.is_empty() && masked.additional_places.is_empty());
    assert_eq!(masked.state_jurisdiction.code, "UP1587");
    assert_eq!(register(Unknown::Somebody).filings(&masked, TODAY), []);
}

#[test]
fn a_persona_s_pan_has_the_personas_only() {
    let register = register(Unknown::Somebody);
    let numbers = |pan: &str| -> Vec<String> {
        register.of_pan(pan, TODAY).into_iter().map(|one| one.gstin.into_owned()).collect()
    };
    assert_eq!(numbers("AAACS0000A"), ["27AAACS0000A1ZG", "27AAACS0000A2ZF"]);
    assert_eq!(numbers("AAPFU0939F"), ["27AAPFU0939F1ZV"], "a documented example");
    assert!(!numbers("AHBHJ5367H").contains(&"36AAJCPXXXXA1ZQ".to_owned()), "masked");
    assert_eq!(numbers("AAAFG0000W"), Vec::<String>::new(), "its one holder is absent");

    let sibling = Gstin::complete("33AAACS0000A1Z").expect("the layout fits");
    let sibling = register.look_up(sibling.as_str(), TODAY).expect("somebody");
    assert_eq!(sibling.legal_name, "SAMPLE SAHYADRI FOODS PRIVATE LIMITED");
}

#[test]
fn a_file_that_leaves_facts_out_gets_the_crowd_s() {
    let text = r#"{"gstin": "27AAACX0000A1ZC", "legal_name": "XENIA SAMPLE LIMITED"}"#;
    let gstin = Gstin::complete("27AAACX0000A1Z").expect("the layout fits").to_string();
    let own = read_persona("own.json", &text.replace("27AAACX0000A1ZC", &gstin)).expect("sound");
    let with = Register::new(1, vec![own], Unknown::Somebody);
    let without = Register::new(1, Vec::new(), Unknown::Somebody);
    let (own, crowd) = (with.look_up(&gstin, TODAY), without.look_up(&gstin, TODAY));
    let (own, crowd) = (own.expect("persona"), crowd.expect("somebody"));
    assert_eq!(own.legal_name, "XENIA SAMPLE LIMITED");
    assert_eq!(own.principal_place, crowd.principal_place);
    assert_eq!(own.constitution, crowd.constitution);
}

#[test]
fn the_later_of_two_files_for_one_number_stays() {
    let with_own = |text: &str| {
        let mut personas = shipped_personas();
        personas.push(read_persona("own.json", text).expect("sound"));
        Register::new(1, personas, Unknown::Somebody)
    };
    let register = with_own(r#"{"gstin": "27AAACS0000A1ZG", "legal_name": "SOMEBODY ELSE"}"#);
    let one = register.look_up("27AAACS0000A1ZG", TODAY).expect("a persona");
    assert_eq!(one.legal_name, "SOMEBODY ELSE");
    assert_eq!(register.personas().count(), 33);

    let register = with_own(r#"{"gstin": "30AAAFG0000W1ZQ", "absent": false}"#);
    assert!(register.look_up("30AAAFG0000W1ZQ", TODAY).is_some());
    assert_eq!(register.of_pan("AAAFG0000W", TODAY).len(), 1);
}

#[test]
fn a_persona_is_under_the_offices_of_its_district() {
    let (one, other) = (persona("24AAAHG0000H1ZA"), persona("24AAAPR0000V1ZP"));
    assert_eq!(one.principal_place.district, other.principal_place.district);
    assert_eq!(one.state_jurisdiction, other.state_jurisdiction);
    assert_eq!(one.central_jurisdiction, other.central_jurisdiction);
    assert!(one.state_jurisdiction.name.contains("AHMEDABAD"));
}

#[test]
fn a_file_that_cannot_be_true_is_refused_with_its_name_and_place() {
    let refusal = |text: &str| {
        let error = read_persona("own.json", text).expect_err("refused");
        let source = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error}: {}", source.unwrap_or_default())
    };
    let head = r#""gstin": "27AAACS0000A1ZG""#;
    for (text, expected) in [
        (
            "{".to_owned(),
            "failed to parse `own.json`: EOF while parsing an object at line 1 column 1",
        ),
        (format!("{{{head}, \"stats\": \"Active\"}}"), "unknown field `stats`"),
        (
            r#"{"gstin": "27AAACS0000A1ZH"}"#.to_owned(),
            "`own.json`: `27AAACS0000A1ZH` is not a GSTIN: the check character is `H`, the right one is `G`",
        ),
        (
            format!(r#"{{{head}, "registered_on": "2020-01-02", "updated_on": "2020-01-01"}}"#),
            "`own.json`: `updated_on` is before `registered_on`",
        ),
        (
            format!(r#"{{{head}, "status": "Cancelled"}}"#),
            "the status `Cancelled` does not go with `cancelled_on`",
        ),
        (
            format!(r#"{{{head}, "principal_place": {{"pin": "560001"}}}}"#),
            "PIN `560001` is not in state 27",
        ),
        (
            format!(
                r#"{{{head}, "filings": [{{"return_type": "GSTR1", "period": "132025", "filed_on": "2025-05-11"}}]}}"#
            ),
            "the period `132025` of a filing",
        ),
    ] {
        let told = refusal(&text);
        assert!(told.contains(expected), "{told}");
    }
}
