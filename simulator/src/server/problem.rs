//! Problems of ours as RFC 9457 writes them.

use axum::{body::Body, response::IntoResponse};
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

/// A problem with a status, what is wrong, and what to do next.
pub(super) fn response(status: StatusCode, detail: &str, hint: Option<&str>) -> Response<Body> {
    told(status, detail, None, hint)
}

fn told(
    status: StatusCode,
    detail: &str,
    field: Option<&str>,
    hint: Option<&str>,
) -> Response<Body> {
    let mut body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Problem"),
        "status": status.as_u16(),
        "detail": detail,
    });
    if let Some(field) = field {
        body["field"] = field.into();
    }
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
    /// What of the request it is about, such as `expectations[0].status`.
    pub(super) field: Option<String>,
    pub(super) hint: Option<String>,
}

impl Problem {
    pub(super) fn not_found(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        let hint = Some(hint.into());
        Self { status: StatusCode::NOT_FOUND, detail: detail.into(), field: None, hint }
    }

    /// The request is wrong as a whole.
    pub(super) fn bad(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        let hint = Some(hint.into());
        Self { status: StatusCode::BAD_REQUEST, detail: detail.into(), field: None, hint }
    }

    /// A field of the request has a value that cannot be.
    pub(super) fn field(
        field: impl Into<String>,
        detail: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { field: Some(field.into()), ..Self::bad(detail, hint) }
    }

    pub(super) fn response(&self) -> Response<Body> {
        told(self.status, &self.detail, self.field.as_deref(), self.hint.as_deref())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> axum::response::Response {
        self.response()
    }
}
