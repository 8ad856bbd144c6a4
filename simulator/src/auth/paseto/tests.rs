//! Tokens that are right, and each way to be wrong; keys and vectors are PASETO's published ones.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::*;
use crate::pack::{file::PasetoMint, located::Located};

const SEED: &str = "b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a3774";
const OTHER_SEED: &str = "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f";
const LOCAL: &str = "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f";
const PASERK: &str = "k4.public.Hrnbu7wEfAP9cGBOAHHwmH4Wsot1ciXBHwBBXQ4gsaI";
const KEY_ID: &str = "k4.pid.yh4-bJYjOYAG6CWy0zsfPmpKylxS7uAWrxqVmBN2KAiJ";

/// Vector 4-S-1: a signed message with nothing but `data` and `exp`.
const VECTOR: &str = "v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9bg_XBBzds8lTZShVlwwKSgeKpLT3yukTw6JUz3W4h_ExsQV-P0V54zemZDcAxFaSeef1QlXEFtkqxT1ciiQEDA";

/// A token with a footer that names the key, made by another program.
const MADE_ELSEWHERE: &str = "v4.public.eyJuYmYiOiIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsImp0aSI6InRva19kZW1vMDAwMSIsImlzcyI6Imh0dHBzOi8vaG1zLmV4YW1wbGUudGVzdCIsInN1YiI6InVzcl9kZW1vMDAwMSIsImlhdCI6IjIwMjYtMDEtMDFUMDA6MDA6MDBaIiwiYXVkIjoiaG1zLWFwaSIsImV4cCI6IjIwOTktMDEtMDFUMDA6MDA6MDBaIiwib3JncyI6W3siaWQiOiJvcmdfYWJjMTIzIiwicm9sZSI6Im93bmVyIn1dfXi9s1Lko5svzjc4z4O7u4pQJ4Xk8kK_lMP3AJ01hz7xFhTpsXJ3V9gOjd1jtOS8Hq5ekmG95VZ_8kV572qKcA4.eyJraWQiOiJrNC5waWQueWg0LWJKWWpPWUFHNkNXeTB6c2ZQbXBLeWx4Uzd1QVdyeHFWbUJOMktBaUoifQ";

/// 21 November 2026, 10:00 in India.
const NOW: i64 = 1_795_235_400_000;
const HOUR: i64 = 3_600_000;

fn file() -> PasetoFile {
    let claims = json!({ "iss": "https://issuer.example.test", "aud": "api", "sub": "somebody" });
    PasetoFile {
        purpose: PasetoPurpose::Public,
        signing_seed: Located::unwritten(SEED.to_owned()),
        local_key: Located::unwritten(LOCAL.to_owned()),
        issuer: Some("https://issuer.example.test".to_owned()),
        audience: Some("api".to_owned()),
        leeway_s: 0,
        account_claim: "sub".to_owned(),
        footer: PasetoFooter::OwnKeyId,
        implicit_assertion: String::new(),
        mint: PasetoMint { life_s: 3600, claims: claims.as_object().cloned().unwrap_or_default() },
    }
}

fn verifier(change: impl FnOnce(&mut PasetoFile)) -> Verifier {
    let mut file = file();
    change(&mut file);
    let accounts = [("somebody".to_owned(), 0), ("else".to_owned(), 1)].into();
    Verifier::new(&file, accounts).expect("the published keys are keys")
}

fn mint(verifier: &Verifier, claims: &Value) -> String {
    let claims = claims.as_object().cloned().unwrap_or_default();
    verifier.mint(NOW, None, claims).expect("it can be made")
}

/// Signs any payload with the published key.
fn signed(payload: &str, footer: Option<&str>) -> String {
    let verifier = verifier(|_| {});
    let footer = footer.map(str::as_bytes);
    PublicToken::sign(&verifier.secret, payload.as_bytes(), footer, Some(b""))
        .expect("it can be signed")
}

fn refusal(token: &str) -> TokenError {
    verifier(|_| {}).verify(token, NOW).expect_err("it is wrong")
}

#[test]
fn the_published_key_has_its_published_names() {
    let verifier = verifier(|_| {});
    assert_eq!(verifier.public_key().as_deref(), Some(PASERK));
    assert_eq!(verifier.key_id(), KEY_ID);
}

#[test]
fn the_published_vector_has_a_right_signature_and_lacks_only_claims() {
    let lenient = verifier(|file| (file.issuer, file.audience) = (None, None));
    assert_eq!(lenient.verify(VECTOR, NOW).expect_err("no iat"), TokenError::Times);
    assert_eq!(refusal(VECTOR), TokenError::Issuer, "past the signature, its claims are read");
    let payload = r#"{"data":"this is a signed message","exp":"2022-01-01T00:00:00+00:00"}"#;
    assert_eq!(signed(payload, None), VECTOR, "Ed25519 gives the same signature again");
}

#[test]
fn a_token_made_elsewhere_is_taken() {
    let body = MADE_ELSEWHERE.split('.').nth(2).expect("it has a payload");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(body).expect("it is base64url");
    let claims: Value = serde_json::from_slice(&bytes[..bytes.len() - 64]).expect("it is JSON");
    let own = |claim: &str| claims[claim].as_str().map(str::to_owned);
    let verifier = verifier(|file| (file.issuer, file.audience) = (own("iss"), own("aud")));
    let (account, told) = verifier.verify(MADE_ELSEWHERE, NOW).expect("it is right");
    assert_eq!((account, &*told), (0, &claims));
}

#[test]
fn what_we_mint_we_take_for_its_life() {
    for purpose in [PasetoPurpose::Public, PasetoPurpose::Local] {
        let verifier = verifier(|file| file.purpose = purpose);
        let token = mint(&verifier, &json!({ "sub": "else", "more": [1] }));
        let (account, claims) = verifier.verify(&token, NOW).expect("it is right");
        assert_eq!((account, &claims["more"]), (1, &json!([1])));
        assert!(verifier.verify(&token, NOW + HOUR - 1).is_ok());
        assert_eq!(
            verifier.verify(&token, NOW + HOUR),
            Err(TokenError::Expired),
            "also when known"
        );
        assert_eq!(verifier.verify(&token, NOW - 1), Err(TokenError::NotYetValid));
    }
}

#[test]
fn what_is_no_token_of_ours_is_refused_by_its_form() {
    let good = mint(&verifier(|_| {}), &json!({}));
    let local = mint(&verifier(|file| file.purpose = PasetoPurpose::Local), &json!({}));
    let jwt =
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzb21lYm9keSJ9.4ZJJvJc7ZbGzF2n3bq1d9sSxg5kqPz1gq1Zy0m1n2o3";
    for wrong in [
        String::new(),
        "v4".to_owned(),
        "v4.public.".to_owned(),
        jwt.to_owned(),
        good.replacen("v4.", "v3.", 1),
        good.replacen("v4.", "V4.", 1),
        good.replacen(".public.", ".local.", 1),
        local,
        good.split('.').take(2).collect::<Vec<_>>().join("."),
        format!("{good}.more"),
        format!("{good}="),
        format!("{good} "),
        good.replacen('.', "..", 1),
        "v4.public.😀".to_owned(),
    ] {
        assert_eq!(refusal(&wrong), TokenError::Form, "{wrong}");
    }
}

#[test]
fn a_token_cut_off_anywhere_is_refused() {
    let good = mint(&verifier(|_| {}), &json!({}));
    let verifier = verifier(|_| {});
    assert!(verifier.verify(&good, NOW).is_ok());
    for length in 0..good.len() {
        // Without its footer, dot included, a token is whole, but its signature covers the footer.
        let error = verifier.verify(&good[..length], NOW).expect_err("it is cut off");
        assert!(matches!(error, TokenError::Form | TokenError::Signature), "{length}: {error}");
    }
}

#[test]
fn base64_with_padding_or_of_the_other_alphabet_is_refused() {
    let token = signed(r#"{"a":"b"}"#, None);
    let body = token.trim_start_matches("v4.public.");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(body).expect("it is base64url");
    let padded = base64::prelude::BASE64_URL_SAFE.encode(&bytes);
    assert!(padded.ends_with('='), "this one needs padding");
    assert_eq!(refusal(&format!("v4.public.{padded}")), TokenError::Form);
    let good = mint(&verifier(|_| {}), &json!({}));
    let footer_padded = format!("{good}==");
    assert_eq!(refusal(&footer_padded), TokenError::Form);
    let standard = token.replace('-', "+").replace('_', "/");
    if standard != token {
        assert_eq!(refusal(&standard), TokenError::Form);
    }
}

#[test]
fn any_bit_that_flips_breaks_the_signature_or_the_tag() {
    for purpose in [PasetoPurpose::Public, PasetoPurpose::Local] {
        let verifier = verifier(|file| {
            file.purpose = purpose;
            file.footer = PasetoFooter::None;
        });
        let token = mint(&verifier, &json!({}));
        let start = token.rfind('.').expect("it has a body") + 1;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&token[start..]).expect("it is base64url");
        for at in (0..bytes.len()).step_by(7).chain([bytes.len() - 1]) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            let flipped = format!("{}{}", &token[..start], BASE64_URL_SAFE_NO_PAD.encode(flipped));
            assert_eq!(verifier.verify(&flipped, NOW), Err(TokenError::Signature), "byte {at}");
        }
    }
}

#[test]
fn another_key_or_another_assertion_is_refused() {
    let other = verifier(|file| {
        file.signing_seed = Located::unwritten(OTHER_SEED.to_owned());
        file.footer = PasetoFooter::None;
    });
    assert_eq!(refusal(&mint(&other, &json!({}))), TokenError::Signature);
    let assertion = verifier(|file| file.implicit_assertion = "tenant-7".to_owned());
    let token = mint(&assertion, &json!({}));
    assert!(assertion.verify(&token, NOW).is_ok());
    assert_eq!(refusal(&token), TokenError::Signature);
    let local = |key: &str| {
        verifier(|file| {
            file.purpose = PasetoPurpose::Local;
            file.local_key = Located::unwritten(key.to_owned());
            file.footer = PasetoFooter::Any;
        })
    };
    let token = mint(&local(LOCAL), &json!({}));
    assert_eq!(local(SEED).verify(&token, NOW), Err(TokenError::Signature));
}

#[test]
fn issuer_audience_and_times_must_fit() {
    let verifier = verifier(|_| {});
    for (claims, error) in [
        (json!({ "iss": "https://other.example.test" }), TokenError::Issuer),
        (json!({ "iss": null }), TokenError::Issuer),
        (json!({ "iss": ["https://issuer.example.test"] }), TokenError::Issuer),
        (json!({ "aud": "another" }), TokenError::Audience),
        (json!({ "aud": ["api"] }), TokenError::Audience),
        (json!({ "exp": "2026-11-21T04:30:00Z" }), TokenError::Expired),
        (json!({ "exp": "2022-01-01T00:00:00+00:00" }), TokenError::Expired),
        (json!({ "nbf": "2026-11-21T10:00:01+05:30" }), TokenError::NotYetValid),
        (json!({ "iat": "2026-11-21T04:30:00.001Z" }), TokenError::NotYetValid),
        (json!({ "exp": null }), TokenError::Times),
        (json!({ "exp": 1_795_239_000 }), TokenError::Times),
        (json!({ "nbf": "tomorrow" }), TokenError::Times),
        (json!({ "iat": "" }), TokenError::Times),
    ] {
        assert_eq!(verifier.verify(&mint(&verifier, &claims), NOW), Err(error), "{claims}");
    }
}

#[test]
fn a_leeway_is_given_both_ways() {
    let verifier = verifier(|file| file.leeway_s = 30);
    let token = mint(&verifier, &json!({}));
    assert!(verifier.verify(&token, NOW - 30_000).is_ok());
    assert_eq!(verifier.verify(&token, NOW - 30_001), Err(TokenError::NotYetValid));
    assert!(verifier.verify(&token, NOW + HOUR + 29_999).is_ok());
    assert_eq!(verifier.verify(&token, NOW + HOUR + 30_000), Err(TokenError::Expired));
}

#[test]
fn a_payload_that_is_no_json_object_is_refused() {
    for payload in ["rubbish", "[]", "\"text\"", "7", "null", "{", "{}{}"] {
        assert_eq!(refusal(&signed(payload, None)), TokenError::Payload, "{payload}");
    }
}

#[test]
fn footers_are_taken_as_the_setting_says() {
    let claims = r#"{"iss":"https://issuer.example.test","aud":"api","sub":"else","iat":"2026-01-01T00:00:00Z","nbf":"2026-01-01T00:00:00Z","exp":"2099-01-01T00:00:00Z"}"#;
    let own = json!({ "kid": KEY_ID }).to_string();
    let footers =
        [None, Some(own.as_str()), Some(r#"{"kid":"k4.pid.other"}"#), Some(KEY_ID), Some("{}")];
    for (setting, taken) in [
        (PasetoFooter::Any, [true, true, true, true, true]),
        (PasetoFooter::None, [true, false, false, false, false]),
        (PasetoFooter::OwnKeyId, [true, true, false, false, false]),
    ] {
        let verifier = verifier(|file| file.footer = setting);
        for (footer, taken) in footers.iter().zip(taken) {
            let account =
                verifier.verify(&signed(claims, *footer), NOW).map(|(account, _)| account);
            let expected = if taken { Ok(1) } else { Err(TokenError::Footer) };
            assert_eq!(account, expected, "{setting:?}: {footer:?}");
        }
    }
}

#[test]
fn a_subject_that_no_account_has_is_the_first_account() {
    let verifier = verifier(|_| {});
    let token = mint(&verifier, &json!({ "sub": "stranger" }));
    assert_eq!(verifier.verify(&token, NOW).map(|(account, _)| account), Ok(0));
}

#[test]
fn keys_that_are_none_are_told_at_load() {
    for (key, error) in
        [("", KeyError::Hex), ("zz", KeyError::Hex), (&"é".repeat(32), KeyError::Hex)]
    {
        let mut file = file();
        file.signing_seed = Located::unwritten(key.to_owned());
        assert_eq!(Verifier::new(&file, HashMap::new()).err(), Some(error), "{key}");
    }
    let mut signs = file();
    signs.local_key = Located::unwritten("+f".repeat(32));
    assert_eq!(
        Verifier::new(&signs, HashMap::new()).err(),
        Some(KeyError::Hex),
        "a sign is no digit"
    );
}

#[test]
fn many_tokens_are_remembered_and_forgotten_without_harm() {
    let verifier = verifier(|_| {});
    let first = mint(&verifier, &json!({ "jti": 0 }));
    assert!(verifier.verify(&first, NOW).is_ok());
    for number in 1..20 {
        let token = mint(&verifier, &json!({ "jti": number }));
        assert!(verifier.verify(&token, NOW).is_ok());
    }
    assert!(verifier.verify(&first, NOW).is_ok());
    assert_eq!(
        verifier.verify("v4.public.x", NOW),
        Err(TokenError::Form),
        "wrong ones are not kept"
    );
}
