//! Scenarios: stories a user can play; each call is decided by the first rule that fits it.
//!
//! [`mod@file`] is what people write; `gather` puts it together with what it includes and with its
//! parameters, [`compile`] checks it against the packs, [`tell`] tells it in sentences. Rules that
//! name a GSTIN are found by it, so ten thousand of them cost a call no more than one; all others
//! are found by vendor and endpoint.

use std::{cell::OnceCell, fmt, sync::Arc};

use ahash::AHashMap;
use serde_json::Value;

use crate::{
    fault::{Fault, tls::TlsChanges},
    model::{period, reply::Reply},
    pack::file::LimitChange,
    render::{edit::Edits, scene::Scene},
};

mod answer;
mod calendar;

pub mod check;
pub mod compile;
pub mod file;
mod gather;
pub mod parameters;
mod progress;
pub mod tell;
mod when;

pub(crate) use self::gather::gather;
pub use self::{answer::AS_EVER, gather::Library};
use self::{
    answer::{Answer, Answers},
    file::{Per, TaxpayerChanges},
    parameters::{Parameter, Values},
    progress::{Count, Progress},
    when::When,
};

/// A story, ready to be played.
#[derive(Debug)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it tells.
    pub about: String,
    /// Whom it hurts.
    pub hurts: String,
    /// What a good client does.
    pub client: String,
    /// Stories that it includes.
    pub include: Vec<String>,
    /// What whoever plays it may choose, with the values chosen.
    pub parameters: Vec<Parameter>,
    /// What was chosen.
    pub chosen: Values,
    /// How sessions by consent differ while it is played.
    pub consent: file::ConsentChanges,
    /// How large answers differ while it is played.
    pub files: file::FileChanges,
    /// How TLS differs while it is played.
    pub tls: TlsChanges,
    /// How limits differ while it is played.
    pub limits: Vec<LimitChange>,
    rules: Vec<Rule>,
    /// Some rule tells a whole reply, which may be the one to a call that no endpoint takes.
    pub tells_replies: bool,
    /// Names of states.
    states: Vec<String>,
    /// Index of the state it begins in.
    begins: usize,
    /// GSTIN → indices of rules that name it, in order.
    by_gstin: AHashMap<String, Vec<usize>>,
    /// Rules that name none, by vendor.
    desks: Vec<Desk>,
    /// All rules that name none, in order: for a vendor that was not there when it was loaded.
    others: Arc<[usize]>,
}

/// Indices of the rules that a vendor's calls are held against, unless those name a GSTIN.
#[derive(Debug)]
struct Desk {
    vendor: String,
    /// For each endpoint its name and the rules, in order.
    endpoints: Vec<(String, Arc<[usize]>)>,
}

/// One line of a story.
#[derive(Debug)]
struct Rule {
    /// Its name, where it has one.
    name: Option<String>,
    when: When,
    /// So many calls, from and to, both counted from 1.
    calls: Option<(u64, u64)>,
    per: Per,
    chance: Option<f64>,
    answers: Answers,
    effects: Effects,
    go_on: bool,
    /// What it says, as a number.
    print: u64,
    /// How it reads, for people.
    told: String,
}

/// What a rule does beside answering.
#[derive(Debug, Default)]
struct Effects {
    edits: Option<Arc<Edits>>,
    reply: Option<Arc<Reply>>,
    faults: Vec<Fault>,
    /// Index of the state that comes then.
    then_state: Option<usize>,
    limits: Vec<LimitChange>,
    taxpayer: Option<TaxpayerChanges>,
}

/// A story that is being played, with its progress.
#[derive(Clone, Debug)]
pub struct Playing {
    /// The story.
    pub scenario: Arc<Scenario>,
    /// How far it has come.
    pub progress: Arc<Progress>,
}

/// What stories make of a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// Outcome or code, where the answer changes.
    pub answer: Option<Arc<str>>,
    /// The reply word for word, where a story has it.
    pub reply: Option<Arc<Reply>>,
    /// What becomes of the reply's JSON, in order.
    pub edits: Vec<Arc<Edits>>,
    /// What goes wrong on the way, in order.
    pub faults: Vec<Fault>,
    /// What changes about limits, before the call is answered.
    pub limits: Vec<LimitChange>,
    /// What changes about the taxpayer asked about, before the call is answered: JSON merge patches
    /// over its facts.
    pub taxpayer: Vec<Value>,
}

/// A call, as stories are asked about it.
pub struct Asking<'call> {
    /// The call.
    pub scene: &'call Arc<Scene>,
    /// The GSTIN asked about, as sent.
    pub gstin: Option<&'call str>,
    /// Whose call it is.
    pub tenant: &'call str,
    /// Finds the account that calls; asked once, and only by a story that wants to know.
    find_account: &'call dyn Fn() -> Option<String>,
    account: OnceCell<Option<String>>,
}

impl fmt::Debug for Asking<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Asking")
            .field("gstin", &self.gstin)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

impl<'call> Asking<'call> {
    /// A call of a tenant; `account` finds who calls.
    #[must_use]
    pub fn new(
        scene: &'call Arc<Scene>,
        gstin: Option<&'call str>,
        tenant: &'call str,
        account: &'call dyn Fn() -> Option<String>,
    ) -> Self {
        Self { scene, gstin, tenant, find_account: account, account: OnceCell::new() }
    }

    /// The name of the account that calls; none where nobody has the call's credentials.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.get_or_init(self.find_account).as_deref()
    }

    /// What calls are counted for.
    fn key(&self, per: Per) -> Option<&str> {
        match per {
            Per::Scenario => None,
            Per::Gstin => self.gstin,
            Per::Account => self.account(),
        }
    }
}

impl Scenario {
    /// Begins the story.
    #[must_use]
    pub fn begin(self: &Arc<Self>) -> Playing {
        Playing { scenario: Arc::clone(self), progress: Arc::new(Progress::new(self)) }
    }

    /// Takes the story up where another playing of it is: rules that are the same go on counting,
    /// and the story stays in its state where it still has it.
    #[must_use]
    pub fn adopt(self: &Arc<Self>, old: &Playing) -> Playing {
        let progress = Progress::adopt(self, &old.scenario, &old.progress);
        Playing { scenario: Arc::clone(self), progress: Arc::new(progress) }
    }

    /// Indices of the rules that a call is held against and that name no GSTIN, and whether vendor
    /// and endpoint are known to fit.
    fn rules_at(&self, scene: &Scene) -> (&[usize], bool) {
        let desk = self.desks.iter().find(|desk| desk.vendor == scene.pack.name);
        let at =
            desk.zip(scene.endpoint.zip(scene.endpoint())).and_then(|(desk, (at, endpoint))| {
                let (name, rules) = desk.endpoints.get(at)?;
                (*name == endpoint.name).then_some(rules)
            });
        at.map_or((&self.others, false), |rules| (rules, true))
    }
}

impl Playing {
    /// What the story makes of a call; whether it decided it.
    ///
    /// # Errors
    ///
    /// What an expression says.
    pub fn decide(
        &self,
        asked: &Asking<'_>,
        decision: &mut Decision,
    ) -> Result<bool, minijinja::Error> {
        let scenario = &self.scenario;
        let (others, placed) = scenario.rules_at(asked.scene);
        let named = asked.gstin.and_then(|gstin| scenario.by_gstin.get(gstin));
        let mut named = named.map_or(&[][..], Vec::as_slice).iter().peekable();
        let mut others = others.iter().peekable();
        let mut decided = false;
        loop {
            let (next, placed) = match (named.peek(), others.peek()) {
                (Some(one), Some(other)) if one < other => (named.next(), false),
                (Some(_), None) => (named.next(), false),
                (_, Some(_)) => (others.next(), placed),
                (None, None) => break,
            };
            let Some(&index) = next else { break };
            if !self.applies(index, placed, asked, decision)? {
                continue;
            }
            decided = true;
            if !scenario.rules[index].go_on {
                break;
            }
        }
        Ok(decided)
    }

    /// Whether a rule decides the call; what it says is added to the decision.
    fn applies(
        &self,
        index: usize,
        placed: bool,
        asked: &Asking<'_>,
        decision: &mut Decision,
    ) -> Result<bool, minijinja::Error> {
        let rule = &self.scenario.rules[index];
        let when = &rule.when;
        let state = self.progress.state();
        if !(placed || when.fits_place(asked.scene))
            || !(when.states.is_empty() || when.states.contains(&state))
            || !when.fits(asked)?
        {
            return Ok(false);
        }
        let progress = self.progress.rule(index);
        let seen = progress.count(Count::Fitted, rule.per, asked.key(rule.per));
        if rule.calls.is_some_and(|(from, to)| seen < from || seen > to)
            || rule.chance.is_some_and(|chance| !asked.scene.roll(|dice| dice.chance(chance)))
        {
            return Ok(false);
        }
        let Some(answer) = rule.answers.choose(asked, progress, rule.per) else {
            return Ok(false);
        };
        let effects = &rule.effects;
        if let Some(to) = effects.then_state {
            let mut from = (!when.states.is_empty()).then_some(state);
            while !self.progress.go(from, to) {
                // Another call was faster; this one may still fit where the story is now.
                let now = self.progress.state();
                if !when.states.contains(&now) {
                    return Ok(false);
                }
                from = Some(now);
            }
        }
        if let Answer::Word(word) = answer {
            decision.answer.get_or_insert(word);
        }
        if decision.reply.is_none() {
            decision.reply.clone_from(&effects.reply);
        }
        decision.edits.extend(effects.edits.clone());
        decision.faults.extend(effects.faults.iter().cloned());
        decision.limits.extend(effects.limits.iter().cloned());
        if let Some(changes) = &effects.taxpayer {
            decision.taxpayer.push(changes.patch(period::ist_date(asked.scene.call.at_ms)));
        }
        Ok(true)
    }

    /// Calls that fitted each rule so far.
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        self.progress.counts()
    }

    /// The state that the story is in.
    #[must_use]
    pub fn state(&self) -> &str {
        self.scenario.states.get(self.progress.state()).map_or("", String::as_str)
    }
}

/// The file of a new story, with comments, to begin with.
#[must_use]
pub fn new_story(name: &str) -> String {
    include_str!("new.toml").replace("NAME", name)
}

/// The names of a story's parameters; none of one that cannot be read.
#[must_use]
pub fn parameters_of(library: &Library, name: &str) -> Vec<String> {
    let story = gather(library, name, &Values::new());
    story.into_iter().flat_map(|story| story.parameters).map(|one| one.name).collect()
}

/// What all stories make of a call, in the order in which they were begun: the first that answers it
/// has the last word, and what those before it add counts as well.
///
/// # Errors
///
/// What an expression says.
pub fn decide(stories: &[Playing], asked: &Asking<'_>) -> Result<Decision, minijinja::Error> {
    let mut decision = Decision::default();
    for playing in stories {
        playing.decide(asked, &mut decision)?;
        if decision.answer.is_some() || decision.reply.is_some() {
            break;
        }
    }
    Ok(decision)
}

#[cfg(test)]
mod tests;
