//! The admin API's world: vendors, codes, credentials, magic GSTINs.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::Path,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::{App, Asked, Problem};
use crate::tell::{self, Teller};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/__sim/version", get(version))
        .route("/__sim/vendors", get(vendors))
        .route("/__sim/catalog", get(catalog))
        .route("/__sim/catalog/{vendor}", get(vendor_catalog))
        .route("/__sim/credentials", get(credentials))
        .route("/__sim/magic", get(magic))
}

async fn version() -> Json<Value> {
    Json(json!({ "name": "gspsim", "version": env!("CARGO_PKG_VERSION") }))
}

/// Shows something of the world.
fn show<T: serde::Serialize>(asked: &Asked, show: impl FnOnce(&Teller<'_>) -> T) -> Json<T> {
    Json(show(&Teller {
        world: &asked.world,
        examples: asked.world.examples(),
        base_url: &asked.app.url,
        at_ms: asked.tenant.memory.clock.now_ms(),
        tenant: asked.tenant.scope_name(),
    }))
}

async fn vendors(asked: Asked) -> Response {
    show(&asked, tell::vendors::vendors).into_response()
}

async fn catalog(asked: Asked) -> Response {
    show(&asked, |teller| tell::catalog::catalog(teller, None)).into_response()
}

async fn vendor_catalog(asked: Asked, Path(vendor): Path<String>) -> Result<Response, Problem> {
    if asked.world.vendor(&vendor).is_none() {
        let names: Vec<_> = asked.world.packs.iter().map(|pack| pack.name.as_str()).collect();
        return Err(Problem::not_found(
            format!("there is no vendor `{vendor}`"),
            format!("there are: {}", names.join(", ")),
        ));
    }
    Ok(show(&asked, |teller| tell::catalog::catalog(teller, Some(&vendor))).into_response())
}

async fn credentials(asked: Asked) -> Response {
    show(&asked, |teller| tell::credentials::credentials(teller, None)).into_response()
}

async fn magic(asked: Asked) -> Response {
    show(&asked, tell::magic::magic).into_response()
}
