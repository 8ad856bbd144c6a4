//! The admin API's reload: the files are read anew.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{App, Problem, Route};
use crate::{
    finding::{Finding, FindingRecord},
    server::reload::{NotReloaded, Reloaded},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/__sim/reload", reload)
            .of_all()
            .about("Reads all files anew")
            .json::<Loaded>("What is played now")
            .refuses(409, "The world was given ready-made: there are no files")
            .refuses(422, "Files are wrong, each with a place among `findings`; nothing changes"),
    ]
}

/// What was loaded.
#[derive(Debug, Serialize, JsonSchema)]
struct Loaded {
    vendors: usize,
    scenarios: usize,
    tenants: usize,
    /// What is wrong with stories that stay as they were.
    trouble: Vec<FindingRecord>,
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
            Json(told(&app, findings)).into_response()
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

fn told(app: &App, trouble: Vec<FindingRecord>) -> Loaded {
    let world = app.world.load();
    Loaded {
        vendors: world.packs.len(),
        scenarios: world.scenarios.len(),
        tenants: app.tenants.count() + 1,
        trouble,
    }
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
