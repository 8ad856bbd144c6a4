//! What a client has met of each vendor, of how much there is.

use std::{collections::BTreeMap, fmt::Write as _};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{coverage::Coverage, world::World};

/// What was met, vendor by vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Covered {
    /// Calls that a vendor answered.
    pub calls: u64,
    /// All endpoints of all vendors.
    pub endpoints: Share,
    /// All outcomes of all vendors.
    pub outcomes: Share,
    /// All codes of all vendors.
    pub codes: Share,
    /// Each vendor.
    pub vendors: Vec<VendorCovered>,
}

/// What was met of a vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VendorCovered {
    /// Its name.
    pub vendor: String,
    /// Calls that it answered.
    pub calls: u64,
    /// Its endpoints.
    pub endpoints: Part,
    /// Our names for its answers.
    pub outcomes: Part,
    /// Its codes.
    pub codes: Part,
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Share {
    /// How many were met.
    pub met: usize,
    /// How many there are.
    pub of: usize,
}

/// How many of how many, and each of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Part {
    /// How many of how many.
    #[serde(flatten)]
    pub share: Share,
    /// Name → how often it was met.
    pub calls: BTreeMap<String, u64>,
}

impl Part {
    fn new(names: impl IntoIterator<Item = String>) -> Self {
        let calls: BTreeMap<_, _> = names.into_iter().map(|name| (name, 0)).collect();
        Self { share: Share { met: 0, of: calls.len() }, calls }
    }

    fn count(&mut self, name: &str, calls: u64) {
        if let Some(counted) = self.calls.get_mut(name) {
            self.share.met += usize::from(*counted == 0);
            *counted += calls;
        }
    }
}

/// Everything that a world's vendors say, and how often a client has met it.
#[must_use]
pub fn coverage(world: &World, coverage: &Coverage) -> Covered {
    let mut vendors: Vec<_> = world
        .packs
        .iter()
        .map(|pack| {
            let edges = pack.edges.all().map(|index| pack.replies.all[index].outcome.to_string());
            VendorCovered {
                vendor: pack.name.clone(),
                calls: 0,
                endpoints: Part::new(pack.endpoints.iter().map(|endpoint| endpoint.name.clone())),
                outcomes: Part::new(pack.wishes().0.into_iter().chain(edges)),
                codes: Part::new(pack.catalog.iter().map(|code| code.code.clone())),
            }
        })
        .collect();
    coverage.each(|met| {
        let Some(vendor) = vendors.iter_mut().find(|one| one.vendor == met.pack.name) else {
            return;
        };
        vendor.calls += met.calls;
        if let Some(endpoint) = met.endpoint {
            vendor.endpoints.count(&endpoint.name, met.calls);
        }
        vendor.outcomes.count(met.plan.outcome.as_str(), met.calls);
        if let Some(code) = met.pack.code_of(met.plan) {
            vendor.codes.count(&code.code, met.calls);
        }
    });
    let sum = |part: fn(&VendorCovered) -> &Part| {
        vendors.iter().map(|vendor| part(vendor).share).fold(Share::default(), |sum, share| Share {
            met: sum.met + share.met,
            of: sum.of + share.of,
        })
    };
    Covered {
        calls: vendors.iter().map(|vendor| vendor.calls).sum(),
        endpoints: sum(|vendor| &vendor.endpoints),
        outcomes: sum(|vendor| &vendor.outcomes),
        codes: sum(|vendor| &vendor.codes),
        vendors,
    }
}

impl Covered {
    /// The same as a table, and below it what was met and what was not of each vendor that was
    /// called.
    #[must_use]
    pub fn table(&self) -> String {
        let share = |share: Share| format!("{} of {}", share.met, share.of);
        let row = |name: &str, calls: u64, shares: [Share; 3]| {
            let [endpoints, outcomes, codes] = shares.map(share);
            [name.to_owned(), calls.to_string(), endpoints, outcomes, codes]
        };
        let head = ["VENDOR", "CALLS", "ENDPOINTS", "OUTCOMES", "CODES"].map(str::to_owned);
        let mut rows = vec![head];
        for one in &self.vendors {
            let shares = [one.endpoints.share, one.outcomes.share, one.codes.share];
            rows.push(row(&one.vendor, one.calls, shares));
        }
        rows.push(row("all", self.calls, [self.endpoints, self.outcomes, self.codes]));
        let mut out = String::new();
        let widths: Vec<usize> = (0..rows[0].len())
            .map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0))
            .collect();
        for row in &rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let _ = write!(line, "{cell:<width$}  ");
            }
            out += line.trim_end();
            out.push('\n');
        }
        for vendor in self.vendors.iter().filter(|vendor| vendor.calls > 0) {
            let _ = writeln!(out, "\n{}", vendor.vendor);
            for (what, part) in [
                ("endpoints", &vendor.endpoints),
                ("outcomes", &vendor.outcomes),
                ("codes", &vendor.codes),
            ] {
                let met = part.calls.iter().filter(|(_, calls)| **calls > 0);
                let met: Vec<_> = met.map(|(name, calls)| format!("{name} ({calls})")).collect();
                let not = part.calls.iter().filter(|(_, calls)| **calls == 0);
                let not: Vec<_> = not.map(|(name, _)| name.as_str()).collect();
                paragraph(&mut out, &format!("  {what} met"), &met.join(", "));
                paragraph(&mut out, &format!("  {what} not met"), &not.join(", "));
            }
        }
        out
    }
}

/// A label and a text, wrapped and hanging.
fn paragraph(out: &mut String, label: &str, text: &str) {
    const LABEL: usize = 22;
    const WIDTH: usize = 118;
    if text.is_empty() {
        return;
    }
    let mut line = format!("{label:<LABEL$}");
    let mut filled = false;
    for word in text.split(' ') {
        if filled && line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{}", line.trim_end());
            line = " ".repeat(LABEL);
        } else if filled {
            line.push(' ');
        }
        line += word;
        filled = true;
    }
    let _ = writeln!(out, "{line}");
}
