//! Carries a delivery out: waits, then sends; or hands the socket's owner a script of raw bytes.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Version, header};
use hyper::Response;

use super::{
    Body, answer,
    depot::Depot,
    trickle::Trickle,
    wire::{Script, TakeOver},
};
use crate::model::{
    call::Call,
    reply::Delivery,
    wire::{Cut, End, Framing, Wire},
};

/// Between the last byte and a cut, so that the bytes are on their way before it.
pub(super) const BREATH: Duration = Duration::from_millis(20);

/// What a reply depends on besides its delivery: how the call came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) version: Version,
    /// The caller takes no body.
    pub(super) head_only: bool,
    /// The caller wants the connection closed behind the reply.
    pub(super) last: bool,
}

impl Manner {
    /// How a call came; what only a broken reply depends on is looked up only for one.
    pub(super) fn of(call: &Call, version: Version, wire: Option<&Wire>) -> Self {
        let last = wire.is_some() && wants_close(&call.headers, version);
        Self { version, head_only: call.method == Method::HEAD, last }
    }
}

fn wants_close(headers: &HeaderMap, version: Version) -> bool {
    let said = |word: &str| {
        let words = headers.get_all(header::CONNECTION).iter().filter_map(|it| it.to_str().ok());
        words.flat_map(|it| it.split(',')).any(|it| it.trim().eq_ignore_ascii_case(word))
    };
    if version < Version::HTTP_11 { !said("keep-alive") } else { said("close") }
}

/// Waits as long as the plan says, then gives the reply, or the script that breaks it.
///
/// # Errors
///
/// When the reply cannot be sent as HTTP wants it: with the script of what is sent instead.
pub(super) async fn carry_out(
    mut delivery: Delivery,
    manner: Manner,
    depot: &Depot,
) -> Result<Response<Body>, TakeOver> {
    let wire = delivery.wire.take();
    if !delivery.wait.is_zero() {
        nap(delivery.wait).await;
    }
    let stream = delivery.stream.take();
    let mut response = answer::response(delivery.reply);
    if let Some(stream) = stream {
        *response.body_mut() = depot.send(stream).await;
    }
    let Some(wire) = wire else { return Ok(response) };
    if manner.version >= Version::HTTP_2 {
        return over_http2(*wire, response).await;
    }
    if wire.is_broken() {
        return Err(TakeOver::new(Script::new(*wire, response, manner)));
    }
    Ok(response.map(|body| Trickle::body(body, wire.body_pace, None, Duration::ZERO)))
}

/// What HTTP/2 can show of a broken reply: its frames are always right, a stream can be reset.
async fn over_http2(wire: Wire, response: Response<Body>) -> Result<Response<Body>, TakeOver> {
    let (mut head, body) = response.into_parts();
    if let Some(pace) = wire.head_pace {
        let length: usize =
            head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        nap(pace.time_of(length)).await;
    }
    let silence = match wire.end {
        End::Hangs(time) => time,
        _ => BREATH,
    };
    let keep = match (wire.cut, wire.framing) {
        (Some(Cut::BeforeHead), _) => None,
        (Some(Cut::AfterHead), _) => Some(0),
        (Some(Cut::Body(keep)), _) => Some(keep),
        // There are no chunks to break: half of the body comes, and the stream is reset.
        (None, Framing::Chunks(_)) => Some(exact(&body).unwrap_or_default() / 2),
        (None, _) => Some(u64::MAX),
    };
    let Some(keep) = keep.filter(|_| wire.instead.is_none()) else {
        nap(silence).await;
        return Err(TakeOver::nothing());
    };
    let length = exact(&body).and_then(|length| match wire.framing {
        Framing::Longer(by) => Some(length.saturating_add(by)),
        Framing::Shorter(by) => Some(length.saturating_sub(by)),
        Framing::True | Framing::Chunks(_) => None,
    });
    if let Some(length) = length {
        head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    if wire.headers_twice {
        let again = head.headers.clone();
        for (name, value) in again.iter().filter(|(name, _)| *name != header::CONTENT_LENGTH) {
            head.headers.append(name, value.clone());
        }
    }
    let keep = (keep != u64::MAX).then_some(keep);
    Ok(Response::from_parts(head, Trickle::body(body, wire.body_pace, keep, silence)))
}

fn exact(body: &Body) -> Option<u64> {
    hyper::body::Body::size_hint(body).exact()
}

/// A wait; nobody else has one.
#[expect(clippy::disallowed_methods, reason = "the one place where deliveries wait")]
pub(super) fn nap(time: Duration) -> tokio::time::Sleep {
    tokio::time::sleep(time)
}
