use super::{Files, sound};
use crate::pack::check::check;

const VENDOR: &str = "alpha/vendor.toml";

/// A vendor with one limit, which says this besides.
fn limited(more: &str) -> Files {
    sound().more(
        VENDOR,
        &format!("\n[[limits]]\nname = \"calls\"\nrefuse = \"E1\"\nmost = 5\n{more}\n"),
    )
}

/// The only finding: message, place, hint.
fn finding(files: &Files) -> [String; 3] {
    let found = check(&files.ingredients());
    let [one] = found.as_slice() else { panic!("one finding, not {found:#?}") };
    let source = one.source.as_ref().expect("it has a file");
    let span = one.span.clone().expect("it has a place");
    [one.message.clone(), source.text[span].to_owned(), one.hint.clone().unwrap_or_default()]
}

#[test]
fn a_limit_that_is_right_has_no_findings() {
    for more in [
        "per = \"day\"",
        "per = \"second\"\nburst = 20",
        "per = { seconds = 600 }\nlock-s = 60\nlock-renews = true\ncounts = \"errors\"",
        "per = \"ever\"\ncounts = { answers = { found = 1, E1 = 2 } }\nof = [\"account\", \"gstin\"]",
        "per = \"hour\"\nof = []\nby = \"{{ request.headers['x-real-ip'] }}\"\nat = \"before-auth\"",
        "per = \"hour\"\nendpoints = [\"verify\"]\nof = [\"request\"]\nat = \"after-rules\"",
    ] {
        assert_eq!(limited(more).told(), [""; 0], "{more}");
    }
    let own = limited("per = \"day\"").change(
        VENDOR,
        "credentials = { key = \"sim-alpha-key\" }",
        "credentials = { key = \"sim-alpha-key\" }\nlimits = { calls = { most = \"unlimited\" } }",
    );
    assert_eq!(own.told(), [""; 0]);
}

#[test]
fn what_cannot_be_is_found_where_it_stands() {
    let cases = [
        ("per = \"fortnight\"", "\"fortnight\"", "unknown variant `fortnight`"),
        ("per = { seconds = 0 }", "{ seconds = 0 }", "no time at all is no time to count in"),
        (
            "per = \"day\"\nburst = 3",
            "3",
            "a bucket is filled by the second, the minute or the hour",
        ),
        ("per = \"second\"\nburst = 0", "0", "a bucket that holds nothing lets nothing through"),
        (
            "per = \"second\"\nburst = 3\ncounts = \"errors\"",
            "3",
            "a bucket takes calls, not answers",
        ),
        ("per = \"day\"\nlock-s = 0", "0", "limit `calls` locks for no time at all"),
        (
            "per = \"day\"\nlock-renews = true",
            "\"calls\"",
            "limit `calls` renews a lock that it has not",
        ),
        (
            "per = \"day\"\nat = \"before-auth\"",
            "\"calls\"",
            "limit `calls` is looked at before anybody knows the account",
        ),
        ("per = \"day\"\nendpoints = [\"verfiy\"]", "\"verfiy\"", "there is no endpoint `verfiy`"),
        (
            "per = \"day\"\ncounts = { answers = { fuond = 1 } }",
            "{ answers = { fuond = 1 } }",
            "limit `calls` counts `fuond`, which nothing answers here",
        ),
        (
            "per = \"day\"\ncounts = { answers = { found = 0 } }",
            "{ answers = { found = 0 } }",
            "nothing counts for the limit `calls`",
        ),
        ("per = \"day\"\nof = [\"acount\"]", "\"acount\"", "unknown variant `acount`"),
        (
            "per = \"day\"\nby = \"{{ fields.ip }}\"",
            "\"{{ fields.ip }}\"",
            "`fields.ip` names nothing: there is no `ip`",
        ),
        ("per = \"day\"\nlock = 3", "lock", "unknown field `lock`"),
    ];
    for (more, place, message) in cases {
        let [told, at, hint] = finding(&limited(more));
        assert!(told.starts_with(message), "{more}: {told}");
        assert_eq!(at, place, "{more}");
        assert!(told.contains("unknown") || !hint.is_empty(), "{more}: {told}");
    }
}

#[test]
fn a_number_is_a_number_or_unlimited() {
    for wrong in ["-1", "1.5", "\"many\"", "true"] {
        let files = limited("per = \"day\"").change(VENDOR, "most = 5", &format!("most = {wrong}"));
        let [told, at, _] = finding(&files);
        assert_eq!(at, wrong);
        assert!(told.contains("a number of 0 or more, or `unlimited`"), "{wrong}: {told}");
    }
}

#[test]
fn what_nobody_says_refuses_nobody() {
    let with = |word: &str| {
        finding(&limited("per = \"day\"").change(
            VENDOR,
            "refuse = \"E1\"",
            &format!("refuse = \"{word}\""),
        ))
    };
    assert_eq!(
        with("E11"),
        ["no endpoint that asks for credentials says `E11`", "\"E11\"", "did you mean `E1`?"]
    );
    let files = limited("per = \"day\"\nendpoints = [\"verify\"]");
    let [told, at, _] = finding(&files.change(VENDOR, "refuse = \"E1\"", "refuse = \"E11\""));
    assert_eq!((&*told, &*at), ("nothing says what `E11` looks like here", "\"E11\""));
}

#[test]
fn an_account_can_only_have_of_limits_that_there_are() {
    let own = |limits: &str| {
        limited("per = \"day\"").change(
            VENDOR,
            "credentials = { key = \"sim-alpha-key\" }",
            &format!("credentials = {{ key = \"sim-alpha-key\" }}\nlimits = {{ {limits} }}"),
        )
    };
    assert_eq!(
        finding(&own("cals = { most = 5 }")),
        [
            "account `default` has `cals`, which is no limit",
            "{ most = 5 }",
            "did you mean `calls`?"
        ]
    );
    let [told, at, _] = finding(&own("calls = {}"));
    assert_eq!((&*told, &*at), ("this account has nothing of its own of the limit `calls`", "{}"));
    let [told, at, _] = finding(&own("calls = { burst = 2 }"));
    assert_eq!(
        (&*told, &*at),
        ("a bucket is filled by the second, the minute or the hour", "{ burst = 2 }")
    );
}

#[test]
fn two_limits_of_one_name_are_found() {
    let files = limited("per = \"day\"").more(
        VENDOR,
        "\n[[limits]]\nname = \"calls\"\nrefuse = \"E1\"\nmost = 5\nper = \"ever\"\n",
    );
    let [told, at, _] = finding(&files);
    assert_eq!((&*told, &*at), ("there are two of the limit `calls`", "\"calls\""));
}

#[test]
fn what_a_story_changes_must_be_there() {
    let story = |limit: &str| {
        limited("per = \"day\"").more("story.toml", &format!("\n[[limit]]\n{limit}\n"))
    };
    let new = "name = \"own\"\nrefuse = \"malformed-request\"\nmost = 3\nper = \"day\"";
    for right in
        ["name = \"calls\"\nmost = 1", new, &format!("{new}\n[[limit]]\nname = \"own\"\nmost = 4")]
    {
        assert_eq!(story(right).told(), [""; 0], "{right}");
    }
    let cases = [
        ("name = \"cals\"\nmost = 1", "\"cals\"", "there is no limit `cals`"),
        ("name = \"calls\"", "\"calls\"", "this changes nothing of the limit `calls`"),
        (
            "name = \"calls\"\nmost = 1\nvendor = \"alhpa\"",
            "\"alhpa\"",
            "there is no vendor `alhpa`",
        ),
        (
            "name = \"calls\"\nmost = 1\naccounts = [\"nobody\"]",
            "\"nobody\"",
            "there is no account `nobody`",
        ),
        ("name = \"calls\"\nmost = 1\nendpoints = [\"no\"]", "\"no\"", "there is no endpoint `no`"),
        (
            "name = \"calls\"\nrefuse = \"E9\"",
            "\"E9\"",
            "`E9` is no outcome, and nobody here says it as a code",
        ),
        (
            "name = \"calls\"\nburst = 3",
            "\"calls\"",
            "a bucket is filled by the second, the minute or the hour",
        ),
        ("name = \"calls\"\nmost = -1", "-1", "invalid value: integer `-1`"),
        ("name = \"calls\"\nmots = 1", "mots", "unknown field `mots`"),
    ];
    for (limit, place, message) in cases {
        let [told, at, _] = finding(&story(limit));
        assert!(told.starts_with(message), "{limit}: {told}");
        assert_eq!(at, place, "{limit}");
    }
}
