//! `gsp-contract replay`: files from which the simulator plays a recording.

use std::{fs, path::PathBuf};

use gsp_contract_tests::recording::{
    Recording,
    file::{self, GOOD_FOR_DAYS},
    replay::{
        self, Files,
        check::{CheckError, Difference},
    },
};
use gsp_simulator::{finding::Source, world::World};
use serde_json::json;

use super::{DONE, MISMATCHES, Packs, Trouble, drawn, print, today};

/// Makes files from which the simulator plays a recording: a story and its people.
///
/// The story answers each recorded request word for word as it was answered then; the people are known to
/// all vendors. `gspsim serve --scenarios DIR/scenarios --fixtures DIR/fixtures --scenario NAME` plays
/// them. With `--check` all that was asked is asked of a simulator in this process that plays them.
///
/// A recording that is older than `--max-age` is refused, and `gspsim check` finds a story that has
/// become so.
///
/// Exit codes: 0 done, 1 an answer is another than the recorded one, 2 a file or an argument is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The recording.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The story's name; left out, the file's.
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// The folder that gets `scenarios/` and `fixtures/taxpayers/`.
    #[arg(long, value_name = "DIR", required_unless_present = "check")]
    out: Option<PathBuf>,
    /// Ask all that was asked of a simulator that plays the files.
    #[arg(long)]
    check: bool,
    /// So many days a recording counts.
    #[arg(long, value_name = "DAYS", default_value_t = GOOD_FOR_DAYS, env = "GSP_CONTRACT_MAX_AGE")]
    max_age: u32,
    #[command(flatten)]
    packs: Packs,
    /// Tell it as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: &Args) -> Result<u8, Trouble> {
    let recording = read(args)?;
    if let Some(finding) = recording.too_old(today(), args.max_age) {
        return Err(drawn(&[finding]));
    }
    let ingredients = args.packs.ingredients()?;
    let world = World::load(&ingredients).map_err(|findings| drawn(&findings))?;
    let stem = || args.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = args.scenario.clone().or_else(stem).unwrap_or_default();
    let files = replay::files(&recording, &world, &name, args.max_age)
        .map_err(|findings| drawn(&findings))?;
    let differences = if args.check {
        replay::check::check(&recording, &files, &name, ingredients).await.map_err(trouble)?
    } else {
        Vec::new()
    };
    let written = write(args, &name, &files)?;
    print(&told(args, &name, &written, &differences, recording.exchanges.len()));
    Ok(if differences.is_empty() { DONE } else { MISMATCHES })
}

fn read(args: &Args) -> Result<Recording, Trouble> {
    let path = args.file.display();
    let unreadable = |why: String| {
        Trouble::Input(format!(
            "error: `{path}` cannot be read: {why}\nhint: name a recording; `gsp-contract record` makes one"
        ))
    };
    let size = fs::metadata(&args.file).map_err(|error| unreadable(error.to_string()))?.len();
    if size > file::LARGEST {
        return Err(unreadable(format!("it is larger than {} MiB", file::LARGEST >> 20)));
    }
    let text = fs::read_to_string(&args.file).map_err(|error| unreadable(error.to_string()))?;
    let source = Source { path: args.file.clone(), text: text.into() };
    Recording::read(&source).map_err(|findings| drawn(&findings))
}

fn trouble(error: CheckError) -> Trouble {
    match error {
        CheckError::Files(findings) => drawn(&findings),
        other => Trouble::Input(format!(
            "error: {other}\nhint: try it by hand: `gspsim serve --scenarios DIR/scenarios --fixtures DIR/fixtures --scenario NAME`"
        )),
    }
}

fn write(args: &Args, name: &str, files: &Files) -> Result<Vec<PathBuf>, Trouble> {
    let Some(folder) = &args.out else { return Ok(Vec::new()) };
    let people = files
        .personas
        .iter()
        .map(|(file, text)| (folder.join("fixtures").join("taxpayers").join(file), text));
    let all: Vec<_> =
        std::iter::once((folder.join("scenarios").join(format!("{name}.toml")), &files.scenario))
            .chain(people)
            .collect();
    // A folder without people is one, too: the simulator is given both.
    let homes = [folder.join("scenarios"), folder.join("fixtures").join("taxpayers")];
    let made = homes.iter().try_for_each(fs::create_dir_all);
    made.and_then(|()| all.iter().try_for_each(|(path, text)| fs::write(path, text))).map_err(
        |error| {
            Trouble::Input(format!(
                "error: cannot write below `{}`: {error}\nhint: give a folder that may be written to",
                folder.display()
            ))
        },
    )?;
    Ok(all.into_iter().map(|(path, _)| path).collect())
}

fn told(
    args: &Args,
    name: &str,
    written: &[PathBuf],
    differences: &[Difference],
    exchanges: usize,
) -> String {
    if args.json {
        let told = json!({
            "scenario": name,
            "exchanges": exchanges,
            "files": written.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
            "checked": args.check,
            "differences": differences,
        });
        return format!("{told:#}\n");
    }
    let mut out = String::new();
    for path in written {
        out += &format!("{}\n", path.display());
    }
    for one in differences {
        out += &format!(
            "exchange {}, {}\n  recorded: {}\n  played:   {}\n",
            one.exchange, one.request, one.recorded, one.played
        );
    }
    if args.check {
        out += &match differences.len() {
            0 => format!("{exchanges} exchanges, each played as it was recorded\n"),
            count => format!("{count} of {exchanges} exchanges are played otherwise\n"),
        };
    }
    if let Some(folder) = &args.out {
        let folder = folder.display();
        out += &format!(
            "Play it: gspsim serve --scenarios {folder}/scenarios --fixtures {folder}/fixtures --scenario {name}\n"
        );
    }
    out
}
