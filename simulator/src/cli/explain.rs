//! `gspsim explain`: one code or outcome, for a person.

use gsp_simulator::{
    pack::{Layer, Retry},
    render::expression::closest,
    tell::explain::{Explanation, Reading, explain, words},
};
use serde_json::Value;

use super::{
    Failure, Said, Told,
    catalog::certainty_word,
    credentials::account_line,
    global::Session,
    paint::{bold, dim, labelled, labelled_lines, shell_lines},
};

/// What `explain` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A vendor's code such as 4291, or an outcome such as not-found
    #[arg(value_name = "CODE|OUTCOME")]
    word: String,
    /// Only this vendor
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<String>,
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let told = Told::load(session)?;
    let vendor = args.vendor.as_deref();
    if let Some(name) = vendor {
        told.vendor(name)?;
    }
    let teller = told.teller();
    let explanation = explain(&teller, &args.word, vendor)
        .ok_or_else(|| unknown(&args.word, vendor, &words(&teller, vendor)))?;
    if session.json {
        return Ok(Said::json(&explanation));
    }
    Ok(Said::text(draw(&explanation)))
}

fn unknown(word: &str, vendor: Option<&str>, words: &[String]) -> Failure {
    let at = vendor.map(|name| format!(" at `{name}`")).unwrap_or_default();
    let near = closest(word, words);
    let hint = if near.starts_with("there are") {
        "`gspsim catalog` lists every code and outcome".to_owned()
    } else {
        near
    };
    Failure::new(format!("there is no code or outcome `{word}`{at}")).hint(hint)
}

fn draw(explanation: &Explanation) -> String {
    let mut out = String::new();
    if let Some(about) = &explanation.about {
        say!(out, "{}  {about}\n\n", bold(&explanation.word));
    }
    for reading in &explanation.readings {
        out += &draw_reading(reading);
        out.push('\n');
    }
    if !explanation.others.is_empty() {
        let others: Vec<_> = explanation
            .others
            .iter()
            .map(|other| format!("{} says {}", other.vendor, other.says))
            .collect();
        say!(out, "Without a word for it, {}.\n", others.join(", "));
    }
    out
}

fn draw_reading(reading: &Reading) -> String {
    let mut name = reading.vendor.clone();
    if let Some(code) = &reading.code {
        say!(name, " {code}");
    }
    let outcomes = reading.outcomes.join(", ");
    let mut out = format!("{}  HTTP {}, {outcomes}\n", bold(&name), reading.status);
    if !reading.message.is_empty() {
        out += &labelled("Message", &reading.message);
    }
    if let Some(entry) = &reading.entry {
        out += &labelled("Who says it", layer_word(entry.layer));
        out += &labelled("Cause", &entry.cause);
        out += &labelled("What to do", &entry.mend);
        out += &labelled("Try again", retry_word(entry.retry));
        let certainty = certainty_word(entry.certainty);
        out += &labelled("Source", &format!("{} ({certainty})", entry.source));
    }
    let verified: Vec<_> = reading
        .verified
        .iter()
        .map(|row| format!("verified on {} against {}, at {}", row.on, row.target, row.endpoint))
        .collect();
    if !verified.is_empty() {
        out += &labelled_lines("Live", &verified);
    }
    out += &labelled("Endpoints", &reading.endpoints.join(", "));
    let mut ways = Vec::new();
    if let Some(account) = &reading.ways.account {
        ways.push(account_line(&reading.vendor, account));
    }
    ways.extend(reading.ways.causes.iter().map(|told| format!("cause: {told}")));
    if let Some(gstin) = &reading.ways.magic_gstin {
        ways.push(format!("magic GSTIN: {gstin}"));
    }
    ways.push(format!("header: {}", reading.ways.header));
    out += &labelled_lines("Get it here", &ways);
    if !reading.ways.request_words.is_empty() {
        let mut lines = shell_lines(&reading.ways.request_words);
        if let Some(before) = reading.ways.request_before {
            lines.insert(0, format!("# {before}"));
        }
        out += &labelled_lines("Cause it", &lines);
    }
    if let Some(reply) = &reading.reply {
        let body = match &reply.body {
            Value::Null => dim("(no body)"),
            Value::String(text) => text.clone(),
            json => serde_json::to_string_pretty(json).unwrap_or_default(),
        };
        let lines: Vec<_> = body.lines().map(str::to_owned).collect();
        out += &labelled_lines("Reply", &shortened(lines));
    }
    out
}

/// The beginning of a long body.
fn shortened(mut lines: Vec<String>) -> Vec<String> {
    const MOST: usize = 24;
    if lines.len() > MOST {
        let left = lines.len() - MOST;
        lines.truncate(MOST);
        lines.push(dim(&format!("… {left} more lines; --json has them all")));
    }
    lines
}

fn layer_word(layer: Layer) -> &'static str {
    match layer {
        Layer::Client => "the vendor, of a wrong request",
        Layer::Vendor => "the vendor, of itself or the account",
        Layer::Upstream => "the vendor, of what lies behind it",
    }
}

fn retry_word(retry: Retry) -> &'static str {
    match retry {
        Retry::Never => "never: the answer stays the same",
        Retry::AfterFix => "after the request or the account was mended",
        Retry::Backoff => "after a pause, a longer one each time",
        Retry::AfterReset => "when the limit begins anew",
    }
}
