//! What comes sealed or signed: envelopes of the tax network, PASETO tokens, GSTINs.

use gsp_simulator::{
    auth::{PartCheck, paseto::Verifier},
    gstn::{
        Key,
        diagnose::{KeyName, Known, Thing},
        envelope,
        keys::KeyRing,
        read,
    },
    model::gstin::Gstin,
};

use super::{Edit, common::WORLD, edited, fuzz};

/// A moment at which tokens are made and read, in epoch milliseconds.
const NOW: i64 = 1_795_234_567_000;

fn key(seed: u8) -> Key {
    Key::of(&[seed; 32]).expect("32 bytes are a key")
}

/// Every verifier of every pack.
fn verifiers() -> impl Iterator<Item = &'static Verifier> {
    let parts = WORLD.packs.iter().flat_map(|pack| &pack.schemes).flat_map(|one| &one.parts);
    parts.filter_map(|part| match &part.check {
        PartCheck::Paseto(verifier) => Some(&**verifier),
        _ => None,
    })
}

#[test]
fn a_changed_token_is_refused() {
    let minted: Vec<_> = verifiers()
        .map(|one| (one, one.mint(NOW, None, []).expect("a token can be made")))
        .collect();
    assert!(!minted.is_empty(), "a pack takes PASETO tokens");
    fuzz::<(u8, Vec<Edit>)>(|(which, edits)| {
        let (verifier, token) = &minted[usize::from(*which) % minted.len()];
        let changed = edited(token, edits);
        if changed != *token {
            assert!(verifier.verify(&changed, NOW).is_err(), "nobody signed {changed}");
        }
    });
}

#[test]
fn a_changed_envelope_never_opens_to_something_else() {
    let json = br#"{"gstin":"29AAACS0000A1ZC","b2b":[{"ctin":"07AAACB0000M1ZA","inv":[]}]}"#;
    let sealed = envelope::seal_response(&key(2), &key(1), json);
    fuzz::<(u8, Vec<Edit>)>(|(which, edits)| {
        let mut changed = sealed.clone();
        let part = match which % 3 {
            0 => &mut changed.data,
            1 => &mut changed.rek,
            _ => &mut changed.hmac,
        };
        *part = edited(part, edits);
        let others = [(KeyName::AppKey, key(3)), (KeyName::OldSessionKey, key(4))];
        let known = Known { name: KeyName::SessionKey, key: key(1), others: &others };
        match read::response(&known, &changed) {
            // Without a key it is one of the public answers, which are not sealed.
            Ok(_) if changed.rek.is_empty() => {}
            Ok(opened) => assert_eq!(opened, json, "an HMAC holds what is under it"),
            Err(why) => assert!(!why.hint().is_empty()),
        }
    });
}

#[test]
fn whatever_is_sent_as_a_key_a_password_or_a_body_is_opened_or_told() {
    let ring = KeyRing::built_in();
    let right = [
        envelope::seal_otp(&key(1), "575757"),
        envelope::wrap_key(&key(2), &key(1)),
        envelope::seal_request(&key(1), b"{}").data,
        envelope::seal_file(&key(1), b"{}"),
    ];
    fuzz::<(u8, u8, Vec<Edit>)>(|(which, how, edits)| {
        let text = edited(&right[usize::from(*which) % right.len()], edits);
        let others = [(KeyName::AppKey, key(2))];
        let known = Known { name: KeyName::SessionKey, key: key(1), others: &others };
        let why = match how % 6 {
            0 => read::app_key(&ring, 0, &text).err(),
            1 => read::otp(&known, &text).err(),
            2 => read::wrapped_key(Thing::Sek, &known, &text).err(),
            3 => read::refresh_key(&known, (&ring, 0), &text).err(),
            4 => read::request(&known, &text, Some(&text)).err(),
            _ => read::file(&known, &text).err(),
        };
        if let Some(why) = why {
            assert!(!why.to_string().is_empty() && !why.hint().is_empty());
        }
    });
}

#[test]
fn a_text_is_a_gstin_or_the_fault_is_told() {
    fuzz::<Vec<Edit>>(|edits| {
        let text = edited("29AAACS0000A1ZC", edits);
        match text.parse::<Gstin>() {
            Ok(gstin) => assert_eq!(gstin.as_str(), text),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    });
}
