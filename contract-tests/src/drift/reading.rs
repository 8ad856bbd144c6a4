//! Readings: where a vendor's documents can be read in more than one way, the pack takes one and
//! makes the other a setting. A live answer settles it: the request is played again on simulators
//! that take the other readings, and the one that the answer fits is told.

use std::{collections::BTreeSet, sync::Arc};

use gsp_simulator::{
    pack::{Body, SettingNote, folder::Folder},
    world::Ingredients,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Drift, Expected, Kind,
    patch::{self, Reading, plan_of},
};
use crate::{
    case::{Case, Suite},
    target::Answer,
    verdict::{Reply, Verdict},
};

/// What a run shows of a reading that a case relies on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Settled {
    /// The vendor.
    pub vendor: String,
    /// The case that shows it.
    pub case: String,
    /// The setting.
    pub setting: String,
    /// The pack's reading.
    pub default: Value,
    /// The reading that fits; none where none does.
    pub fits: Option<Value>,
    /// When it was seen.
    pub at: Timestamp,
}

impl Settled {
    /// Whether the pack's reading is the right one.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.fits.as_ref() == Some(&self.default)
    }

    /// In words.
    #[must_use]
    pub fn told(&self) -> String {
        let Self { setting, default, fits, .. } = self;
        match fits {
            Some(fits) if fits == default => {
                format!("the live side goes by `{setting} = {default}`, as the pack does")
            }
            Some(fits) => {
                format!("the live side goes by `{setting} = {fits}`; the pack has {default}")
            }
            None => format!(
                "nothing is settled about `{setting}`: the answer is as none of its choices has it"
            ),
        }
    }
}

/// An answer as a run has it.
#[must_use]
pub fn answer_of(reply: &Reply) -> Answer {
    let date = reply.headers.iter().find(|(name, _)| name == "date");
    let moment_ms = date
        .and_then(|(_, text)| jiff::fmt::rfc2822::parse(text).ok())
        .map(|moment| moment.timestamp().as_millisecond())
        .unwrap_or_default();
    Answer {
        status: reply.status,
        headers: reply.headers.clone(),
        body: reply.body.clone().into_bytes(),
        moment_ms,
        exchange: None,
        opened: None,
        wrong: Vec::new(),
    }
}

/// Tries other readings on what a live side answered.
#[derive(Debug)]
pub struct Readings<'a> {
    ingredients: &'a Ingredients,
    suite: &'a Suite,
}

impl<'a> Readings<'a> {
    /// Of these packs.
    #[must_use]
    pub fn of(ingredients: &'a Ingredients, suite: &'a Suite) -> Self {
        Self { ingredients, suite }
    }

    /// What each case of a run that relies on a reading shows of it.
    pub async fn settle<'run>(
        &self,
        verdicts: impl IntoIterator<Item = &'run Verdict>,
    ) -> Vec<Settled> {
        let mut all = Vec::new();
        for verdict in verdicts.into_iter().filter(|one| one.skipped.is_none()) {
            let Some(case) = self.case(verdict) else { continue };
            let Some(note) = case.asked.reading.as_ref().and_then(|name| note(case, name)) else {
                continue;
            };
            let fits = if verdict.passed() {
                Some(note.value.clone())
            } else if let Some(drift) = verdict.drifts.first() {
                let alternatives = alternatives(note, drift);
                Box::pin(self.first_that_fits(verdict, case, note, alternatives, drift)).await
            } else {
                None
            };
            all.push(Settled {
                vendor: case.vendor.clone(),
                case: verdict.case.clone(),
                setting: note.name.clone(),
                default: note.value.clone(),
                fits,
                at: verdict.at,
            });
        }
        all
    }

    /// The setting whose other value is what the live side does, if a setting is exactly that.
    pub async fn explain(&self, verdict: &Verdict, drift: &Drift) -> Option<Reading> {
        let case = self.case(verdict)?;
        for name in self.candidates(case, drift) {
            let Some(note) = note(case, &name) else { continue };
            let alternatives = alternatives(note, drift);
            let fits =
                Box::pin(self.first_that_fits(verdict, case, note, alternatives, drift)).await;
            if let Some(fits) = fits {
                return Some(Reading { setting: name, default: note.value.clone(), fits });
            }
        }
        None
    }

    fn case(&self, verdict: &Verdict) -> Option<&'a Case> {
        self.suite.cases.iter().find(|case| case.id() == verdict.case)
    }

    /// Settings that may be about a drift: the one that the case relies on, and those that its body
    /// looks at.
    fn candidates(&self, case: &Case, drift: &Drift) -> Vec<String> {
        const MOST: usize = 12;
        let mut names: Vec<String> = case.asked.reading.iter().cloned().collect();
        let of_body = drift.at.starts_with('/') || drift.kind == Kind::Outcome;
        if let Some(plan) = plan_of(case).filter(|_| of_body)
            && matches!(*plan.body, Body::Json(_))
            && let Some(folder) = folder_of(&self.ingredients.fixtures, &case.vendor)
        {
            names.extend(patch::settings_of(folder, &case.vendor, &plan.body_name, &drift.at));
        }
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names.truncate(MOST);
        names
    }

    async fn first_that_fits(
        &self,
        verdict: &Verdict,
        case: &Case,
        note: &SettingNote,
        alternatives: Vec<Value>,
        drift: &Drift,
    ) -> Option<Value> {
        let reply = verdict.exchanges.last()?.reply.as_ref()?;
        let answer = answer_of(reply);
        for value in alternatives {
            let Some(drifts) = self.with(case, &note.name, &value, &answer).await else { continue };
            let same = |one: &Drift, other: &Drift| one.at == other.at && one.kind == other.kind;
            // It fits if this drift is gone and no other one has come in its place.
            let known = |one: &Drift| verdict.drifts.iter().any(|other| same(one, other));
            if !drifts.iter().any(|one| same(one, drift)) && drifts.iter().all(known) {
                return Some(value);
            }
        }
        None
    }

    /// The drifts that are left when a setting has another value; none where it cannot have it.
    async fn with(
        &self,
        case: &Case,
        setting: &str,
        value: &Value,
        answer: &Answer,
    ) -> Option<Vec<Drift>> {
        let mut ingredients = only(self.ingredients, &case.vendor);
        let own = ingredients.settings.entry(case.vendor.clone()).or_default();
        own.insert(setting.to_owned(), toml_of(value));
        let suite = Suite::load(&ingredients).ok()?;
        // What is asked is the same; what comes of it may be another outcome now.
        let other = suite.cases.iter().find(|one| one.id() == case.id())?;
        let expected = Expected::brief(&suite);
        let said = expected.outcome_of(other).await.ok()??;
        expected.compare(&said, answer).await.ok()
    }
}

fn note<'a>(case: &'a Case, name: &str) -> Option<&'a SettingNote> {
    case.pack.setting_notes.iter().find(|note| note.name == name)
}

/// What else a setting may be.
fn alternatives(note: &SettingNote, drift: &Drift) -> Vec<Value> {
    let others = note.choices.iter().filter(|value| **value != note.value).cloned();
    let mut all: Vec<Value> = others.collect();
    if note.choices.is_empty() {
        match (&note.value, drift.kind) {
            (Value::Bool(value), _) => all.push(json!(!value)),
            (Value::String(_), Kind::DateFormat) => all.push(drift.live.clone()),
            _ => {}
        }
    }
    all
}

/// The folder that a vendor is read from.
#[must_use]
pub fn folder_of<'a>(folders: &'a [Folder], vendor: &str) -> Option<&'a Folder> {
    let home = format!("{vendor}/vendor.toml");
    folders.iter().rev().find(|folder| folder.has(&home))
}

/// The same with one vendor only, which is read faster.
fn only(ingredients: &Ingredients, vendor: &str) -> Ingredients {
    let vendors: BTreeSet<String> = ingredients.fixtures.iter().flat_map(Folder::vendors).collect();
    let wanted = |path: &str| {
        let first = path.split('/').next().unwrap_or_default();
        first == vendor || !vendors.contains(first)
    };
    let fixtures = ingredients.fixtures.iter().map(|folder| {
        let files = folder.below("").filter(|path| wanted(path));
        let texts =
            files.filter_map(|path| Some((path.to_owned(), folder.source(path)?.text.to_string())));
        Folder::of_texts(folder.label.clone(), texts.collect::<Vec<_>>())
    });
    let fixtures = fixtures.collect();
    let settings = ingredients.settings.iter().filter(|(name, _)| *name == vendor);
    let settings = settings.map(|(name, own)| (name.clone(), own.clone())).collect();
    let keys = Arc::clone(&ingredients.keys);
    // Stories are about other vendors as well.
    let scenarios = Vec::new();
    Ingredients { fixtures, settings, scenarios, keys, ..ingredients.clone() }
}

/// A value as `--set` takes it.
fn toml_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
