//! Evidence for people: one page, with the evidence itself inside it.

use minijinja::value::Serde;
use serde::Serialize;

use super::Evidence;
use crate::report::{
    Counts,
    html::{Shown, environment},
    kind, moment,
};

/// What stands around the evidence in a page.
const BEGIN: &str = "<script type=\"application/json\" id=\"evidence\">";
const END: &str = "</script>";

#[derive(Serialize)]
struct Page<'a> {
    evidence: &'a Evidence,
    kind: &'static str,
    counts: Counts,
    began: String,
    ended: Option<String>,
    cases: Vec<Row<'a>>,
    exchanges: Vec<Exchange<'a>>,
    left_out: Vec<Reason<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    case: &'a super::Tried,
    at: String,
    /// The status that came in its own exchange.
    status: Option<u16>,
}

#[derive(Serialize)]
struct Exchange<'a> {
    sealed: &'a super::Sealed,
    shown: Shown,
}

#[derive(Serialize)]
struct Reason<'a> {
    why: &'a str,
    cases: Vec<&'a str>,
}

/// The page.
///
/// # Errors
///
/// What the template engine says.
pub fn page(evidence: &Evidence) -> Result<String, minijinja::Error> {
    let mut environment = environment()?;
    environment.add_template("evidence.html", include_str!("evidence.html.jinja"))?;
    let mut left_out: Vec<Reason<'_>> = Vec::new();
    for one in &evidence.left_out {
        match left_out.iter_mut().find(|reason| reason.why == one.why) {
            Some(reason) => reason.cases.push(&one.case),
            None => left_out.push(Reason { why: &one.why, cases: vec![&one.case] }),
        }
    }
    let row = |case| {
        let case: &super::Tried = case;
        let own = case.exchanges.last().and_then(|number| evidence.exchanges.get(number - 1));
        let reply = own.and_then(|sealed| sealed.exchange.reply.as_ref());
        Row { case, at: moment(case.at), status: reply.map(|reply| reply.status) }
    };
    let exchange = |sealed| {
        let sealed: &super::Sealed = sealed;
        Exchange { sealed, shown: Shown::of(&sealed.exchange) }
    };
    let shown = environment.get_template("evidence.html")?.render(Serde(Page {
        evidence,
        kind: kind(evidence.target.kind),
        counts: evidence.counts(),
        began: moment(evidence.began),
        ended: evidence.ended.map(moment),
        cases: evidence.cases.iter().map(row).collect(),
        exchanges: evidence.exchanges.iter().map(exchange).collect(),
        left_out,
    }))?;
    // Whatever is in it, it cannot end the element that it stands in.
    let inside = serde_json::to_string(evidence).unwrap_or_default().replace('<', "\\u003c");
    Ok(format!("{shown}{BEGIN}{inside}{END}\n</body>\n</html>\n"))
}

/// The evidence inside a page.
pub(super) fn inside(page: &str) -> Option<&str> {
    let (_, rest) = page.rsplit_once(BEGIN)?;
    rest.split_once(END).map(|(inside, _)| inside)
}
