//! Broken HTTP/1.1, byte by byte: hyper writes what is right, so a reply that is wrong on purpose is
//! written here, on the socket that hyper gives back; hyper gets it again where it is still of use.

use std::{
    error::Error,
    fmt, io,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Buf as _, Bytes, BytesMut};
use http::{StatusCode, Version, header, response::Parts};
use http_body_util::{BodyExt as _, Either};
use hyper::{Response, body::Body as _};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf},
    net::TcpStream,
    sync::watch,
};

use super::{
    Body,
    deliver::{BREATH, Manner, nap},
    trickle::Trickle,
};
use crate::model::{
    reply::LONGEST_WAIT,
    wire::{BrokenChunk, Cut, End, Framing, Pace, Wire},
};

/// So much of what a client sends while it is answered is kept for the next request.
const KEPT: usize = 64 * 1024;

/// What a connection is made of: TCP, perhaps with TLS around it.
pub(super) trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// The TCP below.
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

/// A socket, and what was read from it already.
pub(super) struct Line<S> {
    socket: S,
    before: Bytes,
}

impl<S> Line<S> {
    pub(super) fn new(socket: S, before: Bytes) -> Self {
        Self { socket, before }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.before.is_empty() {
            return Pin::new(&mut self.socket).poll_read(context, buffer);
        }
        let count = self.before.len().min(buffer.remaining());
        buffer.put_slice(&self.before[..count]);
        self.before.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

/// The answering code's word that it gives no reply: whoever has the socket plays the script, and
/// resets an HTTP/2 stream, where there is none.
///
/// It travels as an error through hyper, which lends errors and does not give them away.
pub(super) struct TakeOver(Mutex<Option<Box<Script>>>);

impl TakeOver {
    pub(super) fn new(script: Script) -> Self {
        Self(Mutex::new(Some(Box::new(script))))
    }

    /// Nothing is sent.
    pub(super) fn nothing() -> Self {
        Self(Mutex::new(None))
    }

    /// The script that an error of a connection brings.
    pub(super) fn of(error: &hyper::Error) -> Option<Box<Script>> {
        let take_over = error.source()?.downcast_ref::<Self>()?;
        take_over.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Error for TakeOver {}

impl fmt::Debug for TakeOver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TakeOver")
    }
}

impl fmt::Display for TakeOver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the reply is broken on purpose")
    }
}

/// What is sent in place of a reply.
pub(super) struct Script {
    /// Status line and headers, or what stands in their place.
    head: Bytes,
    head_pace: Option<Pace>,
    /// Bodies, each behind a head of its own.
    bodies: Vec<Option<Body>>,
    chunks: Chunks,
    end: End,
}

/// How a body is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunks {
    /// By its length, or by the connection's end.
    None,
    /// In chunks, as it ought to be.
    Right,
    /// One chunk is broken, behind so many bytes.
    Broken(BrokenChunk, u64),
}

impl Script {
    /// What `wire` makes of a response to a call that came in this manner.
    pub(super) fn new(wire: Wire, response: Response<Body>, manner: Manner) -> Self {
        let (parts, body) = response.into_parts();
        let length = body.size_hint().exact();
        let chunks = match (wire.framing, length) {
            (Framing::Chunks(broken), _) => {
                Chunks::Broken(broken, length.map_or(KEPT as u64, |length| length / 2))
            }
            (_, None) if manner.version >= Version::HTTP_11 => Chunks::Right,
            (_, _) => Chunks::None,
        };
        let end = match wire.end {
            // A body whose length nobody knows ends with the connection.
            End::Open if manner.last || (length.is_none() && chunks == Chunks::None) => End::Closed,
            end => end,
        };
        let says = match (wire.framing, length) {
            (Framing::Longer(by), Some(length)) => Some(length.saturating_add(by)),
            (Framing::Shorter(by), Some(length)) => Some(length.saturating_sub(by)),
            (Framing::Chunks(_), _) => None,
            (_, length) => length,
        };
        let head = match (wire.instead, wire.cut) {
            (Some(bytes), _) => return Self::raw(bytes, end),
            (None, Some(Cut::BeforeHead)) => return Self::raw(Bytes::new(), end),
            (None, _) => write_head(&parts, manner, chunks, says, wire.headers_twice),
        };
        let none = manner.head_only || wire.cut == Some(Cut::AfterHead) || is_bare(parts.status);
        // A body that is made while it is sent is made once.
        let again = match &body {
            Either::Left(full) if wire.reply_twice => Some(Either::Left(full.clone())),
            _ => None,
        };
        let keep = match wire.cut {
            Some(Cut::Body(keep)) => Some(keep),
            _ => None,
        };
        let first = Trickle::body(body, wire.body_pace, keep, Duration::ZERO);
        let bodies = std::iter::once(first).chain(again);
        let bodies = bodies.map(|body| (!none).then_some(body)).collect();
        Self { head, head_pace: wire.head_pace, bodies, chunks, end }
    }

    /// These bytes and no others.
    fn raw(head: Bytes, end: End) -> Self {
        Self { head, head_pace: None, bodies: vec![None], chunks: Chunks::None, end }
    }

    async fn send(&mut self, out: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        for body in std::mem::take(&mut self.bodies) {
            match self.head_pace {
                None => out.write_all(&self.head).await?,
                Some(pace) => {
                    for piece in self.head.chunks(pace.piece as usize) {
                        out.write_all(piece).await?;
                        out.flush().await?;
                        nap(pace.time_of(piece.len())).await;
                    }
                }
            }
            if let Some(body) = body {
                self.send_body(body, out).await?;
            }
            out.flush().await?;
        }
        Ok(())
    }

    async fn send_body(
        &mut self,
        mut body: Body,
        out: &mut (impl AsyncWrite + Unpin),
    ) -> io::Result<()> {
        let mut sent = 0;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                // Cut off, on purpose or not: what has been sent is sent.
                return Ok(());
            };
            let Ok(mut bytes) = frame.into_data() else { continue };
            match self.chunks {
                Chunks::None => out.write_all(&bytes).await?,
                Chunks::Right => write_chunk(&bytes, out).await?,
                Chunks::Broken(broken, before) => {
                    let left = usize::try_from(before - sent).unwrap_or(usize::MAX);
                    let right = bytes.split_to(left.min(bytes.len()));
                    sent += right.len() as u64;
                    write_chunk(&right, out).await?;
                    if !bytes.is_empty() {
                        return write_broken(broken, &bytes, out).await;
                    }
                }
            }
            out.flush().await?;
        }
        match self.chunks {
            Chunks::None => Ok(()),
            Chunks::Right => out.write_all(b"0\r\n\r\n").await,
            Chunks::Broken(broken, _) => write_broken(broken, b"", out).await,
        }
    }
}

/// Whether a reply of this status never has a body.
fn is_bare(status: StatusCode) -> bool {
    status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED
}

fn write_head(
    parts: &Parts,
    manner: Manner,
    chunks: Chunks,
    says: Option<u64>,
    twice: bool,
) -> Bytes {
    let mut lines = Vec::new();
    for (name, value) in &parts.headers {
        lines.push([name.as_str().as_bytes(), value.as_bytes()].join(&b": "[..]));
    }
    if chunks != Chunks::None {
        lines.push(b"transfer-encoding: chunked".to_vec());
    } else if let Some(length) = says.filter(|_| !is_bare(parts.status))
        && !parts.headers.contains_key(header::CONTENT_LENGTH)
    {
        lines.push(format!("content-length: {length}").into_bytes());
    }
    if manner.last {
        lines.push(b"connection: close".to_vec());
    }
    let version = if manner.version < Version::HTTP_11 { "HTTP/1.0" } else { "HTTP/1.1" };
    let reason = parts.status.canonical_reason().unwrap_or_default();
    let mut head = format!("{version} {} {reason}\r\n", parts.status.as_u16()).into_bytes();
    for line in lines {
        for _ in 0..=u8::from(twice) {
            head.extend_from_slice(&line);
            head.extend_from_slice(b"\r\n");
        }
    }
    head.extend_from_slice(b"\r\n");
    head.into()
}

async fn write_chunk(bytes: &[u8], out: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    if bytes.is_empty() {
        // An empty chunk would be the last.
        return Ok(());
    }
    out.write_all(format!("{:x}\r\n", bytes.len()).as_bytes()).await?;
    out.write_all(bytes).await?;
    out.write_all(b"\r\n").await
}

async fn write_broken(
    broken: BrokenChunk,
    bytes: &[u8],
    out: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    match broken {
        BrokenChunk::Size => {
            out.write_all(b"ZZ\r\n").await?;
            out.write_all(bytes).await?;
            out.write_all(b"\r\n0\r\n\r\n").await
        }
        BrokenChunk::Length => {
            out.write_all(format!("{:x}\r\n", bytes.len() + 64).as_bytes()).await?;
            out.write_all(bytes).await?;
            out.write_all(b"\r\n0\r\n\r\n").await
        }
        BrokenChunk::NoLast => write_chunk(bytes, out).await,
    }
}

/// Plays a script on the socket that hyper gave back, with what hyper had read and not used; gives
/// the connection back where it serves the next request.
///
/// It ends early when the client goes away or the server is stopped.
pub(super) async fn play<S: Socket>(
    line: Line<S>,
    read: &[u8],
    mut script: Box<Script>,
    stop: &mut watch::Receiver<bool>,
) -> Option<Line<S>> {
    let (mut reader, mut writer) = tokio::io::split(line.socket);
    let mut kept = BytesMut::from(read);
    kept.extend_from_slice(&line.before);
    let said_nothing = script.head.is_empty();
    tokio::select! {
        biased;
        sent = tokio::time::timeout(LONGEST_WAIT, script.send(&mut writer)) => sent.ok()?.ok()?,
        () = hear(&mut reader, &mut kept) => return None,
        _ = stop.wait_for(|stop| *stop) => return None,
    }
    let reset = match script.end {
        End::Open => {
            return Some(Line { socket: reader.unsplit(writer), before: kept.freeze() });
        }
        End::Closed => false,
        End::Reset => {
            if !said_nothing {
                nap(BREATH).await;
            }
            true
        }
        End::Hangs(time) => {
            tokio::select! {
                () = nap(time) => {}
                () = hear(&mut reader, &mut kept) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
            false
        }
        End::UnderNext { reset } => {
            if kept.is_empty() {
                tokio::select! {
                    () = nap(LONGEST_WAIT) => {}
                    _ = reader.read_buf(&mut kept) => {}
                    _ = stop.wait_for(|stop| *stop) => {}
                }
            }
            reset
        }
    };
    if reset {
        // What the system has not sent yet is thrown away: a reset comes at once.
        let _ = reader.unsplit(writer).tcp().set_zero_linger();
    } else {
        let _ = writer.shutdown().await;
    }
    None
}

/// Keeps what the client sends; ends when the client goes away.
async fn hear(reader: &mut (impl AsyncRead + Unpin), kept: &mut BytesMut) {
    while kept.len() < KEPT {
        if !matches!(reader.read_buf(kept).await, Ok(1..)) {
            return;
        }
    }
    std::future::pending::<()>().await;
}
