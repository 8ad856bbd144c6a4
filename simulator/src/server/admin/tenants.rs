//! The admin API's tenants: begun, told, ended.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{App, Body, Brought, Problem, Route};
use crate::{
    memory::clock::{Clock, EARLIEST_MS, LATEST_MS},
    render::expression::closest,
    tell::{
        Teller,
        tenant::{self, TenantFacts, TenantLine},
    },
    tenant::{Beginning, Tenant},
    tenants::{DEFAULT, End, Habits, NotBegun},
    world::World,
};

pub(super) fn routes() -> Vec<Route> {
    const ONE: &str = "/__sim/tenants/{name}";
    const UNKNOWN: &str = "There is no such tenant, or there is none any more";
    vec![
        Route::get("/__sim/tenants", list)
            .of_all()
            .about("Everybody who uses the simulator, the default tenant first")
            .json::<Roll>("The tenants"),
        Route::post("/__sim/tenants", begin)
            .of_all()
            .about("Begins a tenant")
            .takes::<Wanted>()
            .created::<TenantFacts>("All that is to be known of it")
            .refuses(409, "There is a tenant of that name already"),
        Route::get(ONE, show)
            .of_all()
            .about("One tenant")
            .json::<TenantFacts>("All that is to be known of it")
            .refuses(404, UNKNOWN),
        Route::delete(ONE, end)
            .of_all()
            .about("Ends a tenant")
            .nothing("It is gone")
            .refuses(404, UNKNOWN)
            .refuses(409, "The default tenant is always there"),
    ]
}

/// Everybody who uses the simulator.
#[derive(Debug, Serialize, JsonSchema)]
struct Roll {
    tenants: Vec<TenantLine>,
    /// So many there may be.
    limit: usize,
}

/// What a tenant is to be like; all of it may be left out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "NewTenant")]
struct Wanted {
    name: Option<String>,
    seed: Option<u64>,
    /// A moment as RFC 3339, at which its clock stands still; or `"wall"`.
    now: Option<String>,
    /// Stories that it plays from the start.
    scenarios: Vec<String>,
    /// How long it lives without a call: `"15m"`, seconds, or `"never"`.
    ttl: Option<Value>,
}

impl Brought for Wanted {
    const LIKE: &'static str = r#"{"name": "blue", "seed": 7, "now": "2026-11-21T10:00:00+05:30", "scenarios": [], "ttl": "15m"}"#;
    const MAY_BE_EMPTY: bool = true;
}

async fn list(State(app): State<Arc<App>>) -> Json<Roll> {
    let world = app.world.load_full();
    let now_ms = Clock::Wall.now_ms();
    let all = app.tenants.all();
    let tenants = all.iter().map(|one| TenantLine::of(&world, one, now_ms)).collect();
    Json(Roll { tenants, limit: app.tenants.habits().limit })
}

async fn begin(
    State(app): State<Arc<App>>,
    Body(wanted): Body<Wanted>,
) -> Result<Response, Problem> {
    let world = app.world.load_full();
    check_stories(&world, &wanted.scenarios)?;
    let beginning = beginning(&wanted, app.tenants.habits())?;
    let made = app.tenants.begin(wanted.name.as_deref(), |name, begun| {
        let tenant = Tenant::begin(name, begun, beginning);
        tenant.play_as_begun(&world);
        tenant
    });
    let tenant = made.map_err(|error| match error {
        NotBegun::Name(error) => Problem::field(
            "name",
            error.to_string(),
            "use letters, digits and `-_.`; or leave `name` out, and one is made up",
        ),
        NotBegun::Taken(name) => {
            let detail = format!("there is a tenant `{name}` already");
            let hint = format!(
                "give another name; or DELETE /__sim/tenants/{name}, or POST /t/{name}/__sim/reset"
            );
            Problem { status: StatusCode::CONFLICT, ..Problem::field("name", detail, hint) }
        }
    })?;
    let place = format!("/__sim/tenants/{}", tenant.name);
    let facts = told(&app, &world, &tenant);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(facts)).into_response())
}

fn check_stories(world: &World, names: &[String]) -> Result<(), Problem> {
    for (at, name) in names.iter().enumerate() {
        if !world.scenarios.contains_key(name) {
            let known: Vec<_> = world.scenarios.keys().cloned().collect();
            return Err(Problem::field(
                format!("scenarios[{at}]"),
                format!("there is no scenario `{name}`"),
                closest(name, &known),
            ));
        }
    }
    Ok(())
}

fn beginning(wanted: &Wanted, habits: &Habits) -> Result<Beginning, Problem> {
    let clock = match wanted.now.as_deref() {
        None => habits.clock,
        Some("wall") => Clock::Wall,
        Some(text) => {
            let read = text.parse::<Timestamp>().map_err(|error| error.to_string());
            let told = read.and_then(|moment| {
                let at_ms = moment.as_millisecond();
                let is_told = (EARLIEST_MS..=LATEST_MS).contains(&at_ms);
                is_told.then_some(at_ms).ok_or_else(|| "it is too far away".to_owned())
            });
            Clock::Frozen(told.map_err(|why| {
                let detail = format!("`{text}` is no time that a clock tells: {why}");
                Problem::field("now", detail, "write it as 2026-11-21T10:00:00+05:30, or \"wall\"")
            })?)
        }
    };
    let ttl = match &wanted.ttl {
        None | Some(Value::Null) => habits.ttl,
        Some(text) if text == "never" => None,
        Some(told) => Some(life(told).ok_or_else(|| {
            let detail = format!("{told} is no time to live");
            Problem::field("ttl", detail, "write it as \"15m\", as seconds, or \"never\"")
        })?),
    };
    let Wanted { seed, scenarios, .. } = wanted;
    let (journal, seed, scenarios) = (habits.journal, *seed, scenarios.clone());
    Ok(Beginning { clock, journal, seed, ttl, scenarios })
}

/// A time to live: seconds, or a text such as `15m`.
fn life(told: &Value) -> Option<Duration> {
    let life = match told {
        Value::Number(seconds) => Duration::from_secs(seconds.as_u64()?),
        Value::String(text) => text.parse::<SignedDuration>().ok()?.try_into().ok()?,
        _ => return None,
    };
    (!life.is_zero()).then_some(life)
}

fn told(app: &App, world: &World, tenant: &Tenant) -> TenantFacts {
    let teller = Teller {
        world,
        examples: world.examples(),
        base_url: &app.url,
        at_ms: tenant.memory.clock.now_ms(),
        tenant: tenant.scope_name(),
    };
    tenant::tenant(&teller, tenant, Clock::Wall.now_ms())
}

async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Json<TenantFacts>, Problem> {
    let tenant = app.tenants.find(&name)?;
    let world = app.world.load_full();
    Ok(Json(told(&app, &world, &tenant)))
}

async fn end(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    if name == DEFAULT {
        let detail = format!("the tenant `{DEFAULT}` is always there");
        let hint = "POST /__sim/reset makes it forget what was done";
        return Err(Problem { status: StatusCode::CONFLICT, ..Problem::bad(detail, hint) });
    }
    app.tenants.find(&name)?;
    app.tenants.end(&name, End::Deleted);
    Ok(StatusCode::NO_CONTENT)
}
