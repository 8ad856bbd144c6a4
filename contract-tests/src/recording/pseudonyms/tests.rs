use std::cell::RefCell;

use gsp_simulator::world::{Ingredients, World};
use proptest::prelude::*;

use super::*;

fn pseudonyms() -> Pseudonyms {
    let world = World::load(&Ingredients::default()).expect("the packs are right");
    let known = Known::of(&world, "finagg").expect("there is one");
    Pseudonyms::new(known, Secret::of([7; 32]))
}

#[test]
fn the_same_original_has_the_same_stand_in_and_another_secret_gives_others() {
    let mut one = pseudonyms();
    let first = one.text(Some(PersonalKind::LegalName), "RAMESH FOODS PRIVATE LIMITED");
    assert!(first.starts_with("SAMPLE ") && first.ends_with("PRIVATE LIMITED"), "{first}");
    assert_eq!(
        one.text(Some(PersonalKind::TradeName), "Ramesh  Foods Private Limited").to_uppercase(),
        first
    );
    let mut other = pseudonyms();
    other.secret = Secret::of([8; 32]);
    assert_ne!(other.text(Some(PersonalKind::LegalName), "RAMESH FOODS PRIVATE LIMITED"), first);
}

#[test]
fn a_pan_is_the_same_by_itself_and_in_a_gstin() {
    let mut all = pseudonyms();
    let gstin = all.text(Some(PersonalKind::Gstin), "27AAPFU0939F1ZV");
    assert_eq!(all.text(Some(PersonalKind::Pan), "AAPFU0939F"), gstin[2..12]);
    assert!(gstin.starts_with("27") && gstin[7..11] == *"0000", "{gstin}");
    let sibling = all.text(Some(PersonalKind::Gstin), "29AAPFU0939F1ZR");
    assert_eq!(sibling[2..12], gstin[2..12], "the same PAN in another state");
}

#[test]
fn what_nobody_knows_is_replaced_and_what_is_known_to_be_harmless_stays() {
    let mut all = pseudonyms();
    for text in
        ["Active", "2026-11-22", "NA", "Maharashtra", "12345", "Y", "No Record Found", "v1.3"]
    {
        assert_eq!(all.text(None, text), text);
    }
    for text in [
        "Ramesh",
        "1984-05-12",
        "9876543210",
        "400069",
        "abc123def",
        "Ramesh paid in cash",
        "ramesh@firm.in",
        "https://firm.in/a",
    ] {
        let new = all.text(None, text);
        assert_ne!(new, text);
        assert_eq!(all.text(None, &new), new, "a stand-in stays");
    }
}

#[test]
fn a_sentence_keeps_the_vendor_s_words_only() {
    let mut all = pseudonyms();
    let new = all.sentence("No records found for GSTIN 27AAPFU0939F1ZV of RAMESH KUMAR");
    assert!(
        new.starts_with("No records found for GSTIN 27") && new.ends_with("of SAMPLE SAMPLE"),
        "{new}"
    );
    assert!(!new.contains("0939"), "{new}");
}

#[test]
fn a_name_that_was_replaced_once_is_replaced_in_other_texts() {
    let mut all = pseudonyms();
    // Each word by itself is one of the vendor's.
    let name = all.text(Some(PersonalKind::TradeName), "RAMESH SERVICE");
    let told = all.text(Some(PersonalKind::Plain), "Ramesh Service is Active");
    assert_eq!(told.to_uppercase(), format!("{name} IS ACTIVE"));
}

#[test]
fn an_address_stays_one_in_its_state() {
    let mut all = pseudonyms();
    let street = all.text(Some(PersonalKind::Street), "Linking Road");
    let line = all.text(
        Some(PersonalKind::Address),
        "12, Linking Road, Bandra, Mumbai, Maharashtra - 400050",
    );
    let parts: Vec<_> = line.split(", ").collect();
    assert_eq!(parts[1], street);
    assert!(parts[4] == "Maharashtra - 400000", "{line}");
    assert_eq!(all.text(Some(PersonalKind::Address), &line), line);
}

#[test]
fn numbers_that_may_lead_to_somebody_are_replaced() {
    let mut all = pseudonyms();
    assert_eq!(all.number(None, false, 42), 42);
    assert_eq!(all.number(None, false, 1_763_699_400), 1_763_699_400, "a moment");
    let phone = all.number(None, false, 9_876_543_210);
    assert_ne!(phone, 9_876_543_210);
    assert_eq!(all.number(None, false, phone), phone);
    assert_eq!(all.number(Some(PersonalKind::Pin), true, 400_069), 400_000);
    assert_eq!(all.number(Some(PersonalKind::Plain), true, 123_456_789), 123_456_789, "an amount");
}

/// Every kind that a pack can name, and none.
fn any_kind() -> impl Strategy<Value = Option<PersonalKind>> {
    use PersonalKind::{
        Address, Arn, BuildingName, BuildingNumber, City, District, DocumentNumber, Email, Floor,
        Gstin, Landmark, Latitude, LegalName, Link, Locality, Longitude, Message, OfficeCode,
        OfficeName, Otp, Pan, PersonName, Phone, Pin, Plain, State, Street, Token, TradeName,
        UserName,
    };
    proptest::option::of(proptest::sample::select(vec![
        Address,
        Arn,
        BuildingName,
        BuildingNumber,
        City,
        District,
        DocumentNumber,
        Email,
        Floor,
        Gstin,
        Landmark,
        Latitude,
        LegalName,
        Link,
        Locality,
        Longitude,
        Message,
        OfficeCode,
        OfficeName,
        Otp,
        Pan,
        PersonName,
        Phone,
        Pin,
        Plain,
        State,
        Street,
        Token,
        TradeName,
        UserName,
    ]))
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,40}",
        "[A-Z]{2,9}( [A-Z]{2,9}){0,4}( PRIVATE LIMITED| LLP|)",
        "[0-9]{2}[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]",
        "[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]",
        "A[A-Z]27[01][0-9]2[0-9]{7}[0-9A-Z]",
        "(\\+91[ -]?)?[6-9][0-9]{4}[ -]?[0-9]{5}",
        "[a-z]{1,8}[.][a-z]{1,8}@[a-z]{2,8}[.](in|com|co[.]in)",
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        "[A-Za-z0-9+/]{20,60}={0,2}",
        "[0-9a-f]{16,64}",
        "https?://[a-z]{1,8}[.]in/[a-z0-9]{0,12}",
        "[0-9]{1,3}, [A-Z][a-z]{2,8} Road, [A-Z][a-z]{2,8}, Maharashtra( -|,) [1-9][0-9]{5}",
        "[0-9]{1,14}",
        "[0-9]{1,2}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}",
    ]
}

thread_local! {
    /// Reading the packs takes longer than any case.
    static BOTH: RefCell<[Pseudonyms; 2]> = RefCell::new([pseudonyms(), {
        let mut other = pseudonyms();
        other.secret = Secret::of([8; 32]);
        other
    }]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_stand_in_is_taken_for_one_whatever_the_secret(kind in any_kind(), text in any_text()) {
        BOTH.with_borrow_mut(|[one, other]| {
            let first = one.text(kind, &text);
            prop_assert_eq!(&one.text(kind, &text), &first, "the same again");
            prop_assert_eq!(&other.text(kind, &first), &first, "{:?} {:?}", kind, text);
            Ok(())
        })?;
    }

    #[test]
    fn numbers_of_somebody_s_are_gone_whatever_the_kind(
        kind in any_kind(),
        before in "[ -~]{0,12}",
        number in "27[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{3}[1-9][A-Z]1Z",
        after in "[ -~]{0,12}",
    ) {
        let gstin = gsp_simulator::model::gstin::Gstin::complete(&number);
        let gstin = gstin.map(|gstin| gstin.to_string()).unwrap_or_default();
        BOTH.with_borrow_mut(|[one, _]| {
            let text = format!("{before}{gstin}{after}");
            let new = one.text(kind, &text);
            prop_assert!(!new.contains(&gstin), "{:?} {:?} {:?}", kind, text, new);
            prop_assert!(!new.contains(&gstin[2..12]), "{:?} {:?} {:?}", kind, text, new);
            Ok(())
        })?;
    }

    #[test]
    fn whole_numbers_stay_once_they_were_replaced(kind in any_kind(), known in any::<bool>(), number in any::<i64>()) {
        BOTH.with_borrow_mut(|[one, other]| {
            let first = one.number(kind, known, number);
            prop_assert_eq!(other.number(kind, known, first), first, "{:?} {}", kind, number);
            Ok(())
        })?;
    }
}
