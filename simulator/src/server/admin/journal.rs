//! The admin API's journal: what was received, and what became of it.

use axum::{
    Json,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{Asked, Brought, Filters, Problem, Route};
use crate::{
    journal::{LONGEST_PAGE, Page, Query, Record},
    render::expression::closest,
    verify::names::faults,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/__sim/journal", journal)
            .about("A page of exchanges, oldest first")
            .filtered::<Query>()
            .json::<Page>("The exchanges that fit all filters"),
        Route::delete("/__sim/journal", clear_journal)
            .about("Empties the journal")
            .nothing("It is empty"),
        Route::get("/__sim/journal/{id}", journal_entry)
            .about("One exchange; its number is the reply's header `x-sim-exchange`")
            .json::<Record>("The exchange")
            .refuses(404, "The journal has no such exchange, or has it no more"),
    ]
}

/// Names in filters that nothing has.
pub(super) fn check(query: &Query) -> Result<(), Problem> {
    let Some(fault) = &query.fault else { return Ok(()) };
    let known = faults();
    if known.contains(fault) {
        return Ok(());
    }
    Err(Problem::field("fault", format!("there is no fault `{fault}`"), closest(fault, &known)))
}

impl Brought for Query {
    const LIKE: &'static str = "filters are vendor, endpoint, outcome, code, status, gstin, account, via, method, since, \
                                until, text, fault, hinted; after, limit and order=newest say where to go on";
}

async fn journal(asked: Asked, Filters(query): Filters<Query>) -> Result<Json<Page>, Problem> {
    if query.limit.is_some_and(|limit| !(1..=LONGEST_PAGE).contains(&limit)) {
        let detail = format!("a page has 1 to {LONGEST_PAGE} exchanges");
        return Err(Problem::field("limit", detail, Query::LIKE));
    }
    check(&query)?;
    Ok(Json(asked.tenant.journal.page(&query)))
}

async fn clear_journal(asked: Asked) -> StatusCode {
    asked.tenant.journal.clear();
    StatusCode::NO_CONTENT
}

async fn journal_entry(asked: Asked, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = id.parse().ok().and_then(|id| asked.tenant.journal.find(id));
    found.map(|record| Json(record).into_response()).ok_or_else(|| {
        Problem::not_found(
            format!("the journal has no exchange `{id}`"),
            "it may have left; the header x-sim-exchange of a reply names its exchange",
        )
    })
}
