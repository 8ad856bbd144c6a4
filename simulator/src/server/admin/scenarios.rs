//! The admin API's stories: what there is, what is played, how far each has come.

use std::sync::Arc;

use axum::{Json, Router, extract::Path, http::StatusCode, routing::get};
use serde_json::{Value, json};

use super::{App, Asked, Problem};
use crate::scenario::{Playing, Scenario};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/__sim/scenarios", get(scenarios))
        .route("/__sim/scenarios/{name}", get(scenario).put(begin_scenario).delete(end_scenario))
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

async fn scenarios(asked: Asked) -> Json<Value> {
    let playing = asked.tenant.playing();
    let all: Vec<_> = asked
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

fn find<'asked>(asked: &'asked Asked, name: &str) -> Result<&'asked Arc<Scenario>, Problem> {
    asked.world.scenarios.get(name).ok_or_else(|| {
        let names: Vec<_> = asked.world.scenarios.keys().map(String::as_str).collect();
        Problem::not_found(
            format!("there is no scenario `{name}`"),
            format!("there are: {}", names.join(", ")),
        )
    })
}

async fn scenario(asked: Asked, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let scenario = find(&asked, &name)?;
    let playing = asked.tenant.playing();
    let active = playing.iter().find(|one| one.scenario.name == name);
    Ok(Json(told(scenario, active)))
}

async fn begin_scenario(asked: Asked, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let scenario = find(&asked, &name)?;
    asked.tenant.play(scenario);
    let playing = asked.tenant.playing();
    Ok(Json(told(scenario, playing.iter().find(|one| one.scenario.name == name))))
}

async fn end_scenario(asked: Asked, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    find(&asked, &name)?;
    if asked.tenant.end(&name) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found(
        format!("scenario `{name}` is not being played"),
        "PUT this address begins it",
    ))
}
