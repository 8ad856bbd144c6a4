//! `gspsim schema`: JSON Schemas of the files people write.

use std::{fs, path::PathBuf};

use gsp_simulator::{pack, render::expression::closest};
use indexmap::IndexMap;
use serde_json::Value;

use super::{
    Failure, Said, counted,
    file::{FILE_NAME, SettingsFile},
    global::Session,
    verify::ExpectFile,
};

/// What `schema` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this one: vendor, errors, verified, requests, flows, outcomes, magic, persona, scenario, expectations
    /// or gspsim
    name: Option<String>,
    /// Write each into a file `NAME.schema.json` of this folder
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let mut schemas = schemas();
    if let Some(name) = &args.name {
        let names: Vec<_> = schemas.iter().map(|(name, _)| (*name).to_owned()).collect();
        schemas.retain(|(known, _)| known == name);
        if schemas.is_empty() {
            return Err(
                Failure::new(format!("there is no schema `{name}`")).hint(closest(name, &names))
            );
        }
    }
    let Some(folder) = &args.write else {
        return Ok(match schemas.as_slice() {
            [(_, schema)] => Said::json(schema),
            all => Said::json(&all.iter().cloned().collect::<IndexMap<_, _>>()),
        });
    };
    let wrong = |error: std::io::Error| {
        Failure::new(format!("cannot write to `{}`: {error}", folder.display()))
            .hint("give a folder that may be written to")
    };
    fs::create_dir_all(folder).map_err(wrong)?;
    let mut written = Vec::new();
    for (name, schema) in &schemas {
        let path = folder.join(format!("{name}.schema.json"));
        fs::write(&path, pack::schemas::to_text(schema)).map_err(wrong)?;
        written.push(path.display().to_string());
    }
    Ok(if session.json {
        Said::json(&written)
    } else {
        let count = counted(written.len(), "schema");
        Said::text(format!("{}\n{count} written\n", written.join("\n")))
    })
}

fn schemas() -> Vec<(&'static str, Value)> {
    let mut all = pack::schemas::schemas();
    all.push(("expectations", pack::schemas::schema::<ExpectFile>("a file of `gspsim verify`")));
    all.push(("gspsim", pack::schemas::schema::<SettingsFile>(FILE_NAME)));
    all
}
