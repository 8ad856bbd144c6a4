//! The register: who is registered under a number, and what they have filed.
//!
//! Hand-written personas come first; everybody else is of the crowd, a pure function of the seed
//! and the number, so nothing is stored and there are any number of them. Knows `model` only.

mod change;
mod crowd;
mod filed;
mod filings;
mod identity;
mod locale;
mod nation;
mod notes;
mod others;
mod persona;
mod place;
mod population;
mod recent;
mod schedule;
mod seats;

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use ahash::AHashMap;
use jiff::civil::Date;

pub(crate) use self::notes::{About, Notes};
pub use self::{
    change::{ChangeError, OfficeChange, PlaceChange, STATUSES, TaxpayerChange},
    others::Others,
    persona::{Persona, PersonaError, PersonaFiling, PersonaFrequency, PersonaPlace, read_persona},
};
pub(crate) use self::{
    filings::stopped_on,
    schedule::owes,
    seats::{Busy, SEATS},
};
use self::{identity::spread, nation::nation, population::Members};
use crate::model::{
    gstin::{Gstin, is_pan},
    taxpayer::Taxpayer,
};

/// How much of the declared population is searched by name.
const SEARCHED: usize = 1_000;

/// Names the stream of random numbers for the registrations of a PAN.
const REGISTRATIONS: u64 = 0x7265_6773;

/// What a tenant says of taxpayers, by GSTIN; settled.
pub type Changes = AHashMap<String, Arc<TaxpayerChange>>;

/// Everybody who is registered.
#[derive(Clone, Debug)]
pub struct Register {
    seed: u64,
    unknown: Unknown,
    entries: Arc<[Entry]>,
    seats: Arc<seats::Seats>,
    /// Where a number stands in `entries`.
    by_gstin: Arc<AHashMap<String, usize>>,
    /// Where the first persona of a PAN stands in `entries`.
    by_pan: Arc<AHashMap<String, usize>>,
    /// Who was asked about lately.
    recent: Arc<recent::Recent>,
    /// Legal names and numbers of the part of the population that is searched by name.
    names: Arc<OnceLock<Vec<(String, Gstin)>>>,
    /// What a tenant says of some.
    changes: Option<Arc<Changes>>,
}

/// Who a well-formed number is that belongs to no persona.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unknown {
    /// Somebody, always the same.
    #[default]
    Somebody,
    /// Nobody, unless it belongs to the declared population.
    NotFound,
}

/// A return that is owed for a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The last day to file it in time.
    pub due: Date,
    /// How many months it tells, the period's being the last.
    pub months: i32,
}

/// A persona, told when it is first asked about.
#[derive(Debug)]
struct Entry {
    seed: u64,
    taxpayer: OnceLock<Box<Taxpayer>>,
    persona: Arc<Persona>,
}

impl Entry {
    fn new(seed: u64, persona: Arc<Persona>) -> Self {
        Self { seed, taxpayer: OnceLock::new(), persona }
    }

    fn taxpayer(&self) -> &Taxpayer {
        self.taxpayer.get_or_init(|| Box::new(self.persona.taxpayer(self.seed)))
    }
}

impl Register {
    /// A register that draws its crowd from `seed`. Of two personas with one number the later
    /// one stays.
    #[must_use]
    pub fn new(seed: u64, personas: Vec<Persona>, unknown: Unknown) -> Self {
        let mut entries: Vec<Entry> = Vec::with_capacity(personas.len());
        let mut by_gstin = AHashMap::with_capacity(personas.len());
        for persona in personas {
            let index = *by_gstin.entry(persona.gstin.clone()).or_insert(entries.len());
            let entry = Entry::new(seed, Arc::new(persona));
            match entries.get_mut(index) {
                Some(earlier) => *earlier = entry,
                None => entries.push(entry),
            }
        }
        let mut by_pan: AHashMap<String, usize> = AHashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            let (taxpayer, persona) = (entry.taxpayer(), &entry.persona);
            // A vendor's masked example may show a PAN that is not its number's.
            if !is_pan(&taxpayer.pan) || persona.gstin.get(2..12) != Some(&taxpayer.pan) {
                continue;
            }
            let first = by_pan.entry(taxpayer.pan.to_string()).or_insert(index);
            // A PAN is absent only if nobody is registered under it.
            if entries[*first].persona.absent && !persona.absent {
                *first = index;
            }
        }
        Self {
            seed,
            unknown,
            seats: Arc::new(seats::Seats::of(seed, &entries)),
            entries: entries.into(),
            by_gstin: Arc::new(by_gstin),
            by_pan: Arc::new(by_pan),
            recent: Arc::default(),
            names: Arc::default(),
            changes: None,
        }
    }

    /// The same personas in a nation of another seed; small, since most of it is made when it is
    /// asked for, and few who were asked about are remembered.
    #[must_use]
    pub fn reseeded(&self, seed: u64) -> Self {
        let again = |entry: &Entry| Entry::new(seed, Arc::clone(&entry.persona));
        let entries: Vec<_> = self.entries.iter().map(again).collect();
        Self {
            seed,
            unknown: self.unknown,
            seats: Arc::new(seats::Seats::of(seed, &entries)),
            entries: entries.into(),
            by_gstin: Arc::clone(&self.by_gstin),
            by_pan: Arc::clone(&self.by_pan),
            recent: Arc::new(recent::Recent::few()),
            names: Arc::default(),
            changes: None,
        }
    }

    /// The same nation as somebody says it is; it shares all but that.
    #[must_use]
    pub fn changed(&self, changes: Arc<Changes>) -> Self {
        Self { changes: Some(changes), ..self.clone() }
    }

    /// What is said of a number in place of what the register has.
    #[must_use]
    pub fn change_of(&self, gstin: &str) -> Option<&TaxpayerChange> {
        self.changes.as_ref()?.get(gstin).map(|change| &**change)
    }

    /// The seed of the crowd.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Who a number is that belongs to no persona.
    #[must_use]
    pub fn unknown(&self) -> Unknown {
        self.unknown
    }

    /// The member of the declared population with this number, where there is one; numbers begin
    /// anew after 316,368.
    #[must_use]
    pub fn member(&self, index: u64) -> Option<Gstin> {
        population::member_at(self.seed, index % population::FIRST_ROUND)
    }

    /// Every persona, in the order given.
    pub fn personas(&self) -> impl Iterator<Item = &Persona> {
        self.entries.iter().map(|entry| &*entry.persona)
    }

    /// The persona with this name, such as `cancelled`.
    #[must_use]
    pub fn persona(&self, name: &str) -> Option<&Persona> {
        self.personas().find(|persona| persona.name == name)
    }

    /// Who is registered under a number on a day; `None` where nobody is.
    ///
    /// A persona is found by its very text and is the same on any day. Anybody else needs a
    /// valid GSTIN and is there from the day of registration on.
    #[must_use]
    pub fn look_up(&self, gstin: &str, on: Date) -> Option<Cow<'_, Taxpayer>> {
        match self.change_of(gstin) {
            None => self.unchanged(gstin, on),
            Some(change) => self.as_changed(gstin, on, change).map(Cow::Owned),
        }
    }

    fn as_changed(&self, gstin: &str, on: Date, change: &TaxpayerChange) -> Option<Taxpayer> {
        if change.absent == Some(true) {
            return None;
        }
        let is = match self.unchanged(gstin, on) {
            Some(taxpayer) => taxpayer.into_owned(),
            None if change.absent == Some(false) => self.unchanged_stand_in(gstin, on),
            None => return None,
        };
        let changed = change.applied(is, on);
        (changed.registered_on <= on || change.absent == Some(false)).then_some(changed)
    }

    /// Who the register says is registered under a number, whatever anybody else says.
    #[must_use]
    pub fn unchanged(&self, gstin: &str, on: Date) -> Option<Cow<'_, Taxpayer>> {
        if let Some(index) = self.by_gstin.get(gstin) {
            let entry = &self.entries[*index];
            return (!entry.persona.absent).then_some(Cow::Borrowed(entry.taxpayer()));
        }
        let number: Gstin = gstin.parse().ok()?;
        if self.unknown == Unknown::NotFound && !population::is_declared(self.seed, &number) {
            return None;
        }
        if self.persona_of_same_pan(&number).is_some_and(|entry| entry.persona.absent) {
            return None;
        }
        let taxpayer = self.of_crowd(&number);
        (taxpayer.registered_on <= on).then(|| Cow::Owned(crowd::as_of(taxpayer, on)))
    }

    /// As [`Self::look_up`], to be shared; who was asked about lately is remembered.
    #[must_use]
    pub fn recall(&self, gstin: &str, on: Date) -> Option<Arc<Taxpayer>> {
        self.remember(gstin, on).map(|(taxpayer, _)| taxpayer)
    }

    /// The same, and whether they were remembered.
    pub(crate) fn remember(&self, gstin: &str, on: Date) -> Option<(Arc<Taxpayer>, bool)> {
        if self.change_of(gstin).is_some() {
            let taxpayer = self.look_up(gstin, on)?.into_owned();
            return Some((Arc::new(taxpayer), false));
        }
        self.recent.recall(gstin, on, || self.unchanged(gstin, on).map(Cow::into_owned))
    }

    /// What was written of who was asked about lately.
    pub(crate) fn notes(&self) -> &Notes {
        self.recent.notes()
    }

    /// Somebody for any text, even a malformed one, whose `gstin` echoes the text.
    #[must_use]
    pub fn stand_in(&self, text: &str, on: Date) -> Taxpayer {
        let somebody = self.unchanged_stand_in(text, on);
        match self.change_of(text) {
            None => somebody,
            Some(change) => change.applied(somebody, on),
        }
    }

    /// As [`Self::stand_in`], whatever anybody else says.
    #[must_use]
    pub fn unchanged_stand_in(&self, text: &str, on: Date) -> Taxpayer {
        if let Some(index) = self.by_gstin.get(text) {
            return self.entries[*index].taxpayer().clone();
        }
        let taxpayer = text
            .parse()
            .map_or_else(|_| crowd::somebody(self.seed, text), |number| self.of_crowd(&number));
        crowd::as_of(taxpayer, on)
    }

    /// All registrations of a PAN on a day, by GSTIN.
    ///
    /// A persona's PAN has the personas' registrations only; anybody else has one to four.
    #[must_use]
    pub fn of_pan(&self, pan: &str, on: Date) -> Vec<Taxpayer> {
        let mut found: Vec<Taxpayer> = if self.by_pan.contains_key(pan) {
            self.entries
                .iter()
                .filter(|entry| entry.taxpayer().pan == pan && !entry.persona.absent)
                .filter_map(|entry| self.look_up(&entry.persona.gstin, on))
                .map(Cow::into_owned)
                .collect()
        } else {
            self.registrations(pan)
                .iter()
                .filter_map(|gstin| self.look_up(gstin.as_str(), on))
                .map(Cow::into_owned)
                .collect()
        };
        let said = self.changes.iter().flat_map(|changes| changes.keys());
        let said = said.filter(|gstin| gstin.get(2..12) == Some(pan));
        found.extend(said.filter_map(|gstin| self.look_up(gstin, on)).map(Cow::into_owned));
        found.sort_unstable_by(|one, other| one.gstin.cmp(&other.gstin));
        found.dedup_by(|one, other| one.gstin == other.gstin);
        found
    }

    /// The first `limit` taxpayers whose legal name has `part` in it, in whatever case: personas,
    /// then the declared population.
    #[must_use]
    pub fn by_legal_name(&self, part: &str, limit: usize, on: Date) -> Vec<Taxpayer> {
        let part = part.to_uppercase();
        let names = self.names.get_or_init(|| {
            self.population(SEARCHED, None)
                .map(|gstin| (self.of_crowd(&gstin).legal_name.into_owned(), gstin))
                .collect()
        });
        let personas = self
            .entries
            .iter()
            .filter(|entry| entry.taxpayer().legal_name.to_uppercase().contains(&part))
            .map(|entry| entry.persona.gstin.as_str());
        let crowd = names
            .iter()
            .filter(|(name, gstin)| {
                name.contains(&part) && !self.by_gstin.contains_key(gstin.as_str())
            })
            .map(|(_, gstin)| gstin.as_str());
        let found = personas.chain(crowd);
        let Some(changes) = &self.changes else {
            let found = found.filter_map(|gstin| self.unchanged(gstin, on));
            return found.take(limit).map(Cow::into_owned).collect();
        };
        // Somebody may have been given this name, and somebody else another.
        let mut said: Vec<_> = changes.keys().map(String::as_str).collect();
        said.sort_unstable();
        let others = found.filter(|gstin| !changes.contains_key(*gstin));
        said.iter()
            .copied()
            .chain(others)
            .filter_map(|gstin| self.look_up(gstin, on))
            .filter(|taxpayer| taxpayer.legal_name.to_uppercase().contains(&part))
            .take(limit)
            .map(Cow::into_owned)
            .collect()
    }

    /// The first `count` of the declared population, of one state if wanted: valid GSTINs whose
    /// PAN serial `0000` nobody real has.
    pub fn population(
        &self,
        count: usize,
        state: Option<&str>,
    ) -> impl Iterator<Item = Gstin> + use<> {
        Members::new(self.seed, state).take(count)
    }

    /// Where a number sits in the network of trade, and whether the seat is a twin's: that of
    /// somebody else, whose partners a stranger has too.
    pub(crate) fn seat_of(&self, gstin: &str) -> (u32, bool) {
        self.seats.seat_of(self.seed, gstin)
    }

    /// Who sits on a seat of the network.
    pub(crate) fn gstin_at(&self, seat: u32) -> Option<Cow<'_, str>> {
        self.seats.gstin_at(self.seed, seat)
    }

    /// Personas whose files tell a number of invoices.
    pub(crate) fn busy(&self) -> &[Busy] {
        self.seats.busy()
    }

    /// Seats of the personas that are operators of electronic commerce.
    pub(crate) fn operators(&self) -> &[u32] {
        self.seats.operators()
    }

    fn persona_of_same_pan(&self, number: &Gstin) -> Option<&Entry> {
        number.pan().and_then(|pan| self.by_pan.get(pan)).map(|index| &self.entries[*index])
    }

    /// Somebody of the crowd, who shares with a persona what a PAN's registrations share.
    fn of_crowd(&self, number: &Gstin) -> Taxpayer {
        let mut taxpayer = crowd::somebody_of_kind(self.seed, number.as_str(), number.kind());
        if let Some(persona) = self.persona_of_same_pan(number).map(Entry::taxpayer) {
            taxpayer.legal_name.clone_from(&persona.legal_name);
            taxpayer.trade_name.clone_from(&persona.trade_name);
            taxpayer.constitution.clone_from(&persona.constitution);
            taxpayer.members.clone_from(&persona.members);
        }
        taxpayer
    }

    /// The numbers a PAN of the crowd is registered under: its home and up to three more.
    fn registrations(&self, pan: &str) -> Vec<Gstin> {
        if !is_pan(pan) {
            return Vec::new();
        }
        let nation = nation();
        let count = match spread(self.seed ^ REGISTRATIONS, pan.as_bytes()) % 20 {
            0..12 => 1,
            12..16 => 2,
            16..18 => 3,
            _ => 4,
        };
        let mut states = vec![identity::home(nation, self.seed, pan.as_bytes()).state.code];
        for turn in 1..count {
            let state = nation.region_by_share(spread(REGISTRATIONS + turn, pan.as_bytes())).state;
            if !states.contains(&state.code) {
                states.push(state.code);
            }
        }
        states.iter().filter_map(|state| Gstin::complete(&format!("{state}{pan}1Z")).ok()).collect()
    }
}

#[cfg(test)]
mod tests;
