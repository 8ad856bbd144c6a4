use super::{ERRORS, VENDOR, sound};

#[test]
fn a_code_that_nobody_can_reach_is_found() {
    let files = sound()
        .with("beta/vendor.toml", "title = \"Beta\"\nendpoints = []\n[reply]\nerror-body = \"error\"\n[edges]\nunknown-path = \"E1\"\n")
        .with("beta/errors.toml", ERRORS)
        .with("beta/bodies/error.json", "{}")
        .with("beta/SOURCES.md", "");
    assert_eq!(
        files.told(),
        [
            "fixtures/beta/errors.toml:14:8: nobody can reach code `E2`",
            "  name an endpoint that says it, or take `endpoints` out",
        ]
    );
}

#[test]
fn bodies_that_nobody_says_are_found() {
    let files = sound()
        .with("alpha/bodies/parts/old.json", "{}")
        .with("alpha/bodies/verify/fuond.json", "{}");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/bodies/parts/old.json: nobody says the body `parts/old`",
            "  name it as a `body`, or take the file out; there are: error, parts/place, \
             verify/found, verify/not-found",
            "fixtures/alpha/bodies/verify/fuond.json: nobody says the body `verify/fuond`",
            "  name it as a `body`, or take the file out; did you mean `verify/found`?",
        ]
    );
}

#[test]
fn a_body_that_a_setting_may_choose_is_none_of_them() {
    let files = sound()
        .change(
            "alpha/vendor.toml",
            "[settings.dates]",
            "[settings.body]\nabout = \"The body\"\ndefault = \"verify/not-found\"\n\
             choices = [\"verify/not-found\", \"nobody\"]\n\n[settings.dates]",
        )
        .change("alpha/vendor.toml", "not-found = {}", "not-found = { body = \"$body\" }")
        .with("alpha/bodies/nobody.json", "{}");
    assert_eq!(files.told(), [""; 0]);
}

#[test]
fn a_setting_that_decides_nothing_is_found() {
    let files = sound().change(
        "alpha/vendor.toml",
        "[settings.dates]",
        "[settings.date]\nabout = \"Old\"\ndefault = 1\n\n[settings.dates]",
    );
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:7:1: the setting `date` decides nothing",
            "  use it as `\"$date\"` in vendor.toml or `settings.date` in a body, or take it out",
        ]
    );
}

#[test]
fn credentials_that_are_missing_or_asked_for_by_nobody_are_found() {
    let files = sound().change("alpha/vendor.toml", "{ key = \"sim", "{ kye = \"sim");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:20:8: account `default` has no `key`",
            "  auth scheme `default` asks for it: add it to the account's `credentials`",
            "fixtures/alpha/vendor.toml:21:23: nobody asks account `default` for `kye`",
            "  did you mean `key`?",
        ]
    );
}

#[test]
fn two_vendors_with_one_host_are_found() {
    let files = sound()
        .with("beta/vendor.toml", VENDOR)
        .with("beta/errors.toml", ERRORS)
        .with("beta/SOURCES.md", "")
        .with("beta/bodies/error.json", "{\"a\": \"{{ settings.dates }}\"}")
        .with("beta/bodies/verify/found.json", "{}")
        .with("beta/bodies/verify/not-found.json", "{}");
    assert_eq!(
        files.told(),
        [
            "fixtures/beta/vendor.toml:2:10: the host `api.alpha.test` belongs to `alpha` already",
            "  a call is brought to its vendor by its host; take it out of one of them",
        ]
    );
}

#[test]
fn a_gstin_that_is_scripted_twice_is_found_at_its_second_place() {
    let files = sound().more(
        "alpha/vendor.toml",
        "\n[[scripted]]\ngstin = \"1\"\noutcome = \"found\"\n\
         \n[[scripted]]\ngstin = \"1\"\noutcome = \"not-found\"\n",
    );
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:45:9: `1` is scripted twice",
            "  the later one would win; take one of them out",
        ]
    );
}

#[test]
fn a_pack_that_does_not_say_where_its_statements_come_from_is_found() {
    assert_eq!(
        sound().without("alpha/SOURCES.md").told(),
        [
            "fixtures/alpha/vendor.toml: `alpha` does not say where its statements come from",
            "  add `SOURCES.md`: each document, the day it was seen, what was assumed",
        ]
    );
}

#[test]
fn a_magic_gstin_and_a_persona_that_do_not_agree_are_found() {
    assert_eq!(
        sound().change("taxpayers/magic.toml", "by = \"persona\"\n", "").told(),
        [
            "fixtures/taxpayers/magic.toml:2:9: `27AAACS0000A1ZG` is a persona, whom nobody would \
             ever see",
            "  say `by = \"persona\"` where the persona itself brings the outcome about, or take \
             another number",
        ]
    );
    assert_eq!(
        sound().without("taxpayers/first.json").told(),
        [
            "fixtures/taxpayers/magic.toml:2:9: no persona is behind `27AAACS0000A1ZG`",
            "  add its file to fixtures/taxpayers, or take `by` out to force the outcome",
        ]
    );
}

#[test]
fn a_rule_that_never_gets_a_call_is_found() {
    let calls = ", calls = \"1..=2\" }";
    assert_eq!(
        sound().change("story.toml", calls, " }").told(),
        [
            "scenarios/story.toml:9:19: rule 2 never gets a call: rule 1 takes them all",
            "  put it first, or give the earlier one `calls`, a `chance` or a narrower `when`",
        ]
    );
    for fine in [" }\nchance = 0.5", ", endpoint = \"verify\" }", ", gstin-pattern = \"^27\" }"] {
        assert_eq!(sound().change("story.toml", calls, fine).told(), [""; 0], "{fine}");
    }
}

#[test]
fn a_pattern_takes_the_calls_of_a_gstin_that_fits_it() {
    let files = sound()
        .change("story.toml", ", calls = \"1..=2\" }", ", gstin-pattern = \"^27\" }")
        .change(
            "story.toml",
            "{ vendor = \"alpha\" }",
            "{ vendor = \"alpha\", gstin = \"27AAACS0000A1ZG\" }",
        );
    assert_eq!(
        files.told()[0],
        "scenarios/story.toml:9:19: rule 2 never gets a call: rule 1 takes them all"
    );
}
