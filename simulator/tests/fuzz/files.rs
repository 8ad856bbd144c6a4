//! Files that people write: packs, stories, personas.

use std::{collections::BTreeMap, sync::LazyLock};

use gsp_simulator::{
    pack::{compile, folder::Folder, settings::Choices, vocabulary::Vocabulary},
    scenario::{
        self, Library,
        compile::{Cast, Stage},
        parameters::Values,
    },
    taxpayers::read_persona,
};

use super::{Edit, are_told, common::WORLD, edited, fuzz, source};

/// The texts of a folder.
fn texts(folder: &Folder) -> BTreeMap<String, String> {
    let text = |path: &str| Some((path.to_owned(), folder.source(path)?.text.to_string()));
    folder.below("").filter_map(text).collect()
}

static STORIES: LazyLock<Vec<(String, String)>> =
    LazyLock::new(|| texts(&Folder::embedded_scenarios()).into_iter().collect());

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::of(&[Folder::embedded_scenarios()]));

/// The smallest pack, which takes the least time to be read.
static PACK: LazyLock<(String, BTreeMap<String, String>)> = LazyLock::new(|| {
    let all = Folder::embedded_fixtures();
    let files = texts(&all);
    let of = |vendor: &str| -> BTreeMap<String, String> {
        let prefix = format!("{vendor}/");
        let own = files.iter().filter(|(path, _)| path.starts_with(&prefix));
        own.map(|(path, text)| (path.clone(), text.clone())).collect()
    };
    let size = |vendor: &String| of(vendor).values().map(String::len).sum::<usize>();
    let smallest = all.vendors().into_iter().min_by_key(size).expect("there are vendors");
    let own = of(&smallest);
    (smallest, own)
});

#[test]
fn a_story_is_read_or_refused_with_words() {
    fuzz::<(u8, Vec<Edit>)>(|(which, edits)| {
        let (path, text) = &STORIES[usize::from(*which) % STORIES.len()];
        let name = path.trim_end_matches(".toml");
        let library = LIBRARY.clone().with(name, Some(source(path, edited(text, edits))));
        let cast = Cast::of(WORLD.register.personas());
        let stage = Stage { packs: &WORLD.packs, vocabulary: &WORLD.vocabulary, cast: &cast };
        match scenario::compile::load(&library, name, &Values::new(), stage) {
            Ok(story) => assert!(story.told().all(|sentence| !sentence.is_empty())),
            Err(findings) => are_told(&findings),
        }
        let more = scenario::check::check(&library, name, stage);
        if !more.is_empty() {
            are_told(&more);
        }
    });
}

#[test]
fn a_pack_is_read_or_refused_with_words() {
    let (vendor, files) = &*PACK;
    let paths: Vec<&String> = files.keys().collect();
    let vocabulary = Folder::embedded_fixtures().source("outcomes.toml");
    let vocabulary = Vocabulary::read(&vocabulary.expect("it is there")).expect("it is right");
    fuzz::<(u8, Vec<Edit>)>(|(which, edits)| {
        let mut files = files.clone();
        // Every second time the pack's main file, which has the most to get wrong.
        let main = format!("{vendor}/vendor.toml");
        let path = if which % 2 == 0 { &main } else { paths[usize::from(*which) % paths.len()] };
        let text = edited(&files[path], edits);
        files.insert(path.clone(), text);
        let folder = Folder::of_texts("fixtures", files);
        if let Err(findings) = compile::load(&folder, vendor, &vocabulary, &Choices::default()) {
            are_told(&findings);
        }
    });
}

#[test]
fn a_persona_is_read_or_refused_with_words() {
    let folder = Folder::embedded_fixtures();
    let personas: Vec<(String, String)> = texts(&folder)
        .into_iter()
        .filter(|(path, _)| path.starts_with("taxpayers/") && Folder::has_ending(path, "json"))
        .collect();
    fuzz::<(u8, Vec<Edit>)>(|(which, edits)| {
        let (path, text) = &personas[usize::from(*which) % personas.len()];
        if let Err(error) = read_persona(path, &edited(text, edits)) {
            assert!(!error.to_string().is_empty());
        }
    });
}
