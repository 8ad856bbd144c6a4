//! `gspsim catalog`: every code of every vendor.

use gsp_simulator::{
    pack::Certainty,
    tell::{
        catalog::{Counts, catalog},
        causes::{self, CauseRow},
    },
};

use super::{
    Failure, Said, Told, counted,
    global::Session,
    paint::{Table, bold, dim},
};

/// What `catalog` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this vendor
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<String>,
    /// What brings the codes about that are about accounts: limits, credits, credentials, sessions
    #[arg(long)]
    causes: bool,
    /// The causes as a table in Markdown
    #[arg(long, requires = "causes")]
    markdown: bool,
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let told = Told::load(session)?;
    let vendor = args.vendor.as_deref();
    if args.causes {
        let rows = causes::causes(&told.teller(), vendor)
            .ok_or_else(|| told.no_vendor(vendor.unwrap_or_default()))?;
        return Ok(match (session.json, args.markdown) {
            (true, _) => Said::json(&rows),
            (false, true) => Said::text(causes::markdown(&rows)),
            (false, false) => Said::text(draw_causes(&rows)),
        });
    }
    let catalogs = catalog(&told.teller(), vendor)
        .ok_or_else(|| told.no_vendor(vendor.unwrap_or_default()))?;
    if session.json {
        return Ok(Said::json(&catalogs));
    }
    let mut text = String::new();
    let mut all = Counts::default();
    for catalog in &catalogs {
        say!(text, "{}  {}\n", bold(&catalog.vendor), dim(&catalog.title));
        let head = ["code", "http", "outcome", "message", "certainty"];
        let mut table = Table::new(&head).flexible(3).indented(2);
        for code in &catalog.codes {
            let outcomes: Vec<_> = code.outcomes.iter().map(ToString::to_string).collect();
            table.row([
                code.code.clone(),
                code.status.to_string(),
                outcomes.join("\n"),
                code.message.clone(),
                match catalog.verified_on(&code.code) {
                    Some(day) => format!("verified {day}"),
                    None => certainty_word(code.certainty).to_owned(),
                },
            ]);
        }
        text += &table.draw();
        say!(text, "  {}\n\n", dim(&sentence(catalog.counts)));
        all = all.plus(catalog.counts);
    }
    if catalogs.len() > 1 {
        say!(text, "{}, {}\n", counted(catalogs.len(), "vendor"), sentence(all));
    }
    Ok(Said::text(text))
}

fn draw_causes(rows: &[CauseRow]) -> String {
    let mut table = Table::new(&["vendor", "code", "http", "outcome", "cause"]).flexible(4);
    for row in rows {
        table.row([
            row.vendor.clone(),
            row.code.clone(),
            row.status.to_string(),
            row.outcomes.join("\n"),
            row.told.clone(),
        ]);
    }
    table.draw()
}

/// How sure a statement is, in two words at the most.
pub(crate) fn certainty_word(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Documented => "documented",
        Certainty::VendorDoc => "vendor doc",
        Certainty::ClientCode => "client code",
        Certainty::Assumed => "assumed",
    }
}

fn sentence(counts: Counts) -> String {
    let parts = [
        (counts.documented, "documented"),
        (counts.vendor_doc, "from other pages of the vendor"),
        (counts.client_code, "seen in client code"),
        (counts.assumed, "assumed"),
    ];
    let parts: Vec<_> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    format!("{}: {}", counted(counts.codes, "code"), parts.join(", "))
}
