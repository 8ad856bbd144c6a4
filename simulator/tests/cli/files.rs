//! What is said of files: packs, scenarios, schemas.

use std::{fs, path::Path};

use serde_json::Value;

use super::{Ran, fixtures, folder, json, list, refused, run, said, text, vendors};

#[test]
fn the_files_that_come_with_the_program_have_nothing_wrong() {
    let out = said(&["check"]);
    assert!(out.contains(" vendors, ") && out.ends_with(": nothing wrong\n"), "{out}");
}

#[test]
fn a_broken_pack_is_shown_with_its_line_and_ends_with_2() {
    let folder = folder("broken");
    fs::create_dir_all(folder.join("zeta")).expect("a folder");
    fs::write(folder.join("zeta/vendor.toml"), "title = \"Z\"\ncolour = 1\nendpoints = []\n")
        .expect("a file");
    let path = folder.display().to_string();

    let Ran { out, code, .. } = run(&["check", "--fixtures", &path]);
    assert_eq!(code, 2);
    assert!(out.contains("unknown field `colour`") && out.contains("2 | colour"), "{out}");
    assert!(out.ends_with("error: 1 finding\n"), "{out}");

    let Ran { out, code, .. } = run(&["check", "--json", "--fixtures", &path]);
    let report: Value = serde_json::from_str(&out).expect("JSON even when something is wrong");
    let lines: Vec<_> = list(&report["findings"]).iter().map(|found| &found["line"]).collect();
    assert_eq!((code, lines), (2, vec![&Value::from(2)]), "and nothing else is wrong");

    let err = refused(&["catalog", "--fixtures", &path]);
    assert!(err.contains("unknown field `colour`"), "{err}");
}

#[test]
fn a_folder_of_fixtures_adds_a_vendor() {
    let folder = folder("sixth");
    let known = vendors();
    copy(&fixtures().join(&known[0]), &folder.join("sixth"));

    let all = json(&["catalog", "--fixtures", &folder.display().to_string()]);
    let names: Vec<_> = list(&all).iter().map(|vendor| &vendor["vendor"]).collect();
    assert_eq!(names.len(), known.len() + 1);
    assert!(names.iter().any(|name| **name == "sixth"), "{names:?}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the fixtures are there") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[test]
fn a_folder_that_is_no_folder_of_vendors_is_refused_with_what_to_do() {
    let one = fixtures().join(&vendors()[0]).display().to_string();
    let err = refused(&["check", "--fixtures", &one]);
    assert!(err.contains("is a vendor, not a folder of vendors\nhint: give the folder"), "{err}");

    let err = refused(&["check", "--fixtures", "/nowhere"]);
    assert!(err.starts_with("error: cannot read the folder `/nowhere`"), "{err}");

    let empty = folder("empty").display().to_string();
    let err = refused(&["check", "--fixtures", &empty]);
    assert!(err.contains("there is no vendor in") && err.contains("\nhint: a vendor is"), "{err}");
}

#[test]
fn a_scenario_is_listed_and_shown() {
    let folder = folder("stories");
    let story = "name = \"slow\"\nabout = \"All is slow\"\n[[rule]]\nanswer = \"not-found\"\n";
    fs::write(folder.join("slow.toml"), story).expect("a file");
    let path = folder.display().to_string();
    assert!(said(&["scenario", "list", "--scenarios", &path]).contains("All is slow"));
    let shown = json(&["scenario", "show", "slow", "--scenarios", &path]);
    assert_eq!(list(&shown["rules"]).len(), 1);
    let err = refused(&["scenario", "show", "slwo", "--scenarios", &path]);
    assert!(err.contains("there is no scenario `slwo`\nhint: did you mean `slow`?"), "{err}");
}

#[test]
fn every_story_that_ships_says_whom_it_hurts_and_what_a_good_client_does() {
    let stories = json(&["scenario", "list"]);
    for story in list(&stories) {
        for key in ["about", "hurts", "client"] {
            assert!(text(&story[key]).len() > 30, "{}: {key}", story["name"]);
        }
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scenarios.md");
    let docs = fs::read_to_string(docs).expect("the page is there");
    let (_, shipped) = docs.split_once("files. -->\n\n").expect("the list has a mark before it");
    assert_eq!(shipped, said(&["scenario", "list", "--markdown"]), "put it into docs/scenarios.md");
}

#[test]
fn a_new_story_is_written_checked_and_told() {
    let folder = folder("new-story").display().to_string();
    assert!(
        said(&["scenario", "new", "slow-evening", "--to", &folder]).contains("--scenario slow")
    );
    assert!(said(&["check", "--scenarios", &folder]).contains("nothing wrong"));
    let show = |set: &str| {
        said(&["scenario", "show", "slow-evening", "--scenarios", &folder, "--set", set])
    };
    for set in ["calls=3", "slow-evening.calls=3"] {
        assert!(show(set).contains("first 3 calls"), "{set}");
    }
    let refuse = |set: &str| {
        refused(&["scenario", "show", "slow-evening", "--scenarios", &folder, "--set", set])
    };
    assert_eq!(
        refuse("cals=3"),
        "error: `slow-evening` has no parameter `cals`\nhint: did you mean `calls`?\n"
    );
    assert!(refuse("slow-evening.calls=x").contains("its type is a whole number"));
    assert_eq!(
        refused(&["check", "--set", "calls=3"]),
        "error: `--set calls=3` does not say of what\nhint: write `--set VENDOR.SETTING=VALUE` or \
         `--set STORY.PARAMETER=VALUE`\n"
    );
    let again = refused(&["scenario", "new", "slow-evening", "--to", &folder]);
    assert!(again.contains("cannot write") && again.contains("another name"), "{again}");
    let bad = refused(&["scenario", "new", "Slow Evening", "--to", &folder]);
    assert!(bad.starts_with("error: a story cannot be called `Slow Evening`"), "{bad}");
}

#[test]
fn the_committed_schemas_are_those_of_the_program() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let fresh = folder("schemas");
    said(&["schema", "--write", &fresh.display().to_string()]);
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("schemas are there");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        names
    };
    // The harness has files of its own there.
    for name in names(&fresh) {
        assert!(names(&committed).contains(&name), "{} is not there", name.display());
        let read = |folder: &Path| fs::read_to_string(folder.join(&name)).expect("a text");
        let same = read(&committed) == read(&fresh);
        assert!(same, "{} is old: run `gspsim schema --write schemas`", name.display());
    }
}

#[test]
fn a_schema_that_is_not_there_is_answered_with_the_closest_one() {
    assert_eq!(json(&["schema", "vendor"])["title"], "fixtures/<vendor>/vendor.toml");
    let err = refused(&["schema", "vender"]);
    assert!(err.contains("there is no schema `vender`\nhint: did you mean `vendor`?"), "{err}");
    let err = refused(&["schema", "--write", "/proc/nowhere"]);
    assert!(err.starts_with("error: cannot write to `/proc/nowhere`"), "{err}");
}
