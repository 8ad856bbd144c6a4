//! The admin API's limits: GET tells how they stand, PUT changes them, DELETE forgets what was used.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{
        Query,
        rejection::{JsonRejection, QueryRejection},
    },
    http::StatusCode,
    routing::{delete, get},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{App, Asked, Problem};
use crate::{
    pack::{
        file::LimitChange,
        limits::{Wrong, wrong},
    },
    render::expression::closest,
    tell::limits::{Wanted, changes, rows},
};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/__sim/limits", get(limits).put(change).delete(forget))
        .route("/__sim/limits/changes", delete(take_back))
}

/// Which limits are meant; all that is given must fit.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Filter {
    vendor: Option<String>,
    account: Option<String>,
    limit: Option<String>,
}

fn wanted(asked: &Asked, filter: Result<Query<Filter>, QueryRejection>) -> Result<Wanted, Problem> {
    let Query(filter) = filter.map_err(|error| {
        bad(error.body_text(), "filters are vendor, account and limit".to_owned())
    })?;
    let world = &asked.world;
    let known = |what: &str, name: &Option<String>, names: Vec<String>| match name {
        Some(name) if !names.contains(name) => Err(Problem {
            status: StatusCode::NOT_FOUND,
            detail: format!("`{what}`: there is no {what} `{name}`"),
            hint: Some(closest(name, &names)),
        }),
        _ => Ok(()),
    };
    known("vendor", &filter.vendor, world.packs.iter().map(|pack| pack.name.clone()).collect())?;
    let packs = || {
        let fits = |name: &String| filter.vendor.as_ref().is_none_or(|vendor| vendor == name);
        world.packs.iter().filter(move |pack| fits(&pack.name))
    };
    let accounts = packs().flat_map(|pack| &pack.accounts).map(|account| account.name.clone());
    known("account", &filter.account, accounts.collect())?;
    let limits = packs().flat_map(|pack| &pack.limits).map(|limit| limit.name.clone());
    let own = changes(&asked.tenant).into_iter().map(|change| change.name);
    known("limit", &filter.limit, limits.chain(own).collect())?;
    Ok(Wanted { vendor: filter.vendor, account: filter.account, limit: filter.limit })
}

fn bad(detail: String, hint: String) -> Problem {
    Problem { status: StatusCode::BAD_REQUEST, detail, hint: Some(hint) }
}

async fn limits(
    asked: Asked,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let wanted = wanted(&asked, filter)?;
    Ok(told(&asked, &wanted))
}

fn told(asked: &Asked, wanted: &Wanted) -> Json<Value> {
    let own = asked.tenant.limits().changes();
    Json(json!({
        "limits": rows(&asked.world, &asked.tenant, wanted),
        "changes": own.as_deref().map_or(&[][..], Vec::as_slice),
    }))
}

/// Takes one change, or a list of them: all, or none.
async fn change(
    asked: Asked,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let example = r#"{"name": "credits", "vendor": "…", "accounts": ["default"], "most": 3}, or a list of such"#;
    let Json(body) = body.map_err(|error| bad(error.body_text(), example.to_owned()))?;
    let (list, is_list) = match body {
        Value::Array(list) => (list, true),
        one => (vec![one], false),
    };
    let within = |at: usize, detail: String| {
        if is_list { format!("change {at}: {detail}") } else { detail }
    };
    let mut new: Vec<LimitChange> = Vec::new();
    for (at, value) in list.into_iter().enumerate() {
        let read = serde_json::from_value(value);
        let change =
            read.map_err(|error| bad(within(at, error.to_string()), example.to_owned()))?;
        new.push(change);
    }
    let mut known = changes(&asked.tenant);
    for (at, change) in new.iter().enumerate() {
        let found = wrong(change, &asked.world.packs, &asked.world.vocabulary, &known);
        if let Some(Wrong { key, at: of, message, hint }) = found.into_iter().next() {
            let place = match key {
                "accounts" | "endpoints" => format!("`{key}[{of}]`"),
                key => format!("`{key}`"),
            };
            return Err(bad(within(at, format!("{place}: {message}")), hint));
        }
        known.push(change.clone());
    }
    asked.tenant.limits().change_all(&new);
    Ok(told(&asked, &Wanted::default()))
}

/// Forgets what was used; changes stay.
async fn forget(
    asked: Asked,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let wanted = wanted(&asked, filter)?;
    let gone = asked.tenant.limits().meters.forget(|label| wanted.fits(label));
    Ok(Json(json!({ "forgotten": gone })))
}

/// Takes changes back; what was used stays used.
async fn take_back(
    asked: Asked,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let wanted = wanted(&asked, filter)?;
    let is = |wanted: &Option<String>, own: Option<&String>| {
        wanted.as_ref().is_none_or(|wanted| own == Some(wanted))
    };
    let gone = asked.tenant.limits().take_back(|change| {
        is(&wanted.vendor, change.vendor.as_ref())
            && is(&wanted.limit, Some(&change.name))
            && (wanted.account.is_none()
                || change.accounts.iter().any(|own| is(&wanted.account, Some(own))))
    });
    Ok(Json(json!({ "taken_back": gone })))
}
