//! The same for any keys and texts: what is right opens, each wrong kind is told as itself, and
//! nothing that comes over the wire brings the diagnosis down.

use proptest::prelude::*;

use super::*;
use crate::gstn::envelope::{Sealed, seal_response};

fn any_key() -> impl Strategy<Value = Key> {
    any::<[u8; 32]>().prop_map(Key)
}

fn any_json() -> impl Strategy<Value = Vec<u8>> {
    "[a-z0-9 ,:]{0,400}".prop_map(|text| serde_json::json!({ "text": text }).to_string().into())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_wrong_body_is_told_as_itself(
        session_key in any_key(),
        stale in any_key(),
        json in any_json(),
    ) {
        prop_assume!(session_key != stale);
        let others = [(KeyName::OldSessionKey, stale)];
        let known = Known { name: KeyName::SessionKey, key: session_key, others: &others };
        let fault = |data: &str, hmac: &str| {
            read::request(&known, data, Some(hmac)).map_err(|told| told.fault)
        };
        let right = seal_request(&session_key, &json);
        let inner = base64(&json);

        prop_assert_eq!(fault(&right.data, &right.hmac), Ok(json.clone()));
        let raw = base64(&encrypt_ecb(&session_key, &json));
        prop_assert_eq!(fault(&raw, &right.hmac), Err(Fault::JsonUnderAes));
        let old = seal_request(&stale, &json);
        let wrong = Fault::WrongKey { found: KeyName::OldSessionKey, wanted: KeyName::SessionKey };
        prop_assert_eq!(fault(&old.data, &old.hmac), Err(wrong));
        let mac = |over, key| {
            let (wanted, hash, written) = (KeyName::SessionKey, Hash::Sha256, Written::Base64);
            Err(Fault::Mac(MacFault { over, key, wanted, hash, written }))
        };
        let over_json = base64(&hmac_sha256(&session_key.0, &json));
        let right_key = MacKey::Bytes(KeyName::SessionKey);
        prop_assert_eq!(fault(&right.data, &over_json), mac(Over::Json, right_key));
        let old_mac = base64(&hmac_sha256(&stale.0, inner.as_bytes()));
        let old_key = MacKey::Bytes(KeyName::OldSessionKey);
        prop_assert_eq!(fault(&right.data, &old_mac), mac(Over::Inner, old_key));
        prop_assert_eq!(fault(&inner, ""), Err(Fault::PlainBase64));
    }

    #[test]
    fn each_wrong_otp_is_told_as_itself(
        app_key in any_key(),
        session_key in any_key(),
        otp in "[0-9]{6}",
    ) {
        prop_assume!(app_key != session_key);
        let others = [(KeyName::SessionKey, session_key)];
        let known = Known { name: KeyName::AppKey, key: app_key, others: &others };
        let told = |text: &str| {
            read::otp(&known, text).map_err(|told| (told.fault, told.opened))
        };
        let light = Some(otp.clone());

        prop_assert_eq!(told(&seal_otp(&app_key, &otp)), Ok(otp.clone()));
        prop_assert_eq!(told(&otp), Err((Fault::Plain, light.clone())));
        let wrong = Fault::WrongKey { found: KeyName::SessionKey, wanted: KeyName::AppKey };
        prop_assert_eq!(told(&seal_otp(&session_key, &otp)), Err((wrong, light)));
    }

    #[test]
    fn each_wrong_key_under_a_key_is_told_as_itself(
        session_key in any_key(),
        app_key in any_key(),
        next in any_key(),
    ) {
        prop_assume!(session_key != app_key && next != app_key);
        let others = [(KeyName::AppKey, app_key)];
        let known = Known { name: KeyName::SessionKey, key: session_key, others: &others };
        let ring = ring();
        let read = |text: &str| {
            read::refresh_key(&known, (&ring, 0), text).map_err(|told| told.fault)
        };

        prop_assert_eq!(read(&wrap_key(&next, &session_key)), Ok(RefreshKey::New(next)));
        let wrong = Fault::WrongKey { found: KeyName::AppKey, wanted: KeyName::SessionKey };
        prop_assert_eq!(read(&wrap_key(&next, &app_key)), Err(wrong));
        prop_assert_eq!(read(&next.to_base64()), Err(Fault::KeyUnpadded));
    }

    #[test]
    fn whatever_comes_is_told_in_a_sentence(
        text in prop_oneof!["\\PC{0,80}", "[A-Za-z0-9+/=_ -]{0,400}"],
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let known = Known::alone(KeyName::SessionKey, Key([1; 32]));
        for text in [text, base64(&bytes)] {
            let sealed = Sealed { data: text.clone(), rek: text.clone(), hmac: text.clone() };
            let told = [
                read::otp(&known, &text).err(),
                read::wrapped_key(Thing::Sek, &known, &text).err(),
                read::request(&known, &text, Some(&text)).err(),
                read::response(&known, &sealed).err(),
            ];
            for told in told.into_iter().flatten() {
                prop_assert!(told.to_string().starts_with('`'), "{}", told);
                prop_assert!(!told.hint().is_empty());
            }
        }
    }

    #[test]
    fn a_response_opens_with_its_session_key_alone(
        response_key in any_key(),
        session_key in any_key(),
        other in any_key(),
        json in any_json(),
    ) {
        prop_assume!(session_key != other);
        let sealed = seal_response(&response_key, &session_key, &json);
        let read = |key: Key| read::response(&Known::alone(KeyName::SessionKey, key), &sealed);

        prop_assert_eq!(read(session_key), Ok(json));
        prop_assert!(read(other).is_err_and(|told| told.thing == Thing::Rek));
    }
}

proptest! {
    // Each case costs some RSA.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn each_app_key_opens_and_none_opens_that_was_changed(
        app_key in any_key(),
        place in 0..256_usize,
        seed in any::<u64>(),
    ) {
        let ring = ring();
        let certificate = &ring.pair(0).certificate;
        let mut sealed = certificate
            .encrypt(&app_key.0, &mut Dice::new(seed, 1, b"padding"))
            .expect("a key is short");
        prop_assert_eq!(read::app_key(&ring, 0, &base64(&sealed)), Ok(app_key));
        sealed[place] ^= 1;
        let told = read::app_key(&ring, 0, &base64(&sealed)).map_err(|told| told.fault);
        prop_assert_eq!(told, Err(Fault::RsaUnknown));
    }
}
