//! Folders, all the way down: every text in them, but for what others wrote and builds.

use std::{fs, io, path::Path};

use super::LARGEST;

/// Folders that hold what a version control keeps, not what a person wrote.
const LEFT_OUT: [&str; 3] = [".git", ".hg", ".jj"];

/// So much of a file is looked at to see whether it is a text.
const BEGINNING: usize = 8 * 1024;

/// Takes a file and its text.
pub type Take<'take> = dyn FnMut(&Path, &str) + 'take;

/// Gives every text of a file or folder, in the order of their names; `skipped` gets what cannot be read.
pub fn files(path: &Path, skipped: &mut Vec<String>, take: &mut Take<'_>) {
    let told = |error: &io::Error| format!("{}: {error}", path.display());
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) => return skipped.push(told(&error)),
    };
    if about.is_dir() {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let is_left_out = name.is_some_and(|name| LEFT_OUT.contains(&name.as_str()));
        // What a build leaves behind says so (bford.info/cachedir).
        if is_left_out || path.join("CACHEDIR.TAG").is_file() {
            return;
        }
        let listed = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        match listed {
            Ok(mut entries) => {
                entries.sort_by_key(fs::DirEntry::file_name);
                for entry in &entries {
                    files(&entry.path(), skipped, take);
                }
            }
            Err(error) => skipped.push(told(&error)),
        }
        return;
    }
    // What a link leads to is looked at where it stands.
    if !about.is_file() {
        return;
    }
    if about.len() > LARGEST {
        return skipped.push(format!("{}: larger than {} MiB", path.display(), LARGEST >> 20));
    }
    match fs::read(path) {
        Ok(bytes) if bytes[..bytes.len().min(BEGINNING)].contains(&0) => {}
        Ok(bytes) => {
            if let Ok(text) = std::str::from_utf8(&bytes) {
                take(path, text);
            }
        }
        Err(error) => skipped.push(told(&error)),
    }
}
