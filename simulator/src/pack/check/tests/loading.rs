//! What loading finds is found by the check as well, all at once.

use super::sound;

#[test]
fn all_files_are_looked_at_whatever_is_wrong_with_one() {
    let files = sound()
        .with("alpha/errors.toml", "[[codes]\n")
        .change("story.toml", ", calls = \"1..=2\"", "")
        .with("taxpayers/first.json", "{\n  \"gstin\": \"27AAACS0000A1ZH\"\n}");
    assert_eq!(
        files.told(),
        [
            "fixtures/taxpayers/first.json:2:12: `fixtures/taxpayers/first.json`: \
             `27AAACS0000A1ZH` is not a GSTIN: the check character is `H`, the right one is `G`",
            "  `gspsim schema persona` tells what a persona may say",
            "fixtures/alpha/errors.toml:1:9: unclosed array table, expected `]`",
            "  docs/pack-format.md tells what may stand here, `gspsim schema` tells an editor",
            "fixtures/taxpayers/magic.toml:2:9: no persona is behind `27AAACS0000A1ZG`",
            "  add its file to fixtures/taxpayers, or take `by` out to force the outcome",
            "scenarios/story.toml:9:19: rule 2 never gets a call: rule 1 takes them all",
            "  put it first, or give the earlier one `calls`, a `chance` or a narrower `when`",
        ]
    );
}

#[test]
fn an_outcome_without_a_body_is_found() {
    assert_eq!(
        sound().without("alpha/bodies/verify/not-found.json").told(),
        [
            "fixtures/alpha/vendor.toml:24:8: endpoint `verify` has no body for `not-found`",
            "  add `bodies/verify/not-found.json`, name a `body`, or take `not-found` out of \
             `answers`",
        ]
    );
}

#[test]
fn an_expression_that_names_nothing_is_found() {
    let body = "alpha/bodies/verify/found.json";
    assert_eq!(
        sound().change(body, "taxpayer.gstin", "taxpayer.gstn").told(),
        [
            "fixtures/alpha/bodies/verify/found.json:2:12: `taxpayer.gstn` names nothing: there is \
             no `gstn`",
            "  did you mean `gstin`?",
        ]
    );
}

#[test]
fn an_endpoint_that_an_earlier_one_shadows_is_found() {
    let files = sound().more(
        "alpha/vendor.toml",
        "\n[[endpoints]]\nname = \"again\"\nmethod = \"POST\"\npath = \"/{version}/verify\"\n\
         body = { accepts = [\"json\"], unreadable = \"E1\" }\nsuccess = \"E1\"\n",
    );
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:41:8: endpoint `again` gets no call: `verify` takes them all",
            "  give the earlier one a `select`, or put this one first",
        ]
    );
}

#[test]
fn an_outcome_that_nobody_knows_is_found() {
    let files = sound().change(
        "alpha/errors.toml",
        "[\"malformed-request\"]",
        "[\"malformed\", \"malformed-request\"]",
    );
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/errors.toml:3:13: there is no outcome `malformed`",
            "  there are: found, not-found, malformed-request, unauthenticated; a new one is \
             declared as `[outcomes.malformed]` in vendor.toml",
        ]
    );
}

#[test]
fn a_reason_for_an_outcome_that_the_code_has_not_is_found() {
    let files = sound().change(
        "alpha/errors.toml",
        "message = \"Malformed\"",
        "message = \"Malformed\"\nreasons = { malformed = \"the body\" }",
    );
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/errors.toml:6:25: code `E1` does not stand for `malformed`",
            "  there are: malformed-request",
        ]
    );
}

#[test]
fn a_broken_part_is_shown_itself_and_not_missed_where_it_is_used() {
    assert_eq!(
        sound().with("alpha/bodies/parts/place.json", "{ \"city\": }").told(),
        [
            "fixtures/alpha/bodies/parts/place.json:1:11: this is no JSON: expected value at line 1 \
             column 11",
            "  docs/pack-format.md tells what may stand here, `gspsim schema` tells an editor",
        ]
    );
}
