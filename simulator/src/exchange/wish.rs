//! Wish: what a request asks for by the header `X-Sim-Outcome`.

use super::{OUTCOME_HEADER, SimulatorError};
use crate::{
    fault::{Fault, Millis, latency::Latency},
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
    let refuse = |message: String, hint: String| SimulatorError::Wish {
        message,
        hint,
        call: Box::new(scene.call.clone()),
    };
    // What an endpoint can be asked for is listed only where something is wrong.
    let refuse_name = |message: String| {
        let mut outcomes: Vec<_> =
            endpoint.replies.by_outcome.keys().map(ToString::to_string).collect();
        outcomes.sort();
        let mut codes: Vec<_> = endpoint.replies.by_code.keys().cloned().collect();
        codes.sort();
        let hint = format!("outcomes: {}; codes: {}", outcomes.join(", "), codes.join(", "));
        refuse(message, hint)
    };
    let text = value.to_str().map_err(|_| refuse_name("`x-sim-outcome` is no text".to_owned()))?;
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let reply = if name.is_empty() {
        None
    } else {
        let found = world.vocabulary.strict(&endpoint.replies, name);
        Some(found.ok_or_else(|| {
            refuse_name(format!(
                "`{}` has no outcome or code `{name}` at `{}`",
                scene.pack.name, endpoint.name
            ))
        })?)
    };
    let mut faults = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        let fault = match part.split_once('=') {
            Some(("delay", text)) => read_delay(text).map(Latency::fixed).map(Fault::Latency),
            Some(("fault", text)) => {
                Fault::parse(text).map_err(|error| (error.message, error.hint))
            }
            _ => Err((
                format!("`{part}` is nothing `x-sim-outcome` knows"),
                "write `delay=800ms`, `delay=2s` or `fault=connection-reset`".to_owned(),
            )),
        };
        faults.push(fault.map_err(|(message, hint)| refuse(message, hint))?);
    }
    Ok(Wish { reply, faults })
}

/// `800ms` or `2s`; else what is wrong and what to write.
fn read_delay(text: &str) -> Result<Millis, (String, String)> {
    let hint = || "write `delay=800ms` or `delay=2s`".to_owned();
    let (number, factor) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s').unwrap_or_default(), 1000),
    };
    let Ok(number) = number.trim().parse::<u64>() else {
        return Err((format!("`delay={text}` is no time"), hint()));
    };
    Millis::new(number.saturating_mul(factor)).map_err(|error| (error, hint()))
}
