//! What an admin request sends: JSON, whatever it calls itself; nothing at all is `{}`.

use axum::{Json, extract::FromRequest};
use bytes::Bytes;
use http::{Request, StatusCode};
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The body of an admin request.
#[derive(Clone, Debug)]
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(
        request: Request<axum::body::Body>,
        state: &S,
    ) -> Result<Self, Self::Rejection> {
        let bytes = Bytes::from_request(request, state).await.map_err(|error| Problem {
            status: error.status(),
            detail: format!("the body cannot be read: {}", error.body_text()),
            hint: None,
        })?;
        let text = if bytes.trim_ascii().is_empty() { b"{}" } else { &bytes[..] };
        Json::from_bytes(text).map(|Json(sent)| Self(sent)).map_err(|error| {
            let text = error.body_text();
            // `name: invalid type …` says enough.
            bad(text.split_once("target type: ").map_or(&*text, |(_, cause)| cause))
        })
    }
}

/// What was sent is wrong.
pub(super) fn bad(detail: impl Into<String>) -> Problem {
    Problem { status: StatusCode::BAD_REQUEST, detail: detail.into(), hint: None }
}
