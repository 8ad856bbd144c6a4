//! What every command takes: flags, else environment, else `gspsim.toml`, else a default.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::{ArgMatches, Args, ValueEnum, builder::FalseyValueParser, parser::ValueSource};
use gsp_simulator::{
    finding::{Finding, Source},
    memory::clock::Clock,
    pack::{folder::Folder, located::Located},
    taxpayers::Unknown,
    world::Ingredients,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Failure,
    file::{self, FILE_NAME, SettingsFile},
    set,
};

/// Flags of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Print JSON in place of tables and sentences
    #[arg(long, global = true, env = "GSPSIM_JSON", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    json: bool,
    /// Add a folder of vendor folders; one there replaces the built-in one of its name
    #[arg(long, global = true, value_name = "DIR", env = "GSPSIM_FIXTURES", hide_env = true)]
    #[arg(value_delimiter = ',')]
    fixtures: Vec<PathBuf>,
    /// Add a folder of scenarios
    #[arg(long, global = true, value_name = "DIR", env = "GSPSIM_SCENARIOS", hide_env = true)]
    #[arg(value_delimiter = ',')]
    scenarios: Vec<PathBuf>,
    /// Choose what a vendor or a story leaves open; in the environment separated by `;`
    #[arg(long, global = true, value_name = "NAME.SETTING=VALUE")]
    #[arg(env = "GSPSIM_SET", hide_env = true)]
    set: Vec<String>,
    /// Seed of everything random
    #[arg(long, global = true, value_name = "N", env = "GSPSIM_SEED", hide_env = true)]
    seed: Option<u64>,
    /// Who a well-formed GSTIN is that belongs to no persona
    #[arg(long, global = true, env = "GSPSIM_UNKNOWN", hide_env = true, value_name = "WHO")]
    unknown: Option<UnknownChoice>,
    /// Stop the clock at a time such as 2026-04-01T09:00:00Z
    #[arg(long, global = true, value_name = "TIME", env = "GSPSIM_NOW", hide_env = true)]
    now: Option<String>,
    /// Colours in the output
    #[arg(long, global = true, value_name = "WHEN", env = "GSPSIM_COLOR", hide_env = true)]
    pub(crate) color: Option<Color>,
}

/// When to use colours.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Who a well-formed GSTIN is that belongs to no persona.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum UnknownChoice {
    /// Somebody, always the same
    Somebody,
    /// Nobody, unless it belongs to the declared population
    NotFound,
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Origin {
    Flag,
    Environment,
    File,
    Default,
}

/// A value and where it came from, for people who wonder.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Chosen {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) origin: Origin,
}

/// What was chosen for this run.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) json: bool,
    pub(crate) color: Color,
    pub(crate) clock: Clock,
    pub(crate) ingredients: Ingredients,
    /// Each value and where it came from.
    pub(crate) chosen: Vec<Chosen>,
    /// The settings file, where there is one.
    pub(crate) file: Option<(Source, SettingsFile)>,
    /// Parameters that were chosen for the stories that the command is about, whichever they are.
    pub(crate) loose: BTreeMap<String, String>,
    /// What `serve` was given, where that is the command.
    pub(crate) serve_matches: ArgMatches,
}

/// Picks values and remembers where they came from.
pub(crate) struct Picker<'run> {
    matches: &'run ArgMatches,
    chosen: Vec<Chosen>,
}

impl<'run> Picker<'run> {
    pub(crate) fn new(matches: &'run ArgMatches) -> Self {
        Self { matches, chosen: Vec::new() }
    }

    /// Where clap has the value of a flag from; `None` where nobody gave one.
    pub(crate) fn given(&self, name: &str) -> Option<Origin> {
        match self.matches.value_source(&name.replace('-', "_"))? {
            ValueSource::CommandLine => Some(Origin::Flag),
            ValueSource::EnvVariable => Some(Origin::Environment),
            _ => None,
        }
    }

    /// The flag's or environment's value, else the file's, else the default.
    pub(crate) fn pick<T: Clone>(
        &mut self,
        name: &str,
        given: Option<T>,
        file: Option<T>,
        default: T,
        show: impl Fn(&T) -> String,
    ) -> T {
        let (value, origin) = match (self.given(name).zip(given), file) {
            (Some((origin, value)), _) => (value, origin),
            (None, Some(value)) => (value, Origin::File),
            (None, None) => (default, Origin::Default),
        };
        self.note(name, show(&value), origin);
        value
    }

    /// All that was picked.
    pub(crate) fn into_chosen(self) -> Vec<Chosen> {
        self.chosen
    }

    pub(crate) fn note(&mut self, name: &str, value: String, origin: Origin) {
        self.chosen.push(Chosen { name: name.to_owned(), value, origin });
    }
}

impl Session {
    /// Puts flags, environment and the settings file together and reads the folders.
    pub(crate) fn new(global: Global, matches: &ArgMatches) -> Result<Self, Failure> {
        let read = file::read(Path::new("")).map_err(|finding| Failure::findings(vec![finding]))?;
        let (source, settings) = match &read {
            Some((source, settings)) => (Some(source), settings.clone()),
            None => (None, SettingsFile::default()),
        };
        let mut picker = Picker::new(matches);
        let json =
            picker.pick("json", Some(global.json), settings.json, false, ToString::to_string);
        let color = picker.pick("color", global.color, settings.color, Color::Auto, word);
        let seed = picker.pick("seed", global.seed, settings.seed, 1, ToString::to_string);
        let somebody = UnknownChoice::Somebody;
        let unknown = picker.pick("unknown", global.unknown, settings.unknown, somebody, word);
        let written = settings.now.as_ref().map(|now| now.value.clone());
        let now = picker.pick("now", global.now, written, String::new(), Clone::clone);
        let clock = clock(&now, &picker, source.zip(settings.now.as_ref()))?;

        let places = (source, settings.fixtures.as_slice());
        let mut fixtures = vec![Folder::embedded_fixtures()];
        for (folder, place) in folders("fixtures", global.fixtures, places, &mut picker)? {
            check_fixtures(&folder).map_err(|failure| failure.at(place))?;
            fixtures.push(folder);
        }
        let places = (source, settings.scenarios.as_slice());
        let mut scenarios = vec![Folder::embedded_scenarios()];
        let more = folders("scenarios", global.scenarios, places, &mut picker)?;
        scenarios.extend(more.into_iter().map(|(folder, _)| folder));

        let (settings, loose) = set::choices(&global.set, &settings, &mut picker)?;
        Ok(Self {
            json,
            color,
            clock,
            ingredients: Ingredients {
                fixtures,
                scenarios,
                settings,
                seed,
                unknown: match unknown {
                    UnknownChoice::Somebody => Unknown::Somebody,
                    UnknownChoice::NotFound => Unknown::NotFound,
                },
                ..Ingredients::default()
            },
            chosen: picker.chosen,
            file: read,
            loose,
            serve_matches: matches.subcommand_matches("serve").cloned().unwrap_or_default(),
        })
    }
}

/// A choice as it is written.
pub(crate) fn word<T: ValueEnum>(choice: &T) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn clock(
    now: &str,
    picker: &Picker,
    written: Option<(&Source, &Located<String>)>,
) -> Result<Clock, Failure> {
    if now.is_empty() {
        return Ok(Clock::Wall);
    }
    let hint = "write it as RFC 3339 has it, such as 2026-04-01T09:00:00Z or …T14:30:00+05:30";
    match (now.parse::<Timestamp>(), written) {
        (Ok(moment), _) => Ok(Clock::Frozen(moment.as_millisecond())),
        (Err(_), Some((source, located))) if picker.given("now").is_none() => {
            let finding = Finding::new(format!("`{now}` is no time"))
                .at(located.span.clone())
                .within(source)
                .hint(hint);
            Err(Failure::findings(vec![finding]))
        }
        (Err(_), _) => Err(Failure::new(format!("`--now {now}` is no time")).hint(hint)),
    }
}

/// Where the settings file names a folder.
type Place = Option<(Source, std::ops::Range<usize>)>;

/// Reads the folders that flags or environment name, else the file's.
fn folders(
    name: &str,
    given: Vec<PathBuf>,
    (source, written): (Option<&Source>, &[Located<String>]),
    picker: &mut Picker,
) -> Result<Vec<(Folder, Place)>, Failure> {
    let given_by = picker.given(name);
    let wanted: Vec<(PathBuf, Place)> = match given_by {
        Some(_) => given.into_iter().map(|path| (path, None)).collect(),
        None => written
            .iter()
            .map(|path| {
                let place = source.map(|source| (source.clone(), path.span.clone()));
                (PathBuf::from(&path.value), place)
            })
            .collect(),
    };
    let origin = match (given_by, wanted.is_empty()) {
        (Some(origin), _) => origin,
        (None, false) => Origin::File,
        (None, true) => Origin::Default,
    };
    let shown: Vec<_> = wanted.iter().map(|(path, _)| path.display().to_string()).collect();
    picker.note(name, shown.join(", "), origin);
    wanted
        .into_iter()
        .map(|(path, place)| match Folder::read(&path) {
            Ok(folder) => Ok((folder, place)),
            Err(error) => {
                let message = format!("cannot read the folder `{}`: {error}", path.display());
                let hint = "give a folder that is there and that you may read";
                Err(Failure::new(message).hint(hint).at(place))
            }
        })
        .collect()
}

/// What a folder must have to be one of fixtures.
fn check_fixtures(folder: &Folder) -> Result<(), Failure> {
    let label = folder.label.display();
    if folder.source("vendor.toml").is_some() {
        let above = folder.label.parent().filter(|path| *path != Path::new(""));
        let above = above.map_or_else(|| ".".into(), Path::to_string_lossy);
        return Err(Failure::new(format!("`{label}` is a vendor, not a folder of vendors"))
            .hint(format!("give the folder it lies in: `--fixtures {above}`")));
    }
    let useful = !folder.vendors().is_empty()
        || folder.below("taxpayers/").next().is_some()
        || folder.source("outcomes.toml").is_some();
    if useful {
        return Ok(());
    }
    Err(Failure::new(format!("there is no vendor in `{label}`"))
        .hint("a vendor is a folder there with a `vendor.toml`"))
}

impl Failure {
    /// The same, drawn at its place in the settings file, where it has one.
    fn at(mut self, place: Place) -> Self {
        let Some((source, span)) = place else { return self };
        let message = self.message.take().unwrap_or_default();
        let finding = Finding::new(message).at(span).within(&source);
        let hint = self.hint.take().unwrap_or_else(|| format!("mend it in {FILE_NAME}"));
        Self::findings(vec![finding.hint(hint)])
    }
}
