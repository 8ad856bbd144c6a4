//! A story with so many rules, each about one GSTIN.

use std::{fmt::Write as _, fs, path::PathBuf};

use crate::{Fallible, numbers::gstin};

/// Its name.
pub(crate) const NAME: &str = "speed";

/// Writes it into a folder of its own.
pub(crate) fn write(count: usize) -> Fallible<PathBuf> {
    let folder = std::env::temp_dir().join(format!("gspsim-speed-{}-{count}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let mut text = format!("name = \"{NAME}\"\nabout = \"Rules that no call fits.\"\n");
    for index in 0..count {
        // Other registrations of PANs that are asked about, so that no rule fits.
        let gstin = gstin(u64::try_from(index)?, b'2');
        let gstin = std::str::from_utf8(&gstin)?;
        write!(text, "\n[[rule]]\nwhen = {{ gstin = \"{gstin}\" }}\nanswer = \"not-found\"\n")?;
    }
    fs::write(folder.join(format!("{NAME}.toml")), text)?;
    Ok(folder)
}
