//! The depot: blocking threads for what is too heavy for the others.
//!
//! Files are measured in the background by a few hands, and written while they are sent, to a few
//! clients at once; who comes later waits for a turn. So memory stays bounded, whatever is asked.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Either;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::spawn_blocking,
};
use tracing::{debug, error};

use super::Body;
use crate::{
    model::{call::Call, reply::Stream},
    tenant::Tenant,
};

/// So many files are measured at once.
const HANDS: usize = 2;

/// So many clients are sent files at once.
const SENDERS: usize = 3;

/// So many pieces of a file wait for their client.
const PIECES: usize = 2;

/// A client that takes nothing for so long is given up.
const STALL: Duration = Duration::from_secs(30);

/// Threads for heavy work, and who waits for them.
#[derive(Debug)]
pub(crate) struct Depot {
    hands: Arc<Semaphore>,
    senders: Arc<Semaphore>,
    /// Tenants with files to measure.
    waiting: Arc<Mutex<VecDeque<Arc<Tenant>>>>,
}

impl Default for Depot {
    fn default() -> Self {
        Self {
            hands: Arc::new(Semaphore::new(HANDS)),
            senders: Arc::new(Semaphore::new(SENDERS)),
            waiting: Arc::default(),
        }
    }
}

impl Depot {
    /// Sees to the files of a tenant that nobody works on.
    pub(super) fn tend(&self, tenant: &Arc<Tenant>) {
        if !tenant.files.has_work() {
            return;
        }
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if !waiting.iter().any(|one| Arc::ptr_eq(one, tenant)) {
                waiting.push_back(Arc::clone(tenant));
            }
        }
        while let Ok(hand) = Arc::clone(&self.hands).try_acquire_owned() {
            let (hands, waiting) = (Arc::clone(&self.hands), Arc::clone(&self.waiting));
            spawn_blocking(move || {
                let mut free = Some(hand);
                while let Some(hand) = free {
                    work(&waiting);
                    drop(hand);
                    // Who came between the last look and here found no hand free.
                    let idle = waiting.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
                    free = Arc::clone(&hands).try_acquire_owned().ok().filter(|_| !idle);
                }
            });
        }
    }

    /// Waits for what a call is due: the measures of a file that is ready by the tenant's clock.
    ///
    /// So what is said of it depends on the clock alone, and not on how fast the machine is.
    pub(super) async fn settle(&self, tenant: &Arc<Tenant>, call: &Call) {
        if tenant.files.is_empty() {
            return;
        }
        let named = |text: &str| tenant.files.named_in(text, call.at_ms);
        let in_query = call.query.as_deref().and_then(named);
        let in_body = || std::str::from_utf8(&call.body).ok().and_then(named);
        let Some(job) = in_query.or_else(|| named(&call.path)).or_else(in_body) else { return };
        if call.at_ms < job.order.ready_at_ms || job.is_settled() {
            return;
        }
        tenant.files.hurry(&job);
        self.tend(tenant);
        job.settled().await;
    }

    /// A body that is written while it is sent; waits until it is its turn.
    pub(super) async fn send(&self, stream: Stream) -> Body {
        let turn = Arc::clone(&self.senders).acquire_owned().await;
        let (to, from) = mpsc::channel(PIECES);
        let length = stream.length;
        let sink = Sink { to, handle: Handle::current() };
        spawn_blocking(move || write(&stream, sink, turn.ok()));
        Either::Right(axum::body::Body::new(Pieces { from, left: length, ended: false }))
    }
}

/// What a hand does: one tenant after the other, until nobody waits.
fn work(waiting: &Mutex<VecDeque<Arc<Tenant>>>) {
    loop {
        let mut tenants = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tenant) = tenants.front().cloned() else { return };
        drop(tenants);
        while tenant.files.work() {}
        tenants = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked at with the list held: a file that comes now puts its tenant back on it.
        if !tenant.files.has_work() {
            tenants.retain(|one| !Arc::ptr_eq(one, &tenant));
        }
    }
}

/// A piece of a body, or its end: a channel that just closes has been cut off.
enum Piece {
    Bytes(Bytes),
    End,
}

/// Hands pieces to a connection, and waits until it takes them.
struct Sink {
    to: mpsc::Sender<Piece>,
    handle: Handle,
}

impl Sink {
    fn hand_on(&self, piece: Piece) -> io::Result<()> {
        let sent = self.handle.block_on(tokio::time::timeout(STALL, self.to.send(piece)));
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hand_on(Piece::Bytes(Bytes::copy_from_slice(bytes)))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(stream: &Stream, mut sink: Sink, turn: Option<OwnedSemaphorePermit>) {
    let written = stream.write(&mut sink);
    drop(turn);
    let ended = written.and_then(|()| sink.hand_on(Piece::End));
    match ended {
        Ok(()) => {}
        Err(gone) if gone.kind() == io::ErrorKind::BrokenPipe => {
            debug!(body = %stream.note, "a client went away in the middle of a file");
        }
        Err(slow) if slow.kind() == io::ErrorKind::TimedOut => {
            debug!(body = %stream.note, "a client took nothing of a file for too long");
        }
        Err(trouble) => error!(body = %stream.note, error = %trouble, "a file could not be made"),
    }
}

/// A body in pieces.
struct Pieces {
    from: mpsc::Receiver<Piece>,
    /// Bytes that are still to come, where that is known.
    left: Option<u64>,
    ended: bool,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.from.poll_recv(context).map(|piece| match piece {
            Some(Piece::Bytes(bytes)) => {
                if let Some(left) = &mut self.left {
                    *left = left.saturating_sub(bytes.len() as u64);
                }
                Some(Ok(Frame::data(bytes)))
            }
            Some(Piece::End) => {
                self.ended = true;
                None
            }
            // Without an error, chunks would end as if this were all.
            None => {
                self.ended = true;
                Some(Err(io::ErrorKind::ConnectionAborted.into()))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests;
