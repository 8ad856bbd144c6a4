//! The admin API's taxpayers: who somebody is, and what the tenant says of them.

use axum::{Json, extract::Path, http::StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Asked, Body, Brought, Problem, Route};
use crate::{
    taxpayers::TaxpayerChange,
    tell::taxpayer::{TaxpayerFacts, taxpayer},
    tenant::OverrideError,
};

pub(super) fn routes() -> Vec<Route> {
    const ONE: &str = "/__sim/taxpayers/{gstin}";
    const NOBODY: &str = "Nobody is registered under this number";
    const TOO_MANY: &str = "Something was said of too many taxpayers";
    vec![
        Route::get(ONE, show)
            .about("Who that is")
            .json::<TaxpayerFacts>("The facts")
            .refuses(404, NOBODY),
        Route::put(ONE, put)
            .about("Says something of a taxpayer, in place of what was said before")
            .takes::<TaxpayerChange>()
            .json::<Said>("The facts as they are now")
            .refuses(404, NOBODY)
            .refuses(409, TOO_MANY),
        Route::patch(ONE, patch)
            .about("Says something of a taxpayer, besides what was said before")
            .takes::<TaxpayerChange>()
            .json::<Said>("The facts as they are now")
            .refuses(404, NOBODY)
            .refuses(409, TOO_MANY),
        Route::delete(ONE, take_back)
            .about("Takes back what was said of a taxpayer")
            .nothing("Nothing is said of it")
            .refuses(404, "Nothing was said of it"),
    ]
}

/// The facts; of somebody who is absent, what was said.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Said {
    Somebody(Box<TaxpayerFacts>),
    Nobody(Box<Absent>),
}

/// Somebody who is absent.
#[derive(Debug, Serialize, JsonSchema)]
struct Absent {
    gstin: String,
    /// What was said.
    overridden: Option<TaxpayerChange>,
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
) -> Result<Json<Said>, Problem> {
    asked.tenant.replace_override(&asked.world, &gstin, &change)?;
    Ok(said(&asked, &gstin))
}

async fn patch(
    asked: Asked,
    Path(gstin): Path<String>,
    Body(change): Body<TaxpayerChange>,
) -> Result<Json<Said>, Problem> {
    asked.tenant.override_taxpayer(&asked.world, &gstin, &change)?;
    Ok(said(&asked, &gstin))
}

/// The facts as they are now; of somebody who is absent, what was said.
fn said(asked: &Asked, gstin: &str) -> Json<Said> {
    let somebody = told(asked, gstin).map(|facts| Said::Somebody(Box::new(facts)));
    Json(somebody.unwrap_or_else(|| {
        let overridden = asked.tenant.memory.overrides.of(gstin);
        let overridden = overridden.as_deref().cloned();
        Said::Nobody(Box::new(Absent { gstin: gstin.to_owned(), overridden }))
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
