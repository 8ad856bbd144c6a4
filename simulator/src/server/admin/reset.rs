//! The admin API's reset: a tenant forgets what was done.

use axum::Json;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Asked, Body, Brought, Route};
use crate::{memory::clock::Clock, tell::tenant::TenantLine};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/__sim/reset", reset)
            .about("Makes the tenant forget what was done")
            .takes::<Wanted>()
            .json::<TenantLine>("The tenant as it is now"),
    ]
}

/// What goes back to its beginning, besides what always does.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Reset")]
struct Wanted {
    /// The clock.
    clock: bool,
    /// Which stories are played.
    scenarios: bool,
}

impl Brought for Wanted {
    const LIKE: &'static str = r#"{"clock": true, "scenarios": true}"#;
    const MAY_BE_EMPTY: bool = true;
}

async fn reset(asked: Asked, Body(wanted): Body<Wanted>) -> Json<TenantLine> {
    let Asked { world, tenant, .. } = asked;
    tenant.forget();
    if wanted.scenarios {
        tenant.play_as_begun(&world);
    }
    if wanted.clock {
        tenant.memory.clock.begin(tenant.beginning().clock);
    }
    Json(TenantLine::of(&world, &tenant, Clock::Wall.now_ms()))
}
