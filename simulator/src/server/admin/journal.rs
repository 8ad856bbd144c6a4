//! The admin API's journal: what was received, and what became of it.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};

use super::{App, Asked, Brought, Filters, Problem};
use crate::{
    journal::{LONGEST_PAGE, Page, Query},
    render::expression::closest,
    verify::names::faults,
};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/__sim/journal", get(journal).delete(clear_journal))
        .route("/__sim/journal/{id}", get(journal_entry))
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
