use super::{Files, sound};

#[test]
fn an_expression_that_fails_in_some_scene_is_found_in_its_body() {
    let files = sound().change(
        "alpha/bodies/verify/found.json",
        "{{ taxpayer.gstin }}",
        "{{ fields.year[0:4] | int }}",
    );

    assert_eq!(
        files.told()[..2],
        [
            "fixtures/alpha/bodies/verify/found.json:2:16: `fields.year[0:4] | int` fails: \
             cannot convert sequence to integer",
            "  with an active taxpayer and a request without fields at `alpha::verify`; \
             docs/pack-format.md lists what expressions know",
        ]
    );
}

#[test]
fn an_expression_is_found_in_the_part_that_is_included() {
    let files = sound()
        .with("alpha/bodies/parts/place.json", r#"{ "city": "{{ place.natures | nope }}" }"#);

    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/bodies/parts/place.json:1:15: `place.natures | nope` fails: filter \
             nope is unknown",
            "  with an active taxpayer and a usual request at `alpha::verify`; \
             docs/pack-format.md lists what expressions know",
        ]
    );
}

#[test]
fn a_rule_whose_expression_fails_is_found_once_for_all_scenes() {
    let files = sound().change(
        "alpha/vendor.toml",
        "rules = [",
        "rules = [\n  { check = { holds = \"fields.year.split('-')\" }, else = \"malformed-request\" },\n ",
    );

    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:30:24: `fields.year.split('-')` fails: string has no \
             method named split",
            "  with an active taxpayer and a usual request at `alpha::verify`; \
             docs/pack-format.md lists what expressions know",
        ]
    );
}

#[test]
fn a_header_whose_expression_fails_is_found_where_it_is_written() {
    let files = sound().change(
        "alpha/vendor.toml",
        "error-body = \"error\"",
        "error-body = \"error\"\nheaders = { \"x-name\" = \"{{ taxpayer.natures | nope }}\" }",
    );

    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:6:28: `taxpayer.natures | nope` fails: filter nope is \
             unknown",
            "  with an active taxpayer and a usual request at `alpha::verify`; \
             docs/pack-format.md lists what expressions know",
        ]
    );
}

#[test]
fn a_choice_that_breaks_the_pack_is_found() {
    let files = sound()
        .change(
            "alpha/vendor.toml",
            "[settings.dates]",
            "[settings.body]\nabout = \"The body\"\ndefault = \"verify/not-found\"\n\
             choices = [\"verify/not-found\", \"verify/fuond\"]\n\n[settings.dates]",
        )
        .change("alpha/vendor.toml", "not-found = {}", "not-found = { body = \"$body\" }");

    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:43:22: with body = verify/fuond: there is no body \
             `verify/fuond`",
            "  add `alpha/bodies/verify/fuond.json`",
        ]
    );
}

/// A vendor with a choice that nothing hangs on but what a test adds.
fn with_choice() -> Files {
    sound().change(
        "alpha/vendor.toml",
        "[settings.dates]",
        "[settings.case]\nabout = \"The case\"\ndefault = \"lower\"\n\
         choices = [\"lower\", \"upper\"]\n\n[settings.dates]",
    )
}

#[test]
fn an_expression_that_fails_with_another_choice_is_found_wherever_it_stands() {
    let failing = "'a' if settings.case == 'lower' else now | nope";
    let hole = format!("{{{{ {failing} }}}}");
    let with = |path: &'static str, from: &str, to: &str| {
        let told = with_choice().change(path, from, to).told();
        let place = told[0].split_once(": ").map_or("", |(place, _)| place).to_owned();
        let file = place.split(':').next().unwrap_or_default().to_owned();
        assert!(
            told[0].contains(&format!("with case = upper: `{failing}` fails: ")) && told.len() == 2,
            "{told:?}"
        );
        file
    };

    let in_body = with("alpha/bodies/verify/found.json", "{{ taxpayer.gstin }}", &hole);
    let in_part = with("alpha/bodies/parts/place.json", "{{ place.city }}", &hole);
    let in_error = with("alpha/bodies/error.json", "{{ message }}", &hole);
    let in_rule = with(
        "alpha/vendor.toml",
        "rules = [",
        &format!(
            "rules = [{{ check = {{ holds = \"{failing}\" }}, else = \"malformed-request\" }}, "
        ),
    );
    let in_header = with(
        "alpha/vendor.toml",
        "found = {}",
        &format!("found = {{ headers = {{ x-case = \"{hole}\" }} }}"),
    );
    let in_all_headers = with(
        "alpha/vendor.toml",
        "error-body = \"error\"",
        &format!("error-body = \"error\"\nheaders = {{ x-case = \"{hole}\" }}"),
    );
    let in_code = with(
        "alpha/errors.toml",
        "cause = \"A value",
        &format!("reason = \"{hole}\"\ncause = \"A value"),
    );

    assert_eq!(in_body, "fixtures/alpha/bodies/verify/found.json");
    assert_eq!(in_part, "fixtures/alpha/bodies/parts/place.json");
    assert_eq!(in_error, "fixtures/alpha/bodies/error.json");
    assert_eq!([in_rule, in_header, in_all_headers], ["fixtures/alpha/vendor.toml"; 3]);
    assert_eq!(in_code, "fixtures/alpha/errors.toml");
}

#[test]
fn a_reply_that_only_another_choice_gives_is_rehearsed() {
    let files = with_choice()
        .with("alpha/bodies/verify/lower.json", r#"{ "gstin": "a" }"#)
        .with("alpha/bodies/verify/upper.json", r#"{ "gstin": "{{ fields.gstin | nope }}" }"#)
        .change("alpha/vendor.toml", "not-found = {}", "not-found = { body = \"$body\" }")
        .change(
            "alpha/vendor.toml",
            "[settings.case]",
            "[settings.body]\nabout = \"The body\"\ndefault = \"verify/lower\"\n\
             choices = [\"verify/lower\", \"verify/upper\"]\n\n[settings.case]",
        );

    let told = files.told();

    let expected = "fixtures/alpha/bodies/verify/upper.json:1:16: with body = verify/upper: \
                    `fields.gstin | nope` fails: filter nope is unknown";
    assert!(told.iter().any(|line| line == expected), "{told:?}");
}
