//! The bare axum server that ours is measured against: it reads the same JSON body or query,
//! compares the same headers and gives as many bytes, always the same ones.

use std::{collections::HashMap, io::Write as _, sync::Arc};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Fallible, cases::Case, child};

/// What the server is to do.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Plan {
    method: String,
    route: String,
    secrets: Vec<(String, String)>,
    reply_bytes: usize,
}

impl From<&Case> for Plan {
    fn from(case: &Case) -> Self {
        Self {
            method: case.method.clone(),
            route: case.route.clone(),
            secrets: case.secrets.clone(),
            reply_bytes: case.reply_bytes,
        }
    }
}

#[derive(Debug)]
struct Fixed {
    secrets: Vec<(String, String)>,
    reply: Bytes,
}

/// Serves a plan, given as JSON, until standard input ends.
pub(crate) fn serve(plan: &str) -> Fallible {
    let plan: Plan = serde_json::from_str(plan)?;
    let text = "x".repeat(plan.reply_bytes.saturating_sub(11));
    let reply = Bytes::from(format!("{{\"text\":\"{text}\"}}"));
    let fixed = Arc::new(Fixed { secrets: plan.secrets, reply });
    let handler = if plan.method == "GET" { get(by_query) } else { post(by_body) };
    let router = Router::new().route(&plan.route, handler.with_state(fixed));
    child::run(async move {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
        axum::serve(listener, router).await?;
        Ok(())
    })
}

async fn by_body(
    State(fixed): State<Arc<Fixed>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    fixed.answer(&headers, body.is_object())
}

async fn by_query(
    State(fixed): State<Arc<Fixed>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    fixed.answer(&headers, query.len() < 100)
}

impl Fixed {
    fn answer(&self, headers: &HeaderMap, is_read: bool) -> Response {
        let known = self.secrets.iter().all(|(name, value)| {
            headers.get(name).is_some_and(|sent| sent.as_bytes() == value.as_bytes())
        });
        if !known || !is_read {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        ([(CONTENT_TYPE, "application/json")], self.reply.clone()).into_response()
    }
}
