use super::sound;

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
