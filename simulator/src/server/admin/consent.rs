//! The admin API's part for sessions by consent: the phone on which OTPs arrive, what is open, and
//! the tax network's certificate.

use std::sync::Arc;

use axum::{
    Json, Router,
    http::header::{ACCEPT, CONTENT_TYPE, HeaderMap},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{App, Asked, Brought, Filters};
use crate::tell::certificate::{self, ShownCertificate};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/__sim/otp", get(otp))
        .route("/__sim/sessions", get(sessions))
        .route("/__sim/gstn/certificate", get(show_certificate))
        .route("/__sim/gstn/certificate/rotate", put(rotate).post(rotate))
}

fn moment(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default().to_string()
}

/// Which messages are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wanted {
    user: Option<String>,
    state: Option<String>,
}

impl Brought for Wanted {
    const LIKE: &'static str = "filters are user and state";
}

async fn otp(asked: Asked, Filters(wanted): Filters<Wanted>) -> Json<Value> {
    let messages = asked.tenant.memory.consents.arrived(asked.tenant.memory.clock.now_ms());
    let fits = |own: &str, wanted: &Option<String>| wanted.as_deref().is_none_or(|it| it == own);
    let told: Vec<_> = messages
        .iter()
        .filter(|one| fits(&one.user, &wanted.user) && fits(&one.state, &wanted.state))
        .map(|one| {
            json!({
                "session": one.kind,
                "user": one.user,
                "state": one.state,
                "otp": one.otp,
                "sent_at": moment(one.sent_at),
                "arrived_at": one.arrives_at.map(moment),
                "expires_at": moment(one.expires_at),
                "used": one.used,
            })
        })
        .collect();
    Json(json!({ "otps": told }))
}

async fn sessions(asked: Asked) -> Json<Value> {
    let now = asked.tenant.memory.clock.now_ms();
    let all: Vec<_> = asked
        .tenant
        .memory
        .consents
        .sessions()
        .iter()
        .map(|one| {
            let ends = one.expires_at_ms.min(one.window_ends_at_ms);
            json!({
                "session": one.holder.kind,
                "user": one.holder.user,
                "state": one.holder.state,
                "gstin": one.gstin,
                "live": now < ends,
                "token_expires_at": moment(one.expires_at_ms),
                "consent_ends_at": moment(one.window_ends_at_ms),
                "refreshed": one.generation - 1,
                "calls": one.calls,
            })
        })
        .collect();
    Json(json!({ "sessions": all }))
}

fn told(asked: &Asked) -> ShownCertificate {
    let ring = &asked.world.keys;
    certificate::certificate(ring, asked.tenant.certificate(ring))
}

/// PEM; JSON for whoever asks for it.
async fn show_certificate(asked: Asked, headers: HeaderMap) -> Response {
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("application/json") {
        return Json(told(&asked)).into_response();
    }
    let ring = &asked.world.keys;
    let pem = ring.pair(asked.tenant.certificate(ring)).certificate.pem();
    ([(CONTENT_TYPE, "application/x-pem-file")], pem).into_response()
}

async fn rotate(asked: Asked) -> Json<ShownCertificate> {
    asked.tenant.rotate_certificate();
    Json(told(&asked))
}
