//! Where a tree is written: bytes, and who takes them on the way where they are many.

/// So much is written before it is handed on, in bytes: what a sealer works on stays in the
/// processor's cache.
const TURN: usize = 72 * 1024;

/// Takes what was written, and leaves nothing of it.
type Sink<'sink> = &'sink mut dyn FnMut(&mut Vec<u8>);

/// Bytes written so far, or since they were handed on last.
pub(super) struct Out<'sink> {
    pub(super) bytes: Vec<u8>,
    sink: Option<Sink<'sink>>,
}

impl<'sink> Out<'sink> {
    /// Keeps all that is written behind what is there.
    pub(super) fn behind(bytes: Vec<u8>) -> Self {
        Self { bytes, sink: None }
    }

    /// Hands on what is written, when it is much; `sink` leaves nothing of it.
    pub(super) fn to(sink: Sink<'sink>) -> Self {
        Self { bytes: Vec::with_capacity(1024), sink: Some(sink) }
    }

    /// Whether nothing is handed on on the way.
    pub(super) fn keeps_all(&self) -> bool {
        self.sink.is_none()
    }

    /// Between two items of a list: nobody takes back what was written before.
    pub(super) fn rest(&mut self) {
        if self.bytes.len() >= TURN
            && let Some(sink) = &mut self.sink
        {
            sink(&mut self.bytes);
        }
    }
}
