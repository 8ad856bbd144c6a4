//! What a rule does beside answering: edits of the reply, limits, taxpayers.

use serde_json::json;

use super::stage::{ACTIVE, Ask, CANCELLED, Play};
use crate::scenario::{Asking, Decision, decide};

/// What becomes of the body of a good answer.
fn edited(edits: &str) -> String {
    Play::of(&format!("[[rule]]\nedits = [{edits}]\n")).body(&Ask::verify(ACTIVE))
}

const AS_EVER: &str = r#"{"gstin":"27AAACS0000A1ZG","status":"Active","code":101}"#;

#[test]
fn a_reply_is_edited_in_every_way_that_files_know() {
    assert_eq!(edited(""), AS_EVER);
    let with = |from: &str, to: &str| AS_EVER.replace(from, to);
    for (edit, becomes) in [
        ("{ merge = { code = 102 } }", with("101", "102")),
        ("{ patch = [{ op = 'replace', path = '/code', value = 'x' }] }", with("101", "\"x\"")),
        (
            "{ patch = [{ op = 'move', from = '/code', path = '/kode' }] }",
            with("\"code\":101", "\"kode\":101"),
        ),
        ("{ remove = '/code' }", with(",\"code\":101", "")),
        ("{ remove = ['/code', '/status'] }", r#"{"gstin":"27AAACS0000A1ZG"}"#.to_owned()),
        ("{ null = '/status' }", with("\"Active\"", "null")),
        ("{ retype = { at = '/code', to = 'string' } }", with("101", "\"101\"")),
        ("{ add = { at = '/unknown', value = [1] } }", with("101", "101,\"unknown\":[1]")),
        ("{ repeat-key = { at = '/code' } }", with("101", "101,\"code\":101")),
        ("{ repeat-key = { at = '/code', value = 102 } }", with("101", "101,\"code\":102")),
        ("{ other-gstin = '09AAACV0000X1Z0' }", with(ACTIVE, CANCELLED)),
        (
            "{ add = { at = '/code', value = 7 } }, { retype = { at = '/**/code', to = 'array' } }",
            with("101", "[7]"),
        ),
    ] {
        assert_eq!(edited(edit), becomes, "{edit}");
    }
}

#[test]
fn what_cannot_be_edited_is_told_in_the_hint() {
    let play = Play::of("[[rule]]\nedits = [{ remove = '/nowhere' }]\n");
    let exchange = play.exchange(&Ask::verify(ACTIVE));
    assert_eq!(&exchange.delivery.reply.body[..], AS_EVER.as_bytes());
    assert_eq!(
        exchange.hint.as_deref(),
        Some("`story` changes `/nowhere`, which is not in this reply")
    );
}

#[test]
fn a_limit_changes_from_a_call_on() {
    let play = Play::of(
        "[[rule]]\nwhen = { calls = '2' }\n\
         limits = [{ name = 'few', vendor = 'alpha', of = ['account'], most = 1, per = 'minute', \
         refuse = 'internal-error' }]\n",
    );
    let said: Vec<_> =
        (0..4).map(|_| play.exchange(&Ask::verify(ACTIVE)).outcome.to_string()).collect();
    assert_eq!(said, ["found", "found", "internal-error", "internal-error"]);
}

#[test]
fn limits_differ_while_a_story_is_played() {
    let play = Play::of(
        "[[limit]]\nname = 'few'\nof = ['account']\nmost = 1\nper = 'minute'\n\
         refuse = 'internal-error'\n",
    );
    let said = || play.exchange(&Ask::verify(ACTIVE)).outcome.to_string();
    assert_eq!([said(), said()], ["found", "internal-error"]);
    play.tenant.end("story");
    assert_eq!(said(), "found");
}

#[test]
fn a_taxpayer_is_cancelled_with_the_third_call_and_stays_so() {
    let play = Play::of(
        "[[rule]]\nwhen = { calls = 3, per = 'gstin' }\ntaxpayer = { status = 'cancelled' }\n",
    );
    let status = |ask: &Ask| {
        let body: serde_json::Value = serde_json::from_str(&play.body(ask)).expect("it is JSON");
        body["status"].as_str().expect("it is a text").to_owned()
    };
    let said: Vec<_> = (0..4).map(|_| status(&Ask::verify(ACTIVE))).collect();
    assert_eq!(said, ["Active", "Active", "Cancelled", "Cancelled"]);
    assert_eq!(status(&Ask::find(ACTIVE)), "Cancelled", "every vendor sees the same one");
    play.tenant.end("story");
    assert_eq!(status(&Ask::search(ACTIVE)), "Cancelled", "it lasts");
}

#[test]
fn a_taxpayer_comes_back() {
    let play = Play::of("[[rule]]\ntaxpayer = { status = 'active', trade-name = 'BACK' }\n");
    assert!(play.body(&Ask::verify(CANCELLED)).contains("\"Active\""));
    assert!(play.exchange(&Ask::verify(CANCELLED)).hint.is_none());
}

/// What a story makes of a call, without the walk.
fn decided(play: &Play, gstin: &str) -> Decision {
    let scene = play.exchange(&Ask::verify(gstin)).scene;
    let nobody = || None;
    let asking = Asking::new(&scene, Some(gstin), "default", &nobody);
    // Begun anew: the walk that made the scene was a call as well.
    let playing = play.world.scenarios["story"].begin();
    decide(&[playing], &asking).expect("there is no expression")
}

#[test]
fn a_taxpayer_changes_by_the_clock_of_the_call() {
    let play = Play::of(&format!(
        "[[rule]]\nwhen = {{ gstin = '{ACTIVE}' }}\n\
         taxpayer = {{ status = 'cancelled', cancelled-on = 'today-1', trade-name = 'GONE' }}\n"
    ));
    assert!(decided(&play, CANCELLED).taxpayer.is_empty());
    assert_eq!(
        decided(&play, ACTIVE).taxpayer,
        [json!({
            "status": "Cancelled",
            "cancelled_on": "2026-11-19",
            "updated_on": "2026-11-19",
            "trade_name": "GONE",
        })]
    );
}
