//! Problems of ours as RFC 9457 writes them.

use axum::{body::Body, response::IntoResponse};
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

/// A problem with a status, what is wrong, and what to do next.
pub(super) fn response(status: StatusCode, detail: &str, hint: Option<&str>) -> Response<Body> {
    let mut body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Problem"),
        "status": status.as_u16(),
        "detail": detail,
    });
    if let Some(hint) = hint {
        body["hint"] = hint.into();
    }
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// A problem that an admin handler gives.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) detail: String,
    pub(super) hint: Option<String>,
}

impl Problem {
    pub(super) fn not_found(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, detail: detail.into(), hint: Some(hint.into()) }
    }
}

impl Problem {
    pub(super) fn response(&self) -> Response<Body> {
        response(self.status, &self.detail, self.hint.as_deref())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> axum::response::Response {
        self.response()
    }
}
