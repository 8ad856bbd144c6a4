//! Files: include, parameters, and what is said of wrong ones, with the place underlined.

use serde_json::json;

use super::stage::{ACTIVE, Ask, CANCELLED, Play, ingredients, story, wrong};
use crate::{
    finding::Finding,
    scenario::{self, parameters::Values},
    world::World,
};

/// What is wrong with a story of these rules, drawn.
fn drawn(rules: &str) -> String {
    let findings = wrong(rules);
    findings.iter().map(|finding| finding.draw(false)).collect::<Vec<_>>().join("\n\n")
}

/// What is wrong with a world of these stories, each in a line.
fn told(stories: &[(&str, &str)]) -> Vec<String> {
    let findings = World::load(&ingredients(stories)).err().unwrap_or_default();
    findings.iter().map(ToString::to_string).collect()
}

fn verify() -> Ask {
    Ask::verify(ACTIVE)
}

const OTHER: &str = "name = 'other'\nabout = 'Other'\nstate = 'odd'\n\
    [consent]\notp-late-s = 7\nmost = 3\n\
    [parameters.calls]\ndefault = 1\n\
    [[rule]]\nname = 'first'\nwhen = { calls = '..=${calls}' }\nanswer = 'E1'\n\
    [[rule]]\nanswer = 'not-found'\n";

#[test]
fn rules_of_included_stories_come_after_ones_own() {
    let own = story("include = ['other']\n[[rule]]\nwhen = { calls = '1' }\nanswer = 'E2'\n");
    let play = Play::of_all(&[("other", OTHER), ("story", &own)], &["story"]);
    assert_eq!(play.outcomes(&verify(), 3), "unauthenticated malformed-request not-found");
}

#[test]
fn a_rule_of_the_same_name_takes_the_place_of_the_included_one() {
    let own = story(
        "include = ['other']\n[[rule]]\nname = 'first'\nwhen = { calls = '2' }\nanswer = 'E3'\n",
    );
    let play = Play::of_all(&[("other", OTHER), ("story", &own)], &["story"]);
    assert_eq!(play.outcomes(&verify(), 3), "not-found internal-error not-found");
}

#[test]
fn all_else_of_a_story_counts_before_what_it_includes() {
    let own = story("include = ['other']\n[consent]\notp-late-s = 9\n");
    let world = World::load(&ingredients(&[("other", OTHER), ("story", &own)])).expect("right");
    let story = &world.scenarios["story"];
    assert_eq!(story.consent.otp_late_s, Some(9));
    assert_eq!(story.consent.most, Some(3));
    assert_eq!(story.begin().state(), "odd");
    assert_eq!(story.include, ["other"]);
    let record = serde_json::to_value(story.record(None)).expect("it is data");
    assert_eq!(record["parameters"][0]["name"], "calls");
    assert_eq!(record["rules"][0]["name"], "first");
}

#[test]
fn a_story_may_give_another_default_to_what_it_includes() {
    let own = story("include = ['other']\n[parameters.calls]\ndefault = 2\n");
    let play = Play::of_all(&[("other", OTHER), ("story", &own)], &["story"]);
    assert_eq!(play.outcomes(&verify(), 3), "malformed-request malformed-request not-found");
}

#[test]
fn a_story_that_is_included_twice_counts_once() {
    let middle = "name = 'middle'\nabout = 'Middle'\ninclude = ['other']\n";
    let own = story("include = ['middle', 'other']\n");
    let world = World::load(&ingredients(&[("other", OTHER), ("middle", middle), ("story", &own)]));
    assert_eq!(world.expect("right").scenarios["story"].told().count(), 2);
}

#[test]
fn a_circle_of_includes_is_drawn_where_it_closes() {
    let own = story("include = ['middle']\n");
    let middle = "name = 'middle'\nabout = 'Middle'\ninclude = ['story']\n";
    let findings = World::load(&ingredients(&[("middle", middle), ("story", &own)]))
        .expect_err("it is a circle");
    assert_eq!(findings.len(), 2, "one for each of them: {findings:?}");
    assert_eq!(
        findings[1].draw(false),
        "error: a story cannot include itself: `story` includes `middle` includes `story`\n \
         --> scenarios/middle.toml:3:12\n  |\n3 | include = ['story']\n  |            ^^^^^^^\n  |\n\
         hint: take one of the `include`s out"
    );
}

#[test]
fn includes_that_cannot_be_are_found() {
    assert_eq!(
        told(&[("story", &story("include = ['othre']\n")), ("other", OTHER)]),
        ["scenarios/story.toml:3:12: there is no story `othre` to include"]
    );
    let third = OTHER.replace("'other'", "'third'");
    let own = story("include = ['other', 'third']\n");
    let stories = [("other", OTHER), ("third", third.as_str())];
    assert_eq!(
        told(&[stories[0], stories[1], ("story", &own)]),
        ["scenarios/story.toml:3:21: two stories that are included have a rule `first`"]
    );
    let own = story("include = ['other', 'third']\n[[rule]]\nname = 'first'\nanswer = 'E3'\n");
    let play = Play::of_all(&[stories[0], stories[1], ("story", &own)], &["story"]);
    assert_eq!(play.outcome(&verify()), "internal-error");
    assert_eq!(play.playing().scenario.told().count(), 3);
}

#[test]
fn what_is_wrong_with_an_included_file_is_told_once() {
    let broken = OTHER.replace("'E1'", "'E9'");
    assert_eq!(
        told(&[("other", &broken), ("story", &story("include = ['other']\n"))]),
        ["scenarios/other.toml:12:10: `E9` is no outcome, and no vendor says it as a code"]
    );
}

#[test]
fn a_parameter_stands_for_its_value_in_every_place() {
    let text = story(
        "[parameters]\n\
         calls = { default = 2, about = 'how many' }\n\
         who = { default = '09AAACV0000X1Z0' }\n\
         late = { default = 400 }\n\
         words = { default = ['E1', 'not-found'] }\n\
         value = { default = 'deep' }\n\
         [[rule]]\n\
         when = { gstin = '${who}', calls = '1..=${calls}' }\n\
         answer = '${words}'\n\
         edits = [{ merge = { a = { b = ['x${value}y', '$${value}', '${late}'] } } }]\n\
         faults = [{ latency = { delay-ms = '${late}' } }]\n",
    );
    let play = Play::of_all(&[("story", &text)], &[]);
    let begin = |chosen: serde_json::Value| {
        let chosen: Values = serde_json::from_value(chosen).expect("it is an object");
        let story = play.world.story("story", &chosen).expect("it is there").expect("it is right");
        play.tenant.play(&story);
    };
    begin(json!({}));
    assert_eq!(play.outcomes(&Ask::verify(CANCELLED), 3), "malformed-request not-found -");
    begin(json!({}));
    let exchange = play.exchange(&Ask::verify(CANCELLED));
    assert_eq!(
        &exchange.delivery.reply.body[..],
        br#"{"code":"E1","a":{"b":["xdeepy","${value}",400]}}"#
    );
    assert_eq!(exchange.delivery.faults, ["latency"]);

    begin(json!({ "calls": "1", "who": ACTIVE, "words": ["E3"] }));
    assert_eq!(play.outcome(&Ask::verify(CANCELLED)), "-");
    assert_eq!(play.outcomes(&verify(), 2), "internal-error -");
}

#[test]
fn settings_choose_parameters_as_they_choose_what_a_vendor_leaves_open() {
    let text = story(
        "[parameters.calls]\ndefault = 1\n[[rule]]\nwhen = { calls = '..=${calls}' }\nanswer = 'E1'\n",
    );
    let mut ingredients = ingredients(&[("story", &text)]);
    ingredients.settings.entry("story".to_owned()).or_default().insert("calls".into(), "3".into());
    let play = Play::made_from(&ingredients, &["story"]);
    assert_eq!(play.outcomes(&verify(), 4).matches("malformed").count(), 3);
    ingredients.settings.entry("story".to_owned()).or_default().insert("cals".into(), "3".into());
    let findings = World::load(&ingredients).expect_err("there is no such parameter");
    assert_eq!(
        findings[0].draw(false),
        "error: `story` has no parameter `cals`\nhint: did you mean `calls`?; mend it where it was chosen"
    );
    let mut nobody = super::stage::ingredients(&[("story", &text)]);
    nobody.settings.entry("stroy".to_owned()).or_default().insert("calls".into(), "3".into());
    let findings = World::load(&nobody).expect_err("there is no such story");
    assert_eq!(
        findings[0].draw(false),
        "error: there is no vendor or story `stroy` to set anything of\nhint: did you mean `story`?"
    );
}

#[test]
fn a_choice_that_does_not_fit_is_refused() {
    let text = story(
        "[parameters]\ncalls = { default = 1 }\nword = { default = 'E1', choices = ['E1', 'E2'] }\n\
         part = { default = 0.5 }\nflag = { default = false }\n\
         [[rule]]\nwhen = { calls = '..=${calls}' }\nanswer = '${word}'\nchance = '${part}'\n\
         go-on = '${flag}'\n",
    );
    let world = World::load(&ingredients(&[("story", &text)])).expect("it is right");
    let refused = |chosen: serde_json::Value| -> Vec<String> {
        let chosen: Values = serde_json::from_value(chosen).expect("it is an object");
        let story = world.story("story", &chosen).expect("it is there");
        story.err().into_iter().flatten().map(|finding: Finding| finding.draw(false)).collect()
    };
    let none: [&str; 0] = [];
    assert_eq!(refused(json!({ "calls": 2, "word": "E2", "part": 1, "flag": "true" })), none);
    let one = |chosen| refused(chosen).join("\n");
    assert_eq!(
        one(json!({ "calls": "many" })),
        "error: parameter `calls` of `story` cannot be \"many\"\nhint: its type is a whole number; \
         mend it where it was chosen"
    );
    assert_eq!(
        one(json!({ "word": "E3" })),
        "error: parameter `word` of `story` cannot be \"E3\"\nhint: choose one of \"E1\", \"E2\"; \
         mend it where it was chosen"
    );
    assert!(one(json!({ "calls": 1.5 })).contains("its type is a whole number"));
    assert!(one(json!({ "flag": 1 })).contains("its type is true or false"));
    let zero = one(json!({ "calls": 0 }));
    assert!(zero.contains("`..=0` is no range of calls") && zero.contains("^^^^"), "{zero}");
    assert_eq!(refused(json!({ "calls": [], "word": 1, "none": 1 })).len(), 3, "all at once");
}

#[test]
fn a_parameter_that_is_not_there_is_underlined() {
    assert_eq!(
        drawn("[parameters.calls]\ndefault = 1\n[[rule]]\nwhen = { calls = '..=${cals}' }\n"),
        "error: there is no parameter `cals`\n --> scenarios/story.toml:6:18\n  |\n\
         6 | when = { calls = '..=${cals}' }\n  |                  ^^^^^^^^^^^^\n  |\n\
         hint: did you mean `calls`? or declare `[parameters.cals]`"
    );
    assert!(drawn("[[rule]]\nanswer = '${word'\n").contains("`${` is not closed"));
    assert!(
        drawn("[parameters.words]\ndefault = ['E1']\n[[rule]]\nanswer = 'a${words}'\n")
            .contains("`words` is a list, which is no part of a text")
    );
}

#[test]
fn a_wrong_word_is_underlined_wherever_it_stands() {
    let place = |rules: &str| {
        let findings = wrong(rules);
        assert_eq!(findings.len(), 1, "{findings:?}");
        let (line, column) = findings[0].line_and_column().expect("it has a place");
        let message = &findings[0].message;
        let says_what = message.contains("expected") || message.contains("write it as");
        assert!(findings[0].hint.is_some() || says_what, "{findings:?}");
        format!("{line}:{column} {}", findings[0].message)
    };
    for (rule, expected) in [
        ("whne = {}", "4:1 unknown field `whne`, expected one of"),
        ("when = { vendro = 'alpha' }", "4:10 unknown field `vendro`, expected one of"),
        ("when = { vendor = 'alhpa' }", "4:19 there is no vendor `alhpa`"),
        ("when = { vendor = ['beta', 'alhpa'] }", "4:28 there is no vendor `alhpa`"),
        ("when = { vendor = 'alpha', endpoint = 'find' }", "4:39 `alpha` has no endpoint `find`"),
        ("when = { endpoint = 'finds' }", "4:21 no vendor has an endpoint `finds`"),
        ("when = { method = 'G T' }", "4:19 `G T` is no HTTP method"),
        ("when = { gstin-pattern = '(' }", "4:26 this is no regular expression"),
        ("when = { persona = 'frist' }", "4:20 there is no persona `frist`"),
        ("when = { tag = 'canceled' }", "4:16 no persona has the tag `canceled`"),
        ("when = { state-code = 'MH' }", "4:23 `MH` is no GST state code"),
        ("when = { share = 2 }", "4:18 a share of 2"),
        ("when = { header = { 'a b' = 'x' } }", "4:29 `a b` is no header name"),
        ("when = { query = { a = {} } }", "4:24 a test of nothing"),
        ("when = { query = { a = { like = '(' } } }", "4:33 this is no regular expression"),
        ("when = { query = { a = { lkie = 'x' } } }", "4:26 unknown field `lkie`"),
        ("when = { query = { a = [1] } }", "4:24 invalid type: sequence, expected a value"),
        ("when = { holds = 'request.boby' }", "4:18 `request.boby` names nothing"),
        ("when = { account = 'defualt' }", "4:20 no vendor has an account `defualt`"),
        ("when = { calls = '0' }", "4:18 `0` is no range of calls"),
        ("when = { per = 'call' }", "4:16 unknown variant `call`"),
        ("when = { time = '18-20' }", "4:17 `18-20` is no time of day"),
        ("when = { weekday = ['sun'] }", "4:21 unknown variant `sun`"),
        ("when = { day = [1, 32] }", "4:20 `32` is no day of the month"),
        ("when = { from = 'now' }", "4:17 `now` is no moment"),
        ("chance = 1.5", "4:10 a chance of 1.5"),
        ("answer = 'E9'", "4:10 `E9` is no outcome, and no vendor says it as a code"),
        ("answer = ['E1', 'E9']", "4:17 `E9` is no outcome"),
        ("answer = { E1 = 1, E9 = 1 }", "4:20 `E9` is no outcome"),
        ("answer = { E1 = 0 }", "4:10 weights that choose nothing"),
        ("answer = { E1 = 'x' }", "4:17 invalid type: string"),
        ("answer = []", "4:10 a list without an answer"),
        ("answer = 7", "4:10 invalid type: integer `7`, expected an outcome or code"),
        (
            "when = { vendor = 'alpha' }\nanswer = 'B504'",
            "5:10 `B504` is no outcome, and `alpha` never says",
        ),
        ("answer = 'E1'\nat-end = 'stay'", "5:10 only a list of answers has an end"),
        ("edits = [{ remvoe = '/a' }]", "4:12 unknown variant `remvoe`"),
        ("edits = [{ remove = 'a' }]", "4:21 `a` is no JSON pointer"),
        ("edits = [{ remove = [] }]", "4:10 an edit of nothing"),
        ("edits = [{ retype = { at = '/a', to = 'text' } }]", "4:39 unknown variant `text`"),
        ("edits = [{ merge = 'x' }]", "4:20 invalid type: string"),
        ("edits = [{ patch = [{ op = 'add', path = '/a' }] }]", "4:21 `add` needs a `value`"),
        (
            "edits = [{ patch = [{ op = 'remove', path = '/a', value = 1 }] }]",
            "4:21 `remove` takes no `value`",
        ),
        (
            "edits = [{ patch = [{ op = 'remove', path = 'a' }] }]",
            "4:21 this is no operation of a JSON Patch",
        ),
        ("taxpayer = { status = 'dead' }", "4:23 unknown variant `dead`"),
        ("taxpayer = { cancelled-on = 'soon' }", "4:29 `soon` is no day"),
        ("taxpayer = { satus = 'active' }", "4:14 unknown field `satus`"),
        ("limits = [{ name = 'x', vendor = 'alhpa', most = 1 }]", "4:34 "),
        ("faults = [{ latency = { dely-ms = 1 } }]", "4:25 unknown field `dely-ms`"),
    ] {
        let found = place(&format!("[[rule]]\n{rule}\n"));
        assert!(found.starts_with(expected), "{rule}\n{expected}\n{found}");
    }
}

#[test]
fn all_findings_of_a_file_are_told_at_once() {
    let findings = wrong(
        "[[rule]]\nwhen = { vendor = 'alhpa', calls = '0', tag = 'x' }\nanswer = 'E9'\n\
         [[rule]]\nname = 'a'\nchance = 2\n[[rule]]\nedits = [{ remove = ['a', 'b'] }]\n",
    );
    assert_eq!(findings.len(), 6, "{findings:?}");
    assert_eq!(
        told(&[("story", &story("[[rule]]\nname = 'a'\n[[rule]]\nname = 'a'\n"))]),
        ["scenarios/story.toml:6:8: two rules are called `a`"]
    );
    assert_eq!(
        told(&[("tale", &story(""))]),
        ["scenarios/tale.toml:1:8: the story is called `story`, its file is not"]
    );
}

#[test]
fn a_story_is_not_called_as_a_vendor_is() {
    let text = story("").replace("\"story\"", "\"alpha\"");
    assert_eq!(told(&[("alpha", &text)]), ["scenarios/alpha.toml: a vendor is called `alpha` too"]);
}

#[test]
fn a_new_story_can_be_played_and_has_no_findings() {
    let text = scenario::new_story("mine");
    let ingredients = ingredients(&[("mine", &text)]);
    let play = Play::made_from(&ingredients, &["mine"]);
    assert_eq!(play.outcomes(&verify(), 2), "internal-error internal-error");
    let findings = super::checked::findings(&ingredients, "mine");
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn what_a_new_story_leaves_out_may_be_put_in() {
    let text = scenario::new_story("mine");
    let mut tried = 0;
    for (at, line) in text.lines().enumerate() {
        let key = line.strip_prefix("# ").and_then(|rest| Some((rest, rest.split_once(" = ")?.0)));
        let Some((rest, key)) = key.filter(|(_, key)| !key.contains(' ')) else { continue };
        let rest = rest.replace("VENDOR", "alpha").replace("slow-upstream", "other");
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines[at] = rest;
        let text = lines.join("\n");
        let world = World::load(&ingredients(&[("mine", &text), ("other", OTHER)]));
        assert!(world.is_ok(), "{key}: {:?}", world.err());
        tried += 1;
    }
    assert!(tried >= 8, "{tried}");
}
