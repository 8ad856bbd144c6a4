use super::sound;

const VENDOR: &str = "alpha/vendor.toml";

#[test]
fn names_that_are_there_twice_are_found() {
    let files = sound()
        .more(
            VENDOR,
            "\n[[endpoints]]\nname = \"verify\"\nmethod = \"GET\"\npath = \"/other\"\nsuccess = \"E1\"\n",
        )
        .change(
            VENDOR,
            "[[endpoints]]",
            "[[accounts]]\nname = \"default\"\ncredentials = { key = \"other\" }\n\n[[endpoints]]",
        );
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:45:8: there are two of the endpoint `verify`",
            "  nobody could tell them apart; name one anew",
            "fixtures/alpha/vendor.toml:24:8: there are two of the account `default`",
            "  nobody could tell them apart; name one anew",
        ]
    );
}

#[test]
fn a_field_of_a_part_that_the_path_has_not_is_found() {
    let files = sound().change(VENDOR, "year = { in = \"body\" }", "year = { in = \"path\" }");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:26:8: the path of `verify` has no `{year}`",
            "  there are: version",
        ]
    );
}

#[test]
fn a_field_of_a_body_that_nobody_reads_is_found() {
    let files = sound().change(VENDOR, "body = {", "# body = {");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:24:8: `verify` never reads the body with its field `gstin`",
            "  say what it takes: `body = { accepts = [\"json\"], unreadable = … }`",
        ]
    );
}

#[test]
fn what_is_declared_in_vain_is_found() {
    let files = sound().more(
        VENDOR,
        "\n[auth.login]\nmissing = \"E2\"\nwrong = \"E2\"\n\n[[auth.login.parts]]\nname = \"key\"\n\
         place = { header = \"x-other\" }\n\n[maps.kind]\nA = \"B\"\n\n[outcomes.dormant]\nabout = \"Asleep\"\n",
    );
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:40:1: no endpoint uses the auth scheme `login`",
            "  say `auth = \"login\"` at an endpoint, or take it out",
            "fixtures/alpha/vendor.toml:48:1: nobody uses the map `kind`",
            "  write `| mapped('kind')` in a body, or take it out",
            "fixtures/alpha/vendor.toml:51:1: nobody says the outcome `dormant`",
            "  name it in a row of errors.toml or in `answers`, or take it out",
        ]
    );
}

#[test]
fn a_scheme_that_a_setting_may_choose_is_not_in_vain() {
    let files = sound()
        .change(
            VENDOR,
            "[settings.dates]",
            "[settings.auth]\nabout = \"Who calls\"\ndefault = \"default\"\n\
             choices = [\"default\", \"login\"]\n\n[settings.dates]",
        )
        .change(VENDOR, "method = \"POST\"", "method = \"POST\"\nauth = \"$auth\"")
        .more(
            VENDOR,
            "\n[auth.login]\nmissing = \"E2\"\nwrong = \"E2\"\n\n[[auth.login.parts]]\n\
             name = \"key\"\nplace = { header = \"x-other\" }\n",
        );
    assert_eq!(files.told(), [""; 0]);
}

#[test]
fn two_personas_with_one_number_are_found() {
    let files = sound().with("taxpayers/second.json", r#"{ "gstin": "27AAACS0000A1ZG" }"#);
    assert_eq!(
        files.told(),
        [
            "fixtures/taxpayers/second.json:1:13: `27AAACS0000A1ZG` is the persona of \
             `first.json` already",
            "  the later one would win; give it another number",
        ]
    );
}
