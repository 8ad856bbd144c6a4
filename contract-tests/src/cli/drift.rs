//! `gsp-contract drift`: what a live side does otherwise, and what the pack would have to say.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use gsp_contract_tests::{
    case::Suite,
    drift::{
        Class,
        group::{Group, groups},
        patch::{self, Patch, Reading},
        reading::{Readings, Settled, folder_of},
    },
    run::{Kind, Run},
    verdict::Verdict,
};
use gsp_simulator::{pack::folder::Folder, world::Ingredients};
use serde_json::{Value, json};

use super::{DONE, MISMATCHES, Packs, Trouble, print};

mod accept;
mod verify;

/// Where patches lie.
const PATCHES: &str = ".gsp-contract/drift";

/// Tells where the live side of the last run is another than the packs promise.
///
/// Drifts are told once for all cases that show them, by class: breaking (a client that was right
/// may fail), additive (one that ignores what it does not know goes on), cosmetic. Each proposes
/// a change to the pack, written as a patch to `.gsp-contract/drift/VENDOR`; nothing is changed
/// until somebody accepts it: `--accept PATCH… --fixtures DIR`, or `--accept all`.
///
/// Exit codes: 0 no drift, 1 drifts, 2 a file or an argument is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file of the run.
    #[arg(long, value_name = "FILE", default_value = ".gsp-contract/last-run.json")]
    run: PathBuf,
    /// Only this vendor.
    #[arg(long)]
    vendor: Option<String>,
    #[command(flatten)]
    packs: Packs,
    /// Apply these patches to the packs in the folder of `--fixtures`, or `all` that lie there.
    #[arg(long, value_name = "PATCH|all", num_args = 1.., requires = "fixtures")]
    accept: Vec<String>,
    /// Write what the run verified into the packs in the folder of `--fixtures`.
    #[arg(long, requires = "fixtures", conflicts_with = "accept")]
    verify: bool,
    /// Tell it as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Args) -> Result<u8, Trouble> {
    if !arguments.accept.is_empty() {
        return accept::accept(arguments);
    }
    let run = super::reports::read_run(&arguments.run)?;
    let ingredients = arguments.packs.ingredients()?;
    let suite = arguments.packs.suite()?;
    if let Some(vendor) = &arguments.vendor
        && suite.world.vendor(vendor).is_none()
    {
        let names: Vec<_> = suite.world.packs.iter().map(|pack| pack.name.as_str()).collect();
        return Err(Trouble::Input(format!(
            "error: there is no vendor `{vendor}`\nhint: there are: {}",
            names.join(", ")
        )));
    }
    let of_vendor = |verdict: &&Verdict| {
        arguments.vendor.as_ref().is_none_or(|vendor| *vendor == verdict.vendor)
    };
    let verdicts: Vec<&Verdict> = run.verdicts.iter().filter(of_vendor).collect();
    let readings = Readings::of(&ingredients, &suite);
    // A simulator goes by its packs: it settles nothing.
    let settled = match run.target.kind {
        Kind::Live => readings.settle(verdicts.iter().copied()).await,
        Kind::Embedded | Kind::Simulator => Vec::new(),
    };
    if arguments.verify {
        return verify::verify(arguments, &run, &verdicts, &settled);
    }
    let told = tell(&ingredients, &suite, &readings, &verdicts, &run).await?;
    if arguments.json {
        print(&format!("{:#}\n", as_json(&run, &told, &settled)));
    } else {
        print(&as_text(&run, &verdicts, &told, &settled));
    }
    Ok(if told.is_empty() { DONE } else { MISMATCHES })
}

/// A group of drifts with what is proposed.
struct Told {
    group: Group,
    reading: Option<Reading>,
    patch: Patch,
    file: PathBuf,
}

async fn tell(
    ingredients: &Ingredients,
    suite: &Suite,
    readings: &Readings<'_>,
    verdicts: &[&Verdict],
    run: &Run,
) -> Result<Vec<Told>, Trouble> {
    let mut told: Vec<Told> = Vec::new();
    let vendors: BTreeSet<&str> = verdicts.iter().map(|one| one.vendor.as_str()).collect();
    for vendor in vendors {
        clear(&Path::new(PATCHES).join(vendor))?;
    }
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for group in groups(verdicts.iter().copied()) {
        let Some(folder) = folder_of(&ingredients.fixtures, &group.vendor) else { continue };
        let first = verdicts.iter().find(|one| group.cases.contains(&one.case));
        let reading = match first {
            Some(verdict) => readings.explain(verdict, &group.drift).await,
            None => None,
        };
        let patch = patch::propose(folder, &group, suite, reading.as_ref());
        let number = numbers.entry(group.vendor.clone()).or_default();
        *number += 1;
        let name = format!("{number:02}-{}.patch", slug(&group));
        let file = Path::new(PATCHES).join(&group.vendor).join(name);
        let seen = format!("seen on {} at {}", day(run), run.target.name);
        write(&file, &patch.file(&group, &seen))?;
        told.push(Told { group, reading, patch, file });
    }
    Ok(told)
}

/// The day on which a run began.
fn day(run: &Run) -> String {
    run.began.to_string().split('T').next().unwrap_or_default().to_owned()
}

/// A short name for a file.
fn slug(group: &Group) -> String {
    let text = format!("{} {}", group.drift.kind.told(), group.drift.at);
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let parts: Vec<_> = plain.split('-').filter(|part| !part.is_empty()).collect();
    let short: String = parts.join("-").chars().take(60).collect();
    short.trim_end_matches('-').to_ascii_lowercase()
}

/// Takes away the patches of an earlier time.
fn clear(folder: &Path) -> Result<(), Trouble> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "patch") {
            fs::remove_file(&path).map_err(|error| cannot("removed", &path, &error))?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|error| cannot("made", folder, &error))?;
    fs::write(path, text).map_err(|error| cannot("written", path, &error))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::Input(format!(
        "error: `{}` cannot be {what}: {error}\nhint: run it where you may write files",
        path.display()
    ))
}

fn as_json(run: &Run, told: &[Told], settled: &[Settled]) -> Value {
    let count = |class: Class| told.iter().filter(|one| one.group.class == class).count();
    let drifts: Vec<_> = told
        .iter()
        .map(|one| {
            let mut drift = json!(one.group);
            drift["told"] = one.group.drift.to_string().into();
            drift["reading"] = json!(one.reading);
            drift["patch"] = one.file.display().to_string().into();
            drift["mechanical"] = (!one.patch.diff.is_empty()).into();
            drift["by_hand"] = json!(one.patch.by_hand);
            drift
        })
        .collect();
    json!({
        "target": run.target.name,
        "began": run.began,
        "counts": {
            "breaking": count(Class::Breaking),
            "additive": count(Class::Additive),
            "cosmetic": count(Class::Cosmetic),
        },
        "drifts": drifts,
        "readings": settled,
    })
}

fn as_text(run: &Run, verdicts: &[&Verdict], told: &[Told], settled: &[Settled]) -> String {
    let mut out = String::new();
    for class in Class::ALL {
        let of_class: Vec<_> = told.iter().filter(|one| one.group.class == class).collect();
        if of_class.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{} ({})", class.told(), of_class.len());
        for Told { group, reading, patch, file } in of_class {
            let _ = writeln!(out, "  {}  {}", group.vendor, group.drift);
            let more = match group.cases.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let _ = writeln!(out, "      in {}{more}", group.cases[0]);
            if let Some(Reading { setting, fits, .. }) = reading {
                let _ = writeln!(out, "      the live side goes by `{setting} = {fits}`");
            }
            let how = if patch.diff.is_empty() { "to be changed by hand: " } else { "" };
            let _ = writeln!(out, "      {how}{}", file.display());
        }
    }
    if run.target.kind != Kind::Live {
        out.push_str(
            "that run asked a simulator, which goes by its packs: run a live side (`--target NAME`) to see drift\n",
        );
    }
    for one in settled {
        let _ = writeln!(out, "reading  {}: {}", one.case, one.told());
    }
    let tried = verdicts.iter().filter(|one| one.skipped.is_none()).count();
    let counts: Vec<_> = Class::ALL
        .iter()
        .map(|class| {
            let count = told.iter().filter(|one| one.group.class == *class).count();
            format!("{count} {}", class.told())
        })
        .collect();
    let _ = writeln!(
        out,
        "{}: {} drifts ({}) in {tried} cases that were tried",
        run.target.name,
        told.len(),
        counts.join(", ")
    );
    if !told.is_empty() {
        let _ = writeln!(
            out,
            "read the patches, then `gsp-contract drift --accept PATCH… --fixtures DIR`"
        );
    }
    out
}

/// The folder of `--fixtures`; clap has asked for it.
fn home(arguments: &Args) -> Result<(PathBuf, Folder), Trouble> {
    let path = arguments.packs.fixtures.clone().unwrap_or_default();
    let folder = Folder::read(&path).map_err(|error| {
        Trouble::Input(format!(
            "error: the folder `{}` cannot be read: {error}\nhint: give a folder that is there and that you may read",
            path.display()
        ))
    })?;
    Ok((path, folder))
}
