//! A body that comes slowly, or is cut off: what a fault makes of any other body.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::Body as StreamBody;
use bytes::Bytes;
use http_body_util::Either;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::Sleep;

use super::{Body, deliver::nap};
use crate::model::{reply::LONGEST_WAIT, wire::Pace};

/// Where a body was cut off on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the body is cut off on purpose")]
pub(super) struct CutOff;

/// A body in pieces, with pauses between them, and an end before its own.
pub(super) struct Trickle {
    body: Body,
    pace: Option<Pace>,
    /// Bytes until it is cut off.
    keep: Option<u64>,
    /// Time between the last byte and the cut.
    silence: Duration,
    /// What the body gave and was not yet handed on.
    rest: Bytes,
    pause: Option<Pin<Box<Sleep>>>,
    /// All pauses so far.
    paused: Duration,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Going,
    /// All is sent that is to be sent; silence, then the cut.
    Silent,
    Over,
}

impl Trickle {
    /// The body, but slowly, and only so many bytes of it.
    pub(super) fn body(
        body: Body,
        pace: Option<Pace>,
        keep: Option<u64>,
        silence: Duration,
    ) -> Body {
        Either::Right(StreamBody::new(Self {
            body,
            pace,
            keep,
            silence,
            rest: Bytes::new(),
            pause: None,
            paused: Duration::ZERO,
            state: State::Going,
        }))
    }

    /// So much of the rest may be handed on at once.
    fn piece(&self) -> usize {
        let by_pace = self.pace.map_or(usize::MAX, |pace| pace.piece as usize);
        let by_cut =
            self.keep.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        self.rest.len().min(by_pace).min(by_cut)
    }

    fn fall_silent(&mut self) {
        self.state = State::Silent;
        self.pause = (!self.silence.is_zero()).then(|| Box::pin(nap(self.silence)));
    }
}

impl HttpBody for Trickle {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match self.state {
                State::Over => return Poll::Ready(None),
                State::Silent => {
                    self.state = State::Over;
                    return Poll::Ready(Some(Err(CutOff.into())));
                }
                State::Going if self.keep == Some(0) || self.paused >= LONGEST_WAIT => {
                    self.fall_silent();
                    continue;
                }
                State::Going => {}
            }
            if self.rest.is_empty() {
                match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                    None => {
                        self.state = State::Over;
                        return Poll::Ready(None);
                    }
                    Some(Err(error)) => {
                        self.state = State::Over;
                        return Poll::Ready(Some(Err(error)));
                    }
                    Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
                }
                continue;
            }
            let piece = self.piece();
            let bytes = self.rest.split_to(piece);
            if let Some(left) = &mut self.keep {
                *left = left.saturating_sub(bytes.len() as u64);
            }
            if let Some(pace) = self.pace {
                let pause = pace.time_of(bytes.len());
                self.paused += pause;
                self.pause = Some(Box::pin(nap(pause)));
            }
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let held = self.rest.len() as u64;
        if let Some(exact) = hint.exact() {
            hint.set_exact(exact + held);
        }
        hint
    }
}
