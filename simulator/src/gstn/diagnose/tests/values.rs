//! One-time passwords, and keys under keys.

use super::*;

const OTP: &str = "575757";

fn otp_fault(text: &str) -> Diagnosis {
    let others = [(KeyName::SessionKey, key(0x20))];
    let app_key = key(0);
    let known = Known { name: KeyName::AppKey, key: app_key, others: &others };
    read::otp(&known, text).expect_err("this is no OTP")
}

/// What is told of a text under the app key, with what came to light, if anything did.
fn told(text: &str) -> (Fault, String) {
    let diagnosis = otp_fault(text);
    (diagnosis.fault, diagnosis.opened.unwrap_or_default())
}

#[test]
fn an_otp_opens() {
    let known = Known::alone(KeyName::AppKey, key(0));

    assert_eq!(read::otp(&known, "lBQwV4dMNxt5BBTu2msZ+w=="), Ok(OTP.to_owned()));
    assert_eq!(read::otp(&known, "lBQwV4dMNxt5BBTu2msZ+w"), Ok(OTP.to_owned()));
}

#[test]
fn a_plain_otp_is_told() {
    assert_eq!(told("575757"), (Fault::Plain, OTP.to_owned()));
    assert_eq!(told(&base64(b"575757")), (Fault::PlainBase64, OTP.to_owned()));
    assert_eq!(
        otp_fault("575757").to_string(),
        "`otp` was sent plain; it must be encrypted, then Base64"
    );
    assert_eq!(
        otp_fault("575757").hint(),
        "`otp` = Base64(AES-256-ECB(app key, the OTP's digits))"
    );
}

#[test]
fn other_modes_are_told() {
    for (text, mode) in [
        ("8PHy8/T19vf4+fr7/P3+/+oc9Q/jfHG/XkfyZSRREYg=", Mode::CbcInFront),
        ("Rfsq0/X4ABXTjbKpKopiNQ==", Mode::CbcKey),
        ("8PHy8/T19vf4+fr7XDF2N0kNtyWhwkmmI98n0AcK2ST3xA==", Mode::Gcm),
    ] {
        assert_eq!(told(text), (Fault::Mode(mode), OTP.to_owned()), "{text}");
    }
    let mut zeros = *b"575757\0\0\0\0\0\0\0\0\0\0";
    crate::gstn::primitives::encrypt_blocks(&crate::gstn::primitives::cipher(&key(0)), &mut zeros);
    assert_eq!(told(&base64(&zeros)), (Fault::Mode(Mode::EcbZeros), OTP.to_owned()));
    assert_eq!(
        Diagnosis::new(Thing::Otp, Fault::Mode(Mode::Gcm)).to_string(),
        "`otp` is encrypted with AES-GCM; GSTN's is AES-256-ECB with PKCS#7 padding"
    );
}

#[test]
fn a_misread_key_is_told() {
    for (text, reading, words) in [
        ("klliWgdjYWsV732GdcOZGg==", Reading::Half, "AES-128 under the first 16 bytes"),
        ("kRXQ23OZH8t3H1hdFDfiwg==", Reading::Base64Text, "32 characters of the Base64"),
        ("73LlvvaH9RJeAnjGXGPHpA==", Reading::HexText, "32 characters of the hex"),
    ] {
        assert_eq!(told(text), (Fault::Reading { reading, key: KeyName::AppKey }, OTP.to_owned()));
        let sentence = otp_fault(text).to_string();
        let wanted = format!("`otp` is encrypted with {words}");
        let wanted = wanted.replace("with 32", "with the first 32")
            + " of the app key; the key is its 32 bytes";
        assert_eq!(sentence, wanted);
    }
}

#[test]
fn another_key_is_told_by_its_name() {
    let sentence = otp_fault(&seal_otp(&key(0x20), "575757")).to_string();
    assert_eq!(sentence, "`otp` is encrypted with the session key; it must be the app key");
    assert_eq!(told(&seal_otp(&key(0x20), "575757")).1, OTP.to_owned());
    assert_eq!(
        told(&seal_otp(&key(0x60), "575757")),
        (Fault::AesUnknown(KeyName::AppKey), String::new())
    );
}

#[test]
fn what_is_no_digits_is_told() {
    let wide: Vec<u8> = "575757".bytes().flat_map(|byte| [byte, 0]).collect();
    for (plain, inside) in [
        (&b"575757\n"[..], Inside::SpacedDigits),
        (b"\"575757\"", Inside::QuotedDigits),
        (&wide, Inside::WideDigits),
        (base64(b"575757").as_bytes(), Inside::Base64Digits),
    ] {
        let text = base64(&encrypt_ecb(&key(0), plain));
        assert_eq!(told(&text), (Fault::NotDigits(inside), OTP.to_owned()));
    }
    let text = base64(&encrypt_ecb(&key(0), b"hello"));
    assert_eq!(told(&text), (Fault::NotDigits(Inside::Other), "hello".to_owned()));
}

#[test]
fn one_base64_too_many_is_told() {
    let sealed = seal_otp(&key(0), "575757");

    assert_eq!(told(&base64(sealed.as_bytes())), (Fault::DoubleBase64, OTP.to_owned()));
}

#[test]
fn an_otp_of_another_size_is_told() {
    assert_eq!(told(&base64(&[1; 15])), (Fault::BlockLength(15), String::new()));
    let by_rsa = by_rsa(0, b"575757");
    assert_eq!(told(&by_rsa), (Fault::RsaForAes(256, KeyName::AppKey), String::new()));
}

/// After a refresh from app key 0 and session key 0x20 to 0x80 and 0xa0, the next refresh.
fn refresh(text: &str) -> Result<RefreshKey, Diagnosis> {
    let (app_key, session_key) = (key(0x80), key(0xa0));
    let others = read::after_refresh((&app_key, &session_key), (&key(0), &key(0x20)));
    let known = Known { name: KeyName::SessionKey, key: session_key, others: &others };
    read::refresh_key(&known, (&ring(), 0), text)
}

fn refresh_fault(text: &str) -> Diagnosis {
    refresh(text).expect_err("this is no refresh's app key")
}

#[test]
fn a_refresh_is_read_by_the_habits_of_clients() {
    let next = key(0xc0);
    let twice = |bytes: &[u8]| base64(&encrypt_ecb(&key(0xa0), bytes));
    let once_more = base64(next.to_base64().as_bytes());

    assert_eq!(refresh(&wrap_key(&next, &key(0xa0))), Ok(RefreshKey::New(next)));
    assert_eq!(refresh(&wrap_key(&key(0x80), &key(0xa0))), Ok(RefreshKey::Old(key(0x80))));
    assert_eq!(refresh(&by_rsa(0, &next.0)), Ok(RefreshKey::ByRsa(next)));
    assert_eq!(refresh(&twice(next.to_base64().as_bytes())), Ok(RefreshKey::DoubleBase64(next)));
    assert_eq!(refresh(&twice(once_more.as_bytes())), Ok(RefreshKey::DoubleBase64(next)));
}

#[test]
fn a_refresh_under_a_wrong_key_is_told_by_its_name() {
    let told = |under: Key| refresh_fault(&wrap_key(&key(0xc0), &under)).to_string();
    let begin = "`app_key` of the refresh is encrypted with";

    assert_eq!(told(key(0x80)), format!("{begin} the app key; it must be the session key"));
    assert_eq!(
        told(key(0x20)),
        format!(
            "{begin} the session key of before the refresh; it must be the session key: the \
             refresh's `sek` was not opened, or opened with the key of before the refresh"
        )
    );
    assert!(told(key(0)).contains("with the app key of before the refresh;"));
    let misopened = misopened(&key(0xa0), &key(0x80), &key(0));
    assert_eq!(
        told(misopened),
        format!(
            "{begin} `sek` opened with the key of before the refresh; it must be the session \
             key: open it with the app key that the refresh sent"
        )
    );
    assert!(told(key(0x33)).contains("does not open with the session key: it is encrypted"));
}

#[test]
fn a_padding_that_fits_by_chance_is_not_taken_for_one() {
    let by_chance = (0..=255)
        .map(|first| Key([first; 32]))
        .filter(|under| {
            let sealed = encrypt_ecb(under, &key(0xc0).0);
            crate::gstn::primitives::decrypt_ecb(&key(0xa0), &sealed).is_ok()
        })
        .collect::<Vec<_>>();

    for under in &by_chance {
        let told = refresh_fault(&wrap_key(&key(0xc0), under));
        assert_eq!(told.fault, Fault::AesUnknown(KeyName::SessionKey));
    }
    assert!(!by_chance.is_empty(), "one key in 256 is such a one");
}

#[test]
fn a_refresh_in_another_way_is_told() {
    let told = |text: &str| refresh_fault(text).fault;

    assert_eq!(told(&key(0xc0).to_base64()), Fault::KeyUnpadded);
    let short = base64(&encrypt_ecb(&key(0xa0), &[1; 16]));
    assert_eq!(told(&short), Fault::KeyLength { found: 16, inside: Inside::ShortKey(128) });
    let twice = base64(wrap_key(&key(0xc0), &key(0xa0)).as_bytes());
    assert_eq!(told(&twice), Fault::DoubleBase64);
    let by_rsa = refresh_fault(&by_rsa(1, &key(0xc0).0));
    assert!(matches!(by_rsa.fault, Fault::OtherCertificate(_)));
    assert_eq!(by_rsa.thing, Thing::RefreshKey);
}

#[test]
fn a_wrapped_key_in_another_mode_is_told() {
    let known = Known::alone(KeyName::SessionKey, key(0x20));
    for (text, mode) in [
        ("RPcfMjgHVVLdGyaiQz17AwCLac2ZkVcF5cPkYctaH+JbHmJREoctwZcS+wzhP9rp", Mode::CbcZeros),
        (
            "8PHy8/T19vf4+fr7b8lBS//Ym3QuGsvhMkZ4+prgMnYebXVkw/BTQFLvsODkfQ9j/671by3888/So0FK",
            Mode::Gcm,
        ),
    ] {
        let fault = read::wrapped_key(Thing::Sek, &known, text).map_err(|told| told.fault);
        assert_eq!(fault, Err(Fault::Mode(mode)));
    }
}
