//! The admin API's reload: the files are read anew.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

use super::{App, Problem};
use crate::{
    finding::{Finding, FindingRecord},
    server::reload::{NotReloaded, Reloaded},
};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route("/__sim/reload", post(reload))
}

async fn reload(State(app): State<Arc<App>>) -> Response {
    // Reading and compiling takes longer than a call may be held up.
    let reading = Arc::clone(&app);
    let loaded = tokio::task::spawn_blocking(move || reading.reload(true)).await;
    let records = |findings: &[Finding]| -> Vec<FindingRecord> {
        findings.iter().map(Finding::record).collect()
    };
    match loaded {
        Ok(Ok(loaded)) => {
            let findings = match loaded {
                Reloaded::Same => Vec::new(),
                Reloaded::New(broken) => records(&broken),
            };
            Json(told(&app, &findings)).into_response()
        }
        Ok(Err(NotReloaded::Wrong(findings))) => wrong(&records(&findings)),
        Ok(Err(NotReloaded::ReadyMade)) => {
            let detail = "there are no files to read: the world was given ready-made";
            let hint = "give the builder ingredients or folders in place of a world";
            let problem = Problem { status: StatusCode::CONFLICT, ..Problem::bad(detail, hint) };
            problem.into_response()
        }
        Err(error) => {
            let detail = format!("the files could not be read: {error}");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Problem { status, ..Problem::bad(detail, "what was loaded before goes on") }
                .into_response()
        }
    }
}

fn told(app: &App, findings: &[FindingRecord]) -> Value {
    let world = app.world.load();
    json!({
        "vendors": world.packs.len(),
        "scenarios": world.scenarios.len(),
        "tenants": app.tenants.count() + 1,
        "trouble": findings,
    })
}

/// A problem with every finding in it.
fn wrong(findings: &[FindingRecord]) -> Response {
    let count = findings.len();
    let things = if count == 1 { "1 thing is".to_owned() } else { format!("{count} things are") };
    let body = json!({
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": format!("{things} wrong in fixtures or scenarios; what was loaded before goes on"),
        "hint": "mend the files and call this address again; `gspsim check` draws each place",
        "findings": findings,
    });
    let mut response = (StatusCode::UNPROCESSABLE_ENTITY, body.to_string()).into_response();
    let problem = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, problem);
    response
}
