//! Pairs are read, or it is said why not; what is encrypted for a pair opens with it alone.

use super::*;
use crate::{gstn::key::Key, model::dice::Dice};

const FIRST: &str = include_str!("../../../../fixtures/gstn/1.pem");
const SECOND: &str = include_str!("../../../../fixtures/gstn/2.pem");

fn dice() -> Dice {
    Dice::new(1, 1, b"keys")
}

/// The block of a file that begins with this label.
fn block<'text>(text: &'text str, label: &str) -> &'text str {
    let from = text.find(&format!("-----BEGIN {label}")).expect("the file has such a block");
    let end = format!("-----END {label}-----\n");
    let to = text[from..].find(&end).expect("the block has an end") + from + end.len();
    &text[from..to]
}

fn refusal(text: &str) -> KeyFileError {
    Pair::read(text).expect_err("this is no pair")
}

#[test]
fn the_built_in_pairs_say_that_they_are_not_the_networks() {
    let ring = KeyRing::built_in();

    assert_eq!(ring.len(), 2);
    let first = &ring.pair(0).certificate;
    assert_eq!(first.subject, "C=IN, O=gspsim, CN=gspsim development key 1, not GSTN");
    assert_eq!(first.bits(), 2_048);
    assert_eq!(first.not_before_s, 1_577_836_800, "2020-01-01");
    assert_eq!(first.not_after_s, 2_524_607_999, "the end of 2049");
    assert!(ring.pairs().all(|pair| !pair.own && pair.certificate.subject.contains("not GSTN")));
}

#[test]
fn a_certificate_is_written_as_it_was_read() {
    let first = &KeyRing::built_in().pair(0).certificate.clone();

    assert_eq!(first.pem(), block(FIRST, "CERTIFICATE"));
    // As `openssl x509 -fingerprint -sha256` has it.
    assert_eq!(
        first.fingerprint(),
        "17:01:D4:AF:09:E3:BE:56:A6:E6:AD:11:87:C2:75:52:8D:70:F3:FD:B2:AE:70:E9:66:4C:3A:65:13:79:3D:EA"
    );
    assert!(first.public_key_pem().starts_with("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0B"));
}

#[test]
fn after_the_last_pair_comes_the_first_again() {
    let ring = KeyRing::built_in();

    assert_ne!(ring.pair(0).certificate.pem(), ring.pair(1).certificate.pem());
    assert_eq!(ring.pair(0).certificate.pem(), ring.pair(2).certificate.pem());
}

#[test]
fn what_is_encrypted_for_a_pair_opens_with_it_alone() {
    let ring = KeyRing::built_in();
    let key = Key([5; 32]);
    let sealed = ring.pair(1).certificate.encrypt(&key.0, &mut dice()).expect("32 bytes are few");

    assert_eq!(sealed.len(), 256);
    assert_eq!(ring.decrypt(1, &sealed), Some(key.0.to_vec()));
    assert_eq!(ring.decrypt(0, &sealed), None);
    let raw = ring.pair(1).decrypt_raw(&sealed).expect("it is as long as the key");
    assert_eq!((raw.len(), &raw[..2], &raw[224..]), (256, &[0, 2][..], &key.0[..]));
}

#[test]
fn padding_is_random_and_the_dice_fix_it() {
    let certificate = &KeyRing::built_in().pair(0).certificate.clone();
    let mut dice = dice();
    let mut next = || certificate.encrypt(&[5; 32], &mut dice);
    let first = next();

    assert_ne!(first, next());
    assert_eq!(first, certificate.encrypt(&[5; 32], &mut self::dice()));
}

#[test]
fn a_users_own_pair_goes_first() {
    let ring = KeyRing::with_own(SECOND).expect("the file holds a pair");

    assert_eq!(ring.len(), 3);
    assert!(ring.pair(0).own && ring.pair(0).certificate.subject.contains("key 2"));
    assert!(ring.pair(1).certificate.subject.contains("key 1"), "a rotation brings this one");
}

#[test]
fn key_and_certificate_may_stand_in_any_order_with_any_words_around() {
    let (key, certificate) = (block(FIRST, "PRIVATE KEY"), block(FIRST, "CERTIFICATE"));
    let other = block(SECOND, "CERTIFICATE");

    assert!(Pair::read(&format!("Bag Attributes\n{certificate}more: words\n{key}")).is_ok());
    assert!(Pair::read(&format!("{key}{other}{certificate}")).is_ok(), "a chain, in any order");
    assert!(Pair::read(&FIRST.replace('\n', "\r\n")).is_ok());
}

#[test]
fn what_is_no_pair_says_what_is_missing() {
    let (key, certificate) = (block(FIRST, "PRIVATE KEY"), block(FIRST, "CERTIFICATE"));
    let other = block(SECOND, "CERTIFICATE");
    let with_label = |label: &str| format!("{}{certificate}", key.replace("PRIVATE KEY", label));

    assert_eq!(refusal("hello"), KeyFileError::NotPem);
    assert_eq!(refusal(certificate), KeyFileError::NoPrivateKey);
    assert_eq!(refusal(key), KeyFileError::NoCertificate);
    assert_eq!(refusal(&format!("{key}{other}")), KeyFileError::Strangers);
    assert_eq!(refusal(&with_label("ENCRYPTED PRIVATE KEY")), KeyFileError::Encrypted);
    assert_eq!(refusal(&with_label("EC PRIVATE KEY")), KeyFileError::NotRsa);
    assert_eq!(refusal(&FIRST.replacen("\nMII", "\nMIJ", 1)), KeyFileError::PrivateKey);
    let damaged = certificate.replacen("\nMII", "\nMIJ", 1);
    assert_eq!(refusal(&format!("{key}{damaged}")), KeyFileError::Certificate);
}

#[test]
fn hints_name_the_file() {
    assert_eq!(
        KeyFileError::NoCertificate.hint("k.pem"),
        "`openssl req -x509 -key k.pem -subj /CN=mine -days 3650 >> k.pem` makes one and adds it"
    );
    assert!(KeyFileError::Encrypted.hint("k.pem").contains("openssl pkey -in k.pem"));
    assert!(KeyFileError::NoPrivateKey.hint("k.pem").contains("-newkey rsa:2048"));
}
