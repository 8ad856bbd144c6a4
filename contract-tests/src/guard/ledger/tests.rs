//! Whatever comes in whatever order: no day's cap is ever passed.

use gsp_simulator::pack::file::Count;
use proptest::prelude::*;

use super::*;

const NOON: &str = "2026-11-22T12:00:00+05:30";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn budget(calls: u64, errors: u64, billable: u64) -> Budget {
    Budget {
        calls: Some(Count::Most(calls)),
        errors: Some(Count::Most(errors)),
        billable: Some(Count::Most(billable)),
        ..Budget::default()
    }
}

fn take(
    ledger: &mut Ledger,
    budget: &Budget,
    taking: &Taking<'_>,
    now: Timestamp,
    id: u64,
) -> Result<Taken, Refused> {
    let day = ledger.day(now).expect("a day");
    match ledger.take(taking, budget, &[], day, now, id)? {
        Turn::Now(taken) => Ok(taken),
        Turn::Later(_) => panic!("there is no pace"),
    }
}

const PLAIN: Taking<'_> = Taking { vendor: "alpha", gstins: &[], price: 1 };

#[test]
fn the_day_is_indias() {
    let mut ledger = Ledger::new("sandbox");
    let budget = budget(1, 9, 9);
    take(&mut ledger, &budget, &PLAIN, at("2026-11-22T18:29:59Z"), 1).expect("the first");
    let refused = take(&mut ledger, &budget, &PLAIN, at("2026-11-22T18:29:59.999Z"), 2);
    assert_eq!(
        refused.expect_err("one is all there are").to_string(),
        "the budget of `sandbox` for today is used up: 1 of 1 calls; there are more at 2026-11-23T00:00:00+05:30"
    );
    take(&mut ledger, &budget, &PLAIN, at("2026-11-22T18:30:00Z"), 3).expect("a new day in India");
}

#[test]
fn a_clock_that_is_set_back_gives_no_new_budget() {
    let mut ledger = Ledger::new("sandbox");
    let budget = budget(1, 9, 9);
    take(&mut ledger, &budget, &PLAIN, at("2026-11-22T18:30:01Z"), 1).expect("the first");
    let before = take(&mut ledger, &budget, &PLAIN, at("2026-11-22T18:29:59Z"), 2);
    assert!(matches!(before, Err(Refused::UsedUp { .. })), "{before:?}");

    let days_before = ledger.day(at("2026-11-20T12:00:00Z"));
    assert!(days_before.is_err(), "counts of a day that has not come yet are no budget");
}

#[test]
fn only_today_and_yesterday_are_kept() {
    let mut ledger = Ledger::new("sandbox");
    let budget = budget(9, 9, 9);
    for (id, day) in ["20", "21", "22"].into_iter().enumerate() {
        let now = at(&format!("2026-11-{day}T12:00:00+05:30"));
        take(&mut ledger, &budget, &PLAIN, now, id as u64).expect("there is enough");
    }
    let days: Vec<_> = ledger.days.keys().map(ToString::to_string).collect();
    assert_eq!(days, ["2026-11-21", "2026-11-22"]);
}

#[test]
fn an_error_is_set_aside_until_it_is_known_to_be_none() {
    let mut ledger = Ledger::new("sandbox");
    let budget = budget(99, 2, 99);
    let now = at(NOON);
    let one = take(&mut ledger, &budget, &PLAIN, now, 1).expect("the first");
    let _other = take(&mut ledger, &budget, &PLAIN, now, 2).expect("the second");
    let third = take(&mut ledger, &budget, &PLAIN, now, 3);
    assert!(matches!(third, Err(Refused::UsedUp { what: What::Errors, .. })), "{third:?}");

    ledger.settle(&one, false, 1, now);
    take(&mut ledger, &budget, &PLAIN, now, 4).expect("the first was none");
}

#[test]
fn what_was_too_dear_is_given_back_and_what_was_never_sent_too() {
    let mut ledger = Ledger::new("sandbox");
    let budget = budget(9, 9, 9);
    let now = at(NOON);
    let dear = Taking { price: 4, ..PLAIN };
    let one = take(&mut ledger, &budget, &dear, now, 1).expect("there is enough");
    let used = |ledger: &Ledger| ledger.used(ledger.day(now).expect("a day"), &Whose::All);
    assert_eq!(used(&ledger), Used { calls: 1, errors: 1, billable: 4 });
    ledger.settle(&one, true, 1, now);
    assert_eq!(used(&ledger), Used { calls: 1, errors: 1, billable: 1 });
    let lost = take(&mut ledger, &budget, &dear, now, 2).expect("there is enough");
    ledger.cancel(&lost);
    assert_eq!(used(&ledger), Used { calls: 1, errors: 1, billable: 1 });
}

#[test]
fn a_gstin_has_counts_of_its_own_and_the_file_does_not_name_it() {
    let mut ledger = Ledger::new("sandbox");
    let most = Caps { calls: Some(Count::Most(1)), ..Caps::default() };
    let budget = Budget { per_gstin: most, ..Budget::default() };
    let one = ["27AAACS0000A1ZG".to_owned(), "27AAACS0000A1ZG".to_owned()];
    let other = ["09AAACV0000X1Z0".to_owned()];
    let now = at(NOON);
    take(&mut ledger, &budget, &Taking { gstins: &one, ..PLAIN }, now, 1).expect("once");
    take(&mut ledger, &budget, &Taking { gstins: &other, ..PLAIN }, now, 2).expect("another one");
    let again = take(&mut ledger, &budget, &Taking { gstins: &one, ..PLAIN }, now, 3);
    assert_eq!(
        again.expect_err("twice").to_string(),
        "the budget of `sandbox` for today is used up: 1 of 1 calls about GSTIN 27AAACS0000A1ZG; there are more at 2026-11-23T00:00:00+05:30"
    );
    let text = serde_json::to_string(&ledger).expect("JSON");
    assert!(!text.contains("AAACS0000A"), "{text}");
}

#[test]
fn no_more_gstins_are_counted_than_the_file_can_hold() {
    let mut ledger = Ledger::new("sandbox");
    let now = at(NOON);
    let many: Vec<String> = (0..MOST_GSTINS).map(|number| format!("GSTIN{number}")).collect();
    let all = Taking { gstins: &many, ..PLAIN };
    take(&mut ledger, &Budget::default(), &all, now, 1).expect("just as many");
    take(&mut ledger, &Budget::default(), &all, now, 2).expect("they are known by now");
    let more = ["GSTIN-more".to_owned()];
    let refused = take(&mut ledger, &Budget::default(), &Taking { gstins: &more, ..PLAIN }, now, 3);
    assert!(matches!(refused, Err(Refused::TooManyGstins { .. })), "{refused:?}");
}

/// What can happen.
#[derive(Clone, Debug)]
enum Act {
    /// A request, by vendor, GSTIN and price.
    Ask { vendor: usize, gstin: usize, price: u64 },
    /// The answer to one under way: whether it is an error, and what it costs of what was set aside.
    Come { which: usize, error: bool, part: u64 },
    /// One under way was never sent.
    Unsent { which: usize },
    /// The program of one under way is gone: nothing settles it any more.
    Gone { which: usize },
    /// Time passes, or is set back.
    Pass { minutes: i64 },
    /// Another program reads the file.
    Reread,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (0_usize..2, 0_usize..3, 0_u64..5).prop_map(|(vendor, gstin, price)| Act::Ask { vendor, gstin, price }),
        3 => (0_usize..64, any::<bool>(), 0_u64..5).prop_map(|(which, error, part)| Act::Come { which, error, part }),
        1 => (0_usize..64).prop_map(|which| Act::Unsent { which }),
        1 => (0_usize..64).prop_map(|which| Act::Gone { which }),
        1 => (-300_i64..900).prop_map(|minutes| Act::Pass { minutes }),
        1 => Just(Act::Reread),
    ];
    proptest::collection::vec(act, 1..200)
}

/// What really was, by day and whose it is.
#[derive(Debug, Default)]
struct Truth(BTreeMap<(Date, String), Used>);

impl Truth {
    fn add(&mut self, day: Date, keys: &[String], more: Used) {
        for key in keys {
            self.0.entry((day, key.clone())).or_default().add(more);
        }
    }
}

proptest! {
    #[test]
    fn no_cap_is_ever_passed_whatever_the_order(
        acts in acts(),
        calls in 1_u64..30,
        errors in 1_u64..10,
        billable in 1_u64..30,
        of_vendor in 1_u64..20,
        of_gstin in 1_u64..10,
    ) {
        let most = |number| Some(Count::Most(number));
        let mut budget = budget(calls, errors, billable);
        budget.per_vendor = Caps { calls: most(of_vendor), ..Caps::default() };
        budget.per_gstin = Caps { errors: most(of_gstin), ..Caps::default() };
        let mut ledger = Ledger::new("sandbox");
        let mut now = at(NOON);
        let mut truth = Truth::default();
        let mut under_way: Vec<(Taken, Vec<String>)> = Vec::new();
        for (id, act) in acts.into_iter().enumerate() {
            match act {
                Act::Pass { minutes } => {
                    now += jiff::SignedDuration::from_mins(minutes);
                }
                Act::Reread => {
                    let text = serde_json::to_string(&ledger).expect("JSON");
                    let read: Ledger = serde_json::from_str(&text).expect("the same");
                    prop_assert_eq!(&read, &ledger);
                }
                Act::Ask { vendor, gstin, price } => {
                    let vendor = ["alpha", "beta"][vendor];
                    let gstins = [format!("G{gstin}")];
                    let taking = Taking { vendor, gstins: &gstins, price };
                    let Ok(day) = ledger.day(now) else { continue };
                    if let Ok(Turn::Now(taken)) = ledger.take(&taking, &budget, &[], day, now, id as u64) {
                        let keys = vec![String::new(), vendor.to_owned(), gstins[0].clone()];
                        truth.add(day, &keys, Used { calls: 1, ..Used::default() });
                        under_way.push((taken, keys));
                    }
                }
                Act::Come { which, error, part } if !under_way.is_empty() => {
                    let (taken, keys) = under_way.swap_remove(which % under_way.len());
                    let price = part.min(taken.price);
                    truth.add(taken.day, &keys, Used { calls: 0, errors: u64::from(error), billable: price });
                    ledger.settle(&taken, error, price, now);
                }
                Act::Unsent { which } if !under_way.is_empty() => {
                    let (taken, keys) = under_way.swap_remove(which % under_way.len());
                    for key in &keys {
                        truth.0.entry((taken.day, key.clone())).or_default().calls -= 1;
                    }
                    ledger.cancel(&taken);
                }
                Act::Gone { which } if !under_way.is_empty() => {
                    // At worst it was an error, and as dear as it could be.
                    let (taken, keys) = under_way.swap_remove(which % under_way.len());
                    truth.add(taken.day, &keys, Used { calls: 0, errors: 1, billable: taken.price });
                }
                Act::Come { .. } | Act::Unsent { .. } | Act::Gone { .. } => {}
            }
            for ((day, key), used) in &truth.0 {
                match key.as_str() {
                    "" => prop_assert!(
                        used.calls <= calls && used.errors <= errors && used.billable <= billable,
                        "{} {:?}", day, used
                    ),
                    "alpha" | "beta" => prop_assert!(used.calls <= of_vendor, "{} {:?}", key, used),
                    _ => prop_assert!(used.errors <= of_gstin, "{} {:?}", key, used),
                }
            }
            prop_assert!(ledger.days.len() <= 3, "{:?}", ledger.days.keys());
        }
    }
}
