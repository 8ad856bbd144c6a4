//! The admin API's limits: GET tells how they stand, PUT changes them, DELETE forgets what was used.

use std::{fmt, sync::Arc};

use axum::{
    Json, Router,
    http::StatusCode,
    routing::{delete, get},
};
use serde::{
    Deserialize, Deserializer,
    de::{
        MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::{Value, json};

use super::{App, Asked, Body, Brought, Filters, Problem};
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

impl Brought for Filter {
    const LIKE: &'static str = "filters are vendor, account and limit";
}

/// One change, or a list of them.
#[derive(Debug)]
struct Changes {
    list: Vec<LimitChange>,
    is_list: bool,
}

impl<'de> Deserialize<'de> for Changes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Changes;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a change, or a list of them")
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Changes, M::Error> {
                let one = LimitChange::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Changes { list: vec![one], is_list: false })
            }

            fn visit_seq<S: SeqAccess<'de>>(self, list: S) -> Result<Changes, S::Error> {
                let list = Vec::deserialize(SeqAccessDeserializer::new(list))?;
                Ok(Changes { list, is_list: true })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl Brought for Changes {
    const LIKE: &'static str = r#"{"name": "credits", "vendor": "NAME", "accounts": ["default"], "most": 3}, or a list of such"#;
    const MAY_BE_LIST: bool = true;
}

fn wanted(asked: &Asked, filter: Filter) -> Result<Wanted, Problem> {
    let world = &asked.world;
    let known = |what: &str, name: &Option<String>, names: Vec<String>| match name {
        Some(name) if !names.contains(name) => Err(Problem {
            status: StatusCode::NOT_FOUND,
            ..Problem::field(what, format!("there is no {what} `{name}`"), closest(name, &names))
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

async fn limits(asked: Asked, Filters(filter): Filters<Filter>) -> Result<Json<Value>, Problem> {
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
    Body(Changes { list: new, is_list }): Body<Changes>,
) -> Result<Json<Value>, Problem> {
    let mut known = changes(&asked.tenant);
    for (at, change) in new.iter().enumerate() {
        let found = wrong(change, &asked.world.packs, &asked.world.vocabulary, &known);
        if let Some(Wrong { key, at: of, message, hint }) = found.into_iter().next() {
            let place = match key {
                "accounts" | "endpoints" => format!("{key}[{of}]"),
                key => key.to_owned(),
            };
            let field = if is_list { format!("[{at}].{place}") } else { place };
            return Err(Problem::field(field, message, hint));
        }
        known.push(change.clone());
    }
    asked.tenant.limits().change_all(&new);
    Ok(told(&asked, &Wanted::default()))
}

/// Forgets what was used; changes stay.
async fn forget(asked: Asked, Filters(filter): Filters<Filter>) -> Result<Json<Value>, Problem> {
    let wanted = wanted(&asked, filter)?;
    let gone = asked.tenant.limits().meters.forget(|label| wanted.fits(label));
    Ok(Json(json!({ "forgotten": gone })))
}

/// Takes changes back; what was used stays used.
async fn take_back(asked: Asked, Filters(filter): Filters<Filter>) -> Result<Json<Value>, Problem> {
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
