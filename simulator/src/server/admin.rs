//! The admin API under `/__sim/`: what there is, what is played, what was received.

use std::sync::Arc;

use axum::{Json, Router, http::StatusCode, routing::get};
use serde_json::{Value, json};

use super::{
    App,
    asked::Asked,
    brought::{Body, Brought, Filters},
    problem::Problem,
};

mod clock;
mod consent;
mod journal;
mod limits;
mod metrics;
mod reload;
mod reset;
mod scenarios;
mod stream;
mod taxpayers;
mod tenants;
mod tls;
mod verify;
mod world;

/// All routes.
pub(super) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/__sim", get(index))
        .route("/__sim/", get(index))
        .route("/__sim/health", get(health))
        .route("/__sim/ready", get(health))
        .merge(clock::router())
        .merge(consent::router())
        .merge(journal::router())
        .merge(limits::router())
        .merge(metrics::router())
        .merge(reload::router())
        .merge(reset::router())
        .merge(scenarios::router())
        .merge(tls::router())
        .merge(stream::router())
        .merge(taxpayers::router())
        .merge(tenants::router())
        .merge(verify::router())
        .merge(world::router())
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

async fn index(asked: Asked) -> String {
    use std::fmt::Write as _;
    let mut page = String::from("gspsim plays:\n");
    for pack in &asked.world.packs {
        let _ = writeln!(page, "  {}/{}  {}", asked.app.url, pack.name, pack.title);
    }
    page.push_str(
        "\nOurs, as JSON:\n  /__sim/health  /__sim/version  /__sim/vendors  /__sim/catalog  \
         /__sim/credentials\n  /__sim/magic  /__sim/scenarios  /__sim/journal  \
         /__sim/journal/stream  /__sim/verify\n  /__sim/coverage  /__sim/metrics  /__sim/taxpayers/{gstin}  \
         /__sim/clock  /__sim/limits  /__sim/otp\n  /__sim/sessions  /__sim/gstn/certificate  /__sim/tenants  \
         /__sim/reset  /__sim/reload\n",
    );
    page
}

async fn health(asked: Asked) -> Json<Value> {
    let (exchanges, bytes) = asked.tenant.journal.size();
    let clock = &asked.tenant.memory.clock;
    let now = jiff::Timestamp::from_millisecond(clock.now_ms()).unwrap_or_default();
    Json(json!({
        "status": "ok",
        "vendors": asked.world.packs.len(),
        "clock": { "now": now.to_string(), "frozen": clock.is_frozen() },
        "seed": asked.tenant.seed(&asked.world),
        "tenant": asked.tenant.name,
        "tenants": asked.app.tenants.count() + 1,
        "journal": { "exchanges": exchanges, "bytes": bytes },
        "trouble": *asked.app.shelf.trouble(),
    }))
}

async fn unknown() -> Problem {
    Problem::not_found("the admin API has no such address", "GET /__sim/ lists what there is")
}

async fn wrong_method() -> Problem {
    Problem {
        status: StatusCode::METHOD_NOT_ALLOWED,
        detail: "this address does not take this method".to_owned(),
        field: None,
        hint: Some(
            "the header `allow` says which it takes; docs/admin-api.md what they do".to_owned(),
        ),
    }
}
