//! For people at a terminal: what differs side by side, tables of counts, why cases were skipped.

use std::fmt::Write as _;

use owo_colors::{OwoColorize as _, Style};

use super::{
    Columns, Counts, Drifts, Standing, by_vendor, clean, compared, kind, layout, skipped,
    time_span, took_ms, untried,
};
use crate::{
    drift::{Class, Drift},
    run::{Kind, Run},
    verdict::Verdict,
};

/// So many cases are named for a reason why they were skipped.
const NAMED: usize = 3;

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// How many cells a line has.
    pub width: usize,
    /// Whether words have colours.
    pub colour: bool,
}

impl Terminal {
    /// A case that did not pass: what differs, side by side, or why it was skipped.
    #[must_use]
    pub fn case(&self, verdict: &Verdict) -> String {
        let standing = Standing::of(verdict);
        let title = self.paint(standing_style(standing), standing.word());
        let name = self.paint(Style::new().bold(), &clean(&verdict.case));
        if let Some(why) = &verdict.skipped {
            return format!("{title} {name}: {}\n", clean(why));
        }
        let mut out = format!("{title} {name}\n");
        for line in layout::wrap(&clean(&verdict.request), self.width.saturating_sub(2)) {
            let _ = writeln!(out, "  {line}");
        }
        if let Some(promised) = &verdict.promised {
            let code = promised.code.as_ref().map(|code| format!(", code {code}"));
            let told = format!(
                "promised: {} {}{}",
                promised.status,
                promised.outcome,
                code.unwrap_or_default()
            );
            let _ = writeln!(out, "  {}", self.dim(&clean(&told)));
        }
        if let Some(place) = &verdict.place {
            let _ =
                writeln!(out, "  {}", self.dim(&format!("{}:{}", clean(&place.file), place.line)));
        }
        if !verdict.mismatches.is_empty() {
            let mut columns = Columns::new(["at", "promised", "found"]).indented(4);
            for one in &verdict.mismatches {
                columns.row([&one.at, &one.promised, &one.found].map(Clone::clone));
            }
            out.push_str(&self.differences(&columns));
        }
        for class in Class::ALL {
            let of_class: Vec<&Drift> =
                verdict.drifts.iter().filter(|drift| drift.class() == class).collect();
            if !of_class.is_empty() {
                let title = format!("drift, {}", class.told());
                let _ = writeln!(out, "  {}", self.paint(class_style(class), &title));
                let head = ["at", "what", "promised", "live sends"];
                let mut columns = Columns::new(head).indented(4);
                for one in of_class {
                    let what = one.kind.told().to_owned();
                    columns.row([one.at.clone(), what, one.promised.clone(), one.found.clone()]);
                }
                out.push_str(&self.differences(&columns));
            }
        }
        out
    }

    /// What was promised and what came stand beside each other in the last two columns.
    fn differences<const N: usize>(&self, columns: &Columns<N>) -> String {
        columns.draw(self.width, |row, column, text| match (row, N - column) {
            (None, _) => self.dim(text),
            (_, 1) => self.paint(Style::new().red(), text),
            (_, 2) => self.paint(Style::new().green(), text),
            _ if column == 0 => self.paint(Style::new().bold(), text),
            _ => text.to_owned(),
        })
    }

    /// What is said when all was tried: counts, why cases were skipped, a line that sums it up.
    #[must_use]
    pub fn end(&self, run: &Run) -> String {
        let mut out = self.table(run);
        out.push_str(&self.reasons(run));
        out.push_str(&self.summary(run));
        out
    }

    /// All of a run.
    #[must_use]
    pub fn whole(&self, run: &Run) -> String {
        let mut out = String::new();
        let differing = |verdict: &&Verdict| verdict.failed();
        for verdict in run.verdicts.iter().filter(differing) {
            out.push_str(&self.case(verdict));
            out.push('\n');
        }
        out + &self.end(run)
    }

    /// Counts: a row a vendor, and below it one for each endpoint where something differs.
    fn table(&self, run: &Run) -> String {
        let head = ["vendor", "passed", "failed", "drifted", "skipped", "time"];
        let mut columns = Columns::new(head).numbers_from(1);
        let mut rows = Vec::new();
        let mut add = |name: String, cases: &[&Verdict]| {
            let counts = Counts::of(cases.iter().copied());
            let took = cases.iter().map(|verdict| verdict.took_ms).sum();
            let Counts { passed, failed, drifted, skipped } = counts;
            let numbers = [passed, failed, drifted, skipped];
            let [passed, failed, drifted, skipped] = numbers.map(|count| count.to_string());
            columns.row([name, passed, failed, drifted, skipped, time_span(took)]);
            rows.push(numbers);
        };
        for (vendor, cases) in by_vendor(run) {
            add(vendor.to_owned(), &cases);
            for (endpoint, cases) in by_endpoint(&cases) {
                if cases.iter().any(|verdict| verdict.failed()) {
                    add(format!("· {endpoint}"), &cases);
                }
            }
        }
        columns.draw(self.width, |row, column, text| {
            let Some(counts) = row.and_then(|row| rows.get(row)) else { return self.dim(text) };
            let count = column.checked_sub(1).and_then(|column| counts.get(column));
            match (column, count) {
                (0, _) => self.paint(Style::new().bold(), text),
                (1, Some(1..)) => self.paint(Style::new().green(), text),
                (2, Some(1..)) => self.paint(Style::new().red(), text),
                (3 | 4, Some(1..)) => self.paint(Style::new().yellow(), text),
                _ => text.to_owned(),
            }
        })
    }

    /// Why cases were skipped, each reason once.
    fn reasons(&self, run: &Run) -> String {
        let reasons = skipped(run);
        if reasons.is_empty() {
            return String::new();
        }
        let mut columns = Columns::new(["skipped", "because", "such as"]);
        for (why, cases) in reasons {
            let mut named: Vec<_> =
                cases.iter().take(NAMED).map(|verdict| verdict.case.clone()).collect();
            if cases.len() > NAMED {
                named.push(format!("and {} more", cases.len() - NAMED));
            }
            columns.row([cases.len().to_string(), why.to_owned(), named.join("\n")]);
        }
        let drawn = columns.draw(self.width, |row, _, text| match row {
            None => self.dim(text),
            Some(_) => text.to_owned(),
        });
        format!("\n{drawn}")
    }

    fn summary(&self, run: &Run) -> String {
        let counts = Counts::of(&run.verdicts);
        let drifts = Drifts::of(run.verdicts.iter().flat_map(|verdict| &verdict.drifts));
        let mut parts = vec![format!("{} passed", counts.passed)];
        if counts.failed > 0 {
            parts.push(
                self.paint(standing_style(Standing::Failed), &format!("{} failed", counts.failed)),
            );
        }
        if drifts != Drifts::default() {
            let told = format!("{} drifted ({})", counts.drifted, drifts.told());
            parts.push(self.paint(standing_style(Standing::Drifted), &told));
        }
        if counts.skipped > 0 {
            parts.push(format!("{} skipped", counts.skipped));
        }
        let cases = match counts.all() {
            1 => "1 case".to_owned(),
            all => format!("{all} cases"),
        };
        let took = time_span(took_ms(run));
        let mut out = format!("\n{cases} in {took}: {}\n", parts.join(", "));
        let untried = untried(run).len();
        if untried > 0 {
            let told = format!(
                "the run did not come to its end: {untried} of {} cases were not tried",
                run.chosen.len()
            );
            let _ = writeln!(out, "{}", self.paint(Style::new().red(), &told));
        }
        let live = match run.target.kind {
            Kind::Live => format!(" ({})", kind(Kind::Live)),
            Kind::Embedded | Kind::Simulator => String::new(),
        };
        let _ = writeln!(out, "target {}{live}; {}", clean(&run.target.name), compared(run));
        out
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.colour { text.style(style).to_string() } else { text.to_owned() }
    }

    fn dim(&self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }
}

/// Endpoint → its cases, in the order in which the run has them.
pub(super) fn by_endpoint<'run>(cases: &[&'run Verdict]) -> Vec<(&'run str, Vec<&'run Verdict>)> {
    let mut all: indexmap::IndexMap<&str, Vec<&Verdict>> = indexmap::IndexMap::new();
    for case in cases {
        all.entry(&case.endpoint).or_default().push(case);
    }
    all.into_iter().collect()
}

fn standing_style(standing: Standing) -> Style {
    match standing {
        Standing::Passed => Style::new().green(),
        Standing::Failed => Style::new().red().bold(),
        Standing::Drifted | Standing::Skipped => Style::new().yellow(),
    }
}

fn class_style(class: Class) -> Style {
    match class {
        Class::Breaking => Style::new().red(),
        Class::Additive => Style::new().yellow(),
        Class::Cosmetic => Style::new().cyan(),
    }
}
