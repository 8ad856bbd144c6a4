//! The network's vectors, computed with OpenSSL, both ways; and round trips.

use proptest::prelude::*;

use super::*;
use crate::gstn::primitives::{from_base64, sha256};

/// Consecutive bytes from `first`.
fn key(first: u8) -> Key {
    let mut next = first;
    Key([(); 32].map(|()| {
        let byte = next;
        next = next.wrapping_add(1);
        byte
    }))
}

const JSON: &[u8] = br#"{"gstin":"29ZZZCF0001Q1ZY","ret_period":"042025"}"#;
const SEK: &str = "YaaTbk6PEBwcwfmTtUKg1OJ0Dor61OTRXQ1mGzguyomfO3UEkm+L024xGOkDpM1K";
const REFRESH: &str = "RPcfMjgHVVLdGyaiQz17A1co/6AgvD3VsRXAsx+v5Wq+X0DaQDw+WhKW3ulf0pqN";
const REK: &str = "nsnczqn1sSa6HnZ404MpQ0SrOthS9VcpkIu083f2Ofu+X0DaQDw+WhKW3ulf0pqN";

#[test]
fn an_app_key_is_this_base64() {
    assert_eq!(key(0).to_base64(), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    assert_eq!(Key::read("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), Some(key(0)));
}

#[test]
fn an_otp_under_the_app_key() {
    let sealed = "lBQwV4dMNxt5BBTu2msZ+w==";

    assert_eq!(seal_otp(&key(0), "575757"), sealed);
    assert_eq!(open_otp(&key(0), sealed).as_deref(), Ok("575757"));
}

#[test]
fn keys_under_keys() {
    let refreshed = "TLsvCFwsWgrEon8e7PzjyMmIU6kQU2odkHVc0GtQu+K0zyS6H7IZ6JPGPsRpdbzY";
    for (name, inner, under, wrapped) in [
        ("sek", 0x20, 0, SEK),
        ("refresh app_key", 0x80, 0x20, REFRESH),
        ("refreshed sek", 0xa0, 0x80, refreshed),
        ("rek", 0x40, 0x20, REK),
    ] {
        assert_eq!(wrap_key(&key(inner), &key(under)), wrapped, "{name}");
        assert_eq!(unwrap_key(wrapped, &key(under)), Ok(key(inner)), "{name}");
    }
    assert_eq!(REFRESH[43..], REK[43..], "ECB shows that the last blocks are equal");
}

#[test]
fn a_public_response_is_plain_base64() {
    let data = "eyJnc3RpbiI6IjI5WlpaQ0YwMDAxUTFaWSIsInJldF9wZXJpb2QiOiIwNDIwMjUifQ==";
    let sealed = Sealed { data: data.into(), ..Sealed::default() };

    assert_eq!(base64(JSON), data);
    assert_eq!(open_response(&key(9), &sealed).as_deref(), Ok(JSON));
}

#[test]
fn a_sealed_response() {
    let sealed = Sealed {
        data:
            "QSHK9cr38MMyLF06CVpFLXqlY0aFffLq6YUBgeTM0GpOvJUN6C5U6k1xVNHS3Lj+N0c+2D5HDLW+hRTt42QMf\
               iB+lk0wyxYdVzdyFx0TA1Q="
                .into(),
        rek: REK.into(),
        hmac: "e0AG6FXiIbLiSTIWRqOGLSQ3BhaRM+Gyk0p3t3OZcBc=".into(),
    };

    assert_eq!(seal_response(&key(0x40), &key(0x20), JSON), sealed);
    assert_eq!(open_response(&key(0x20), &sealed).as_deref(), Ok(JSON));
}

#[test]
fn a_sealed_request() {
    let sealed = SealedRequest {
        data:
            "3pLQdfp1IT9GsXUsidUbnjGG4Rb4Ci+Z3Ng5lh1PF9grCvm5Hqhk4YSlHZ1JsZnop9wmTinPZgq8ziVOHGJPm\
               JXeliAPMG+hv6LZPPTQe1g="
                .into(),
        hmac: "7+mBAvaqlyYiaEYmIm8LOv2IJmpWemso2MCkVVjbf1w=".into(),
    };

    assert_eq!(seal_request(&key(0x20), JSON), sealed);
    assert_eq!(open_request(&key(0x20), &sealed).as_deref(), Ok(JSON));
}

#[test]
fn a_filing_signed_by_one_time_password() {
    assert_eq!(evc_sign("ZZZCF0001Q|123123", JSON), "XxLv5OTozy4mkGZdxGcLKHokc9x31T/MCfQQBjUAyvo=");
}

#[test]
fn the_text_of_a_large_file() {
    let sealed = "h1WV3Rp5NM6AQOHoyEvtH+jiC3/z/8UKL+yQilmrepb6WInl5OYKD+F45b6m5oTR60dDAUfyMOFvl871T5\
                  kzhSTfE2MwNX+pCzFIm/clumY=";

    assert_eq!(seal_file(&key(0x60), JSON), sealed);
    assert_eq!(open_file(&key(0x60), sealed).as_deref(), Ok(JSON));
    assert_eq!(open_file(&key(0x60), &format!("\"{sealed}\"\n")).as_deref(), Ok(JSON));
}

#[test]
fn the_checksum_of_an_empty_section() {
    assert_eq!(
        crate::gstn::key::to_hex(&sha256(b"")),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn lengths_on_the_wire() {
    assert_eq!(wrap_key(&key(1), &key(2)).len(), 64);
    assert_eq!(seal_otp(&key(1), "123456").len(), 24);
}

#[test]
fn what_does_not_open_says_how_far_it_came() {
    let sealed = seal_request(&key(0x20), JSON);
    let with = |data: &str, hmac: &str| {
        open_request(&key(0x20), &SealedRequest { data: data.into(), hmac: hmac.into() })
    };

    assert_eq!(with("-", &sealed.hmac), Err(OpenError::Base64));
    assert_eq!(with("AAAA", &sealed.hmac), Err(OpenError::Cipher(CipherError::Length(3))));
    assert_eq!(with(&sealed.data, ""), Err(OpenError::Mac));
    let raw = base64(&encrypt_ecb(&key(0x20), JSON));
    assert_eq!(with(&raw, &sealed.hmac), Err(OpenError::Inner));
    let short = base64(&encrypt_ecb(&key(1), b"short"));
    assert_eq!(unwrap_key(&short, &key(1)), Err(OpenError::KeyLength(5)));
}

proptest! {
    #[test]
    fn what_is_sealed_opens_again(
        session in any::<[u8; 32]>(),
        response in any::<[u8; 32]>(),
        json in proptest::collection::vec(any::<u8>(), 0..400),
        otp in "[0-9]{4,8}",
    ) {
        let (session, response) = (Key(session), Key(response));
        let sealed = seal_response(&response, &session, &json);
        prop_assert_eq!(open_response(&session, &sealed), Ok(json.clone()));
        prop_assert_eq!(open_request(&session, &seal_request(&session, &json)), Ok(json.clone()));
        prop_assert_eq!(open_file(&session, &seal_file(&session, &json)), Ok(json));
        prop_assert_eq!(open_otp(&session, &seal_otp(&session, &otp)), Ok(otp));
        prop_assert_eq!(unwrap_key(&wrap_key(&response, &session), &session), Ok(response));
        let decoded = from_base64(sealed.data.as_bytes()).unwrap_or_default();
        prop_assert_eq!(decoded.len() % 16, 0);
    }
}
