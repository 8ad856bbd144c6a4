//! `gsp-contract drift --accept`: somebody has read the patches and wants them in the packs.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use gsp_contract_tests::drift::patch::apply;
use serde_json::json;

use super::{Args, PATCHES, cannot, home};
use crate::cli::{DONE, MISMATCHES, Trouble, print};

/// Applies patches; all is put back where the folder is not sound afterwards.
pub(super) fn accept(arguments: &Args) -> Result<u8, Trouble> {
    let (root, folder) = home(arguments)?;
    let patches = patches(arguments)?;
    let mut changed: BTreeMap<String, String> = BTreeMap::new();
    let mut refused = Vec::new();
    let mut applied = Vec::new();
    for (path, text) in &patches {
        let read = |file: &str| {
            let own = changed.get(file).cloned();
            own.or_else(|| Some(folder.source(file)?.text.to_string()))
        };
        if !arguments.json {
            print(&format!("{}\n{text}\n", path.display()));
        }
        match apply(text, read) {
            Ok(files) => {
                changed.extend(files);
                applied.push(path.display().to_string());
            }
            Err(why) => refused.push((path.display().to_string(), why.to_string())),
        }
    }
    let before: BTreeMap<&String, String> = changed
        .keys()
        .filter_map(|file| Some((file, folder.source(file)?.text.to_string())))
        .collect();
    for (file, text) in &changed {
        put(&root, file, text)?;
    }
    if let Err(trouble) = arguments.packs.suite() {
        for (file, text) in &before {
            put(&root, file, text)?;
        }
        let Trouble::Input(why) = trouble else { return Err(trouble) };
        return Err(Trouble::Input(format!(
            "{why}\nerror: with these patches the packs are not sound; everything was put back\nhint: accept them one by one, or make the change by hand"
        )));
    }
    if arguments.json {
        let refused: Vec<_> =
            refused.iter().map(|(patch, why)| json!({ "patch": patch, "why": why })).collect();
        let files: Vec<_> = changed.keys().collect();
        let told = json!({ "applied": applied, "refused": refused, "files": files });
        print(&format!("{told:#}\n"));
    } else {
        for (patch, why) in &refused {
            print(&format!("refused {patch}: {why}\n"));
        }
        print(&format!(
            "{} of {} patches applied to {}; run `gspsim check --fixtures {}` and the suite, then read `git diff`\n",
            applied.len(),
            patches.len(),
            root.display(),
            root.display()
        ));
    }
    Ok(if refused.is_empty() { DONE } else { MISMATCHES })
}

fn put(root: &Path, file: &str, text: &str) -> Result<(), Trouble> {
    let path = root.join(file);
    fs::write(&path, text).map_err(|error| cannot("written", &path, &error))
}

/// The patches that are meant, with their texts.
fn patches(arguments: &Args) -> Result<Vec<(PathBuf, String)>, Trouble> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for name in &arguments.accept {
        if name == "all" {
            paths.extend(all(Path::new(PATCHES), arguments.vendor.as_deref()));
        } else {
            paths.push(name.into());
        }
    }
    if paths.is_empty() {
        return Err(Trouble::Input(format!(
            "error: no patch lies in `{PATCHES}`\nhint: `gsp-contract drift` writes them after a run against a live side"
        )));
    }
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).map_err(|error| cannot("read", &path, &error))?;
        Ok((path, text))
    };
    paths.into_iter().map(read).collect()
}

fn all(root: &Path, vendor: Option<&str>) -> Vec<PathBuf> {
    let entries = |path: &Path| fs::read_dir(path).into_iter().flatten().flatten();
    let folders = entries(root).map(|entry| entry.path()).filter(|path| {
        vendor.is_none_or(|vendor| path.file_name().is_some_and(|name| name == vendor))
    });
    let is_patch = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "patch");
    let mut found: Vec<PathBuf> = folders
        .flat_map(|folder| entries(&folder).map(|entry| entry.path()).collect::<Vec<_>>())
        .filter(is_patch)
        .collect();
    found.sort();
    found
}
