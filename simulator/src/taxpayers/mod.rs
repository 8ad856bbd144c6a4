//! The register: who is registered under a number, and what they have filed.
//!
//! Hand-written personas come first; everybody else is of the crowd, a pure function of the seed
//! and the number, so nothing is stored and there are any number of them. Knows `model` only.

mod crowd;
mod filings;
mod identity;
mod locale;
mod nation;
mod notes;
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
pub use self::persona::{Persona, PersonaError, PersonaFiling, read_persona};
pub(crate) use self::{
    filings::stopped_on,
    schedule::owes,
    seats::{Busy, SEATS},
};
use self::{
    filings::{Filings, quarterly_day},
    identity::spread,
    nation::nation,
    population::Members,
};
use crate::model::{
    gstin::{Gstin, is_pan},
    period::{FinancialYear, Month},
    taxpayer::{Filing, Taxpayer},
};

/// How much of the declared population is searched by name.
const SEARCHED: usize = 1_000;

/// Names the stream of random numbers for the registrations of a PAN.
const REGISTRATIONS: u64 = 0x7265_6773;

/// Everybody who is registered.
#[derive(Debug)]
pub struct Register {
    seed: u64,
    unknown: Unknown,
    entries: Vec<Entry>,
    seats: seats::Seats,
    /// Where a number stands in `entries`.
    by_gstin: AHashMap<String, usize>,
    /// Where the first persona of a PAN stands in `entries`.
    by_pan: AHashMap<String, usize>,
    /// Who was asked about lately.
    recent: recent::Recent,
    /// Legal names and numbers of the part of the population that is searched by name.
    names: OnceLock<Vec<(String, Gstin)>>,
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

/// A persona, ready to be told.
#[derive(Debug)]
struct Entry {
    taxpayer: Taxpayer,
    persona: Persona,
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
            let entry = Entry { taxpayer: persona.taxpayer(seed), persona };
            match entries.get_mut(index) {
                Some(earlier) => *earlier = entry,
                None => entries.push(entry),
            }
        }
        let mut by_pan: AHashMap<String, usize> = AHashMap::new();
        for (index, Entry { taxpayer, persona }) in entries.iter().enumerate() {
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
            seats: seats::Seats::of(seed, &entries),
            entries,
            by_gstin,
            by_pan,
            recent: recent::Recent::default(),
            names: OnceLock::new(),
        }
    }

    /// The seed of the crowd.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Every persona, in the order given.
    pub fn personas(&self) -> impl Iterator<Item = &Persona> {
        self.entries.iter().map(|entry| &entry.persona)
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
        if let Some(index) = self.by_gstin.get(gstin) {
            let entry = &self.entries[*index];
            return (!entry.persona.absent).then_some(Cow::Borrowed(&entry.taxpayer));
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
        self.recent.recall(gstin, on, || self.look_up(gstin, on).map(Cow::into_owned))
    }

    /// What was written of who was asked about lately.
    pub(crate) fn notes(&self) -> &Notes {
        self.recent.notes()
    }

    /// Somebody for any text, even a malformed one, whose `gstin` echoes the text.
    #[must_use]
    pub fn stand_in(&self, text: &str, on: Date) -> Taxpayer {
        if let Some(index) = self.by_gstin.get(text) {
            return self.entries[*index].taxpayer.clone();
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
                .filter(|entry| entry.taxpayer.pan == pan && !entry.persona.absent)
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
            .filter(|entry| entry.taxpayer.legal_name.to_uppercase().contains(&part))
            .map(|entry| entry.persona.gstin.as_str());
        let crowd = names
            .iter()
            .filter(|(name, gstin)| {
                name.contains(&part) && !self.by_gstin.contains_key(gstin.as_str())
            })
            .map(|(_, gstin)| gstin.as_str());
        personas
            .chain(crowd)
            .filter_map(|gstin| self.look_up(gstin, on))
            .take(limit)
            .map(Cow::into_owned)
            .collect()
    }

    /// All returns filed up to and including a day, newest filing first.
    #[must_use]
    pub fn filings(&self, taxpayer: &Taxpayer, on: Date) -> Vec<Filing> {
        let known = self.known(taxpayer, on);
        known.merge(|| Filings::new(self.seed, taxpayer, on).all(), |_| true)
    }

    /// The filed returns for the periods of a financial year, newest filing first.
    #[must_use]
    pub fn filings_of_year(
        &self,
        taxpayer: &Taxpayer,
        year: FinancialYear,
        on: Date,
    ) -> Vec<Filing> {
        let in_year = |filing: &Filing| {
            let month = i8::try_from(filing.period_month).unwrap_or(1).clamp(1, 12);
            year.contains(jiff::civil::date(filing.period_year, month, 1))
        };
        let known = self.known(taxpayer, on);
        known.merge(|| Filings::new(self.seed, taxpayer, on).of_year(year), in_year)
    }

    /// The returns filed on the days of a financial year, newest filing first.
    #[must_use]
    pub fn filings_filed_in_year(
        &self,
        taxpayer: &Taxpayer,
        year: FinancialYear,
        on: Date,
    ) -> Vec<Filing> {
        let mut filings = self.filings(taxpayer, on.min(year.last_day()));
        filings.retain(|filing| year.contains(filing.filed_on));
        filings
    }

    /// The return of one type for one period, where it was filed by a day; cheap.
    #[must_use]
    pub fn filing(
        &self,
        taxpayer: &Taxpayer,
        return_type: &str,
        period: Month,
        on: Date,
    ) -> Option<Filing> {
        let wanted = |filing: &Filing| {
            filing.return_type == return_type
                && filing.period_year == period.year
                && i8::try_from(filing.period_month) == Ok(period.month)
        };
        let known = self.known(taxpayer, on);
        known
            .merge(|| Filings::new(self.seed, taxpayer, on).of_month(period), wanted)
            .into_iter()
            .find(wanted)
    }

    /// The newest filing; cheap.
    #[must_use]
    pub fn last_filing(&self, taxpayer: &Taxpayer, on: Date) -> Option<Filing> {
        match self.by_gstin.get(taxpayer.gstin.as_ref()) {
            // A persona has few filings of its own, or is asked for seldom.
            Some(_) => self.filings(taxpayer, on).into_iter().next(),
            None => Filings::new(self.seed, taxpayer, on).last(),
        }
    }

    /// What taxpayers like this one owe as a return for a period; `None` where they do not.
    ///
    /// Whether this one was registered then is not asked.
    #[must_use]
    pub fn owed(&self, taxpayer: &Taxpayer, return_type: &str, period: Month) -> Option<Owed> {
        let (_, rule) = schedule::rules_for(taxpayer)
            .find(|(_, rule)| rule.return_type == return_type && rule.covers(period))?;
        let quarterly_day = quarterly_day(taxpayer);
        Some(Owed { due: rule.due(period, quarterly_day), months: rule.every.months() })
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
        if let Some(Entry { taxpayer: persona, .. }) = self.persona_of_same_pan(number) {
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

    /// What the file of a persona says of its filings.
    fn known(&self, taxpayer: &Taxpayer, on: Date) -> Known {
        let Some(index) = self.by_gstin.get(taxpayer.gstin.as_ref()) else {
            return Known { all: false, filings: Vec::new() };
        };
        let persona = &self.entries[*index].persona;
        let own = persona.filings.as_ref().unwrap_or(&persona.known_filings);
        Known {
            all: persona.filings.is_some(),
            filings: (1..)
                .zip(own)
                .filter_map(|(serial, own)| own.filing(&taxpayer.state_code, serial))
                .map(|filing| (filing.filed_on <= on, filing))
                .collect(),
        }
    }
}

/// Filings that a persona's file tells.
struct Known {
    /// Whether there are no others.
    all: bool,
    /// Each with whether it has been filed by the day that is asked about.
    filings: Vec<(bool, Filing)>,
}

impl Known {
    /// The file's filings that are `wanted`, and the schedule's where the file has none.
    fn merge(
        self,
        scheduled: impl FnOnce() -> Vec<Filing>,
        wanted: impl Fn(&Filing) -> bool,
    ) -> Vec<Filing> {
        if self.filings.is_empty() && !self.all {
            return scheduled();
        }
        let mut filings = if self.all { Vec::new() } else { scheduled() };
        let key = |filing: &Filing| (filing.period_year, filing.period_month);
        filings.retain(|filing| {
            !self
                .filings
                .iter()
                .any(|(_, own)| own.return_type == filing.return_type && key(own) == key(filing))
        });
        filings.extend(
            self.filings
                .into_iter()
                .filter(|(filed, own)| *filed && wanted(own))
                .map(|(_, own)| own),
        );
        filings.sort_by_key(|filing| std::cmp::Reverse((filing.filed_on, key(filing))));
        filings
    }
}

#[cfg(test)]
mod tests;
