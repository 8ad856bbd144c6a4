//! The admin API's journal as it grows: server-sent events.
//!
//! A follower has a place in the journal and the few exchanges it was last handed. One that reads
//! too slowly is told how many it missed; it costs no memory and holds nobody up.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    http::{HeaderMap, HeaderName},
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use serde_json::json;

use super::{Asked, Brought as _, Filters, Problem, Route};
use crate::{
    journal::{Batch, Order, Query},
    tenant::Tenant,
};

/// Where a client that comes again was before.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// A client that lost the stream should come again after so long.
const RETRY: Duration = Duration::from_secs(1);

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/__sim/journal/stream", follow)
            .about("The journal as it grows, as server-sent events")
            .filtered::<Query>()
            .hears(&[("last-event-id", "the exchange after which to go on")])
            .text("text/event-stream", "Events `exchange`, each with one, and `truncated`"),
    ]
}

/// Somebody who follows.
struct Follower {
    tenant: Arc<Tenant>,
    query: Query,
    place: u64,
    /// What is to be sent before more is read.
    ready: VecDeque<Event>,
}

async fn follow(
    asked: Asked,
    headers: HeaderMap,
    Filters(mut query): Filters<Query>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let wrong = |field: &str, detail: &str| Err(Problem::field(field, detail, Query::LIKE));
    if query.limit.is_some() {
        return wrong("limit", "a stream has no end");
    }
    if query.order == Order::Newest {
        return wrong("order", "a stream begins with the oldest");
    }
    super::journal::check(&query)?;
    let last = match headers.get(LAST_EVENT_ID) {
        None => query.after.take(),
        Some(value) => match value.to_str().ok().and_then(|text| text.trim().parse().ok()) {
            Some(id) => Some(id),
            None => return wrong("last-event-id", "an event's id is an exchange's number"),
        },
    };
    let journal = &asked.tenant.journal;
    let (place, missed) = match last {
        Some(id) => journal.place_after(id),
        None => (journal.mark(), false),
    };
    // Headers go out with the first event: whoever waits for them may begin to call.
    let mut ready = VecDeque::from([Event::default().comment("following").retry(RETRY)]);
    ready.extend(missed.then(|| truncated(None)));
    let follower = Follower { tenant: asked.tenant, query, place, ready };
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// Exchanges that left before they could be told of.
fn truncated(missed: Option<u64>) -> Event {
    Event::default().event("truncated").data(json!({ "missed": missed }).to_string())
}

impl Follower {
    /// The next event; none where there will be no more.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if !self.tenant.journal.more(self.place).await {
                return None;
            }
            let Batch { records, missed, next, .. } =
                self.tenant.journal.batch(self.place, &self.query);
            self.place = next;
            if missed > 0 {
                self.ready.push_back(truncated(Some(missed)));
            }
            self.ready.extend(records.iter().map(|record| {
                let text = serde_json::to_string(record).unwrap_or_default();
                Event::default().event("exchange").id(record.id.to_string()).data(text)
            }));
        }
    }
}
