//! The admin API under `/__sim/`: what there is, what is played, what was received.

use std::sync::Arc;

use axum::{Json, Router, http::StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    App,
    asked::Asked,
    brought::{Body, Brought, Filters},
    problem::Problem,
};
use crate::finding::FindingRecord;

mod clock;
mod consent;
mod coverage;
pub(super) mod docs;
mod document;
mod journal;
mod limits;
mod metrics;
mod openapi;
mod reload;
mod reset;
mod route;
mod scenarios;
mod stream;
mod taxpayers;
mod tenants;
mod tls;
mod verify;
mod world;

pub use self::openapi::openapi;
use self::route::Route;

/// All routes.
pub(super) fn router(app: Arc<App>) -> Router {
    let routes = routes().into_iter();
    routes
        .fold(Router::new(), |router, route| route.join(router))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

/// What there is, in the order in which a document tells it.
fn routes() -> Vec<Route> {
    let state = vec![
        page(Route::get("/", index)),
        page(Route::get("/__sim", index)),
        page(Route::get("/__sim/", index)),
        state(Route::get("/__sim/health", health)),
        state(Route::get("/__sim/ready", health)),
    ];
    let groups = [
        ("the simulator", vec![state, reload::routes(), metrics::routes()]),
        ("vendors", vec![world::routes()]),
        ("documents", vec![openapi::routes(), docs::routes()]),
        ("taxpayers", vec![taxpayers::routes()]),
        ("tenants", vec![tenants::routes(), reset::routes()]),
        ("scenarios", vec![scenarios::routes()]),
        ("clock", vec![clock::routes()]),
        ("limits", vec![limits::routes()]),
        ("sessions of the GST network", vec![consent::routes()]),
        (
            "what was received",
            vec![journal::routes(), stream::routes(), verify::routes(), coverage::routes()],
        ),
        ("TLS", vec![tls::routes()]),
    ];
    let groups = groups
        .into_iter()
        .flat_map(|(tag, routes)| routes.into_iter().flatten().map(move |route| route.tagged(tag)));
    groups.collect()
}

fn page(route: Route) -> Route {
    route.about("What there is").text("text/plain", "The vendors' addresses, and these")
}

fn state(route: Route) -> Route {
    route
        .about("Whether it serves, and what was wrong with files that were read anew")
        .json::<Health>("It serves: it answers only when all packs are loaded")
}

/// How the simulator is.
#[derive(Debug, Serialize, JsonSchema)]
struct Health {
    status: &'static str,
    /// How many there are.
    vendors: usize,
    clock: HealthClock,
    seed: u64,
    tenant: String,
    /// How many there are.
    tenants: usize,
    journal: HealthJournal,
    /// What was wrong with files that were read anew.
    trouble: Vec<FindingRecord>,
}

/// The tenant's clock in short.
#[derive(Debug, Serialize, JsonSchema)]
struct HealthClock {
    now: String,
    frozen: bool,
}

/// The tenant's journal in short.
#[derive(Debug, Serialize, JsonSchema)]
struct HealthJournal {
    exchanges: usize,
    bytes: usize,
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
         /__sim/reset  /__sim/reload  /__sim/openapi.json\n  \
         /__sim/openapi/{vendor}.json\n\nTo read and to try out in a browser: /__sim/docs\n",
    );
    page
}

async fn health(asked: Asked) -> Json<Health> {
    let (exchanges, bytes) = asked.tenant.journal.size();
    let clock = &asked.tenant.memory.clock;
    let now = jiff::Timestamp::from_millisecond(clock.now_ms()).unwrap_or_default();
    Json(Health {
        status: "ok",
        vendors: asked.world.packs.len(),
        clock: HealthClock { now: now.to_string(), frozen: clock.is_frozen() },
        seed: asked.tenant.seed(&asked.world),
        tenant: asked.tenant.name.clone(),
        tenants: asked.app.tenants.count() + 1,
        journal: HealthJournal { exchanges, bytes },
        trouble: asked.app.shelf.trouble().to_vec(),
    })
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
