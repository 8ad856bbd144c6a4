use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use proptest::prelude::*;

use super::*;

/// 21 November 2026, ten o'clock in India.
const NOW: i64 = 1_795_235_400_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

const KEY: Key<'static> = Key {
    vendor: "alpha",
    limit: "calls",
    account: Some("default"),
    endpoint: None,
    subject: None,
    request: None,
};

fn rule(most: u64, per: Per) -> Rule {
    Rule { most, per, burst: None, lock: None }
}

fn one(rule: Rule) -> Ask<'static> {
    Ask { key: KEY, rule, needs: 1, takes: 1 }
}

/// How many of so many calls at that time are let through.
fn let_through(limits: &Limits, rule: Rule, count: usize, at_ms: i64) -> usize {
    (0..count).filter(|_| limits.take(&[one(rule)], at_ms).is_ok()).count()
}

#[test]
fn a_minute_begins_with_its_first_call() {
    let limits = Limits::default();
    let five = rule(5, Per::Ms(60_000));
    assert_eq!(let_through(&limits, five, 4, NOW + 20_000), 4);
    assert_eq!(let_through(&limits, five, 4, NOW + 79_999), 1, "the minute is not over");
    let (_, standing) = limits.take(&[one(five)], NOW + 79_999).expect_err("it is used up");
    assert_eq!(standing.resets_at_ms, Some(NOW + 80_000));
    assert_eq!((standing.used, standing.left(), standing.locked), (5, 0, false));
    assert_eq!(let_through(&limits, five, 9, NOW + 80_000), 5);
}

#[test]
fn a_day_ends_at_midnight_in_india() {
    let limits = Limits::default();
    let three = rule(3, Per::Day);
    // 18:30 in Greenwich.
    let midnight = NOW + 14 * HOUR;
    assert_eq!(let_through(&limits, three, 9, midnight - 1), 3);
    let (_, standing) = limits.take(&[one(three)], midnight - 1).expect_err("it is used up");
    assert_eq!(standing.resets_at_ms, Some(midnight));
    assert_eq!(let_through(&limits, three, 9, midnight), 3);
}

#[test]
fn months_and_financial_years_are_indias() {
    let limits = Limits::default();
    let month = rule(1, Per::Month);
    assert_eq!(let_through(&limits, month, 2, NOW), 1);
    assert_eq!(let_through(&limits, month, 2, NOW + 9 * DAY), 0, "30 November");
    assert_eq!(let_through(&limits, month, 2, NOW + 10 * DAY), 1, "1 December");

    let limits = Limits::default();
    let year = rule(1, Per::FinancialYear);
    assert_eq!(let_through(&limits, year, 2, NOW), 1);
    assert_eq!(let_through(&limits, year, 2, NOW + 130 * DAY), 0, "31 March");
    assert_eq!(let_through(&limits, year, 2, NOW + 131 * DAY), 1, "1 April");
}

#[test]
fn what_is_for_ever_never_begins_anew() {
    let limits = Limits::default();
    let two = rule(2, Per::Ever);
    assert_eq!(let_through(&limits, two, 3, NOW), 2);
    assert_eq!(let_through(&limits, two, 3, NOW + 10_000 * DAY), 0);
    assert_eq!(let_through(&limits, two, 3, NOW - 10_000 * DAY), 0);
    let (_, standing) = limits.take(&[one(two)], NOW).expect_err("it is used up");
    assert_eq!(standing.resets_at_ms, None);
}

#[test]
fn a_bucket_takes_a_burst_and_fills_evenly() {
    let limits = Limits::default();
    let bucket = Rule { burst: Some(10), ..rule(4, Per::Ms(1_000)) };
    assert_eq!(let_through(&limits, bucket, 20, NOW), 10);
    let (_, standing) = limits.take(&[one(bucket)], NOW + 100).expect_err("it is empty");
    assert_eq!(standing.resets_at_ms, Some(NOW + 250), "a quarter of a second for each call");
    assert_eq!(let_through(&limits, bucket, 20, NOW + 249), 0);
    assert_eq!(let_through(&limits, bucket, 20, NOW + 250), 1);
    assert_eq!(let_through(&limits, bucket, 20, NOW + 1_250), 4);
    assert_eq!(let_through(&limits, bucket, 20, NOW + HOUR), 10, "no more than it holds");
}

#[test]
fn nothing_is_taken_where_one_limit_refuses() {
    let limits = Limits::default();
    let wide = Ask { key: Key { limit: "wide", ..KEY }, ..one(rule(100, Per::Day)) };
    let narrow = one(rule(1, Per::Day));
    assert!(limits.take(&[wide, narrow], NOW).is_ok());
    for _ in 0..5 {
        let (index, _) = limits.take(&[wide, narrow], NOW).expect_err("the second one is used up");
        assert_eq!(index, 1);
    }
    assert_eq!(limits.look(&wide.key, wide.rule, NOW).used, 1);
}

#[test]
fn the_limit_of_which_least_is_left_is_told() {
    let limits = Limits::default();
    let wide = Ask { key: Key { limit: "wide", ..KEY }, ..one(rule(100, Per::Day)) };
    let narrow = one(rule(7, Per::Day));
    let (index, standing) =
        limits.take(&[wide, narrow], NOW).expect("both have room").expect("two");
    assert_eq!((index, standing.left()), (1, 6), "this call counted");
}

#[test]
fn what_is_priced_needs_all_of_its_price() {
    let limits = Limits::default();
    let dear = Ask { needs: 3, takes: 3, ..one(rule(10, Per::Ever)) };
    assert_eq!((0..9).filter(|_| limits.take(&[dear], NOW).is_ok()).count(), 3);
    assert!(limits.take(&[one(rule(10, Per::Ever))], NOW).is_ok(), "one is left");
    let looks = Ask { needs: 1, takes: 0, ..dear };
    assert!(limits.take(&[looks], NOW).is_err());
    limits.take_anyhow(&[dear], NOW);
    assert_eq!(limits.look(&KEY, dear.rule, NOW).used, 13, "it happened all the same");
}

#[test]
fn a_lock_out_begins_with_the_last_error_and_ends_by_itself() {
    let limits = Limits::default();
    let lock = Some(Lock { ms: HOUR, renews: false, when_full: true });
    let errors = Rule { lock, ..rule(3, Per::Ms(600_000)) };
    let looks = Ask { takes: 0, ..one(errors) };
    for _ in 0..3 {
        assert!(limits.take(&[looks], NOW).is_ok());
        assert!(limits.take(&[one(errors)], NOW).is_ok());
    }
    let (_, standing) = limits.take(&[looks], NOW + 1).expect_err("it is locked");
    assert_eq!((standing.locked, standing.resets_at_ms), (true, Some(NOW + HOUR)));
    assert!(limits.take(&[looks], NOW + HOUR - 1).is_err(), "refused calls do not prolong it");
    assert!(limits.take(&[looks], NOW + HOUR).is_ok());
    assert_eq!(limits.look(&KEY, errors, NOW + HOUR).used, 0);
}

#[test]
fn a_lock_that_renews_wants_to_be_left_alone() {
    let limits = Limits::default();
    let lock = Some(Lock { ms: 10_000, renews: true, when_full: false });
    let impatient = Rule { lock, ..rule(2, Per::Ms(1_000)) };
    assert_eq!(let_through(&limits, impatient, 3, NOW), 2);
    for seconds in 1..60 {
        assert_eq!(let_through(&limits, impatient, 1, NOW + seconds * 9_000), 0);
    }
    assert_eq!(let_through(&limits, impatient, 3, NOW + 59 * 9_000 + 10_000), 2);
}

#[test]
fn a_clock_that_is_set_back_leaves_nothing_locked_for_a_year() {
    let limits = Limits::default();
    let lock = Some(Lock { ms: HOUR, renews: false, when_full: false });
    let locked = Rule { lock, ..rule(1, Per::Day) };
    assert_eq!(let_through(&limits, locked, 3, NOW + 365 * DAY), 1);
    assert_eq!(let_through(&limits, locked, 3, NOW), 1);
}

#[test]
fn a_day_that_comes_again_is_as_used_up_as_it_was() {
    let limits = Limits::default();
    let three = rule(3, Per::Day);
    assert_eq!(let_through(&limits, three, 9, NOW), 3);
    assert_eq!(let_through(&limits, three, 2, NOW + 365 * DAY), 2);
    assert_eq!(let_through(&limits, three, 9, NOW), 0);
    assert_eq!(let_through(&limits, three, 9, NOW + 365 * DAY), 1);
}

#[test]
fn a_straggler_of_yesterday_takes_nothing_from_today() {
    let limits = Limits::default();
    let three = rule(3, Per::Day);
    let midnight = NOW + 14 * HOUR;
    assert_eq!(let_through(&limits, three, 2, midnight - 2), 2);
    assert_eq!(let_through(&limits, three, 2, midnight), 2);
    assert_eq!(let_through(&limits, three, 9, midnight - 1), 1);
    assert_eq!(let_through(&limits, three, 9, midnight + 1), 1);
}

#[test]
fn meters_about_single_gstins_are_bounded_and_push_no_account_out() {
    fn ask(subject: &str) -> Ask<'_> {
        Ask { key: Key { subject: Some(subject), ..KEY }, ..one(rule(5, Per::Day)) }
    }
    let limits = Limits::default();
    let account = one(rule(5, Per::Day));
    assert!(limits.take(&[account], NOW).is_ok());
    for number in 0..100_000 {
        let subject = number.to_string();
        assert!(limits.take(&[ask(&subject)], NOW).is_ok());
    }
    let all = limits.all(NOW);
    assert!(all.len() <= SHARDS * LIMIT + 1, "{}", all.len());
    assert_eq!(limits.look(&KEY, account.rule, NOW).used, 1);
    assert_eq!(limits.look(&ask("99999").key, account.rule, NOW).used, 1, "the newest stays");
    assert_eq!(limits.look(&ask("0").key, account.rule, NOW).used, 0, "the oldest has gone");
}

#[test]
fn what_only_looks_makes_no_meter() {
    let limits = Limits::default();
    for number in 0..1_000 {
        let subject = number.to_string();
        let key = Key { subject: Some(&subject), ..KEY };
        let ask = Ask { key, takes: 0, ..one(rule(5, Per::Day)) };
        assert!(limits.take(&[ask], NOW).is_ok());
    }
    assert!(limits.all(NOW).is_empty());
}

#[test]
fn what_was_used_can_be_forgotten() {
    let limits = Limits::default();
    let (one_a_day, other) = (rule(1, Per::Day), Key { account: Some("other"), ..KEY });
    assert!(limits.take(&[one(one_a_day)], NOW).is_ok());
    assert!(limits.take(&[Ask { key: other, ..one(one_a_day) }], NOW).is_ok());
    assert_eq!(limits.forget(|label| label.account.as_deref() == Some("other")), 1);
    assert_eq!(limits.look(&other, one_a_day, NOW).used, 0);
    assert_eq!(limits.look(&KEY, one_a_day, NOW).used, 1);
}

#[test]
fn exactly_so_many_of_all_threads_are_let_through() {
    let limits = Arc::new(Limits::default());
    let through = Arc::new(AtomicU64::new(0));
    let threads: Vec<_> = (0..16)
        .map(|thread| {
            let (limits, through) = (Arc::clone(&limits), Arc::clone(&through));
            std::thread::spawn(move || {
                for turn in 0..500 {
                    let subject = format!("{thread}-{turn}");
                    let own = Key { subject: Some(&subject), ..KEY };
                    // In either order, so that a wrong one of locks would show.
                    let mut asks = [
                        one(rule(1_234, Per::Day)),
                        Ask { key: own, ..one(rule(1, Per::Day)) },
                        Ask { key: Key { limit: "other", ..KEY }, ..one(rule(5_000, Per::Day)) },
                    ];
                    if thread % 2 == 0 {
                        asks.reverse();
                    }
                    if limits.take(&asks, NOW).is_ok() {
                        through.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("no thread panics");
    }
    assert_eq!(through.load(Ordering::Relaxed), 1_234);
    let other = Key { limit: "other", ..KEY };
    assert_eq!(
        limits.look(&other, rule(5_000, Per::Day), NOW).used,
        1_234,
        "given back, or never taken"
    );
}

proptest! {
    #[test]
    fn a_bucket_never_lets_more_through_than_its_burst_and_the_time_that_passed(
        most in 1_u64..50,
        burst in 1_u64..100,
        period in prop_oneof![Just(1_000_i64), Just(60_000), 1_i64..100_000],
        moves in prop::collection::vec((
            prop_oneof![0_i64..3, 0_i64..5_000, -5_000_i64..5_000, -400 * DAY..400 * DAY],
            1_usize..40,
        ), 1..60),
    ) {
        let limits = Limits::default();
        let bucket = Rule { burst: Some(burst), ..rule(most, Per::Ms(period)) };
        let (mut at_ms, mut passed, mut through) = (NOW, 0_i64, 0_u64);
        for (by, calls) in moves {
            at_ms += by;
            passed += by.max(0);
            through += let_through(&limits, bucket, calls, at_ms) as u64;
            let filled = u128::from(most) * u128::from(passed.unsigned_abs())
                / u128::from(period.unsigned_abs());
            prop_assert!(u128::from(through) <= u128::from(burst) + filled);
        }
    }

    #[test]
    fn no_day_or_month_lets_more_through_however_often_it_comes_again(
        most in 0_u64..20,
        per in prop_oneof![Just(Per::Day), Just(Per::Month)],
        moves in prop::collection::vec((0_i64..2, 0_i64..900, 1_usize..30), 1..40),
    ) {
        let limits = Limits::default();
        let length = if per == Per::Day { DAY } else { 31 * DAY };
        let mut through = [0_u64; 2];
        for (span, jitter, calls) in moves {
            let at_ms = NOW + span * length + jitter;
            through[usize::try_from(span).expect("0 or 1")] +=
                let_through(&limits, rule(most, per), calls, at_ms) as u64;
        }
        prop_assert!(through[0] <= most && through[1] <= most);
    }
}
