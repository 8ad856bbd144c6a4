//! Faults, seen from a raw socket: which bytes come, when, and how the connection ends.

use std::time::Duration;

use gsp_simulator::Simulator;

use crate::common::{Connection, Ending, Natural, Request, WORLD, call, lookups, simulator};

mod asking;
mod broken_off;
mod framing;
mod timing;
mod tls;
mod words;

/// Longer than anything takes that is going to come.
const PATIENCE: Duration = Duration::from_secs(5);

/// So long is listened for what must not come.
const MOMENT: Duration = Duration::from_millis(150);

fn natural() -> Natural {
    lookups(&WORLD).remove(0)
}

/// The natural call that asks for a fault.
fn with_fault(fault: &str) -> Request {
    natural().request().with("x-sim-outcome", format!("found; fault={fault}"))
}

/// What came in answer to one call with a fault, until the connection ended.
struct Came {
    head: String,
    body: Vec<u8>,
    ending: Ending,
}

impl Came {
    fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| *known == name).map(|(_, value)| value).collect()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).first().copied()
    }
}

fn split(bytes: &[u8]) -> (String, Vec<u8>) {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4);
    let (head, body) = bytes.split_at(end.unwrap_or(bytes.len()));
    (String::from_utf8(head.to_vec()).expect("a head is text"), body.to_vec())
}

/// One call with a fault, on a connection of its own.
async fn faulty(simulator: &Simulator, fault: &str, patience: Duration) -> Came {
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(&with_fault(fault).bytes()).await;
    let (bytes, ending) = connection.rest(patience).await;
    let (head, body) = split(&bytes);
    Came { head, body, ending }
}

/// The body of the same call without a fault.
async fn whole(simulator: &Simulator) -> Vec<u8> {
    let reply = call(simulator, &natural().request().with("x-sim-outcome", "found")).await;
    assert_eq!(reply.status, 200);
    reply.body
}

/// The newest exchange in the journal.
async fn newest(simulator: &Simulator) -> serde_json::Value {
    let page = call(simulator, &Request::get("/__sim/journal")).await.json();
    page["exchanges"].as_array().and_then(|all| all.last()).expect("there was a call").clone()
}
