//! `--set`: what somebody chose of what vendors and stories leave open.

use std::{collections::BTreeMap, env};

use gsp_simulator::{
    pack::settings::Choices,
    render::expression::closest,
    scenario::{Library, parameters_of},
    world::Ingredients,
};

use super::{
    Failure,
    file::SettingsFile,
    global::{Origin, Picker, Session},
};

/// Separates settings in `GSPSIM_SET`.
const SET_SEPARATOR: char = ';';

/// Settings of vendors and stories: the file's, then those of the environment, then those of flags;
/// and apart from them those that name neither.
pub(super) fn choices(
    given: &[String],
    file: &SettingsFile,
    picker: &mut Picker,
) -> Result<(Choices, BTreeMap<String, String>), Failure> {
    let mut loose = BTreeMap::new();
    let mut all: BTreeMap<(String, String), (String, Origin)> = BTreeMap::new();
    for (vendor, settings) in &file.settings {
        for (name, value) in settings {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            all.insert((vendor.clone(), name.clone()), (text, Origin::File));
        }
    }
    let environment = env::var("GSPSIM_SET").unwrap_or_default();
    let from_environment = environment.split(SET_SEPARATOR).filter(|text| !text.trim().is_empty());
    let by_flag = picker.given("set") == Some(Origin::Flag);
    let flags = given.iter().map(String::as_str).filter(|_| by_flag);
    let texts = from_environment
        .map(|text| (text.trim(), Origin::Environment))
        .chain(flags.map(|text| (text, Origin::Flag)));
    for (text, origin) in texts {
        let Some((key, value)) = text.split_once('=') else {
            return Err(Failure::new(format!("`--set {text}` cannot be read"))
                .hint("write `--set VENDOR.SETTING=VALUE` or `--set STORY.PARAMETER=VALUE`"));
        };
        let (key, value) = (key.trim(), value.trim());
        let Some((vendor, name)) = key.split_once('.') else {
            picker.note(&format!("set.{key}"), value.to_owned(), origin);
            loose.insert(key.to_owned(), value.to_owned());
            continue;
        };
        all.insert((vendor.to_owned(), name.to_owned()), (value.to_owned(), origin));
    }
    let mut choices = Choices::new();
    for ((vendor, name), (value, origin)) in all {
        picker.note(&format!("settings.{vendor}.{name}"), value.clone(), origin);
        choices.entry(vendor).or_default().insert(name, value);
    }
    Ok((choices, loose))
}

impl Session {
    /// What the world is made from, where the command is about these stories: what was chosen
    /// without a story's name is chosen for each of them that has such a parameter.
    pub(crate) fn ingredients_for(&self, stories: &[String]) -> Result<Ingredients, Failure> {
        let mut ingredients = self.ingredients.clone();
        let library = Library::of(&ingredients.scenarios);
        let known: Vec<(&String, Vec<String>)> =
            stories.iter().map(|name| (name, parameters_of(&library, name))).collect();
        for (parameter, value) in &self.loose {
            let having: Vec<_> =
                known.iter().filter(|(_, parameters)| parameters.contains(parameter)).collect();
            if having.is_empty() {
                let all: Vec<String> = known.iter().flat_map(|(_, all)| all.clone()).collect();
                let message = match stories {
                    [] => return Err(loose(parameter, value)),
                    [story] => format!("`{story}` has no parameter `{parameter}`"),
                    _ => format!("none of the stories played has a parameter `{parameter}`"),
                };
                return Err(Failure::new(message).hint(closest(parameter, &all)));
            }
            for (story, _) in having {
                let settings = ingredients.settings.entry((*story).clone()).or_default();
                settings.entry(parameter.clone()).or_insert_with(|| value.clone());
            }
        }
        Ok(ingredients)
    }

    /// Refuses what was chosen without a name, where the command is about no story.
    pub(crate) fn nothing_loose(&self) -> Result<(), Failure> {
        self.loose.iter().next().map_or(Ok(()), |(name, value)| Err(loose(name, value)))
    }
}

fn loose(name: &str, value: &str) -> Failure {
    Failure::new(format!("`--set {name}={value}` does not say of what"))
        .hint("write `--set VENDOR.SETTING=VALUE` or `--set STORY.PARAMETER=VALUE`")
}
