//! Lists the files under `fixtures/` and `scenarios/`, so that they become part of the program.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..");
    let mut out = fs::File::create(PathBuf::from(env::var("OUT_DIR")?).join("embedded.rs"))?;
    for (name, folder) in [("FIXTURES", "fixtures"), ("SCENARIOS", "scenarios")] {
        let folder = root.join(folder).canonicalize()?;
        let mut files = Vec::new();
        collect(&folder, &folder, &mut files)?;
        files.sort();
        writeln!(out, "const {name}: &[(&str, &str)] = &[")?;
        for (path, full) in files {
            writeln!(out, "    ({path:?}, include_str!({:?})),", full.display().to_string())?;
        }
        writeln!(out, "];")?;
    }
    Ok(())
}

fn collect(
    root: &Path,
    folder: &Path,
    files: &mut Vec<(String, PathBuf)>,
) -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_text = path
            .extension()
            .is_some_and(|ending| ["toml", "json", "html", "txt", "md"].iter().any(|known| ending == *known));
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if is_text {
            let parts: Vec<_> = path
                .strip_prefix(root)?
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            files.push((parts.join("/"), path));
        }
    }
    Ok(())
}
