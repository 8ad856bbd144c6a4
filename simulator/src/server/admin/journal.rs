//! The admin API's journal: what was received, and what became of it.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};

use super::{App, Asked, Problem};
use crate::journal;

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/__sim/journal", get(journal).delete(clear_journal))
        .route("/__sim/journal/{id}", get(journal_entry))
}

async fn journal(
    asked: Asked,
    query: Result<Query<journal::Query>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<journal::Page>, Problem> {
    let Query(query) = query.map_err(|error| Problem {
        status: StatusCode::BAD_REQUEST,
        detail: error.body_text(),
        hint: Some(
            "filters are vendor, endpoint, outcome, code, status, gstin, after, limit".to_owned(),
        ),
    })?;
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
