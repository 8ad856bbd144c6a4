//! What `check` finds beyond what loading does: what never happens, and what is said in vain.

use super::stage::{Play, ingredients, story};
use crate::{
    scenario::{
        Library, check,
        compile::{Cast, Stage},
    },
    world::Ingredients,
};

/// What is found in a story that can be played.
pub(super) fn findings(ingredients: &Ingredients, name: &str) -> Vec<String> {
    let play = Play::made_from(ingredients, &[]);
    let cast = Cast::of(play.world.register.personas());
    let stage = Stage { packs: &play.world.packs, vocabulary: &play.world.vocabulary, cast: &cast };
    check::check(&Library::of(&ingredients.scenarios), name, stage)
        .iter()
        .map(|finding| {
            assert!(finding.hint.is_some(), "{finding}");
            let (line, column) = finding.line_and_column().expect("it has a place");
            format!("{line}:{column} {}", finding.message)
        })
        .collect()
}

fn found(rules: &str) -> Vec<String> {
    findings(&ingredients(&[("story", &story(rules))]), "story")
}

/// Whether the second rule never gets a call.
fn shadowed(first: &str, second: &str) -> bool {
    let rules = format!("[[rule]]\n{first}\n[[rule]]\n{second}\n");
    let found = found(&rules);
    assert!(found.iter().all(|one| one.contains("never gets a call")), "{found:?}");
    !found.is_empty()
}

#[test]
fn a_rule_behind_one_that_takes_its_calls_is_found() {
    for (first, second) in [
        ("answer = 'E1'", "answer = 'E2'"),
        ("answer = 'E1'", "when = { vendor = 'alpha', calls = '1' }"),
        ("when = { vendor = ['alpha', 'beta'] }", "when = { vendor = 'beta' }"),
        ("when = { gstin-pattern = '^27' }", "when = { gstin = '27AAACS0000A1ZG' }"),
        ("when = { state-code = '27' }", "when = { gstin = '27AAACS0000A1ZG' }"),
        ("when = { share = 0.5 }", "when = { share = 0.4 }"),
        ("when = { query = { a = 1 } }", "when = { query = { a = 1, b = 2 } }"),
        ("when = { weekday = ['monday', 'sunday'] }", "when = { weekday = ['sunday'] }"),
        ("when = { time = '10:00..11:00' }", "when = { time = '10:00..11:00', day = 20 }"),
        ("when = { tag = ['active', 'small'] }", "when = { tag = 'small' }"),
    ] {
        assert!(shadowed(first, second), "{first} before {second}");
    }
}

#[test]
fn a_rule_that_still_gets_calls_is_not_found() {
    for (first, second) in [
        ("when = { calls = '1' }", "answer = 'E2'"),
        ("chance = 0.5", "answer = 'E2'"),
        ("go-on = true", "answer = 'E2'"),
        ("answer = ['E1']\nat-end = 'over'", "answer = 'E2'"),
        ("when = { vendor = 'beta' }", "when = { vendor = ['alpha', 'beta'] }"),
        ("when = { gstin = '27AAACS0000A1ZG' }", "when = { persona = 'second' }"),
        ("when = { state-code = '09' }", "when = { gstin = '27AAACS0000A1ZG' }"),
        ("when = { share = 0.4 }", "when = { share = 0.5 }"),
        ("when = { query = { a = 1 } }", "when = { query = { a = 2 } }"),
        ("when = { header = { a = { present = true } } }", "when = { header = { a = 'x' } }"),
        ("when = { time = '10:00..11:00' }", "when = { time = '10:30..11:00' }"),
        ("when = { weekday = ['sunday'] }", "answer = 'E2'"),
        ("when = { tenant = 'one' }", "when = { tenant = 'two' }"),
        ("when = { account = 'other' }", "answer = 'E2'"),
    ] {
        assert!(!shadowed(first, second), "{first} before {second}");
    }
}

#[test]
fn states_that_the_story_never_comes_to_are_found() {
    assert_eq!(
        found(
            "[[rule]]\nwhen = { state = 'start' }\nthen-state = 'after'\n\
             [[rule]]\nwhen = { state = 'aftre' }\nanswer = 'E1'\n\
             [[rule]]\nwhen = { state = 'island' }\nthen-state = 'islet'\n\
             [[rule]]\nwhen = { state = 'islet' }\nthen-state = 'island'\n"
        ),
        [
            "7:18 the story never comes to the state `aftre`",
            "10:18 the story never comes to the state `island`",
            "13:18 the story never comes to the state `islet`",
        ]
    );
}

#[test]
fn what_can_never_be_so_is_found() {
    for (rule, expected) in [
        ("chance = 0.0", "4:10 with a chance of 0 the rule never decides a call"),
        ("when = { share = 0 }", "4:18 with a share of 0 the rule never decides a call"),
        (
            "when = { from = '2026-11-21', until = '2026-11-20' }",
            "4:39 the window is over before it begins",
        ),
        (
            "when = { gstin = '27AAACS0000A1ZG', state-code = '09' }",
            "4:18 `27AAACS0000A1ZG` does not fit what else the rule says of GSTINs",
        ),
        (
            "when = { endpoint = 'status', gstin = '27AAACS0000A1ZG' }",
            "4:39 calls that the rule is about ask about no GSTIN",
        ),
        (
            "when = { endpoint = 'status', calls = '1', per = 'gstin' }",
            "4:50 calls that the rule is about ask about no GSTIN",
        ),
        (
            "when = { endpoint = 'status' }\ntaxpayer = { status = 'active' }",
            "5:12 calls that the rule is about ask about no GSTIN",
        ),
        (
            "when = { endpoint = 'verify', method = 'GET' }",
            "4:40 no call that the rule is about comes by GET",
        ),
        ("when = { per = 'gstin' }", "4:16 nothing is counted here"),
        ("answer = ['E1']\nat-end = 'again'", "5:10 a list of one is always at its end"),
        (
            "when = { vendor = 'alpha' }\nanswer = 'unsayable'",
            "5:10 `alpha` cannot say `unsayable` there: the call would be answered as ever",
        ),
    ] {
        assert_eq!(found(&format!("[[rule]]\n{rule}\n")), [expected], "{rule}");
    }
}

#[test]
fn a_parameter_that_nothing_uses_is_found() {
    assert_eq!(
        found("[parameters.calls]\ndefault = 1\n[[rule]]\nanswer = 'E1'\n"),
        ["3:1 nothing uses the parameter `calls`"]
    );
}

#[test]
fn a_sound_story_has_no_findings() {
    assert_eq!(
        found(
            "[parameters.calls]\ndefault = 2\n\
             [[rule]]\nwhen = { vendor = 'alpha', calls = '1..=${calls}', per = 'gstin' }\n\
             answer = ['upstream-timeout', 'as-ever']\nat-end = 'again'\nthen-state = 'limping'\n\
             [[rule]]\nwhen = { state = 'limping' }\nanswer = { E1 = 1, as-ever = 9 }\n"
        ),
        [""; 0]
    );
}
