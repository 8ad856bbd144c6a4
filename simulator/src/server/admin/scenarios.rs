//! The admin API's stories: what there is, what is played, how far each has come.

use std::sync::Arc;

use axum::{Json, extract::Path, http::StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Asked, Body, Brought, Problem, Route};
use crate::{
    finding::Finding,
    scenario::{Scenario, parameters::Values, tell::Told},
};

pub(super) fn routes() -> Vec<Route> {
    const ONE: &str = "/__sim/scenarios/{name}";
    const UNKNOWN: &str = "There is no such scenario";
    vec![
        Route::get("/__sim/scenarios", scenarios)
            .about("The stories, and which of them are played")
            .json::<Stories>("All of them; the active ones in the order in which they were begun"),
        Route::get(ONE, scenario)
            .about("One story")
            .json::<Told<'static>>("The story")
            .refuses(404, UNKNOWN),
        Route::put(ONE, begin_scenario)
            .about("Begins a story, or begins it anew")
            .takes::<Begin>()
            .json::<Told<'static>>("The story")
            .refuses(404, UNKNOWN),
        Route::delete(ONE, end_scenario)
            .about("Ends a story")
            .nothing("It is over")
            .refuses(404, "There is no such scenario, or it is not being played"),
    ]
}

/// The stories.
#[derive(Debug, Serialize, JsonSchema)]
struct Stories {
    #[schemars(with = "Vec<Told<'static>>")]
    scenarios: Vec<Value>,
    active: Vec<String>,
}

/// How a story is to be begun.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Begin {
    /// Values for its parameters.
    #[serde(default)]
    set: Values,
}

impl Brought for Begin {
    const LIKE: &'static str = r#"nothing, or {"set": {"PARAMETER": VALUE}}"#;
    const MAY_BE_EMPTY: bool = true;
}

/// The story as the tenant plays it, else as it is.
fn told(asked: &Asked, scenario: &Scenario) -> Value {
    let playing = asked.tenant.playing();
    let playing = playing.iter().find(|one| one.scenario.name == scenario.name);
    let scenario = playing.map_or(scenario, |playing| &playing.scenario);
    // A record is plain data, which is JSON.
    serde_json::to_value(scenario.record(playing)).unwrap_or_default()
}

async fn scenarios(asked: Asked) -> Json<Stories> {
    let scenarios = asked.world.scenarios.values().map(|scenario| told(&asked, scenario)).collect();
    let playing = asked.tenant.playing();
    let active = playing.iter().map(|one| one.scenario.name.clone()).collect();
    Json(Stories { scenarios, active })
}

fn find<'asked>(asked: &'asked Asked, name: &str) -> Result<&'asked Arc<Scenario>, Problem> {
    asked.world.scenarios.get(name).ok_or_else(|| nobody(asked, name))
}

fn nobody(asked: &Asked, name: &str) -> Problem {
    let names: Vec<_> = asked.world.scenarios.keys().map(String::as_str).collect();
    Problem::not_found(
        format!("there is no scenario `{name}`"),
        format!("there are: {}", names.join(", ")),
    )
}

async fn scenario(asked: Asked, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(told(&asked, find(&asked, &name)?)))
}

async fn begin_scenario(
    asked: Asked,
    Path(name): Path<String>,
    Body(begin): Body<Begin>,
) -> Result<Json<Value>, Problem> {
    find(&asked, &name)?;
    let story = asked.world.story(&name, &begin.set).ok_or_else(|| nobody(&asked, &name))?;
    asked.tenant.play(&story.map_err(|findings| refused(&begin, &findings))?);
    Ok(Json(told(&asked, find(&asked, &name)?)))
}

/// Why a story cannot be begun so.
fn refused(begin: &Begin, findings: &[Finding]) -> Problem {
    let details: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
    let details = details.join("; ");
    let hint = findings.iter().find_map(|finding| finding.hint.clone());
    let named = |name: &&String| details.contains(&format!("parameter `{name}`"));
    let field = begin.set.keys().find(named).map_or("set".to_owned(), |name| format!("set.{name}"));
    Problem::field(field, details, hint.unwrap_or_else(|| Begin::LIKE.to_owned()))
}

async fn end_scenario(asked: Asked, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    // One that is played may have gone from the files.
    if asked.tenant.end(&name) {
        return Ok(StatusCode::NO_CONTENT);
    }
    find(&asked, &name)?;
    Err(Problem::not_found(
        format!("scenario `{name}` is not being played"),
        "PUT this address begins it",
    ))
}
