//! `gspsim openapi`: the vendors, and our own admin API, as OpenAPI documents.

use std::{fs, path::PathBuf};

use gsp_simulator::{
    server,
    tell::{DEFAULT_URL, openapi::document},
};
use indexmap::IndexMap;
use serde_json::Value;

use super::{
    Failure, Said, Told, counted,
    global::Session,
    paint::{Table, bold, dim},
};

/// What `openapi` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The vendor; left out, all of them
    vendor: Option<String>,
    /// The admin API under `/__sim/` instead
    #[arg(long, conflicts_with = "vendor")]
    admin: bool,
    /// Write the document into this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let documents = documents(session, args)?;
    if let Some(path) = &args.out {
        let [(name, document)] = documents.as_slice() else {
            return Err(
                Failure::new("one file holds one document").hint("name a vendor, or `--admin`")
            );
        };
        fs::write(path, format!("{document:#}\n")).map_err(|error| {
            Failure::new(format!("cannot write to `{}`: {error}", path.display()))
                .hint("give a file in a folder that may be written to")
        })?;
        let path = path.display().to_string();
        return Ok(if session.json {
            Said::json(&serde_json::json!({ "written": path }))
        } else {
            Said::text(format!("{name}: written to {path}\n"))
        });
    }
    let named = args.admin || args.vendor.is_some();
    Ok(match (session.json, documents.as_slice()) {
        (true, [(_, document)]) if named => Said::json(document),
        (true, all) => Said::json(&all.iter().cloned().collect::<IndexMap<_, _>>()),
        (false, all) => Said::text(draw(all)),
    })
}

fn documents(session: &Session, args: &Args) -> Result<Vec<(String, Value)>, Failure> {
    if args.admin {
        return Ok(vec![("admin API".to_owned(), server::openapi(DEFAULT_URL))]);
    }
    let told = Told::load(session)?;
    let packs = told.teller().packs(args.vendor.as_deref());
    let packs = packs.ok_or_else(|| told.no_vendor(args.vendor.as_deref().unwrap_or_default()))?;
    let teller = told.teller();
    Ok(packs.into_iter().map(|pack| (pack.name.clone(), document(&teller, pack))).collect())
}

/// The operations in tables.
fn draw(documents: &[(String, Value)]) -> String {
    let mut text = String::new();
    for (name, document) in documents {
        let title = document["info"]["title"].as_str().unwrap_or_default();
        say!(text, "{}  {}\n", bold(name), dim(title));
        let mut table = Table::new(&["method", "path", "answers", "what"]).flexible(3).indented(2);
        let paths = document["paths"].as_object().into_iter().flatten();
        let mut count = 0;
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                count += 1;
                table.row([
                    method.to_ascii_uppercase(),
                    path.clone(),
                    answers(operation).to_string(),
                    operation["summary"].as_str().unwrap_or_default().to_owned(),
                ]);
            }
        }
        text += &table.draw();
        say!(text, "  {}\n\n", dim(&counted(count, "operation")));
    }
    text += "--json prints the document, --out FILE writes it; a running simulator has it at \
             /__sim/openapi/VENDOR.json and a page at /__sim/docs\n";
    text
}

/// How many answers an operation tells of.
fn answers(operation: &Value) -> usize {
    let statuses = operation["responses"].as_object().into_iter().flatten();
    let replies = statuses.map(|(_, told)| match told["x-replies"].as_array() {
        Some(replies) => replies.len(),
        None => 1,
    });
    replies.sum()
}
