//! The admin API's clock: GET tells it, PUT sets, moves, stops or hurries it.

use axum::Json;
use schemars::JsonSchema;

use super::{Asked, Body, Brought, Problem, Route};
use crate::memory::clock::{Adjustment, FASTEST};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/__sim/clock", clock)
            .about("The tenant's clock")
            .json::<ToldClock>("How it stands"),
        Route::put("/__sim/clock", set_clock)
            .about("Sets, moves, stops or hurries the clock")
            .takes::<ClockChange>()
            .json::<ToldClock>("How it stands now"),
    ]
}

/// How a clock stands.
#[derive(Debug, serde::Serialize, JsonSchema)]
struct ToldClock {
    /// Its time, as RFC 3339.
    now: String,
    /// The same in epoch milliseconds.
    epoch_ms: i64,
    /// Whether it stands still.
    frozen: bool,
    /// Seconds of its own in a second of the machine's.
    scale: f64,
    /// Whether it tells the machine's time.
    wall: bool,
}

/// What a clock is told: one or more of these.
#[derive(Debug, serde::Deserialize, JsonSchema)]
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

fn told_clock(asked: &Asked) -> Json<ToldClock> {
    let clock = &asked.tenant.memory.clock;
    let now = clock.now_ms();
    Json(ToldClock {
        now: jiff::Timestamp::from_millisecond(now).unwrap_or_default().to_string(),
        epoch_ms: now,
        frozen: clock.is_frozen(),
        scale: clock.scale(),
        wall: !clock.is_set(),
    })
}

async fn clock(asked: Asked) -> Json<ToldClock> {
    told_clock(&asked)
}

impl Brought for ClockChange {
    const LIKE: &'static str = r#"{"now": "2026-11-21T10:00:00+05:30"}, {"now": "wall"}, {"advance": "6h"}, {"freeze": true} or {"scale": 60}"#;
}

impl ClockChange {
    /// All of it at once, or the field that cannot be.
    fn read(&self) -> Result<Adjustment, Problem> {
        let wrong = |field: &str, detail: String| Problem::field(field, detail, Self::LIKE);
        let wall = self.now.as_deref() == Some("wall");
        let set_ms = match self.now.as_deref().filter(|_| !wall) {
            None => None,
            Some(text) => {
                let read: Result<jiff::Timestamp, _> = text.parse();
                let moment =
                    read.map_err(|error| wrong("now", format!("`{text}` is no time: {error}")))?;
                Some(moment.as_millisecond())
            }
        };
        let advance_ms = match self.advance.as_deref() {
            None => None,
            Some(text) => {
                let read: Result<jiff::SignedDuration, _> = text.parse();
                let by = read.map_err(|error| {
                    wrong("advance", format!("`{text}` is no time to advance by: {error}"))
                })?;
                Some(i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
            }
        };
        if self.scale.is_some_and(|scale| !(0.0..=FASTEST).contains(&scale)) {
            let detail = format!("a clock runs at 0 to {FASTEST} times the machine's");
            return Err(wrong("scale", detail));
        }
        if self.freeze.is_some() && self.scale.is_some() {
            return Err(wrong(
                "scale",
                "`freeze` and `scale` both say how fast it runs".to_owned(),
            ));
        }
        let frozen = self.freeze.map(|freeze| if freeze { 0.0 } else { 1.0 });
        Ok(Adjustment { wall, set_ms, advance_ms, scale: self.scale.or(frozen) })
    }
}

async fn set_clock(
    asked: Asked,
    Body(change): Body<ClockChange>,
) -> Result<Json<ToldClock>, Problem> {
    let adjustment = change.read()?;
    if !asked.tenant.memory.clock.adjust(&adjustment) {
        let field = if adjustment.advance_ms.is_some() { "advance" } else { "now" };
        let detail = "a clock tells times from 1970 to 9998 only".to_owned();
        return Err(Problem::field(field, detail, ClockChange::LIKE));
    }
    Ok(told_clock(&asked))
}
