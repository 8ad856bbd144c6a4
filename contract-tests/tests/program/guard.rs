//! The guard itself, at work with a server that counts what arrives.

use std::{
    num::NonZeroU32,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, routing::any};
use gsp_contract_tests::guard::{
    Budget, Came, Guard, Refused, Used, Wanted, Watch, Whose, watch::Wall,
};
use gsp_simulator::{
    pack::{Pack, file::Count},
    world::{Ingredients, World},
};
use jiff::Timestamp;

/// A time that tests set; who waits lets it pass.
#[derive(Debug)]
struct Set(AtomicI64);

impl Set {
    fn at(text: &str) -> Arc<Self> {
        let at: Timestamp = text.parse().expect("a time");
        Arc::new(Self(AtomicI64::new(at.as_millisecond())))
    }

    fn pass(&self, time: Duration) {
        let ms = i64::try_from(time.as_millis()).expect("short");
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Watch for Set {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).expect("a time")
    }

    fn wait(&self, time: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.pass(time);
        Box::pin(tokio::task::yield_now())
    }
}

fn packs() -> Vec<Arc<Pack>> {
    World::load(&Ingredients::default()).expect("the packs are sound").packs
}

fn most(calls: u64) -> Budget {
    Budget { calls: Some(Count::Most(calls)), ..Budget::default() }
}

fn guard(folder: &Path, budget: Budget, watch: Arc<dyn Watch>) -> Guard {
    Guard::new("sandbox", budget, &packs(), folder, watch)
}

const LOOK_UP: Wanted<'_> = Wanted {
    vendor: "attestr",
    endpoint: "verify-gstin",
    case: "attestr::verify-gstin::found",
    gstins: &[],
    promised: Some(200),
};

fn used(guard: &Guard) -> Used {
    guard.left(&Whose::All).expect("the ledger can be read").used
}

async fn counting_server() -> (String, Arc<AtomicUsize>) {
    let arrived = Arc::new(AtomicUsize::new(0));
    let count = |State(arrived): State<Arc<AtomicUsize>>| async move {
        arrived.fetch_add(1, Ordering::SeqCst);
        "{}"
    };
    let app = Router::new().fallback(any(count)).with_state(Arc::clone(&arrived));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, arrived)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixty_four_tasks_in_two_programs_five_get_through() {
    let (url, arrived) = counting_server().await;
    let folder = tempfile::tempdir().expect("a folder");
    let packs = packs();
    // Two guards know nothing of each other but the file, as two programs do.
    let guards: Vec<_> = (0..2)
        .map(|_| Guard::new("sandbox", most(5), &packs, folder.path(), Arc::new(Wall)))
        .collect();
    let client = gsp_contract_tests::http::client().no_proxy().build().expect("a client");

    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let (guard, client, url) = (guards[number % 2].clone(), client.clone(), url.clone());
            tokio::spawn(async move {
                let Ok(permit) = guard.admit(&LOOK_UP).await else { return false };
                let status = client.get(url).send().await.expect("it answers").status().as_u16();
                permit.settle(&Came { status: Some(status), ..Came::default() }).await;
                true
            })
        })
        .collect();
    let mut through = 0;
    for task in tasks {
        through += usize::from(task.await.expect("no task fails"));
    }

    assert_eq!((through, arrived.load(Ordering::SeqCst)), (5, 5));
    assert_eq!(used(&guards[0]), Used { calls: 5, errors: 0, billable: 5 });
}

#[tokio::test]
async fn a_program_that_ends_between_leave_and_answer_has_counted_too_much_and_never_too_little() {
    let folder = tempfile::tempdir().expect("a folder");
    let watch = Set::at("2026-11-22T12:00:00+05:30");
    let budget = Budget { errors: Some(Count::Most(2)), ..most(9) };
    let first = guard(folder.path(), budget.clone(), watch.clone());
    let permit = first.admit(&LOOK_UP).await.expect("there is enough");
    // What a program that is killed never does: settle, or drop.
    std::mem::forget(permit);
    drop(first);

    let second = guard(folder.path(), budget, watch);
    assert_eq!(used(&second), Used { calls: 1, errors: 1, billable: 1 });
    let permit = second.admit(&LOOK_UP).await.expect("one error is left");
    let third = second.admit(&LOOK_UP).await.expect_err("both may be errors");
    assert!(third.to_string().contains("2 of 2 errors"), "{third}");
    permit.settle(&Came { status: Some(200), ..Came::default() }).await;
    let _permit = second.admit(&LOOK_UP).await.expect("the second was none");
}

#[tokio::test]
async fn a_vendor_that_says_slow_down_is_left_alone_and_others_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let watch = Set::at("2026-11-22T12:00:00+05:30");
    let first = guard(folder.path(), most(99), watch.clone());
    let permit = first.admit(&LOOK_UP).await.expect("there is enough");
    let slow_down = Came { status: Some(429), retry_after: Some("600"), ..Came::default() };
    permit.settle(&slow_down).await;

    let refused = first.admit(&LOOK_UP).await.expect_err("it wants a rest");
    assert_eq!(
        refused.to_string(),
        "nothing more is sent to `attestr`: it answered `attestr::verify-gstin::found` with HTTP 429 with `Retry-After: 600`; it takes calls again at 2026-11-22T12:10:00+05:30"
    );
    let other = Wanted { vendor: "hms", endpoint: "check", ..LOOK_UP };
    first.admit(&other).await.expect("the other vendor said nothing").unsent().await;

    // The next run knows of it, and this one does not begin again by itself.
    let second = guard(folder.path(), most(99), watch.clone());
    assert!(matches!(second.admit(&LOOK_UP).await, Err(Refused::Held { .. })));
    watch.pass(Duration::from_secs(601));
    second.admit(&LOOK_UP).await.expect("ten minutes are over").unsent().await;
    assert!(first.admit(&LOOK_UP).await.is_err(), "for the rest of the run");
}

#[tokio::test]
async fn who_asked_for_a_429_learns_nothing_from_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = guard(folder.path(), most(99), Set::at("2026-11-22T12:00:00+05:30"));
    let wanted = Wanted { promised: Some(429), ..LOOK_UP };
    let permit = own.admit(&wanted).await.expect("there is enough");
    permit.settle(&Came { status: Some(429), ..Came::default() }).await;
    own.admit(&LOOK_UP).await.expect("nothing was wrong").unsent().await;
}

#[tokio::test]
async fn answers_cost_what_the_packs_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = guard(folder.path(), most(99), Set::at("2026-11-22T12:00:00+05:30"));
    // Vendor, endpoint, status, code, what is set aside, what it costs, whether it is an error.
    let rows = [
        ("attestr", "verify-gstin", 200, None, 1, 1, 0),
        ("attestr", "verify-gstin", 400, Some("4001"), 1, 0, 1),
        ("attestr", "verify-gstin", 500, Some("5001"), 1, 0, 1),
        // A status that nobody has documented may cost what the dearest does.
        ("attestr", "verify-gstin", 418, None, 1, 1, 1),
        // Every result code is billable, and 103 is no success.
        ("accuauth", "indian-gst", 200, Some("101"), 1, 1, 0),
        ("accuauth", "indian-gst", 200, Some("103"), 1, 1, 1),
        ("accuauth", "indian-gst", 400, Some("INVALID_ARGUMENT"), 1, 0, 1),
        // A plan's calls are used up whatever is answered.
        ("finagg", "search", 200, None, 1, 1, 0),
        // No prices are known: what is answered costs one.
        ("hyperverge", "search-gstin-v2", 200, None, 1, 1, 0),
        ("hms", "check", 404, Some("404"), 1, 0, 1),
    ];
    for (vendor, endpoint, status, code, worst, price, errors) in rows {
        let before = used(&own);
        let wanted = Wanted { vendor, endpoint, promised: None, ..LOOK_UP };
        let permit = own.admit(&wanted).await.expect("there is enough");
        let set_aside = used(&own);
        assert_eq!(set_aside.billable - before.billable, worst, "{vendor} {endpoint} {code:?}");
        permit.settle(&Came { status: Some(status), code, ..Came::default() }).await;
        let after = used(&own);
        assert_eq!(
            after.billable - before.billable,
            price,
            "{vendor} {endpoint} {status} {code:?}"
        );
        assert_eq!(after.errors - before.errors, errors, "{vendor} {endpoint} {status} {code:?}");
    }
}

#[tokio::test]
async fn the_pace_is_kept_across_programs() {
    let folder = tempfile::tempdir().expect("a folder");
    let watch = Set::at("2026-11-22T12:00:00+05:30");
    let budget = Budget { calls_per_second: NonZeroU32::new(2), ..Budget::default() };
    let one = guard(folder.path(), budget.clone(), watch.clone());
    let other = guard(folder.path(), budget, watch.clone());
    let begun = watch.now();
    for number in 0..10 {
        let own = [&one, &other][number % 2];
        let permit = own.admit(&LOOK_UP).await.expect("there is enough");
        permit.settle(&Came { status: Some(200), ..Came::default() }).await;
    }
    let took = watch.now().duration_since(begun);
    assert_eq!(took.as_secs(), 4, "ten at two a second");
}

#[tokio::test]
async fn targets_have_a_ledger_each_and_a_copied_one_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let watch = Set::at("2026-11-22T12:00:00+05:30");
    let one = guard(folder.path(), most(1), watch.clone());
    let _permit = one.admit(&LOOK_UP).await.expect("one");
    let url = Guard::new("http://127.0.0.1:9/x", most(1), &[], folder.path(), watch.clone());
    let _permit = url.admit(&LOOK_UP).await.expect("another target's");
    assert_eq!(url.path().parent(), Some(folder.path()), "{}", url.path().display());

    let other = Guard::new("other", most(1), &[], folder.path(), watch);
    std::fs::copy(one.path(), other.path()).expect("it can be copied");
    let refused = other.admit(&LOOK_UP).await.expect_err("it is not its own");
    assert!(
        refused.to_string().contains("it is of the target `sandbox`, and not of `other`"),
        "{refused}"
    );
    assert!(refused.ledger().is_some());
}
