//! The program from outside: what each command says, and how it ends.

mod commands;
mod files;
mod gstn;
mod live;
mod openapi;
mod settings;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// A day on which all that is asked about here is true.
const NOW: &str = "2026-07-01T09:00:00Z";

/// What a run of the program left behind.
struct Ran {
    out: String,
    err: String,
    code: i32,
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gspsim"));
    command.args(args).env("GSPSIM_NOW", NOW).current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("the program was built for this test");
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    Ran {
        out: text(output.stdout),
        err: text(output.stderr),
        code: output.status.code().expect("no signal ended the program"),
    }
}

fn run(args: &[&str]) -> Ran {
    ran(&mut command(args))
}

/// What a command that goes well says.
fn said(args: &[&str]) -> String {
    let Ran { out, err, code } = run(args);
    assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    out
}

fn json(args: &[&str]) -> Value {
    let out = said(&[args, &["--json"]].concat());
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{args:?}: {error}: {out}"))
}

/// What is said of a wrong argument or file.
fn refused(args: &[&str]) -> String {
    let Ran { out, err, code } = run(args);
    assert_eq!((code, out.as_str()), (2, ""), "{args:?}: {err}");
    err
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("the target folder may be written to");
    path
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// The names of all vendors.
fn vendors() -> Vec<String> {
    list(&json(&["catalog"])).iter().map(|vendor| text(&vendor["vendor"]).to_owned()).collect()
}

/// The vendors that take PASETO tokens, and those that do not.
fn vendors_by_tokens() -> (Vec<String>, Vec<String>) {
    let credentials = json(&["credentials"]);
    let minted = |name: &String| {
        list(&credentials).iter().any(|vendor| {
            vendor["vendor"] == **name && vendor["accounts"][0]["send"][0]["minted"] == true
        })
    };
    vendors().into_iter().partition(minted)
}
