//! What is asked twice, what leaves, who works on what.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::*;
use crate::bulk::{job::Part, unpack};
use crate::gstn::Key;

/// Records that are their own numbers, and how many parts were made.
#[derive(Debug, Default)]
struct Numbers(AtomicUsize);

impl Contents for Numbers {
    fn json(&self, part: &Part, out: &mut Vec<u8>) -> Result<(), String> {
        let records = part.records.clone();
        self.0.fetch_add(1, Ordering::Relaxed);
        assert!(records.start != 77, "part 7 of 11 makes the maker panic");
        if records.start == 88 {
            return Err("part 8 cannot be told".to_owned());
        }
        out.extend_from_slice(
            serde_json::json!(records.collect::<Vec<_>>()).to_string().as_bytes(),
        );
        Ok(())
    }

    fn member(&self, part: &Part) -> Result<String, String> {
        Ok(format!("numbers_{}.json", part.number))
    }

    fn path(&self, part: &Part) -> Result<String, String> {
        Ok(format!("/numbers/{}", part.number))
    }
}

fn order(token: &str, count: u64, per_part: u64) -> Order {
    Order {
        owner: vec![("gstin".to_owned(), "27AAACS0000A1ZG".to_owned())],
        token: token.to_owned(),
        made_at_ms: 0,
        ready_at_ms: 1_000,
        expires_at_ms: 2_000,
        key: Key([3; 32]),
        quoted: true,
        count,
        per_part,
    }
}

fn token(number: usize) -> String {
    format!("{number:032x}")
}

fn open(files: &Files, question: &str, number: usize, at_ms: i64) -> Arc<Job> {
    files.open(question, at_ms, || (order(&token(number), 25, 10), Arc::<Numbers>::default()))
}

#[test]
fn parts_share_out_all_records() {
    let order = order("t", 25, 10);
    let records: Vec<_> =
        (0..order.part_count()).filter_map(|n| order.part(n)).map(|part| part.records).collect();
    assert_eq!(records, [0..10, 10..20, 20..25]);
    assert_eq!(order.part(3), None);
}

#[test]
fn who_asks_the_same_again_gets_the_same_file_until_it_is_no_more() {
    let files = Files::default();
    let first = open(&files, "b2b of april", 1, 0);
    assert!(Arc::ptr_eq(&first, &open(&files, "b2b of april", 2, 1_999)));
    assert!(!Arc::ptr_eq(&first, &open(&files, "b2b of may", 3, 0)));

    assert_eq!(open(&files, "b2b of april", 4, 2_000).order.token, token(4));
    assert!(files.find(&token(1), 2_000).is_none(), "its time is over");
    files.give_up(&token(4));
    assert_eq!(open(&files, "b2b of april", 5, 0).order.token, token(5));
    assert!(files.find(&token(4), 0).is_some_and(|job| job.has_failed()), "its token stays dead");
}

#[test]
fn the_oldest_file_goes_when_there_are_too_many() {
    let files = Files::default();
    for number in 0..=LIMIT {
        open(&files, &number.to_string(), number, 0);
    }
    assert!(files.find(&token(0), 0).is_none());
    assert!(files.find(&token(LIMIT), 0).is_some());
    let kept = files.kept.lock().expect("nobody panicked");
    let counts = (kept.by_token.len(), kept.by_question.len(), kept.order.len(), kept.work.len());
    assert_eq!(counts, (LIMIT, LIMIT, LIMIT, LIMIT));
}

#[test]
fn a_token_is_found_in_a_link() {
    let files = Files::default();
    let link = format!("/returns/16042025/R1/{}/returns_b2b_0.tar.gz?md5=a&expires=1", token(7));
    assert!(files.named_in(&link, 0).is_none());
    open(&files, "q", 7, 0);
    assert!(files.named_in(&link, 0).is_some());
    assert!(files.named_in(&link.replace('7', "8"), 0).is_none());
}

#[test]
fn many_hands_measure_each_part_once() {
    let files = Files::default();
    let numbers = Arc::new(Numbers::default());
    let job =
        files.open("q", 0, || (order(&token(1), 700, 10), Arc::<Numbers>::clone(&numbers) as _));
    assert!(files.has_work() && !job.is_settled());

    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| while files.work() {});
        }
    });

    assert!(job.is_settled() && !files.has_work());
    assert_eq!(numbers.0.load(Ordering::Relaxed), 70);
    for part in (0..70).filter_map(|number| job.order.part(number)) {
        let facts = job.facts(&part).expect("it was made");
        let mut file = Vec::new();
        job.write(&part, &mut file).expect("a vector takes all");
        assert_eq!(file.len() as u64, facts.length);
        let json = unpack::unpack(&job.order.key, &file).expect("it opens");
        let records: Vec<u64> = serde_json::from_slice(&json).expect("JSON");
        assert!(records.into_iter().eq(part.records));
    }
}

#[test]
fn a_part_that_cannot_be_made_says_so_and_holds_nobody_up() {
    let files = Files::default();
    let job = files.open("q", 0, || (order(&token(1), 121, 11), Arc::<Numbers>::default()));
    while files.work() {}

    assert!(job.is_settled());
    let told = |number| {
        let part = job.order.part(number).expect("a part");
        job.facts(&part).err().map(ToString::to_string)
    };
    let name = token(1);
    assert_eq!(told(6), None);
    assert_eq!(
        told(7),
        Some(format!(
            "part 7 of the file `{name}` cannot be made: the simulator's own code failed"
        ))
    );
    assert_eq!(
        told(8),
        Some(format!("part 8 of the file `{name}` cannot be made: part 8 cannot be told"))
    );
    let mut file = Vec::new();
    assert!(job.write(&job.order.part(8).expect("a part"), &mut file).is_err() && file.is_empty());
}

#[tokio::test]
async fn who_waits_hears_of_the_last_part() {
    let files = Arc::new(Files::default());
    let job = open(&files, "q", 1, 0);
    let worker = tokio::task::spawn_blocking({
        let files = Arc::clone(&files);
        move || while files.work() {}
    });
    job.settled().await;
    assert!(job.is_settled());
    worker.await.expect("it ends");
}

#[test]
fn a_file_that_is_waited_for_comes_first_and_a_closed_shop_does_nothing() {
    let files = Files::default();
    let (first, second) = (open(&files, "1", 1, 0), open(&files, "2", 2, 0));
    files.hurry(&second);
    for _ in 0..3 {
        assert!(files.work());
    }
    assert!(second.is_settled() && !first.is_settled());

    files.close();
    assert!(!files.work() && !files.has_work());
}
