//! `gspsim magic`: the magic GSTINs.

use gsp_simulator::{
    magic::By,
    tell::magic::{MagicEntry, VendorSays, magic},
};

use super::{
    Failure, Said, Told,
    global::Session,
    paint::{Table, dim},
};

/// What `magic` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print a Markdown table, as the README has it
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Only this vendor's column
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<String>,
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let told = Told::load(session)?;
    let mut rows = magic(&told.teller());
    let mut vendors: Vec<&str> = told.world.packs.iter().map(|pack| pack.name.as_str()).collect();
    if let Some(name) = &args.vendor {
        told.vendor(name)?;
        vendors.retain(|vendor| vendor == name);
        for row in &mut rows {
            row.vendors.retain(|says| says.vendor == *name);
        }
    }
    Ok(if args.markdown {
        Said::text(markdown(&rows, &vendors))
    } else if session.json {
        Said::json(&rows)
    } else {
        Said::text(table(&rows, &vendors))
    })
}

fn table(rows: &[MagicEntry], vendors: &[&str]) -> String {
    let mut head = vec!["gstin", "outcome"];
    head.extend(vendors);
    let mut table = Table::new(&head);
    for row in rows {
        let outcome = match row.by {
            By::Force => row.outcome.clone(),
            By::Persona => format!("{}\n({})", row.outcome, row.about),
        };
        let words = row.vendors.iter().map(word);
        table.row([row.gstin.clone(), outcome].into_iter().chain(words));
    }
    let note = "A number is the HTTP status where the answer has no code; `-`: the vendor has no word for it.";
    format!("{}\n{}\n", table.draw(), dim(note))
}

fn markdown(rows: &[MagicEntry], vendors: &[&str]) -> String {
    let mut out = String::from("| GSTIN | outcome |");
    for vendor in vendors {
        say!(out, " {vendor} |");
    }
    out += "\n|---|---|";
    out += &"---|".repeat(vendors.len());
    for row in rows {
        let about = match row.by {
            By::Force => String::new(),
            By::Persona => format!(" ({})", row.about),
        };
        say!(out, "\n| `{}` | `{}`{about} |", row.gstin, row.outcome);
        for says in &row.vendors {
            say!(out, " {} |", word(says));
        }
    }
    out + "\n"
}

/// The vendor's code, or the status of an answer without one.
fn word(says: &VendorSays) -> String {
    match &says.says {
        None => "-".to_owned(),
        Some(says) => says.code.clone().unwrap_or_else(|| says.status.to_string()),
    }
}
