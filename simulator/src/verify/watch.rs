//! One expectation held against exchange after exchange, and what it says in the end.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Calls, Expectation,
    count::{Count, Held},
    seen::{Difference, Seen},
};
use crate::journal::Record;

/// So many exchanges are named.
const NAMED: usize = 100;

/// So many of those that come close are shown.
const SHOWN: usize = 3;

/// What one expectation came to.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Verdict {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is so.
    pub ok: bool,
    /// The same in a sentence.
    pub told: String,
    /// How many exchanges fit.
    pub counted: u64,
    /// How many there must be, and what else.
    pub wanted: String,
    /// Those that fit, the first hundred.
    pub exchanges: Vec<u64>,
    /// Where it is not so: the exchanges that come closest, the closest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closest: Vec<Closest>,
}

/// An exchange that is not quite, or all too much, what is meant.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Closest {
    /// Its number.
    pub exchange: u64,
    /// The exchange in a line.
    pub told: String,
    /// What is not as wanted; nothing where it is one too many.
    pub differs: Vec<Difference>,
}

impl Closest {
    fn new(record: &Record, differs: Vec<Difference>) -> Self {
        Self { exchange: record.id, told: record.line(), differs }
    }

    /// How far off it is: another vendor is further than another code.
    fn distance(&self) -> usize {
        let weight = |one: &Difference| match one.field.as_str() {
            "vendor" => 4,
            "endpoint" => 3,
            "gstin" => 2,
            _ => 1,
        };
        self.differs.iter().map(weight).sum()
    }
}

/// The closest ones so far.
#[derive(Default)]
struct Near(Vec<Closest>);

impl Near {
    fn add(&mut self, one: Closest) {
        // Of two as close, the later one is more likely the one that is looked for.
        let at = self.0.partition_point(|other| other.distance() < one.distance());
        self.0.insert(at, one);
        self.0.truncate(SHOWN);
    }
}

/// Something that must not have been, told.
struct Against {
    told: String,
    closest: Closest,
}

/// An expectation at work.
pub(super) struct Watch<'expectation> {
    expectation: &'expectation Expectation,
    calls: Calls,
    count: Count,
    gap_ms: Option<i64>,
    counted: u64,
    exchanges: Vec<u64>,
    near: Near,
    /// The last ones that fit, for where there are too many.
    fitted: Near,
    /// How many of `in_order` came, the last of them, and what was near to the next.
    reached: usize,
    reached_at: u64,
    near_next: Near,
    /// The first exchange that fits `none_after`.
    trigger: Option<u64>,
    after: Option<Against>,
    /// The last exchange that fits: its number, when it came.
    previous: Option<(u64, i64)>,
    hasty: Option<Against>,
}

impl<'expectation> Watch<'expectation> {
    pub(super) fn new(expectation: &'expectation Expectation) -> Self {
        Self {
            expectation,
            calls: expectation.meant(),
            count: expectation.count(),
            gap_ms: expectation.gap_ms(),
            counted: 0,
            exchanges: Vec::new(),
            near: Near::default(),
            fitted: Near::default(),
            reached: 0,
            reached_at: 0,
            near_next: Near::default(),
            trigger: None,
            after: None,
            previous: None,
            hasty: None,
        }
    }

    /// Looks at the next exchange.
    pub(super) fn see(&mut self, seen: &Seen<'_>) {
        let record = seen.record;
        let differs = seen.differs(&self.calls);
        if differs.is_empty() {
            self.counted += 1;
            if self.exchanges.len() < NAMED {
                self.exchanges.push(record.id);
            }
            self.fitted.add(Closest::new(record, Vec::new()));
            self.see_distance(record);
            self.see_after(record);
        } else {
            self.near.add(Closest::new(record, differs.clone()));
        }
        self.see_order(seen, differs);
        let triggers = self.expectation.none_after.as_ref().filter(|_| self.trigger.is_none());
        if triggers.is_some_and(|calls| seen.differs(calls).is_empty()) {
            self.trigger = Some(record.id);
        }
    }

    fn see_distance(&mut self, record: &Record) {
        let Some(gap_ms) = self.gap_ms else { return };
        if let Some((id, at_ms)) = self.previous.replace((record.id, record.at_ms)) {
            let passed = (record.at_ms - at_ms).abs();
            if passed < gap_ms && self.hasty.is_none() {
                let told = format!("exchange {} came {passed} ms after exchange {id}", record.id);
                self.hasty = Some(Against { told, closest: Closest::new(record, Vec::new()) });
            }
        }
    }

    fn see_after(&mut self, record: &Record) {
        if let Some(trigger) = self.trigger.filter(|_| self.after.is_none()) {
            let told = format!("exchange {} came after exchange {trigger}", record.id);
            self.after = Some(Against { told, closest: Closest::new(record, Vec::new()) });
        }
    }

    fn see_order(&mut self, seen: &Seen<'_>, mut differs: Vec<Difference>) {
        let Some(next) = self.expectation.in_order.get(self.reached) else { return };
        differs.extend(seen.differs(next));
        if differs.is_empty() {
            self.reached += 1;
            self.reached_at = seen.record.id;
            self.near_next = Near::default();
        } else {
            self.near_next.add(Closest::new(seen.record, differs));
        }
    }

    /// What it came to; `whole` where the journal has all that was received.
    pub(super) fn conclude(self, whole: bool) -> Verdict {
        let mut aspects = vec![self.of_count(whole)];
        aspects.extend(self.of_order(whole));
        aspects.extend(self.of_after(whole));
        aspects.extend(self.of_distance(whole));
        if self.count == Count::Any {
            aspects.remove(0);
        }
        let ok = aspects.iter().all(|aspect| aspect.ok);
        let wrong = aspects.iter().filter(|aspect| ok || !aspect.ok);
        let told = wrong.map(|aspect| aspect.told.as_str()).collect::<Vec<_>>().join("; ");
        let wanted =
            aspects.iter().map(|aspect| aspect.wanted.as_str()).collect::<Vec<_>>().join(", ");
        let closest = aspects.into_iter().find(|aspect| !aspect.ok).map(|aspect| aspect.closest);
        Verdict {
            name: self.expectation.name.clone(),
            ok,
            told,
            counted: self.counted,
            wanted,
            exchanges: self.exchanges,
            closest: closest.unwrap_or_default(),
        }
    }

    /// `calls` or `calls with vendor …`.
    fn meant(&self) -> String {
        match self.calls.to_string() {
            text if text.is_empty() => "calls".to_owned(),
            text => format!("calls with {text}"),
        }
    }

    fn of_count(&self, whole: bool) -> Aspect {
        let wanted = self.count.to_string();
        let held = self.count.held(self.counted);
        let mut told = format!("{}: {wanted} wanted, ", self.meant());
        match self.counted {
            0 => told += "none came",
            1 => told += "1 came",
            more => {
                let _ = write!(told, "{more} came");
            }
        }
        if !self.exchanges.is_empty() {
            let _ = write!(told, " ({})", listed(&self.exchanges, self.counted));
        }
        let ok = held == Held::Surely || (held == Held::SoFar && whole);
        if !whole && held != Held::Surely && held != Held::TooMany {
            told += "; but the journal has let exchanges go, so there may have been more";
        }
        let closest = match held {
            Held::TooFew => self.near.0.clone(),
            Held::TooMany => self.fitted.0.clone(),
            Held::Surely | Held::SoFar => Vec::new(),
        };
        Aspect { ok, told, wanted, closest }
    }

    fn of_order(&self, whole: bool) -> Option<Aspect> {
        let order = &self.expectation.in_order;
        let all = order.len();
        if all == 0 {
            return None;
        }
        let wanted = format!("{all} in order");
        let Some(missing) = order.get(self.reached) else {
            let told = format!("{}: all {all} came in their order", self.meant());
            return Some(Aspect { ok: true, told, wanted, closest: Vec::new() });
        };
        let after = match self.reached {
            0 => String::new(),
            _ => format!(" after exchange {}", self.reached_at),
        };
        let mut told = format!(
            "{}: number {} of {all} in order, with {missing}, did not come{after}",
            self.meant(),
            self.reached + 1,
        );
        if !whole {
            told += "; but the journal has let exchanges go, so it may have come before";
        }
        Some(Aspect { ok: false, told, wanted, closest: self.near_next.0.clone() })
    }

    fn of_after(&self, whole: bool) -> Option<Aspect> {
        let trigger = self.expectation.none_after.as_ref()?;
        let wanted = format!("none after one with {trigger}");
        let meant = self.meant();
        Some(match (&self.after, self.trigger) {
            (Some(against), _) => Aspect {
                ok: false,
                told: format!(
                    "{meant}: none may come after one with {trigger}, but {}",
                    against.told
                ),
                wanted,
                closest: vec![against.closest.clone()],
            },
            (None, None) => Aspect {
                ok: false,
                told: format!(
                    "{meant}: nothing came with {trigger}, so nothing is known of what would come after it",
                ),
                wanted,
                closest: Vec::new(),
            },
            (None, Some(id)) if whole => Aspect {
                ok: true,
                told: format!("{meant}: none came after exchange {id}"),
                wanted,
                closest: Vec::new(),
            },
            (None, Some(id)) => Aspect {
                ok: false,
                told: format!(
                    "{meant}: none came after exchange {id}; but the journal has let exchanges go, so it may not \
                     have been the first with {trigger}",
                ),
                wanted,
                closest: Vec::new(),
            },
        })
    }

    fn of_distance(&self, whole: bool) -> Option<Aspect> {
        let text = self.expectation.gap_at_least.as_deref()?;
        let wanted = format!("{text} apart at least");
        let meant = self.meant();
        Some(match &self.hasty {
            Some(against) => Aspect {
                ok: false,
                told: format!("{meant}: {wanted}, but {}", against.told),
                wanted,
                closest: vec![against.closest.clone()],
            },
            None if whole => Aspect {
                ok: true,
                told: format!("{meant}: each came {text} or more after the one before"),
                wanted,
                closest: Vec::new(),
            },
            None => Aspect {
                ok: false,
                told: format!(
                    "{meant}: {wanted}; those that are left are, but the journal has let exchanges go",
                ),
                wanted,
                closest: Vec::new(),
            },
        })
    }
}

/// One of the things that an expectation says.
struct Aspect {
    ok: bool,
    told: String,
    wanted: String,
    closest: Vec<Closest>,
}

/// `exchange 3`, `exchanges 3, 5, 9 …`.
fn listed(exchanges: &[u64], counted: u64) -> String {
    const LISTED: usize = 8;
    let first: Vec<_> = exchanges.iter().take(LISTED).map(ToString::to_string).collect();
    let more = if counted > LISTED as u64 { " …" } else { "" };
    let ending = if counted == 1 { "" } else { "s" };
    format!("exchange{ending} {}{more}", first.join(", "))
}

impl Verdict {
    /// The verdict for people, a line a thing.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut out = String::new();
        let mark = if self.ok { "ok" } else { "not ok" };
        let name = self.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let _ = writeln!(out, "{mark}: {name}{}", self.told);
        for closest in &self.closest {
            let _ = writeln!(out, "  exchange {}: {}", closest.exchange, closest.told);
            for Difference { field, wanted, found } in &closest.differs {
                let _ = writeln!(out, "    {field}: {wanted} wanted, {found} found");
            }
        }
        out
    }
}
