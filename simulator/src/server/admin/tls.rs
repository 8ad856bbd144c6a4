//! The admin API's TLS: our authority's certificate, and what is to go wrong with handshakes.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::CONTENT_TYPE};
use schemars::JsonSchema;
use serde::Serialize;

use super::{App, Asked, Body, Brought, Problem, Route, consent::PEM};
use crate::{
    fault::tls::{TlsChanges, TlsFault},
    server::tls::{Handshakes, Tls},
};

pub(super) fn routes() -> Vec<Route> {
    const WITHOUT: &str = "No TLS is served here";
    vec![
        Route::get("/__sim/ca.pem", authority)
            .about("The certificate of the authority that `serve --tls` made")
            .text(PEM, "PEM")
            .refuses(409, WITHOUT),
        Route::get("/__sim/tls", told)
            .about("Whether TLS is served, and what goes wrong with handshakes")
            .json::<ToldTls>("How it stands"),
        Route::put("/__sim/tls", change)
            .about("Breaks TLS handshakes")
            .takes::<TlsChanges>()
            .json::<ToldTls>("How it stands now")
            .refuses(409, WITHOUT),
        Route::delete("/__sim/tls", end)
            .about("Lets handshakes go well again")
            .json::<ToldTls>("How it stands now")
            .refuses(409, WITHOUT),
    ]
}

/// TLS; without it nothing but that is told.
#[derive(Debug, Serialize, JsonSchema)]
struct ToldTls {
    served: bool,
    #[serde(flatten)]
    how: Option<HowTls>,
}

/// How TLS stands.
#[derive(Debug, Serialize, JsonSchema)]
struct HowTls {
    fault: Option<TlsFault>,
    vendor: Option<String>,
    story: Option<OfStory>,
    handshakes: Handshakes,
}

/// What a story does to handshakes.
#[derive(Debug, Serialize, JsonSchema)]
struct OfStory {
    scenario: String,
    fault: TlsFault,
}

impl Brought for TlsChanges {
    const LIKE: &'static str = r#"{"fault": "expired"}, or for one vendor {"fault": "expired", "vendor": "NAME"}; faults are expired, wrong-host, self-signed, unknown-ca, handshake-abort and old-protocol"#;
}

fn served(app: &App) -> Result<&Tls, Problem> {
    app.tls.as_ref().ok_or_else(|| Problem {
        status: StatusCode::CONFLICT,
        ..Problem::bad("no TLS is served here", "start with `gspsim serve --tls`")
    })
}

async fn authority(asked: Asked) -> Result<Response, Problem> {
    let pem = served(&asked.app)?.ca_pem.clone();
    Ok(([(CONTENT_TYPE, PEM)], pem).into_response())
}

fn tell(asked: &Asked) -> Json<ToldTls> {
    let Some(tls) = &asked.app.tls else { return Json(ToldTls { served: false, how: None }) };
    let changes = tls.changes();
    let story = asked.tenant.playing().iter().find_map(|one| {
        let fault = one.scenario.tls.fault?;
        Some(OfStory { scenario: one.scenario.name.clone(), fault })
    });
    let how =
        HowTls { fault: changes.fault, vendor: changes.vendor, story, handshakes: tls.told() };
    Json(ToldTls { served: true, how: Some(how) })
}

async fn told(asked: Asked) -> Json<ToldTls> {
    tell(&asked)
}

async fn change(asked: Asked, Body(changes): Body<TlsChanges>) -> Result<Json<ToldTls>, Problem> {
    let tls = served(&asked.app)?;
    if changes.fault.is_none() {
        let detail = "nothing is said to go wrong";
        return Err(Problem::field("fault", detail, TlsChanges::LIKE));
    }
    if let Some(vendor) = &changes.vendor
        && asked.world.vendor(vendor).is_none()
    {
        let names: Vec<_> = asked.world.packs.iter().map(|pack| pack.name.as_str()).collect();
        let detail = format!("there is no vendor `{vendor}`");
        return Err(Problem::field("vendor", detail, format!("there are: {}", names.join(", "))));
    }
    tls.change(changes);
    Ok(tell(&asked))
}

async fn end(asked: Asked) -> Result<Json<ToldTls>, Problem> {
    served(&asked.app)?.change(TlsChanges::default());
    Ok(tell(&asked))
}
