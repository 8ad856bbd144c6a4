//! The admin API's taxpayers: who somebody is, and what the tenant says of them.

use std::sync::Arc;

use axum::{Json, Router, extract::Path, http::StatusCode, routing::get};

use super::{App, Asked, Body, Brought, Problem};
use crate::{
    taxpayers::TaxpayerChange,
    tell::taxpayer::{TaxpayerFacts, taxpayer},
    tenant::OverrideError,
};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/__sim/taxpayers/{gstin}", get(show).put(put).patch(patch).delete(take_back))
}

impl Brought for TaxpayerChange {
    const LIKE: &'static str = r#"{"status": "Cancelled", "cancelled_on": "2026-11-21"}"#;
}

fn told(asked: &Asked, gstin: &str) -> Option<TaxpayerFacts> {
    let register = asked.tenant.register(&asked.world);
    let facts = taxpayer(&register, gstin, asked.tenant.memory.clock.now_ms())?;
    Some(TaxpayerFacts { overridden: register.change_of(gstin).cloned(), ..facts })
}

async fn show(asked: Asked, Path(gstin): Path<String>) -> Result<Json<TaxpayerFacts>, Problem> {
    told(&asked, &gstin).map(Json).ok_or_else(|| {
        let said = asked.tenant.memory.overrides.of(&gstin).is_some();
        let hint = if said {
            "this tenant says so; DELETE this address takes it back"
        } else {
            "`gspsim gstin explain` says whether the number is well formed"
        };
        Problem::not_found(format!("nobody is registered under `{gstin}`"), hint)
    })
}

async fn put(
    asked: Asked,
    Path(gstin): Path<String>,
    Body(change): Body<TaxpayerChange>,
) -> Result<Json<serde_json::Value>, Problem> {
    asked.tenant.replace_override(&asked.world, &gstin, &change)?;
    Ok(said(&asked, &gstin))
}

async fn patch(
    asked: Asked,
    Path(gstin): Path<String>,
    Body(change): Body<TaxpayerChange>,
) -> Result<Json<serde_json::Value>, Problem> {
    asked.tenant.override_taxpayer(&asked.world, &gstin, &change)?;
    Ok(said(&asked, &gstin))
}

/// The facts as they are now; of somebody who is absent, what was said.
fn said(asked: &Asked, gstin: &str) -> Json<serde_json::Value> {
    let facts = told(asked, gstin).and_then(|facts| serde_json::to_value(facts).ok());
    Json(facts.unwrap_or_else(|| {
        let overridden = asked.tenant.memory.overrides.of(gstin);
        serde_json::json!({ "gstin": gstin, "overridden": overridden.as_deref() })
    }))
}

async fn take_back(asked: Asked, Path(gstin): Path<String>) -> Result<StatusCode, Problem> {
    if asked.tenant.memory.overrides.take_back(&gstin) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found(
        format!("nothing was said of `{gstin}`"),
        "PUT this address says something, such as {\"status\": \"Suspended\"}",
    ))
}

impl From<OverrideError> for Problem {
    fn from(error: OverrideError) -> Self {
        let status = match &error {
            OverrideError::Nobody(_) => StatusCode::NOT_FOUND,
            OverrideError::TooMany => StatusCode::CONFLICT,
            OverrideError::Gstin { .. } | OverrideError::Change(_) => StatusCode::BAD_REQUEST,
        };
        let problem = Self { status, ..Self::bad(error.to_string(), error.hint()) };
        match error {
            OverrideError::Change(change) => Self { field: Some(change.field), ..problem },
            _ => problem,
        }
    }
}
