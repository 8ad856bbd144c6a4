//! `gsp-contract schema`: JSON Schemas of the files people write for the harness.

use std::{fs, path::PathBuf};

use gsp_contract_tests::{
    config::{ConfigFile, FILE_NAME},
    recording::{file::RecordingFile, lint::allow::AllowFile},
};
use gsp_simulator::pack::schemas::{schema, to_text};

use super::{DONE, Trouble, print};

/// Prints JSON Schemas of the files people write, for editors.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write each into a file `NAME.schema.json` of this folder.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<u8, Trouble> {
    let all = [
        ("contract", schema::<ConfigFile>(FILE_NAME)),
        ("recording", schema::<RecordingFile>("a recording")),
        ("lint-allow", schema::<AllowFile>("lint-allow.toml")),
    ];
    for (name, schema) in &all {
        let text = to_text(schema);
        let Some(folder) = &args.write else {
            print(&text);
            continue;
        };
        let path = folder.join(format!("{name}.schema.json"));
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, &text));
        written.map_err(|error| {
            Trouble::Input(format!(
                "error: cannot write `{}`: {error}\nhint: give a folder that may be written to",
                path.display()
            ))
        })?;
        print(&format!("{}\n", path.display()));
    }
    Ok(DONE)
}
