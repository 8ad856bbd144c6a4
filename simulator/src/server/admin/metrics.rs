//! The admin API's numbers: what was met of the vendors, and what Prometheus wants to know.

use std::sync::Arc;

use axum::{
    Json, Router,
    http::{
        HeaderMap, StatusCode,
        header::{ACCEPT, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;

use super::{App, Asked, Brought, Filters, Problem};
use crate::{server::metrics, tell::coverage::coverage};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/__sim/coverage", get(show_coverage).delete(clear_coverage))
        .route("/__sim/metrics", get(show_metrics))
}

/// How the coverage is to be told.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Form {
    format: Option<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Format {
    Json,
    Table,
}

impl Brought for Form {
    const LIKE: &'static str = "`format=table` gives a table, `format=json` what it is made from";
}

/// JSON; a table for whoever asks for it, or takes nothing but text.
async fn show_coverage(asked: Asked, headers: HeaderMap, Filters(form): Filters<Form>) -> Response {
    let covered = coverage(&asked.world, &asked.tenant.coverage);
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let by_header = if accepts.starts_with("text/plain") { Format::Table } else { Format::Json };
    match form.format.unwrap_or(by_header) {
        Format::Json => Json(covered).into_response(),
        Format::Table => covered.table().into_response(),
    }
}

async fn clear_coverage(asked: Asked) -> StatusCode {
    asked.tenant.coverage.clear();
    StatusCode::NO_CONTENT
}

async fn show_metrics(asked: Asked) -> Result<Response, Problem> {
    let text = metrics::told(&asked.app).map_err(|error| Problem {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        ..Problem::bad(
            format!("the numbers cannot be written: {error}"),
            "this is a fault of gspsim; please report it",
        )
    })?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}
