//! The admin API under `/__sim/`: what there is, what is played, what was received.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::{App, problem::Problem};
use crate::{
    journal,
    memory::clock::FASTEST,
    scenario::{Playing, Scenario},
    tell::{self, Teller, example::Examples},
};

mod consent;

type Shared = State<Arc<App>>;

/// All routes.
pub(super) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/__sim", get(index))
        .route("/__sim/", get(index))
        .route("/__sim/health", get(health))
        .route("/__sim/ready", get(health))
        .route("/__sim/version", get(version))
        .route("/__sim/vendors", get(vendors))
        .route("/__sim/catalog", get(catalog))
        .route("/__sim/catalog/{vendor}", get(vendor_catalog))
        .route("/__sim/credentials", get(credentials))
        .route("/__sim/magic", get(magic))
        .route("/__sim/scenarios", get(scenarios))
        .route("/__sim/scenarios/{name}", get(scenario).put(begin_scenario).delete(end_scenario))
        .route("/__sim/journal", get(journal).delete(clear_journal))
        .route("/__sim/journal/{id}", get(journal_entry))
        .route("/__sim/taxpayers/{gstin}", get(taxpayer))
        .route("/__sim/clock", get(clock).put(set_clock))
        .merge(consent::router())
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

async fn index(State(app): Shared) -> String {
    use std::fmt::Write as _;
    let mut page = String::from("gspsim plays:\n");
    for pack in &app.world.packs {
        let _ = writeln!(page, "  {}/{}  {}", app.url, pack.name, pack.title);
    }
    page.push_str(
        "\nOurs, as JSON:\n  /__sim/health  /__sim/version  /__sim/vendors  /__sim/catalog  \
         /__sim/credentials\n  /__sim/magic  /__sim/scenarios  /__sim/journal  \
         /__sim/taxpayers/{gstin}  /__sim/clock\n  /__sim/otp  /__sim/sessions  /__sim/gstn/certificate\n",
    );
    page
}

async fn health(State(app): Shared) -> Json<Value> {
    let (exchanges, bytes) = app.tenant.journal.size();
    let clock = &app.tenant.memory.clock;
    let now = jiff::Timestamp::from_millisecond(clock.now_ms()).unwrap_or_default();
    Json(json!({
        "status": "ok",
        "vendors": app.world.packs.len(),
        "clock": { "now": now.to_string(), "frozen": clock.is_frozen() },
        "seed": app.world.seed,
        "journal": { "exchanges": exchanges, "bytes": bytes },
    }))
}

/// What a clock is told: one or more of these.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    /// A moment as RFC 3339, or `"wall"` for the machine's time.
    now: Option<String>,
    /// How much later, such as `"6h"` or `"90s"`; earlier with a minus.
    advance: Option<String>,
    /// Whether it stands still.
    freeze: Option<bool>,
    /// Seconds of its own in a second of the machine's.
    scale: Option<f64>,
}

fn told_clock(app: &App) -> Json<Value> {
    let clock = &app.tenant.memory.clock;
    let now = clock.now_ms();
    Json(json!({
        "now": jiff::Timestamp::from_millisecond(now).unwrap_or_default().to_string(),
        "epoch_ms": now,
        "frozen": clock.is_frozen(),
        "scale": clock.scale(),
        "wall": !clock.is_set(),
    }))
}

async fn clock(State(app): Shared) -> Json<Value> {
    told_clock(&app)
}

async fn set_clock(
    State(app): Shared,
    change: Result<Json<ClockChange>, axum::extract::rejection::JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let bad = |detail: String| {
        Problem {
        status: StatusCode::BAD_REQUEST,
        detail,
        hint: Some(
            r#"{"now": "2026-11-21T10:00:00+05:30"}, {"now": "wall"}, {"advance": "6h"}, {"freeze": true} or {"scale": 60}"#
                .to_owned(),
        ),
    }
    };
    let Json(change) = change.map_err(|error| bad(error.body_text()))?;
    let moment = match change.now.as_deref() {
        None | Some("wall") => None,
        Some(text) => {
            let read: Result<jiff::Timestamp, _> = text.parse();
            Some(read.map_err(|error| bad(format!("`{text}` is no time: {error}")))?)
        }
    };
    let by = match change.advance.as_deref() {
        None => None,
        Some(text) => {
            let read: Result<jiff::SignedDuration, _> = text.parse();
            Some(read.map_err(|error| bad(format!("`{text}` is no time to advance by: {error}")))?)
        }
    };
    if change.scale.is_some_and(|scale| !(0.0..=FASTEST).contains(&scale)) {
        return Err(bad(format!("a clock runs at 0 to {FASTEST} times the machine's")));
    }
    let clock = &app.tenant.memory.clock;
    if change.now.as_deref() == Some("wall") {
        clock.reset();
    }
    if let Some(moment) = moment {
        clock.set(moment.as_millisecond());
    }
    if let Some(by) = by {
        clock.advance(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }
    if let Some(freeze) = change.freeze {
        clock.run(if freeze { 0.0 } else { 1.0 });
    }
    if let Some(scale) = change.scale {
        clock.run(scale);
    }
    Ok(told_clock(&app))
}

async fn version() -> Json<Value> {
    Json(json!({ "name": "gspsim", "version": env!("CARGO_PKG_VERSION") }))
}

fn told(scenario: &Scenario, playing: Option<&Playing>) -> Value {
    let counts = playing.map(Playing::counts);
    let rules: Vec<_> = scenario
        .told()
        .enumerate()
        .map(|(index, told)| match &counts {
            Some(counts) => json!({ "told": told, "calls": counts[index] }),
            None => json!({ "told": told }),
        })
        .collect();
    json!({
        "name": scenario.name,
        "about": scenario.about,
        "active": playing.is_some(),
        "rules": rules,
    })
}

async fn scenarios(State(app): Shared) -> Json<Value> {
    let playing = app.tenant.playing();
    let all: Vec<_> = app
        .world
        .scenarios
        .values()
        .map(|scenario| {
            told(scenario, playing.iter().find(|one| one.scenario.name == scenario.name))
        })
        .collect();
    let active: Vec<_> = playing.iter().map(|one| &one.scenario.name).collect();
    Json(json!({ "scenarios": all, "active": active }))
}

fn find<'app>(app: &'app App, name: &str) -> Result<&'app Arc<Scenario>, Problem> {
    app.world.scenarios.get(name).ok_or_else(|| {
        let names: Vec<_> = app.world.scenarios.keys().map(String::as_str).collect();
        Problem::not_found(
            format!("there is no scenario `{name}`"),
            format!("there are: {}", names.join(", ")),
        )
    })
}

async fn scenario(State(app): Shared, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let scenario = find(&app, &name)?;
    let playing = app.tenant.playing();
    let active = playing.iter().find(|one| one.scenario.name == name);
    Ok(Json(told(scenario, active)))
}

async fn begin_scenario(
    State(app): Shared,
    Path(name): Path<String>,
) -> Result<Json<Value>, Problem> {
    let scenario = find(&app, &name)?;
    app.tenant.play(scenario);
    let playing = app.tenant.playing();
    Ok(Json(told(scenario, playing.iter().find(|one| one.scenario.name == name))))
}

async fn end_scenario(State(app): Shared, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    find(&app, &name)?;
    if app.tenant.end(&name) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found(
        format!("scenario `{name}` is not being played"),
        "PUT this address begins it",
    ))
}

async fn journal(
    State(app): Shared,
    query: Result<Query<journal::Query>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<journal::Page>, Problem> {
    let Query(query) = query.map_err(|error| Problem {
        status: StatusCode::BAD_REQUEST,
        detail: error.body_text(),
        hint: Some(
            "filters are vendor, endpoint, outcome, code, status, gstin, after, limit".to_owned(),
        ),
    })?;
    Ok(Json(app.tenant.journal.page(&query)))
}

async fn clear_journal(State(app): Shared) -> StatusCode {
    app.tenant.journal.clear();
    StatusCode::NO_CONTENT
}

async fn journal_entry(State(app): Shared, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = id.parse().ok().and_then(|id| app.tenant.journal.find(id));
    found.map(|record| Json(record).into_response()).ok_or_else(|| {
        Problem::not_found(
            format!("the journal has no exchange `{id}`"),
            "it may have left; the header x-sim-exchange of a reply names its exchange",
        )
    })
}

async fn taxpayer(State(app): Shared, Path(gstin): Path<String>) -> Result<Response, Problem> {
    let found = tell::taxpayer::taxpayer(&app.world, &gstin, app.tenant.memory.clock.now_ms());
    found.map(|facts| Json(facts).into_response()).ok_or_else(|| {
        Problem::not_found(
            format!("nobody is registered under `{gstin}`"),
            "`gspsim gstin explain` says whether the number is well formed",
        )
    })
}

/// Shows something of the world, made when it is asked for.
fn show<T: serde::Serialize>(app: &App, show: impl FnOnce(&Teller<'_>) -> T) -> Json<T> {
    let examples = Examples::read(&app.world.fixtures);
    Json(show(&Teller {
        world: &app.world,
        examples: &examples,
        base_url: &app.url,
        at_ms: app.tenant.memory.clock.now_ms(),
    }))
}

async fn vendors(State(app): Shared) -> Response {
    show(&app, tell::vendors::vendors).into_response()
}

async fn catalog(State(app): Shared) -> Response {
    show(&app, |teller| tell::catalog::catalog(teller, None)).into_response()
}

async fn vendor_catalog(
    State(app): Shared,
    Path(vendor): Path<String>,
) -> Result<Response, Problem> {
    if app.world.vendor(&vendor).is_none() {
        let names: Vec<_> = app.world.packs.iter().map(|pack| pack.name.as_str()).collect();
        return Err(Problem::not_found(
            format!("there is no vendor `{vendor}`"),
            format!("there are: {}", names.join(", ")),
        ));
    }
    Ok(show(&app, |teller| tell::catalog::catalog(teller, Some(&vendor))).into_response())
}

async fn credentials(State(app): Shared) -> Response {
    show(&app, |teller| tell::credentials::credentials(teller, None)).into_response()
}

async fn magic(State(app): Shared) -> Response {
    show(&app, tell::magic::magic).into_response()
}

async fn unknown() -> Problem {
    Problem::not_found("the admin API has no such address", "GET /__sim/ lists what there is")
}

async fn wrong_method() -> Problem {
    Problem {
        status: StatusCode::METHOD_NOT_ALLOWED,
        detail: "this address does not take this method".to_owned(),
        hint: Some(
            "scenarios take GET, PUT and DELETE, the journal GET and DELETE, the clock GET and PUT"
                .to_owned(),
        ),
    }
}
