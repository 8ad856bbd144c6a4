//! The admin API's world: vendors, codes, credentials, magic GSTINs.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Asked, Problem, Route};
use crate::tell::{
    self, Teller, catalog::VendorCatalog, credentials::VendorCredentials, magic::MagicEntry,
    vendors::VendorInfo,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/__sim/version", version)
            .of_all()
            .about("Which gspsim this is")
            .json::<Version>("Name and version"),
        Route::get("/__sim/vendors", vendors)
            .about("The vendors, their operations and settings")
            .json::<Vec<VendorInfo>>("The vendors, in alphabetical order"),
        Route::get("/__sim/catalog", catalog)
            .about("Every code of every vendor")
            .json::<Vec<VendorCatalog>>("The catalogs"),
        Route::get("/__sim/catalog/{vendor}", vendor_catalog)
            .about("Every code of a vendor")
            .json::<Vec<VendorCatalog>>("A list of its catalog alone")
            .refuses(404, "There is no such vendor"),
        Route::get("/__sim/credentials", credentials)
            .about("What to send to be let in, or to be refused")
            .json::<Vec<VendorCredentials>>("The accounts of every vendor"),
        Route::get("/__sim/magic", magic)
            .about("The magic GSTINs")
            .json::<Vec<MagicEntry>>("Each with what every vendor says to it"),
    ]
}

/// Which gspsim this is.
#[derive(Debug, Serialize, JsonSchema)]
struct Version {
    name: &'static str,
    version: &'static str,
}

async fn version() -> Json<Version> {
    Json(Version { name: "gspsim", version: env!("CARGO_PKG_VERSION") })
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

/// Why there is no such vendor.
pub(super) fn no_vendor(asked: &Asked, vendor: &str) -> Problem {
    let names: Vec<_> = asked.world.packs.iter().map(|pack| pack.name.as_str()).collect();
    Problem::not_found(
        format!("there is no vendor `{vendor}`"),
        format!("there are: {}", names.join(", ")),
    )
}

async fn vendor_catalog(asked: Asked, Path(vendor): Path<String>) -> Result<Response, Problem> {
    if asked.world.vendor(&vendor).is_none() {
        return Err(no_vendor(&asked, &vendor));
    }
    Ok(show(&asked, |teller| tell::catalog::catalog(teller, Some(&vendor))).into_response())
}

async fn credentials(asked: Asked) -> Response {
    show(&asked, |teller| tell::credentials::credentials(teller, None)).into_response()
}

async fn magic(asked: Asked) -> Response {
    show(&asked, tell::magic::magic).into_response()
}
