//! One HTML file, for the screen and for paper: no network, no scripts.

use minijinja::{Environment, escape_formatter, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

use super::{
    Counts, Drifts, Standing, by_vendor, clean, compared, exact_moment, kind, moment, skipped,
    terminal::by_endpoint, time_span, took_ms, untried,
};
use crate::{
    coverage::Covered,
    drift::{Class, Drift},
    run::Run,
    verdict::{Heard, Verdict},
};

/// Letters that are shown of a body; whoever wants more takes the JSON report.
const SHOWN: usize = 16 * 1024;

/// What all our pages look like.
pub(crate) const STYLE: &str = include_str!("style.css");

/// What the page is filled with.
#[derive(Serialize)]
struct Page<'run> {
    run: &'run Run,
    kind: &'static str,
    compared: &'static str,
    began: String,
    ended: Option<String>,
    took: String,
    counts: Counts,
    all: usize,
    drifts: Drifts,
    untried: Vec<&'run str>,
    vendors: Vec<VendorRows<'run>>,
    differing: Vec<Differing<'run>>,
    skipped: Vec<Reason<'run>>,
    covered: Vec<&'run Covered>,
}

/// A case that did not pass.
#[derive(Serialize)]
struct Differing<'run> {
    verdict: &'run Verdict,
    standing: Standing,
    at: String,
    took: String,
    drifts: Vec<OfClass<'run>>,
    exchanges: Vec<Shown>,
}

/// A case's drifts of a class.
#[derive(Serialize)]
struct OfClass<'run> {
    class: Class,
    word: &'static str,
    drifts: Vec<Told<'run>>,
}

/// A drift, and the name for what has changed.
#[derive(Serialize)]
struct Told<'run> {
    #[serde(flatten)]
    drift: &'run Drift,
    what: &'static str,
}

/// An exchange, as pages have it.
#[derive(Serialize)]
pub(crate) struct Shown {
    at: String,
    took: String,
    request: String,
    reply: Option<String>,
}

impl Shown {
    pub(crate) fn of(heard: &Heard) -> Self {
        let headers = |headers: &[(String, String)]| {
            let lines = headers.iter().map(|(name, value)| format!("\n{name}: {value}"));
            lines.collect::<String>()
        };
        let text = |head: String, own: &[(String, String)], body: &str| {
            let body = if body.is_empty() { String::new() } else { format!("\n\n{}", cut(body)) };
            clean(&format!("{head}{}{body}", headers(own)))
        };
        Self {
            at: exact_moment(heard.at),
            took: time_span(heard.took_ms),
            request: text(format!("{} {}", heard.method, heard.url), &heard.headers, &heard.body),
            reply: heard
                .reply
                .as_ref()
                .map(|reply| text(reply.status.to_string(), &reply.headers, &reply.body)),
        }
    }
}

/// A text, cut where it is very long.
fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}\n… {} bytes more", &text[..at], text.len() - at),
        None => text.to_owned(),
    }
}

/// A vendor's endpoints with their counts.
#[derive(Serialize)]
struct VendorRows<'run> {
    vendor: &'run str,
    address: Option<&'run String>,
    counts: Counts,
    took: String,
    endpoints: Vec<EndpointRow<'run>>,
}

#[derive(Serialize)]
struct EndpointRow<'run> {
    endpoint: &'run str,
    counts: Counts,
    took: String,
    cases: Vec<CaseRow<'run>>,
}

#[derive(Serialize)]
struct CaseRow<'run> {
    case: &'run str,
    standing: Standing,
    took: String,
}

/// Cases that were not tried for the same reason.
#[derive(Serialize)]
struct Reason<'run> {
    why: &'run str,
    cases: Vec<&'run str>,
}

/// A run as a page; `covered` is what it has of each vendor's catalog.
///
/// # Errors
///
/// What the template engine says.
pub fn report<'run>(run: &'run Run, covered: &'run [Covered]) -> Result<String, minijinja::Error> {
    let environment = environment()?;
    let vendors: Vec<_> = by_vendor(run)
        .into_iter()
        .map(|(vendor, cases)| VendorRows {
            vendor,
            address: run.target.addresses.get(vendor),
            counts: Counts::of(cases.iter().copied()),
            took: took(&cases),
            endpoints: by_endpoint(&cases).into_iter().map(endpoint).collect(),
        })
        .collect();
    let skipped: Vec<_> = skipped(run)
        .into_iter()
        .map(|(why, cases)| Reason {
            why,
            cases: cases.iter().map(|verdict| verdict.case.as_str()).collect(),
        })
        .collect();
    let differing: Vec<_> =
        run.verdicts.iter().filter(|verdict| verdict.failed()).map(differing).collect();
    // Vendors that nobody asked have no place in what was covered.
    let covered: Vec<_> = covered
        .iter()
        .filter(|one| vendors.iter().any(|vendor| vendor.vendor == one.vendor))
        .collect();
    environment.get_template("report.html")?.render(Serde(Page {
        run,
        kind: kind(run.target.kind),
        compared: compared(run),
        began: moment(run.began),
        ended: run.ended.map(moment),
        took: time_span(took_ms(run)),
        counts: Counts::of(&run.verdicts),
        all: run.verdicts.len(),
        drifts: Drifts::of(run.verdicts.iter().flat_map(|verdict| &verdict.drifts)),
        untried: untried(run),
        vendors,
        differing,
        skipped,
        covered,
    }))
}

/// Our templates; what they write is escaped, and controls nothing.
pub(crate) fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
    environment.set_syntax(syntax);
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => escape_formatter(out, state, &clean(text).into()),
        _ => escape_formatter(out, state, value),
    });
    environment.add_template("style.css", STYLE)?;
    environment.add_template("macros.html", include_str!("macros.html.jinja"))?;
    environment.add_template("report.html", include_str!("report.html.jinja"))?;
    Ok(environment)
}

fn took(cases: &[&Verdict]) -> String {
    time_span(cases.iter().map(|verdict| verdict.took_ms).sum())
}

fn endpoint<'run>((endpoint, cases): (&'run str, Vec<&'run Verdict>)) -> EndpointRow<'run> {
    EndpointRow {
        endpoint,
        counts: Counts::of(cases.iter().copied()),
        took: took(&cases),
        cases: cases
            .into_iter()
            .map(|verdict| CaseRow {
                case: &verdict.case,
                standing: Standing::of(verdict),
                took: time_span(verdict.took_ms),
            })
            .collect(),
    }
}

fn differing(verdict: &Verdict) -> Differing<'_> {
    let drifts = Class::ALL.into_iter().map(|class| OfClass {
        class,
        word: class.told(),
        drifts: verdict
            .drifts
            .iter()
            .filter(|drift| drift.class() == class)
            .map(|drift| Told { drift, what: drift.kind.told() })
            .collect(),
    });
    Differing {
        verdict,
        standing: Standing::of(verdict),
        at: moment(verdict.at),
        took: time_span(verdict.took_ms),
        drifts: drifts.filter(|of_class| !of_class.drifts.is_empty()).collect(),
        exchanges: verdict.exchanges.iter().map(Shown::of).collect(),
    }
}
