//! `gspsim tail`: a running simulator's exchanges as they come, a line each.

use std::time::Duration;

use gsp_simulator::{journal::Statuses, render::filters::in_india};
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::{runtime::Runtime, time::timeout};

use super::{
    Exit, Failure, Said,
    global::Session,
    paint::{WIDTH, bad, bold, dim, fair, good, hint_label, wrap},
    remote::{self, Remote, Target, Unreachable},
};

/// A simulator that says nothing for so long, not even that it is there, is gone.
const SILENCE: Duration = Duration::from_mins(1);

/// After so long it is looked for again.
const AGAIN: Duration = Duration::from_secs(1);

/// What `tail` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// Begin with what the journal has
    #[arg(long)]
    all: bool,
    /// End after so many exchanges
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    #[command(flatten, next_help_heading = "Filters")]
    filters: Filters,
}

/// Which exchanges are shown; all that is given must fit.
#[derive(Debug, clap::Args)]
struct Filters {
    /// Only this vendor's
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<String>,
    /// Only this endpoint's
    #[arg(long, value_name = "NAME")]
    endpoint: Option<String>,
    /// Only those about this GSTIN
    #[arg(long, value_name = "GSTIN")]
    gstin: Option<String>,
    /// Only this account's
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only those with this outcome
    #[arg(long, value_name = "OUTCOME")]
    outcome: Option<String>,
    /// Only those with this code
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Only those with this HTTP status, or of a class such as 4xx
    #[arg(long, value_name = "STATUS")]
    status: Option<Statuses>,
    /// Only those decided by this: header, scenario, magic-gstin, cause, nobody
    #[arg(long, value_name = "WHAT")]
    via: Option<String>,
    /// Only those with this HTTP method
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
    /// Only those with this text in the address or in a body
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Only those with this fault, or with `any` or `none`
    #[arg(long, value_name = "FAULT")]
    fault: Option<String>,
    /// Only those with a hint
    #[arg(long)]
    hinted: bool,
}

impl Filters {
    /// As a query, each value escaped.
    fn query(&self) -> String {
        let status = self.status.map(|status| status.to_string());
        let hinted = self.hinted.then(|| "true".to_owned());
        let mut out = String::new();
        for (name, value) in [
            ("vendor", &self.vendor),
            ("endpoint", &self.endpoint),
            ("gstin", &self.gstin),
            ("account", &self.account),
            ("outcome", &self.outcome),
            ("code", &self.code),
            ("status", &status),
            ("via", &self.via),
            ("method", &self.method),
            ("text", &self.text),
            ("fault", &self.fault),
            ("hinted", &hinted),
        ] {
            let Some(value) = value else { continue };
            say!(out, "&{name}=");
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    out.push(char::from(byte));
                } else {
                    say!(out, "%{byte:02X}");
                }
            }
        }
        out
    }
}

/// Somebody who reads along.
pub(crate) struct Tail {
    runtime: Runtime,
    remote: Remote,
    query: String,
    all: bool,
    left: Option<u64>,
    json: bool,
}

/// What came in one event.
#[derive(Debug, Default, PartialEq, Eq)]
struct Event {
    name: String,
    id: String,
    data: String,
}

/// Why reading along ends for now.
enum End {
    /// Nothing more is wanted, or nobody reads what is said.
    Done,
    /// The stream ended; what was told last.
    Lost,
    /// There is no stream.
    Refused(Failure),
}

/// Prepares to read along.
pub(crate) fn run(session: &Session, args: &Args) -> Result<(Said, Tail), Failure> {
    let tail = Tail {
        runtime: remote::runtime()?,
        remote: Remote::new(session, &args.target)?,
        query: args.filters.query(),
        all: args.all,
        left: args.count,
        json: session.json,
    };
    Ok((Said::text(String::new()), tail))
}

impl Tail {
    /// Reads along until enough was said, or the program is ended; `put` says a piece of text, and
    /// whether anybody still listens.
    pub(crate) fn follow(mut self, put: &mut impl FnMut(&str) -> bool) -> Result<Exit, Failure> {
        let mut last = self.all.then(|| "0".to_owned());
        let mut met = false;
        loop {
            match self.read_along(&mut last, &mut met, put) {
                Ok(End::Done) => return Ok(Exit::Done),
                Ok(End::Refused(failure)) => return Err(failure),
                // One that was there may come back.
                Err(gone) if !met => return Err(gone.into()),
                Ok(End::Lost) | Err(_) => {
                    let note = dim("The simulator is gone; waiting for it to come back.\n");
                    if std::mem::take(&mut met) && !self.json && !put(&note) {
                        return Ok(Exit::Done);
                    }
                    met = true;
                    self.runtime.block_on(pause());
                }
            }
        }
    }

    fn read_along(
        &mut self,
        last: &mut Option<String>,
        met: &mut bool,
        put: &mut impl FnMut(&str) -> bool,
    ) -> Result<End, Unreachable> {
        let target = format!("/__sim/journal/stream?{}", self.query.trim_start_matches('&'));
        let mut request = Request::builder().header("accept", "text/event-stream");
        if let Some(id) = last.as_deref() {
            request = request.header("last-event-id", id);
        }
        let Self { runtime, remote, left, json, .. } = self;
        runtime.block_on(async {
            let response = remote.ask(request, &target, None).await?;
            let status = response.status();
            if status != StatusCode::OK {
                let text = remote::text(response).await?;
                return Ok(End::Refused(remote::problem(status, &text)));
            }
            *met = true;
            let mut body = response.into_body();
            let mut reader = Reader::default();
            while let Ok(Some(Ok(frame))) = timeout(SILENCE, body.frame()).await {
                let Ok(piece) = frame.into_data() else { continue };
                reader.take(&piece);
                while let Some(event) = reader.next() {
                    let is_exchange = event.name == "exchange";
                    if is_exchange {
                        *last = Some(event.id.clone());
                    }
                    if !put(&told(&event, *json)) {
                        return Ok(End::Done);
                    }
                    if let Some(left) = left.as_mut().filter(|_| is_exchange) {
                        *left = left.saturating_sub(1);
                        if *left == 0 {
                            return Ok(End::Done);
                        }
                    }
                }
            }
            Ok(End::Lost)
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "no vendor's delivery: a client waits to ask again")]
async fn pause() {
    tokio::time::sleep(AGAIN).await;
}

/// Puts events together from pieces.
#[derive(Debug, Default)]
struct Reader {
    bytes: Vec<u8>,
}

impl Reader {
    fn take(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(piece);
    }

    /// The next event with a name; comments have none.
    fn next(&mut self) -> Option<Event> {
        loop {
            let end = self.bytes.windows(2).position(|pair| pair == b"\n\n")?;
            let text: Vec<u8> = self.bytes.drain(..end + 2).collect();
            let mut event = Event::default();
            for line in String::from_utf8_lossy(&text).lines() {
                let (field, value) = line.split_once(':').unwrap_or((line, ""));
                let value = value.strip_prefix(' ').unwrap_or(value);
                match field {
                    "event" => value.clone_into(&mut event.name),
                    "id" => value.clone_into(&mut event.id),
                    "data" => event.data += value,
                    _ => {}
                }
            }
            if !event.name.is_empty() {
                return Some(event);
            }
        }
    }
}

/// What is said of an event.
fn told(event: &Event, json: bool) -> String {
    if json {
        return match event.name.as_str() {
            "exchange" => format!("{}\n", event.data),
            name => format!("{{\"event\":\"{name}\",\"data\":{}}}\n", event.data),
        };
    }
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    match event.name.as_str() {
        "exchange" => line(&data),
        _ => {
            let many = data["missed"].as_u64().map_or("some".to_owned(), |many| many.to_string());
            dim(&format!("… {many} exchanges left the journal before they could be read\n"))
        }
    }
}

/// An exchange in a line, its hint below.
fn line(record: &Value) -> String {
    let text = |key: &str| record[key].as_str().unwrap_or_default();
    // The tenant's time of day in India, where the day of all this begins.
    let time = text("at").parse::<jiff::Timestamp>().map_or_else(
        |_| text("at").to_owned(),
        |at| in_india(at.as_millisecond()).strftime("%H:%M:%S").to_string(),
    );
    let status = record["reply"]["status"].as_u64().unwrap_or_default();
    let painted = match status {
        200..=299 => good(&status.to_string()),
        500.. => bad(&status.to_string()),
        _ => fair(&status.to_string()),
    };
    let mut out = format!("{} {}", dim(&time), dim(&format!("#{}", record["id"])));
    let vendor = if text("vendor").is_empty() { "nobody" } else { text("vendor") };
    say!(out, "  {}", bold(vendor));
    if text("endpoint").is_empty() {
        let request = &record["request"];
        let word = |key: &str| request[key].as_str().unwrap_or_default();
        say!(out, " {} {}", word("method"), word("target"));
    } else {
        say!(out, " {}", text("endpoint"));
    }
    if !text("gstin").is_empty() {
        say!(out, " {}", text("gstin"));
    }
    say!(out, " → {painted}");
    for key in ["code", "outcome"] {
        if !text(key).is_empty() {
            say!(out, " {}", text(key));
        }
    }
    if text("via") != "cause" && text("via") != "nobody" {
        say!(out, " {}", dim(&format!("by {}", text("via"))));
    }
    if let Some(wait) = record["wait_ms"].as_u64().filter(|wait| *wait > 0) {
        say!(out, " {}", dim(&format!("after {wait} ms")));
    }
    for fault in record["faults"].as_array().into_iter().flatten() {
        say!(out, " {}", fair(fault.as_str().unwrap_or_default()));
    }
    out.push('\n');
    if !text("hint").is_empty() {
        for (index, words) in wrap(text("hint"), WIDTH - 10).iter().enumerate() {
            let label = if index == 0 { hint_label() } else { "     ".to_owned() };
            say!(out, "    {label} {words}\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_put_together_from_pieces() {
        let mut reader = Reader::default();
        reader.take(b": following\nretry: 1000\n\nevent: exch");
        assert_eq!(reader.next(), None);
        reader.take(b"ange\nid: 7\ndata: {\"a\":1}\n");
        assert_eq!(reader.next(), None);
        reader.take(b"\nevent: truncated\ndata: {}\n\n");
        let event = |name: &str, id: &str, data: &str| {
            Some(Event { name: name.into(), id: id.into(), data: data.into() })
        };
        assert_eq!(reader.next(), event("exchange", "7", r#"{"a":1}"#));
        assert_eq!(reader.next(), event("truncated", "", "{}"));
        assert_eq!(reader.next(), None);
    }

    #[test]
    fn an_exchange_is_a_line_and_its_hint_stands_below() {
        let record = serde_json::json!({
            "id": 12, "at": "2026-11-21T04:30:00Z", "vendor": "alpha", "endpoint": "lookup",
            "gstin": "27AAACS0000A1ZG", "code": "E7", "outcome": "upstream-timeout", "via": "scenario",
            "wait_ms": 800, "faults": ["lost-reply"], "hint": "look again", "reply": { "status": 504 },
        });
        let plain = anstream::adapter::strip_str(&line(&record)).to_string();
        assert!(
            plain.contains("#12  alpha lookup 27AAACS0000A1ZG → 504 E7 upstream-timeout"),
            "{plain}"
        );
        assert!(
            plain.contains(" by scenario after 800 ms lost-reply\n    hint: look again\n"),
            "{plain}"
        );
    }
}
