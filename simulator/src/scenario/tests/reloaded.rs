//! Stories that go on when their files change.

use std::sync::Arc;

use super::stage::{ACTIVE, Ask, Play, ingredients, story};

const TWO: &str = "state = 'well'\n\
    [[rule]]\nwhen = { endpoint = 'verify', calls = '3' }\nanswer = 'E1'\n\
    [[rule]]\nname = 'second'\nwhen = { endpoint = 'search', calls = '1' }\nanswer = 'E1'\n\
    then-state = 'limping'\n";

/// The same player in a world with another text of its story.
fn reload(play: Play, text: &str) -> (Play, Vec<String>) {
    let (world, broken) = play
        .world
        .reload(&ingredients(&[("story", text)]))
        .unwrap_or_else(|findings| panic!("{findings:?}"));
    play.tenant.move_to(&world, false);
    let broken = broken.iter().map(ToString::to_string).collect();
    (Play { world, tenant: play.tenant }, broken)
}

#[test]
fn rules_that_stay_as_they_are_go_on_counting() {
    let play = Play::of(TWO);
    assert_eq!(play.outcomes(&Ask::verify(ACTIVE), 2), "- -");
    assert_eq!(play.outcome(&Ask::search(ACTIVE)), "malformed-request");
    // The first rule moves, the second one says something else now.
    let changed = story(
        "state = 'well'\n\
         [[rule]]\nname = 'second'\nwhen = { endpoint = 'search', calls = '1' }\nanswer = 'not-found'\n\
         then-state = 'limping'\n\
         [[rule]]\nwhen = { endpoint = 'verify', calls = '3' }\nanswer = 'E1'\n",
    );
    let (play, broken) = reload(play, &changed);
    assert!(broken.is_empty(), "{broken:?}");
    assert_eq!(play.playing().counts(), [0, 2]);
    assert_eq!(play.playing().state(), "limping", "the story stays where it is");
    assert_eq!(play.outcome(&Ask::verify(ACTIVE)), "malformed-request", "that was the third");
    assert_eq!(play.outcome(&Ask::search(ACTIVE)), "not-found", "this one begins anew");
}

#[test]
fn a_state_that_is_gone_is_left() {
    let play = Play::of(TWO);
    play.outcome(&Ask::search(ACTIVE));
    let (play, _) = reload(play, &story("[[rule]]\nwhen = { calls = '9' }\nanswer = 'E1'\n"));
    assert_eq!(play.playing().state(), "start");
}

#[test]
fn a_broken_file_leaves_the_story_as_it_was() {
    let play = Play::of(TWO);
    assert_eq!(play.outcomes(&Ask::verify(ACTIVE), 2), "- -");
    let (play, broken) = reload(play, &story("[[rule]]\nanswer = 'E9'\n"));
    assert_eq!(broken.len(), 1);
    assert!(broken[0].contains("scenarios/story.toml:4:10: `E9` is no outcome"), "{broken:?}");
    assert_eq!(play.outcome(&Ask::verify(ACTIVE)), "malformed-request", "that was the third");
    assert_eq!(play.world.scenarios["story"].told().count(), 2);
    // And the next reload of a right file takes it up from there.
    let (play, broken) = reload(play, &story(TWO));
    assert!(broken.is_empty());
    assert_eq!(play.playing().counts(), [3, 0]);
}

#[test]
fn a_story_that_is_broken_from_the_start_is_not_there() {
    let play = Play::of("");
    let (world, broken) = play
        .world
        .reload(&ingredients(&[("story", &story("")), ("other", "name = \"other\"\n")]))
        .expect("the vendors are right");
    assert_eq!(broken.len(), 1);
    assert!(!world.scenarios.contains_key("other"));
    assert!(world.scenarios.contains_key("story"));
}

#[test]
fn a_story_that_is_gone_cannot_be_resumed() {
    let play = Play::of(TWO);
    let (world, _) = play.world.reload(&ingredients(&[])).expect("the vendors are right");
    assert!(world.resume(&play.playing()).is_none());
}

#[test]
fn calls_under_way_count_for_the_story_that_takes_over() {
    let play = Play::of(TWO);
    let old = play.playing();
    let new = Arc::clone(&play.world.scenarios["story"]).adopt(&old);
    let both = |play: &Play| play.outcome(&Ask::verify(ACTIVE));
    both(&play);
    assert_eq!(new.counts(), [1, 0]);
}

#[test]
fn chosen_parameters_are_chosen_again() {
    let text = "[parameters.calls]\ndefault = 1\n\
                [[rule]]\nwhen = { calls = '..=${calls}' }\nanswer = 'E1'\n";
    let play = Play::of_all(&[("story", &story(text))], &[]);
    let chosen = [("calls".to_owned(), 2.into())].into();
    let chosen = play.world.story("story", &chosen).expect("it is there").expect("it is right");
    play.tenant.play(&chosen);
    assert_eq!(play.outcome(&Ask::verify(ACTIVE)), "malformed-request");
    let (play, _) = reload(play, &story(&text.replace("'E1'", "'not-found'")));
    assert_eq!(play.outcomes(&Ask::verify(ACTIVE), 3), "not-found not-found -");
}
