//! What is answered: one, a list, a choice; by chance, and in states.

use super::stage::{ACTIVE, Ask, CANCELLED, Play, story};
use crate::world::Ingredients;

fn verify() -> Ask {
    Ask::verify(ACTIVE)
}

#[test]
fn an_answer_is_an_outcome_a_code_or_what_is_closest() {
    let said =
        |answer: &str| Play::of(&format!("[[rule]]\nanswer = '{answer}'\n")).outcome(&verify());
    assert_eq!(said("not-found"), "not-found");
    assert_eq!(said("E1"), "malformed-request");
    assert_eq!(said("upstream-timeout"), "internal-error", "alpha has no other word");
    assert_eq!(said("as-ever"), "-");
    assert_eq!(said("B504"), "-", "alpha does not say it");
}

#[test]
fn a_list_goes_on_from_call_to_call_and_ends_as_it_is_told() {
    let said = |end: &str| {
        let rules = format!(
            "[[rule]]\nanswer = ['internal-error', 'as-ever', 'not-found']\n{end}\n\
             [[rule]]\nanswer = 'E1'\n"
        );
        Play::of(&rules).outcomes(&verify(), 6)
    };
    let stays = "internal-error - not-found not-found not-found not-found";
    assert_eq!(said(""), stays);
    assert_eq!(said("at-end = 'stay'"), stays);
    assert_eq!(said("at-end = 'again'"), "internal-error - not-found internal-error - not-found");
    assert_eq!(
        said("at-end = 'over'"),
        "internal-error - not-found malformed-request malformed-request malformed-request"
    );
}

#[test]
fn a_list_goes_on_for_each_gstin_by_itself() {
    let play =
        Play::of("[[rule]]\nwhen = { per = 'gstin' }\nanswer = ['internal-error', 'not-found']\n");
    assert_eq!(play.outcome(&verify()), "internal-error");
    assert_eq!(play.outcome(&Ask::verify(CANCELLED)), "internal-error");
    assert_eq!(play.outcome(&verify()), "not-found");
}

#[test]
fn a_list_goes_on_only_with_calls_that_the_rule_decides() {
    let play =
        Play::of("[[rule]]\nwhen = { calls = '2..' }\nanswer = ['internal-error', 'not-found']\n");
    assert_eq!(play.outcomes(&verify(), 4), "- internal-error not-found not-found");
}

#[test]
fn weights_choose_and_the_seed_says_which() {
    let rules = "[[rule]]\nanswer = { as-ever = 6, internal-error = 3, not-found = 1, E1 = 0 }\n";
    let said = |seed: u64| {
        let ingredients =
            Ingredients { seed, ..super::stage::ingredients(&[("story", &story(rules))]) };
        Play::made_from(&ingredients, &["story"]).outcomes(&verify(), 1_000)
    };
    let one = said(7);
    assert_eq!(said(7), one);
    assert_ne!(said(8), one);
    let count = |word: &str| one.split(' ').filter(|said| *said == word).count();
    assert!((540..=660).contains(&count("-")), "{}", count("-"));
    assert!((240..=360).contains(&count("internal-error")), "{}", count("internal-error"));
    assert!((60..=140).contains(&count("not-found")), "{}", count("not-found"));
    assert_eq!(count("malformed-request"), 0, "it has no weight");
}

#[test]
fn a_chance_lets_some_calls_through_to_later_rules() {
    let play = Play::of("[[rule]]\nchance = 0.25\nanswer = 'E1'\n[[rule]]\nanswer = 'not-found'\n");
    let said = play.outcomes(&verify(), 1_000);
    let count = |word: &str| said.split(' ').filter(|said| *said == word).count();
    assert!((200..=300).contains(&count("malformed-request")));
    assert_eq!(count("malformed-request") + count("not-found"), 1_000);
}

#[test]
fn a_story_goes_from_state_to_state() {
    let play = Play::of(
        "state = 'well'\n\
         [[rule]]\nwhen = { state = 'well', calls = '2' }\nanswer = 'E1'\nthen-state = 'limping'\n\
         [[rule]]\nwhen = { state = 'limping', calls = '3' }\nanswer = 'as-ever'\nthen-state = 'dead'\n\
         [[rule]]\nwhen = { state = ['limping', 'dead'] }\nanswer = 'internal-error'\n",
    );
    assert_eq!(play.playing().state(), "well");
    assert_eq!(play.outcomes(&verify(), 2), "- malformed-request");
    assert_eq!(play.playing().state(), "limping");
    assert_eq!(play.outcomes(&verify(), 4), "internal-error internal-error - internal-error");
    assert_eq!(play.playing().state(), "dead");
}

#[test]
fn of_many_calls_at_once_just_one_leaves_a_state() {
    let play = Play::of(
        "[[rule]]\nwhen = { state = 'start' }\nanswer = 'E1'\nthen-state = 'after'\n\
         [[rule]]\nwhen = { state = 'after' }\nanswer = 'not-found'\n",
    );
    let first: usize = std::thread::scope(|scope| {
        let many: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    (0..50).filter(|_| play.outcome(&verify()) == "malformed-request").count()
                })
            })
            .collect();
        many.into_iter().map(|one| one.join().expect("it ends")).sum()
    });
    assert_eq!(first, 1);
}

#[test]
fn of_many_calls_at_once_just_so_many_are_counted() {
    let play = Play::of("[[rule]]\nwhen = { calls = '..=100', per = 'gstin' }\nanswer = 'E1'\n");
    let failed: usize = std::thread::scope(|scope| {
        let many: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..50).filter(|_| play.outcome(&verify()) != "-").count()))
            .collect();
        many.into_iter().map(|one| one.join().expect("it ends")).sum()
    });
    assert_eq!(failed, 100);
}

#[test]
fn stories_are_asked_in_the_order_in_which_they_were_begun() {
    let one = "name = 'one'\nabout = 'One'\n[[rule]]\nwhen = { calls = '1' }\nanswer = 'E1'\n";
    let two = "name = 'two'\nabout = 'Two'\n[[rule]]\nanswer = 'not-found'\n";
    let stories = [("one", one), ("two", two)];
    let said = |played: &[&str]| Play::of_all(&stories, played).outcomes(&verify(), 2);
    assert_eq!(said(&["one", "two"]), "malformed-request not-found");
    assert_eq!(said(&["two", "one"]), "not-found not-found");
}

#[test]
fn what_a_story_adds_counts_for_the_answer_of_a_later_one() {
    let slow =
        "name = 'slow'\nabout = 'Slow'\n[[rule]]\nfaults = [{ latency = { delay-ms = 400 } }]\n";
    let down = "name = 'down'\nabout = 'Down'\n[[rule]]\nanswer = 'internal-error'\n";
    let stories = [("slow", slow), ("down", down)];
    let both = Play::of_all(&stories, &["slow", "down"]).exchange(&verify());
    assert_eq!(both.outcome.as_str(), "internal-error");
    assert_eq!(both.delivery.faults, ["latency"]);
    let down_first = Play::of_all(&stories, &["down", "slow"]).exchange(&verify());
    assert!(down_first.delivery.faults.is_empty(), "who answers has the last word");
}

#[test]
fn a_rule_that_goes_on_adds_to_what_later_rules_say() {
    let play = Play::of(
        "[[rule]]\ngo-on = true\nfaults = [{ latency = { delay-ms = 1 } }]\n\
         [[rule]]\nanswer = 'E1'\nedits = [{ add = { at = '/new', value = 1 } }]\n\
         [[rule]]\nanswer = 'not-found'\n",
    );
    let exchange = play.exchange(&verify());
    assert_eq!(exchange.outcome.as_str(), "malformed-request");
    assert_eq!(exchange.delivery.faults, ["latency"]);
    assert_eq!(&exchange.delivery.reply.body[..], br#"{"code":"E1","new":1}"#);
}
