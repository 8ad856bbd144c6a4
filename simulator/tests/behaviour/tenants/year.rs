//! A tenant whose clock is a year ahead hears nothing of the machine's time.

use std::sync::LazyLock;

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use regex_lite::Regex;
use serde_json::json;

use super::{begin, owned};
use crate::common::{Reply, Request, WORLD, call, everything};

/// So many days of the machine's calendar are too near to be chance.
const NEAR: i64 = 2;

/// Every day that a text tells, in whatever way, as days of the calendar.
fn days(text: &str) -> Vec<(String, Date)> {
    type Order = fn(&[i64]) -> (i64, i64, i64);
    static WAYS: LazyLock<Vec<(Regex, Order)>> = LazyLock::new(|| {
        let way = |pattern: &str, order: Order| (Regex::new(pattern).expect("it is one"), order);
        vec![
            way(r"(20\d\d)-(\d\d)-(\d\d)", |it| (it[0], it[1], it[2])),
            way(r"(20\d\d)/(\d\d)/(\d\d)", |it| (it[0], it[1], it[2])),
            way(r"(\d\d)[-/.](\d\d)[-/.](20\d\d)", |it| (it[2], it[1], it[0])),
            way(r"(\d\d)(\d\d)(20\d\d)", |it| (it[2], it[1], it[0])),
            way(r"(20\d\d)(\d\d)(\d\d)", |it| (it[0], it[1], it[2])),
        ]
    });
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(\d\d?)[- ]([A-Z][a-z]{2})[a-z]*[-, ]+(20\d\d)").expect("it is one")
    });
    static EPOCH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d{10,16}").expect("it is one"));
    let day = |(year, month, day): (i64, i64, i64)| {
        let (year, month, day) =
            (i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        Date::new(year, month, day).ok()
    };
    let mut found = Vec::new();
    for (way, order) in WAYS.iter() {
        for all in way.captures_iter(text) {
            let numbers: Vec<i64> = (1..=3).filter_map(|at| all[at].parse().ok()).collect();
            found.extend(day(order(&numbers)).map(|day| (all[0].to_owned(), day)));
        }
    }
    for all in NAMED.captures_iter(text) {
        let month = (1..).zip(MONTHS).find(|(_, month)| all[2] == **month).map(|(at, _)| at);
        let told = month.and_then(|month| day((all[3].parse().ok()?, month, all[1].parse().ok()?)));
        found.extend(told.map(|day| (all[0].to_owned(), day)));
    }
    // Seconds, milliseconds and microseconds since 1970 have 10, 13 and 16 digits for centuries.
    for all in EPOCH.find_iter(text) {
        let number: i64 = all.as_str().parse().unwrap_or_default();
        let seconds = match all.as_str().len() {
            10 => number,
            13 => number / 1_000,
            16 => number / 1_000_000,
            _ => continue,
        };
        let moment = Timestamp::from_second(seconds);
        let told = moment.map(|moment| moment.to_zoned(TimeZone::UTC).date());
        found.extend(told.ok().map(|day| (all.as_str().to_owned(), day)));
    }
    found
}

fn near(day: Date, to: Date) -> bool {
    let apart = day.since(to).map_or(i64::MAX, |span| i64::from(span.get_days()));
    apart.abs() <= NEAR
}

/// What a reply says of the machine's day, head and body; what a request brought it may say again.
fn leaks(reply: &Reply, machine: Date) -> Vec<String> {
    let text = format!("{}\n{}", reply.head, String::from_utf8_lossy(&reply.body));
    let near = days(&text).into_iter().filter(|(_, day)| near(*day, machine));
    near.map(|(text, _)| text).collect()
}

#[test]
fn every_way_of_telling_a_day_is_seen() {
    let day: Date = "2026-11-21".parse().expect("it is a day");
    for text in [
        "2026-11-21T10:00:00Z",
        "21/11/2026",
        "21-11-2026",
        "21112026",
        "20261121",
        "2026/11/21",
        "Sat, 21 Nov 2026 04:30:00 GMT",
        "21-Nov-2026",
        "1795235400",
        "1795235400123",
        "1795235400123456",
    ] {
        assert!(days(text).iter().any(|(_, told)| *told == day), "{text}: {:?}", days(text));
    }
    assert!(days("27AAACS0000A1ZG 400069 9876543").is_empty());
}

#[expect(clippy::disallowed_methods, reason = "the machine's time is what must not be told")]
fn machine() -> (Timestamp, Date) {
    let now = Timestamp::now();
    (now, now.to_zoned(TimeZone::UTC).date())
}

#[tokio::test]
async fn a_year_ahead_no_reply_of_any_endpoint_tells_the_machines_time() {
    // The world's own clock runs with the machine; the tenant's is a year ahead of it.
    let builder = gsp_simulator::Simulator::builder().world(WORLD.clone());
    let simulator = builder.start().await.expect("a free port is there");
    let (now, today) = machine();
    let told = begin(&simulator, json!({ "name": "ahead" })).await;
    for (change, status) in [(json!({ "freeze": true }), 200), (json!({ "advance": "8760h" }), 200)]
    {
        let request = Request::new("PUT", "/t/ahead/__sim/clock").json(change.to_string());
        assert_eq!(call(&simulator, &request).await.status, status);
    }
    // Whatever was right a year ago may have expired: credentials are told anew.
    let told = call(
        &simulator,
        &Request::get(&format!("/__sim/tenants/{}", told["name"].as_str().expect("text"))),
    )
    .await
    .json();
    let then = now.to_zoned(TimeZone::UTC).date() + Span::new().days(365);
    let mut heard = 0;
    for natural in everything(&WORLD) {
        let endpoint = natural.endpoint();
        let right = owned(&natural, &told);
        // What is there, what is not, what is refused, what is wrong, and every outcome there is.
        let mut requests = vec![right.clone(), natural.request().with("x-sim-tenant", "ahead")];
        let nameless = Request {
            headers: right
                .headers
                .iter()
                .filter(|(name, _)| name == "content-type")
                .cloned()
                .collect(),
            ..right.clone()
        };
        requests.push(nameless.with("x-sim-tenant", "ahead"));
        requests.push(Request { body: b"{".to_vec(), ..right.clone() });
        requests.push(Request { target: format!("{}/nowhere", right.target), ..right.clone() });
        requests.push(Request { method: "PATCH".to_owned(), ..right.clone() });
        let outcomes = endpoint.replies.by_outcome.keys();
        requests.extend(outcomes.map(|it| right.clone().with("x-sim-outcome", it.as_str())));
        for request in requests {
            let reply = call(&simulator, &request).await;
            let date = reply.header("date").expect("it is dated").to_owned();
            assert!(
                days(&date).iter().any(|(_, day)| near(*day, then)),
                "{}: {date}",
                natural.name()
            );
            let leaks = leaks(&reply, today);
            assert!(leaks.is_empty(), "{} tells {leaks:?}: {reply:?}", natural.name());
            heard += 1;
        }
    }
    assert!(heard > 500, "all endpoints were asked: {heard}");
}

#[tokio::test]
async fn what_http_itself_refuses_tells_no_time_at_all() {
    let simulator = crate::common::simulator().await;
    let (_, today) = machine();
    let reply = crate::common::send(&simulator, b"NONSENSE\r\n\r\n").await.expect("it is answered");
    assert_eq!(reply.status, 400);
    assert_eq!(leaks(&reply, today), Vec::<String>::new());
    assert_eq!(reply.header("date"), None, "{reply:?}");
}
