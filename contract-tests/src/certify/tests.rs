use super::*;
use crate::{
    run::{self, Kind},
    target::Strictness,
    verdict::Reply,
};

fn heard(second: i64, body: &str) -> Heard {
    Heard {
        method: "POST".to_owned(),
        url: "https://api.example.com/v2".to_owned(),
        headers: vec![("authorization".to_owned(), "…".to_owned())],
        body: "{}".to_owned(),
        at: jiff::Timestamp::from_second(second).expect("a time"),
        took_ms: 5,
        reply: Some(Reply { status: 200, headers: Vec::new(), body: body.to_owned() }),
    }
}

fn verdict(case: &str, exchanges: Vec<Heard>) -> Verdict {
    Verdict {
        case: case.to_owned(),
        vendor: "alpha".to_owned(),
        endpoint: "lookup".to_owned(),
        promised: None,
        request: "POST /v2".to_owned(),
        place: None,
        source: String::new(),
        mismatches: Vec::new(),
        drifts: Vec::new(),
        skipped: None,
        at: jiff::Timestamp::from_second(0).expect("a time"),
        took_ms: 5,
        exchanges,
    }
}

fn evidence() -> Evidence {
    let awkward = "</script><script>alert(1)</script> & \u{1b}[31m 🧾";
    let run = Run {
        format: run::FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        target: Asked { name: "sandbox".to_owned(), kind: Kind::Live, addresses: [].into() },
        compared: Strictness::Shape,
        began: jiff::Timestamp::from_second(0).expect("a time"),
        ended: Some(jiff::Timestamp::from_second(60).expect("a time")),
        chosen: vec!["alpha::lookup::b".to_owned(), "alpha::lookup::a".to_owned()],
        verdicts: vec![
            verdict("alpha::lookup::b", vec![heard(20, awkward), heard(40, "{}")]),
            verdict("alpha::lookup::a", vec![heard(30, "{\"a\":1}")]),
        ],
        put_off: Vec::new(),
        asked_again: [].into(),
    };
    let left_out = vec![LeftOut {
        case: "alpha::lookup::c".to_owned(),
        why: "it cannot be caused".to_owned(),
    }];
    Evidence::of(&run, left_out)
}

#[test]
fn exchanges_stand_in_order_of_time_and_cases_name_theirs() {
    let evidence = evidence();

    let cases: Vec<_> = evidence.exchanges.iter().map(|one| one.case.as_str()).collect();
    assert_eq!(cases, ["alpha::lookup::b", "alpha::lookup::a", "alpha::lookup::b"]);
    let numbers: Vec<_> = evidence.cases.iter().map(|case| case.exchanges.clone()).collect();
    assert_eq!(numbers, [vec![1, 3], vec![2]]);
}

#[test]
fn what_was_written_is_as_its_hashes_say_in_both_forms() {
    let evidence = evidence();

    assert_eq!(Evidence::check(&evidence.json()).as_ref(), Ok(&evidence));
    let page = page::page(&evidence).expect("the page is written");
    assert_eq!(Evidence::check(&page).as_ref(), Ok(&evidence));
    assert_eq!(page.matches("<script").count(), 1, "only our own data");
    assert!(!page.contains('\u{1b}'));
}

#[test]
fn hashes_are_those_of_compact_json() {
    let evidence = evidence();
    let json: Value = serde_json::from_str(&evidence.json()).expect("it is JSON");
    let mut chain = String::new();
    for one in json["exchanges"].as_array().expect("a list") {
        let own = hex(&sha256(one["exchange"].to_string().as_bytes()));
        assert_eq!(one["sha256"], own);
        chain = hex(&sha256(format!("{chain}{own}").as_bytes()));
        assert_eq!(one["chain"], chain);
    }
    let mut whole = json.clone();
    whole["total"] = "".into();
    assert_eq!(json["total"], hex(&sha256(whole.to_string().as_bytes())));
}

#[test]
fn whatever_is_changed_is_found() {
    let whole = evidence();
    let check = |change: fn(&mut Evidence)| {
        let mut changed = whole.clone();
        change(&mut changed);
        Evidence::check(&changed.json()).expect_err("it was changed")
    };

    assert_eq!(check(|one| one.exchanges[1].exchange.took_ms = 1), Forged::Exchange(2));
    assert_eq!(check(|one| one.exchanges[2].sha256 = "0".to_owned()), Forged::Exchange(3));
    assert_eq!(check(|one| drop(one.exchanges.remove(0))), Forged::Chain(2));
    assert_eq!(check(|one| one.exchanges.swap(0, 1)), Forged::Chain(2));
    assert_eq!(check(|one| drop(one.exchanges.pop())), Forged::Total);
    assert_eq!(check(|one| one.cases[0].verdict = "failed".to_owned()), Forged::Total);
    assert_eq!(check(|one| one.left_out.clear()), Forged::Total);
    assert_eq!(check(|one| one.exchanges[0].case = "alpha::lookup::a".to_owned()), Forged::Total);

    let more = whole.json().replacen("\"program\"", "\"approved\": true,\n  \"program\"", 1);
    assert_eq!(Evidence::check(&more), Err(Forged::More));
    let page = page::page(&whole).expect("the page is written");
    let other = page.replacen("2 passed", "3 passed", 1);
    assert_ne!(page, other);
    assert_eq!(Evidence::check(&other), Err(Forged::Page));
    assert!(matches!(Evidence::check("{}"), Err(Forged::None(_))));
    assert!(matches!(Evidence::check("<html></html>"), Err(Forged::None(_))));
}
