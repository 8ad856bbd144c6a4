//! Wish: what a request asks for by the header `X-Sim-Outcome`.

use super::{OUTCOME_HEADER, SimulatorError};
use crate::{
    fault::{Fault, latency::Latency},
    pack::Endpoint,
    render::scene::Scene,
    world::World,
};

/// What a request asks for by header.
pub(super) struct Wish {
    pub(super) reply: Option<usize>,
    pub(super) faults: Vec<Fault>,
}

/// What the request asks for by header.
pub(super) fn wish(
    world: &World,
    endpoint: &Endpoint,
    scene: &Scene,
) -> Result<Wish, SimulatorError> {
    let Some(value) = scene.call.headers.get(OUTCOME_HEADER) else {
        return Ok(Wish { reply: None, faults: Vec::new() });
    };
    let refuse = |message: String| {
        let mut outcomes: Vec<_> =
            endpoint.replies.by_outcome.keys().map(ToString::to_string).collect();
        outcomes.sort();
        let mut codes: Vec<_> = endpoint.replies.by_code.keys().cloned().collect();
        codes.sort();
        SimulatorError::Wish { message, outcomes, codes, call: Box::new(scene.call.clone()) }
    };
    let text = value.to_str().map_err(|_| refuse("`x-sim-outcome` is no text".to_owned()))?;
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let reply = if name.is_empty() {
        None
    } else {
        let found = world.vocabulary.strict(&endpoint.replies, name);
        Some(found.ok_or_else(|| {
            refuse(format!(
                "`{}` has no outcome or code `{name}` at `{}`",
                scene.pack.name, endpoint.name
            ))
        })?)
    };
    let mut faults = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        let delay_ms = part.strip_prefix("delay=").and_then(read_delay);
        let Some(delay_ms) = delay_ms else {
            return Err(refuse(format!(
                "`{part}` is nothing `x-sim-outcome` knows; write `delay=800ms` or `delay=2s`"
            )));
        };
        faults.push(Fault::Latency(Latency { delay_ms }));
    }
    Ok(Wish { reply, faults })
}

/// `800ms` or `2s`, in milliseconds.
fn read_delay(text: &str) -> Option<u64> {
    let (number, factor) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s')?, 1000),
    };
    number.trim().parse::<u64>().ok()?.checked_mul(factor)
}
