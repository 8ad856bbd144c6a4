//! Keys and envelopes of the GST network's session, from the command line.

use std::{fs, io::Write as _, path::PathBuf, process::Stdio};

use serde_json::{Value, json};

use super::{Ran, command, fixtures, folder, json, refused, run, said, text};

const APP_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SESSION_KEY: &str = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";
const RESPONSE_KEY: &str = "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f";
const OTP: &str = "lBQwV4dMNxt5BBTu2msZ+w==";
const SEK: &str = "YaaTbk6PEBwcwfmTtUKg1OJ0Dor61OTRXQ1mGzguyomfO3UEkm+L024xGOkDpM1K";
const JSON: &str = r#"{"gstin":"29ZZZCF0001Q1ZY","ret_period":"042025"}"#;

/// A folder with a file.
fn with_file(folder_name: &str, name: &str, content: &str) -> (PathBuf, String) {
    let folder = folder(folder_name);
    let path = folder.join(name);
    fs::write(&path, content).expect("the target folder may be written to");
    (folder, path.display().to_string())
}

/// What is said of something that does not open.
fn told(args: &[&str]) -> String {
    let Ran { out, err, code } = run(args);
    assert_eq!((code, out.as_str()), (1, ""), "{args:?}: {err}");
    err
}

#[test]
fn the_certificate_is_printed_and_written() {
    let pem = said(&["gstn", "certificate"]);
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"), "{pem}");
    assert!(pem.ends_with("-----END CERTIFICATE-----\n"), "{pem}");
    let file = fs::read_to_string(fixtures().join("gstn/1.pem")).expect("the pair is committed");
    assert!(file.ends_with(&pem), "it is the committed one");

    let path = folder("gstn-certificate").join("gstn.pem");
    let out = said(&["gstn", "certificate", "--out", &path.display().to_string()]);
    assert!(out.contains("gspsim development key 1, not GSTN, valid until 2049-12-31"), "{out}");
    assert_eq!(fs::read_to_string(path).ok(), Some(pem));
    assert!(said(&["gstn", "certificate", "--public-key"]).starts_with("-----BEGIN PUBLIC KEY-"));
}

#[test]
fn the_certificate_is_told_in_json() {
    let first = json(&["gstn", "certificate"]);
    let second = json(&["gstn", "certificate", "--number", "2"]);

    assert_eq!(
        (&first["number"], &first["of"], &first["own"]),
        (&1.into(), &2.into(), &false.into())
    );
    assert_eq!((&first["bits"], &second["number"]), (&2_048.into(), &2.into()));
    assert_eq!(first["not_before"], "2020-01-01T00:00:00Z");
    assert_eq!(text(&first["fingerprint_sha256"]).len(), 95);
    assert_ne!(first["certificate"], second["certificate"]);
    assert_eq!(first["certificate"], said(&["gstn", "certificate"]));
}

#[test]
fn there_are_only_so_many_certificates() {
    for number in ["0", "3"] {
        let err = refused(&["gstn", "certificate", "--number", number]);
        let wanted = format!("there is no certificate number {number}\nhint: there are 2");
        assert!(err.contains(&wanted), "{err}");
    }
}

#[test]
fn an_own_pair_goes_before_the_others() {
    let own = fixtures().join("gstn/2.pem").display().to_string();
    let shown = json(&["gstn", "certificate", "--own", &own]);
    assert_eq!((&shown["own"], &shown["of"]), (&true.into(), &3.into()));
    let sealed = said(&["gstn", "seal", "app-key", "--own", &own, APP_KEY]);
    let opened = said(&["gstn", "open", "app-key", "--own", &own, sealed.trim_end()]);
    assert_eq!(opened.trim_end(), APP_KEY);
}

#[test]
fn an_own_file_that_is_no_pair_says_what_to_do() {
    let pair = fs::read_to_string(fixtures().join("gstn/1.pem")).expect("the pair is committed");
    let at = pair.find("-----BEGIN CERTIFICATE").expect("it has a certificate");
    let (_, path) = with_file("gstn-half", "key.pem", &pair[..at]);
    let err = refused(&["gstn", "certificate", "--own", &path]);
    let wanted = format!(
        "error: `{path}` cannot be used as GSTN's key: there is no certificate in it\nhint: \
         `openssl req -x509 -key {path} -subj /CN=mine -days 3650 >> {path}` makes one and adds it\n"
    );
    assert_eq!(err, wanted);
    let err = refused(&["gstn", "certificate", "--own", "not-there.pem"]);
    assert!(err.contains("cannot read `not-there.pem`") && err.contains("\nhint: "), "{err}");
}

#[test]
fn a_response_is_sealed_and_opened() {
    let (folder, path) = with_file("gstn-response", "r.json", JSON);
    let sealed = said(&[
        "gstn",
        "seal",
        "response",
        "--session-key",
        SESSION_KEY,
        "--response-key",
        RESPONSE_KEY,
        &path,
    ]);
    let body: Value = serde_json::from_str(&sealed).expect("an envelope is JSON");
    assert_eq!(body["status_cd"], "1");
    assert_eq!(body["hmac"], "e0AG6FXiIbLiSTIWRqOGLSQ3BhaRM+Gyk0p3t3OZcBc=");
    assert_eq!(body["rek"], "nsnczqn1sSa6HnZ404MpQ0SrOthS9VcpkIu083f2Ofu+X0DaQDw+WhKW3ulf0pqN");

    let envelope = folder.join("sealed.json");
    fs::write(&envelope, &sealed).expect("the target folder may be written to");
    let open = ["gstn", "open", "response", "--session-key", SESSION_KEY];
    let envelope = envelope.display().to_string();
    assert_eq!(said(&[&open[..], &[&envelope]].concat()).trim_end(), JSON);
    let opened = json(&[&open[..], &[&envelope]].concat());
    assert_eq!(opened["opened"], serde_json::from_str::<Value>(JSON).expect("it is JSON"));
    assert!(opened["diagnosis"].is_null());
}

#[test]
fn a_request_is_sealed_and_opened_or_told_why_not() {
    let (folder, path) = with_file("gstn-request", "r.json", JSON);
    let seal = ["gstn", "seal", "request", "--session-key", SESSION_KEY, "--action", "RETSAVE"];
    let sealed: Value =
        serde_json::from_str(&said(&[&seal[..], &[&path]].concat())).expect("an envelope is JSON");
    assert_eq!(sealed["action"], "RETSAVE");
    assert_eq!(sealed["hmac"], "7+mBAvaqlyYiaEYmIm8LOv2IJmpWemso2MCkVVjbf1w=");

    let envelope = folder.join("sealed.json");
    let name = envelope.display().to_string();
    let put = |body: &Value| {
        fs::write(&envelope, body.to_string()).expect("the target folder may be written to");
    };
    let open = ["gstn", "open", "request", "--session-key", SESSION_KEY, &name];
    put(&sealed);
    assert_eq!(said(&open).trim_end(), JSON);

    put(&json!({"data": sealed["data"], "hmac": "AAAA"}));
    let err = told(&open);
    assert_eq!(
        err,
        format!(
            "error: `hmac` does not fit: it is not HMAC-SHA256 of the JSON's Base64 under the \
             session key\nopened: {JSON}\nhint: `hmac` = Base64(HMAC-SHA256(key, \
             Base64(JSON)))\n"
        )
    );
    let Ran { out, code, .. } = run(&[&open[..], &["--json"]].concat());
    let value: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!((code, &value["thing"]), (1, &"hmac".into()));
    assert_eq!(value["opened"]["ret_period"], "042025");

    put(&sealed);
    let err = told(&[
        "gstn",
        "open",
        "request",
        "--session-key",
        APP_KEY,
        "--old-session-key",
        SESSION_KEY,
        &name,
    ]);
    assert!(err.contains("is encrypted with the session key of before the refresh"), "{err}");
}

#[test]
fn a_body_that_is_not_sealed_says_so() {
    let open = |body: &str| {
        let (_, path) = with_file("gstn-unsealed", "r.json", body);
        refused(&["gstn", "open", "response", "--session-key", SESSION_KEY, &path])
    };

    assert!(open("hello").contains("r.json` is no JSON: expected value at line 1 column 1"));
    assert!(open(r#"{"status_cd":"0","error":{"error_cd":"RET13510"}}"#).contains("is a refusal"));
    assert!(open(r#"{"data":{"gstin":"x"}}"#).contains("is no text, so it is not sealed"));
    assert!(open("{}").contains("there is no `data` in"));
}

#[test]
fn what_is_sealed_must_be_json() {
    let (_, path) = with_file("gstn-no-json", "r.json", "gstin=29ZZZCF0001Q1ZY");
    let err = refused(&["gstn", "seal", "request", "--session-key", SESSION_KEY, &path]);
    assert!(err.contains("r.json` is no JSON object or list\nhint: what is sealed"), "{err}");
}

#[test]
fn an_otp_is_sealed_and_opened_or_told_why_not() {
    assert_eq!(said(&["gstn", "seal", "otp", "--app-key", APP_KEY, "575757"]).trim_end(), OTP);
    assert_eq!(json(&["gstn", "seal", "otp", "--app-key", APP_KEY, "575757"])["otp"], OTP);
    assert_eq!(said(&["gstn", "open", "otp", "--app-key", APP_KEY, OTP]), "575757\n");
    let (_, path) = with_file("gstn-otp", "otp.txt", &format!("{OTP}\n"));
    let from_file = format!("@{path}");
    assert_eq!(said(&["gstn", "open", "otp", "--app-key", APP_KEY, &from_file]), "575757\n");

    assert_eq!(
        told(&["gstn", "open", "otp", "--app-key", APP_KEY, "575757"]),
        "error: `otp` was sent plain; it must be encrypted, then Base64\nopened: 575757\nhint: \
         `otp` = Base64(AES-256-ECB(app key, the OTP's digits))\n"
    );
}

#[test]
fn a_session_key_is_sealed_and_opened() {
    let key = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    assert_eq!(said(&["gstn", "seal", "sek", "--app-key", APP_KEY, SESSION_KEY]).trim_end(), SEK);
    assert_eq!(said(&["gstn", "open", "sek", "--app-key", APP_KEY, SEK]).trim_end(), key);
}

#[test]
fn an_app_key_by_rsa_opens_with_its_pair() {
    let sealed = said(&["gstn", "seal", "app-key", APP_KEY]);
    let sealed = sealed.trim_end();
    assert_eq!(sealed.len(), 344);
    assert_eq!(sealed, said(&["gstn", "seal", "app-key", APP_KEY]).trim_end(), "the same seed");
    let other = said(&["gstn", "seal", "app-key", APP_KEY, "--seed", "2"]);
    assert_ne!(sealed, other.trim_end(), "another seed");
    assert_eq!(said(&["gstn", "open", "app-key", sealed]).trim_end(), APP_KEY);

    let err = told(&["gstn", "open", "app-key", "--number", "2", sealed]);
    assert!(err.contains("under the certificate of before the rotation"), "{err}");
    assert!(err.contains("\nhint: encrypt under the certificate of `gspsim gstn cert"), "{err}");
}

#[test]
fn an_app_key_goes_under_any_certificate() {
    let path = folder("gstn-seal-certificate").join("gstn.pem").display().to_string();
    said(&["gstn", "certificate", "--number", "2", "--out", &path]);
    let sealed = said(&["gstn", "seal", "app-key", "--certificate", &path, APP_KEY]);
    let opened = said(&["gstn", "open", "app-key", "--number", "2", sealed.trim_end()]);
    assert_eq!(opened.trim_end(), APP_KEY);
    let (_, path) = with_file("gstn-no-certificate", "c.pem", "hello");
    let err = refused(&["gstn", "seal", "app-key", "--certificate", &path, APP_KEY]);
    assert!(err.contains("cannot be used: there is no certificate in it\nhint: "), "{err}");
}

#[test]
fn an_app_key_of_a_refresh_opens_with_the_session_key() {
    let refresh = ["gstn", "seal", "app-key", "--session-key", SESSION_KEY, APP_KEY];
    let sealed = said(&refresh);
    assert_eq!(sealed.trim_end().len(), 64);
    let open = ["gstn", "open", "app-key", "--session-key", SESSION_KEY];
    assert_eq!(said(&[&open[..], &[sealed.trim_end()]].concat()).trim_end(), APP_KEY);

    let by_rsa = said(&["gstn", "seal", "app-key", APP_KEY]);
    let err = told(&[&open[..], &[by_rsa.trim_end()]].concat());
    assert!(err.contains("`app_key` of the refresh is 256 bytes, as RSA gives"), "{err}");
}

#[test]
fn a_key_that_is_none_or_missing_says_how_to_write_one() {
    let err = refused(&["gstn", "open", "otp", OTP]);
    assert!(err.starts_with("error: this needs the app key: `--app-key KEY`\nhint: write 44 "));
    let err = refused(&["gstn", "open", "otp", "--app-key", "c2VjcmV0", OTP]);
    assert!(err.contains("`--app-key`: a text of 8 characters is no key of 32 bytes"), "{err}");
    assert!(!err.contains("c2VjcmV0"), "a key is not repeated: {err}");
    let (_, path) = with_file("gstn-key", "key.txt", &format!("{APP_KEY}\n"));
    let from_file = format!("@{path}");
    assert_eq!(said(&["gstn", "open", "otp", "--app-key", &from_file, OTP]), "575757\n");
}

#[test]
fn standard_input_stands_in_for_a_file() {
    let mut open = command(&["gstn", "open", "otp", "--app-key", APP_KEY, "-"]);
    open.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = open.spawn().expect("the program was built for this test");
    let mut input = child.stdin.take().expect("it is a pipe");
    input.write_all(OTP.as_bytes()).expect("the program reads");
    drop(input);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.stdout, b"575757\n");
}

#[test]
fn a_file_of_a_large_return_is_packed_and_opened_or_told_why_not() {
    let (folder, path) = with_file("gstn-file", "r.json", JSON);
    let file = folder.join("part.tar.gz").display().to_string();
    let packed = json(&["gstn", "seal", "file", "--key", APP_KEY, "--out", &file, &path]);
    let hash = text(&packed["hash"]).to_owned();

    let open = ["gstn", "open", "file", "--file-key", APP_KEY];
    assert_eq!(said(&[&open[..], &["--hash", &hash, &file]].concat()).trim_end(), JSON);

    let err = told(&["gstn", "open", "file", "--key", SESSION_KEY, &file]);
    assert!(err.starts_with("error: `data`") && err.contains("the file key"), "{err}");
    let err = told(&[&open[..], &["--hash", &hash.replace('a', "b"), &file]].concat());
    assert!(err.contains("has another hash") && err.contains("hint: download it again"), "{err}");
    let err = told(&[&open[..], &[&path]].concat());
    assert!(err.contains("this is JSON, no gzip'd tar"), "{err}");
    let (_, cut) = with_file("gstn-file-cut", "part.tar.gz", "no gzip at all");
    let err = told(&[&open[..], &[&cut]].concat());
    assert!(err.contains("cannot be read as a gzip'd tar"), "{err}");
}
