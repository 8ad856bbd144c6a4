//! Where settings come from, and what is said of wrong ones.

use std::{fs, process::Stdio};

use super::{Ran, command, folder, json, ran, refused, run, said, vendors};

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let folder = folder("precedence");
    fs::write(folder.join("gspsim.toml"), "seed = 3\n").expect("a file");
    let new = |seed: Option<&str>, flags: &[&str]| {
        let mut command = command(&[&["gstin", "new"], flags].concat());
        command.current_dir(&folder);
        if let Some(seed) = seed {
            command.env("GSPSIM_SEED", seed);
        }
        ran(&mut command).out
    };
    let of_seed = |seed: &str| said(&["gstin", "new", "--seed", seed]);
    assert_eq!(new(None, &[]), of_seed("3"));
    assert_eq!(new(Some("4"), &[]), of_seed("4"));
    assert_eq!(new(Some("4"), &["--seed", "5"]), of_seed("5"));
}

#[test]
fn a_wrong_settings_file_is_shown_with_its_line() {
    let folder = folder("settings");
    let refusal = |text: &str| {
        fs::write(folder.join("gspsim.toml"), text).expect("a file");
        let mut command = command(&["catalog"]);
        command.current_dir(&folder).env_remove("GSPSIM_NOW");
        let Ran { err, code, .. } = ran(&mut command);
        assert_eq!(code, 2, "{err}");
        err
    };
    let err = refusal("seed = 3\nsede = 4\n");
    assert!(err.contains("gspsim.toml:2:1") && err.contains("unknown field `sede`"), "{err}");
    let err = refusal("\nnow = \"noon\"\n");
    assert!(err.contains("`noon` is no time") && err.contains("2 | now = \"noon\""), "{err}");
    let err = refusal("fixtures = [\"nowhere\"]\n");
    assert!(err.contains("cannot read the folder `nowhere`") && err.contains("1 | "), "{err}");
    let err = refusal("[settings.nobody]\nx = 1\n");
    assert!(err.contains("there is no vendor or story `nobody`"), "{err}");
}

#[test]
fn a_setting_of_a_vendor_is_looked_at_wherever_it_comes_from() {
    let setting = format!("{}.no_such_setting=1", vendors()[0]);
    let by_flag = run(&["catalog", "--set", &setting]);
    let by_environment = ran(command(&["catalog"]).env("GSPSIM_SET", &setting));
    for Ran { err, code, .. } in [by_flag, by_environment] {
        assert_eq!(code, 2);
        assert!(err.contains("has no setting `no_such_setting`"), "{err}");
    }
}

#[test]
fn a_setting_that_cannot_be_read_is_refused() {
    assert_eq!(
        refused(&["check", "--set", "nonsense"]),
        "error: `--set nonsense` cannot be read\nhint: write `--set VENDOR.SETTING=VALUE` or `--set STORY.PARAMETER=VALUE`\n"
    );
}

#[test]
fn a_time_that_is_none_is_refused() {
    let err = refused(&["check", "--now", "yesterday"]);
    assert!(err.contains("`--now yesterday` is no time\nhint: write it as RFC 3339"), "{err}");
}

#[test]
fn a_stranger_is_somebody_unless_told_otherwise() {
    // Of the right layout, and not of the declared population: its serial is not 0000.
    let first_14 = "27AAPFU1234F1Z";
    let valid = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        .chars()
        .map(|last| format!("{first_14}{last}"))
        .find(|text| run(&["gstin", "check", text]).code == 0)
        .expect("one of them fits");
    said(&["taxpayer", &valid]);
    let err = refused(&["taxpayer", &valid, "--unknown", "not-found"]);
    assert!(err.contains("nobody is registered under"), "{err}");
}

#[test]
fn colours_are_for_terminals_and_for_who_asks() {
    assert!(!said(&["catalog"]).contains('\u{1b}'));
    assert!(said(&["catalog", "--color", "always"]).contains('\u{1b}'));
    assert!(!said(&["catalog", "--color", "never"]).contains('\u{1b}'));
    let wrong = run(&["explain", "nothing-of-the-kind", "--color", "always"]);
    assert!(wrong.err.starts_with('\u{1b}'), "{}", wrong.err);
}

#[test]
fn json_can_be_asked_for_by_environment() {
    let out = ran(command(&["catalog"]).env("GSPSIM_JSON", "1")).out;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).ok(), Some(json(&["catalog"])));
}

#[test]
fn a_wrong_word_is_refused_with_the_right_one() {
    let err = refused(&["chekc"]);
    assert!(err.starts_with("error: ") && err.contains("\nhint: "), "{err}");
}

#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    let mut child = command(&["schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built for this test");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}
