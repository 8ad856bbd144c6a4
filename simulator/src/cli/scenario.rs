//! `gspsim scenario`: the stories that can be played, and a new one to begin with.

use std::{fs, io::Write as _, path::PathBuf};

use clap::Subcommand;
use gsp_simulator::{
    render::expression::closest,
    scenario::{self, Scenario},
    world::World,
};

use super::{
    Failure, Said,
    global::Session,
    paint::{Table, WIDTH, bold, dim, wrap},
};

/// What `scenario` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List all stories
    List {
        /// As Markdown: each with whom it hurts and what a good client does
        #[arg(long)]
        markdown: bool,
    },
    /// Tell one story: what it does, whom it hurts, what a good client does
    Show {
        /// Its name
        name: String,
    },
    /// Write a new story, with comments, to begin with
    New {
        /// Its name, such as `slow-evening`
        name: String,
        /// The folder it is written into; made where it is not there
        #[arg(long, value_name = "DIR", default_value = "scenarios")]
        to: PathBuf,
    },
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    match &args.command {
        Command::List { markdown } => {
            session.nothing_loose()?;
            let world = World::load(&session.ingredients).map_err(Failure::findings)?;
            Ok(list(session, &world, *markdown))
        }
        Command::Show { name } => {
            let ingredients = session.ingredients_for(std::slice::from_ref(name))?;
            let world = World::load(&ingredients).map_err(Failure::findings)?;
            let story = world.scenarios.get(name).ok_or_else(|| {
                let names: Vec<_> = world.scenarios.keys().cloned().collect();
                Failure::new(format!("there is no scenario `{name}`")).hint(closest(name, &names))
            })?;
            Ok(if session.json { Said::json(&story.record(None)) } else { Said::text(draw(story)) })
        }
        Command::New { name, to } => {
            session.nothing_loose()?;
            new(session, name, to)
        }
    }
}

fn list(session: &Session, world: &World, markdown: bool) -> Said {
    let stories = || world.scenarios.values().map(|story| &**story);
    if session.json {
        return Said::json(&stories().map(|story| story.record(None)).collect::<Vec<_>>());
    }
    if world.scenarios.is_empty() {
        return Said::text("There are no scenarios; `--scenarios DIR` adds some.\n".to_owned());
    }
    if markdown {
        return Said::text(scenario::tell::markdown(stories()));
    }
    let mut table = Table::new(&["scenario", "about"]).flexible(1);
    for story in stories() {
        table.row([story.name.clone(), story.about.clone()]);
    }
    Said::text(table.draw())
}

fn new(session: &Session, name: &str, to: &PathBuf) -> Result<Said, Failure> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || !name.bytes().all(letters) || name.starts_with('-') {
        return Err(Failure::new(format!("a story cannot be called `{name}`"))
            .hint("small letters, digits and `-`, such as `slow-evening`"));
    }
    let path = to.join(format!("{name}.toml"));
    let wrong = |error: std::io::Error| {
        let failure = Failure::new(format!("cannot write `{}`: {error}", path.display()));
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                failure.hint("give another name, or another folder by `--to DIR`")
            }
            _ => failure.hint("give a folder that may be written to by `--to DIR`"),
        }
    };
    fs::create_dir_all(to).map_err(wrong)?;
    let mut file = fs::File::create_new(&path).map_err(wrong)?;
    file.write_all(scenario::new_story(name).as_bytes()).map_err(wrong)?;
    let (path, folder) = (path.display().to_string(), to.display());
    if session.json {
        return Ok(Said::json(&serde_json::json!({ "written": path })));
    }
    let play = format!("gspsim serve --scenarios {folder} --scenario {name}");
    Ok(Said::text(format!("{path} written\n{}\n", dim(&format!("Play it: {play}")))))
}

fn draw(story: &Scenario) -> String {
    let mut out = format!("{}  {}\n", bold(&story.name), story.about);
    for (title, text) in [("Hurts", &story.hurts), ("A good client", &story.client)] {
        if !text.is_empty() {
            say!(out, "\n{}\n", bold(title));
            for line in wrap(text, WIDTH - 2) {
                say!(out, "  {line}\n");
            }
        }
    }
    if !story.parameters.is_empty() {
        say!(out, "\n{}\n", bold("Parameters"));
        let mut table = Table::new(&["name", "value", "about"]).indented(2).flexible(2);
        for parameter in &story.parameters {
            let value = parameter.value.to_string();
            table.row([parameter.name.clone(), value, parameter.about.clone()]);
        }
        out += &table.draw();
    }
    if let [begins, others @ ..] = story.states() {
        say!(out, "\n{}\n", bold("States"));
        say!(out, "  It begins in `{begins}` and may come to `{}`.\n", others.join("`, `"));
    }
    let throughout = story.throughout();
    if !throughout.is_empty() {
        say!(out, "\n{}\n", bold("For as long as it is played"));
        for line in throughout {
            say!(out, "  - {line}\n");
        }
    }
    if story.told().next().is_some() {
        say!(out, "\n{}\n", bold("Rules"));
    }
    for (number, rule) in (1..).zip(story.told()) {
        for (index, line) in wrap(rule, WIDTH - 6).into_iter().enumerate() {
            let mark = if index == 0 { format!("{number}.") } else { String::new() };
            say!(out, "  {mark:<3} {line}\n");
        }
    }
    let mut play = format!("gspsim serve --scenario {}", story.name);
    if let Some(parameter) = story.parameters.first() {
        say!(play, " --set {}.{}={}", story.name, parameter.name, parameter.value);
    }
    out + &format!("\n{}\n", dim(&format!("Play it: {play}")))
}
