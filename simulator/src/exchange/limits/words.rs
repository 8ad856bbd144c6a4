//! What a limit that refused is, in words: how many there are, whose, and when there are more.

use crate::{
    memory::limits::{Key, Standing},
    pack::limits::Terms,
    render::filters::in_india,
};

/// Why a call was refused.
pub(super) fn refused(key: &Key<'_>, terms: &Terms, standing: &Standing, at_ms: i64) -> String {
    let locked = if standing.locked { ", and it is locked" } else { "" };
    format!(
        "limit `{}`{}: {}, all used{locked}; {}",
        key.limit,
        whose(key),
        terms.told(),
        reset(standing, at_ms),
    )
}

/// Whose count it is.
fn whose(key: &Key<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(account) = key.account {
        parts.push(format!("account `{account}`"));
    }
    if let Some(endpoint) = key.endpoint {
        parts.push(format!("endpoint `{endpoint}`"));
    }
    if let Some(subject) = key.subject {
        parts.push(format!("`{subject}`"));
    }
    if key.request.is_some() {
        parts.push("this very request".to_owned());
    }
    if parts.is_empty() { String::new() } else { format!(" of {}", parts.join(", ")) }
}

fn reset(standing: &Standing, at_ms: i64) -> String {
    let Some(until_ms) = standing.resets_at_ms else {
        return "more come only by PUT /__sim/limits, or DELETE, which forgets what was used"
            .into();
    };
    let left_ms = until_ms.saturating_sub(at_ms).max(0);
    let seconds = left_ms / 1_000;
    let wait = match seconds {
        0 => format!("{left_ms} ms"),
        1..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    };
    format!("more in {wait}, at {}+05:30", in_india(until_ms).strftime("%Y-%m-%dT%H:%M:%S%.f"))
}
