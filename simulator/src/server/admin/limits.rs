//! The admin API's limits: GET tells how they stand, PUT changes them, DELETE forgets what was used.

use std::{borrow::Cow, fmt};

use axum::{Json, http::StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Visitor, value::MapAccessDeserializer},
};

use super::{Asked, Body, Brought, Filters, Problem, Route};
use crate::{
    pack::{
        file::LimitChange,
        limits::{Wrong, wrong},
    },
    render::expression::closest,
    tell::limits::{LimitRow, Wanted, changes, rows},
};

/// So many changes are taken at once.
const MOST: usize = 256;

pub(super) fn routes() -> Vec<Route> {
    const UNKNOWN: &str = "There is no such vendor, account or limit";
    vec![
        Route::get("/__sim/limits", limits)
            .about("How limits and credits stand")
            .filtered::<Filter>()
            .json::<ToldLimits>("What is in force, what was used, what was changed")
            .refuses(404, UNKNOWN),
        Route::put("/__sim/limits", change)
            .about("Changes limits, all that are given or none")
            .takes::<Changes>()
            .json::<ToldLimits>("How they stand now"),
        Route::delete("/__sim/limits", forget)
            .about("Forgets what was used; changes stay")
            .filtered::<Filter>()
            .json::<Forgotten>("How many counts were forgotten")
            .refuses(404, UNKNOWN),
        Route::delete("/__sim/limits/changes", take_back)
            .about("Takes changes back; what was used stays used")
            .filtered::<Filter>()
            .json::<TakenBack>("How many changes were taken back")
            .refuses(404, UNKNOWN),
    ]
}

/// How limits stand.
#[derive(Debug, Serialize, JsonSchema)]
struct ToldLimits {
    limits: Vec<LimitRow>,
    changes: Vec<LimitChange>,
}

/// What was forgotten.
#[derive(Debug, Serialize, JsonSchema)]
struct Forgotten {
    forgotten: usize,
}

/// What was taken back.
#[derive(Debug, Serialize, JsonSchema)]
struct TakenBack {
    taken_back: usize,
}

/// Which limits are meant; all that is given must fit.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Filter {
    vendor: Option<String>,
    account: Option<String>,
    limit: Option<String>,
}

impl Brought for Filter {
    const LIKE: &'static str = "filters are vendor, account and limit";
}

impl Filter {
    /// The same, with names that are there.
    fn wanted(self, asked: &Asked) -> Result<Wanted, Problem> {
        let known = |what: &str, name: &Option<String>, mut names: Vec<String>| {
            names.sort();
            names.dedup();
            match name {
                Some(name) if !names.contains(name) => Err(Problem {
                    status: StatusCode::NOT_FOUND,
                    ..Problem::field(
                        what,
                        format!("there is no {what} `{name}`"),
                        closest(name, &names),
                    )
                }),
                _ => Ok(()),
            }
        };
        let packs = &asked.world.packs;
        known("vendor", &self.vendor, packs.iter().map(|pack| pack.name.clone()).collect())?;
        let here = || {
            let fits = |name: &String| self.vendor.as_ref().is_none_or(|vendor| vendor == name);
            packs.iter().filter(move |pack| fits(&pack.name))
        };
        let accounts = here().flat_map(|pack| &pack.accounts).map(|account| account.name.clone());
        known("account", &self.account, accounts.collect())?;
        let limits = here().flat_map(|pack| &pack.limits).map(|limit| limit.name.clone());
        let own = changes(&asked.tenant).into_iter().map(|change| change.name);
        known("limit", &self.limit, limits.chain(own).collect())?;
        Ok(Wanted { vendor: self.vendor, account: self.account, limit: self.limit })
    }
}

/// One change, or a list of them.
#[derive(Debug)]
struct Changes {
    all: Vec<LimitChange>,
    is_list: bool,
}

impl Brought for Changes {
    const LIKE: &'static str = r#"{"name": "credits", "vendor": "NAME", "accounts": ["default"], "most": 3}, or a list of such; docs/limits.md has them all"#;
    const MAY_BE_LIST: bool = true;
}

impl JsonSchema for Changes {
    fn schema_name() -> Cow<'static, str> {
        "LimitChanges".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<LimitChange>();
        json_schema!({
            "description": "A change of a limit, or a list of them.",
            "anyOf": [one, { "type": "array", "items": one, "maxItems": MOST }],
        })
    }
}

impl<'de> Deserialize<'de> for Changes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Changes;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a change of a limit, or a list of them")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Changes, A::Error> {
                let one = LimitChange::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Changes { all: vec![one], is_list: false })
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Changes, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = list.next_element()? {
                    if all.len() == MOST {
                        let what = format!("more than {MOST} changes at once");
                        return Err(de::Error::custom(what));
                    }
                    all.push(one);
                }
                Ok(Changes { all, is_list: true })
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

async fn limits(
    asked: Asked,
    Filters(filter): Filters<Filter>,
) -> Result<Json<ToldLimits>, Problem> {
    let wanted = filter.wanted(&asked)?;
    Ok(told(&asked, &wanted))
}

fn told(asked: &Asked, wanted: &Wanted) -> Json<ToldLimits> {
    let own = asked.tenant.limits().changes();
    Json(ToldLimits {
        limits: rows(&asked.world, &asked.tenant, wanted),
        changes: own.as_deref().cloned().unwrap_or_default(),
    })
}

/// Takes them all, or none.
async fn change(asked: Asked, Body(new): Body<Changes>) -> Result<Json<ToldLimits>, Problem> {
    let mut known = changes(&asked.tenant);
    for (at, change) in new.all.iter().enumerate() {
        let found = wrong(change, &asked.world.packs, &asked.world.vocabulary, &known);
        if let Some(Wrong { key, at: of, message, hint }) = found.into_iter().next() {
            let place = match key {
                "accounts" | "endpoints" => format!("{key}[{of}]"),
                key => key.to_owned(),
            };
            let field = if new.is_list { format!("[{at}].{place}") } else { place };
            return Err(Problem::field(&field, format!("`{field}`: {message}"), hint));
        }
        known.push(change.clone());
    }
    asked.tenant.limits().change_all(&new.all);
    Ok(told(&asked, &Wanted::default()))
}

/// Forgets what was used; changes stay.
async fn forget(
    asked: Asked,
    Filters(filter): Filters<Filter>,
) -> Result<Json<Forgotten>, Problem> {
    let wanted = filter.wanted(&asked)?;
    let forgotten = asked.tenant.limits().meters.forget(|label| wanted.fits(label));
    Ok(Json(Forgotten { forgotten }))
}

/// Takes changes back; what was used stays used.
async fn take_back(
    asked: Asked,
    Filters(filter): Filters<Filter>,
) -> Result<Json<TakenBack>, Problem> {
    let wanted = filter.wanted(&asked)?;
    let is = |wanted: &Option<String>, own: Option<&String>| {
        wanted.as_ref().is_none_or(|wanted| own == Some(wanted))
    };
    let taken_back = asked.tenant.limits().take_back(|change| {
        is(&wanted.vendor, change.vendor.as_ref())
            && is(&wanted.limit, Some(&change.name))
            && (wanted.account.is_none()
                || change.accounts.iter().any(|own| is(&wanted.account, Some(own))))
    });
    Ok(Json(TakenBack { taken_back }))
}
