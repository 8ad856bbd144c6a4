use gsp_simulator::{
    finding::Source,
    pack::contract::{ContractFile, Handshake, flows::FIRST_CLIENT},
};
use serde_json::json;

use super::{
    crypto::{base64, decrypt, encrypt, from_base64, hex, hmac, rsa, sha256},
    *,
};

const JSON: &str = r#"{"gstin":"29ZZZCF0001Q1ZY","ret_period":"042025"}"#;
const SEK: &str = "YaaTbk6PEBwcwfmTtUKg1OJ0Dor61OTRXQ1mGzguyomfO3UEkm+L024xGOkDpM1K";
const REFRESHED_SEK: &str = "TLsvCFwsWgrEon8e7PzjyMmIU6kQU2odkHVc0GtQu+K0zyS6H7IZ6JPGPsRpdbzY";
const REK: &str = "nsnczqn1sSa6HnZ404MpQ0SrOthS9VcpkIu083f2Ofu+X0DaQDw+WhKW3ulf0pqN";
const DATA: &str = "QSHK9cr38MMyLF06CVpFLXqlY0aFffLq6YUBgeTM0GpOvJUN6C5U6k1xVNHS3Lj+N0c+2D5HDLW+hRTt42QMfiB+lk0wyxYdVzdyFx0TA1Q=";
const HMAC: &str = "e0AG6FXiIbLiSTIWRqOGLSQ3BhaRM+Gyk0p3t3OZcBc=";

/// Consecutive bytes from `first`: the keys of the vectors.
fn key(first: u8) -> Key {
    let mut key = [0; 32];
    for (byte, value) in key.iter_mut().zip(first..) {
        *byte = value;
    }
    key
}

fn way() -> Handshake {
    let source = Source { path: "t.toml".into(), text: "".into() };
    ContractFile::read(&source).expect("nothing is nothing wrong").handshake("taxpayer")
}

fn network() -> RsaPublicKey {
    let pem = include_str!("../../../fixtures/gstn/1.pem");
    let start = pem.find("-----BEGIN CERTIFICATE").expect("it stands behind the key");
    certificate::public_key(&pem[start..]).expect("it is a certificate")
}

/// The first client, once its session was opened with the vectors' keys.
fn client() -> Client {
    let mut client = Client::new(FIRST_CLIENT, None, network());
    client.otp = Some("575757".to_owned());
    let told = client.learn(&json!({ "auth_token": "t1", "sek": SEK }), &way(), false);
    assert_eq!(told, None);
    client
}

#[test]
fn the_vectors_of_keys_under_keys() {
    for (inner, under, sealed) in [(0x20, 0, SEK), (0xa0, 0x80, REFRESHED_SEK), (0x40, 0x20, REK)] {
        assert_eq!(base64(&encrypt(&key(under), &key(inner))), sealed);
        assert_eq!(unwrapped(&key(under), sealed), Some(key(inner)));
    }
    let refresh = "RPcfMjgHVVLdGyaiQz17A1co/6AgvD3VsRXAsx+v5Wq+X0DaQDw+WhKW3ulf0pqN";
    assert_eq!(base64(&encrypt(&key(0x20), &key(0x80))), refresh);
    assert_eq!(base64(&key(0)), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
}

#[test]
fn the_vector_of_an_otp() {
    let mut client = client();
    assert_eq!(client.fill("otp", None).as_deref(), Ok("lBQwV4dMNxt5BBTu2msZ+w=="));
}

#[test]
fn the_vectors_of_a_requests_data() {
    let (mut client, seal) = (client(), serde_json::from_str(JSON).expect("it is JSON"));
    assert_eq!(
        client.fill("data", Some(&seal)).as_deref(),
        Ok(
            "3pLQdfp1IT9GsXUsidUbnjGG4Rb4Ci+Z3Ng5lh1PF9grCvm5Hqhk4YSlHZ1JsZnop9wmTinPZgq8ziVOHGJPmJXeliAPMG+hv6LZPPTQe1g="
        )
    );
    assert_eq!(
        client.fill("hmac", Some(&seal)).as_deref(),
        Ok("7+mBAvaqlyYiaEYmIm8LOv2IJmpWemso2MCkVVjbf1w=")
    );
}

#[test]
fn the_vectors_of_an_answer_open() {
    let answer = json!({ "status_cd": "1", "data": DATA, "rek": REK, "hmac": HMAC });
    let opened = client().open_answer(&answer, &way()).expect("it opens").expect("it is sealed");
    assert_eq!(opened.pointer, "/data");
    assert_eq!(opened.json.to_string(), JSON);
}

#[test]
fn a_public_answer_is_plain_base64() {
    let data = "eyJnc3RpbiI6IjI5WlpaQ0YwMDAxUTFaWSIsInJldF9wZXJpb2QiOiIwNDIwMjUifQ==";
    assert_eq!(base64(JSON.as_bytes()), data);
    for data in [data, data.trim_end_matches('=')] {
        let answer = json!({ "data": data, "rek": "", "hmac": "" });
        let opened = client().open_answer(&answer, &way()).expect("it opens").expect("it is there");
        assert_eq!(opened.json.to_string(), JSON);
    }
}

#[test]
fn what_is_not_sealed_as_promised_is_told() {
    let client = client();
    let told =
        |answer: Value| client.open_answer(&answer, &way()).expect_err("it is wrong").to_string();
    assert_eq!(
        told(json!({ "data": "AAAA", "rek": REFRESHED_SEK, "hmac": "" })),
        format!("`/rek`: a key under the session key promised, \"{REFRESHED_SEK}\" found")
    );
    assert_eq!(
        told(json!({ "data": "AAAA", "rek": REK, "hmac": HMAC })),
        "`/data`: AES-256-ECB under the answer's key promised, \"AAAA\" found"
    );
    let over_json = base64(&hmac(&key(0x40), JSON.as_bytes()));
    assert_eq!(
        told(json!({ "data": DATA, "rek": REK, "hmac": over_json })),
        format!(
            "`/hmac`: HMAC-SHA256 of the inner base64 under the answer's key promised, \"{over_json}\" found"
        )
    );
    let raw = encrypt(&key(0x40), JSON.as_bytes());
    let mac = base64(&hmac(&key(0x40), JSON.as_bytes()));
    assert!(
        told(json!({ "data": base64(&raw), "rek": REK, "hmac": mac }))
            .starts_with("`/data`: base64 of JSON, encrypted promised")
    );
    assert_eq!(
        told(json!({ "data": "%", "rek": "", "hmac": "" })),
        "`/data`: base64 of JSON promised, \"%\" found"
    );
}

#[test]
fn a_session_key_under_another_key_is_told_and_not_kept() {
    let mut client = Client::new("second", None, network());
    let told = client.learn(&json!({ "auth_token": "t1", "sek": SEK }), &way(), false);
    assert_eq!(
        told.expect("it is wrong").to_string(),
        format!("`/sek`: a session key under the client's key promised, \"{SEK}\" found")
    );
    assert_eq!(
        client.fill("token", None),
        Err("no session was opened".to_owned()),
        "the first client's key is not the second's"
    );
}

#[test]
fn a_refused_step_leaves_the_session_as_it_was() {
    let mut client = client();
    let refused = json!({ "status_cd": "0", "error": { "error_cd": "AUTH4033" } });
    assert_eq!(client.learn(&refused, &way(), true), None);
    assert_eq!(client.fill("token", None).as_deref(), Ok("t1"));
}

#[test]
fn a_refresh_brings_a_new_key_and_the_old_one_stays_known() {
    let mut client = client();
    let sent = client.fill("refresh_key", None).expect("a session is open");
    let new: Key = decrypt(&key(0x20), &from_base64(&sent).expect("it is base64"))
        .and_then(|bytes| bytes.try_into().ok())
        .expect("it is a key under the session key");
    let sek = base64(&encrypt(&new, &key(0xa0)));
    assert_eq!(client.learn(&json!({ "auth_token": "t2", "sek": sek }), &way(), true), None);

    let session = client.session.as_ref().expect("it is open");
    assert_eq!((session.session_key, session.app_key), (key(0xa0), new));
    assert_eq!(client.fill("token_old", None).as_deref(), Ok("t1"));
    let stale = client.fill("refresh_key_stale", None).expect("there is a session of before");
    assert!(unwrapped(&key(0x20), &stale).is_some());
}

#[test]
fn every_word_is_filled_and_each_wrong_one_is_another() {
    let seal = json!({ "gstin": "29ZZZCF0001Q1ZY" });
    let mut seen = std::collections::BTreeMap::new();
    for (word, _) in gsp_simulator::pack::contract::holes::CONSENT_WORDS {
        let mut client = client();
        client.before = client.session.clone();
        if let Some(before) = &mut client.before {
            before.session_key = key(0x21);
            before.token = "t0".to_owned();
        }
        (client.user, client.state, client.gstin) =
            ("u".to_owned(), "29".to_owned(), "29ZZZCF0001Q1ZY".to_owned());
        client.sent_app_key = Some("sent".to_owned());
        let text = client.fill(word, Some(&seal)).unwrap_or_else(|why| panic!("{word}: {why}"));
        let family = word.split(['_', '.']).next().unwrap_or(word);
        // The name that says what a plain one does gives the same.
        if let Some(other) = seen.insert((family, text), *word) {
            assert_eq!((other, *word), ("refresh_key", "refresh_key_new"));
        }
    }
}

#[test]
fn an_otp_goes_under_the_key_that_is_sent_with_it() {
    let mut client = client();
    client.begin(true);
    let other = client.fill("otp", None);
    client.begin(false);
    assert_ne!(client.fill("otp", None), other);
}

#[test]
fn the_same_client_sends_the_same_bytes() {
    let mut sent: Vec<_> = [client(), client()]
        .iter_mut()
        .map(|client| [client.fill("app_key", None), client.fill("app_key", None)])
        .collect();
    assert_eq!(sent[0], sent[1]);
    let [first, again] = sent.remove(0);
    assert_ne!(first, again, "each padding is another");
    assert_eq!(first.map(|text| text.len()), Ok(344));
}

#[test]
fn rsa_without_padding_is_the_bare_power() {
    // 1 to any power is 1.
    let network = network();
    let bytes = rsa(&network, crypto::Padding::None, &[1], 0).expect("it is small enough");
    assert_eq!(
        (bytes.len(), bytes[..255].iter().all(|byte| *byte == 0), bytes[255]),
        (256, true, 1)
    );
}

#[test]
fn a_file_is_opened_and_its_hash_held_against_the_one_that_was_told() {
    // What the vectors have for a file under the key 60…7f.
    let sealed = "h1WV3Rp5NM6AQOHoyEvtH+jiC3/z/8UKL+yQilmrepb6WInl5OYKD+F45b6m5oTR60dDAUfyMOFvl871T5kzhSTfE2MwNX+pCzFIm/clumY=";
    let packed = packed("returns_0.json", &format!("\"{sealed}\""));
    let hash = hex(&sha256(&packed));
    let file_key = base64(&key(0x60));

    let opened = archive::open(&packed, &hash, false, &file_key).expect("it is right");
    assert_eq!(
        (opened.member.as_str(), opened.json.to_string().as_str()),
        ("returns_0.json", JSON)
    );

    let told = |bytes: &[u8], hash: &str, wrong, key: &str| {
        archive::open(bytes, hash, wrong, key).expect_err("it is wrong").to_string()
    };
    assert!(told(&packed, "00", false, &file_key).starts_with("`file`: the hash that was told"));
    assert!(told(&packed, &hash, true, &file_key).starts_with("`file`: a hash that is wrong"));
    assert_eq!(
        told(&packed, &hash, false, "AAAA"),
        "`file key`: 32 bytes in base64 promised, AAAA found"
    );
    let other = base64(&key(0x61));
    assert!(
        told(&packed, &hash, false, &other).starts_with(
            "`file returns_0.json`: base64 of AES-256-ECB under the file's key promised"
        )
    );
    let json = b"{}";
    assert!(told(json, &hex(&sha256(json)), false, &file_key).starts_with("`file`: a tar.gz"));
}

fn packed(name: &str, text: &str) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(gzip);
    archive.append_data(&mut header, name, text.as_bytes()).expect("there is room");
    archive.into_inner().and_then(flate2::write::GzEncoder::finish).expect("there is room")
}

#[test]
fn a_certificate_that_is_none_is_told_in_words() {
    let told = |pem: &str| certificate::public_key(pem).expect_err("it is wrong");
    assert_eq!(told("hello"), "it is no PEM");
    let block = |label: &str, body: &str| {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    };
    assert_eq!(told(&block("CERTIFICATE", "%%")), "its PEM is no Base64");
    assert_eq!(told(&block("CERTIFICATE", "MAA=")), "it is no X.509 certificate");
    assert_eq!(told(&block("PRIVATE KEY", "MAA=")), "it is a PRIVATE KEY, no certificate");
    assert!(told(&block("PUBLIC KEY", "MAA=")).starts_with("its key is no RSA key: "));
}
