//! The admin API's numbers for Prometheus.

use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use super::{Asked, Problem, Route};
use crate::server::metrics;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/__sim/metrics", show_metrics)
            .of_all()
            .about("Numbers for Prometheus")
            .text("application/openmetrics-text", "OpenMetrics"),
    ]
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
