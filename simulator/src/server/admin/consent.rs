//! The admin API's part for sessions by consent: the phone on which OTPs arrive, what is open, and
//! the tax network's certificate.

use axum::{
    Json,
    http::header::{ACCEPT, CONTENT_TYPE, HeaderMap},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Asked, Brought, Filters, Route};
use crate::tell::certificate::{self, ShownCertificate};

/// What PEM is sent as.
pub(super) const PEM: &str = "application/x-pem-file";

pub(super) fn routes() -> Vec<Route> {
    const ROTATE: &str = "/__sim/gstn/certificate/rotate";
    let rotated = |route: Route| {
        route
            .about("The network's next key pair serves from now on")
            .json::<ShownCertificate>("The certificate that clients need now")
    };
    vec![
        Route::get("/__sim/otp", otp)
            .about("The phone on which one-time passwords arrive, newest first")
            .filtered::<Wanted>()
            .json::<Inbox>("What arrived"),
        Route::get("/__sim/sessions", sessions)
            .about("Sessions that taxpayers opened, newest first")
            .json::<OpenSessions>("No token, no key"),
        Route::get("/__sim/gstn/certificate", show_certificate)
            .about("The certificate under which clients encrypt")
            .hears(&[("accept", "`application/json` gives what is in it besides")])
            .text(PEM, "PEM, or JSON for whoever asks for it")
            .json::<ShownCertificate>(""),
        rotated(Route::put(ROTATE, rotate)),
        rotated(Route::post(ROTATE, rotate)),
    ]
}

/// One-time passwords that arrived.
#[derive(Debug, Serialize, JsonSchema)]
struct Inbox {
    otps: Vec<Message>,
}

/// A one-time password.
#[derive(Debug, Serialize, JsonSchema)]
struct Message {
    /// The kind of session that it opens.
    session: String,
    user: String,
    state: String,
    otp: String,
    sent_at: String,
    /// None: it got lost on its way.
    arrived_at: Option<String>,
    expires_at: String,
    used: bool,
}

/// Sessions.
#[derive(Debug, Serialize, JsonSchema)]
struct OpenSessions {
    sessions: Vec<OpenSession>,
}

/// A session.
#[derive(Debug, Serialize, JsonSchema)]
struct OpenSession {
    /// Its kind.
    session: String,
    user: String,
    state: String,
    /// The GSTIN that it is for, once a call has settled that.
    gstin: Option<String>,
    live: bool,
    token_expires_at: String,
    consent_ends_at: String,
    /// How often it was refreshed.
    refreshed: i64,
    calls: i64,
}

fn moment(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default().to_string()
}

/// Which messages are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Wanted {
    user: Option<String>,
    state: Option<String>,
}

impl Brought for Wanted {
    const LIKE: &'static str = "filters are user and state";
}

async fn otp(asked: Asked, Filters(wanted): Filters<Wanted>) -> Json<Inbox> {
    let messages = asked.tenant.memory.consents.arrived(asked.tenant.memory.clock.now_ms());
    let fits = |own: &str, wanted: &Option<String>| wanted.as_deref().is_none_or(|it| it == own);
    let otps = messages
        .iter()
        .filter(|one| fits(&one.user, &wanted.user) && fits(&one.state, &wanted.state))
        .map(|one| Message {
            session: one.kind.clone(),
            user: one.user.clone(),
            state: one.state.clone(),
            otp: one.otp.clone(),
            sent_at: moment(one.sent_at),
            arrived_at: one.arrives_at.map(moment),
            expires_at: moment(one.expires_at),
            used: one.used,
        })
        .collect();
    Json(Inbox { otps })
}

async fn sessions(asked: Asked) -> Json<OpenSessions> {
    let now = asked.tenant.memory.clock.now_ms();
    let sessions = asked
        .tenant
        .memory
        .consents
        .sessions()
        .iter()
        .map(|one| {
            let ends = one.expires_at_ms.min(one.window_ends_at_ms);
            OpenSession {
                session: one.holder.kind.clone(),
                user: one.holder.user.clone(),
                state: one.holder.state.clone(),
                gstin: one.gstin.clone(),
                live: now < ends,
                token_expires_at: moment(one.expires_at_ms),
                consent_ends_at: moment(one.window_ends_at_ms),
                refreshed: one.generation - 1,
                calls: one.calls,
            }
        })
        .collect();
    Json(OpenSessions { sessions })
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
    ([(CONTENT_TYPE, PEM)], pem).into_response()
}

async fn rotate(asked: Asked) -> Json<ShownCertificate> {
    asked.tenant.rotate_certificate();
    Json(told(&asked))
}
