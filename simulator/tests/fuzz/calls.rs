//! Calls: bytes on a socket, from any client and none.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use gsp_simulator::journal::Query;
use tokio::runtime::Runtime;

use super::{
    Edit,
    common::{self, WORLD, naturals},
    edited, fuzz,
};

/// No reply takes longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What comes back on a connection of its own, to its end.
fn exchange(address: std::net::SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("the server takes connections");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket can do so");
    // A server that has heard enough may end the connection before all is sent.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut came = Vec::new();
    match stream.read_to_end(&mut came) {
        Ok(_) => came,
        Err(error) => {
            let hangs = matches!(
                error.kind(),
                std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
            );
            assert!(!hangs, "no end of an answer to {}", String::from_utf8_lossy(bytes));
            came
        }
    }
}

/// A simulator's threads and itself, for as long as a target runs.
fn serve() -> (Runtime, gsp_simulator::Simulator) {
    let runtime = Runtime::new().expect("threads can be had");
    let simulator = runtime.block_on(common::simulator());
    (runtime, simulator)
}

/// What we could not play, of all that was received since a call.
fn troubles(simulator: &gsp_simulator::Simulator) -> usize {
    let wanted = Query { outcome: Some("simulator-trouble".to_owned()), ..Query::default() };
    simulator.journal(&wanted).exchanges.len()
}

#[test]
fn any_bytes_are_answered_or_refused_and_the_next_caller_is_served() {
    let (_runtime, simulator) = serve();
    let all = naturals(&WORLD);
    fuzz::<(u8, Vec<Edit>)>(|(which, edits)| {
        let natural = &all[usize::from(*which) % all.len()];
        let text = String::from_utf8(natural.request().bytes()).expect("the call is a text");
        let came = exchange(simulator.address(), edited(&text, edits).as_bytes());
        assert!(
            came.is_empty() || came.starts_with(b"HTTP/1."),
            "a reply is HTTP: {}",
            String::from_utf8_lossy(&came),
        );
        assert_eq!(troubles(&simulator), 0, "a vendor answers whatever comes");
    });
}

#[test]
fn any_value_of_any_field_is_answered_in_the_vendors_words() {
    let (runtime, simulator) = serve();
    let all = naturals(&WORLD);
    fuzz::<(u8, u8, Vec<Edit>)>(|(which, part, edits)| {
        let mut natural = all[usize::from(*which) % all.len()].clone();
        let pairs = natural.query.len() + natural.path.len();
        let part = usize::from(*part);
        if let Some(body) = natural.body.as_mut().filter(|body| !body.is_empty()) {
            let key = body.keys().nth(part % body.len()).cloned().expect("it is one of them");
            let value = body[&key].to_string();
            // Still JSON: as it is where it reads so, else as a text.
            let changed = edited(&value, edits);
            body[&key] = serde_json::from_str(&changed).unwrap_or_else(|_| changed.into());
        } else if pairs > 0 {
            let mut all = natural.path.iter_mut().chain(natural.query.iter_mut());
            let (_, value) = all.nth(part % pairs).expect("it is one of them");
            *value = edited(value, edits);
        }
        let reply = runtime.block_on(common::call(&simulator, &natural.request()));
        let ours = reply.header("content-type") == Some("application/problem+json");
        assert!(!ours || reply.status == 404, "{} answers itself: {reply:?}", natural.name());
        assert_eq!(troubles(&simulator), 0, "{} answers whatever comes", natural.name());
    });
}

#[test]
fn the_admin_api_answers_any_body_with_a_problem_or_takes_it() {
    let (runtime, simulator) = serve();
    let right = [
        ("PUT", "/__sim/clock", r#"{"now":"2026-11-21T10:00:00+05:30","advance":"6h","scale":60}"#),
        ("PUT", "/__sim/scenarios/nth-call-fails", r#"{"set":{"call":"3","answer":"504"}}"#),
        (
            "PUT",
            "/__sim/limits",
            r#"[{"name":"x","refuse":"rate-limited","most":5,"per":"minute"}]"#,
        ),
        ("PUT", "/__sim/taxpayers/27AAACS0000A1ZG", r#"{"status":"Cancelled","trade_name":"X"}"#),
        ("POST", "/__sim/tenants", r#"{"seed":7,"now":"2026-04-01T09:00:00Z","ttl":"10m"}"#),
        ("POST", "/__sim/verify", r#"[{"status":"5xx","body":{"a":[1]},"between":[1,3]}]"#),
        ("POST", "/__sim/reset", r#"{"clock":true,"scenarios":true}"#),
    ];
    fuzz::<(u8, Vec<Edit>)>(|(which, edits)| {
        let (method, target, body) = right[usize::from(*which) % right.len()];
        let body = edited(body, edits);
        let request = common::Request::new(method, target).json(body.clone());
        let reply = runtime.block_on(common::call(&simulator, &request));
        let told = || reply.json()["detail"].as_str().is_some_and(|detail| !detail.is_empty());
        assert!(
            (200..300).contains(&reply.status) || ((400..500).contains(&reply.status) && told()),
            "{method} {target} {body}: {reply:?}",
        );
    });
}
