//! The admin API's TLS: our authority's certificate, and what is to go wrong with handshakes.

use std::sync::Arc;

use axum::{
    Json, Router,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};

use super::{App, Asked, Body, Brought, Problem};
use crate::{fault::tls::TlsChanges, server::tls::Tls};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/__sim/ca.pem", get(authority))
        .route("/__sim/tls", get(told).put(change).delete(end))
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
    Ok(([(CONTENT_TYPE, "application/x-pem-file")], pem).into_response())
}

fn tell(asked: &Asked) -> Json<Value> {
    let Some(tls) = &asked.app.tls else { return Json(json!({ "served": false })) };
    let changes = tls.changes();
    let story = asked.tenant.playing().iter().find_map(|one| {
        let fault = one.scenario.tls.fault?;
        Some(json!({ "scenario": one.scenario.name, "fault": fault }))
    });
    Json(json!({
        "served": true,
        "fault": changes.fault,
        "vendor": changes.vendor,
        "story": story,
        "handshakes": tls.told(),
    }))
}

async fn told(asked: Asked) -> Json<Value> {
    tell(&asked)
}

async fn change(asked: Asked, Body(changes): Body<TlsChanges>) -> Result<Json<Value>, Problem> {
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

async fn end(asked: Asked) -> Result<Json<Value>, Problem> {
    served(&asked.app)?.change(TlsChanges::default());
    Ok(tell(&asked))
}
