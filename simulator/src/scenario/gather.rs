//! From a story's file and those it includes to one list of rules, with parameters put in.

use std::{collections::BTreeMap, ops::Range, path::Path};

use indexmap::IndexMap;
use serde::Deserialize as _;
use serde_json::Value;
use toml::de::{DeTable, Deserializer};

use super::{
    file::{ConsentChanges, FileChanges, RecordedFile, RuleFile, ScenarioFile, TlsFile},
    parameters::{self, Parameter, Values},
};
use crate::{
    finding::{Finding, Source},
    pack::{
        file::{LimitChange, Name},
        folder::Folder,
        located::Located,
    },
    render::expression::closest,
};

/// The files of all stories, by the stories' names.
#[derive(Clone, Debug, Default)]
pub struct Library(BTreeMap<String, Source>);

impl Library {
    /// All files of these folders; of two with one name the later one counts.
    #[must_use]
    pub fn of(folders: &[Folder]) -> Self {
        let mut all = BTreeMap::new();
        for folder in folders {
            for path in folder.below("").filter(|path| Folder::has_ending(path, "toml")) {
                let Some(source) = folder.source(path) else { continue };
                let stem = source.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
                all.insert(stem.unwrap_or_default(), source);
            }
        }
        Self(all)
    }

    /// The file of a story.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Source> {
        self.0.get(name)
    }

    /// Whether a path is that of one of the files.
    #[must_use]
    pub fn has(&self, path: &Path) -> bool {
        self.0.values().any(|source| source.path == path)
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The same with another file for one story, or with none.
    #[must_use]
    pub fn with(mut self, name: &str, source: Option<Source>) -> Self {
        match source {
            Some(source) => self.0.insert(name.to_owned(), source),
            None => self.0.remove(name),
        };
        self
    }
}

/// A story as it is told, all files together.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) hurts: String,
    pub(crate) client: String,
    pub(crate) include: Vec<String>,
    pub(crate) parameters: Vec<Parameter>,
    /// Where it begins, and where that is said.
    pub(crate) state: Option<(Located<String>, Source)>,
    pub(crate) consent: ConsentChanges,
    pub(crate) files: FileChanges,
    /// With the file that says so.
    pub(crate) tls: Option<(TlsFile, Source)>,
    /// With the file that says so.
    pub(crate) limits: Vec<(Vec<LimitChange<Name>>, Source)>,
    pub(crate) rules: Vec<GatheredRule>,
    /// The recordings that it was made from, with the files that say so.
    pub(crate) recorded: Vec<(RecordedFile, Source)>,
    /// Parameters that the story itself declares and nothing uses.
    pub(crate) unused: Vec<String>,
}

/// A rule, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct GatheredRule {
    pub(crate) rule: RuleFile,
    pub(crate) span: Range<usize>,
    pub(crate) source: Source,
    /// What it says, as a number: two rules that say the same have the same.
    pub(crate) print: u64,
}

/// Puts a story together.
///
/// # Errors
///
/// All that is wrong with its file or those it includes.
pub(crate) fn gather(
    library: &Library,
    name: &str,
    chosen: &Values,
) -> Result<Gathered, Vec<Finding>> {
    let mut reading = Reading { library, tables: IndexMap::new(), findings: Vec::new() };
    reading.open(name, &mut Vec::new());
    let Reading { mut tables, mut findings, .. } = reading;
    if !findings.is_empty() {
        return Err(findings);
    }

    // What a story says of a parameter counts before what those that it includes say.
    let mut parameters: IndexMap<String, Parameter> = IndexMap::new();
    for opened in tables.values() {
        for (name, parameter) in parameters::declared(&opened.table) {
            parameters.entry(name).or_insert(parameter);
        }
    }
    parameters::choose(name, &mut parameters, chosen)?;
    let texts = parameters::as_toml(&parameters);
    let mut used = Vec::new();
    let mut files: IndexMap<String, Read> = IndexMap::new();
    for (name, opened) in &mut tables {
        let mut found = Vec::new();
        used.extend(parameters::fill(&mut opened.table, &parameters, &texts, &mut found));
        let prints = prints(&opened.table);
        let deserializer = Deserializer::from(toml::Spanned::new(
            opened.span.clone(),
            std::mem::take(&mut opened.table),
        ));
        let file = ScenarioFile::deserialize(deserializer);
        // A name that stands for nothing is the cause of a value that does not fit.
        match file {
            Err(error) if found.is_empty() => found.push(Finding::from_toml(&error)),
            Err(_) => {}
            Ok(file) if file.name.value != *name => found.push(
                Finding::new(format!("the story is called `{}`, its file is not", file.name))
                    .at(file.name.span.clone())
                    .hint("give both the same name"),
            ),
            Ok(file) => {
                found.extend(twice(&file));
                let source = opened.source.clone();
                files.insert(name.clone(), Read { file, source, prints });
            }
        }
        findings.extend(found.into_iter().map(|finding| finding.within(&opened.source)));
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut seen = Vec::new();
    let rules = flatten(name, &files, &mut seen, &mut findings);
    let mut consent = ConsentChanges::default();
    let mut changes = FileChanges::default();
    let mut tls = None;
    let mut state = None;
    let mut limits = Vec::new();
    let mut recorded = Vec::new();
    for read in seen.iter().filter_map(|name| files.get(name)) {
        consent = consent.over(&read.file.consent);
        changes = changes.over(&read.file.files);
        tls = tls.or_else(|| {
            read.file.tls.fault.is_some().then(|| (read.file.tls.clone(), read.source.clone()))
        });
        limits.push((read.file.limits.clone(), read.source.clone()));
        recorded.extend(read.file.recorded.clone().map(|one| (one, read.source.clone())));
        state = state.or(read.file.state.clone().map(|state| (state, read.source.clone())));
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let own = files.swap_remove(name).ok_or_else(Vec::new)?.file;
    let unused = own.parameters.keys().filter(|name| !used.contains(name)).cloned().collect();
    Ok(Gathered {
        name: own.name.value,
        about: own.about,
        hurts: own.hurts,
        client: own.client,
        include: own.include.into_iter().map(|name| name.value).collect(),
        parameters: parameters.into_values().collect(),
        state,
        consent,
        files: changes,
        tls,
        limits,
        rules,
        recorded,
        unused,
    })
}

/// A file that was opened: its table is yet to be filled.
struct Opened<'text> {
    source: Source,
    table: DeTable<'text>,
    span: Range<usize>,
}

/// A file that was read.
struct Read {
    file: ScenarioFile,
    source: Source,
    prints: Vec<u64>,
}

struct Reading<'library> {
    library: &'library Library,
    /// The story first, then what it includes, each once.
    tables: IndexMap<String, Opened<'library>>,
    findings: Vec<Finding>,
}

impl Reading<'_> {
    /// Opens a file and those it includes; `chain` is how it came to be opened.
    fn open(&mut self, name: &str, chain: &mut Vec<String>) {
        if self.tables.contains_key(name) {
            return;
        }
        let library = self.library;
        let Some(source) = library.get(name) else { return };
        let parsed = match DeTable::parse(&source.text) {
            Ok(parsed) => parsed,
            Err(error) => return self.findings.push(Finding::from_toml(&error).within(source)),
        };
        let span = parsed.span();
        let table = parsed.into_inner();
        let included: Vec<Located<String>> = table
            .get("include")
            .and_then(|node| node.get_ref().as_array())
            .into_iter()
            .flatten()
            .filter_map(|item| {
                let value = item.get_ref().as_str()?.to_owned();
                Some(Located { value, span: item.span() })
            })
            .collect();
        self.tables.insert(name.to_owned(), Opened { source: source.clone(), table, span });
        chain.push(name.to_owned());
        for other in included {
            let find = |message: String, hint: String| {
                Finding::new(message).at(other.span.clone()).within(source).hint(hint)
            };
            if let Some(at) = chain.iter().position(|above| *above == other.value) {
                let mut circle: Vec<_> =
                    chain[at..].iter().map(|name| format!("`{name}`")).collect();
                circle.push(format!("`{}`", other.value));
                self.findings.push(find(
                    format!("a story cannot include itself: {}", circle.join(" includes ")),
                    "take one of the `include`s out".to_owned(),
                ));
            } else if library.get(&other.value).is_none() {
                let names: Vec<_> = library.names().map(str::to_owned).collect();
                self.findings.push(find(
                    format!("there is no story `{}` to include", other.value),
                    closest(&other.value, &names),
                ));
            } else {
                self.open(&other.value, chain);
            }
        }
        chain.pop();
    }
}

/// What each rule of a file says, as a number.
fn prints(table: &DeTable<'_>) -> Vec<u64> {
    let hasher = ahash::RandomState::with_seeds(1, 2, 3, 4);
    let rules = table.get("rule").and_then(|node| node.get_ref().as_array());
    rules
        .into_iter()
        .flatten()
        .map(|rule| {
            let said: Value = parameters::to_json(rule.get_ref());
            hasher.hash_one(said.to_string())
        })
        .collect()
}

/// Rules of one file that have the same name.
fn twice(file: &ScenarioFile) -> Vec<Finding> {
    let names: Vec<_> = file.rules.iter().filter_map(|rule| rule.name.as_ref()).collect();
    let again = |at: &usize| names[..*at].iter().any(|name| name.value == names[*at].value);
    (0..names.len())
        .filter(again)
        .map(|at| {
            Finding::new(format!("two rules are called `{}`", names[at]))
                .at(names[at].span.clone())
                .hint("give one of them another name, or none")
        })
        .collect()
}

/// The rules of a story: its own, then those of each story that it includes, but for those in whose
/// place it puts one of its own. `seen` gets the stories in their order.
fn flatten(
    name: &str,
    files: &IndexMap<String, Read>,
    seen: &mut Vec<String>,
    findings: &mut Vec<Finding>,
) -> Vec<GatheredRule> {
    if seen.iter().any(|known| known == name) {
        return Vec::new();
    }
    seen.push(name.to_owned());
    let Some(read) = files.get(name) else { return Vec::new() };
    let mut below: Vec<GatheredRule> = Vec::new();
    for other in &read.file.include {
        let more = flatten(&other.value, files, seen, findings);
        for rule in &more {
            let named = |one: &RuleFile| one.name.as_ref().map(|name| name.value.clone());
            let Some(name) = named(&rule.rule) else { continue };
            let is_mine = read.file.rules.iter().any(|own| named(own).as_ref() == Some(&name));
            if !is_mine && below.iter().any(|one| named(&one.rule).as_ref() == Some(&name)) {
                findings.push(
                    Finding::new(format!("two stories that are included have a rule `{name}`"))
                        .at(other.span.clone())
                        .within(&read.source)
                        .hint("put a rule of that name here, which takes the place of both"),
                );
            }
        }
        below.extend(more);
    }
    let mut own = Vec::new();
    for (at, rule) in read.file.rules.iter().enumerate() {
        let gathered = GatheredRule {
            rule: rule.value.clone(),
            span: rule.span.clone(),
            source: read.source.clone(),
            print: read.prints.get(at).copied().unwrap_or_default(),
        };
        let same = |other: &GatheredRule| {
            let name = rule.name.as_ref().map(|name| &name.value);
            name.is_some() && other.rule.name.as_ref().map(|name| &name.value) == name
        };
        match below.iter().position(same) {
            Some(place) => {
                let mut at = 0;
                below.retain(|other| {
                    at += 1;
                    at - 1 <= place || !same(other)
                });
                below[place] = gathered;
            }
            None => own.push(gathered),
        }
    }
    own.extend(below);
    own
}
