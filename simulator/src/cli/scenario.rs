//! `gspsim scenario`: the stories that can be played.

use clap::Subcommand;
use gsp_simulator::{render::expression::closest, scenario::Scenario};
use serde_json::{Value, json};

use super::{
    Failure, Said, Told,
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
    List,
    /// Show one story's rules
    Show {
        /// Its name
        name: String,
    },
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let told = Told::load(session)?;
    let scenarios = &told.world.scenarios;
    match &args.command {
        Command::List if session.json => {
            let records: Vec<_> = scenarios.values().map(|story| record(story)).collect();
            Ok(Said::json(&records))
        }
        Command::List if scenarios.is_empty() => {
            Ok(Said::text("There are no scenarios; `--scenarios DIR` adds some.\n".to_owned()))
        }
        Command::List => {
            let mut table = Table::new(&["scenario", "about"]).flexible(1);
            for story in scenarios.values() {
                table.row([story.name.clone(), story.about.clone()]);
            }
            Ok(Said::text(table.draw()))
        }
        Command::Show { name } => {
            let story = scenarios.get(name).ok_or_else(|| {
                let names: Vec<_> = scenarios.keys().cloned().collect();
                Failure::new(format!("there is no scenario `{name}`")).hint(closest(name, &names))
            })?;
            Ok(if session.json { Said::json(&record(story)) } else { Said::text(draw(story)) })
        }
    }
}

fn record(story: &Scenario) -> Value {
    let rules: Vec<_> = story.told().collect();
    json!({ "name": story.name, "about": story.about, "rules": rules })
}

fn draw(story: &Scenario) -> String {
    let mut out = format!("{}  {}\n\n", bold(&story.name), story.about);
    for (number, rule) in (1..).zip(story.told()) {
        for (index, line) in wrap(rule, WIDTH - 6).into_iter().enumerate() {
            let mark = if index == 0 { format!("{number}.") } else { String::new() };
            say!(out, "  {mark:<3} {line}\n");
        }
    }
    out + &format!("\n{}\n", dim(&format!("Play it: gspsim serve --scenario {}", story.name)))
}
