//! Buffers that exist only while there is something in them, and that grow up to a limit.
//!
//! Most connections are idle most of the time, and an idle connection owns no buffer: it takes one
//! from its thread's pool when bytes arrive, and gives it back when they are used. So a thread needs
//! as many buffers as connections are busy at the same moment, which is about one.

use std::cell::RefCell;

/// The capacity of a new buffer, in bytes.
pub(super) const CAPACITY: usize = 256 * 1024;
/// The most buffers that a thread keeps.
const KEPT: usize = 8;
/// The capacity of the largest buffer that is kept. A larger one is freed after use.
const KEPT_CAPACITY_MAX: usize = 2 * 1024 * 1024;
/// A buffer that holds this part of the most that it may ever hold is given all of that room.
const LAST_PART: usize = 8;

thread_local! {
    static BUFFERS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

// ANCHOR: pool
/// Returns an empty buffer with a capacity of at least [`CAPACITY`] bytes.
pub(super) fn take() -> Vec<u8> {
    let kept = BUFFERS.with_borrow_mut(Vec::pop);
    kept.unwrap_or_else(|| Vec::with_capacity(CAPACITY))
}

/// Gives a buffer back. Its content is forgotten.
pub(super) fn give(mut buffer: Vec<u8>) {
    if (CAPACITY..=KEPT_CAPACITY_MAX).contains(&buffer.capacity()) {
        buffer.clear();
        BUFFERS.with_borrow_mut(|kept| {
            if kept.len() < KEPT {
                kept.push(buffer);
            }
        });
    }
}
// ANCHOR_END: pool

// ANCHOR: grow
/// Makes room for `more` bytes in a buffer that will hold at most `most` bytes, these included.
///
/// A buffer that doubles once too often takes twice its limit, and while its content is moved, three
/// times. This one doubles only until it holds an eighth of `most`; then it takes all of that room at
/// once. The system provides the memory as it is written to, so what has not arrived costs nothing.
pub(super) fn grow(buffer: &mut Vec<u8>, more: usize, most: usize) {
    let needed = buffer.len() + more;
    if needed > buffer.capacity() {
        let doubled = needed.max(2 * buffer.capacity());
        let capacity = if doubled >= most / LAST_PART { most.max(needed) } else { doubled };
        buffer.reserve_exact(capacity - buffer.len());
    }
}
// ANCHOR_END: grow
