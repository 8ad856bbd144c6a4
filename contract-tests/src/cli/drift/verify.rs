//! `gsp-contract drift --verify`: what a run has shown to be so is written into the packs.

use std::{collections::BTreeMap, fs, path::Path};

use gsp_contract_tests::{
    drift::{reading::Settled, verified},
    run::{Kind, Run},
    verdict::Verdict,
};
use serde_json::json;

use super::{Args, cannot, day, home};
use crate::cli::{DONE, Trouble, print};

/// Writes `verified.toml` and the certainty column of `SOURCES.md`.
pub(super) fn verify(
    arguments: &Args,
    run: &Run,
    verdicts: &[&Verdict],
    settled: &[Settled],
) -> Result<u8, Trouble> {
    if run.target.kind != Kind::Live {
        return Err(Trouble::Input(format!(
            "error: `{}` is a simulator: it proves nothing about a vendor\nhint: run against a live target of contract.toml first",
            run.target.name
        )));
    }
    let (root, folder) = home(arguments)?;
    let on = day(run);
    let mut before: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut told = Vec::new();
    for vendor in folder.vendors() {
        let rows = verified::rows(&vendor, verdicts, settled, &on, &run.target.name);
        if rows.is_empty() {
            continue;
        }
        let path = format!("{vendor}/verified.toml");
        let old = folder.source(&path).map(|source| source.text.to_string());
        let new = verified::written(old.as_deref(), &rows).map_err(|why| {
            Trouble::Input(format!(
                "error: `{path}` cannot be read: {why}\nhint: mend it; `gspsim check` shows the place"
            ))
        })?;
        put(&root, &path, &new)?;
        before.insert(path, old);
        let sources = format!("{vendor}/SOURCES.md");
        if let Some(source) = folder.source(&sources) {
            let text = verified::in_sources(&source.text, &rows);
            if *text != *source.text {
                put(&root, &sources, &text)?;
                before.insert(sources, Some(source.text.to_string()));
            }
        }
        told.push((vendor, rows));
    }
    if let Err(trouble) = arguments.packs.suite() {
        for (path, old) in &before {
            match old {
                Some(text) => put(&root, path, text)?,
                None => {
                    let path = root.join(path);
                    fs::remove_file(&path).map_err(|error| cannot("removed", &path, &error))?;
                }
            }
        }
        return Err(trouble);
    }
    if arguments.json {
        let vendors: BTreeMap<_, _> = told.iter().map(|(vendor, rows)| (vendor, rows)).collect();
        let files: Vec<_> = before.keys().collect();
        print(&format!("{:#}\n", json!({ "verified": vendors, "files": files })));
    } else {
        for (vendor, rows) in &told {
            print(&format!(
                "{vendor}: {} statements verified on {on} against {}\n",
                rows.len(),
                run.target.name
            ));
        }
        if told.is_empty() {
            print("the run has verified nothing of the packs in this folder\n");
        }
        for path in before.keys() {
            print(&format!("written {}\n", root.join(path).display()));
        }
    }
    Ok(DONE)
}

fn put(root: &Path, file: &str, text: &str) -> Result<(), Trouble> {
    let path = root.join(file);
    fs::write(&path, text).map_err(|error| cannot("written", &path, &error))
}
