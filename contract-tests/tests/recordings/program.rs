//! The commands `record`, `lint` and `replay`, as people meet them.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Command, Output, Stdio},
};

use gsp_contract_tests::http;
use gsp_simulator::Simulator;
use serde_json::{Value, json};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gsp-contract"));
    command.args(arguments).env_remove("GSP_CONTRACT_MAX_AGE").env_remove("GSP_CONTRACT_APP_KEY");
    command
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    told(&program(arguments).output().expect("the program starts"))
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

/// A recording by the real program of one look-up at a simulator.
async fn record(file: &str) -> Value {
    let live = Simulator::builder().start().await.expect("it starts");
    let to = format!("{}/attestr", live.url());
    let mut process = program(&[
        "record",
        "--vendor",
        "attestr",
        "--to",
        &to,
        "--out",
        file,
        "--duration",
        "3s",
        "--json",
    ])
    .stdout(Stdio::piped())
    .spawn()
    .expect("the program starts");
    let mut out = BufReader::new(process.stdout.take().expect("it is piped"));
    let mut line = String::new();
    out.read_line(&mut line).expect("it prints");
    let first: Value = serde_json::from_str(&line).expect("it is JSON");
    assert_eq!(first["event"], "listening");
    assert_eq!(first["pid"], process.id());
    let url = first["url"].as_str().expect("an address");
    let client = http::client().no_proxy().build().expect("a client");
    let reply = client
        .post(format!("{url}/api/v2/public/corpx/gstin"))
        .header("authorization", "Basic c2ltLWF0dGVzdHI6c2ltLXNlY3JldA==")
        .json(&json!({ "gstin": "27AAPFU0939F1ZV", "fetchFilings": false }))
        .send()
        .await
        .expect("it answers");
    assert_eq!(reply.status(), 200);
    drop(client);
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("it ends");
    assert!(process.wait().expect("it ends").success());
    serde_json::from_str(&rest).expect("it is JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_made_proved_and_played() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path(), "november.toml");

    let last = record(&file).await;
    assert_eq!((&last["event"], &last["exchanges"]), (&json!("recorded"), &json!(1)));

    let (code, out, err) = run(&["lint", &file]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert_eq!(out, "1 file looked at, one of them a recording: nothing was found\n");

    let files = path(folder.path(), "files");
    let (code, out, err) = run(&["replay", &file, "--out", &files, "--check"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("1 exchanges, each played as it was recorded"), "{out}");
    assert!(out.ends_with("--scenario november\n"), "{out}");
    let persona = folder.path().join("files/fixtures/taxpayers/november-1.json");
    let persona: Value =
        serde_json::from_str(&fs::read_to_string(persona).expect("it is there")).expect("JSON");
    assert!(
        persona["legal_name"].as_str().is_some_and(|name| name.starts_with("SAMPLE ")),
        "{persona}"
    );

    // The simulator takes the folders as they are, and other vendors know who it is.
    let simulator = Simulator::builder()
        .fixtures(folder.path().join("files/fixtures"))
        .and_then(|builder| builder.scenarios(folder.path().join("files/scenarios")))
        .expect("the folders can be read")
        .scenario("november")
        .start()
        .await
        .expect("it starts");
    let client = http::client().no_proxy().build().expect("a client");
    let reply = client
        .post(format!("{}/accuauth/verify/indian_gst", simulator.url()))
        .header("x-df-api-id", "sim-id")
        .header("x-df-api-secret", "sim-secret")
        .json(&json!({ "gstin": persona["gstin"], "consent": "Y" }));
    let reply: Value = reply.send().await.expect("it answers").json().await.expect("JSON");
    assert_eq!(reply["result"]["lgnm"], persona["legal_name"], "{reply}");

    // A file is never added to.
    let (code, _, err) =
        run(&["record", "--vendor", "attestr", "--to", "http://127.0.0.1:9", "--out", &file]);
    assert_eq!(code, Some(2));
    assert!(err.contains("is there already\nhint: a recording has stand-ins of its own"), "{err}");

    // An original that somebody puts there by hand is found where it stands, and not told in full.
    let text = fs::read_to_string(&file).expect("it is there");
    let line = text.lines().position(|line| line.contains("\"legalName\"")).expect("a name") + 1;
    let changed: Vec<String> = text
        .lines()
        .map(|line| {
            if line.contains("\"legalName\"") {
                "  \"legalName\": \"RAMESH TRADERS\",".to_owned()
            } else {
                line.to_owned()
            }
        })
        .collect();
    fs::write(&file, changed.join("\n")).expect("it can be written");
    let (code, out, _) = run(&["lint", &file]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains(&format!("november.toml:{line}:17: a name or a part of an address that is no stand-in (RA…RS, 14 characters)")), "{out}");
    assert!(!out.contains("RAMESH"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_fails_loudly() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path(), "old.toml");
    let _ = record(&file).await;
    let text = fs::read_to_string(&file).expect("it is there");
    let start = text.find("recorded = \"").expect("a day") + 12;
    let old = format!("{}2020-01-01{}", &text[..start], &text[start + 10..]);
    fs::write(&file, old).expect("it can be written");

    let (code, out, _) = run(&["lint", &file]);
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("old.toml:6:12: recorded ") && out.contains(" days ago, and good for 90"),
        "{out}"
    );
    let (code, _, err) = run(&["replay", &file, "--check"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains("days ago, and good for 90") && err.contains("hint: record it anew"),
        "{err}"
    );
    let (code, out, err) = run(&["lint", &file, "--max-age", "100000"]);
    assert_eq!(code, Some(0), "{out}{err}");

    // The story that was made of it is found by the simulator's own check.
    let files = path(folder.path(), "files");
    let (code, _, err) = run(&["replay", &file, "--out", &files, "--max-age", "100000"]);
    assert_eq!(code, Some(0), "{err}");
    let story = folder.path().join("files/scenarios/old.toml");
    let text = fs::read_to_string(&story).expect("it is there");
    assert!(text.contains("on = \"2020-01-01\"\ngood-for-days = 100000"), "{text}");
}

#[test]
fn nobody_else_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path(), "a.toml");
    let record =
        |vendor: &str, to: &str| run(&["record", "--vendor", vendor, "--to", to, "--out", &file]);
    let (code, _, err) = record("attestr", "https://api.elsewhere.example");
    assert_eq!(code, Some(2));
    assert!(err.starts_with("error: `api.elsewhere.example` is the host of no vendor: nothing was sent there\nhint: add it to `hosts`"), "{err}");
    let (code, _, err) = record("attestr", "http://api.attestr.com");
    assert_eq!(code, Some(2));
    assert!(err.starts_with("error: `api.attestr.com` is asked without TLS"), "{err}");
    let (code, _, err) = record("nobody", "http://127.0.0.1:9");
    assert_eq!(code, Some(2));
    assert!(err.starts_with("error: there is no vendor `nobody`\nhint: there are: "), "{err}");
    assert!(!Path::new(&file).exists(), "nothing was begun");
}

#[test]
fn lint_tells_what_it_finds_and_what_it_was_told_to_pass_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let gstin = ["29AAPFU", "0939F1ZR"].concat();
    fs::write(folder.path().join("notes.md"), format!("ours 27AAACS0000A1ZG\ntheirs {gstin}\n"))
        .expect("a file");
    fs::create_dir_all(folder.path().join(".git")).expect("a folder");
    fs::write(folder.path().join(".git/kept"), &gstin).expect("a file");
    fs::create_dir_all(folder.path().join("build")).expect("a folder");
    fs::write(folder.path().join("build/CACHEDIR.TAG"), "").expect("a file");
    fs::write(folder.path().join("build/made"), &gstin).expect("a file");
    fs::write(folder.path().join("picture"), [b"\0\xff", gstin.as_bytes()].concat())
        .expect("a file");
    let place = folder.path().display().to_string();

    let (code, out, _) = run(&["lint", &place]);
    assert_eq!(code, Some(1));
    assert!(out.contains("notes.md:2:8: a GSTIN that may be somebody's (29…ZR, 15 characters)\nhint: put a stand-in there"), "{out}");
    assert!(out.ends_with("1 file looked at: one thing was found\n"), "{out}");

    let (code, out, _) = run(&["lint", &place, "--json"]);
    assert_eq!(code, Some(1));
    let json: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(
        (&json["found"][0]["line"], &json["found"][0]["column"], &json["found"][0]["what"]),
        (&json!(2), &json!(8), &json!("gstin"))
    );

    let allow = path(folder.path(), "lint-allow.toml");
    let entry = format!(
        "[[allow]]\ntext = \"{gstin}\"\nreason = \"a vendor's own sample\"\n[[allow]]\ntext = \"36AAJCPXXXXA1ZQ\"\nreason = \"another\"\n"
    );
    fs::write(&allow, entry).expect("a file");
    let (code, out, _) = run(&["lint", &place, "--allow", &allow]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("note: nothing needs `36AAJCPXXXXA1ZQ`"), "{out}");

    fs::write(&allow, "[[allow]]\ntxt = \"a\"\nreason = \"b\"\n").expect("a file");
    let (code, _, err) = run(&["lint", &place, "--allow", &allow]);
    assert_eq!(code, Some(2));
    assert!(err.contains("unknown field `txt`") && err.contains("lint-allow.toml:2:1"), "{err}");

    let (code, out, _) = run(&["lint", &path(folder.path(), "nowhere")]);
    assert_eq!(code, Some(2), "{out}");
    assert!(out.contains("not read: ") && out.contains("nowhere"), "{out}");
}

#[test]
fn a_run_is_recorded_with_its_sealed_sessions() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path(), "run.toml");
    let mut command = program(&[
        "run",
        "--vendor",
        "finagg",
        "--case",
        "gstr1::b2b",
        "--record",
        &file,
        "--json",
    ]);
    let (code, out, err) =
        told(&command.current_dir(folder.path()).output().expect("the program starts"));
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(err.contains("exchanges in ") && err.contains("gsp-contract lint"), "{err}");
    let text = fs::read_to_string(&file).expect("it is there");
    assert!(text.contains("returns/gstr1") && !text.contains("dropped"), "{text}");
    let (code, out, err) = run(&["lint", &file]);
    assert_eq!(code, Some(0), "{out}{err}");
    let (code, _, err) = run(&["run", "--record", &file]);
    assert_eq!(code, Some(2));
    assert!(err.contains("--vendor"), "{err}");
}

#[test]
fn a_whole_suite_recorded_while_it_runs_is_nobodys_and_plays_as_it_was() {
    for vendor in ["accuauth", "attestr", "hms", "hyperverge"] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = path(folder.path(), &format!("recorded-{vendor}.toml"));
        let kept = path(folder.path(), "run.json");

        let (code, _, err) =
            run(&["run", "--vendor", vendor, "--record", &file, "--out", &kept, "--quiet"]);
        assert_eq!(code, Some(0), "{vendor}: {err}");
        let (code, out, err) = run(&["lint", &file]);
        assert_eq!(code, Some(0), "{vendor}: {out}{err}");
        let to = path(folder.path(), "played");
        let (code, out, err) = run(&["replay", &file, "--out", &to, "--check"]);
        assert_eq!(code, Some(0), "{vendor}: {out}{err}");
        assert!(out.contains("each played as it was recorded"), "{vendor}: {out}");
    }
}
