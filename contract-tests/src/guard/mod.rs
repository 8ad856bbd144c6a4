//! The budget guard: what is sent to a target is counted before it is sent, and what is too much is
//! not sent at all.
//!
//! Caps on calls, on errors and on what answers cost, a day, of the whole target, of each vendor and
//! of each GSTIN; and a pace for each vendor. Counts last from run to run in a small file, which
//! several programs may use at once. [`Guard::admit`] waits for the pace, takes what the request can
//! cost at worst and gives a [`Permit`]; [`Permit::settle`] gives back what was too much. A program
//! that ends in between has counted too much, never too little.
//!
//! - [`budget`]: the settings
//! - [`refused`]: why a request is not sent, in words
//! - [`watch`]: the time

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use gsp_simulator::pack::{Pack, file::Count};
use jiff::{SignedDuration, Timestamp};

use self::{
    ledger::{Taken, Taking, Turn},
    pace::Window,
    price::Prices,
    store::Store,
    watch::Wall,
};
use crate::{run::Kind, target::Answer};

pub mod budget;
mod ledger;
mod pace;
mod price;
pub mod refused;
mod store;
pub mod watch;

pub use self::{
    budget::{Budget, Caps, VendorBudget},
    ledger::{Used, What},
    refused::{Refused, Whose},
    store::LedgerError,
    watch::Watch,
};

/// The folder of what is kept between runs, below the current one.
pub const STATE_FOLDER: &str = ".gsp-contract";

/// A vendor that says 429 and not for how long is left alone for this time.
const REST: SignedDuration = SignedDuration::from_secs(60);

/// No rest is longer, whatever the vendor says.
const LONGEST_REST: SignedDuration = SignedDuration::from_hours(24);

/// Lets requests out to one target. Clones share their counts.
#[derive(Clone, Debug)]
pub struct Guard {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    target: String,
    budget: Budget,
    store: Store,
    /// Vendor → what its pack says of it.
    vendors: BTreeMap<String, Vendor>,
    /// A vendor of which nothing is known.
    stranger: Vendor,
    watch: Arc<dyn Watch>,
    /// Vendors that are sent nothing more in this run.
    stopped: Mutex<BTreeMap<String, Refused>>,
    /// Requests whose permits were dropped: under way no more, and never settled.
    dropped: Mutex<Vec<(String, u64)>>,
    /// The ledger could not be kept when an answer came.
    broken: Mutex<Option<LedgerError>>,
    next: AtomicU64,
}

#[derive(Debug)]
struct Vendor {
    prices: Option<Prices>,
    windows: Vec<Window>,
    /// Who waits for its pace stands in a line.
    line: tokio::sync::Mutex<()>,
}

/// A request that shall be sent.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The vendor.
    pub vendor: &'a str,
    /// The endpoint; `edges` for what HTTP itself refuses.
    pub endpoint: &'a str,
    /// The case that it is sent for: `vendor::endpoint::case`.
    pub case: &'a str,
    /// The GSTINs that it asks about.
    pub gstins: &'a [String],
    /// The HTTP status that is promised: being told to slow down is no news to who asked for it.
    pub promised: Option<u16>,
}

/// What came of a request. `default()` is: nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Came<'a> {
    /// HTTP status; none where no answer came.
    pub status: Option<u16>,
    /// Our name for the answer, where a simulator's journal tells it.
    pub outcome: Option<&'a str>,
    /// The vendor's code, where it is known.
    pub code: Option<&'a str>,
    /// The header `retry-after` as it came.
    pub retry_after: Option<&'a str>,
}

/// What has been used, and of how much; a day's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Left {
    /// What was used, what is set aside for requests under way too.
    pub used: Used,
    /// How many calls there may be; none: as many as one likes.
    pub calls: Option<u64>,
    /// How many errors.
    pub errors: Option<u64>,
    /// How much answers may cost.
    pub billable: Option<u64>,
}

/// Leave to send one request. Dropped without being settled, the request counts as the worst that it
/// could have been.
#[derive(Debug)]
#[must_use = "a request that is not settled counts as an error"]
pub struct Permit {
    guard: Guard,
    taken: Option<Taken>,
    endpoint: String,
    case: String,
    promised: Option<u16>,
}

impl<'a> Came<'a> {
    /// What is known of an answer.
    #[must_use]
    pub fn of(answer: &'a Answer) -> Self {
        let header = |wanted: &str| {
            let found = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.as_str())
        };
        let exchange = answer.exchange.as_ref();
        Self {
            status: Some(answer.status),
            outcome: exchange.map(|exchange| exchange.outcome.as_str()),
            code: exchange.map(|exchange| exchange.code.as_str()).filter(|code| !code.is_empty()),
            retry_after: header("retry-after"),
        }
    }

    /// The same, with the code that stands in the answer, where nothing else told one.
    #[must_use]
    pub fn saying(self, code: Option<&'a str>) -> Self {
        Self { code: self.code.or(code), ..self }
    }
}

impl Guard {
    /// The guard of a target: none for a simulator that has no budget. `own` is what `contract.toml`
    /// says; `folder` is [`STATE_FOLDER`].
    #[must_use]
    pub fn of(
        target: &str,
        kind: Kind,
        own: Option<&Budget>,
        packs: &[Arc<Pack>],
        folder: &Path,
    ) -> Option<Self> {
        let budget = match (kind, own) {
            (Kind::Live, own) => own.cloned().unwrap_or_default().or(Budget::careful()),
            (_, Some(own)) => own.clone(),
            (_, None) => return None,
        };
        Some(Self::new(target, budget, packs, folder, Arc::new(Wall)))
    }

    /// A guard with this budget, as it is, going by this watch.
    #[must_use]
    pub fn new(
        target: &str,
        mut budget: Budget,
        packs: &[Arc<Pack>],
        folder: &Path,
        watch: Arc<dyn Watch>,
    ) -> Self {
        for pack in packs {
            if let Some(most) = pace::a_day(pack) {
                let calls = budget.of_vendor(&pack.name).calls.and_then(Count::most);
                let least = calls.map_or(most, |calls| calls.min(most));
                budget.vendors.entry(pack.name.clone()).or_default().calls =
                    Some(Count::Most(least));
            }
        }
        let vendor = |name: &str, pack: Option<&Arc<Pack>>| Vendor {
            prices: pack.map(|pack| Prices::new(Arc::clone(pack))),
            windows: Window::all(budget.pace(name), pack.map(Arc::as_ref)),
            line: tokio::sync::Mutex::new(()),
        };
        let vendors =
            packs.iter().map(|pack| (pack.name.clone(), vendor(&pack.name, Some(pack)))).collect();
        let stranger = vendor("", None);
        // Several programs number their requests in one file.
        let next = AtomicU64::new(rand::random::<u64>() >> 12);
        let inner = Inner {
            target: target.to_owned(),
            store: Store::new(folder, target),
            budget,
            vendors,
            stranger,
            watch,
            stopped: Mutex::default(),
            dropped: Mutex::default(),
            broken: Mutex::default(),
            next,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The target's name.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.inner.target
    }

    /// What holds.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.inner.budget
    }

    /// The file of what was used.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.inner.store.path()
    }

    /// Waits until a request may be sent, and counts it as the worst that it can be.
    ///
    /// # Errors
    ///
    /// Why it must not be sent: a cap is reached, the vendor wants a rest, or it cannot be counted.
    pub async fn admit(&self, wanted: &Wanted<'_>) -> Result<Permit, Refused> {
        let vendor = self.vendor(wanted.vendor);
        let _line = vendor.line.lock().await;
        loop {
            match self.turn(wanted, vendor).await? {
                Turn::Now(taken) => {
                    return Ok(Permit {
                        guard: self.clone(),
                        taken: Some(taken),
                        endpoint: wanted.endpoint.to_owned(),
                        case: wanted.case.to_owned(),
                        promised: wanted.promised,
                    });
                }
                Turn::Later(wait) => self.inner.watch.wait(wait).await,
            }
        }
    }

    /// Why nothing more is sent to a vendor; none where something may be.
    #[must_use]
    pub fn stopped(&self, vendor: &str) -> Option<Refused> {
        held(&self.inner.stopped).get(vendor).cloned()
    }

    /// What was used today, and of how much: of the whole target, a vendor or a GSTIN.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn left(&self, whose: &Whose) -> Result<Left, LedgerError> {
        let ledger = self.inner.store.read()?;
        let day = self.inner.store.day(&ledger, self.inner.watch.now())?;
        let caps = match whose {
            Whose::All => self.inner.budget.of_all(),
            Whose::Vendor(vendor) => self.inner.budget.of_vendor(vendor),
            Whose::Gstin(_) => self.inner.budget.per_gstin,
        };
        Ok(Left {
            used: ledger.used(day, whose),
            calls: caps.most(What::Calls),
            errors: caps.most(What::Errors),
            billable: caps.most(What::Billable),
        })
    }

    /// When today's counts begin anew.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn frees(&self) -> Result<Timestamp, LedgerError> {
        let ledger = self.inner.store.read()?;
        Ok(ledger::next_day(self.inner.store.day(&ledger, self.inner.watch.now())?))
    }

    /// Whether the catalog says that asking again after a while helps with this answer.
    #[must_use]
    pub fn passes(pack: &Arc<Pack>, endpoint: &str, came: &Came<'_>) -> bool {
        Prices::new(Arc::clone(pack)).passes(endpoint, came)
    }

    /// The most that a request to an endpoint can cost, by the pack alone.
    #[must_use]
    pub fn price(pack: &Arc<Pack>, endpoint: &str) -> u64 {
        Prices::new(Arc::clone(pack)).worst(endpoint)
    }

    /// How long so many requests to a vendor take at least.
    #[must_use]
    pub fn takes(&self, vendor: &str, calls: u64) -> Duration {
        Window::takes(&self.vendor(vendor).windows, calls)
    }

    /// The most that a request can cost.
    #[must_use]
    pub fn worst(&self, vendor: &str, endpoint: &str) -> u64 {
        self.vendor(vendor).worst(endpoint)
    }

    fn vendor(&self, name: &str) -> &Vendor {
        self.inner.vendors.get(name).unwrap_or(&self.inner.stranger)
    }

    /// Looks at everything once, with the ledger in hand.
    async fn turn(&self, wanted: &Wanted<'_>, vendor: &Vendor) -> Result<Turn, Refused> {
        let inner = &self.inner;
        if let Some(error) = held(&inner.broken).clone() {
            return Err(error.into());
        }
        if let Some(refused) = self.stopped(wanted.vendor) {
            return Err(refused);
        }
        let mut open = inner.store.open().await?;
        let now = inner.watch.now();
        let day = inner.store.day(&open.ledger, now)?;
        for (vendor, id) in std::mem::take(&mut *held(&inner.dropped)) {
            open.ledger.done(&vendor, id, now);
        }
        let taking = Taking {
            vendor: wanted.vendor,
            gstins: wanted.gstins,
            price: vendor.worst(wanted.endpoint),
        };
        let id = inner.next.fetch_add(1, Ordering::Relaxed);
        let turn = open.ledger.take(&taking, &inner.budget, &vendor.windows, day, now, id)?;
        if matches!(turn, Turn::Now(_)) {
            open.write()?;
        }
        Ok(turn)
    }

    /// Sends a vendor nothing more, in this run and, where it said until when, in others.
    fn stop(&self, vendor: &str, why: String, until: Option<Timestamp>) {
        let refused = Refused::Held { vendor: vendor.to_owned(), why, until };
        held(&self.inner.stopped).entry(vendor.to_owned()).or_insert(refused);
    }
}

impl Vendor {
    fn worst(&self, endpoint: &str) -> u64 {
        self.prices.as_ref().map_or(1, |prices| prices.worst(endpoint))
    }
}

impl Permit {
    /// Tells what came: what was set aside for worse is given back.
    pub async fn settle(mut self, came: &Came<'_>) {
        let Some(taken) = self.taken.take() else { return };
        let guard = self.guard.clone();
        let inner = &guard.inner;
        let now = inner.watch.now();
        let meaning = guard.vendor(&taken.vendor).prices.as_ref().map_or_else(
            || price::unknown(came.status),
            |prices| prices.meaning(&self.endpoint, came),
        );
        let rest = self.rest(came, meaning.exhausted, now);
        if let Some((why, until)) = &rest {
            guard.stop(&taken.vendor, why.clone(), *until);
        }
        let kept: Result<(), LedgerError> = async {
            let mut open = inner.store.open().await?;
            open.ledger.settle(&taken, meaning.error, meaning.price, now);
            if let Some((why, until)) = rest {
                let until = until.unwrap_or_else(|| now.saturating_add(REST).unwrap_or(now));
                open.ledger.hold(&taken.vendor, &why, until);
            }
            open.write()
        }
        .await;
        if let Err(error) = kept {
            *held(&inner.broken) = Some(error);
        }
    }

    /// Nothing was sent: no connection came about. What was taken is given back.
    pub async fn unsent(mut self) {
        let Some(taken) = self.taken.take() else { return };
        let guard = self.guard.clone();
        let inner = &guard.inner;
        let kept: Result<(), LedgerError> = async {
            let mut open = inner.store.open().await?;
            open.ledger.cancel(&taken);
            open.write()
        }
        .await;
        if let Err(error) = kept {
            *held(&inner.broken) = Some(error);
        }
    }

    /// Whether the vendor wants a rest: why, and until when where it says so.
    fn rest(
        &self,
        came: &Came<'_>,
        exhausted: bool,
        now: Timestamp,
    ) -> Option<(String, Option<Timestamp>)> {
        let status = came.status?;
        if self.promised == Some(status) && (status == 429 || exhausted) {
            return None;
        }
        let until = came.retry_after.and_then(|text| rest_until(text, now));
        if status != 429 && until.is_none() && !exhausted {
            return None;
        }
        let header = came.retry_after.map(|text| {
            let short: String =
                text.chars().filter(|letter| !letter.is_control()).take(40).collect();
            format!(" with `Retry-After: {short}`")
        });
        let limit = if exhausted { " and a code of a limit that is used up" } else { "" };
        let why = format!(
            "it answered `{}` with HTTP {status}{}{limit}",
            self.case,
            header.unwrap_or_default()
        );
        Some((why, until))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(taken) = self.taken.take() {
            held(&self.guard.inner.dropped).push((taken.vendor, taken.id));
        }
    }
}

/// `Retry-After`: seconds or a date.
fn rest_until(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    let until = match text.parse::<u32>() {
        Ok(seconds) => now.saturating_add(SignedDuration::from_secs(seconds.into())).ok()?,
        Err(_) => jiff::fmt::rfc2822::parse(text).ok()?.timestamp(),
    };
    let latest = now.saturating_add(LONGEST_REST).ok()?;
    Some(until.clamp(now, latest))
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
