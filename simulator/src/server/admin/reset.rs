//! The admin API's reset: a tenant forgets what was done.

use std::sync::Arc;

use axum::{Json, Router, routing::post};
use serde::Deserialize;

use super::{App, Asked, Body, Brought};
use crate::{memory::clock::Clock, tell::tenant::TenantLine};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route("/__sim/reset", post(reset))
}

/// What goes back to its beginning, besides what always does.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
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
