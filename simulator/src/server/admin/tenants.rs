//! The admin API's tenants: begun, told, ended.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{App, Problem, Sent, bad};
use crate::{
    memory::clock::Clock,
    render::expression::closest,
    tell::{
        Teller,
        tenant::{self, TenantFacts, TenantLine},
    },
    tenant::{Beginning, Tenant},
    tenants::{DEFAULT, End, Habits, NotBegun},
    world::World,
};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/__sim/tenants", get(list).post(begin))
        .route("/__sim/tenants/{name}", get(show).delete(end))
}

/// What a tenant is to be like; all of it may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
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

async fn list(State(app): State<Arc<App>>) -> Json<Value> {
    let world = app.world.load_full();
    let now_ms = Clock::Wall.now_ms();
    let all = app.tenants.all();
    let lines: Vec<_> = all.iter().map(|one| TenantLine::of(&world, one, now_ms)).collect();
    Json(json!({ "tenants": lines, "limit": app.tenants.habits().limit }))
}

async fn begin(
    State(app): State<Arc<App>>,
    Sent(wanted): Sent<Wanted>,
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
        NotBegun::Name(error) => Problem {
            hint: Some(
                "use letters, digits and `-_.`; or leave `name` out, and one is made up".to_owned(),
            ),
            ..bad(format!("name: {error}"))
        },
        NotBegun::Taken(name) => Problem {
            status: StatusCode::CONFLICT,
            detail: format!("name: there is a tenant `{name}` already"),
            hint: Some(format!(
                "give another name; or DELETE /__sim/tenants/{name}, or POST /t/{name}/__sim/reset"
            )),
        },
    })?;
    let place = format!("/__sim/tenants/{}", tenant.name);
    let facts = told(&app, &world, &tenant);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(facts)).into_response())
}

fn check_stories(world: &World, names: &[String]) -> Result<(), Problem> {
    for (at, name) in names.iter().enumerate() {
        if !world.scenarios.contains_key(name) {
            let known: Vec<_> = world.scenarios.keys().cloned().collect();
            return Err(Problem {
                hint: Some(closest(name, &known)),
                ..bad(format!("scenarios[{at}]: there is no scenario `{name}`"))
            });
        }
    }
    Ok(())
}

fn beginning(wanted: &Wanted, habits: &Habits) -> Result<Beginning, Problem> {
    let clock = match wanted.now.as_deref() {
        None => habits.clock,
        Some("wall") => Clock::Wall,
        Some(text) => {
            let moment: Timestamp = text.parse().map_err(|error| Problem {
                hint: Some("write it as 2026-11-21T10:00:00+05:30, or \"wall\"".to_owned()),
                ..bad(format!("now: `{text}` is no time: {error}"))
            })?;
            Clock::Frozen(moment.as_millisecond())
        }
    };
    let ttl = match &wanted.ttl {
        None | Some(Value::Null) => habits.ttl,
        Some(text) if text == "never" => None,
        Some(told) => Some(life(told).ok_or_else(|| Problem {
            hint: Some("write it as \"15m\", as seconds, or \"never\"".to_owned()),
            ..bad(format!("ttl: {told} is no time to live"))
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
        return Err(Problem {
            status: StatusCode::CONFLICT,
            detail: format!("the tenant `{DEFAULT}` is always there"),
            hint: Some("POST /__sim/reset makes it forget what was done".to_owned()),
        });
    }
    app.tenants.find(&name)?;
    app.tenants.end(&name, End::Deleted);
    Ok(StatusCode::NO_CONTENT)
}
