//! `gspsim taxpayer`: who a GSTIN is, in our words or a vendor's.

use std::fmt::Write as _;

use gsp_simulator::{
    model::gstin::Gstin,
    pack::{Endpoint, Lookup, Pack},
    render::expression::closest,
    tell::{
        books::books,
        taxpayer::{
            Office, PlaceFacts, TaxpayerFacts, as_vendor, gstin_of, persona_names, taxpayer,
        },
    },
};
use serde_json::Value;

use super::{
    Failure, Said, Told, books,
    global::Session,
    paint::{Table, bold, dim, labelled, labelled_lines},
};

/// What `taxpayer` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A GSTIN, or a persona's name such as active-regular
    #[arg(value_name = "GSTIN|PERSONA")]
    who: String,
    /// Show what this vendor says of it
    #[arg(long = "as", value_name = "VENDOR")]
    vendor: Option<String>,
    /// Which of the vendor's endpoints says it; the first one that looks up a GSTIN
    #[arg(long, value_name = "ENDPOINT", requires = "vendor")]
    endpoint: Option<String>,
    /// Show the books of a period: returns, their sections, counts and totals
    #[arg(long, value_name = "MMYYYY", conflicts_with = "vendor")]
    books: Option<String>,
}

/// How many filings a page shows.
const FILINGS: usize = 6;

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let told = Told::load(session)?;
    let fixtures = &session.ingredients.fixtures;
    let gstin = gstin_of(fixtures, &args.who).unwrap_or_else(|| args.who.clone());
    if let Some(vendor) = &args.vendor {
        return said_by(session, &told, vendor, args.endpoint.as_deref(), &gstin);
    }
    if let Some(period) = &args.books {
        let facts = books(&told.world, &gstin, books::period(period)?, session.clock.now_ms())
            .ok_or_else(|| nobody(&args.who, &gstin, &persona_names(fixtures)))?;
        return Ok(if session.json { Said::json(&facts) } else { Said::text(books::page(&facts)) });
    }
    let facts = taxpayer(&told.world.register, &gstin, session.clock.now_ms())
        .ok_or_else(|| nobody(&args.who, &gstin, &persona_names(fixtures)))?;
    Ok(if session.json { Said::json(&facts) } else { Said::text(page(&facts)) })
}

fn nobody(who: &str, gstin: &str, names: &[String]) -> Failure {
    let looks_like_a_name = who.bytes().any(|byte| byte.is_ascii_lowercase());
    match gstin.parse::<Gstin>() {
        Ok(_) => Failure::new(format!("nobody is registered under `{gstin}`"))
            .hint("`--as VENDOR` shows how a vendor says so"),
        Err(_) if looks_like_a_name => {
            Failure::new(format!("there is no persona `{who}`")).hint(closest(who, names))
        }
        Err(error) => Failure::new(format!("`{who}` is not a GSTIN: {error}"))
            .hint(format!("`gspsim gstin explain {who}` takes it apart")),
    }
}

fn said_by(
    session: &Session,
    told: &Told,
    vendor: &str,
    endpoint: Option<&str>,
    gstin: &str,
) -> Result<Said, Failure> {
    let pack = told.vendor(vendor)?;
    let endpoint = choose(pack, endpoint)?;
    let reply = as_vendor(&told.teller(), pack, endpoint, gstin)
        .map_err(|error| Failure::new(error.to_string()))?;
    if session.json {
        return Ok(Said::json(&reply));
    }
    let code = if reply.code.is_empty() { String::new() } else { format!(", code {}", reply.code) };
    let head =
        format!("{} {}: HTTP {}, {}{code}", pack.name, endpoint.name, reply.status, reply.outcome);
    let body = match &reply.body {
        Value::Null => dim("(no body)"),
        Value::String(text) => text.clone(),
        json => serde_json::to_string_pretty(json).unwrap_or_default(),
    };
    Ok(Said::text(format!("{}\n{body}\n", dim(&head))))
}

fn choose<'pack>(pack: &'pack Pack, name: Option<&str>) -> Result<&'pack Endpoint, Failure> {
    let takes = |endpoint: &&Endpoint| matches!(endpoint.lookup, Some(Lookup::Gstin(_)));
    let names = || -> Vec<String> {
        pack.endpoints.iter().filter(takes).map(|endpoint| endpoint.name.clone()).collect()
    };
    let mut candidates = pack.endpoints.iter().filter(takes);
    match name {
        None => candidates.next().ok_or_else(|| {
            Failure::new(format!("`{}` looks up no GSTINs", pack.name))
                .hint("choose another vendor; `gspsim catalog` lists them")
        }),
        Some(name) => candidates.find(|endpoint| endpoint.name == name).ok_or_else(|| {
            let message = format!("`{}` has no endpoint `{name}` that looks up a GSTIN", pack.name);
            Failure::new(message).hint(closest(name, &names()))
        }),
    }
}

fn page(facts: &TaxpayerFacts) -> String {
    let mut out = format!("{}  {}\n", bold(&facts.gstin), bold(&facts.legal_name));
    if !facts.about.is_empty() {
        out += &labelled("Persona", &facts.about);
    }
    if !facts.trade_name.is_empty() {
        out += &labelled("Trade name", &facts.trade_name);
    }
    let mut status = facts.status.clone();
    if let Some(day) = facts.cancelled_on {
        let _ = write!(status, " on {day}");
    }
    out += &labelled("Status", &status);
    out += &labelled(
        "Registered",
        &format!("{}, last changed {}", facts.registered_on, facts.updated_on),
    );
    out += &labelled("Type", &format!("{}, {}", facts.taxpayer_type, facts.constitution));
    if !facts.pan.is_empty() {
        out += &labelled("PAN", &facts.pan);
    }
    out += &labelled("State", &format!("{} {}", facts.state_code, facts.state_name));
    let office = |office: &Office| match office.code.as_str() {
        "" => office.name.clone(),
        code => format!("{} ({code})", office.name),
    };
    let offices = [
        format!("state: {}", office(&facts.state_jurisdiction)),
        format!("centre: {}", office(&facts.central_jurisdiction)),
    ];
    out += &labelled_lines("Offices", &offices);
    let places: Vec<_> = facts.places.iter().map(PlaceFacts::line).collect();
    for (index, place) in places.iter().enumerate() {
        out += &labelled(if index == 0 { "Address" } else { "" }, place);
    }
    out += &labelled("Business", &facts.natures.join(", "));
    if !facts.members.is_empty() {
        out += &labelled("Members", &facts.members.join(", "));
    }
    out += &labelled("E-invoice", if facts.einvoice { "must issue them" } else { "need not" });
    out += &labelled("Files", &facts.frequency.replace('-', " "));
    if facts.filings.is_empty() {
        return out + &labelled("Filings", "none yet");
    }
    let mut table = Table::new(&["return", "period", "filed on", "arn", "mode"]).indented(2);
    for filing in facts.filings.iter().take(FILINGS) {
        table.row([
            filing.return_type.clone(),
            filing.period.clone(),
            filing.filed_on.to_string(),
            filing.arn.clone(),
            filing.mode.clone(),
        ]);
    }
    out = format!("{out}\n{}", table.draw());
    let left = facts.filings.len().saturating_sub(FILINGS);
    if left > 0 {
        say!(out, "  {}\n", dim(&format!("{left} more; --json has them all")));
    }
    out
}
