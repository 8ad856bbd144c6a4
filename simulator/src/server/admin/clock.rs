//! The admin API's clock: GET tells it, PUT sets, moves, stops or hurries it.

use std::sync::Arc;

use axum::{Json, Router, http::StatusCode, routing::get};
use serde_json::{Value, json};

use super::{App, Asked, Problem};
use crate::memory::clock::FASTEST;

pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route("/__sim/clock", get(clock).put(set_clock))
}

/// What a clock is told: one or more of these.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    /// A moment as RFC 3339, or `"wall"` for the machine's time.
    now: Option<String>,
    /// How much later, such as `"6h"` or `"90s"`; earlier with a minus.
    advance: Option<String>,
    /// Whether it stands still.
    freeze: Option<bool>,
    /// Seconds of its own in a second of the machine's.
    scale: Option<f64>,
}

fn told_clock(asked: &Asked) -> Json<Value> {
    let clock = &asked.tenant.memory.clock;
    let now = clock.now_ms();
    Json(json!({
        "now": jiff::Timestamp::from_millisecond(now).unwrap_or_default().to_string(),
        "epoch_ms": now,
        "frozen": clock.is_frozen(),
        "scale": clock.scale(),
        "wall": !clock.is_set(),
    }))
}

async fn clock(asked: Asked) -> Json<Value> {
    told_clock(&asked)
}

async fn set_clock(
    asked: Asked,
    change: Result<Json<ClockChange>, axum::extract::rejection::JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let bad = |detail: String| {
        Problem {
        status: StatusCode::BAD_REQUEST,
        detail,
        hint: Some(
            r#"{"now": "2026-11-21T10:00:00+05:30"}, {"now": "wall"}, {"advance": "6h"}, {"freeze": true} or {"scale": 60}"#
                .to_owned(),
        ),
    }
    };
    let Json(change) = change.map_err(|error| bad(error.body_text()))?;
    let moment = match change.now.as_deref() {
        None | Some("wall") => None,
        Some(text) => {
            let read: Result<jiff::Timestamp, _> = text.parse();
            Some(read.map_err(|error| bad(format!("`{text}` is no time: {error}")))?)
        }
    };
    let by = match change.advance.as_deref() {
        None => None,
        Some(text) => {
            let read: Result<jiff::SignedDuration, _> = text.parse();
            Some(read.map_err(|error| bad(format!("`{text}` is no time to advance by: {error}")))?)
        }
    };
    if change.scale.is_some_and(|scale| !(0.0..=FASTEST).contains(&scale)) {
        return Err(bad(format!("a clock runs at 0 to {FASTEST} times the machine's")));
    }
    let clock = &asked.tenant.memory.clock;
    if change.now.as_deref() == Some("wall") {
        clock.reset();
    }
    if let Some(moment) = moment {
        clock.set(moment.as_millisecond());
    }
    if let Some(by) = by {
        clock.advance(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }
    if let Some(freeze) = change.freeze {
        clock.run(if freeze { 0.0 } else { 1.0 });
    }
    if let Some(scale) = change.scale {
        clock.run(scale);
    }
    Ok(told_clock(&asked))
}
