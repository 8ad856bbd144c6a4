//! What the behaviour tests share: a simulator, a client that is just a socket, natural calls.

use std::sync::{Arc, LazyLock};

use gsp_simulator::{
    Builder, Simulator,
    journal::Query,
    world::{Ingredients, World},
};
use regex_lite::Regex;
use serde_json::Value;

mod client;
mod natural;

pub(crate) use self::{
    client::{Connection, Ending, Reply, Request, Trouble, call, send},
    natural::{Natural, escape_all, everything, lookups, naturals},
};

/// The tests' time, which stands still.
pub(crate) const NOW: &str = "2026-11-21T10:00:00+05:30";

/// All that ships, read once.
pub(crate) static WORLD: LazyLock<Arc<World>> = LazyLock::new(|| {
    Arc::new(World::load(&Ingredients::default()).expect("what ships can be loaded"))
});

/// All that ships, at the tests' time.
pub(crate) fn builder() -> Builder {
    Simulator::builder().world(Arc::clone(&WORLD)).now(NOW).expect("the tests' time is a time")
}

/// A simulator with all that ships.
pub(crate) async fn simulator() -> Simulator {
    builder().start().await.expect("a free port is there")
}

/// What the journal says of a reply.
pub(crate) fn record(simulator: &Simulator, reply: &Reply) -> Value {
    let id: u64 = reply
        .header("x-sim-exchange")
        .unwrap_or_else(|| panic!("no exchange is named by {reply:?}"))
        .parse()
        .expect("an exchange is a number");
    let query = Query { after: Some(id - 1), limit: Some(1), ..Query::default() };
    let page = serde_json::to_value(simulator.journal(&query)).expect("a page is JSON");
    let record = page["exchanges"][0].clone();
    assert_eq!(record["id"], id, "the journal keeps what the header names");
    record
}

/// A body with what the dice chose blanked: UUIDs and 32 hex digits.
pub(crate) fn settled(body: &[u8]) -> String {
    static CHANCE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}").expect("it is one")
    });
    CHANCE.replace_all(&String::from_utf8_lossy(body), "<chance>").into_owned()
}
