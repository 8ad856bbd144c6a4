//! The admin API's coverage: which replies of the vendors were met.

use axum::{
    Json,
    http::{HeaderMap, StatusCode, header::ACCEPT},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Asked, Brought, Filters, Route};
use crate::tell::coverage::{Covered, coverage};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/__sim/coverage", show_coverage)
            .about("Which replies of the vendors were met, of how many")
            .filtered::<Form>()
            .hears(&[("accept", "`text/plain` gives a table, as `format=table` does")])
            .json::<Covered>("What was met")
            .text("text/plain", ""),
        Route::delete("/__sim/coverage", clear_coverage)
            .about("Begins counting anew")
            .nothing("Nothing was met so far"),
    ]
}

/// How the coverage is to be told.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Form {
    format: Option<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
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
