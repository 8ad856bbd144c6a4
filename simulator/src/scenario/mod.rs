//! Scenarios: stories a user can play; each call is decided by the first rule that fits it.
//!
//! [`mod@file`] is what people write, [`compile`] checks it against the packs. Rules that name a GSTIN
//! are found by it, so ten thousand of them cost a call no more than one.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ahash::AHashMap;
use http::{HeaderName, Method};
use regex_lite::Regex;

use crate::{
    fault::Fault,
    pack::file::LimitChange,
    render::{
        expression::{Expression, Locals, Scope},
        scene::Scene,
    },
};

pub mod compile;
pub mod file;

/// A story, ready to be played.
#[derive(Debug)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it tells.
    pub about: String,
    /// How sessions by consent differ while it is played.
    pub consent: file::ConsentChanges,
    /// How large answers differ while it is played.
    pub files: file::FileChanges,
    /// How limits differ while it is played.
    pub limits: Vec<LimitChange>,
    rules: Vec<Rule>,
    /// GSTIN → indices of rules that name it, in order.
    by_gstin: AHashMap<String, Vec<usize>>,
    /// Rules that name none, in order.
    others: Vec<usize>,
}

/// One line of a story.
#[derive(Debug)]
pub struct Rule {
    when: When,
    /// So many calls, from and to, both counted from 1.
    calls: Option<(u64, u64)>,
    chance: Option<f64>,
    /// Outcome or code; `None` leaves the answer as it is.
    answer: Option<String>,
    faults: Vec<Fault>,
    /// How the rule reads, for people.
    pub told: String,
}

/// Which calls a rule is about.
#[derive(Debug, Default)]
pub struct When {
    vendor: Option<String>,
    endpoint: Option<String>,
    gstin: Option<String>,
    gstin_pattern: Option<Regex>,
    method: Option<Method>,
    headers: Vec<(HeaderName, String)>,
    holds: Option<Expression>,
}

/// How far a story has come: calls that fitted each rule.
#[derive(Debug)]
pub struct Progress(Vec<AtomicU64>);

/// A story that is being played, with its progress.
#[derive(Clone, Debug)]
pub struct Playing {
    /// The story.
    pub scenario: Arc<Scenario>,
    /// How far it has come.
    pub progress: Arc<Progress>,
}

/// What a story makes of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Outcome or code, where it changes the answer.
    pub answer: Option<String>,
    /// What goes wrong on the way.
    pub faults: Vec<Fault>,
}

impl Scenario {
    /// The rules, as sentences.
    pub fn told(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.told.as_str())
    }

    /// Begins the story.
    #[must_use]
    pub fn begin(self: &Arc<Self>) -> Playing {
        let counters = self.rules.iter().map(|_| AtomicU64::new(0)).collect();
        Playing { scenario: Arc::clone(self), progress: Arc::new(Progress(counters)) }
    }
}

impl Playing {
    /// What the first rule that fits makes of the call.
    ///
    /// # Errors
    ///
    /// What an expression says.
    pub fn decide(
        &self,
        scene: &Arc<Scene>,
        gstin: Option<&str>,
    ) -> Result<Option<Decision>, minijinja::Error> {
        let scenario = &self.scenario;
        let named = gstin.and_then(|gstin| scenario.by_gstin.get(gstin));
        let mut named = named.map_or(&[][..], Vec::as_slice).iter().peekable();
        let mut others = scenario.others.iter().peekable();
        loop {
            let next = match (named.peek(), others.peek()) {
                (Some(one), Some(other)) if one < other => named.next(),
                (Some(_), None) => named.next(),
                (_, Some(_)) => others.next(),
                (None, None) => return Ok(None),
            };
            let Some(&index) = next else { return Ok(None) };
            let rule = &scenario.rules[index];
            if !rule.when.fits(scene, gstin)? {
                continue;
            }
            let seen = self.progress.0[index].fetch_add(1, Ordering::Relaxed) + 1;
            if rule.calls.is_some_and(|(from, to)| seen < from || seen > to) {
                continue;
            }
            if rule.chance.is_some_and(|chance| !scene.roll(|dice| dice.chance(chance))) {
                continue;
            }
            return Ok(Some(Decision { answer: rule.answer.clone(), faults: rule.faults.clone() }));
        }
    }

    /// Calls that fitted each rule so far.
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        self.progress.0.iter().map(|count| count.load(Ordering::Relaxed)).collect()
    }
}

impl When {
    fn fits(&self, scene: &Arc<Scene>, gstin: Option<&str>) -> Result<bool, minijinja::Error> {
        let endpoint = scene.endpoint();
        let fits = self.vendor.as_ref().is_none_or(|vendor| *vendor == scene.pack.name)
            && self
                .endpoint
                .as_ref()
                .is_none_or(|name| endpoint.is_some_and(|endpoint| endpoint.name == *name))
            && self.gstin.as_deref().is_none_or(|wanted| gstin == Some(wanted))
            && self
                .gstin_pattern
                .as_ref()
                .is_none_or(|pattern| gstin.is_some_and(|gstin| pattern.is_match(gstin)))
            && self.method.as_ref().is_none_or(|method| *method == scene.call.method)
            && self
                .headers
                .iter()
                .all(|(name, value)| scene.call.header(name.as_str()) == Some(value));
        if !fits {
            return Ok(false);
        }
        match &self.holds {
            Some(expression) => expression.holds(Scope { scene, locals: &Locals::Empty }),
            None => Ok(true),
        }
    }
}
