//! What the journal keeps, lets go and blanks.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::*;

fn call(number: u64) -> Call {
    Call {
        number,
        at_ms: 0,
        method: Method::GET,
        path: "/search".into(),
        query: None,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        ended: None,
    }
}

fn keep(journal: &Journal, call: &Call, secrets: Secrets<'_>, body: usize) {
    let reply =
        Reply { status: StatusCode::OK, headers: Vec::new(), body: vec![b'x'; body].into() };
    journal.keep(&Entry {
        call,
        secrets,
        vendor: "alpha",
        endpoint: "lookup",
        account: "default",
        gstin: "",
        outcome: if call.number.is_multiple_of(2) { "found" } else { "not-found" },
        code: "",
        via: Via::Cause,
        reply: &reply,
        streamed: None,
        wait_ms: 0,
        hint: "",
        opened: ("", ""),
        faults: &[],
        wire: "",
    });
}

fn ids(page: &Page) -> Vec<u64> {
    page.exchanges.iter().map(|record| record.id).collect()
}

#[test]
fn the_oldest_exchange_leaves_first_and_the_page_says_so() {
    let journal = Journal::new(Bounds { exchanges: 3, bytes: usize::MAX });
    (1..=5).for_each(|id| keep(&journal, &call(id), Secrets::default(), 0));

    let page = journal.page(&Query::default());
    assert_eq!(ids(&page), [3, 4, 5]);
    assert!(page.truncated);
    assert!(!journal.page(&Query { after: Some(2), ..Query::default() }).truncated);
}

#[test]
fn bytes_are_bounded_too() {
    let journal = Journal::new(Bounds { exchanges: 100, bytes: 10_000 });
    (1..=50).for_each(|id| keep(&journal, &call(id), Secrets::default(), 3_000));

    let (count, bytes) = journal.size();
    assert!(bytes <= 10_000, "{bytes}");
    assert!((1..4).contains(&count), "{count}");
}

#[test]
fn a_cursor_goes_through_all_that_fit() {
    let journal = Journal::new(Bounds::default());
    (1..=9).for_each(|id| keep(&journal, &call(id), Secrets::default(), 0));
    let ask = |after| {
        journal.page(&Query {
            outcome: Some("found".into()),
            after: Some(after),
            limit: Some(3),
            ..Query::default()
        })
    };

    let first = ask(0);
    assert_eq!((ids(&first), first.next), (vec![2, 4, 6], 6));
    let second = ask(first.next);
    assert_eq!((ids(&second), second.next), (vec![8], 9));
}

#[test]
fn credentials_are_blanked_before_anything_is_kept() {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static("Basic c2VjcmV0"));
    headers.insert("appkey", HeaderValue::from_static("hidden"));
    headers.insert("accept", HeaderValue::from_static("*/*"));
    let call =
        Call { query: Some("key=hidden&gstin=27".into()), headers, body: "{}".into(), ..call(1) };
    let journal = Journal::new(Bounds::default());
    let secrets = Secrets { headers: &["appkey".into()], queries: &["key".into()] };

    keep(&journal, &call, secrets, 0);

    let kept = journal.find(1).expect("it was kept").request;
    let told = |name: &str| {
        let header = kept.headers.iter().find(|(known, _)| known == name);
        header.map(|(_, value)| value.as_str())
    };
    assert_eq!(kept.target, "/search?key=***&gstin=27");
    assert_eq!(told("authorization"), Some("***"));
    assert_eq!(told("appkey"), Some("***"));
    assert_eq!(told("accept"), Some("*/*"));
    assert_eq!((kept.method.as_str(), kept.body.as_str()), ("GET", "{}"));
}
