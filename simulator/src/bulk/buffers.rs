//! Room for the JSON of a part, used again while there is work, given back when there is none.
//!
//! Parts are packed by many threads in turn. Left to the allocator, each of them would keep the room
//! of its last part for itself.

use std::sync::{Arc, Mutex, PoisonError};

/// So large is a room, in bytes: 33 MiB. No page of it is there before it is written to, and what
/// is larger than 32 MiB common allocators take from the system and give back to it at once.
const ROOM: usize = 33 * 1024 * 1024;

/// Rooms that are empty, and how many are in use.
#[derive(Debug, Default)]
pub struct Buffers(Mutex<Rooms>);

#[derive(Debug, Default)]
struct Rooms {
    empty: Vec<Vec<u8>>,
    in_use: usize,
}

/// One room; it goes back when it is dropped.
#[derive(Debug)]
pub struct Buffer {
    bytes: Vec<u8>,
    home: Arc<Buffers>,
}

impl Buffers {
    /// An empty room.
    #[must_use]
    pub fn take(home: &Arc<Self>) -> Buffer {
        let found = {
            let mut rooms = home.0.lock().unwrap_or_else(PoisonError::into_inner);
            rooms.in_use += 1;
            rooms.empty.pop()
        };
        let bytes = found.unwrap_or_else(|| Vec::with_capacity(ROOM));
        Buffer { bytes, home: Arc::clone(home) }
    }
}

impl Buffer {
    /// What was written.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where to write.
    pub fn vector(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        let mut rooms = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.in_use -= 1;
        rooms.empty.push(bytes);
        let freed = if rooms.in_use == 0 { std::mem::take(&mut rooms.empty) } else { Vec::new() };
        drop(rooms);
        drop(freed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_used_again_while_another_is_in_use_and_given_back_after() {
        let home = Arc::new(Buffers::default());
        let first = Buffers::take(&home);
        let mut second = Buffers::take(&home);
        second.vector().extend_from_slice(b"{}");
        let place = second.bytes().as_ptr();
        drop(second);

        let third = Buffers::take(&home);
        assert_eq!((third.bytes().as_ptr(), third.bytes().len()), (place, 0));
        drop((first, third));
        assert!(home.0.lock().expect("nobody panicked").empty.is_empty());
    }
}
