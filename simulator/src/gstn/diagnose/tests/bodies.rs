//! Bodies of requests and responses, and what proves them.

use super::*;
use crate::gstn::envelope::{Sealed, seal_response};

fn others() -> [(KeyName, Key); 2] {
    [(KeyName::AppKey, key(0)), (KeyName::OldSessionKey, key(0x60))]
}

fn request(data: &str, hmac: &str) -> Result<Vec<u8>, Diagnosis> {
    let (session_key, others) = (key(0x20), others());
    let known = Known { name: KeyName::SessionKey, key: session_key, others: &others };
    read::request(&known, data, Some(hmac))
}

fn told(data: &str, hmac: &str) -> String {
    let diagnosis = request(data, hmac).expect_err("this is no right request");
    let light = diagnosis.opened.as_deref().map(str::as_bytes);
    let nothing = matches!(diagnosis.fault, Fault::AesUnknown(_) | Fault::NotBase64Inside);
    assert_eq!(light, (!nothing).then_some(JSON), "{diagnosis}");
    diagnosis.to_string()
}

/// What is told of an HMAC with a body that is right.
fn told_of_hmac(hmac: &str) -> String {
    told(&seal_request(&key(0x20), JSON).data, hmac)
}

fn hmac(under: &[u8], message: &[u8]) -> String {
    base64(&hmac_sha256(under, message))
}

fn inner() -> String {
    base64(JSON)
}

#[test]
fn a_request_opens() {
    let sealed = seal_request(&key(0x20), JSON);

    assert_eq!(request(&sealed.data, &sealed.hmac), Ok(JSON.to_vec()));
}

#[test]
fn an_hmac_over_something_else_is_told() {
    let sealed = encrypt_ecb(&key(0x20), inner().as_bytes());
    let under = &key(0x20).0;

    assert_eq!(
        told_of_hmac(&hmac(under, JSON)),
        "`hmac` is over the JSON; GSTN's is over its Base64"
    );
    assert_eq!(
        told_of_hmac(&hmac(under, &sealed)),
        "`hmac` is over the encrypted bytes; GSTN's is over the JSON's Base64"
    );
    assert!(told_of_hmac(&hmac(under, base64(&sealed).as_bytes())).contains("over `data`;"));
}

#[test]
fn an_hmac_under_another_key_is_told() {
    let told = |under: &[u8]| told_of_hmac(&hmac(under, inner().as_bytes()));

    assert_eq!(told(&key(0).0), "`hmac` is keyed with the app key; GSTN's is with the session key");
    assert_eq!(
        told(key(0x20).to_base64().as_bytes()),
        "`hmac` is keyed with the Base64 of the session key; GSTN's is with its 32 bytes"
    );
    assert!(told(to_hex(&key(0x20).0).as_bytes()).contains("the hex of the session key"));
    assert!(told(&key(0x60).0).contains("the session key of before the refresh"));
    assert_eq!(
        told(&[9; 32]),
        "`hmac` does not fit: it is not HMAC-SHA256 of the JSON's Base64 under the session key"
    );
}

#[test]
fn an_hmac_made_or_written_otherwise_is_told() {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut mac = Hmac::<Sha1>::new_from_slice(&key(0x20).0).expect("any length will do");
    mac.update(inner().as_bytes());
    let bytes = hmac_sha256(&key(0x20).0, inner().as_bytes());

    assert_eq!(
        told_of_hmac(&base64(&mac.finalize().into_bytes())),
        "`hmac` is made with SHA-1; GSTN's is with SHA-256"
    );
    assert_eq!(
        told_of_hmac(&base64(&crate::gstn::primitives::sha256(inner().as_bytes()))),
        "`hmac` is a hash without a key; GSTN's is keyed with the session key"
    );
    assert_eq!(told_of_hmac(&to_hex(&bytes)), "`hmac` is written in hex; GSTN's is in Base64");
    assert!(told_of_hmac(&base64(to_hex(&bytes).as_bytes())).contains("the Base64 of its hex;"));
    assert_eq!(told_of_hmac(""), "`hmac` is missing or empty");
    assert_eq!(told_of_hmac("?"), "`hmac` is no Base64: its character 1 is `?`");
}

#[test]
fn several_faults_of_an_hmac_are_told_at_once() {
    let hex = to_hex(&hmac_sha256(&key(0).0, JSON));

    assert_eq!(
        told_of_hmac(&hex),
        "`hmac` is over the JSON, keyed with the app key, written in hex; GSTN's is over its \
         Base64, with the session key, in Base64"
    );
}

#[test]
fn json_under_aes_is_told() {
    let data = base64(&encrypt_ecb(&key(0x20), JSON));

    assert_eq!(
        told(&data, &hmac(&key(0x20).0, JSON)),
        "`data` has the JSON itself under AES; GSTN puts its Base64 there"
    );
    // One byte of padding, and letters that are not ASCII.
    let mut hindi = r#"{"trdnm":"श्री गणेश"}"#.as_bytes().to_vec();
    hindi.resize(47, b' ');
    let told = request(&base64(&encrypt_ecb(&key(0x20), &hindi)), "").map_err(|told| told.fault);
    assert_eq!(told, Err(Fault::JsonUnderAes));
}

#[test]
fn a_body_that_is_not_encrypted_is_told() {
    assert!(told(&inner(), "").contains("is Base64 of the plain value"));
    let plain = str::from_utf8(JSON).expect("JSON is text");
    assert!(told(plain, "").contains("was sent plain"));
    let sealed = seal_request(&key(0x20), JSON);
    assert!(told(&base64(sealed.data.as_bytes()), &sealed.hmac).contains("Base64 of Base64"));
}

#[test]
fn a_body_in_another_mode_is_told() {
    for (data, words) in [
        (
            "3pLQdfp1IT9GsXUsidUbntOVvBKmNcKAEj7HgEdI32cByWefLR+KEDmJyChPM/BKlrQey2SLwRdh5LvNCgNUCD\
             6JJy1PcLA/qRE5NvQSMz4=",
            "AES-CBC and an IV of zeros",
        ),
        (
            "8PHy8/T19vf4+fr7/P3+/0h08HMjNxnWCu7VYWGl8wIvIufRZGz/DdpUX4tt3cqYzL5C1NCR4g7rPebCkZR0tf\
             O8avAMbTxJD30LMfhdKq6eTZrPICNfFAG4PUQ5gJAS",
            "AES-CBC, its IV in front",
        ),
        (
            "8PHy8/T19vf4+fr7ijGJphhuT4PE+ghc96G/QF0d0ITbyLqEFi2Io5smaB6OibsPnLX4M7QHJonkeAy6ZNb1hF\
             WE9EDXYCDBMpbALDdAWb2FLoyONs12ImNwL6dXvBNm",
            "AES-GCM",
        ),
    ] {
        let sentence = told(data, "");
        assert!(sentence.contains(&format!("is encrypted with {words}; ")), "{sentence}");
    }
}

#[test]
fn a_body_under_another_key_is_told() {
    let under = |other: Key| seal_request(&other, JSON);
    let stale = under(key(0x60));

    assert!(told(&stale.data, &stale.hmac).starts_with(
        "`data` is encrypted with the session key of before the refresh; it must be the \
             session key"
    ));
    let unknown = under(key(0x99));
    assert!(told(&unknown.data, &unknown.hmac).contains("does not open with the session key"));
    let other = base64(&encrypt_ecb(&key(0x20), b"\x00\xffno text"));
    assert!(told(&other, "").contains("neither Base64 nor JSON"));
}

fn response(sealed: &Sealed) -> Result<Vec<u8>, Diagnosis> {
    let (session_key, others) = (key(0x20), others());
    let known = Known { name: KeyName::SessionKey, key: session_key, others: &others };
    read::response(&known, sealed)
}

#[test]
fn a_response_is_told_from_its_rek_on() {
    let right = seal_response(&key(0x40), &key(0x20), JSON);
    assert_eq!(response(&right), Ok(JSON.to_vec()));

    let wrong = seal_response(&key(0x40), &key(0), JSON);
    let told = response(&wrong).expect_err("its rek is under the app key").to_string();
    assert_eq!(told, "`rek` is encrypted with the app key; it must be the session key");

    let (data, hmac) = (seal_request(&key(0x20), JSON).data, right.hmac.clone());
    let told = response(&Sealed { data, hmac, ..right.clone() });
    let told = told.expect_err("its data is under the session key").to_string();
    assert_eq!(told, "`data` is encrypted with the session key; it must be the response key");

    let hmac = base64(&hmac_sha256(&key(0x20).0, inner().as_bytes()));
    let told = response(&Sealed { hmac, ..right.clone() });
    let told = told.expect_err("its HMAC is under the session key").to_string();
    assert_eq!(told, "`hmac` is keyed with the session key; GSTN's is with the response key");
}

#[test]
fn a_public_response_needs_no_key() {
    let public = Sealed { data: inner(), ..Sealed::default() };
    assert_eq!(response(&public), Ok(JSON.to_vec()));

    let broken = response(&Sealed { data: "?".into(), ..Sealed::default() });
    assert!(broken.is_err_and(|told| told.to_string().starts_with("`data` is no Base64")));
}

#[test]
fn a_files_text_may_stand_in_quotes() {
    let sealed = crate::gstn::envelope::seal_file(&key(0x60), JSON);
    let known = Known::alone(KeyName::FileKey, key(0x60));
    let quoted = format!("\"{sealed}\"\n");

    assert_eq!(read::file(&known, &sealed), Ok(JSON.to_vec()));
    assert_eq!(read::file(&known, &quoted), Ok(JSON.to_vec()));
    let other = read::file(&Known::alone(KeyName::FileKey, key(1)), &quoted);
    assert!(other.is_err_and(|told| told.fault == Fault::AesUnknown(KeyName::FileKey)));
}
