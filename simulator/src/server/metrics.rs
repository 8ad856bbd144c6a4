//! Numbers for Prometheus: counted as calls are answered, told when somebody asks.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

use super::App;
use crate::{coverage::Coverage, exchange::OURS, fault::Fault};

/// Bounds of the waits, in seconds.
const WAITS: [f64; 9] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// What was counted since the start, all tenants together; nothing takes it back.
#[derive(Debug)]
pub(crate) struct Totals {
    /// Replies of vendors.
    pub(super) coverage: Coverage,
    /// Calls that no vendor has words for, in the order of [`OURS`].
    ours: [AtomicU64; OURS.len()],
    /// Faults, in the order of [`Fault::KINDS`].
    faults: [AtomicU64; Fault::KINDS.len()],
    /// Waits before the first byte, of replies that had one.
    waits: Histogram,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            coverage: Coverage::default(),
            ours: Default::default(),
            faults: Default::default(),
            waits: Histogram::new(WAITS),
        }
    }
}

impl Totals {
    /// Counts a call that no vendor has words for.
    pub(super) fn count_ours(&self, outcome: &str) {
        if let Some(at) = OURS.iter().position(|known| *known == outcome) {
            self.ours[at].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts what was made to go wrong.
    pub(super) fn count_faults(&self, faults: &[&str]) {
        for fault in faults {
            if let Some(at) = Fault::KINDS.iter().position(|known| known == fault) {
                self.faults[at].fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Keeps a wait; one of no time at all is none.
    pub(super) fn wait(&self, wait: std::time::Duration) {
        if !wait.is_zero() {
            self.waits.observe(wait.as_secs_f64());
        }
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    vendor: String,
    endpoint: String,
    outcome: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Unanswered {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Wrong {
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Opened {
    by: &'static str,
}

/// All numbers, as Prometheus reads them.
pub(super) fn told(app: &App) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("gspsim");
    let calls = Family::<Answered, Counter>::default();
    app.totals.coverage.each(|met| {
        let labels = Answered {
            vendor: met.pack.name.clone(),
            endpoint: met.endpoint.map(|endpoint| endpoint.name.clone()).unwrap_or_default(),
            outcome: met.plan.outcome.to_string(),
            status: met.plan.status.as_u16(),
        };
        calls.get_or_create(&labels).inc_by(met.calls);
    });
    registry.register("calls", "Calls that a vendor answered, by what it said", calls);
    let unanswered = Family::<Unanswered, Counter>::default();
    for (outcome, counted) in OURS.iter().zip(&app.totals.ours) {
        let counter = unanswered.get_or_create(&Unanswered { outcome });
        counter.inc_by(counted.load(Ordering::Relaxed));
    }
    registry.register("unanswered_calls", "Calls that no vendor has words for", unanswered);
    let faults = Family::<Wrong, Counter>::default();
    for (kind, counted) in Fault::KINDS.iter().zip(&app.totals.faults) {
        let counter = faults.get_or_create(&Wrong { kind });
        counter.inc_by(counted.load(Ordering::Relaxed));
    }
    registry.register("faults", "What was made to go wrong with replies", faults);
    registry.register_with_unit(
        "planned_wait",
        "Waits before the first byte, of replies that had one",
        Unit::Seconds,
        app.totals.waits.clone(),
    );
    of_tenants(app, &mut registry);
    let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("build", "The program", build);
    let mut out = String::new();
    text::encode(&mut out, &registry)?;
    Ok(out)
}

/// What the tenants have now.
fn of_tenants(app: &App, registry: &mut Registry) {
    let tenants = app.tenants.all();
    let (mut exchanges, mut bytes, mut playing, mut tokens, mut consents) = (0, 0, 0, 0, 0);
    for tenant in &tenants {
        let size = tenant.journal.size();
        exchanges += size.0;
        bytes += size.1;
        playing += tenant.playing().len();
        tokens += tenant.memory.sessions.count();
        consents += tenant.memory.consents.count();
    }
    let mut gauge = |name: &str, about: &str, value: usize| {
        let gauge = Gauge::<i64>::default();
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        registry.register(name, about, gauge);
    };
    gauge("tenants", "Tenants, the default one included", tenants.len());
    gauge("journal_exchanges", "Exchanges kept, all tenants together", exchanges);
    gauge("journal_bytes", "Bytes of exchanges kept, all tenants together", bytes);
    gauge("scenarios_playing", "Scenarios being played, all tenants together", playing);
    let sessions = Family::<Opened, Gauge>::default();
    for (by, count) in [("login", tokens), ("consent", consents)] {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        sessions.get_or_create(&Opened { by }).set(count);
    }
    registry.register("sessions", "Sessions kept, those that are over included", sessions);
}
