//! Whole replies, and the recordings that they come from.

use http::Method;

use super::stage::{ACTIVE, Ask, CANCELLED, Play, ingredients, story, wrong};
use crate::{
    exchange::WORD_FOR_WORD,
    scenario::{Library, check::too_old},
};

const RULE: &str = "[[rule]]\n[rule.reply]\nstatus = 418\nheaders = { x-own = 'yes' }\n\
                    json = '{\"short\": null, \"stout\": 1.50}'\n";

#[test]
fn a_reply_is_said_word_for_word() {
    let play = Play::of(RULE);
    let exchange = play.exchange(&Ask::verify(ACTIVE));
    let reply = &exchange.delivery.reply;
    assert_eq!(reply.status, 418);
    assert_eq!(reply.body, "{\"short\": null, \"stout\": 1.50}");
    let headers: Vec<_> =
        reply.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().ok())).collect();
    assert_eq!(headers, [("content-type", Some("application/json")), ("x-own", Some("yes"))]);
    assert_eq!(exchange.outcome.as_str(), WORD_FOR_WORD);
    assert_eq!(
        (exchange.plan, exchange.code.as_str()),
        (None, ""),
        "it counts as no reply of the pack"
    );
}

#[test]
fn an_answer_beside_it_is_its_name() {
    let rules = "[[rule]]\nanswer = 'E1'\nreply = { status = 400, text = 'no' }\n";
    let exchange = Play::of(rules).exchange(&Ask::verify(ACTIVE));
    assert_eq!((exchange.outcome.as_str(), exchange.code.as_str()), ("malformed-request", "E1"));
    assert_eq!(exchange.delivery.reply.body, "no");
    assert!(exchange.plan.is_some());
}

#[test]
fn the_header_of_a_request_counts_before_it() {
    let asked = Ask::verify(ACTIVE).header("x-sim-outcome", "not-found");
    assert_eq!(Play::of(RULE).exchange(&asked).outcome.as_str(), "not-found");
}

#[test]
fn edits_and_counts_go_with_it() {
    let rules = "[[rule]]\nwhen = { calls = 1 }\nreply = { status = 200, json = '{\"a\": 1}' }\n\
                 edits = [{ add = { at = '/b', value = 2 } }]\n";
    let play = Play::of(rules);
    assert_eq!(play.body(&Ask::verify(ACTIVE)), "{\"a\":1,\"b\":2}");
    assert_eq!(play.outcome(&Ask::verify(CANCELLED)), "-", "the second call is as ever");
}

#[test]
fn a_call_that_no_endpoint_takes_can_have_one_and_nothing_else_of_a_story() {
    let lost = |rules: &str| {
        let ask = Ask::to("alpha", Method::GET, "/no/such/path").query("a=b");
        let exchange = Play::of(rules).exchange(&ask);
        (exchange.delivery.reply.status.as_u16(), exchange.outcome.to_string())
    };
    let rules = "[[rule]]\nwhen = { holds = \"request.path == '/no/such/path'\", query = { a = 'b' } }\n\
                 reply = { status = 410 }\n";
    assert_eq!(lost(rules), (410, WORD_FOR_WORD.to_owned()));
    let other = rules.replace("a = 'b'", "a = 'c'");
    assert_eq!(lost(&other), lost("[[rule]]\nanswer = 'not-found'\n"));
}

#[test]
fn what_is_wrong_with_a_reply_is_told_at_its_place() {
    let told = |rules: &str| -> Vec<String> {
        wrong(rules).iter().map(|finding| finding.message.clone()).collect()
    };
    assert_eq!(
        told(
            "[[rule]]\nanswer = ['not-found', 'E1']\n[rule.reply]\nstatus = 99\njson = '{'\ntext = ''\nheaders = { 'a b' = 'c' }\n"
        ),
        [
            "99 is no HTTP status",
            "`a b` with `c` is no header",
            "a reply has one body",
            "this is no JSON: EOF while parsing an object at line 1 column 1",
            "a reply that is told word for word has one name",
        ]
    );
    let finding = &wrong("[[rule]]\nreply = { status = 200, jsn = '' }\n")[0];
    assert!(finding.message.contains("unknown field `jsn`"), "{finding}");
    assert!(finding.line_and_column().is_some());
}

#[test]
fn a_story_is_good_for_as_long_as_its_recording() {
    let text = format!("{}\n[recorded]\non = '2026-08-01'\n", story(RULE));
    let made = ingredients(&[("story", &text)]);
    let library = Library::of(&made.scenarios);
    let told = |day: &str| -> Vec<String> {
        let found = too_old(&library, day.parse().expect("a day"));
        found.iter().map(|finding| finding.message.clone()).collect()
    };
    assert_eq!(told("2026-10-30"), [""; 0], "90 days");
    assert_eq!(told("2026-10-31"), ["`story` was recorded 91 days ago and is good for 90"]);
}
