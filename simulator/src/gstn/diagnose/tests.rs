//! Each thing that clients do wrong is told as what it is. Ciphertexts were made with another
//! library where ours makes none of the kind.

use rsa::{BoxedUint, Oaep, RsaPublicKey, hazmat::rsa_encrypt, pkcs8::DecodePublicKey as _};
use sha1::Sha1;
use sha2::Sha256;

use super::*;
use crate::{
    gstn::{
        envelope::{seal_otp, seal_request, wrap_key},
        key::to_hex,
        keys::KeyRing,
        primitives::{base64, encrypt_ecb, hmac_sha256},
        read::{self, RefreshKey},
    },
    model::dice::Dice,
};

mod bodies;
mod properties;
mod values;

const JSON: &[u8] = br#"{"gstin":"29ZZZCF0001Q1ZY","ret_period":"042025"}"#;

/// Consecutive bytes from `first`: 0 is the app key, 0x20 the session key, 0x80 the next app key.
fn key(first: u8) -> Key {
    let mut next = first;
    Key([(); 32].map(|()| {
        let byte = next;
        next = next.wrapping_add(1);
        byte
    }))
}

fn ring() -> KeyRing {
    KeyRing::built_in()
}

fn dice() -> Dice {
    Dice::new(1, 1, b"diagnose")
}

fn by_rsa(pair: usize, plain: &[u8]) -> String {
    let sealed = ring().pair(pair).certificate.encrypt(plain, &mut dice());
    base64(&sealed.expect("the plain text is short"))
}

fn public_key() -> RsaPublicKey {
    RsaPublicKey::from_public_key_pem(&ring().pair(0).certificate.public_key_pem())
        .expect("it was written as it was read")
}

fn app_key_fault(text: &str) -> Diagnosis {
    read::app_key(&ring(), 0, text).expect_err("this is no app key")
}

#[test]
fn an_app_key_opens() {
    assert_eq!(read::app_key(&ring(), 0, &by_rsa(0, &key(0).0)), Ok(key(0)));
}

#[test]
fn an_app_key_of_32_characters_opens_too() {
    let text = "0123456789abcdef0123456789ABCDEF";

    let opened = read::app_key(&ring(), 0, &by_rsa(0, text.as_bytes()));

    assert_eq!(opened, Ok(Key::of(text.as_bytes()).expect("32 bytes")));
}

#[test]
fn line_breaks_in_an_app_key_do_not_count() {
    let mut text = by_rsa(0, &key(0).0);
    text.insert(60, '\n');
    text.push('\n');

    assert_eq!(read::app_key(&ring(), 0, &text), Ok(key(0)));
}

#[test]
fn oaep_is_told_with_its_hash() {
    let sealed = |sealed: rsa::Result<Vec<u8>>| base64(&sealed.expect("the key fits"));
    let (public, plain) = (public_key(), key(0).0);
    let mut dice = dice();
    let rng = dice.generator();
    let by_sha1 = sealed(public.encrypt(rng, Oaep::<Sha1>::new(), &plain));
    let by_sha256 = sealed(public.encrypt(rng, Oaep::<Sha256>::new(), &plain));
    let mixed = sealed(public.encrypt(rng, Oaep::<Sha256, Sha1>::new_with_mgf_hash(), &plain));

    assert_eq!(
        app_key_fault(&by_sha1).to_string(),
        "`app_key` was padded with OAEP (SHA-1); GSTN's padding is PKCS#1 v1.5"
    );
    assert!(app_key_fault(&by_sha256).to_string().contains("OAEP (SHA-256);"));
    assert!(app_key_fault(&mixed).to_string().contains("OAEP (SHA-256 with MGF1 by SHA-1);"));
    assert!(app_key_fault(&mixed).hint().contains("RSA/ECB/PKCS1Padding"));
}

#[test]
fn rsa_without_padding_is_told() {
    let number = BoxedUint::from_be_slice(&key(1).0, 2_048).expect("a key is short");
    let sealed = rsa_encrypt(&public_key(), &number).expect("it is less than the modulus");

    let fault = app_key_fault(&base64(&sealed.to_be_bytes())).fault;

    assert_eq!(fault, Fault::RsaUnpadded);
}

#[test]
fn another_certificate_is_told_by_its_subject() {
    let after = |rotations, text: &str| read::app_key(&ring(), rotations, text);
    let (first, second) = (by_rsa(0, &key(0).0), by_rsa(1, &key(0).0));

    let stale = after(1, &first).expect_err("the second pair serves").to_string();
    let early = after(0, &second).expect_err("the first pair serves").to_string();

    assert_eq!(
        stale,
        "`app_key` is encrypted under the certificate of before the rotation (`C=IN, O=gspsim, \
         CN=gspsim development key 1, not GSTN`); fetch the present one"
    );
    assert!(early.contains("under another certificate of this simulator"), "{early}");
    assert_eq!(after(2, &first), Ok(key(0)), "the first pair serves again");
}

#[test]
fn a_certificate_that_nobody_knows_is_told() {
    assert_eq!(app_key_fault(&base64(&[7; 256])).fault, Fault::RsaUnknown);
    assert!(app_key_fault(&base64(&[7; 256])).hint().contains("gspsim gstn certificate"));
}

#[test]
fn what_is_no_rsa_output_is_told_by_what_it_is_like() {
    let told = |text: &str| app_key_fault(text).to_string();
    let end = "; RSA under the certificate gives 256";

    let plain = format!("`app_key` is 32 bytes, the key itself, unencrypted{end}");
    assert_eq!(told(&key(0).to_base64()), plain);
    let by_aes = format!("`app_key` is 48 bytes, as a key under AES has{end}");
    assert_eq!(told(&wrap_key(&key(0), &key(0x20))), by_aes);
    let longer = format!("`app_key` is 512 bytes, as RSA under a key of 4096 bits gives{end}");
    assert_eq!(told(&base64(&[1; 512])), longer);
    assert!(told("").ends_with("is missing or empty"));
    assert!(told(&base64(by_rsa(0, &key(0).0).as_bytes())).contains("Base64 of Base64"));
}

#[test]
fn what_is_no_key_is_told_by_what_it_is_like() {
    let told = |plain: &[u8]| app_key_fault(&by_rsa(0, plain)).to_string();

    assert_eq!(
        told(key(0).to_base64().as_bytes()),
        "`app_key` opens to 44 bytes, the Base64 of a key: encrypt the bytes, not their Base64; \
         a key is 32 bytes"
    );
    assert!(told(to_hex(&key(0).0).as_bytes()).contains("64 bytes, the hex of a key"));
    assert!(told(&key(0).0[..16]).contains("16 bytes, a key of AES-128: GSTN's is AES-256"));
    assert!(told(&[0; 24]).contains("AES-192"));
    assert!(told(b"5f0c9b8e-8e8e-4c1e-9d55-0123456789ab").contains("a UUID with its hyphens"));
    let quoted = format!("\"{}\"", key(0).to_base64());
    assert!(told(quoted.as_bytes()).contains("a key in quotes"));
    assert_eq!(told(&[200; 40]), "`app_key` opens to 40 bytes; a key is 32 bytes");
}

#[test]
fn the_outermost_layer_is_told_with_the_place() {
    let right = by_rsa(0, &key(0).0);
    let told = |text: &str| app_key_fault(text).fault;

    assert_eq!(told(&right.replace('+', "-").replace('/', "_")), Fault::UrlBase64);
    assert_eq!(told(&right.replace('+', " ")), Fault::Spaces);
    let percent = right.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    assert_eq!(told(&percent), Fault::PercentEncoded);
    let bytes = crate::gstn::primitives::from_base64(right.as_bytes()).expect("it is Base64");
    assert_eq!(told(&to_hex(&bytes)), Fault::Hex);
    let quoted = format!("\"{right}\"");
    assert_eq!(told(&quoted), Fault::NotBase64 { character: '"', place: 1 });
    assert_eq!(told("AAAA=AAA"), Fault::NotBase64 { character: '=', place: 5 });
    assert_eq!(told("AAAAA"), Fault::CutOff(5));
}

#[test]
fn every_sentence_names_the_thing_and_ends_without_a_full_stop() {
    for text in ["", "AAAAA", "AAAA", "-_-_", &base64(&[7; 256])] {
        let told = app_key_fault(text).to_string();
        assert!(told.starts_with("`app_key` ") && !told.ends_with('.'), "{told}");
    }
}
