//! The admin API's documents: each vendor's, and its own.

use axum::{Json, extract::Path, http::HeaderMap};
use http::header::HOST;
use serde_json::Value;

use super::{Asked, Problem, Route, document::document, world::no_vendor};
use crate::tell::{Teller, openapi};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/__sim/openapi.json", own)
            .of_all()
            .about("This document")
            .json::<serde_json::Map<String, Value>>("The admin API as OpenAPI 3.1"),
        Route::get("/__sim/openapi/{vendor}", of_vendor)
            .shown("/__sim/openapi/{vendor}.json")
            .about("A vendor's document")
            .json::<serde_json::Map<String, Value>>("The vendor as OpenAPI 3.1")
            .refuses(404, "There is no such vendor"),
    ]
}

/// The admin API as an OpenAPI document, for a simulator at this address.
#[must_use]
pub fn openapi(base_url: &str) -> Value {
    document(&super::routes(), base_url)
}

/// The address that the request was sent to, so that a page can call what its document tells of.
fn address(asked: &Asked, headers: &HeaderMap) -> String {
    let own = &asked.app.url;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let fits = |host: &&str| {
        host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
    };
    match (own.split_once("://"), host.filter(fits)) {
        (Some((scheme, _)), Some(host)) => format!("{scheme}://{host}"),
        _ => own.clone(),
    }
}

async fn own(asked: Asked, headers: HeaderMap) -> Json<Value> {
    Json(openapi(&address(&asked, &headers)))
}

async fn of_vendor(
    asked: Asked,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Result<Json<Value>, Problem> {
    let vendor = file.strip_suffix(".json").unwrap_or(&file);
    let pack = asked.world.vendor(vendor).cloned().ok_or_else(|| no_vendor(&asked, vendor))?;
    let base_url = address(&asked, &headers);
    // Every answer of a vendor is played once: that takes longer than a call may be held up.
    let made = tokio::task::spawn_blocking(move || {
        let teller = Teller {
            world: &asked.world,
            examples: asked.world.examples(),
            base_url: &base_url,
            at_ms: asked.tenant.memory.clock.now_ms(),
            tenant: asked.tenant.scope_name(),
        };
        openapi::document(&teller, &pack)
    });
    made.await.map(Json).map_err(|error| Problem {
        status: http::StatusCode::INTERNAL_SERVER_ERROR,
        ..Problem::bad(
            format!("the document could not be made: {error}"),
            "this is a fault of gspsim; please report it",
        )
    })
}
