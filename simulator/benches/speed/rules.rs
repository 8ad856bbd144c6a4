//! Stories with so many rules, each about one GSTIN.

use std::{fmt::Write as _, fs, path::PathBuf};

use crate::{Fallible, numbers::gstin};

/// The name of a story by its number.
pub(crate) fn name(story: usize) -> String {
    format!("speed-{story}")
}

/// Writes them into a folder of their own.
pub(crate) fn write(stories: usize, rules: usize) -> Fallible<PathBuf> {
    let name_of_all = format!("gspsim-speed-{}-{stories}-{rules}", std::process::id());
    let folder = std::env::temp_dir().join(name_of_all);
    fs::create_dir_all(&folder)?;
    for story in 0..stories {
        let name = name(story);
        let mut text = format!("name = \"{name}\"\nabout = \"Rules that no call fits.\"\n");
        for index in 0..rules {
            // Other registrations of PANs that are asked about, so that no rule fits.
            let gstin = gstin(u64::try_from(index + story * rules)?, b'2');
            let gstin = std::str::from_utf8(&gstin)?;
            write!(text, "\n[[rule]]\nwhen = {{ gstin = \"{gstin}\" }}\nanswer = \"not-found\"\n")?;
        }
        fs::write(folder.join(format!("{name}.toml")), text)?;
    }
    Ok(folder)
}
