//! What was used in a day: counts of the whole target, of vendors and of GSTINs, and when they were
//! asked last. Pure: whoever calls says what time it is.

use std::collections::BTreeMap;

use gsp_simulator::model::period::{ist_date, ist_midnight_ms};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::Offset};
use serde::{Deserialize, Serialize};

use super::{
    budget::{Budget, Caps},
    pace::{Sent, Window},
    refused::{Refused, Whose},
};
use crate::client::crypto::{hex, sha256};

/// The form of the file; another one is refused.
pub(super) const FORMAT: u32 = 1;

/// So many GSTINs have counts of their own in a day.
pub(super) const MOST_GSTINS: usize = 4_096;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Requests.
    Calls,
    /// Answers that are errors.
    Errors,
    /// What answers cost.
    Billable,
}

/// What one has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Used {
    /// Requests.
    pub calls: u64,
    /// Answers that are errors.
    pub errors: u64,
    /// What answers cost.
    pub billable: u64,
}

/// The counts of one day in India.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Day {
    all: Used,
    #[serde(default)]
    vendors: BTreeMap<String, Used>,
    /// By the GSTIN's hash: the file tells nobody whose they are.
    #[serde(default)]
    gstins: BTreeMap<String, Used>,
}

/// A vendor that asked for a rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Held {
    pub(super) until: Timestamp,
    pub(super) why: String,
}

/// Everything that is kept between runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ledger {
    pub(super) format: u32,
    pub(super) target: String,
    pub(super) days: BTreeMap<Date, Day>,
    /// Vendors that are left alone.
    #[serde(default)]
    pub(super) held: BTreeMap<String, Held>,
    /// What was sent to each vendor lately, as far as its pace asks for it.
    #[serde(default)]
    pub(super) sent: BTreeMap<String, Vec<Sent>>,
}

/// What a request takes at worst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taking<'a> {
    pub(super) vendor: &'a str,
    pub(super) gstins: &'a [String],
    pub(super) price: u64,
}

/// What was taken, so that what was too much can be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) day: Date,
    pub(super) vendor: String,
    gstins: Vec<String>,
    pub(super) price: u64,
    /// Of the entry in `sent`.
    pub(super) id: u64,
}

/// What becomes of a request.
#[derive(Debug)]
pub(super) enum Turn {
    /// It may be sent now.
    Now(Taken),
    /// It must wait so long, and ask again.
    Later(std::time::Duration),
}

impl What {
    pub(super) const ALL: [Self; 3] = [Self::Calls, Self::Errors, Self::Billable];

    /// The word for many.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Errors => "errors",
            Self::Billable => "billable calls",
        }
    }

    /// The key in the budget.
    #[must_use]
    pub fn setting(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Errors => "errors",
            Self::Billable => "billable",
        }
    }
}

impl Used {
    /// How many of these.
    #[must_use]
    pub fn of(self, what: What) -> u64 {
        match what {
            What::Calls => self.calls,
            What::Errors => self.errors,
            What::Billable => self.billable,
        }
    }

    fn add(&mut self, more: Self) {
        self.calls = self.calls.saturating_add(more.calls);
        self.errors = self.errors.saturating_add(more.errors);
        self.billable = self.billable.saturating_add(more.billable);
    }

    fn give_back(&mut self, less: Self) {
        self.calls = self.calls.saturating_sub(less.calls);
        self.errors = self.errors.saturating_sub(less.errors);
        self.billable = self.billable.saturating_sub(less.billable);
    }
}

impl Caps {
    /// How many of these there may be; `None`: as many as one likes.
    #[must_use]
    pub fn most(&self, what: What) -> Option<u64> {
        let count = match what {
            What::Calls => self.calls,
            What::Errors => self.errors,
            What::Billable => self.billable,
        };
        count.and_then(gsp_simulator::pack::file::Count::most)
    }
}

/// Why the days of a ledger cannot be gone on with: its last day has not come yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FromTheFuture {
    pub(super) last: Date,
    pub(super) today: Date,
}

impl Ledger {
    pub(super) fn new(target: &str) -> Self {
        Self {
            format: FORMAT,
            target: target.to_owned(),
            days: BTreeMap::new(),
            held: BTreeMap::new(),
            sent: BTreeMap::new(),
        }
    }

    /// The day that counts now. A clock that was set back over midnight gives no new budget.
    pub(super) fn day(&self, now: Timestamp) -> Result<Date, FromTheFuture> {
        let today = ist_date(now.as_millisecond());
        let Some((&last, _)) = self.days.last_key_value() else { return Ok(today) };
        if today.checked_add(1.day()).is_ok_and(|tomorrow| last > tomorrow) {
            return Err(FromTheFuture { last, today });
        }
        Ok(today.max(last))
    }

    /// What the whole target, or one of it, has used on a day.
    pub(super) fn used(&self, day: Date, whose: &Whose) -> Used {
        let Some(counts) = self.days.get(&day) else { return Used::default() };
        let found = match whose {
            Whose::All => Some(&counts.all),
            Whose::Vendor(vendor) => counts.vendors.get(vendor),
            Whose::Gstin(gstin) => counts.gstins.get(&self.hash(gstin)),
        };
        found.copied().unwrap_or_default()
    }

    /// Takes what a request takes at worst, all or nothing; or says why not, or when.
    pub(super) fn take(
        &mut self,
        taking: &Taking<'_>,
        budget: &Budget,
        windows: &[Window],
        day: Date,
        now: Timestamp,
        id: u64,
    ) -> Result<Turn, Refused> {
        self.forget(day, now);
        let Taking { vendor, gstins, price } = taking;
        if let Some(held) = self.held.get(*vendor) {
            return Err(Refused::Held {
                vendor: (*vendor).to_owned(),
                why: held.why.clone(),
                until: Some(held.until),
            });
        }
        let mut of_gstins: Vec<&String> = gstins.iter().collect();
        of_gstins.sort();
        of_gstins.dedup();
        let needs = Used { calls: 1, errors: 1, billable: *price };
        let mut caps = vec![
            (Whose::All, budget.of_all()),
            (Whose::Vendor((*vendor).to_owned()), budget.of_vendor(vendor)),
        ];
        caps.extend(
            of_gstins.iter().map(|gstin| (Whose::Gstin((*gstin).clone()), budget.per_gstin)),
        );
        for (whose, caps) in caps {
            let used = self.used(day, &whose);
            for what in What::ALL {
                let Some(most) = caps.most(what) else { continue };
                let (used, needs) = (used.of(what), needs.of(what));
                if used.saturating_add(needs) > most && needs > 0 {
                    return Err(Refused::UsedUp {
                        target: self.target.clone(),
                        what,
                        whose,
                        used,
                        most,
                        needs,
                        frees: next_day(day),
                    });
                }
            }
        }
        let hashes: Vec<_> = of_gstins.iter().map(|gstin| self.hash(gstin)).collect();
        let known = self.days.get(&day).map(|counts| &counts.gstins);
        let is_new = |hash: &&String| known.is_none_or(|known| !known.contains_key(*hash));
        let fresh = hashes.iter().filter(is_new).count();
        if fresh > 0 && known.map_or(0, BTreeMap::len) + fresh > MOST_GSTINS {
            return Err(Refused::TooManyGstins {
                target: self.target.clone(),
                most: MOST_GSTINS,
                frees: next_day(day),
            });
        }
        let sent = self.sent.entry((*vendor).to_owned()).or_default();
        Sent::forget(sent, windows, now.as_millisecond());
        if let Some(wait) = Window::wait(windows, sent, now.as_millisecond()) {
            return Ok(Turn::Later(wait));
        }
        if !windows.is_empty() {
            sent.push(Sent { id, at: now.as_millisecond(), done: None });
        }
        let counts = self.days.entry(day).or_default();
        counts.all.add(needs);
        counts.vendors.entry((*vendor).to_owned()).or_default().add(needs);
        for hash in &hashes {
            counts.gstins.entry(hash.clone()).or_default().add(needs);
        }
        let vendor = (*vendor).to_owned();
        Ok(Turn::Now(Taken { day, vendor, gstins: hashes, price: *price, id }))
    }

    /// Gives back what was taken too much, now that it is known what came.
    pub(super) fn settle(&mut self, taken: &Taken, error: bool, price: u64, now: Timestamp) {
        self.done(&taken.vendor, taken.id, now);
        self.give_back(
            taken,
            Used {
                calls: 0,
                errors: u64::from(!error),
                billable: taken.price.saturating_sub(price),
            },
        );
    }

    /// Gives back all of it: nothing was sent.
    pub(super) fn cancel(&mut self, taken: &Taken) {
        if let Some(sent) = self.sent.get_mut(&taken.vendor) {
            sent.retain(|one| one.id != taken.id);
        }
        self.give_back(taken, Used { calls: 1, errors: 1, billable: taken.price });
    }

    fn give_back(&mut self, taken: &Taken, less: Used) {
        let Some(counts) = self.days.get_mut(&taken.day) else { return };
        counts.all.give_back(less);
        if let Some(used) = counts.vendors.get_mut(&taken.vendor) {
            used.give_back(less);
        }
        for gstin in &taken.gstins {
            if let Some(used) = counts.gstins.get_mut(gstin) {
                used.give_back(less);
            }
        }
    }

    /// A request is under way no more.
    pub(super) fn done(&mut self, vendor: &str, id: u64, now: Timestamp) {
        let sent = self.sent.get_mut(vendor).into_iter().flatten();
        for one in sent.filter(|one| one.id == id) {
            one.done = Some(now.as_millisecond());
        }
    }

    /// Leaves a vendor alone until then.
    pub(super) fn hold(&mut self, vendor: &str, why: &str, until: Timestamp) {
        let held = Held { until, why: why.to_owned() };
        self.held.insert(vendor.to_owned(), held);
    }

    /// Forgets what has no more weight: days before yesterday, rests that are over.
    fn forget(&mut self, day: Date, now: Timestamp) {
        let yesterday = day.saturating_sub(1.day());
        self.days.retain(|known, _| *known >= yesterday);
        self.held.retain(|_, held| held.until > now);
    }

    /// A GSTIN as the file has it.
    fn hash(&self, gstin: &str) -> String {
        let told = format!("{} {gstin}", self.target);
        hex(&sha256(told.as_bytes())[..10])
    }
}

/// When the day after this one begins in India.
pub(super) fn next_day(day: Date) -> Timestamp {
    let next = day.saturating_add(1.day());
    Timestamp::from_millisecond(ist_midnight_ms(next)).unwrap_or(Timestamp::MAX)
}

/// Clocks in India.
pub(super) fn india() -> Offset {
    Offset::from_seconds(5 * 3_600 + 1_800).unwrap_or(Offset::UTC)
}

#[cfg(test)]
mod tests;
