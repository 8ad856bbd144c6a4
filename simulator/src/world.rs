//! The world: all that is read from files, checked and made ready once.

use std::{
    collections::{BTreeMap, HashSet},
    error::Error as _,
    sync::{Arc, OnceLock},
};

use ahash::AHashMap;

use crate::{
    finding::{Finding, Source},
    gstn::keys::KeyRing,
    magic::Magic,
    pack::{Pack, compile, folder::Folder, settings::Choices, vocabulary::Vocabulary},
    render::expression::closest,
    scenario::{
        self, Library, Playing, Scenario,
        compile::{Cast, Stage},
        parameters::Values,
    },
    taxpayers::{Others, Persona, PersonaError, Register, Unknown, read_persona},
    tell::{example::Examples, openapi::Documents},
};

/// What a world is made from.
#[derive(Clone, Debug)]
pub struct Ingredients {
    /// Folders of fixtures; a vendor of a later one replaces one of the same name.
    pub fixtures: Vec<Folder>,
    /// Folders of scenarios; likewise.
    pub scenarios: Vec<Folder>,
    /// Settings of the packs that a user chose.
    pub settings: Choices,
    /// Seed of everything random.
    pub seed: u64,
    /// Who a number is that belongs to no persona.
    pub unknown: Unknown,
    /// Key pairs of the tax network.
    pub keys: Arc<KeyRing>,
}

impl Default for Ingredients {
    fn default() -> Self {
        Self {
            fixtures: vec![Folder::embedded_fixtures()],
            scenarios: vec![Folder::embedded_scenarios()],
            settings: Choices::default(),
            seed: 1,
            unknown: Unknown::Somebody,
            keys: Arc::new(KeyRing::built_in()),
        }
    }
}

/// Stories by name.
pub type Stories = BTreeMap<String, Arc<Scenario>>;

/// Vendors, nation and stories.
#[derive(Debug)]
pub struct World {
    /// Seed of everything random.
    pub seed: u64,
    /// The vendors, by name in alphabetical order.
    pub packs: Vec<Arc<Pack>>,
    /// The outcomes' words.
    pub vocabulary: Vocabulary,
    /// The nation.
    pub register: Arc<Register>,
    /// The nations of other seeds.
    others: Others,
    /// Key pairs of the tax network.
    pub keys: Arc<KeyRing>,
    /// Magic GSTINs.
    pub magic: Magic,
    /// The folders it was read from; examples and persona names are looked up there when asked for.
    pub fixtures: Vec<Folder>,
    /// Requests to show, once they were asked for.
    examples: OnceLock<Examples>,
    /// OpenAPI documents, those that were asked for.
    documents: Documents,
    /// Stories by name, with what settings choose for their parameters.
    pub scenarios: Stories,
    /// Their files.
    stories: Library,
    settings: Choices,
    by_name: AHashMap<String, usize>,
    by_host: AHashMap<String, usize>,
}

impl World {
    /// Reads, checks and makes ready.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any file, at once.
    pub fn load(ingredients: &Ingredients) -> Result<Self, Vec<Finding>> {
        Self::load_after(ingredients, None).map(|(world, _)| world)
    }

    /// Reads all anew. A story that is wrong now stays as it was in this world; what is wrong with
    /// it is told beside the new world.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any other file, at once.
    pub fn reload(&self, ingredients: &Ingredients) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        Self::load_after(ingredients, Some(self))
    }

    fn load_after(
        ingredients: &Ingredients,
        before: Option<&Self>,
    ) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        let mut findings = Vec::new();
        let vocabulary = match last_source(&ingredients.fixtures, "outcomes.toml") {
            Some(source) => keep(Vocabulary::read(&source), &mut findings),
            None => Vocabulary::default(),
        };
        let magic = match last_source(&ingredients.fixtures, "taxpayers/magic.toml") {
            Some(source) => keep(Magic::read(&source, &vocabulary), &mut findings),
            None => Magic::default(),
        };
        let personas = personas(&ingredients.fixtures, &mut findings);
        let cast = Cast::of(personas.iter());
        let packs = packs(ingredients, &vocabulary, &mut findings);
        let unread: Vec<_> = homes(&ingredients.fixtures)
            .into_keys()
            .filter(|name| !packs.iter().any(|pack| pack.name == *name))
            .collect();
        let mut shelf = Shelf {
            library: Library::of(&ingredients.scenarios),
            chosen: &ingredients.settings,
            stage: Stage { packs: &packs, vocabulary: &vocabulary, cast: &cast },
            unread,
        };
        let (mut scenarios, mut broken) = shelf.stories();
        if let Some(before) = before {
            scenarios = keep_stories(before, &mut shelf, scenarios, &broken);
        } else {
            findings.extend(std::mem::take(&mut broken).into_values().flatten());
        }
        let stories = shelf.library;
        let names: Vec<_> =
            packs.iter().map(|pack| pack.name.as_str()).chain(stories.names()).collect();
        for set in ingredients.settings.keys() {
            if !names.contains(&set.as_str()) && findings.is_empty() {
                let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
                findings.push(
                    Finding::new(format!("there is no vendor or story `{set}` to set anything of"))
                        .hint(closest(set, &names)),
                );
            }
        }
        if !findings.is_empty() {
            unique(&mut findings);
            return Err(findings);
        }
        let index = |names: fn(&Pack) -> Vec<String>| {
            packs
                .iter()
                .enumerate()
                .flat_map(|(at, pack)| names(pack).into_iter().map(move |name| (name, at)))
                .collect::<AHashMap<_, _>>()
        };
        let world = Self {
            seed: ingredients.seed,
            by_name: index(|pack| vec![pack.name.clone()]),
            by_host: by_host(&packs, &ingredients.fixtures),
            packs,
            vocabulary,
            register: Arc::new(Register::new(ingredients.seed, personas, ingredients.unknown)),
            others: Others::default(),
            keys: Arc::clone(&ingredients.keys),
            magic,
            fixtures: ingredients.fixtures.clone(),
            examples: OnceLock::new(),
            documents: Documents::default(),
            scenarios,
            stories,
            settings: ingredients.settings.clone(),
        };
        let mut broken: Vec<Finding> = broken.into_values().flatten().collect();
        unique(&mut broken);
        Ok((world, broken))
    }

    /// A story with what somebody chose for its parameters; what settings choose counts where
    /// nothing else is chosen.
    ///
    /// # Errors
    ///
    /// What is wrong with the choice, or with the story for it. `None` where there is no such story.
    #[must_use]
    pub fn story(
        &self,
        name: &str,
        chosen: &Values,
    ) -> Option<Result<Arc<Scenario>, Vec<Finding>>> {
        let story = self.scenarios.get(name)?;
        if chosen.is_empty() {
            return Some(Ok(Arc::clone(story)));
        }
        let mut all = set_for(&self.settings, name);
        all.extend(chosen.clone());
        let cast = Cast::of(self.register.personas());
        let stage = Stage { packs: &self.packs, vocabulary: &self.vocabulary, cast: &cast };
        let story = scenario::compile::load(&self.stories, name, &all, stage);
        Some(story.map(|mut story| {
            story.chosen.clone_from(chosen);
            Arc::new(story)
        }))
    }

    /// A story that was played in another world goes on in this one: with the same choices, and the
    /// progress of the rules that are still the same. `None` where this world does not have it, or
    /// not for these choices.
    #[must_use]
    pub fn resume(&self, playing: &Playing) -> Option<Playing> {
        let before = &playing.scenario;
        let story = self.story(&before.name, &before.chosen)?.ok()?;
        Some(if Arc::ptr_eq(&story, before) { playing.clone() } else { story.adopt(playing) })
    }

    /// Requests to show.
    #[must_use]
    pub fn examples(&self) -> &Examples {
        self.examples.get_or_init(|| Examples::read(&self.fixtures))
    }

    /// OpenAPI documents, kept once they were asked for.
    pub(crate) fn documents(&self) -> &Documents {
        &self.documents
    }

    /// The nation of another seed, with the same personas.
    #[must_use]
    pub fn register_of(&self, seed: u64) -> Arc<Register> {
        self.others.of_seed(seed, &self.register)
    }

    /// The vendor of that name.
    #[must_use]
    pub fn vendor(&self, name: &str) -> Option<&Arc<Pack>> {
        self.by_name.get(name).map(|index| &self.packs[*index])
    }

    /// The vendor with that host name; the port does not count.
    #[must_use]
    pub fn vendor_by_host(&self, host: &str) -> Option<&Arc<Pack>> {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let found = self.by_host.get(name);
        let found = match found {
            None if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                self.by_host.get(&name.to_ascii_lowercase())
            }
            found => found,
        };
        found.map(|index| &self.packs[*index])
    }
}

/// Host name → vendor. One that two vendors claim stays with that of the earlier folder: a copy
/// of a vendor does not take its host name away.
fn by_host(packs: &[Arc<Pack>], folders: &[Folder]) -> AHashMap<String, usize> {
    let home =
        |at: &usize| folders.iter().rposition(|folder| folder.vendors().contains(&packs[*at].name));
    let mut order: Vec<usize> = (0..packs.len()).collect();
    order.sort_by_key(home);
    let mut by_host = AHashMap::new();
    for at in order {
        for host in &packs[at].hosts {
            by_host.entry(host.clone()).or_insert(at);
        }
    }
    by_host
}

/// The stories, and in the place of broken ones those of the world before: told from their files of
/// then, or where those do not go with the vendors of now, as they are.
fn keep_stories(
    before: &World,
    shelf: &mut Shelf<'_>,
    mut stories: Stories,
    broken: &BTreeMap<String, Vec<Finding>>,
) -> Stories {
    if broken.is_empty() {
        return stories;
    }
    for name in broken.keys() {
        let source = before.stories.get(name).cloned();
        shelf.library = std::mem::take(&mut shelf.library).with(name, source);
    }
    let (mut again, _) = shelf.stories();
    for name in broken.keys() {
        if let Some(story) = again.remove(name).or_else(|| before.scenarios.get(name).cloned()) {
            stories.insert(name.clone(), story);
        }
    }
    stories
}

/// Takes out what is told twice: a file that several stories include is read for each of them.
fn unique(findings: &mut Vec<Finding>) {
    let mut seen = HashSet::new();
    findings.retain(|finding| {
        let path = finding.source.as_ref().map(|source| source.path.clone());
        seen.insert((path, finding.span.clone(), finding.message.clone()))
    });
}

fn keep<T: Default>(read: Result<T, Vec<Finding>>, findings: &mut Vec<Finding>) -> T {
    read.unwrap_or_else(|more| {
        findings.extend(more);
        T::default()
    })
}

/// A file of the last folder that has it.
pub(crate) fn last_source(folders: &[Folder], path: &str) -> Option<Source> {
    folders.iter().rev().find_map(|folder| folder.source(path))
}

/// The personas that can be read; findings for the others.
pub(crate) fn personas(folders: &[Folder], findings: &mut Vec<Finding>) -> Vec<Persona> {
    let mut personas = Vec::new();
    for folder in folders {
        for name in folder.below("taxpayers/").filter(|name| Folder::has_ending(name, "json")) {
            let Some(source) = folder.source(&format!("taxpayers/{name}")) else { continue };
            match read_persona(&source.path.display().to_string(), &source.text) {
                Ok(persona) => personas.push(persona),
                Err(error) => findings.push(persona_finding(&error, &source)),
            }
        }
    }
    personas
}

fn persona_finding(error: &PersonaError, source: &Source) -> Finding {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    let finding = Finding::new(format!("{error}{cause}")).within(source);
    let text = &source.text;
    let word = |word: &str| {
        let word = format!("\"{word}\"");
        text.find(&word).map(|start| start..start + word.len())
    };
    let span = match error {
        PersonaError::Parse { source, .. } => {
            let lines = text.split_inclusive('\n').take(source.line().saturating_sub(1));
            let start = lines.map(str::len).sum::<usize>() + source.column().saturating_sub(1);
            Some(start.min(text.len())..start.min(text.len()))
        }
        PersonaError::Gstin { gstin, .. } => word(gstin),
        PersonaError::DatesOutOfOrder { later, .. } => word(later),
        PersonaError::Cancellation { .. } => word("status").or_else(|| word("cancelled_on")),
        PersonaError::Pin { pin, .. } => word(pin),
        PersonaError::Period { period, .. } => word(period),
    };
    let finding = finding.hint("`gspsim schema persona` tells what a persona may say");
    match span {
        Some(span) if text.is_char_boundary(span.start) => finding.at(span),
        _ => finding,
    }
}

/// Vendor → the folder that its pack is read from: the last one that has it.
pub(crate) fn homes(folders: &[Folder]) -> BTreeMap<String, &Folder> {
    folders
        .iter()
        .flat_map(|folder| folder.vendors().into_iter().map(move |vendor| (vendor, folder)))
        .collect()
}

/// The vendors that can be read; findings for the others.
pub(crate) fn packs(
    ingredients: &Ingredients,
    vocabulary: &Vocabulary,
    findings: &mut Vec<Finding>,
) -> Vec<Arc<Pack>> {
    let mut packs = Vec::new();
    for (vendor, folder) in homes(&ingredients.fixtures) {
        match compile::load(folder, &vendor, vocabulary, &ingredients.settings) {
            Ok(pack) => packs.push(Arc::new(pack)),
            Err(more) => findings.extend(more),
        }
    }
    packs
}

/// What stories are made from.
struct Shelf<'load> {
    library: Library,
    chosen: &'load Choices,
    stage: Stage<'load>,
    /// Vendors that cannot be read.
    unread: Vec<String>,
}

impl Shelf<'_> {
    /// All stories that can be played; findings for the others, by name.
    fn stories(&self) -> (Stories, BTreeMap<String, Vec<Finding>>) {
        let mut stories = Stories::new();
        let mut broken = BTreeMap::new();
        for name in self.library.names() {
            let chosen = set_for(self.chosen, name);
            if self.stage.packs.iter().any(|pack| pack.name == name) {
                let finding = Finding::new(format!("a vendor is called `{name}` too"))
                    .hint("give the story another name: `--set` could mean either");
                let finding = self.library.get(name).map(|source| finding.within(source));
                broken.insert(name.to_owned(), finding.into_iter().collect());
                continue;
            }
            match scenario::compile::load(&self.library, name, &chosen, self.stage) {
                Ok(mut story) => {
                    story.chosen = Values::new();
                    stories.insert(name.to_owned(), Arc::new(story));
                }
                // What is said of a vendor that cannot be read waits until it can.
                Err(_) if self.speaks_of_unread(name, &chosen) => {}
                Err(findings) => {
                    broken.insert(name.to_owned(), findings);
                }
            }
        }
        (stories, broken)
    }

    fn speaks_of_unread(&self, name: &str, chosen: &Values) -> bool {
        let Ok(story) = scenario::gather(&self.library, name, chosen) else { return false };
        let mut vendors = story.rules.iter().flat_map(|rule| rule.rule.when.vendor.texts());
        vendors.any(|vendor| self.unread.iter().any(|unread| unread == vendor))
    }
}

/// What settings choose for a story's parameters.
fn set_for(settings: &Choices, story: &str) -> Values {
    let set = settings.get(story).into_iter().flatten();
    set.map(|(name, text)| (name.clone(), text.as_str().into())).collect()
}
