//! Which calls a rule is about: one test a key.

use super::stage::{ACTIVE, Ask, CANCELLED, Play};

/// A story of one rule, which answers what fits.
fn when(when: &str) -> Play {
    Play::of(&format!("[[rule]]\nwhen = {{ {when} }}\nanswer = \"internal-error\"\n"))
}

/// Whether the rule is about each of these calls.
fn fits(play: &Play, asks: &[Ask]) -> Vec<bool> {
    asks.iter().map(|ask| play.outcome(ask) == "internal-error").collect()
}

#[test]
fn vendor_and_endpoint_are_names_or_lists_of_them() {
    let all = [Ask::verify(ACTIVE), Ask::search(ACTIVE), Ask::find(ACTIVE)];
    assert_eq!(fits(&when("vendor = 'alpha'"), &all), [true, true, false]);
    assert_eq!(fits(&when("vendor = ['beta', 'alpha']"), &all), [true, true, true]);
    assert_eq!(fits(&when("endpoint = 'search'"), &all), [false, true, false]);
    assert_eq!(fits(&when("endpoint = ['search', 'find']"), &all), [false, true, true]);
    assert_eq!(fits(&when("vendor = 'beta', endpoint = 'find'"), &all), [false, false, true]);
    assert_eq!(fits(&when("method = ['GET']"), &all), [false, true, true]);
}

#[test]
fn a_gstin_is_named_by_itself_by_persona_or_by_tag() {
    let all = [Ask::verify(ACTIVE), Ask::find(CANCELLED), Ask::status()];
    let cancelled = [false, true, false];
    assert_eq!(fits(&when(&format!("gstin = '{CANCELLED}'")), &all), cancelled);
    assert_eq!(fits(&when("persona = 'second'"), &all), cancelled);
    assert_eq!(fits(&when("tag = 'cancelled'"), &all), cancelled);
    assert_eq!(fits(&when("tag = ['cancelled', 'small']"), &all), [true, true, false]);
    assert_eq!(fits(&when("persona = 'second', vendor = 'alpha'"), &all), [false; 3]);
}

#[test]
fn a_gstin_is_found_by_pattern_and_by_state() {
    let all = [Ask::verify(ACTIVE), Ask::find(CANCELLED), Ask::status()];
    assert_eq!(fits(&when("gstin-pattern = '^.{2}AAAC'"), &all), [true, true, false]);
    assert_eq!(fits(&when("gstin-pattern = 'X1Z0$'"), &all), [false, true, false]);
    assert_eq!(fits(&when("state-code = '27'"), &all), [true, false, false]);
    assert_eq!(fits(&when("state-code = ['27', '09']"), &all), [true, true, false]);
}

#[test]
fn a_share_is_always_of_the_same_gstins() {
    let play = when("share = 0.5");
    let asks: Vec<_> = play
        .world
        .register
        .population(200, None)
        .map(|gstin| Ask::search(gstin.as_str()))
        .collect();
    let first = fits(&play, &asks);
    assert_eq!(fits(&play, &asks), first);
    let share = first.iter().filter(|fits| **fits).count();
    assert!((70..=130).contains(&share), "{share} of 200");
}

#[test]
fn headers_query_and_body_are_looked_at() {
    let ask = || Ask::verify(ACTIVE);
    let all = [ask(), ask().header("x-client", "batch 7"), ask().header("x-client", "web")];
    assert_eq!(fits(&when("header = { X-Client = 'web' }"), &all), [false, false, true]);
    assert_eq!(
        fits(&when("header = { x-client = { like = '^batch' } }"), &all),
        [false, true, false]
    );
    assert_eq!(
        fits(&when("header = { x-client = { present = true } }"), &all),
        [false, true, true]
    );
    assert_eq!(
        fits(&when("header = { x-client = { present = false } }"), &all),
        [true, false, false]
    );

    let search = Ask::search(ACTIVE);
    let all = [search.clone(), search.clone().query("&page=2"), search.query("&page=2&page=3")];
    assert_eq!(fits(&when("query = { page = 3 }"), &all), [false, false, true]);
    assert_eq!(fits(&when("query = { page = { one-of = [1, 2] } }"), &all), [false, true, true]);
    assert_eq!(fits(&when("query = { page = { present = false } }"), &all), [true, false, false]);

    let all = [
        ask(),
        ask().body("{\"gstin\": \"27AAACS0000A1ZG\", \"consent\": \"Y\"}"),
        ask().body("{\"gstin\": \"27AAACS0000A1ZG\", \"deep\": [{ \"n\": 7 }]}"),
    ];
    assert_eq!(fits(&when("body = { consent = 'Y' }"), &all), [false, true, false]);
    assert_eq!(fits(&when("body = { '/deep/0/n' = 7 }"), &all), [false, false, true]);
    assert_eq!(fits(&when("body = { '/deep/0/n' = '7' }"), &all), [false, false, false]);
    assert_eq!(fits(&when("body = { deep = { present = false } }"), &all), [true, true, false]);
}

#[test]
fn an_expression_over_the_call_must_hold() {
    let all = [Ask::verify(ACTIVE), Ask::search(ACTIVE), Ask::search(CANCELLED)];
    assert_eq!(
        fits(&when("holds = \"request.query.gstin == '09AAACV0000X1Z0'\""), &all),
        [false, false, true]
    );
}

#[test]
fn account_and_tenant_are_known_before_they_are_let_in() {
    let all = [
        Ask::verify(ACTIVE),
        Ask::verify(ACTIVE).header("x-api-key", "two"),
        Ask::verify(ACTIVE).header("x-api-key", "nobody's"),
    ];
    assert_eq!(fits(&when("account = 'other'"), &all), [false, true, false]);
    assert_eq!(fits(&when("account = ['other', 'default']"), &all), [true, true, false]);
    assert_eq!(fits(&when("tenant = 'default'"), &all), [true; 3]);
    assert_eq!(fits(&when("tenant = 'somebody-else'"), &all), [false; 3]);
}

#[test]
fn calls_are_counted_for_the_story_the_gstin_or_the_account() {
    let (one, other) = (Ask::verify(ACTIVE), Ask::verify(CANCELLED));
    let second = Ask::verify(ACTIVE).header("x-api-key", "two");
    let said = |per: &str, asks: &[&Ask]| {
        let play = when(&format!("calls = '2..=3'{per}"));
        asks.iter().map(|ask| play.outcome(ask)).collect::<Vec<_>>().join(" ")
    };
    let all = [&one, &other, &one, &one, &other, &second];
    assert_eq!(said("", &all), "- internal-error internal-error - - -");
    assert_eq!(said(", per = 'gstin'", &all), "- - internal-error internal-error internal-error -");
    assert_eq!(said(", per = 'account'", &all), "- internal-error internal-error - - -");
    assert_eq!(said(", per = 'account'", &[&second, &one, &second]), "- - internal-error");
}

#[test]
fn calls_that_do_not_fit_are_not_counted() {
    let play = when("calls = '1', endpoint = 'search'");
    assert_eq!(play.outcome(&Ask::verify(ACTIVE)), "-");
    assert_eq!(play.outcomes(&Ask::search(ACTIVE), 2), "internal-error -");
}

#[test]
fn a_rule_counts_by_clocks_in_india() {
    let said = |when_: &str, times: &[&str]| -> Vec<bool> {
        let play = when(when_);
        times
            .iter()
            .map(|time| {
                play.at(time);
                play.outcome(&Ask::verify(ACTIVE)) == "internal-error"
            })
            .collect()
    };
    assert_eq!(
        said(
            "time = '18:00..24:00', day = 20",
            &["2026-11-20T17:59:59+05:30", "2026-11-20T18:00:00+05:30", "2026-11-20T18:30:00Z"]
        ),
        [false, true, false]
    );
    assert_eq!(
        said(
            "weekday = ['saturday', 'sunday']",
            &[
                "2026-11-20T12:00:00+05:30",
                "2026-11-21T00:00:00+05:30",
                "2026-11-22T23:59:59+05:30"
            ]
        ),
        [false, true, true]
    );
    assert_eq!(
        said(
            "from = 2026-11-20T18:00:00+05:30, until = 2026-11-21",
            &[
                "2026-11-20T17:59:59+05:30",
                "2026-11-20T18:00:00+05:30",
                "2026-11-21T00:00:00+05:30"
            ]
        ),
        [false, true, false]
    );
    assert_eq!(
        said(
            "day = ['1', '18..=20']",
            &[
                "2026-11-01T00:00:00+05:30",
                "2026-11-19T00:00:00+05:30",
                "2026-11-21T00:00:00+05:30"
            ]
        ),
        [true, true, false]
    );
}

#[test]
fn ten_thousand_rules_are_found_by_their_gstins_in_their_order() {
    let mut rules = String::new();
    for number in 0..10_000 {
        rules += &format!(
            "[[rule]]\nwhen = {{ gstin = \"27AAACA{number:04}A1Z0\" }}\nanswer = \"not-found\"\n"
        );
    }
    rules += "[[rule]]\nwhen = { state-code = '27', calls = '1' }\nanswer = 'E1'\n";
    rules += &format!("[[rule]]\nwhen = {{ gstin = '{ACTIVE}' }}\nanswer = 'internal-error'\n");
    let play = Play::of(&rules);
    assert_eq!(play.outcome(&Ask::search("27AAACA7777A1Z0")), "not-found");
    assert_eq!(play.outcomes(&Ask::search(ACTIVE), 2), "malformed-request internal-error");
    let looked_at = |gstin: &str| {
        let scenario = &play.world.scenarios["story"];
        scenario.by_gstin.get(gstin).map_or(0, Vec::len) + scenario.desks[0].endpoints[0].1.len()
    };
    assert_eq!(looked_at("27AAACA7777A1Z0"), 2, "its own rule and the one of its state");
}

#[test]
fn rules_of_other_endpoints_are_not_looked_at() {
    let mut rules = String::new();
    for _ in 0..100 {
        rules += "[[rule]]\nwhen = { vendor = 'beta', calls = '1' }\nanswer = 'B504'\n";
    }
    rules += "[[rule]]\nwhen = { method = 'GET', calls = '1' }\nanswer = 'internal-error'\n";
    let play = Play::of(&rules);
    let scenario = &play.world.scenarios["story"];
    let counts: Vec<_> = scenario
        .desks
        .iter()
        .flat_map(|desk| &desk.endpoints)
        .map(|(name, rules)| (name.as_str(), rules.len()))
        .collect();
    assert_eq!(counts, [("verify", 0), ("search", 1), ("status", 1), ("find", 101)]);
}
