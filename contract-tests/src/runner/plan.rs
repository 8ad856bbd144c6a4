//! What a run would send, what that would cost at most, and how long it would take at least. Nothing
//! is sent to find out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    time::Duration,
};

use gsp_simulator::pack::{contract::flows::Act, file::StepFile};
use serde::Serialize;

use super::{Chosen, Manner};
use crate::{
    case::Case,
    flow::{FLOWS, FlowCase, FlowDoing},
    guard::{Guard, LedgerError, Left, Whose},
    session::Before,
    target::Target,
};

/// What a run would do.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The target's name.
    pub target: String,
    /// Vendor and endpoint, in the order of the cases.
    pub endpoints: Vec<Row>,
    /// What each vendor takes altogether.
    pub vendors: Vec<OfVendor>,
    /// What of the target's budget was used today; none where there is no budget.
    pub budget: Option<Left>,
    /// When today's budget begins anew.
    pub frees: Option<jiff::Timestamp>,
    /// Cases that would not be tried, and why.
    pub skipped: Vec<Skipped>,
    /// Cases that have a verdict already.
    pub done: usize,
    /// How often a case would be asked again at most.
    pub retries: usize,
}

/// The cases of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The vendor.
    pub vendor: String,
    /// The endpoint; `flows` for sequences.
    pub endpoint: String,
    /// Cases that would be tried.
    pub cases: usize,
    /// Cases that would not.
    pub skipped: usize,
    /// Requests at most, logins too.
    pub calls: u64,
    /// Answers that are promised to be errors.
    pub errors: u64,
    /// What all answers can cost at most.
    pub billable: u64,
}

/// What a vendor takes.
#[derive(Clone, Debug, Serialize)]
pub struct OfVendor {
    /// The vendor.
    pub vendor: String,
    /// Requests at most.
    pub calls: u64,
    /// Answers that are promised to be errors.
    pub errors: u64,
    /// What all answers can cost at most.
    pub billable: u64,
    /// How long it takes at least, at the vendor's pace, in seconds.
    pub takes_s: u64,
    /// What of the vendor's own budget was used today.
    pub budget: Option<Left>,
}

/// A case that would not be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The case.
    pub case: String,
    /// Why.
    pub why: String,
}

/// What a case takes.
#[derive(Clone, Copy, Debug, Default)]
struct Takes {
    calls: u64,
    errors: u64,
    billable: u64,
}

impl Plan {
    /// What these cases would take at a target; `known` says whether one has its verdict already.
    ///
    /// # Errors
    ///
    /// When what was used of the budget cannot be read.
    pub fn of(
        chosen: &Chosen<'_>,
        target: &Target,
        manner: Manner,
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Self, LedgerError> {
        let guard = target.guard();
        let mut plan = Self {
            target: target.name().to_owned(),
            endpoints: Vec::new(),
            vendors: Vec::new(),
            budget: guard.map(|guard| guard.left(&Whose::All)).transpose()?,
            frees: guard.map(Guard::frees).transpose()?,
            skipped: Vec::new(),
            done: 0,
            retries: manner.retries,
        };
        for case in &chosen.cases {
            if known(&case.id()) {
                plan.done += 1;
                continue;
            }
            let takes = || of_case(case, target);
            plan.add(&case.vendor, &case.endpoint, case.id(), case.obstacle(target), takes);
        }
        for flow in &chosen.flows {
            if known(&flow.id()) {
                plan.done += 1;
                continue;
            }
            let takes = || of_flow(flow, target);
            plan.add(&flow.vendor, FLOWS, flow.id(), flow.obstacle(target), takes);
        }
        plan.sum(guard)?;
        Ok(plan)
    }

    fn add(
        &mut self,
        vendor: &str,
        endpoint: &str,
        id: String,
        obstacle: Option<String>,
        takes: impl FnOnce() -> Takes,
    ) {
        let at =
            self.endpoints.iter().position(|row| row.vendor == vendor && row.endpoint == endpoint);
        let at = at.unwrap_or_else(|| {
            let (vendor, endpoint) = (vendor.to_owned(), endpoint.to_owned());
            self.endpoints.push(Row { vendor, endpoint, ..Row::default() });
            self.endpoints.len() - 1
        });
        let row = &mut self.endpoints[at];
        if let Some(why) = obstacle {
            row.skipped += 1;
            self.skipped.push(Skipped { case: id, why });
            return;
        }
        let Takes { calls, errors, billable } = takes();
        row.cases += 1;
        row.calls += calls;
        row.errors += errors;
        row.billable += billable;
    }

    fn sum(&mut self, guard: Option<&Guard>) -> Result<(), LedgerError> {
        let mut sums: BTreeMap<&str, Takes> = BTreeMap::new();
        for row in &self.endpoints {
            let sum = sums.entry(&row.vendor).or_default();
            sum.calls += row.calls;
            sum.errors += row.errors;
            sum.billable += row.billable;
        }
        let vendors = sums.into_iter().map(|(vendor, Takes { calls, errors, billable })| {
            let whose = Whose::Vendor(vendor.to_owned());
            let budget = guard.map(|guard| guard.left(&whose)).transpose()?;
            let takes = guard.map_or(Duration::ZERO, |guard| guard.takes(vendor, calls));
            let takes_s = takes.as_secs() + u64::from(takes.subsec_nanos() > 0);
            let vendor = vendor.to_owned();
            Ok(OfVendor { vendor, calls, errors, billable, takes_s, budget })
        });
        self.vendors = vendors.collect::<Result<_, LedgerError>>()?;
        Ok(())
    }

    /// Requests altogether.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.vendors.iter().map(|one| one.calls).sum()
    }

    /// For people: a table, what is left of the budget, what is skipped and why.
    #[must_use]
    pub fn told(&self) -> String {
        let mut out = String::new();
        let width = |of: fn(&Row) -> &str, least: usize| {
            self.endpoints.iter().map(|row| of(row).len()).max().unwrap_or_default().max(least)
        };
        let (vendor, endpoint) = (width(|row| &row.vendor, 6), width(|row| &row.endpoint, 8));
        let _ = writeln!(
            out,
            "{:vendor$}  {:endpoint$}  cases  skipped  calls  errors  costs at most",
            "vendor", "endpoint"
        );
        for row in &self.endpoints {
            let Row { cases, skipped, calls, errors, billable, .. } = row;
            let _ = writeln!(
                out,
                "{:vendor$}  {:endpoint$}  {cases:>5}  {skipped:>7}  {calls:>5}  {errors:>6}  {billable:>13}",
                row.vendor, row.endpoint
            );
        }
        for one in &self.vendors {
            let takes = if one.takes_s > 0 {
                format!(", {} at least", span(Duration::from_secs(one.takes_s)))
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "{}: {} calls{takes}; {} errors are promised, {} billable at most",
                one.vendor, one.calls, one.errors, one.billable
            );
        }
        if self.retries > 0 {
            let _ = writeln!(
                out,
                "a case may be asked {} times more where the catalog says that it may help",
                self.retries
            );
        }
        if self.done > 0 {
            let _ = writeln!(out, "{} cases have their verdict already", self.done);
        }
        self.budgets(&mut out);
        self.reasons(&mut out);
        let _ = writeln!(out, "target {}; nothing was sent", self.target);
        out
    }

    fn budgets(&self, out: &mut String) {
        let Some(all) = &self.budget else {
            out.push_str("no budget: this target has none, and no pace is kept\n");
            return;
        };
        let sum = |of: fn(&OfVendor) -> u64| self.vendors.iter().map(of).sum();
        let needs = [sum(|one| one.calls), sum(|one| one.errors), sum(|one| one.billable)];
        let vendors = self.vendors.iter().filter_map(|one| Some((one, one.budget.as_ref()?)));
        let mut rows = vec![(String::new(), all, needs)];
        rows.extend(vendors.map(|(one, left)| {
            (format!(" of {}", one.vendor), left, [one.calls, one.errors, one.billable])
        }));
        for (whose, left, needs) in rows {
            let used = [left.used.calls, left.used.errors, left.used.billable];
            let most = [left.calls, left.errors, left.billable];
            let names = ["calls", "errors", "billable calls"];
            for (index, name) in names.iter().enumerate() {
                let Some(most) = most[index] else { continue };
                let rest = most.saturating_sub(used[index]);
                let short = if needs[index] > rest {
                    format!(
                        ": too few, the run would be put off before its end (it needs {})",
                        needs[index]
                    )
                } else {
                    String::new()
                };
                let _ = writeln!(
                    out,
                    "budget{whose} today: {} of {most} {name} are used, {rest} are left{short}",
                    used[index]
                );
            }
        }
        if let Some(frees) = self.frees {
            let _ =
                writeln!(out, "the next day begins at {}", crate::guard::refused::in_india(frees));
        }
    }

    fn reasons(&self, out: &mut String) {
        const TOLD: usize = 20;
        let mut reasons: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
        for Skipped { case, why } in &self.skipped {
            reasons.entry(why).or_insert((0, case)).0 += 1;
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|(_, (times, _))| std::cmp::Reverse(*times));
        for (why, (times, case)) in reasons.iter().take(TOLD) {
            let others =
                if *times > 1 { format!(" and {} more", times - 1) } else { String::new() };
            let _ = writeln!(out, "skipped {case}{others}: {why}");
        }
        if reasons.len() > TOLD {
            let _ = writeln!(out, "and {} more reasons; `--json` tells all", reasons.len() - TOLD);
        }
    }
}

/// A time as people say it.
#[must_use]
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// Whether an error is promised: by status, or by a code other than the endpoint's for success.
fn is_error(case: &Case) -> bool {
    let success = case.pack.endpoint(&case.endpoint).map(|(_, endpoint)| {
        endpoint.replies.all[endpoint.success].outcome.as_str() == case.outcome
    });
    case.status >= 400 || (case.code.is_some() && success != Some(true))
}

fn worst(case: &Case, target: &Target) -> u64 {
    target.guard().map_or_else(
        || Guard::price(&case.pack, &case.endpoint),
        |guard| guard.worst(&case.vendor, &case.endpoint),
    )
}

fn of_case(case: &Case, target: &Target) -> Takes {
    let logins = case.logins();
    let mut takes =
        Takes { calls: 1, errors: u64::from(is_error(case)), billable: worst(case, target) };
    for (_, login) in &logins {
        takes.calls += 1;
        takes.billable += worst(login, target);
    }
    if let Some(session) = &case.session {
        let asked_for = case.wish.is_some() && case.code.is_some();
        let steps: &[StepFile] = match session.before {
            _ if asked_for => &[],
            Before::Nothing => &[],
            Before::Otp => &[StepFile::RequestOtp],
            Before::Session => &[StepFile::RequestOtp, StepFile::Open, StepFile::Close],
        };
        for step in steps {
            // What is only for this run is not closed.
            let closes = *step == StepFile::Close && target.world().is_some();
            let Some(case) = case.on_the_way(&session.way, *step).filter(|_| !closes) else {
                continue;
            };
            takes.calls += 1;
            takes.billable += worst(&case, target);
        }
    }
    takes
}

fn of_flow(flow: &FlowCase, target: &Target) -> Takes {
    let mut all = Takes::default();
    // Whose session may be open at the end: elsewhere than in this process it is closed.
    let mut clients = BTreeSet::new();
    for step in &flow.steps {
        match &step.doing {
            FlowDoing::Send(send) => {
                all.calls += 1;
                all.errors += u64::from(is_error(&send.case));
                all.billable += worst(&send.case, target);
                let endpoint = send.case.pack.endpoint(&send.case.endpoint);
                let consent = endpoint.and_then(|(_, endpoint)| endpoint.consent.as_ref());
                if consent.is_some_and(|consent| consent.step == StepFile::Open) {
                    clients.insert(&step.client);
                }
            }
            // A one-time password, and a session with it.
            FlowDoing::Act(Act::LogIn(_)) => {
                all.calls += 2;
                all.billable += 2;
                clients.insert(&step.client);
            }
            FlowDoing::Act(_) => {}
        }
    }
    if target.world().is_none() {
        all.calls += clients.len() as u64;
        all.billable += clients.len() as u64;
    }
    all
}
