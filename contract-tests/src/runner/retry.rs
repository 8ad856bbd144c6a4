//! When a case is asked again: where the catalog says that it may help, or where no answer came and
//! asking again changes nothing.

use std::time::Duration;

use gsp_simulator::pack::file::StepFile;

use crate::{
    case::Case,
    guard::{Came, Guard},
    target::TargetError,
    verdict::{Heard, Verdict},
};

/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(30);

/// Why a case should be asked again; `None` where it should not.
pub(super) fn why(
    case: &Case,
    tried: &Result<Verdict, TargetError>,
    heard: &[Heard],
) -> Option<String> {
    let verdict = match tried {
        // Nothing was sent.
        Err(TargetError::OutOfReach { why, .. }) => return Some(format!("no connection: {why}")),
        Err(_) => return None,
        Ok(verdict) => verdict,
    };
    let last = heard.last().filter(|_| verdict.failed())?;
    let Some(reply) = &last.reply else {
        return changes_nothing(case).then(|| "no answer came".to_owned());
    };
    // What was promised is no failure of the moment.
    if reply.status == case.status {
        return None;
    }
    let body = serde_json::from_str(&reply.body).ok();
    let code = body.as_ref().and_then(|body| case.code_in(body));
    let came = Came { status: Some(reply.status), code: code.as_deref(), ..Came::default() };
    Guard::passes(&case.pack, &case.endpoint, &came)
        .then(|| format!("HTTP {}, which passes by the catalog", reply.status))
}

/// Whether a request may be sent twice: it looks something up, and opens, changes and orders nothing.
fn changes_nothing(case: &Case) -> bool {
    if case.session.is_some() || !matches!(case.method.as_str(), "GET" | "HEAD" | "POST") {
        return false;
    }
    let Some((_, endpoint)) = case.pack.endpoint(&case.endpoint) else {
        return case.method != "POST";
    };
    let uses = endpoint
        .consent
        .as_ref()
        .is_none_or(|consent| consent.step == StepFile::Use && consent.data.is_none());
    uses && endpoint.issues.is_none() && endpoint.bulk.is_none()
}

/// How long to wait before a case is asked for the `times`th time again; the first is 0.
pub(super) fn wait(first: Duration, times: usize) -> Duration {
    let factor = 1_u32.checked_shl(u32::try_from(times).unwrap_or(u32::MAX)).unwrap_or(u32::MAX);
    first.saturating_mul(factor.max(1)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_last_and_none_is_long() {
        let first = Duration::from_secs(1);
        let waits: Vec<_> = (0..7).map(|times| wait(first, times).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(wait(first, 400).as_secs(), 30);
    }
}
