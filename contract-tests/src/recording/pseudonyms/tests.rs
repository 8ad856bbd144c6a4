use gsp_simulator::world::{Ingredients, World};

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
